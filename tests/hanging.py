"""Stops what would run for ever: the limits lie far above what linear work takes, and far below quadratic work."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class HangingError(BaseException):
    """Raised where work took more time than its limit; not an Exception, so that no parser's `except` takes it."""


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Let the block take `seconds` of this process's own time, which no other process can use up, then raise.

    A regular expression is interrupted; other C code is heard of when it comes back.
    """
    late = HangingError(f"more than {seconds:g} s of processor time")
    rung = []

    def stop(_number: int, _frame: object) -> None:
        rung.append(late)
        raise late

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    if rung:  # it was raised where nobody could hear it, as in a destructor
        raise late
