from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from extractors.html.pages import clean_page
from extractors.records import Feed, Page, Unreadable, UnreadableReason
from extractors.syndication.feeds import parse_feed
from flows.problems import WorkProblem
from flows.processes import pool as engine
from flows.processes import workers
from flows.processes.pool import Loss, Lost, Task
from flows.processes.workers import Limits, Parse, Workers, unreadable

pytestmark = [pytest.mark.slow, pytest.mark.own_nurseries]

PAGE = (
    b"<html lang=en><head><title>Talks go on</title></head><body><h1>Talks go on</h1><p>Talks went on in Istanbul on"
    b" Tuesday.</p><p>Dmitry Peskov saw no breakthrough.</p><p>A summit is not planned.</p></body></html>"
)
FEED = (
    b'<rss version="2.0"><channel><title>The Herald</title><item><title>Talks go on</title>'
    b"<link>https://herald.example/1</link></item></channel></rss>"
)
LOL = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
LONG = "x" * 50_000


def article(inside: str) -> bytes:
    """Return a page with this inside."""
    return f"<html lang=en><body><article><h1>Talks go on</h1>{inside}</article></body></html>".encode()


def rss(inside: str, before: str = "") -> bytes:
    """Return a feed with this inside an item's title."""
    item = f"<item><title>{inside}</title><link>https://herald.example/1</link></item>"
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>T</title>{item}</channel></rss>'.encode()


@pytest.fixture(scope="module")
def pool():
    """Keep two processes for the tests of this file."""
    with Workers(2) as pool:
        yield pool


def test_answers_are_those_of_the_parsers(pool):
    """A worker's records are what the parser in this process returns, errors included."""
    assert pool.clean_page(PAGE, url="https://herald.example/1") == clean_page(PAGE, url="https://herald.example/1")
    assert pool.parse_feed(Parse(kind="feed", body=FEED, url="https://herald.example/")) == parse_feed(
        FEED, url="https://herald.example/"
    )
    assert pool.clean_page(b"") == clean_page(b"")


def test_a_batch_keeps_its_order(pool):
    """Answers come in the order of the tasks, from both processes, though the first takes longest."""
    slow = Parse(kind="page", body=article("".join(f"<p>Line {n} was said by somebody.</p>" for n in range(4_000))))
    tasks = [slow, *(Parse(kind="page", body=PAGE.replace(b"Talks", b"Talks %d" % n)) for n in range(30))]
    first, *rest = pool.parse(tasks)
    assert isinstance(first, Page)
    assert [answer.title for answer in rest if isinstance(answer, Page)] == [f"Talks {n} go on" for n in range(30)]
    assert len(pool._pool.idle) == 2


def test_tasks_are_drawn_when_there_is_room():
    """A long iterable is not read ahead of the processes."""
    drawn = []

    def tasks():
        for number in range(20):
            drawn.append(number)
            yield Parse(kind="page", body=PAGE)

    with Workers(1) as pool:
        for done, _ in enumerate(pool.in_order(tasks()), start=1):
            assert len(drawn) <= done + 2


def test_nothing_to_parse_starts_nothing():
    """A pool that gets no task has no process."""
    with Workers(2) as pool:
        assert pool.parse([]) == []
        assert pool._pool._living.nursery is None


def test_the_end_of_the_pool_ends_its_processes():
    """No process outlives the pool, and one that is left half way leaves none either."""
    with Workers(2) as pool:
        pool.parse([Parse(kind="page", body=PAGE)] * 2)
        left = [one.pid for one in pool._pool.idle] + [pool._pool._living.nursery.pid]
        next(pool.in_order([Parse(kind="page", body=PAGE)] * 5))
    assert [Path(f"/proc/{pid}").exists() for pid in left] == [False] * 3


HOSTILE = [
    pytest.param("page", article(f"<p>{''.join(f'<a href=/{n}>word {n}</a> and ' for n in range(20_000))}</p>"), id="20,000 links in a paragraph"),
    pytest.param("page", article("".join(f"<p>This is paragraph {n} of many.</p>" for n in range(50_000))), id="50,000 paragraphs"),
    pytest.param("page", article("<div>" * 200_000), id="200,000 nested blocks"),
    pytest.param("page", article("<b><i>" * 100_000 + "x"), id="200,000 nested marks"),
    pytest.param("page", article("<table><tr><td>" * 30_000), id="30,000 nested tables"),
    pytest.param("page", article(f'<p title="{"a" * 4_900_000}">x</p>'), id="a long attribute"),
    pytest.param("page", article(f'<div class="{" ".join(f"c{n}" for n in range(300_000))}">x</div>'), id="300,000 classes"),
    pytest.param("page", article("<time datetime=2022-03-30T10:00:00Z>x</time>" * 60_000), id="60,000 times"),
    pytest.param("page", f'<script type="application/ld+json">{"[" * 1_000_000}</script>'.encode(), id="deep JSON-LD"),
    pytest.param("feed", rss("&a11;", f'<!DOCTYPE rss [<!ENTITY a0 "lol">{LOL}]>'), id="billion laughs"),
    pytest.param("feed", rss("&a;" * 50_000, f'<!DOCTYPE rss [<!ENTITY a "{LONG}">]>'), id="quadratic blow-up"),
    pytest.param("feed", rss("<b>" * 200_000), id="200,000 nested tags in a feed"),
    pytest.param("feed", rss(f'<b title="{"a" * 10_000_000}"/>'), id="an attribute of 10 MB"),
    pytest.param("feed", rss("&lt;a href=/1&gt;x&lt;/a&gt;" * 80_000), id="80,000 links in a description"),
    pytest.param("feed", rss("</title></item><item><title>x" * 20_000), id="20,000 items"),
    pytest.param("feed", b"\x1f\x8b" + bytes(100), id="a broken gzip"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), HOSTILE)
def test_hostile_bytes_are_answered(pool, kind, body):
    """Whatever the bytes, there is an answer, and the next item is parsed as ever."""
    (answer,) = pool.parse([Parse(kind=kind, body=body)])
    assert isinstance(answer, Feed | Page | Unreadable)
    assert isinstance(pool.clean_page(PAGE), Page)


def test_an_external_entity_is_not_read(pool, tmp_path):
    """A feed cannot make the parser read a file."""
    secret = tmp_path / "secret"
    secret.write_text("sesame")
    answer = pool.parse_feed(
        Parse(kind="feed", body=rss("&x;", f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'))
    )
    assert "sesame" not in repr(answer)


def test_what_takes_too_long_is_unreadable():
    """An item over its deadline ends its process, and a new one takes up the next."""
    with Workers(1, Limits(seconds=1)) as pool:
        assert isinstance(pool.clean_page(PAGE), Page)
        slow = article("".join(f"<p>This is paragraph {n} of many.</p>" for n in range(50_000)))
        assert pool.clean_page(slow) == Unreadable(reason=UnreadableReason.BROKEN, detail="took too long")
        assert pool._pool.idle == []
        assert isinstance(pool.clean_page(PAGE), Page)


def test_what_takes_too_much_memory_is_unreadable():
    """An item over its memory is unreadable, and the next is parsed."""
    with Workers(1, Limits(headroom_bytes=60_000_000)) as pool:
        bomb = article("".join(f"<b>{n}</b>" for n in range(380_000)))
        answer = pool.clean_page(bomb)
        assert isinstance(answer, Unreadable)
        assert answer.detail in {"took too much memory", "no HTML", "no text"}
        assert isinstance(pool.clean_page(PAGE), Page)


LENGTHY = Task(key=0, content=Parse(kind="page", body=article("<p>word. </p>" * 50_000)), seconds=20)


def kill(pid: int, signal_number: int) -> None:
    """Send a signal and wait for what it does."""
    ending = os.pidfd_open(pid)
    os.kill(pid, signal_number)
    assert select.select([ending], [], [], 20)[0]
    os.close(ending)


@pytest.mark.parametrize(
    ("signal_number", "detail"),
    [
        pytest.param(signal.SIGKILL, "took too much memory", id="killed, as the system does when memory is short"),
        pytest.param(signal.SIGSEGV, "its parser crashed", id="crashed"),
    ],
)
def test_a_death_is_an_answer(signal_number, detail):
    """A process that dies at work makes its item unreadable; one that died idle is replaced unseen."""
    with Workers(1) as pool:
        pool.clean_page(PAGE)
        kill(pool._pool.idle[0].pid, signal_number)
        assert isinstance(pool.clean_page(PAGE), Page)
        one = pool._pool._living.set_to(LENGTHY)
        kill(one.pid, signal_number)
        assert unreadable(one.answer()) == Unreadable(reason=UnreadableReason.BROKEN, detail=detail)


def test_a_nursery_that_died_is_replaced():
    """When the process that the others come from is gone, the next item is parsed all the same."""
    with Workers(1) as pool:
        pool.clean_page(PAGE)
        kill(pool._pool._living.nursery.pid, signal.SIGKILL)
        assert isinstance(pool.clean_page(PAGE), Page)
        kill(pool._pool.idle[0].pid, signal.SIGKILL)
        assert isinstance(pool.clean_page(PAGE), Page)


@pytest.mark.parametrize("kind", ["page", "feed"])
def test_running_out_of_memory_is_an_answer(monkeypatch, kind):
    """A parser's MemoryError says what it was, though what else it throws is only that it gave up."""

    def run_out(*_, **__):
        raise MemoryError

    monkeypatch.setattr("extractors.html.pages.load_html", run_out)
    monkeypatch.setattr("feedparser.parse", run_out)
    lost = engine.answered(workers.parsed, Parse(kind=kind, body=PAGE if kind == "page" else FEED))
    assert lost == Lost(loss=Loss.TOO_MUCH)
    assert unreadable(lost).detail == "took too much memory"


def test_what_a_process_cannot_load_is_told():
    """A library that is not there, as after an upgrade without `make install`, is one line that names it."""
    job = engine.Job(prepare=importlib.import_module, given=("nothing_of_this_name",), headroom_bytes=0)
    with pytest.raises(WorkProblem, match=r"No module named 'nothing_of_this_name'; `make install`"):
        list(engine.Pool(job).each(lambda: Task(key=0, content=0, seconds=1), 1))


def test_a_worker_knows_no_secrets(monkeypatch):
    """The environment is not handed on."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/sesame")
    with Workers(1) as pool:
        pool.clean_page(PAGE)
        environment = Path(f"/proc/{pool._pool.idle[0].pid}/environ").read_bytes()
    assert b"sesame" not in environment


def test_workers_end_with_their_parent():
    """When the process that made them is killed, its workers end, even at work."""
    program = (
        "import sys; from flows.processes.pool import Task; from flows.processes.workers import Parse, Workers;"
        f"pool = Workers(1); pool.clean_page({PAGE!r}); task = Parse(kind='page', body=b'<p>x. </p>' * 100_000);"
        "one = pool._pool._living.set_to(Task(key=0, content=task, seconds=5));"
        "print(one.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    with contextlib.suppress(ProcessLookupError):
        ended, _, _ = select.select([os.pidfd_open(child)], [], [], 6 * Limits().seconds)
        assert ended


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_what_stops_a_service_ends_no_parser(signal_number):
    """Whoever stops a service signals all its processes; a page being read is read on, and is not taken for broken."""
    with Workers(1) as pool:
        pool.clean_page(PAGE)
        nursery = pool._pool._living.nursery._process
        for pid in (pool._pool.idle[0].pid, nursery.pid):
            os.kill(pid, signal_number)
        assert isinstance(pool.clean_page(PAGE), Page)
        pool._pool.idle.append(pool._pool._living.forked())
        assert nursery.poll() is None
