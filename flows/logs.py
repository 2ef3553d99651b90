"""Where log lines go: to stderr, Talkwatch's own from INFO on, everyone else's warnings; times in UTC."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from flows.problems import UsageProblem, WorkProblem
from warehouse.errors import WarehouseError

OF_PREFECT = ("prefect", "asyncio", "docket", "uvicorn", "apscheduler")
# What runs themselves say: a bug in a pass keeps its traceback.
OF_RUNS = ("prefect.flow_runs", "prefect.task_runs")
AGAIN_SECONDS = 600.0
LONGEST = 300
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
            if not any(isinstance(each, Shortened) for each in handler.filters):
                handler.addFilter(Shortened())
    logging.getLogger("talkwatch").setLevel(logging.INFO)
    for runs in OF_RUNS:
        logging.getLogger(runs).addFilter(without_traceback)


class Shortened:
    """Turns what Prefect says at length of its own troubles, such as a full disk, into a line, once a while."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing said."""
        self._clock = clock
        self._said: dict[tuple[str, int], float] = {}

    def __call__(self, record: logging.LogRecord) -> bool:
        """Shorten a record; tell whether it is to be shown."""
        if not record.name.startswith(OF_PREFECT) or record.name.startswith(OF_RUNS):
            return True
        error = record.exc_info[1] if record.exc_info else None
        first = next(iter(record.getMessage().strip().splitlines()), "")
        record.msg = " ".join(f"{first} {f'({type(error).__name__}: {error})' if error else ''}".split())[:LONGEST]
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        place, now = (record.name, record.lineno), self._clock()
        if now - self._said.get(place, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return False
        self._said[place] = now
        return True


def without_traceback(record: logging.LogRecord) -> bool:
    """Let Prefect tell of what was to be expected, a full disk for one, in a line; a bug keeps its traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, EXPECTED):
        record.msg, record.args, record.exc_info = str(error), (), None
    return True
