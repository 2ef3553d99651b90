"""What DuckDB meets at its files, told by its words: it has nothing else to tell that by."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import duckdb

from warehouse.errors import FULL, disk_full

_HOLDER = re.compile(r"\(PID (\d+)\)")
# Words of DuckDB 2.0, which has no code or class for these; a test has the library itself say each of them.
_WORDS = {
    **{os.strerror(number): "full" for number in FULL},
    "Could not set lock": "held",
    "different configuration": "held",
    "not a valid DuckDB": "foreign",
}


class Obstacle(StrEnum):
    """What keeps DuckDB from its file: no room, a process that has it open, that it is none of its own, or another."""

    FULL = "full"
    HELD = "held"
    FOREIGN = "foreign"
    OTHER = "other"


@contextmanager
def database_explained(data_dir: Path) -> Iterator[None]:
    """Turn DuckDB's want of room into DiskFull; its other errors are bugs and pass as they are."""
    try:
        yield
    except duckdb.Error as error:
        if obstacle(error) is Obstacle.FULL:
            raise disk_full(data_dir) from error
        raise


def obstacle(error: duckdb.Error) -> Obstacle:
    """Tell what DuckDB met; its words are all it tells that by."""
    if isinstance(error, duckdb.PermissionException):
        return Obstacle.FOREIGN
    words = str(error)
    return Obstacle(next((kind for said, kind in _WORDS.items() if said in words), "other"))


def holder(error: duckdb.Error) -> str | None:
    """Return the pid of the process that has the file open, where DuckDB names it."""
    found = _HOLDER.search(str(error))
    return found and found[1]
