"""One reading process and the pipe to it. Decides nothing about what is read."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Sequence

from extractors.officials.watchlist import Watchlist
from extractors.records import Depth, Reading
from extractors.speech.reading import Skim
from flows.processes import children
from flows.processes.reading_worker import Failed, work

# Its own deadline counts processor time; by the clock one on a busy machine is given several times that, and the start.
_BUSY = 4
_START_SECONDS = 120.0
_ENDS = {-signal.SIGPROF: Depth.TOOK_TOO_LONG, -signal.SIGKILL: Depth.TOOK_TOO_MUCH}


class ReadingProcess:
    """A process that has the watchlist, and the model once it is up."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Start it."""
        self._process, self.pipe = children.start(work)
        self.deadline = 0.0
        self._allowed = _START_SECONDS
        with contextlib.suppress(OSError):
            self.pipe.send(watchlist)

    def take(self, skims: Sequence[Skim], seconds: float) -> bool:
        """Hand over a chunk with its processor seconds; tell whether the process was there to take it."""
        self.deadline = time.monotonic() + self._allowed + _BUSY * seconds
        self._allowed = 0.0
        try:
            self.pipe.send((skims, seconds))
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
        return children.end(self._process, 0.1)
