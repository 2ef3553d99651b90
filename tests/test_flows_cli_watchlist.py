from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from extractors.officials.watchlist import load_watchlist
from flows.cli.app import app
from flows.cli.rules import holder
from flows.config.settings import load_settings
from flows.setup import prepared

ADDED = """
[[watchlist.officials]]
name = "Zoran Zed"
country = "RU"
gender = "m"
surname = ["Zed"]
terms = [{ role = "foreign minister", since = 2020-01-01, until = 2021-01-01 }]
[[watchlist.topics]]
topic = "fishing-rights"
name = "Fishing"
phrases = ["fishing rights", "right to fish"]
"""


@pytest.fixture
def shown(tmp_path):
    """Run a command on a configuration that adds a person and a topic; return the objects of its answer."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(ADDED, encoding="utf-8")

    def run(command):
        answer = CliRunner().invoke(app, [command, "--format", "json", "--config", str(path)])
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    return run


def test_officials_are_shown_with_the_office_held_now(shown):
    """Each person is a row by id; the configuration's own among them, who holds no office now."""
    rows = shown("officials")
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    by_id = {row["id"]: row for row in rows}
    assert by_id["sergei-lavrov"] == {
        "id": "sergei-lavrov",
        "name": "Sergei Lavrov",
        "country": "RU",
        "side": "russia",
        "role": "foreign minister",
        "since": "2004-03-09",
    }
    assert by_id["zoran-zed"]["role"] is by_id["zoran-zed"]["since"] is None


def test_an_office_counts_on_the_days_it_was_held():
    """On another day another office is shown, and none before the first."""
    putin = load_watchlist().official("Vladimir Putin")
    roles = [holder(putin, date(year, 6, 1))[1] for year in (1980, 2010, 2020)]
    assert [role and role.role for role in roles] == [None, "prime minister", "president"]


def test_topics_are_shown_with_the_number_of_their_phrases(shown):
    """Each topic is a row by id, the configuration's own among them."""
    rows = {row["id"]: row for row in shown("topics")}
    assert rows["fishing-rights"] == {"id": "fishing-rights", "name": "Fishing", "phrases": 2}
    assert rows["ceasefire"]["phrases"] == len(load_watchlist().topic("ceasefire").phrases)


def test_what_is_shown_can_be_named_in_a_rule(shown, tmp_path):
    """Every id, side and role that `officials` shows and every id that `topics` shows is taken by a rule."""
    people, topics = shown("officials"), shown("topics")
    names = {row["id"] for row in people} | {f"side:{row['side']}" for row in people}
    names |= {f"role:{row['role']}" for row in people if row["role"]}
    rule = {"keywords": [f"topic:{row['id']}" for row in topics], "officials": sorted(names), "subscribers": ["s"]}
    written = "\n".join(f"{key} = {json.dumps(value)}" for key, value in rule.items())
    told = '[[subscribers]]\nname = "s"\nchannel = "slack"\nwebhook_url = "https://hooks.example/1"\n'
    path = tmp_path / "rule.toml"
    path.write_text(f'{ADDED}[[rules]]\nname = "all"\n{written}\n{told}', encoding="utf-8")
    assert len(prepared(load_settings(path)).rules) == 1


def test_the_configuration_has_the_last_word_over_the_watchlist_file(tmp_path):
    """Where both say something of one person or topic, what is shown is the configuration's."""
    (tmp_path / "more.toml").write_text(
        '[[officials]]\nid = "dmitry-peskov"\nname = "From The File"\nside = "file"\n'
        '[[topics]]\ntopic = "ceasefire"\nname = "From the file"\nphrases = ["from the file"]\n',
        encoding="utf-8",
    )
    path = tmp_path / "talkwatch.toml"
    path.write_text(
        '[watchlist]\nfile = "more.toml"\n'
        '[[watchlist.officials]]\nid = "dmitry-peskov"\nside = "configured"\n'
        '[[watchlist.topics]]\ntopic = "ceasefire"\nname = "Configured"\nphrases = ["as configured"]\n',
        encoding="utf-8",
    )
    shown = {}
    for command in ("officials", "topics"):
        answer = CliRunner().invoke(app, [command, "--format", "json", "--config", str(path)])
        shown |= {row["id"]: row for row in json.loads(answer.stdout)}
    assert (shown["dmitry-peskov"]["name"], shown["dmitry-peskov"]["side"]) == ("From The File", "configured")
    assert shown["ceasefire"]["name"] == "Configured"
    assert shown["ceasefire"]["phrases"] == len(load_watchlist().topic("ceasefire").phrases) + 2
