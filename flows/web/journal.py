"""Who was asked when, on disk before the request leaves: a pass that is killed is no excuse to ask again too soon."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

JOURNAL = "asked.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that was started, for `key`, on `host`."""

    at: datetime
    host: str
    key: str


class Journal:
    """A line for each request, kept until the warehouse knows of it. A killed process loses none of them."""

    def __init__(self, data_dir: Path) -> None:
        """Keep it beside the warehouse."""
        self._path = data_dir / JOURNAL

    def note(self, host: str, key: str, at: datetime) -> None:
        """Note that a request leaves now; a full disk is met where there is more to lose."""
        line = f"{at.isoformat()}\t{host}\t{key}\n".encode(errors="replace")
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    def read(self) -> tuple[Asked, ...]:
        """Return what was noted; a line that a crash cut off is none."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(asked for line in lines if (asked := _asked(line)))

    def clear(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)


def _asked(line: str) -> Asked | None:
    try:
        at, host, key = line.split("\t")
        return Asked(at=datetime.fromisoformat(at), host=host, key=key)
    except ValueError:
        return None
