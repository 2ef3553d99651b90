"""Reading in processes: what goes wrong with one article costs that article, never the pass."""

from __future__ import annotations

import os
import signal

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.records import Depth
from extractors.speech.reading import Reader, Unread
from flows.processes import readers, reading_process
from flows.processes.readers import Readers, readers_for
from tests import reading_stand_in
from tests.conftest import SEEDS

pytestmark = pytest.mark.slow

WATCHLIST = load_watchlist()
FINE = "Dmitry Peskov arrived in Ankara."


def articles(*texts):
    """Return an article for each text."""
    return [
        Unread(article_id=f"a{number}", title=None, text=text, published_at=None, language="en")
        for number, text in enumerate(texts)
    ]


@pytest.fixture
def stand_ins(monkeypatch):
    """Return readers whose processes do as the articles tell them."""
    monkeypatch.setattr(reading_process, "work", reading_stand_in.work)
    monkeypatch.setattr(readers, "_LEAST_SECONDS", 1.0)
    pool = Readers(WATCHLIST, 2)
    yield pool
    pool.end()


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        pytest.param("crash", Depth.CRASHED, id="a process that dies"),
        pytest.param("spin", Depth.TOOK_TOO_LONG, id="one that goes round in circles"),
        pytest.param("eat", Depth.TOOK_TOO_MUCH, id="one that finds no memory"),
        pytest.param("secret", Depth.CRASHED, id="a bug"),
    ],
)
def test_an_article_that_cannot_be_read_has_its_reason(stand_ins, caplog, text, depth):
    """The others of its chunk are read all the same; it keeps its mentions, and no word of it stands in the log."""
    readings = stand_ins.read(articles(FINE, f"{FINE} {text}", FINE))
    assert [each.depth for each in readings] == [Depth.FULL, depth, Depth.FULL]
    assert [mention.name for mention in readings[1].mentions] == ["Dmitry Peskov", "Ankara"]
    assert readings[1].extractor_version == stand_ins.version == Reader(WATCHLIST).version
    assert "article a1" in caplog.text
    assert text not in caplog.text.replace("crashed", "")


def test_a_process_that_sleeps_is_given_up_by_the_clock(stand_ins, monkeypatch):
    """Who takes no processor time is not waited for either."""
    monkeypatch.setattr(reading_process, "_START_SECONDS", 4.0)
    monkeypatch.setattr(reading_process, "_BUSY", 0)
    (reading,) = stand_ins.read(articles("sleep"))
    assert reading.depth is Depth.TOOK_TOO_LONG


def test_what_failed_in_passing_is_read_in_the_end(stand_ins, tmp_path):
    """One process may die of something else than the article: it is tried once more by itself."""
    (reading,) = stand_ins.read(articles(f"once {tmp_path / 'tried'}"))
    assert reading.depth is Depth.FULL


def test_a_signal_to_all_processes_of_a_service_costs_nothing(stand_ins):
    """Asked to stop, a pass finishes its batch: its reading processes leave SIGTERM and SIGINT to it."""
    stand_ins.read(articles(FINE))
    (process,) = stand_ins._idle
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(process._process.pid, number)
    (reading,) = stand_ins.read(articles(FINE))
    assert reading.depth is Depth.FULL
    assert stand_ins._idle == [process]


def test_a_process_that_died_idle_is_replaced(stand_ins):
    """Between two batches anything may happen to a process."""
    stand_ins.read(articles(FINE))
    os.kill(stand_ins._idle[0]._process.pid, signal.SIGKILL)
    stand_ins._idle[0]._process.wait()
    (reading,) = stand_ins.read(articles(FINE))
    assert reading.depth is Depth.FULL


def test_few_articles_are_read_in_one_process_many_in_several(stand_ins, monkeypatch):
    """A second process is started once there is as much to read as makes up for its start."""
    stand_ins.read(articles(*[FINE] * 3))
    assert len(stand_ins._idle) == 1
    monkeypatch.setattr(readers, "PAYS", 1000)
    monkeypatch.setattr(readers, "CHUNK", 100)
    stand_ins.read(articles(*[FINE] * 100))
    assert len(stand_ins._idle) == 2


def test_processes_end_with_their_readers(stand_ins):
    """None is left behind."""
    stand_ins.read(articles(FINE))
    (process,) = stand_ins._idle
    stand_ins.end()
    assert process._process.poll() is not None
    assert stand_ins._idle == []


def test_a_changed_watchlist_has_readers_of_its_own(monkeypatch):
    """The same watchlist keeps its processes from pass to pass; another one gets others."""
    monkeypatch.setattr(readers, "_shared", [])
    first = readers_for(WATCHLIST)
    assert readers_for(load_watchlist()) is first
    assert readers_for(load_watchlist('decoys = ["Nobody Known"]')) is not first


def test_a_process_reads_as_this_one_does():
    """The seeds come out of other processes as from a reader in this one, in their order."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))[:2]]
    pool = readers_for(WATCHLIST)
    given = [*articles(*texts), *articles("Песков заявил."), *articles("")]
    assert pool.read(given) == Reader(WATCHLIST).read_all(given)
