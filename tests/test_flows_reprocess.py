from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest.mock import DEFAULT, Mock

import pytest
from typer.testing import CliRunner

from flows.acquire import replay as reprocessing
from flows.acquire.replay import LOCK_FILE, reprocess
from flows.cli.app import app
from flows.problems import WorkProblem
from flows.setup import Setup
from flows.steps import record
from tests.alert_desk import Desk, found
from tests.warehouse_examples import NOW
from warehouse.locking import exclusive
from warehouse.store import reading, writing
from warehouse.utterances import SameMeaning

FIRST = "“If there is a chance for a truce that brings our prisoners home, we will take it,” Peskov said."
AGAIN = "“Should there be an opportunity for a truce that returns our prisoners, we will use it,” Peskov said."
OTHER = "“Nobody in Moscow has ever spoken of a truce with anyone, and these reports are wrong,” Peskov said."
TITLES = {
    "a": "Kremlin ready to take any truce that brings prisoners home",
    "b": "Kremlin would take a truce that brings prisoners home",
    "c": "Harvest festival draws thousands",
}
TEXTS = {"a": FIRST, "b": AGAIN, "c": OTHER}
# Everything that joining keeps, whatever the order of its rows.
JOINED = (
    "SELECT statement_id, utterance_id FROM statements ORDER BY ALL",
    "SELECT utterance_id, reports, outlets, first_said_at, statement_id, said_before FROM utterances ORDER BY ALL",
    "SELECT event_id, articles, stories, first_seen_at FROM events ORDER BY ALL",
    "SELECT article_id, event_id, story_id, revision, revised_at FROM articles ORDER BY ALL",
    "SELECT official_id, topic, stance, since, until FROM positions ORDER BY ALL",
    "SELECT statement_id, utterance_id, speaker FROM utterance_keys ORDER BY ALL",
    "SELECT statement_id, utterance_id, earlier FROM sayings ORDER BY ALL",
    "SELECT count(*) FROM article_revisions",
)
UTTERANCES = "SELECT utterance_id, reports FROM utterances ORDER BY first_said_at"
KNOWN_BY_WORDS = "SELECT DISTINCT article_id FROM utterance_keys JOIN statements USING (statement_id) ORDER BY ALL"
TOLD = [f"SELECT count(*) FROM {table}" for table in ("decisions", "alerts", "messages", "follow_ups")]


def as_an_earlier_version(monkeypatch, *, joins: bool):
    """Let a warehouse be filled as an earlier version might have, which joined all that one person said, or nothing."""

    def same_meanings(fresh, known, _vectors):
        return tuple(SameMeaning(statement_id=word.statement_id, node=other.name) for word in fresh for other in known)

    monkeypatch.setattr(record, "same_meanings", same_meanings if joins else lambda *_: ())


def filled(tmp_path, *, names: str = "abc", version: str = "test") -> Setup:
    """Take articles in an hour after each other; return what a pass works with, the warehouse closed."""
    with Desk(tmp_path) as desk:
        for name in names:
            took = found(name, TEXTS[name], title=TITLES[name], published_at=desk.now)
            desk.take_in(replace(took, reading=replace(took.reading, extractor_version=version)))
            desk.after(hours=1)
        return desk.setup


@pytest.fixture
def read(monkeypatch):
    """Let stored articles be read as the desk's reader reads them; return what was asked for."""
    asked = []

    def read(_setup, items):
        asked.extend(item.article.article_id for item in items)
        return tuple(
            replace(found(each.article_id, each.text, title=each.title), article=each, arrival=item.arrival)
            for item in items
            for each in [item.article]
        )

    monkeypatch.setattr(reprocessing, "read", read)
    return asked


def shown(setup, *queries):
    """Return what these queries answer."""
    with reading(setup.data_dir) as session:
        return [session.rows(query) for query in queries]


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [1, 50])
def test_what_is_right_stays_as_it_is(tmp_path, monkeypatch, read, at_once):
    """Read again by the same version, an article is joined as before: no name, count or revision is another, none told."""
    monkeypatch.setattr(reprocessing, "AT_ONCE", at_once)
    setup = filled(tmp_path)
    before = shown(setup, *JOINED, *TOLD)
    assert before[1][0][1] + before[1][1][1] == 3
    assert reprocess(setup) == 3
    assert read == ["a", "b", "c"]
    assert shown(setup, *JOINED, *TOLD) == before
    assert shown(setup, "FROM reprocessing") == [[]]


@pytest.mark.slow
@pytest.mark.usefixtures("read")
def test_what_an_earlier_version_kept_apart_is_joined(tmp_path, monkeypatch):
    """Two reports that an earlier version could not join are one utterance under the first one's name, two alerts as told.

    That it made another fingerprint of their words is no reason to leave them.
    """
    with monkeypatch.context() as earlier:
        as_an_earlier_version(earlier, joins=False)
        setup = filled(tmp_path, names="ab", version="earlier")
    with writing(setup.data_dir) as session:
        session.run("UPDATE article_rows SET text_hash = 'earlier'")
    utterances = "SELECT utterance_id, reports FROM utterances ORDER BY first_said_at"
    alerts = "SELECT DISTINCT utterance_id FROM alerts"
    ((first, second), told), counts = shown(setup, utterances, alerts), shown(setup, *TOLD)
    assert (first[1], second[1], len(told)) == (1, 1, 2)
    reprocess(setup)
    assert shown(setup, utterances, alerts) == [[(first[0], 2)], [(first[0],)]]
    assert shown(setup, "SELECT DISTINCT extractor_version FROM articles") == [[("test",)]]
    assert shown(setup, *TOLD) == counts


@pytest.mark.slow
@pytest.mark.usefixtures("read")
def test_what_an_earlier_version_joined_wrongly_comes_apart(tmp_path, monkeypatch):
    """What never was one thing said gets a name and a count of its own, and the first keeps its name."""
    with monkeypatch.context() as earlier:
        as_an_earlier_version(earlier, joins=True)
        setup = filled(tmp_path, names="ac")
    assert shown(setup, "SELECT reports FROM utterances") == [[(2,)]]
    ((name,),) = shown(setup, "SELECT utterance_id FROM utterances")[0]
    reprocess(setup)
    counts = "SELECT utterance_id, reports FROM utterances ORDER BY first_said_at"
    (kept, new) = shown(setup, counts)[0]
    assert (kept, new[1]) == ((name, 1), 1)
    assert new[0] != name


@pytest.mark.slow
def test_broken_off_it_goes_on(tmp_path, monkeypatch, read):
    """Killed in the second article, with a pass in between weeks later, it reads the rest and joins it as if nothing had been."""
    with monkeypatch.context() as earlier:
        as_an_earlier_version(earlier, joins=False)
        setup = filled(tmp_path, names="ab", version="earlier")
    monkeypatch.setattr(reprocessing, "AT_ONCE", 1)
    with monkeypatch.context() as killed:
        killed.setattr(reprocessing, "taken_in", Mock(wraps=record.taken_in, side_effect=[DEFAULT, KeyboardInterrupt]))
        with pytest.raises(KeyboardInterrupt):
            reprocess(setup)
    assert read == ["a", "b"]
    with Desk.again(setup) as desk:
        desk.now = NOW + timedelta(days=30)
        desk.take_in(found("c", OTHER, published_at=desk.now))
    assert reprocess(setup) == 1
    assert read == ["a", "b", "b"]
    assert shown(setup, "SELECT reports FROM utterances ORDER BY first_said_at") == [[(2,), (1,)]]


@pytest.fixture
def aged(tmp_path, monkeypatch) -> Setup:
    """Return a warehouse with two reports that an earlier version kept apart, weeks ago, and a third article since."""
    with monkeypatch.context() as earlier:
        as_an_earlier_version(earlier, joins=False)
        setup = filled(tmp_path, names="ab", version="earlier")
    with Desk.again(setup) as desk:
        desk.now = NOW + timedelta(days=30)
        desk.take_in(found("c", OTHER, title=TITLES["c"], published_at=desk.now))
    assert shown(setup, KNOWN_BY_WORDS) == [[("c",)]]
    return desk.setup


@pytest.mark.slow
def test_from_a_day_on_it_is_joined_with_what_came_before(aged, read):
    """Only what arrived since is read, and it joins what was reported just before and was found by nothing any more."""
    told = "SELECT event_id, articles FROM events ORDER BY first_seen_at"
    ((first, *_), *_), events = shown(aged, UTTERANCES, told)
    assert reprocess(aged, NOW + timedelta(hours=1)) == 2
    assert read == ["b", "c"]
    assert shown(aged, UTTERANCES)[0][0] == (first, 2)
    assert shown(aged, "SELECT article_id, extractor_version FROM articles ORDER BY ALL") == [
        [("a", "earlier"), ("b", "test"), ("c", "test")]
    ]
    assert shown(aged, told) == [events]


@pytest.mark.slow
def test_killed_before_the_first_is_read_it_still_knows_what_came_before(aged, monkeypatch, read):
    """Broken off while it recalls what came before, it does so again, for what passes dropped meanwhile too."""
    with monkeypatch.context() as killed:
        killed.setattr(reprocessing, "taken_in", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            reprocess(aged, NOW + timedelta(hours=1))
    assert shown(aged, KNOWN_BY_WORDS) == [[("a",), ("c",)]]
    read.clear()
    assert reprocess(aged) == 2
    assert read == ["b", "c"]
    assert shown(aged, "SELECT reports FROM utterances ORDER BY first_said_at") == [[(2,), (1,)]]


@pytest.mark.usefixtures("read")
def test_newer_words_that_came_meanwhile_stay(tmp_path, monkeypatch):
    """An article whose words a pass has changed since it was loaded is left alone: it is read by this version already."""
    setup = filled(tmp_path, names="c")
    plain = reprocessing.worked_out

    def meanwhile(*args):
        batch = plain(*args)
        with Desk.again(setup) as desk:
            desk.take_in(found("c", f"{OTHER} {FIRST}", title=TITLES["c"], published_at=NOW))
        return batch

    monkeypatch.setattr(reprocessing, "worked_out", meanwhile)
    assert reprocess(setup) == 0
    assert shown(setup, "SELECT revision FROM articles", "SELECT count(*) FROM statements") == [[(2,)], [(2,)]]


def test_two_at_once_are_refused(tmp_path):
    """While one is at work the other says so in one line, and does nothing."""
    setup = filled(tmp_path, names="c")
    with exclusive(setup.data_dir / LOCK_FILE):
        done = CliRunner().invoke(app, ["reprocess", "--config", str(tmp_path / "talkwatch.toml")])
    assert isinstance(done.exception, WorkProblem)
    assert "another reprocess is at work" in str(done.exception)
