"""Parsing of hostile bytes in processes of their own: each item has a deadline, each process bounded memory.

What takes too long or too much is unreadable; its process is gone, another takes up the next item.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Literal, Self

from extractors.records import Feed, Page, Unreadable, UnreadableReason
from flows.worker import TOO_MUCH

Answer = Feed | Page | Unreadable
# A process of its own interpreter, not a fork of this one: this one has threads, secrets, and may have Prefect loaded.
_PROGRAM = (
    "import ast, sys; sys.path[:] = ast.literal_eval(sys.argv[1]); from flows.worker import work; work({}, {}, {})"
)
# The environment holds secrets and is no business of a parser; one thread each, the processes are what runs at once.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# Its own deadline counts processor time; by the clock a worker on a busy machine is given this much more.
_PATIENCE_SECONDS = 20.0
_TOO_LONG = Unreadable(reason=UnreadableReason.BROKEN, detail="took too long")
_CRASHED = Unreadable(reason=UnreadableReason.BROKEN, detail="its parser crashed")
_ENDS = {-signal.SIGPROF: _TOO_LONG, -signal.SIGKILL: TOO_MUCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one item may take: seconds of processor time, and bytes of memory beyond what a fresh process has.

    A page of 1.5 MB takes 40 MB; guessing the language of one that names none takes 105 MB, once a process.
    """

    seconds: float = 5.0
    headroom_bytes: int = 320_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parse:
    """One body to be parsed, as a feed or as an article's page."""

    kind: Literal["feed", "page"]
    body: bytes
    url: str = ""
    content_type: str | None = None


class Workers:
    """Up to `count` processes, each started when there is something for it to parse. For one thread at a time."""

    def __init__(self, count: int, limits: Limits | None = None) -> None:
        """Start nothing yet."""
        self._count = max(1, count)
        self._limits = limits or Limits()
        self._idle: list[_Worker] = []

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the processes."""
        while self._idle:
            self._idle.pop().end()

    def parse_feed(self, body: bytes, *, url: str = "", content_type: str | None = None) -> Feed | Unreadable:
        """Parse one feed, as `extractors.feeds.parse_feed` does."""
        (answer,) = self.parse([Parse(kind="feed", body=body, url=url, content_type=content_type)])
        assert not isinstance(answer, Page)
        return answer

    def clean_page(self, body: bytes, *, url: str = "", content_type: str | None = None) -> Page | Unreadable:
        """Clean one page, as `extractors.pages.clean_page` does."""
        (answer,) = self.parse([Parse(kind="page", body=body, url=url, content_type=content_type)])
        assert not isinstance(answer, Feed)
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
                for pipe in _done(busy):
                    worker, number = busy.pop(pipe)
                    answer = worker.answer()
                    if worker.is_alive():
                        self._idle.append(worker)
                    yield number, answer
        finally:
            for worker, _ in busy.values():
                worker.end()

    def _set_to(self, task: Parse) -> _Worker:
        """Give a task to an idle process; to a new one if there is none, or if it died idle."""
        while self._idle:
            worker = self._idle.pop()
            with contextlib.suppress(OSError):
                worker.take(task)
                return worker
            worker.end()
        worker = _Worker(self._limits)
        worker.take(task)
        return worker


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, limits: Limits) -> None:
        self.pipe, theirs = Pipe()
        with theirs:
            program = _PROGRAM.format(theirs.fileno(), limits.seconds, limits.headroom_bytes)
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
                [sys.executable, "-c", program, repr(sys.path)],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._seconds = limits.seconds
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
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(0.1)
        self._process.kill()
        return self._process.wait()


def _done(busy: dict[Connection, tuple[_Worker, int]]) -> list[Connection]:
    """Wait for answers or deaths; without any in time, return the pipes of those that are late."""
    left = min(worker.deadline for worker, _ in busy.values()) - time.monotonic()
    ready = [pipe for pipe in wait(list(busy), max(0.0, left)) if isinstance(pipe, Connection)]
    now = time.monotonic()
    return ready or [pipe for pipe, (worker, _) in busy.items() if worker.deadline <= now]
