"""A process that records and delivers without Prefect or the model, and others forked from it that are killed at it.

It reads jobs as JSON lines and answers each with how its fork ended; so what takes seconds to import is imported once.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from alerts.channels.email import Email
from flows.config.settings import load_settings
from flows.logs import set_up_logging
from flows.setup import Setup, prepared
from flows.steps.deliver.senders import Sender, deliver
from tests.batches import record
from tests.post_office import story
from warehouse import outbox


def die(*_: Any) -> None:
    """End as a power cut would end it."""
    os.kill(os.getpid(), signal.SIGKILL)


def half_sent(server: smtplib.SMTP, _: Any) -> None:
    """Send the beginning of a message, then die."""
    server.putcmd("data")
    server.getreply()
    server.send(b"Subject: half of\r\n")
    die()


def hooked(owner: Any, name: str, *, before: bool, nth: int) -> None:
    """Die before or after the nth call of a function."""
    own: Callable[..., Any] = getattr(owner, name)
    calls = iter(range(1, 1_000_000))

    @wraps(own)
    def called(*args: Any, **named: Any) -> Any:
        last = next(calls) == nth
        if last and before:
            die()
        answer = own(*args, **named)
        return die() if last else answer

    setattr(owner, name, called)


# Each step of commit → send → receipt, as the call that it comes before or after.
POINTS: dict[str, tuple[Any, str, bool]] = {
    "before the messages are written": (outbox, "save_messages", True),
    "before the commit": (outbox, "save_messages", False),
    "before a message is sealed": (outbox, "begin_attempt", True),
    "sealed, before its commit": (outbox, "begin_attempt", False),
    "before it is sent": (Email, "send", True),
    "in the middle of DATA": (smtplib.SMTP, "data", True),
    "taken, before its receipt": (Email, "send", False),
    "before the receipt is written": (outbox, "settle", True),
    "the receipt written, before its commit": (outbox, "settle", False),
    "the receipt committed": (Sender, "_settle", False),
}


def work(setup: Setup, job: dict[str, Any]) -> None:
    """Record stories, those that are known without effect, then send what is due."""
    if job.get("point") == "in the middle of DATA":
        smtplib.SMTP.data = half_sent  # type: ignore[method-assign, assignment]  # the kill has to come from inside
    elif job.get("point") in POINTS:
        owner, name, before = POINTS[job["point"]]
        hooked(owner, name, before=before, nth=job.get("nth", 1))
    for number in job["stories"]:
        record(setup, [story(number, setup.now())])
    if job.get("point") == "after the commit":
        die()
    deliver(setup)


def ended(setup: Setup, job: dict[str, Any]) -> int:
    """Do a job in a fork, which is killed after `kill_after` seconds where the job says so; return its exit code."""
    child = os.fork()
    if not child:
        try:
            work(setup, job)
        finally:
            os._exit(1 if sys.exc_info()[0] else 0)
    if "kill_after" in job:
        time.sleep(job["kill_after"])
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Do one job a line."""
    set_up_logging()
    setup = prepared(load_settings(Path(sys.argv[1]), sending=True))
    print("ready", flush=True)  # noqa: T201 (the protocol of this process)
    for line in sys.stdin:
        print(ended(setup, json.loads(line)), flush=True)  # noqa: T201 (as above)


if __name__ == "__main__":
    main()
