"""Where log lines go: to stderr, Talkwatch's own from INFO on, everyone else's warnings; times in UTC.

For people a line is text, for a collector of logs one JSON object.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from flows.problems import UsageProblem, WorkProblem
from warehouse.errors import WarehouseError

OF_PREFECT = ("prefect", "asyncio", "docket", "uvicorn", "apscheduler")
# What runs themselves say: a bug in a pass keeps its traceback.
OF_RUNS = ("prefect.flow_runs", "prefect.task_runs")
JSON = "json"
PLAIN = "plain"
# What a line of counts is about may stand before a colon.
_ABOUT = re.compile(r"[a-z ]{1,60}: ")
_COUNT = re.compile(r"[a-z_]+(?:=\S+)?")
AGAIN_SECONDS = 600.0
LONGEST = 300
EXPECTED = (UsageProblem, WorkProblem, WarehouseError)


class Plain(logging.Formatter):
    """One line, with the time as RFC 3339 has it."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        """Set the form."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")


class OneObject(logging.Formatter):
    """One JSON object an event, on one line; the names and values of a line of counts stand in `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = record.getMessage()
        event: dict[str, object] = {"time": at, "level": record.levelname, "logger": record.name, "message": said}
        if counts := counts_in(said):
            event["fields"] = counts
        event["process"] = record.process
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=True, default=str)


def counts_in(line: str) -> dict[str, str | int | float]:
    """Return the names and values of a line that is `name=value` all through, as at the end of a pass; else none."""
    about = _ABOUT.match(line)
    words = line[about.end() if about else 0 :].split(" ")
    if "=" not in words[-1] or not all(map(_COUNT.fullmatch, words)):
        return {}
    return {name: _value(value) for name, _, value in (word.partition("=") for word in words) if value}


def _value(said: str) -> str | int | float:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(said)
    return said


def set_up_logging(form: str = PLAIN) -> None:
    """Prepare this process's log; the process of a scheduled pass needs it as much as the command line's."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        # Prefect's own form has neither day nor zone. A handler of a test's stays as it is.
        if type(handler).__module__.startswith(("logging", "prefect")):
            handler.setFormatter(OneObject() if form == JSON else Plain())
            if not any(isinstance(each, Shortened) for each in handler.filters):
                handler.addFilter(Shortened())
    logging.getLogger("talkwatch").setLevel(logging.INFO)
    for runs in OF_RUNS:
        logging.getLogger(runs).addFilter(without_traceback)


def spoken(line: str, form: str) -> str:
    """Return a line that ends a command as the log writes it."""
    if form != JSON:
        return line
    return OneObject().format(logging.LogRecord("talkwatch", logging.ERROR, "", 0, "%s", (line,), None))


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
    """Let Prefect tell of what was to be expected, a full disk for one, in a line; a bug keeps its traceback.

    Expected is too that its own server, whose disk is full as well, refuses something or does not answer.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, EXPECTED):
        record.msg, record.args, record.exc_info = str(error), (), None
    elif error and {"prefect", "httpx"} & {kind.__module__.partition(".")[0] for kind in type(error).__mro__}:
        record.msg, record.args, record.exc_info = f"Prefect's server: {one_line(error)}", (), None
    return True


def one_line(error: BaseException) -> str:
    """Return what an error says, on one line and not too long."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
