"""Locks between processes on one machine, which the kernel frees when a holder dies; and the lease between machines.

The lock of `serve` decides who takes the lease next. A lock can be lost, by a machine that slept or was cut off from
the storage while another took over; so each token is newer than all before, and who acts under an older one writes no
more.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import BinaryIO

from warehouse.errors import Busy, Superseded
from warehouse.places import replacing

LOCK = "warehouse.lock"
WAIT = timedelta(seconds=60)
_PAUSE_SECONDS = (0.01, 0.1)
_RANDOM = SystemRandom()

LEASE = "lease.json"


class Patience:
    """How much longer to go on trying; the pauses are uneven so that two who wait do not stay in step."""

    def __init__(self, wait: timedelta) -> None:
        """Start the clock."""
        self.wait = wait
        self._ends = time.monotonic() + wait.total_seconds()

    def pause(self) -> bool:
        """Wait a moment; return False, at once, when the time is over."""
        if time.monotonic() >= self._ends:
            return False
        time.sleep(_RANDOM.uniform(*_PAUSE_SECONDS))
        return True


class Held(Exception):
    """Another process holds the lock; `pid` is the one it wrote down, or None."""

    def __init__(self, pid: str | None) -> None:
        """Keep the holder's pid."""
        super().__init__(f"held by process {pid}" if pid else "held by another process")
        self.pid = pid


@contextmanager
def exclusive(path: Path, patience: Patience | None = None) -> Iterator[None]:
    """Hold the lock at `path`, with our pid written in it; raise Held when it was not had in time (at once: None)."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take(descriptor, patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Tell whether a process holds the lock at `path`."""
    try:
        with exclusive(path):
            return False
    except Held:
        return True


def held_for_writing(database: BinaryIO) -> bool:
    """Tell whether a process has this file open for writing as DuckDB does, so that DuckDB would not open it."""
    try:
        fcntl.lockf(database, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.lockf(database, fcntl.LOCK_UN)
    return False


def busy(data_dir: Path, pid: str | None, wait: timedelta) -> Busy:
    """Return the error that names who holds the warehouse."""
    holder = f"process {pid}" if pid else "another process"
    return Busy(
        f"the warehouse in {data_dir} is held by {holder} (tried for {wait.total_seconds():.0f} s): "
        "let it finish or close it, then run again"
    )


def _take(descriptor: int, patience: Patience | None) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if patience is None or not patience.pause():
                raise Held(_holder(descriptor)) from None
        else:
            return


def _holder(descriptor: int) -> str | None:
    text = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
    return text if text.isdecimal() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The newest token, and whose it is; `name` is the deployment's, whatever machine it is on."""

    token: int
    name: str
    host: str
    pid: int
    since: str


class _Process:
    """What this process acts under; None where a person typed its command, who writes under the lock alone."""

    token: int | None = None


def take_lease(data_dir: Path, now: datetime) -> Lease:
    """Take the lease, as of now, from whoever had it; the caller holds the lock of `serve`."""
    last = current_lease(data_dir)
    lease = Lease(
        token=last.token + 1 if last else 1,
        name=last.name if last else f"talkwatch-{secrets.token_hex(4)}",
        host=socket.gethostname(),
        pid=os.getpid(),
        since=now.isoformat(timespec="seconds"),
    )
    with replacing(data_dir / LEASE) as fresh:
        fresh.write_text(json.dumps(asdict(lease)), encoding="utf-8")
    return lease


def current_lease(data_dir: Path) -> Lease | None:
    """Return the newest lease; None where nobody has taken one yet."""
    with suppress(OSError, ValueError, TypeError):
        return Lease(**json.loads((data_dir / LEASE).read_text(encoding="utf-8")))
    return None


def act_under(token: int | None) -> None:
    """Let this process write only as long as no newer token was taken."""
    _Process.token = token


def check_lease(data_dir: Path) -> None:
    """Raise Superseded where another machine has taken over since."""
    if _Process.token is None:
        return
    newest = current_lease(data_dir)
    if newest and newest.token > _Process.token:
        raise Superseded(
            f"{newest.host} has taken over {data_dir} (process {newest.pid}, since {newest.since}): nothing was written"
        )
