"""When a feed or page may be asked again. Pure arithmetic on what servers said; reads no clock, asks nobody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from extractors.text.http_dates import http_date

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The longest wait that a server or feed is granted; what the operator configured may be longer.
CAP = DAY
# So many polls in a row without anything new, and a feed is asked at its longest interval.
DULL = 8
# Feeds that were asked together drift apart, by up to a twentieth of their interval.
SPREAD = 0.05
# How long a host that says "too many requests", and not for how long, is left alone: twice as long each time.
PARKED_FIRST = timedelta(seconds=30)
PARKED_LONGEST = HOUR

_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,18})\"?", re.IGNORECASE)
_FRESH_NO_MORE = re.compile(r"(?:^|,)\s*(?:no-cache|no-store)\s*(?:,|$)", re.IGNORECASE)


def freshness(cache_control: str | None, expires: str | None, date: str | None, now: datetime) -> timedelta | None:
    """Return how long an answer is fresh by its headers (RFC 9111): max-age, else Expires; None when neither says.

    Below nothing for one that was stale when it came; of what is above a day `next_poll_at` takes a day.
    """
    control = cache_control or ""
    if _FRESH_NO_MORE.search(control):
        return None
    if stated := _MAX_AGE.search(control):
        return seconds(stated[1])
    until = http_date(expires)
    return None if until is None else until - (http_date(date) or now)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long Retry-After asks to wait, given as seconds or as a date; None when it says nothing readable."""
    text = (value or "").strip()
    if re.fullmatch(r"\d{1,18}", text, re.ASCII):
        return seconds(text)
    until = http_date(text)
    return None if until is None else max(min(until - now, CAP), timedelta(0))


def seconds(digits: str) -> timedelta:
    """Return so many seconds, at most the cap."""
    return timedelta(seconds=min(int(digits), int(CAP.total_seconds())))


def adaptive(every: timedelta, max_every: timedelta, dull_polls: int) -> timedelta:
    """Return the interval of a feed whose last `dull_polls` polls brought nothing: from `every`, by equal steps."""
    return every + (max_every - every) * min(max(dull_polls, 0), DULL) / DULL


def retry_delay(failures: int, every: timedelta, longest: timedelta) -> timedelta:
    """Return how long to wait after so many failures in a row: linearly longer, at least a minute."""
    return min(max(every, MINUTE) * max(failures, 1), max(longest, every, MINUTE))


def parking_time(asked: timedelta | None, before: timedelta | None) -> timedelta:
    """Return how long a host that says "too many requests" is left alone: as it asks, else ever longer, to an hour.

    `before` is how long it was left alone the last time, when it says so again at once.
    """
    if asked is not None:
        return max(asked, PARKED_FIRST)
    return min(2 * before, PARKED_LONGEST) if before else PARKED_FIRST


def next_poll_at(
    now: datetime,
    interval: timedelta,
    *wishes: timedelta | None,
    name: str = "",
    skip_hours: Sequence[int] = (),
    skip_days: Sequence[int] = (),
) -> datetime:
    """Return when to ask again: after the longest of our interval and the server's wishes, and not when it asks not to.

    A wish counts for a day at most. `name` spreads feeds apart: it only ever makes the wait longer.
    """
    wait = max(interval, min(max((wish or timedelta(0) for wish in wishes), default=timedelta(0)), CAP))
    spread = max(min(wait * (1 + SPREAD * fraction(name)), CAP), wait)
    return unskipped(now + spread, skip_hours, skip_days)


def fraction(name: str) -> float:
    """Return a number from 0 to 1 that is always the same for one name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 16**8 if name else 0.0


def unskipped(at: datetime, skip_hours: Sequence[int], skip_days: Sequence[int]) -> datetime:
    """Return `at`, else the start of the first hour (UTC) after it that is not to be skipped; all skipped is none."""
    hours = {hour % 24 for hour in skip_hours}
    days = {day % 7 for day in skip_days}
    if len(hours) == len(range(24)) or len(days) == len(range(7)):
        return at
    while at.hour in hours or at.weekday() in days:
        at = at.replace(minute=0, second=0, microsecond=0) + HOUR
    return at


def usual_gap(dates: Sequence[datetime]) -> timedelta | None:
    """Return the mean time between a feed's entries, by their dates; None for fewer than five different ones."""
    known = sorted(set(dates))
    least = 5
    return (known[-1] - known[0]) / (len(known) - 1) if len(known) >= least else None
