from __future__ import annotations

import asyncio
from itertools import count, pairwise

import pytest

from flows.config.configuration import FetchTable
from flows.web.pacing import Errand, HostQueue, Pacer, host_of

HOST = "http://a.example/"
SLEEP = asyncio.sleep


class Clock:
    """Seconds that pass when everybody waits for them, and only then."""

    def __init__(self, monkeypatch):
        """Begin at 100."""
        self.now = 100.0
        self.waiting, self.numbers = [], count()
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    async def sleep(self, seconds):
        """Wait as long as nothing else happens."""
        if not seconds:
            return await SLEEP(0)
        event = asyncio.Event()
        self.waiting.append((self.now + seconds, next(self.numbers), event))
        return await event.wait()

    async def pass_time(self):
        """Let time pass to the next who waits for it."""
        while True:
            for _ in range(20):
                await SLEEP(0)
            if self.waiting:
                self.waiting.sort()
                self.now, _, event = self.waiting.pop(0)
                event.set()

    def run(self, work):
        """Run a coroutine while time passes."""

        async def both():
            passing = asyncio.create_task(self.pass_time())
            try:
                return await work
            finally:
                passing.cancel()

        self.waiting = []
        return asyncio.run(both())

    def pacer(self, *, stopping=lambda: False, after_feeds=(), free_at=None, gate=None, **changes):
        """Return a pacer of this time."""
        fetch = FetchTable.model_validate({"delay_seconds": 5, "pass_seconds": 1000, **changes})
        return Pacer(fetch, lambda: self.now, stopping, after_feeds=after_feeds, free_at=free_at, gate=gate)


@pytest.fixture
def clock(monkeypatch):
    """Let time pass only by waiting."""
    return Clock(monkeypatch)


def served(clock, pacer, *wishes, takes=0.0):
    """Ask for turns together, each (name, errand); return (name, when) of those that had one, in order."""
    turns = []

    async def ask(name, errand, url):
        async with pacer.turn(url, errand, grace=20 if errand is Errand.HOP else 0) as in_time:
            if in_time:
                turns.append((name, clock.now))
                await asyncio.sleep(takes)

    async def ask_all():
        await asyncio.gather(*(ask(name, errand, *(rest or [HOST])) for name, errand, *rest in wishes))

    clock.run(ask_all())
    return turns


FEEDS = [("f1", Errand.FEED), ("f2", Errand.FEED)]
PAGES = [("p1", Errand.PAGE), ("p2", Errand.PAGE), ("p3", Errand.PAGE), ("p4", Errand.PAGE)]


@pytest.mark.parametrize(
    ("wishes", "after_feeds", "order"),
    [
        pytest.param([*FEEDS, *PAGES], (), "f1 p1 f2 p2 p3 p4", id="feeds and pages take turns"),
        pytest.param([*PAGES, *FEEDS], (), "f1 p1 f2 p2 p3 p4", id="whoever asked first"),
        pytest.param(
            [*FEEDS, *PAGES], ("a.example:80",), "p1 f1 p2 f2 p3 p4", id="a page's turn where a feed was last"
        ),
        pytest.param([*FEEDS, *PAGES], ("b.example:80",), "f1 p1 f2 p2 p3 p4", id="another host's turns are its own"),
        pytest.param([*FEEDS, *PAGES[:1], ("h", Errand.HOP)], (), "h f1 p1 f2", id="what is under way goes first"),
        pytest.param(
            [*FEEDS, *PAGES[:1], ("h", Errand.HOP)], ("a.example:80",), "h p1 f1 f2", id="and takes nobody's turn"
        ),
    ],
)
def test_feeds_and_pages_take_turns(clock, wishes, after_feeds, order):
    """On one host neither feeds nor pages keep the others waiting; of each kind the first asked is first."""
    turns = served(clock, clock.pacer(after_feeds=after_feeds), *wishes)
    assert " ".join(name for name, _ in turns) == order
    assert [at for _, at in turns] == [100 + 5 * place for place in range(len(turns))]


def test_a_pass_with_time_for_one_request_takes_turns_with_the_last_one(clock):
    """Where one pass has one turn, what comes next is what the last one did not ask for."""
    had = [
        served(clock, clock.pacer(pass_seconds=4, after_feeds=fed), *FEEDS, *PAGES) for fed in ((), ("a.example:80",))
    ]
    assert [[name for name, _ in turns] for turns in had] == [["f1"], ["p1"]]


def test_no_more_at_once_than_the_host_is_given(clock):
    """With two places and no delay two are served at once, and the next when one of them is done."""
    turns = served(clock, clock.pacer(per_host=2, delay_seconds=0), *PAGES, takes=7)
    assert [at for _, at in turns] == [100, 100, 107, 107]


@pytest.mark.parametrize(
    ("places", "takes"),
    [
        pytest.param(1, 1.0, id="quick answers"),
        pytest.param(1, 13.0, id="answers slower than the delay"),
        pytest.param(2, 13.0, id="two places"),
    ],
)
def test_fifty_feeds_on_one_host_are_one_line(clock, places, takes):
    """However many feeds a host has, it serves so many at once, and is left its delay between two starts."""
    wishes = [(f"f{n}", Errand.FEED) for n in range(50)]
    starts = [at for _, at in served(clock, clock.pacer(per_host=places), *wishes, takes=takes)]
    assert len(starts) == len(wishes)
    assert all(later - earlier >= 5 for earlier, later in pairwise(starts))
    assert max(sum(at <= moment < at + takes for at in starts) for moment in starts) == min(places, 1 + takes // 5)


def test_no_more_at_once_than_there_are_places(clock):
    """Over all hosts no more are served at once than `concurrency`."""
    wishes = [(str(n), Errand.FEED, f"http://{n}.example/") for n in range(4)]
    turns = served(clock, clock.pacer(concurrency=3), *wishes, takes=7)
    assert [at for _, at in turns] == [100, 100, 100, 107]


def test_a_parked_host_is_left_alone_and_others_are_not(clock):
    """Parking lasts as long as it was said to, for that host alone, and a shorter one does not end it."""
    pacer = clock.pacer()
    pacer.park("a.example:80", 60)
    pacer.park("a.example:80", 10)
    turns = served(clock, pacer, ("a", Errand.FEED), ("b", Errand.FEED, "http://b.example/"))
    assert turns == [("b", 100), ("a", 160)]


def test_a_host_parked_while_a_place_was_waited_for_is_left_alone(clock):
    """What was free when its turn was prepared may be parked by the time that a place is free."""
    pacer = clock.pacer(concurrency=1)
    wishes = [("a", Errand.FEED, "http://a.example/"), ("b", Errand.FEED, "http://b.example/")]
    turns = []

    async def ask(name, errand, url):
        async with pacer.turn(url, errand):
            turns.append((name, clock.now))
            pacer.park("b.example:80", 60)
            await asyncio.sleep(7)

    async def ask_all():
        await asyncio.gather(*(ask(*wish) for wish in wishes))

    clock.run(ask_all())
    assert turns == [("a", 100), ("b", 160)]


def test_a_crawl_delay_counts_where_it_is_longer(clock):
    """A site's own delay lies between the starts on its host, and a shorter one than ours does not hurry us."""
    for own, starts in ((12, [100, 112]), (1, [100, 105])):
        clock.now = 100.0
        pacer = clock.pacer()
        pacer.slow("a.example:80", own)
        assert [at for _, at in served(clock, pacer, *FEEDS)] == starts


def test_a_crawl_delay_learnt_late_counts_from_the_last_start(clock):
    """What robots.txt asks for holds for the request after it already."""
    pacer = clock.pacer()
    served(clock, pacer, FEEDS[0])
    pacer.slow("a.example:80", 30)
    assert served(clock, pacer, PAGES[0]) == [("p1", 130)]


def test_what_earlier_passes_asked_counts(clock):
    """A host that was asked shortly before the pass waits for the rest of its delay."""
    assert served(clock, clock.pacer(free_at={"a.example:80": 103.0}), FEEDS[0]) == [("f1", 103)]


def test_nothing_starts_after_the_end_but_what_is_under_way(clock):
    """What would start after the pass stays undone; a redirect's hop has its grace, and no more than that."""
    pacer = clock.pacer(pass_seconds=8)
    pacer.park("a.example:80", 15)
    assert served(clock, pacer, *FEEDS, ("h", Errand.HOP), *PAGES) == [("h", 115)]
    pacer.park("a.example:80", 15)
    assert served(clock, pacer, ("h", Errand.HOP)) == []
    assert served(clock, pacer, ("f1", Errand.FEED, "http://never-asked.example/")) == []


def test_a_pass_that_is_told_to_stop_asks_no_more(clock):
    """Being stopped is noticed while a host's turn is waited for, within a second, however long that would take."""
    pacer = clock.pacer(stopping=lambda: clock.now > 103, delay_seconds=60)
    assert served(clock, pacer, *FEEDS) == [("f1", 100)]
    assert clock.now <= 104


def test_a_fault_in_giving_turns_is_raised_where_they_are_waited_for(clock):
    """A bug is not a wait without end."""

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        served(clock, clock.pacer(stopping=broken), *FEEDS)


def test_who_leaves_takes_no_turn(clock):
    """One that is cancelled while it waits costs its host neither time nor a place."""
    turns = []

    async def ask(pacer, name):
        async with pacer.turn(HOST):
            turns.append((name, clock.now))

    async def ask_all():
        pacer = clock.pacer(delay_seconds=1)
        asking = [asyncio.create_task(ask(pacer, name)) for name in ("a", "b", "c")]
        await SLEEP(0)
        asking[1].cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    clock.run(ask_all())
    assert turns == [("a", 100), ("c", 101)]


def test_who_has_given_up_is_passed_over():
    """A turn goes to the next one when the one it belongs to was cancelled just now."""

    async def call():
        line = HostQueue(1, pages_next=False)
        gone, there = line.join(Errand.FEED, 0), line.join(Errand.FEED, 0)
        gone.granted.cancel()
        assert line.call()
        assert there.granted.result() is True
        assert not line.call()

    asyncio.run(call())


def test_nothing_starts_behind_a_closed_gate(clock):
    """While what was fetched has not been taken, nothing more is fetched."""

    async def ask_all():
        gate = asyncio.Event()
        pacer = clock.pacer(gate=gate)
        asking = asyncio.create_task(ask(pacer))
        for _ in range(20):
            await SLEEP(0)
        assert not asking.done()
        gate.set()
        return await asking

    async def ask(pacer):
        async with pacer.turn(HOST) as in_time:
            return in_time

    assert clock.run(ask_all()) is True


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://A.example/x", "a.example:80"),
        ("https://a.example/", "a.example:443"),
        ("http://a.example:8080/", "a.example:8080"),
        ("http://[::1]:81/", "::1:81"),
        ("http://a:b@c.example/", "c.example:80"),
        ("http://a.example:port/", "http://a.example:port/"),
    ],
)
def test_a_host_is_a_name_and_a_port(url, host):
    """The same server under other spellings is one host."""
    assert host_of(url) == host
