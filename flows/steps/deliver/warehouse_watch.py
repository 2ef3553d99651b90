"""A warehouse without room, or that cannot be opened: the operator is told past the outbox, which is in it.

He is told once when it begins and once when it is over. The file that says so is there only as long as that is so; it
is empty, which a full disk still has room for.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.setup import Setup
from flows.steps.deliver.self_watch import tell_past_outbox
from flows.steps.deliver.wellness import FULL, UNUSABLE, full_since, megabytes, needed
from warehouse.errors import DiskFull, Unusable

# There is room again when twice the warehouse fits, and some more, or when no pass has wanted for it all that time: at
# the edge one pass finds room and the next one none.
STEADY = timedelta(hours=1)


@contextmanager
def disk_watched(setup: Setup) -> Iterator[None]:
    """Tell the operator when a pass finds no room, and when one was finished and there is room to go on."""
    marker = setup.data_dir / FULL
    try:
        yield
    except DiskFull as error:
        room = megabytes(needed(setup.data_dir))
        tell_beginning(setup, marker, "The disk is full", f"{error}. {room} would do for now.")
        raise
    if marker.exists() and has_room(marker):
        tell_end(setup, marker, "The disk has room again", "A pass was finished; nothing that was recorded is lost.")


@contextmanager
def warehouse_watched(setup: Setup) -> Iterator[None]:
    """Tell the operator when the block finds the warehouse damaged, missing or somebody else's, and when no more."""
    marker = setup.data_dir / UNUSABLE
    try:
        yield
    except Unusable as error:
        tell_beginning(setup, marker, "The warehouse cannot be used", str(error))
        raise
    if marker.exists():
        tell_end(setup, marker, "The warehouse can be used again", "Passes go on from what is in it.")


def tell_beginning(setup: Setup, marker: Path, subject: str, text: str) -> None:
    """Tell the operator of what is not noted yet, and note it."""
    if newly_noted(marker):
        tell_past_outbox(setup, subject, text)


def tell_end(setup: Setup, marker: Path, subject: str, text: str) -> None:
    """Tell the operator that what was noted is over."""
    marker.unlink(missing_ok=True)
    tell_past_outbox(setup, subject, text)


def newly_noted(marker: Path) -> bool:
    """Note that something is so, as of now; return False where it was noted before, or cannot be."""
    try:
        known = marker.exists()
        marker.touch()
    except OSError:
        return False
    return not known


def has_room(marker: Path) -> bool:
    """Tell whether the next passes will hardly want for room."""
    folder, last = marker.parent, full_since(marker.parent)
    if last is None or not timedelta(0) <= datetime.now(UTC) - last < STEADY:
        return True
    return shutil.disk_usage(folder).free >= needed(folder)
