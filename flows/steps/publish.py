"""The copy for analysts while a pass is at work: what was found is there soon, and copying takes little time."""

from __future__ import annotations

import time
from pathlib import Path

from warehouse.published import publish

# Publishing copies the whole file: it may take this part of a pass at most, but for the first and the last time.
PUBLISHING = 0.1


class Publisher:
    """Publishes after a batch, unless the last time was too short ago for how long it took."""

    def __init__(self, data_dir: Path) -> None:
        """Publish after the first batch."""
        self._data_dir = data_dir
        self._not_before = 0.0

    def publish(self, changes: int | None) -> None:
        """Publish if it is time; `changes` is what the batch's session counted."""
        begun = time.monotonic()
        if begun >= self._not_before:
            publish(self._data_dir, changes=changes)
            ended = time.monotonic()
            self._not_before = ended + (ended - begun) / PUBLISHING
