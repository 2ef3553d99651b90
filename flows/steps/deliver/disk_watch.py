"""A full disk: the operator is told once when it begins and once when there is room again, past the outbox.

The file that says so is there only as long as the disk is full; it is empty, which a full disk still has room for.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.setup import Setup
from flows.steps.deliver.self_watch import tell_past_outbox
from warehouse.errors import DiskFull
from warehouse.store import LIVE

FULL = "disk-full.told"
# There is room again when twice the warehouse fits, and some more, or when no pass has wanted for it all that time: at
# the edge one pass finds room and the next one none.
SPARE = 16_000_000
STEADY = timedelta(hours=1)


@contextmanager
def disk_watched(setup: Setup) -> Iterator[None]:
    """Tell the operator when a pass finds no room, and when one was finished and there is room to go on."""
    marker = setup.data_dir / FULL
    try:
        yield
    except DiskFull as error:
        if not is_marked(marker):
            room = megabytes(needed(setup.data_dir))
            tell_past_outbox(setup, "The disk is full", f"{error}. {room} would do for now.")
        raise
    if marker.exists() and has_room(marker):
        marker.unlink(missing_ok=True)
        tell_past_outbox(setup, "The disk has room again", "A pass was finished; nothing that was recorded is lost.")


def full_since(data_dir: Path) -> datetime | None:
    """Return when a pass last found the disk full, if there is no room since."""
    try:
        return datetime.fromtimestamp((data_dir / FULL).stat().st_mtime, UTC)
    except OSError:
        return None


def is_marked(marker: Path) -> bool:
    """Tell whether it was noted that the disk is full, and note it; what can't be noted is told in the log alone."""
    known = marker.exists()
    try:
        marker.touch()
    except OSError:
        return True
    return known


def has_room(marker: Path) -> bool:
    """Tell whether the next passes will hardly want for room."""
    folder, last = marker.parent, full_since(marker.parent)
    if last is None or not timedelta(0) <= datetime.now(UTC) - last < STEADY:
        return True
    return shutil.disk_usage(folder).free >= needed(folder)


def needed(data_dir: Path) -> int:
    """Return how many bytes the next passes may take: the warehouse written anew, and its copy."""
    with suppress(OSError):
        return 2 * (data_dir / LIVE).stat().st_size + SPARE
    return SPARE


def megabytes(size: int) -> str:
    """Return a size as people say it, rounded up."""
    return f"{-(-size // 1_000_000)} MB"
