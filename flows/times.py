"""Times: the clock, and times as people type them and read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.problems import UsageProblem

# Dates that can still be reckoned with, in either direction.
YEARS = range(1000, 9000)


def utc_now() -> datetime:
    """Read the clock: the one place where Talkwatch does."""
    return datetime.now(UTC)


def moment(time: datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def to_the_minute(time: datetime) -> str:
    """Return a time for people."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def time_of(text: str, timezone: str) -> datetime:
    """Read a time, in UTC; a bare date is midnight, and a time without a zone is, in `timezone`."""
    try:
        value = datetime.fromisoformat(text)
        value = (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageProblem(f"{text} is no time; write one, for example 2024-05-24T09:00:00Z or 2024-05-24") from None
    if value.year not in YEARS:
        raise UsageProblem(f"{text} is too far away; write a year from {YEARS.start} to {YEARS.stop - 1}")
    return value


def span_of(text: str) -> timedelta:
    """Read a duration from the command line."""
    from alerts.values import duration  # noqa: PLC0415  (loads pydantic, which most commands need not wait for)

    value = _typed(duration, text)
    assert isinstance(value, timedelta)
    return value


def bytes_of(text: str) -> int:
    """Read a size from the command line."""
    from alerts.values import size  # noqa: PLC0415  (as above)

    value = _typed(size, text)
    assert isinstance(value, int)
    return value


def _typed(read: Callable[[object], object], text: str) -> object:
    """Return what a value of the configuration's kind is when it is typed; raise UsageProblem."""
    try:
        return read(text)
    except ValueError as error:
        raise UsageProblem(f"{text}: {error}") from None


def span_between(since: str | None, until: str | None, timezone: str) -> tuple[datetime | None, datetime | None]:
    """Read --since and --until; raise UsageProblem where nothing lies between them."""
    first, last = (time_of(each, timezone) if each else None for each in (since, until))
    if first and last:
        check_order(first, last)
    return first, last


def check_order(since: datetime, until: datetime) -> None:
    """Raise UsageProblem where nothing lies between two times."""
    if since >= until:
        raise UsageProblem(f"--since {moment(since)} is not before --until {moment(until)}")
