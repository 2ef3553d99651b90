"""What can go wrong with the warehouse's file and is no bug: the text of each is the user's one line."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import duckdb

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)

_HOLDER = re.compile(r"\(PID (\d+)\)")
# Words of DuckDB 2.0, which has no code or class for these; a test has the library itself say each of them.
_WORDS = {
    **{os.strerror(number): "full" for number in _FULL},
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


class WarehouseError(Exception):
    """Something the operator can mend; its text is one clear line."""


class Busy(WarehouseError):
    """Another process did not let go of the warehouse in time."""


class Unusable(WarehouseError):
    """The file or folder cannot be used: not writable, someone else's, or of a newer version."""


class DiskFull(WarehouseError):
    """There is no room left; the step that met it is rolled back."""


@contextmanager
def system_explained(data_dir: Path) -> Iterator[None]:
    """Turn what the system refuses within into WarehouseError; a caller's block never stands in it."""
    try:
        yield
    except OSError as error:
        raise _of_system(error, data_dir) from error


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


def disk_full(data_dir: Path) -> DiskFull:
    """Return the error for a disk without room."""
    return DiskFull(f"no space left on the disk of {data_dir}: nothing of this step was kept; make room and run again")


def _of_system(error: OSError, data_dir: Path) -> WarehouseError:
    if error.errno in _FULL:
        return disk_full(data_dir)
    reason = (error.strerror or str(error)).lower()
    where = error.filename or data_dir
    return Unusable(f"the data directory {data_dir} cannot be used: {where}: {reason}")
