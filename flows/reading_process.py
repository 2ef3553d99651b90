"""One reading process and the pipe to it. Decides nothing about what is read."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from extractors.reading import Unread
from extractors.records import Depth, Reading
from extractors.watchlist import Watchlist
from flows.reading_worker import Failed

# A process of its own interpreter, not a fork of this one: this one has threads, secrets, and may have Prefect loaded.
_PROGRAM = (
    "import ast, sys; sys.path[:] = ast.literal_eval(sys.argv[1]); from flows.reading_worker import work; work({})"
)
# The environment holds secrets and is no business of a parser; one thread each, the processes are what runs at once.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# Its own deadline counts processor time; by the clock one on a busy machine is given several times that, and the start.
_BUSY = 4
_START_SECONDS = 120.0
_ENDS = {-signal.SIGPROF: Depth.TOOK_TOO_LONG, -signal.SIGKILL: Depth.TOOK_TOO_MUCH}


class ReadingProcess:
    """A process that has the watchlist, and the model once it is up."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Start it."""
        self.pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
                [sys.executable, "-c", _PROGRAM.format(theirs.fileno()), repr(sys.path)],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self.deadline = 0.0
        self._allowed = _START_SECONDS
        with contextlib.suppress(OSError):
            self.pipe.send(watchlist)

    def take(self, articles: Sequence[Unread], seconds: float) -> bool:
        """Hand over a chunk with its processor seconds; tell whether the process was there to take it."""
        self.deadline = time.monotonic() + self._allowed + _BUSY * seconds
        self._allowed = 0.0
        try:
            self.pipe.send((articles, seconds))
        except OSError:
            return False
        return True

    def answer(self) -> list[Reading] | Failed:
        """Return what came of the chunk: its readings, or why there are none. The process is ended after a failure."""
        try:
            if self.pipe.poll():
                answer: list[Reading] | Failed = self.pipe.recv()
                if isinstance(answer, Failed):
                    self.end()
                return answer
        except (EOFError, OSError):
            return Failed(depth=_ENDS.get(self.end(), Depth.CRASHED))
        self.end()
        return Failed(depth=Depth.TOOK_TOO_LONG)

    def is_alive(self) -> bool:
        """Tell whether the process can take another chunk."""
        return not self.pipe.closed

    def end(self) -> int:
        """End the process, and return how it ended."""
        self.pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(0.1)
        self._process.kill()
        return self._process.wait()


def ready_or_late(processes: Sequence[ReadingProcess]) -> list[Connection]:
    """Wait for answers or deaths; without any in time, return the pipes of those that are late."""
    left = min(process.deadline for process in processes) - time.monotonic()
    ready = wait([process.pipe for process in processes], max(0.0, left))
    now = time.monotonic()
    late = (process.pipe for process in processes if process.deadline <= now)
    return [pipe for pipe in ready if isinstance(pipe, Connection)] or list(late)
