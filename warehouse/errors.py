"""What can go wrong with the warehouse and is no bug: the text of each is the user's one line."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What the system calls a disk without room.
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


class WarehouseError(Exception):
    """Something the operator can mend; its text is one clear line."""


class Busy(WarehouseError):
    """Another process did not let go of the warehouse in time."""


class Unusable(WarehouseError):
    """The file or folder cannot be used: not writable, someone else's, or of a newer version."""


class Superseded(WarehouseError):
    """Another machine has taken over: this one may write no more."""


class DiskFull(WarehouseError):
    """There is no room left; the step that met it is rolled back."""


@contextmanager
def system_explained(data_dir: Path) -> Iterator[None]:
    """Turn what the system refuses within into WarehouseError; a caller's block never stands in it."""
    try:
        yield
    except OSError as error:
        what = f"the data directory {data_dir} cannot be used: {error.filename or data_dir}"
        raise refused_by_system(error, data_dir, what) from error


def disk_full(data_dir: Path) -> DiskFull:
    """Return the error for a disk without room."""
    return DiskFull(f"no space left on the disk of {data_dir}: nothing of this step was kept; make room and run again")


def refused_by_system(error: OSError, folder: Path, what: str) -> WarehouseError:
    """Return the error for `what` the system refuses, with its reason; DiskFull where that is want of room."""
    if error.errno in FULL:
        return disk_full(folder)
    return Unusable(f"{what}: {(error.strerror or str(error)).lower()}")
