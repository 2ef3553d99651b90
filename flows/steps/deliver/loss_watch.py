"""A warehouse that cannot be opened: the operator is told once, and once when it can be, past the outbox that is in it.

The file that says so is there only as long as that is so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.setup import Setup
from flows.steps.deliver.self_watch import tell_past_outbox
from warehouse.errors import Unusable

UNUSABLE = "unusable.told"


@contextmanager
def warehouse_watched(setup: Setup) -> Iterator[None]:
    """Tell the operator when the block finds the warehouse damaged, missing or somebody else's, and when no more."""
    told = setup.data_dir / UNUSABLE
    try:
        yield
    except Unusable as error:
        if newly_made(told):
            tell_past_outbox(setup, "The warehouse cannot be used", str(error))
        raise
    if told.exists():
        told.unlink()
        tell_past_outbox(setup, "The warehouse can be used again", "Passes go on from what is in it.")


def newly_made(marker: Path) -> bool:
    """Make a file that notes something; return False where it was noted before, or cannot be."""
    try:
        marker.touch(exist_ok=False)
    except OSError:
        return False
    return True
