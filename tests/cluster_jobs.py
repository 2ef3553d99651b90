"""A job for a pool here or on a cluster: cheap, and told by its tasks what to do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable


def prepare() -> Callable[[tuple[str, float]], object]:
    """Return what answers a task."""
    return answer


def answer(task: tuple[str, float]) -> object:
    """Say who answered, after as long as asked; or end the process."""
    what, seconds = task
    time.sleep(seconds)
    if what == "die":
        os._exit(3)
    return what, os.getppid()
