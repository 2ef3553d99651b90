"""Who may write, where several machines see one directory: the holder of the newest token.

The lock of `serve` decides who takes it next. A lock can be lost, by a machine that slept or was cut off from the
storage while another took over; so each token is newer than all before, and who acts under an older one writes no more.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import Superseded
from warehouse.places import replacing

FILE = "lease.json"


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


def take(data_dir: Path, now: datetime) -> Lease:
    """Take the lease, as of now, from whoever had it; the caller holds the lock of `serve`."""
    last = current(data_dir)
    lease = Lease(
        token=last.token + 1 if last else 1,
        name=last.name if last else f"talkwatch-{secrets.token_hex(4)}",
        host=socket.gethostname(),
        pid=os.getpid(),
        since=now.isoformat(timespec="seconds"),
    )
    with replacing(data_dir / FILE) as fresh:
        fresh.write_text(json.dumps(asdict(lease)), encoding="utf-8")
    return lease


def current(data_dir: Path) -> Lease | None:
    """Return the newest lease; None where nobody has taken one yet."""
    with suppress(OSError, ValueError, TypeError):
        return Lease(**json.loads((data_dir / FILE).read_text(encoding="utf-8")))
    return None


def act_under(token: int | None) -> None:
    """Let this process write only as long as no newer token was taken."""
    _Process.token = token


def check(data_dir: Path) -> None:
    """Raise Superseded where another machine has taken over since."""
    if _Process.token is None:
        return
    newest = current(data_dir)
    if newest and newest.token > _Process.token:
        raise Superseded(
            f"{newest.host} has taken over {data_dir} (process {newest.pid}, since {newest.since}): nothing was written"
        )
