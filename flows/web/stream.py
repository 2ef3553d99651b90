"""Fetching beside the work on what has come: an event loop in a thread, and a journal of whom it has asked."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from flows.config.configuration import FetchTable
from flows.web.fetch import Fetcher, connections
from flows.web.pacing import Pacer
from flows.web.results import Fetched, FetchResult, Request
from warehouse.hosts import HostPace, RobotsFile

JOURNAL = "asked.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that was started, for `key`, on `host`."""

    at: datetime
    host: str
    key: str


class Journal:
    """A line for each request, kept until the warehouse knows of it. A killed process loses none of them."""

    def __init__(self, data_dir: Path) -> None:
        """Keep it beside the warehouse."""
        self._path = data_dir / JOURNAL

    def note(self, host: str, key: str, at: datetime) -> None:
        """Note that a request leaves now; a full disk is met where there is more to lose."""
        line = f"{at.isoformat()}\t{host}\t{key}\n".encode(errors="replace")
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    def read(self) -> tuple[Asked, ...]:
        """Return what was noted; a line that a crash cut off is none."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(asked for line in lines if (asked := _asked(line)))

    def clear(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)


def _asked(line: str) -> Asked | None:
    try:
        at, host, key = line.split("\t")
        return Asked(at=datetime.fromisoformat(at), host=host, key=key)
    except ValueError:
        return None


# A batch is closed at so many outcomes or bodies, or when its first is old enough; one with bodies, which someone may
# wait for, as soon as nothing more has come for a moment.
MOST = 1_000
MOST_BODIES = 100
QUIET_SECONDS = 0.2
OLDEST_SECONDS = 2.0
# So many bodies that nobody has taken yet, and nothing more is fetched until someone does.
UNREAD = 64


@dataclass(frozen=True, slots=True)
class Skipped:
    """A request that the pass had no time for."""

    key: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A bug in the fetching thread, to be raised where the work is done."""

    error: BaseException


Incoming = FetchResult | Skipped | RobotsFile | HostPace


class Stream:
    """Fetches what it is asked to, in turns, from `with` to its end; give it more at any time."""

    def __init__(
        self,
        fetch: FetchTable,
        *,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
        hosts: Sequence[HostPace] = (),
        robots: Sequence[RobotsFile] = (),
        delays: Sequence[tuple[str, float]] = (),
        after_feeds: Collection[str] = (),
        on_start: Callable[[str, str, datetime], None] = lambda _host, _key, _at: None,
    ) -> None:
        """Begin with what is known of `hosts`, their robots.txt, and the longer `delays` that some of them want.

        `after_feeds` are the hosts that were last asked for a feed: it is a page's turn there.
        """
        self._fetch, self._clock, self._stopping, self._after_feeds = fetch, clock, stopping, after_feeds
        self._hosts, self._robots, self._delays, self._on_start = hosts, robots, dict(delays), on_start
        self._arrived: queue.SimpleQueue[Incoming | Fault] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fetching")
        self._waiting = 0

    def ask(self, requests: Iterable[Request]) -> None:
        """Fetch these too."""
        wanted = list(requests)
        if wanted:
            self._waiting += len(wanted)
            self._loop.call_soon_threadsafe(self._begin, wanted)

    def batch(self) -> list[Incoming]:
        """Return what has come, waiting for the first of it; an empty list when all has come, or the pass is to end."""
        arrived: list[Incoming] = []
        closes, bodies = None, 0
        while len(arrived) < MOST and bodies < MOST_BODIES and (self._waiting or not self._arrived.empty()):
            try:
                arrived.append(self._take(closes))
            except queue.Empty:
                if bodies or self._stopping() or (closes and time.monotonic() >= closes):
                    break
            else:
                bodies += isinstance(arrived[-1], Fetched)
                closes = closes or time.monotonic() + OLDEST_SECONDS
        return arrived

    def _take(self, closes: float | None) -> Incoming:
        """Take one arrival; raise queue.Empty when none comes for a moment, or before the batch closes."""
        left = QUIET_SECONDS if closes is None else min(QUIET_SECONDS, closes - time.monotonic())
        taken = self._arrived.get(timeout=left) if left > 0 else self._arrived.get_nowait()
        if isinstance(taken, Fault):
            raise taken.error
        if not isinstance(taken, RobotsFile | HostPace):
            self._waiting -= 1
        if isinstance(taken, Fetched):
            self._loop.call_soon_threadsafe(self._taken)
        return taken

    def _begin(self, requests: list[Request]) -> None:
        for request in requests:
            task = self._loop.create_task(self._one(request))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._arrived.put(Fault(error))

    async def _one(self, request: Request) -> None:
        outcome = await self._fetcher.fetch(request)
        if isinstance(outcome, Fetched):
            self._unread += 1
            if self._unread >= UNREAD:
                self._gate.clear()
        self._arrived.put(Skipped(request.key) if outcome is None else outcome)

    def _taken(self) -> None:
        self._unread -= 1
        if self._unread < UNREAD:
            self._gate.set()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 (whatever it is, the waiting thread has to hear of it)
            self._arrived.put(Fault(error))
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._gate = asyncio.Event()
        self._gate.set()
        self._unread = 0
        self._tasks: set[asyncio.Task[None]] = set()
        async with aclosing(connections(self._fetch)) as opened:
            self._fetcher = Fetcher(
                opened,
                self._fetch,
                self._pacer(),
                clock=self._clock,
                robots=self._robots,
                on_start=self._on_start,
                on_robots=self._arrived.put,
                on_park=self._park,
                parked=parked(self._hosts),
            )
            self._ready.set()
            await self._end.wait()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _pacer(self) -> Pacer:
        """Return a pacer that goes on where the passes before stopped."""
        wall, now = self._clock(), self._loop.time()
        free_at = {}
        for pace in self._hosts:
            delay = timedelta(seconds=max(self._fetch.delay_seconds, self._delays.get(pace.host, 0)))
            ends = [pace.parked_until] if pace.parked_until else []
            ends += [pace.last_started_at + delay] if pace.last_started_at else []
            free_at[pace.host] = now + max(((end - wall).total_seconds() for end in ends), default=0)
        return Pacer(
            self._fetch,
            self._loop.time,
            self._stopping,
            free_at=free_at,
            after_feeds=self._after_feeds,
            gate=self._gate,
        )

    def _park(self, host: str, wait: timedelta) -> None:
        self._arrived.put(HostPace(host=host, parked_until=self._clock() + wait))

    def __enter__(self) -> Self:
        """Open the door."""
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it; what is still under way is dropped."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()


def parked(hosts: Iterable[HostPace]) -> dict[str, timedelta]:
    """Return for how long the hosts were left alone whose last answer was "too many requests"."""
    return {
        pace.host: pace.parked_until - pace.last_started_at
        for pace in hosts
        if pace.parked_until and pace.last_started_at and pace.parked_until > pace.last_started_at
    }
