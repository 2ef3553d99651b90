"""Child processes that do what could take this one down: how they start, how long they are waited for, how they end."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Protocol

# A process of its own interpreter, not a fork of this one: this one has threads, secrets, and may have Prefect loaded.
# Who stops a service tells all its processes; what that means for a child is ours to say, by closing the pipe.
_PROGRAM = (
    "import ast, importlib, signal, sys;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN);"
    "sys.path[:], module, name, given = ast.literal_eval(sys.argv[1]);"
    "getattr(importlib.import_module(module), name)(*given)"
)
# The environment holds secrets and is no business of a child; one thread each, the processes are what runs at once.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Awaited(Protocol):
    """Someone whose answer comes through a pipe, until a moment of the monotonic clock."""

    @property
    def pipe(self) -> Connection:
        """Return our end."""

    @property
    def deadline(self) -> float:
        """Return the moment in seconds."""


def start(work: Callable[..., None], *given: float) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a process that calls `work` with its end of a pipe, as a descriptor, and `given`; return it and our end."""
    ours, theirs = Pipe()
    with theirs:
        call = (sys.path, work.__module__, work.__name__, (theirs.fileno(), *given))
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
            [sys.executable, "-c", _PROGRAM, repr(call)],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    return process, ours


def end(process: subprocess.Popen[bytes], patience: float) -> int:
    """Give a process whose pipe is closed so many seconds, then end it; return its exit code, or minus its signal."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(patience)
    process.kill()
    return process.wait()


def ready_or_late(awaited: Iterable[Awaited]) -> list[Connection]:
    """Wait for answers or deaths; without any in time, return the pipes of those that are late."""
    deadlines = {one.pipe: one.deadline for one in awaited}
    left = min(deadlines.values()) - time.monotonic()
    ready = [pipe for pipe in wait(list(deadlines), max(0.0, left)) if isinstance(pipe, Connection)]
    now = time.monotonic()
    return ready or [pipe for pipe, deadline in deadlines.items() if deadline <= now]
