"""Where log lines go: to stderr, Talkwatch's own from INFO on, everyone else's warnings; times in UTC."""

from __future__ import annotations

import logging
import sys
import time

from flows.problems import UsageProblem, WorkProblem
from warehouse.errors import WarehouseError

EXPECTED = (UsageProblem, WorkProblem, WarehouseError)


class Plain(logging.Formatter):
    """One line, with the time as RFC 3339 has it."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        """Set the form."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")


def set_up_logging() -> None:
    """Prepare this process's log; the process of a scheduled pass needs it as much as the command line's."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        # Prefect's own form has neither day nor zone. A handler of a test's stays as it is.
        if type(handler).__module__.startswith(("logging", "prefect")):
            handler.setFormatter(Plain())
    logging.getLogger("talkwatch").setLevel(logging.INFO)
    for runs in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(runs).addFilter(without_traceback)


def without_traceback(record: logging.LogRecord) -> bool:
    """Let Prefect tell of what was to be expected, a full disk for one, in a line; a bug keeps its traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, EXPECTED):
        record.msg, record.args, record.exc_info = str(error), (), None
    return True
