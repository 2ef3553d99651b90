from __future__ import annotations

import tomllib

import pytest

from extractors.syndication.discovery import parse_opml
from flows.cli.feeds import exported, imported
from flows.config.settings import load_settings
from flows.problems import UsageProblem

CONFIGURATION = """\
# Ours, with care.
data_dir = "var"   # beside this file

[[feeds]]
url = "https://a.example/rss"   # the first
outlet = "A"

[[rules]]
name = "r"
keywords = ["truce"]
officials = "any"
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "${HOOK}"  # no newline after this"""
LIST = """<opml version="2.0"><body><outline text="World">
<outline text="A again" xmlUrl="http://www.a.example/rss"/>
<outline text="B &quot;the&quot; &#10; Daily\\" xmlUrl="https://b.example/rss"/>
<outline xmlUrl="feed://c.example/atom"/><outline text="B twice" xmlUrl="https://b.example/rss/"/>
<outline text="No" xmlUrl="ftp://d.example/"/></outline></body></opml>"""


@pytest.fixture
def desk(tmp_path):
    """Return a configuration and a list to import."""
    (tmp_path / "talkwatch.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "list.opml").write_text(LIST, encoding="utf-8")
    return tmp_path


def test_an_import_appends_and_keeps_what_stands(desk):
    """New feeds are added behind the others, known ones and what is no address are left out, and each line says so."""
    lines = imported(load_settings(desk / "talkwatch.toml"), desk / "list.opml")
    text = (desk / "talkwatch.toml").read_text("utf-8")
    there = iter(text.splitlines())
    assert all(line in there for line in CONFIGURATION.splitlines())
    assert lines == [
        "known as A: http://www.a.example/rss",
        'added B "the" Daily\\: https://b.example/rss',
        "added c.example: https://c.example/atom",
        'known as B "the" Daily\\: https://b.example/rss/',
        "skipped, no http(s) address: ftp://d.example/",
        f"2 added, 3 left out; {desk / 'talkwatch.toml'}",
    ]
    feeds = load_settings(desk / "talkwatch.toml").feeds
    assert [(feed.url, feed.outlet) for feed in feeds][1:] == [
        ("https://b.example/rss", 'B "the" Daily\\'),
        ("https://c.example/atom", "c.example"),
    ]
    assert sorted(path.name for path in desk.iterdir()) == ["list.opml", "talkwatch.toml"]


def test_a_second_import_changes_nothing(desk):
    """What has been imported is known."""
    imported(load_settings(desk / "talkwatch.toml"), desk / "list.opml")
    before = (desk / "talkwatch.toml").read_bytes()
    imported(load_settings(desk / "talkwatch.toml"), desk / "list.opml")
    assert (desk / "talkwatch.toml").read_bytes() == before


def test_what_is_exported_can_be_imported(desk):
    """An export is OPML with every feed and its outlet."""
    settings = load_settings(desk / "talkwatch.toml")
    listed = parse_opml(exported(settings).encode())
    assert [(feed.url, feed.name) for feed in listed] == [("https://a.example/rss", "A")]


@pytest.mark.parametrize(
    ("configuration", "listed", "problem"),
    [
        pytest.param(CONFIGURATION, "<rss/>", "no OPML: it begins with <rss>; nothing was written", id="no OPML"),
        pytest.param(
            'feeds = [{url = "https://a.example/", outlet = "A"}]\n',
            LIST,
            "is written in a way that no command can change",
            id="feeds as an array",
        ),
        pytest.param(CONFIGURATION, None, "cannot read", id="no file"),
    ],
)
def test_what_cannot_be_imported_writes_nothing(desk, configuration, listed, problem):
    """A file that is no list, or a configuration that nothing can be appended to, is one line, and stays as it is."""
    path = desk / "talkwatch.toml"
    path.write_text(configuration, encoding="utf-8")
    (desk / "list.opml").unlink() if listed is None else (desk / "list.opml").write_text(listed, encoding="utf-8")
    with pytest.raises(UsageProblem, match=problem.replace("(", ".").replace(")", ".")) as raised:
        imported(load_settings(path), desk / "list.opml")
    assert "\n" not in str(raised.value)
    assert path.read_text("utf-8") == configuration
    assert tomllib.loads(configuration)
