"""Where the processes that parse come from: one that has loaded all parsers, and forks another for each that is wanted.

They share its memory as long as they do not write to it, and start in a moment. It has no threads, no secrets, and
does nothing else.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

# A process of its own interpreter, not a fork of this one: this one has threads, secrets, and may have Prefect loaded.
# Who stops a service tells all its processes; what that means for parsers is ours to say, by closing the pipe.
_PROGRAM = (
    "import ast, signal, sys;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN);"
    "sys.path[:] = ast.literal_eval(sys.argv[1]); from flows.worker import breed; breed({}, {}, {})"
)
# The environment holds secrets and is no business of a parser; one thread each, the processes are what runs at once.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Nursery:
    """One process that forks others; each item may take `seconds` of processor time, each process so much memory."""

    def __init__(self, seconds: float, headroom_bytes: int) -> None:
        """Start it."""
        self._control, theirs = Pipe()
        with theirs:
            program = _PROGRAM.format(theirs.fileno(), seconds, headroom_bytes)
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
                [sys.executable, "-c", program, repr(sys.path)],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

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
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
            return
        self._process.kill()
        self._process.wait()
