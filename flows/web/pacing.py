"""The hosts' peace: how many at once, how long between starts, who is next, who is left alone. Fetches nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import httpx

from flows.config.configuration import FetchTable


class Errand(Enum):
    """What a request is for. A redirect's next hop is under way already, and goes before what has not begun."""

    HOP = "hop"
    FEED = "feed"
    PAGE = "page"


@dataclass(eq=False, slots=True)
class Ticket:
    """One who waits for a host's turn: `granted` becomes True at its turn, False when no time is left for it."""

    errand: Errand
    grace: float
    granted: asyncio.Future[bool]


class HostQueue:
    """Those who wait for one host. What is under way comes first; then feeds and pages take turns, in their order.

    So neither a long backlog of pages holds up the feeds, nor feeds that are always due the pages.
    """

    def __init__(self, places: int, *, pages_next: bool) -> None:
        """Begin with nobody; `pages_next` when a feed was the last that the host was asked for."""
        self.places = asyncio.Semaphore(places)
        self.usher: asyncio.Task[None] | None = None
        self._waiting: dict[Errand, deque[Ticket]] = {errand: deque() for errand in Errand}
        self._pages_next = pages_next

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(map(len, self._waiting.values()))

    @property
    def grace(self) -> float:
        """Return for how long after the end of the pass what is under way here may still go on."""
        return max((ticket.grace for ticket in self._waiting[Errand.HOP]), default=0)

    def join(self, errand: Errand, grace: float) -> Ticket:
        """Take a place at the end."""
        ticket = Ticket(errand, grace, asyncio.get_running_loop().create_future())
        self._waiting[errand].append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Wait no longer."""
        if ticket in self._waiting[ticket.errand]:
            self._waiting[ticket.errand].remove(ticket)

    def call(self) -> bool:
        """Give the host's turn to whose it is; return whether anyone took it."""
        turns = (Errand.PAGE, Errand.FEED) if self._pages_next else (Errand.FEED, Errand.PAGE)
        for errand in (Errand.HOP, *turns):
            while self._waiting[errand]:
                ticket = self._waiting[errand].popleft()
                if not ticket.granted.done():
                    self._pages_next = errand is Errand.FEED or (errand is Errand.HOP and self._pages_next)
                    ticket.granted.set_result(True)
                    return True
        return False

    def send_away(self, error: Exception | None = None) -> None:
        """Tell everyone that no time is left, or raise where they wait what went wrong here."""
        for ticket in (ticket for tickets in self._waiting.values() for ticket in tickets):
            if error and not ticket.granted.done():
                ticket.granted.set_exception(error)
            elif not ticket.granted.done():
                ticket.granted.set_result(False)
        for tickets in self._waiting.values():
            tickets.clear()


PORTS = {"http": 80, "https": 443}
# How soon a wait for a host's turn notices that the pass is to end.
GLANCE = 0.5


@lru_cache(maxsize=4_096)
def host_of(url: str) -> str:
    """Return the host and port that an address leads to; what is no address is a host of its own."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return url
    return f"{parsed.host}:{parsed.port or PORTS.get(parsed.scheme, 0)}".lower()


class Pacer:
    """Gives turns: so many at once, so long between starts on one host, nothing started after the deadline.

    It counts in seconds of a monotonic clock; `free_at` says from when on hosts of earlier passes may be asked, and
    `after_feeds` names those where a feed was the last thing asked for.
    """

    def __init__(
        self,
        fetch: FetchTable,
        now: Callable[[], float],
        stopping: Callable[[], bool],
        *,
        free_at: Mapping[str, float] | None = None,
        after_feeds: Collection[str] = (),
        gate: asyncio.Event | None = None,
    ) -> None:
        """Count from `now`; `stopping` ends the pass early, and nothing is started while `gate` is not set."""
        self._fetch = fetch
        self._now = now
        self._stopping = stopping
        self._gate = gate
        self._ends = now() + fetch.pass_seconds
        self._places = asyncio.Semaphore(fetch.concurrency)
        self._lines: dict[str, HostQueue] = {}
        self._after_feeds = after_feeds
        self._free_at = dict(free_at or {})
        self._delays: dict[str, float] = {}
        self._started: dict[str, float] = {}

    def slow(self, host: str, seconds: float) -> None:
        """Keep at least so long between starts on a host (its Crawl-delay)."""
        self._delays[host] = max(seconds, self._delays.get(host, 0))
        if host in self._started:
            self._free_at[host] = max(self._started[host] + seconds, self._free_at.get(host, 0))

    def park(self, host: str, seconds: float) -> None:
        """Ask a host nothing for so long."""
        self._free_at[host] = max(self._now() + seconds, self._free_at.get(host, 0))

    @asynccontextmanager
    async def turn(self, url: str, errand: Errand = Errand.FEED, *, grace: float = 0) -> AsyncIterator[bool]:
        """Wait for this host's turn; yield whether there is still time, `grace` seconds more than the pass has."""
        host = host_of(url)
        if host not in self._lines:
            self._lines[host] = HostQueue(self._fetch.per_host, pages_next=host in self._after_feeds)
        line = self._lines[host]
        ticket = line.join(errand, grace)
        if line.usher is None:
            # A task begins when those before it have: all that was asked together stands in the line by then.
            line.usher = asyncio.create_task(self._serve(host, line))
        in_time = False
        try:
            in_time = await ticket.granted
            yield in_time
        finally:
            if in_time:
                self._release(line)
            else:
                line.leave(ticket)

    async def _serve(self, host: str, line: HostQueue) -> None:
        """Give turns until nobody waits; who is next is chosen when the host is free, not before."""
        try:
            while line:
                await self._give(host, line)
        except Exception as error:  # noqa: BLE001  (a bug here is raised where it is waited for)
            line.send_away(error)
        finally:
            line.usher = None

    async def _give(self, host: str, line: HostQueue) -> None:
        await line.places.acquire()
        if not await self._free(host, line):
            line.places.release()
            line.send_away()
            return
        await self._places.acquire()
        if self._gate:
            await self._gate.wait()
        still = self._open(line.grace) and self._now() >= self._free_at.get(host, 0)
        if still and line.call():
            self._start(host)
        else:
            self._release(line)

    def _release(self, line: HostQueue) -> None:
        self._places.release()
        line.places.release()

    async def _free(self, host: str, line: HostQueue) -> bool:
        """Wait until the host may be asked; tell whether that is before the end of the pass."""
        while self._open(line.grace):
            wait = self._free_at.get(host, 0) - self._now()
            if wait <= 0:
                return True
            if self._now() + wait >= self._ends + line.grace:
                return False
            await asyncio.sleep(min(wait, GLANCE))
        return False

    def _open(self, grace: float) -> bool:
        return self._now() < self._ends + grace and not self._stopping()

    def _start(self, host: str) -> None:
        self._started[host] = self._now()
        self._free_at[host] = self._now() + max(self._fetch.delay_seconds, self._delays.get(host, 0))
