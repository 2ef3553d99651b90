"""Reading in processes: what goes wrong with one article costs that article, never the pass."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.records import Depth
from extractors.speech.reading import Reader, Unread
from flows.problems import WorkProblem
from flows.processes import pool, readers
from flows.processes.readers import Readers, readers_for
from tests import reading_stand_in
from tests.conftest import SEEDS

pytestmark = [pytest.mark.slow, pytest.mark.own_nurseries]

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
    monkeypatch.setattr(readers, "prepare", reading_stand_in.prepare)
    monkeypatch.setattr(readers, "_LEAST_SECONDS", 1.0)
    opened = Readers(WATCHLIST, 2)
    yield opened
    opened.end()


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
    monkeypatch.setattr(pool, "_PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(pool, "_BUSY", 0)
    (reading,) = stand_ins.read(articles("sleep"))
    assert reading.depth is Depth.TOOK_TOO_LONG


def test_what_failed_in_passing_is_read_in_the_end(stand_ins, tmp_path):
    """One process may die of something else than the article: it is tried once more by itself."""
    (reading,) = stand_ins.read(articles(f"once {tmp_path / 'tried'}"))
    assert reading.depth is Depth.FULL


def processes(of_readers):
    """Return the nursery's process id, and those of the reading processes that there are."""
    nursery = of_readers._pool._living.nursery.pid
    children = Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split()
    return nursery, [int(pid) for pid in children]


def test_a_signal_to_all_processes_of_a_service_costs_nothing(stand_ins, tmp_path):
    """Asked to stop, a pass finishes its batch: its reading processes leave SIGTERM and SIGINT to it."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    reading = stand_ins.each([stand_ins._skimmer.skim(each) for each in articles(f"{FINE} wait {gate}")])
    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(dict, reading)
        with gate.open("w") as opened:
            nursery, [reader] = processes(stand_ins)
            for number in (signal.SIGTERM, signal.SIGINT):
                os.kill(reader, number)
                os.kill(nursery, number)
            opened.write("go")
        assert done.result()[0].depth is Depth.FULL
    assert processes(stand_ins) == (nursery, [])


def test_between_batches_only_the_model_is_kept(stand_ins):
    """What reading processes took is given back; others come from where the model is, which stays."""
    stand_ins.read(articles(FINE))
    first = processes(stand_ins)
    stand_ins.read(articles(FINE))
    assert processes(stand_ins) == first
    assert first[1] == []


def test_a_nursery_that_died_is_replaced(stand_ins):
    """Between two batches anything may happen to a process."""
    stand_ins.read(articles(FINE))
    os.kill(processes(stand_ins)[0], signal.SIGKILL)
    stand_ins._pool._living.nursery._process.wait()
    (reading,) = stand_ins.read(articles(FINE))
    assert reading.depth is Depth.FULL


def test_a_nursery_that_never_gets_ready_is_given_up(monkeypatch):
    """Where no process can be had a pass ends with a line, and not never: what it has is read in the next one."""
    monkeypatch.setattr(readers, "prepare", reading_stand_in.never_ready)
    monkeypatch.setattr(pool, "_START_SECONDS", 0.1)
    with pytest.raises(WorkProblem, match="this machine is busy"):
        Readers(WATCHLIST, 1).read(articles(FINE))


def test_few_articles_are_read_in_one_process_many_in_several(stand_ins, monkeypatch):
    """A second process is started once there is more to read than is handed over at once."""
    counted = []
    monkeypatch.setattr(pool.Pool, "rest", lambda one: counted.append(len(one.idle)) or one._living.rest())
    stand_ins.read(articles(*[FINE] * 3))
    monkeypatch.setattr(readers, "CHUNK", 100)
    stand_ins.read(articles(*[FINE] * 100))
    assert counted == [1, 2]


@pytest.mark.parametrize(("chunk", "reading"), [(1, 1), (1000, 0)])
def test_others_are_skimmed_while_articles_are_read(stand_ins, monkeypatch, chunk, reading):
    """Skims are drawn one by one: as soon as there are enough a process reads, and at the first the model is loaded."""
    monkeypatch.setattr(readers, "CHUNK", chunk)
    first, second = map(stand_ins._skimmer.skim, articles(FINE, FINE))
    seen = []

    def drawn():
        yield first
        seen.extend(processes(stand_ins)[1])
        yield second

    assert [reading.depth for _, reading in stand_ins.each(drawn())] == [Depth.FULL] * 2
    assert len(seen) == reading


def test_processes_end_with_their_readers(stand_ins):
    """None is left behind."""
    stand_ins.read(articles(FINE))
    nursery, _ = processes(stand_ins)
    stand_ins.end()
    assert not Path(f"/proc/{nursery}").exists()


def test_a_changed_watchlist_has_readers_of_its_own(monkeypatch):
    """The same watchlist keeps its processes from pass to pass; another one gets others."""
    monkeypatch.setattr(readers, "_shared", [])
    first = readers_for(WATCHLIST, tagging=True)
    assert readers_for(load_watchlist(), tagging=True) is first
    without = readers_for(WATCHLIST, tagging=False)
    assert without is not first
    assert without.version != first.version
    assert readers_for(load_watchlist('decoys = ["Nobody Known"]'), tagging=False) is not without


def test_a_process_reads_as_this_one_does():
    """The seeds come out of other processes as from a reader in this one, in their order."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))[:2]]
    opened = readers_for(WATCHLIST, tagging=True)
    given = [*articles(*texts), *articles("Песков заявил."), *articles("")]
    assert opened.read(given) == Reader(WATCHLIST).read_all(given)
