"""What a configuration adds to the watchlist, and what is said of a mistake in it."""

from __future__ import annotations

import pytest

from extractors.officials.watchlist import load_watchlist
from flows.config.settings import configured_watchlist, load_settings, reading_here
from flows.problems import UsageProblem
from flows.setup import prepared

OFFICIAL = """
name = "Zoran Zed"
country = "RU"
gender = "m"
given = ["Zoran"]
surname = ["Zed"]
"""
INLINE = f"[[watchlist.officials]]{OFFICIAL}"
PESKOV = '[[watchlist.officials]]\nid = "dmitry-peskov"\naliases = ["the moustache"]\n'
TOPIC = '[[watchlist.topics]]\ntopic = "fishing"\nname = "Fishing"\nphrases = ["fishing rights"]\n'
RULE = """
[[rules]]
name = "rule"
keywords = ["topic:fishing"]
officials = ["Zoran Zed"]
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "email"
to = "desk@example.org"
[channels.email]
host = "smtp.example.org"
from = "talkwatch@example.org"
"""


@pytest.fixture
def configured(tmp_path):
    """Return what writes a configuration, and the file of a watchlist beside it, and loads both."""

    def load(text, file=None):
        if file is not None:
            (tmp_path / "more.toml").write_text(file, encoding="utf-8")
        path = tmp_path / "talkwatch.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path)

    return load


@pytest.mark.parametrize(
    ("text", "file"),
    [
        pytest.param(INLINE + PESKOV + TOPIC, None, id="tables of the configuration"),
        pytest.param(
            '[watchlist]\nfile = "more.toml"\n',
            (INLINE + PESKOV + TOPIC).replace("watchlist.", ""),
            id="a file beside it",
        ),
        pytest.param(
            '[watchlist]\nfile = "more.toml"\n' + PESKOV + TOPIC, f"[[officials]]{OFFICIAL}", id="both together"
        ),
    ],
)
def test_a_configuration_adds_to_the_watchlist(configured, text, file):
    """New people and topics, and more names of those known, stand beside what comes with Talkwatch."""
    watchlist = configured_watchlist(configured(text, file))
    assert watchlist.official("Zed").official_id == "zoran-zed"
    assert watchlist.official("the moustache") == watchlist.official("Dmitry Peskov")
    assert watchlist.topic("fishing").phrases == ("fishing rights",)
    assert watchlist.official("Sergei Lavrov") is not None


def test_without_additions_the_watchlist_is_ours(configured):
    """A configuration that adds nothing changes no version, one that adds anything does."""
    own = load_watchlist().version
    assert configured_watchlist(configured("")).version == own
    versions = {configured_watchlist(configured(text)).version for text in (INLINE, PESKOV, INLINE + PESKOV)}
    assert len(versions | {own}) == 4


def test_a_rule_may_name_what_was_added(configured):
    """Rules are checked and compiled with the watchlist of their own file."""
    setup = prepared(configured(RULE + INLINE + TOPIC))
    assert list(setup.rules[0].officials) == ["zoran-zed"]
    with pytest.raises(UsageProblem, match="Zoran Zed"):
        prepared(configured(RULE))


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        pytest.param(
            'timezone = "UTC"\n' + INLINE.replace("gender", "gendre"),
            None,
            'talkwatch.toml:5: officials "zoran-zed": unknown key "gendre"; did you mean "gender"?',
            id="a misspelt key has its own line",
        ),
        pytest.param(
            PESKOV + INLINE.replace('"m"', '"x"'),
            None,
            'talkwatch.toml:4: officials "zoran-zed": "gender" must be "m" or "f"',
            id="an entry that cannot be right has its header's line",
        ),
        pytest.param(
            '[watchlist]\nfile = "more.toml"',
            '\n[[officials]]\nname = "A B"\ncountry = "XX"\ngender = "f"\n',
            'more.toml:2: officials "a-b": unknown country "XX"',
            id="what is wrong in the file is placed in the file",
        ),
        pytest.param(
            '[watchlist]\nfile = "more.toml"',
            "[[officials]]\nname = ",
            "more.toml: the watchlist is not valid TOML",
            id="a file that is no TOML is named",
        ),
        pytest.param(
            '[watchlist]\nfile = "none.toml"',
            None,
            "talkwatch.toml:2: file: ",
            id="a file that is not there is named at the line that names it",
        ),
        pytest.param(
            '[watchlist]\nfiles = "more.toml"',
            None,
            'talkwatch.toml:2: unknown key files (did you mean "file"?)',
            id="an unknown key of the table is a mistake like any other",
        ),
    ],
)
def test_a_mistake_has_its_file_and_line(configured, text, file, said):
    """One line says where and what, and what to write instead."""
    with pytest.raises(UsageProblem) as raised:
        configured_watchlist(configured(text, file))
    (line,) = str(raised.value).splitlines()
    assert said in line


def test_extract_takes_the_configuration_that_is_there(configured, tmp_path, monkeypatch):
    """In a folder with a configuration its watchlist counts; without one, ours."""
    monkeypatch.delenv("TALKWATCH_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert reading_here()[0].official("Zoran Zed") is None
    configured(INLINE)
    assert reading_here()[0].official("Zoran Zed") is not None
