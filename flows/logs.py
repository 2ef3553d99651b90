"""Where log lines go: to stderr, Talkwatch's own from INFO on, everyone else's warnings."""

from __future__ import annotations

import logging
import sys


def set_up_logging() -> None:
    """Prepare this process's log; the process of a scheduled pass needs it as much as the command line's."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("talkwatch").setLevel(logging.INFO)
