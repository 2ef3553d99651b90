"""The hosts' peace: how many at once, how long between starts, who asked to be left alone. Fetches nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import httpx

from flows.configuration import FetchTable

# How soon a wait for a host's turn notices that the pass is to end.
GLANCE = 0.5
PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Return the host and port that an address leads to; what is no address is a host of its own."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return url
    return f"{parsed.host}:{parsed.port or PORTS.get(parsed.scheme, 0)}".lower()


class Pacer:
    """Gives turns: so many at once, so long between starts on one host, nothing started after the deadline.

    It counts in seconds of a monotonic clock; `free_at` says from when on hosts of earlier passes may be asked.
    """

    def __init__(
        self,
        fetch: FetchTable,
        now: Callable[[], float],
        stopping: Callable[[], bool],
        *,
        free_at: Mapping[str, float] | None = None,
        gate: asyncio.Event | None = None,
    ) -> None:
        """Count from `now`; `stopping` ends the pass early, and nothing is started while `gate` is not set."""
        self._fetch = fetch
        self._now = now
        self._stopping = stopping
        self._gate = gate
        self._ends = now() + fetch.pass_seconds
        self._places = asyncio.Semaphore(fetch.concurrency)
        self._hosts: dict[str, asyncio.Semaphore] = {}
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
    async def turn(self, url: str, *, grace: float = 0) -> AsyncIterator[bool]:
        """Wait for this host's turn; yield whether there is still time, `grace` seconds more than the pass has."""
        host = host_of(url)
        async with self._hosts.setdefault(host, asyncio.Semaphore(self._fetch.per_host)):
            while await self._free(host, grace):
                async with self._places:
                    if self._gate:
                        await self._gate.wait()
                    if self._open(grace) and self._now() >= self._free_at.get(host, 0):
                        self._start(host)
                        yield True
                        return
            yield False

    async def _free(self, host: str, grace: float) -> bool:
        """Wait until the host may be asked; tell whether that is before the end of the pass."""
        while self._open(grace):
            wait = self._free_at.get(host, 0) - self._now()
            if wait <= 0:
                return True
            if self._now() + wait >= self._ends + grace:
                return False
            await asyncio.sleep(min(wait, GLANCE))
        return False

    def _open(self, grace: float) -> bool:
        return self._now() < self._ends + grace and not self._stopping()

    def _start(self, host: str) -> None:
        self._started[host] = self._now()
        self._free_at[host] = self._now() + max(self._fetch.delay_seconds, self._delays.get(host, 0))
