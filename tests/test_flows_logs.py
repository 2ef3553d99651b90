from __future__ import annotations

import json
import logging
import sys

import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError

from flows.cli.app import main
from flows.logs import OneObject, Plain, Shortened, without_traceback
from flows.problems import WorkProblem
from warehouse.errors import DiskFull

ASKED = httpx.Request("POST", "http://127.0.0.1:4200/api")


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


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(
            PrefectHTTPStatusError("500 Internal\nServer Error", request=ASKED, response=httpx.Response(500)),
            "PrefectHTTPStatusError: 500 Internal Server Error",
            id="its server refuses",
        ),
        pytest.param(httpx.ReadTimeout("timed out", request=ASKED), "ReadTimeout: timed out", id="it does not answer"),
    ],
)
def test_troubles_of_prefect_s_server_are_one_line(error, said):
    """Where Prefect's own server has no room either, what a run meets there is a line and no traceback."""
    assert told(error) == f"2026-03-04T12:00:00Z ERROR prefect.flow_runs Prefect's server: {said}"


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


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        pytest.param("run=fcf3 feeds_due=1 nothing_new seconds=7.5", {"run": "fcf3", "feeds_due": 1, "seconds": 7.5}, id="a pass"),
        pytest.param("between passes: messages_sent=2", {"messages_sent": 2}, id="what is about something"),
        pytest.param("feed https://herald.example/?page=2 fails", None, id="words with an address among them"),
        pytest.param("a pass is already at work", None, id="words alone"),
    ],
)  # fmt: skip
def test_counts_of_an_event_are_fields(message, fields):
    """What is written as name=value stands as a value of its own beside the message; other words are left alone."""
    record = logging.LogRecord("talkwatch.pass", logging.INFO, "passes.py", 1, "%s", (message,), None)
    record.created = 1_772_625_600.25
    event = json.loads(OneObject().format(record))
    assert (event.pop("fields", None), event.pop("process") > 0) == (fields, True)
    assert event == {
        "time": "2026-03-04T12:00:00.250Z",
        "level": "INFO",
        "logger": "talkwatch.pass",
        "message": message,
    }


def test_an_object_is_one_line_whatever_it_tells():
    """A traceback, breaks of lines and what a terminal would obey are escaped in it."""
    try:
        int("odd\n\x1b[31m\u2028")
    except ValueError:
        caught = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "first\nsecond \x9b", (), caught)
    said = OneObject().format(record)
    assert said.isprintable()
    assert "Traceback" in json.loads(said)["traceback"]


@pytest.mark.parametrize("place", ["before", "behind"])
def test_a_mistake_is_an_event_too(tmp_path, monkeypatch, capsys, place):
    """Where JSON was asked for, what ends a command is an object as well, wherever the option was typed."""
    monkeypatch.setenv("TALKWATCH_LOG_FORMAT", "plain")
    asked, words = ["--log-format", "json"], ["run", "--config", str(tmp_path / "none.toml")]
    monkeypatch.setattr(sys, "argv", ["talkwatch", *(asked + words if place == "before" else words + asked)])
    with pytest.raises(SystemExit, match="2"):
        main()
    event = json.loads(capsys.readouterr().err)
    assert (event["level"], event["message"][:32]) == ("ERROR", "talkwatch: no configuration at /")
