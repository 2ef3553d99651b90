"""Where the processes that parse come from: one that has loaded all parsers, and forks another for each that is wanted.

They share its memory as long as they do not write to it, and start in a moment. It has no threads, no secrets, and
does nothing else.
"""

from __future__ import annotations

from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

from flows.processes import children
from flows.processes.worker import breed


class Nursery:
    """One process that forks others; each item may take `seconds` of processor time, each process so much memory."""

    def __init__(self, seconds: float, headroom_bytes: int) -> None:
        """Start it."""
        self._process, self._control = children.start(breed, seconds, headroom_bytes)

    def fork(self) -> tuple[int, Connection]:
        """Return a new process's id and the pipe to it; raise OSError or EOFError when the nursery is gone."""
        ours, theirs = Pipe()
        with theirs:
            self._control.send(0)
            send_handle(self._control, theirs.fileno(), self._process.pid)
            pid: int = self._control.recv()
        return pid, ours

    def end_of(self, pid: int) -> int:
        """End a process, at once if it does not by itself; return how it ended: its exit code, or minus its signal."""
        try:
            self._control.send(pid)
            code: int = self._control.recv()
        except (EOFError, OSError):
            return 1
        return code

    def close(self) -> None:
        """End the nursery itself."""
        self._control.close()
        children.end(self._process, 1)
