"""What the commands print, at the far end: each column of each list under its name, and one alert shown whole."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.config.settings import load_settings
from flows.problems import UsageProblem
from flows.trials import backtest as backtesting
from tests.alert_desk import CONFIGURATION, DENIED, Desk, found
from tests.story_examples import TASS
from tests.warehouse_examples import NOW, new_entry, new_warehouse, poll
from warehouse.feeds import save_polls, sync_feeds
from warehouse.harmless import terminal_safe
from warehouse.store import reading, writing

FEEDS = """
[[feeds]]
url = "https://one.example/rss"
outlet = "One"
[[feeds]]
url = "https://two.example/rss"
outlet = "Two"
"""


@pytest.fixture
def asked(tmp_path):
    """Run a command on the folder's configuration and return its answer; what it refuses is raised."""

    def run(*words):
        answer = CliRunner().invoke(app, [*words, "--config", str(tmp_path / "talkwatch.toml")])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer.stdout

    return run


@pytest.fixture
def fired(tmp_path):
    """A warehouse with two alerts; return the columns of its tables that are asked for, the newest alert first."""
    with Desk(tmp_path) as desk:
        desk.take_in(found("a", TASS, title="No truce", published_at=NOW - timedelta(hours=2)))
        desk.after(days=5)
        desk.take_in(found("b", DENIED, title="Denied", published_at=desk.now))

    def rows(sql):
        with reading(desk.setup.data_dir) as session:
            return session.rows(sql)

    return rows


def moment(value):
    """Return a time as answers have it."""
    return value and value.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_alerts_are_listed_by_column(asked, fired):
    """Each column of `alerts list` has what the tables have under that name, the newest alert first."""
    listed = json.loads(asked("alerts", "list", "--format", "json"))
    names = ("alert_id", "fired_at", "rule", "official_id", "keyword", "scope", "reason", "outlet", "title")
    stored = fired(
        "SELECT alert_id, fired_at, rule, official_id, keyword, scope, reason, outlet, title"
        " FROM alerts JOIN articles USING (article_id) ORDER BY fired_at DESC"
    )
    assert [row["title"] for row in listed] == ["Denied", "No truce"]
    assert listed == [
        {**dict(zip(names, row, strict=True)), "fired_at": moment(row[1]), "sources": 1} for row in stored
    ]
    assert asked("alerts", "list").splitlines()[0].split() == [*names, "sources"]


def test_a_narrow_terminal_shows_the_newest_alert_last(asked, fired, monkeypatch):
    """In 80 columns the id, the time, who and the title are there, and what a terminal shows is the newest."""
    monkeypatch.setattr("flows.cli.command.terminal_width", lambda: 80)
    names, _, *rows = asked("alerts", "list").splitlines()
    assert names.split()[:2] == ["alert_id", "fired_at"]
    assert {"official_id", "title"} <= set(names.split())
    assert [row.split()[-1] for row in rows] == ["truce", "Denied"]
    assert max(map(len, [names, *rows])) <= 80
    assert fired("SELECT count(*) FROM alerts") == [(2,)]


def test_feeds_that_fail_stand_at_the_end_with_how_many(asked, tmp_path, monkeypatch):
    """In 80 columns the table ends with what does not work and why, and a line that counts; JSON keeps the order."""
    monkeypatch.setattr("flows.cli.command.terminal_width", lambda: 80)
    path = tmp_path / "talkwatch.toml"
    path.write_text(CONFIGURATION.format(rule="", subscriber="") + FEEDS, encoding="utf-8")
    (tmp_path / "var").mkdir()
    feeds = load_settings(path).feeds
    with writing(new_warehouse(tmp_path / "var")) as session:
        sync_feeds(session, feeds)
        save_polls(session, [poll(feed_id=feeds[0].feed_id, error="HTTP 404 " + "for ever " * 20)])
        save_polls(session, [poll(feed_id=feeds[1].feed_id)])
    *lines, empty, total = asked("feeds", "list").splitlines()
    assert (empty, total) == ("", "1 ok, 1 failing")
    assert [line.split()[0] for line in lines[2:]] == ["Two", "One"]
    assert "HTTP 404" in lines[-1]
    assert max(map(len, lines)) <= 80
    assert [row["outlet"] for row in json.loads(asked("feeds", "list", "--format", "json"))] == ["One", "Two"]


HOSTILE = "Truce\u009b31m \u202egnp\u2066 talks"


def test_json_obeys_no_stranger(tmp_path):
    """What a terminal would obey in a page's or a feed's words is escaped in each command's JSON, and reads back."""
    (tmp_path / "a.txt").write_text(f"{HOSTILE}\n\nDmitry Peskov said a {HOSTILE} was possible.\n", encoding="utf-8")
    (tmp_path / "f.json").write_text(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": HOSTILE, "title": HOSTILE}]})
    )
    for words in (("extract", str(tmp_path / "a.txt")), ("feeds", "parse", str(tmp_path / "f.json"))):
        printed = CliRunner().invoke(app, words).stdout
        assert "Truce" in printed
        assert terminal_safe(printed) == printed
    assert json.loads(printed)["entries"][0]["id"] == HOSTILE


def test_one_alert_is_shown_with_what_became_of_it(asked, fired):
    """An alert's evidence and messages stand under their columns, each proof where it stands in the text."""
    ((alert_id, text),) = fired(
        "SELECT alert_id, text FROM alerts JOIN articles USING (article_id) WHERE article_id = 'b'"
    )
    facts, _, evidence, messages, *_ = asked("alerts", "show", alert_id[:12]).split("\n\n")
    assert f"alert      {alert_id}" in facts
    head, _, *proofs = evidence.splitlines()
    assert head.split() == ["what", "in", "start", "end", "surface"]
    for what, place, start, end, surface in (proof.split(maxsplit=4) for proof in proofs):
        assert text[int(start) : int(end)].startswith(surface.rstrip("…")), (what, place)
    assert messages.splitlines()[0].split() == [
        *("message_id", "subscriber", "channel", "status", "attempts", "due_at", "sent_at", "last_error")
    ]
    ((message_id, due_at),) = fired(f"SELECT message_id, due_at FROM deliveries WHERE alert_id = '{alert_id}'")
    assert messages.splitlines()[2].split() == [message_id, "desk", "slack", "pending", "0", moment(due_at)]


def test_the_facts_of_an_alert_are_those_of_the_tables(asked, fired):
    """Each stands under its name: when it fired is not when its article was published."""
    ((alert_id, *stored),) = fired(
        "SELECT alert_id, fired_at, published_at, rule, official, keyword, scope, reason, outlet, title, url"
        " FROM alerts JOIN articles USING (article_id) WHERE article_id = 'a'"
    )
    facts, *_ = asked("alerts", "show", alert_id).split("\n\n")
    told = {name: value.strip() for name, _, value in (line.partition(" ") for line in facts.splitlines())}
    fired_at, published_at, rule, official, *others = stored
    assert (told["fired"], told["published"]) == (moment(fired_at), moment(published_at))
    assert fired_at != published_at
    assert told["rule"].startswith(f"{rule} (version ")
    assert told["official"].startswith(official)
    assert [told[name] for name in ("keyword", "scope", "reason", "outlet", "title", "link")] == others


def test_one_alert_has_to_be_named(asked, fired, tmp_path):
    """An id that begins no alert's and one that begins several are told apart: the operator writes another, or more."""
    ((alert_id,), _) = fired("SELECT alert_id FROM alerts")
    with writing(tmp_path / "var") as session:
        session.run("INSERT INTO alert_rows SELECT * REPLACE (alert_id || '0' AS alert_id) FROM alert_rows")
    for beginning, problem in {"none-begins-so": "no alert", alert_id: "more than one alert"}.items():
        with pytest.raises(UsageProblem) as refused:
            asked("alerts", "show", beginning)
        assert str(refused.value) == f"{problem} whose id begins with {beginning}"


@pytest.mark.usefixtures("fired")
def test_silences_are_listed_by_column(asked):
    """Each column of `alerts silence --list` has what was asked for."""
    asked(
        "alerts", "silence", "--rule", "truce", "--official", "Dmitry Peskov", "--subscriber", "desk",
        "--until", "2999-01-01", "--by", "Ann", "--reason", "known",
    )  # fmt: skip
    (silence,) = json.loads(asked("alerts", "silence", "--list", "--format", "json"))
    assert silence.pop("silence_id")
    assert silence.pop("starts_at") < "2999"
    assert silence == {
        "rule": "truce",
        "official_id": "dmitry-peskov",
        "subscriber": "desk",
        "story_id": None,
        "ends_at": "2999-01-01T00:00:00Z",
        "author": "Ann",
        "reason": "known",
    }


def test_what_a_backtest_finds_is_listed_by_column(asked, fired):
    """A backtest of these two days has the columns of the contract as JSON, and others for people."""
    when = "--since", (NOW - timedelta(days=1)).isoformat(), "--until", (NOW + timedelta(days=6)).isoformat()
    rows = json.loads(asked("rules", "backtest", *when, "--format", "json"))
    names = ("rule", "article_id", "url", "title", "keyword", "official", "official_id", "scope", "reason", "excerpt")
    stored = fired(
        "SELECT rule, article_id, url, title, keyword, 'Dmitry Peskov', official_id, scope, reason, excerpt"
        " FROM alerts JOIN articles USING (article_id) ORDER BY fired_at"
    )
    assert [tuple(row.items()) for row in rows] == [tuple(zip(names, row, strict=True)) for row in stored]
    head, _, first, _ = asked("rules", "backtest", *when).splitlines()
    assert head.split() == ["at", "rule", "official", "keyword", "scope", "reason", "outlet", "title"]
    assert first.split()[:4] == [moment(NOW), "truce", "Dmitry", "Peskov"]


def test_a_backtest_for_scripts_is_of_all(asked, fired, monkeypatch):
    """Where a table would list what a part of the stories had sent, the JSON array has all of them."""
    when = "--since", (NOW - timedelta(days=1)).isoformat(), "--until", (NOW + timedelta(days=6)).isoformat()
    monkeypatch.setattr(backtesting, "MINUTE", 0.5)
    monkeypatch.setattr(backtesting, "of_stories", lambda _, history, share: [*history][: 1 if share < 1 else None])
    assert len(json.loads(asked("rules", "backtest", *when, "--format", "json"))) == len(fired("FROM alerts")) == 2
    assert len(asked("rules", "backtest", *when).splitlines()) < len(
        asked("rules", "backtest", *when, "--all").splitlines()
    )


def test_feeds_are_listed_by_column(asked, tmp_path):
    """Each column of `feeds list` has what the last poll left, and a feed that was not asked has nothing."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(CONFIGURATION.format(rule="", subscriber="") + FEEDS, encoding="utf-8")
    (tmp_path / "var").mkdir()
    feeds = load_settings(path).feeds
    with writing(new_warehouse(tmp_path / "var")) as session:
        sync_feeds(session, feeds)
        save_polls(session, [poll(new_entry("e1"), new_entry("e2"), feed_id=feeds[0].feed_id)])
    one, two = json.loads(asked("feeds", "list", "--format", "json"))
    assert one == {
        "outlet": "One",
        "state": "fine",
        "last_polled_at": moment(NOW),
        "next_poll_at": moment(NOW + timedelta(minutes=10)),
        "consecutive_failures": 0,
        "entries_seen": 2,
        "last_error": None,
        "url": "https://one.example/rss",
    }
    assert (two["state"], two["last_polled_at"], two["entries_seen"]) == ("new", None, 0)
