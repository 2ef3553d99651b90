"""Locks between processes on one machine; the kernel frees them when their holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Held(Exception):
    """Another process holds the lock; `pid` is the one it wrote down, or None."""

    def __init__(self, pid: int | None) -> None:
        """Keep the holder's pid."""
        super().__init__(f"held by process {pid}" if pid else "held by another process")
        self.pid = pid


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at `path` and write our pid in it; raise Held at once when another process has it."""
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(holder(path)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(path: Path) -> int | None:
    """Return the pid that a lock file names."""
    text = path.read_text(encoding="ascii").strip()
    return int(text) if text.isdecimal() else None
