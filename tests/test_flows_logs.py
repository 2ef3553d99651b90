from __future__ import annotations

import logging
import sys

import pytest

from flows.logs import Plain, without_traceback
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
