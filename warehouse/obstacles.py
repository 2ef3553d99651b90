"""What DuckDB meets at its files, told by its words: it has nothing else to tell that by."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import duckdb

from warehouse.errors import FULL, Unusable, WarehouseError, disk_full
from warehouse.places import LIVE, PUBLISHED, wal

_HOLDER = re.compile(r"\(PID (\d+)\)")
# Words of DuckDB 2.0, which has no code or class for these; a test has the library itself say each of them.
_WORDS = {
    **{os.strerror(number): "full" for number in FULL},
    "Could not set lock": "held",
    "different configuration": "held",
    "not a valid DuckDB": "foreign",
    "Corrupt database file": "damaged",
    "Could not read enough bytes": "damaged",
    "WAL": "log",
}
_INTERRUPTED = "Query interrupted"


class Obstacle(StrEnum):
    """What keeps DuckDB from its file: no room, who has it open, that it is none of its own, broken, or its log is."""

    FULL = "full"
    HELD = "held"
    FOREIGN = "foreign"
    DAMAGED = "damaged"
    LOG = "log"
    OTHER = "other"


@contextmanager
def database_explained(data_dir: Path) -> Iterator[None]:
    """Turn DuckDB's want of room into DiskFull, and damage into Unusable; its other errors are bugs and pass.

    What a signal's handler raises amid a query DuckDB replaces by words: that becomes KeyboardInterrupt.
    """
    try:
        yield
    except RuntimeError as error:
        if str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as error:
        if problem := file_trouble(data_dir / LIVE, error):
            raise problem from error
        raise


def file_trouble(path: Path, error: duckdb.Error) -> WarehouseError | None:
    """Return what is wrong with a file or its disk, and the way back; None for an error that is about neither."""
    data_dir = path.parent
    match obstacle(error):
        case Obstacle.FULL:
            return disk_full(data_dir)
        case Obstacle.DAMAGED:
            return Unusable(f"{path} is damaged ({words_of(error)}): {way_back(data_dir)}")
        case Obstacle.LOG:
            log = wal(path)
            advice = f"if the file was put back by hand, move {log.name} away; else {way_back(data_dir)}"
            return Unusable(f"{path} and its log {log.name} cannot be read together ({words_of(error)}): {advice}")
        case Obstacle.FOREIGN if (data_dir / PUBLISHED).is_file():
            return Unusable(f"{path} is no DuckDB file any more: {way_back(data_dir)}")
        case Obstacle.FOREIGN:
            return Unusable(f"{path} is no DuckDB file: move it away or choose another data_dir")
        case _:
            return None


def way_back(data_dir: Path) -> str:
    """Say how to restore what is lost."""
    copy = data_dir / PUBLISHED
    if copy.is_file():
        return f"`talkwatch restore {shlex.quote(str(copy))}` brings it back from its copy, or restore a backup"
    return "`talkwatch restore FILE` brings it back from a backup"


def words_of(error: duckdb.Error) -> str:
    """Return what DuckDB said, in one line and without the name of its kind."""
    return " ".join(str(error).split()).removeprefix("IO Error: ")


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
