from __future__ import annotations

import logging
import sys

import pytest

from flows.logs import Plain, Shortened, without_traceback
from flows.problems import WorkProblem
from warehouse.errors import DiskFull


def told(error: Exception) -> str:
    """Return what the log says of an error that Prefect tells of."""
    try:
        raise error
    except type(error):
        caught = sys.exc_info()
    record = logging.LogRecord("prefect.flow_runs", logging.ERROR, "engine.py", 1, "It failed: %r", (error,), caught)
    record.created = 1_772_625_600.25
    assert without_traceback(record)
    return Plain().format(record)


@pytest.mark.parametrize("error", [DiskFull("no space left"), WorkProblem("no space left")])
def test_what_was_to_be_expected_is_one_line(error):
    """A full disk, met inside a step that Prefect runs, is a line with its time in UTC and no traceback."""
    assert told(error) == "2026-03-04T12:00:00Z ERROR prefect.flow_runs no space left"


def test_a_bug_keeps_its_traceback():
    """What nobody expected is told with all there is."""
    assert "Traceback" in told(ValueError("odd"))


def prefect_says(shortened, *, line=1, name="prefect.runner", error=True):
    """Return what is shown of trouble that Prefect has; None for nothing."""
    full = OSError(28, "No space left on device")
    caught = (OSError, full, None) if error else None
    said = "Encountered an exception\nwhile it did this\nand that"
    record = logging.LogRecord(name, logging.ERROR, "services.py", line, said, (), caught)
    record.created = 1_772_625_600.25
    return Plain().format(record) if shortened(record) else None


def test_what_prefect_says_of_its_own_troubles_is_a_line_once_a_while():
    """On a full disk it would fill the log: each place in it is heard once in ten minutes, without a traceback."""
    now = [0.0]
    shortened = Shortened(lambda: now[0])
    line = prefect_says(shortened)
    assert line == (
        "2026-03-04T12:00:00Z ERROR prefect.runner Encountered an exception (OSError: [Errno 28] No space left on device)"
    )
    assert prefect_says(shortened) is None
    assert prefect_says(shortened, line=2) == line
    now[0] = 600.0
    assert prefect_says(shortened) == line
    assert "\nand that" in prefect_says(shortened, name="talkwatch.pass")
    assert "\nand that" in prefect_says(shortened, name="prefect.flow_runs")
