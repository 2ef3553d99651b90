"""Parsing of hostile bytes in processes of their own: each item has a deadline, each process bounded memory.

What takes too long or too much is unreadable; its process is gone, another takes up the next item.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Literal, Self

from extractors.records import Feed, Page, Unreadable, UnreadableReason
from extractors.syndication.discovery import AnnouncedFeed
from extractors.syndication.sitemaps import ChildSitemap
from flows.processes.children import ready_or_late
from flows.processes.nursery import Nursery
from flows.processes.worker import TOO_MUCH

Answer = Feed | Page | Unreadable
# Its own deadline counts processor time; by the clock a worker on a busy machine is given this much more.
_PATIENCE_SECONDS = 20.0
_TOO_LONG = Unreadable(reason=UnreadableReason.BROKEN, detail="took too long")
_CRASHED = Unreadable(reason=UnreadableReason.BROKEN, detail="its parser crashed")
_ENDS = {-signal.SIGPROF: _TOO_LONG, -signal.SIGKILL: TOO_MUCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one item may take: seconds of processor time, and bytes of memory beyond what a fresh process has.

    A page of 1.5 MB takes 50 MB, a feed of 10 MB takes 60.
    """

    seconds: float = 5.0
    headroom_bytes: int = 75_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parse:
    """One body to be parsed: as a feed, an article's page, a text file, a sitemap, or for the feeds it links to."""

    kind: Literal["feed", "page", "text", "sitemap", "links"]
    body: bytes
    url: str = ""
    content_type: str | None = None


def cores() -> int:
    """Return how many processes can parse at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


class Workers:
    """Up to `count` processes, each started when there is something for it to parse. For one thread at a time."""

    def __init__(self, count: int, limits: Limits | None = None) -> None:
        """Start nothing yet."""
        self._count = max(1, count)
        self._limits = limits or Limits()
        self._idle: list[_Worker] = []
        self._nursery: Nursery | None = None

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the processes."""
        while self._idle:
            self._idle.pop().end()
        self._close()

    def parse_feed(self, body: bytes, *, url: str = "", content_type: str | None = None) -> Feed | Unreadable:
        """Parse one feed, as `extractors.syndication.feeds.parse_feed` does."""
        answer = self._one(Parse(kind="feed", body=body, url=url, content_type=content_type))
        assert isinstance(answer, Feed | Unreadable)
        return answer

    def clean_page(self, body: bytes, *, url: str = "", content_type: str | None = None) -> Page | Unreadable:
        """Clean one page, as `extractors.html.pages.clean_page` does."""
        answer = self._one(Parse(kind="page", body=body, url=url, content_type=content_type))
        assert isinstance(answer, Page | Unreadable)
        return answer

    def read_sitemap(self, task: Parse) -> Feed | tuple[ChildSitemap, ...] | Unreadable:
        """Read one sitemap, as `extractors.syndication.sitemaps.read_sitemap` does."""
        answer: Feed | tuple[ChildSitemap, ...] | Unreadable = self._one(task)
        return answer

    def announced_feeds(self, body: bytes, *, url: str, content_type: str | None) -> tuple[AnnouncedFeed, ...]:
        """Find the feeds that a page names, as `extractors.syndication.discovery` does; none in a hostile one."""
        answer = self._one(Parse(kind="links", body=body, url=url, content_type=content_type))
        return () if isinstance(answer, Unreadable) else answer

    def _one(self, task: Parse) -> Any:
        (answer,) = self.parse([task])
        return answer

    def parse(self, tasks: Iterable[Parse]) -> list[Answer]:
        """Parse all tasks on all processes; the answers come in the order of the tasks."""
        answers = dict(self.each(tasks))
        return [answers[number] for number in sorted(answers)]

    def each(self, tasks: Iterable[Parse]) -> Iterator[tuple[int, Answer]]:
        """Yield each task's number and answer as they get done; tasks are drawn when there is room for them."""
        waiting = enumerate(tasks)
        busy: dict[Connection, tuple[_Worker, int]] = {}
        try:
            while True:
                while len(busy) < self._count and (task := next(waiting, None)) is not None:
                    worker = self._set_to(task[1])
                    busy[worker.pipe] = (worker, task[0])
                if not busy:
                    return
                for pipe in ready_or_late(worker for worker, _ in busy.values()):
                    worker, number = busy.pop(pipe)
                    answer = worker.answer()
                    if worker.is_alive():
                        self._idle.append(worker)
                    yield number, answer
        finally:
            for worker, _ in busy.values():
                worker.end()

    def in_order(self, tasks: Iterable[Parse | Answer]) -> Iterator[Answer]:
        """Yield the answers in the order of the tasks; what is an answer already takes its place among them."""
        ready: dict[int, Answer] = {}
        places: dict[int, int] = {}
        due = 0
        for number, answer in self.each(_unanswered(tasks, ready, places)):
            ready[places.pop(number)] = answer
            while due in ready:
                yield ready.pop(due)
                due += 1
        yield from ready.values()

    def _set_to(self, task: Parse) -> _Worker:
        """Give a task to an idle process; to a new one if there is none, or if it died idle."""
        while self._idle:
            worker = self._idle.pop()
            with contextlib.suppress(OSError):
                worker.take(task)
                return worker
            worker.end()
        worker = self._forked()
        worker.take(task)
        return worker

    def _forked(self) -> _Worker:
        """Return a new process; a nursery that is gone, as when the system was short of memory, is replaced."""
        with contextlib.suppress(EOFError, OSError):
            if self._nursery:
                return _Worker(self._nursery, self._limits.seconds)
        self._close()
        self._nursery = Nursery(self._limits.seconds, self._limits.headroom_bytes)
        return _Worker(self._nursery, self._limits.seconds)

    def _close(self) -> None:
        if self._nursery:
            self._nursery.close()
        self._nursery = None


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, nursery: Nursery, seconds: float) -> None:
        self._nursery = nursery
        self.pid, self.pipe = nursery.fork()
        self._seconds = seconds
        self.deadline = 0.0

    def take(self, task: Parse) -> None:
        """Hand over a task; OSError when the process is gone."""
        self.pipe.send((task.kind, task.body, task.url, task.content_type))
        self.deadline = time.monotonic() + self._seconds + _PATIENCE_SECONDS

    def answer(self) -> Answer:
        """Return what came of the task: an answer, or why there is none. Without one the process is ended."""
        try:
            if self.pipe.poll():
                answer: Answer = self.pipe.recv()
                if answer == TOO_MUCH:
                    self.end()
                return answer
        except (EOFError, OSError):
            return _ENDS.get(self.end(), _CRASHED)
        self.end()
        return _TOO_LONG

    def is_alive(self) -> bool:
        """Tell whether the process can take another task."""
        return not self.pipe.closed

    def end(self) -> int:
        """End the process, and return how it ended."""
        self.pipe.close()
        return self._nursery.end_of(self.pid)


def _unanswered(tasks: Iterable[Parse | Answer], ready: dict[int, Answer], places: dict[int, int]) -> Iterator[Parse]:
    """Yield what is to be parsed, noting the place of each; answers are put where they are ready."""
    numbers = count()
    for place, task in enumerate(tasks):
        if isinstance(task, Parse):
            places[next(numbers)] = place
            yield task
        else:
            ready[place] = task
