"""A feed's rhythm: how long it may be silent at an hour of the week, by its own weeks past. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
# So many weeks are looked back on, each at the same hour, from a day before it to a quarter of a day after it.
WEEKS = 8
BEFORE, AFTER = DAY, DAY / 4
# A silence is unusual when it is so many times the longest that those weeks had then, and never within a day.
TIMES = 2
SHORTEST = DAY
# Fewer weeks than this do not tell a weekend, or the day off in the middle of a week, from an end; fewer arrivals tell
# nothing.
WEEKS_TO_KNOW, ARRIVALS_TO_KNOW = 2, 3
UNKNOWN = 4 * DAY


def usual_silence(arrivals: Sequence[datetime], now: datetime) -> timedelta:
    """Return the longest silence that the weeks before had about this hour; `arrivals` are in their order."""
    hours = same_hours(arrivals, now)
    return max((longest_silence(arrivals, at - BEFORE, at + AFTER) for at in hours), default=timedelta(0))


def bearable_silence(arrivals: Sequence[datetime], now: datetime) -> timedelta:
    """Return the silence from which on a feed with these arrivals is quiet, were it this long by `now`."""
    if len(arrivals) < ARRIVALS_TO_KNOW:
        return timedelta.max
    if len(same_hours(arrivals, now)) < WEEKS_TO_KNOW:
        return max(UNKNOWN, TIMES * longest_silence(arrivals, arrivals[0], arrivals[-1]))
    return max(TIMES * usual_silence(arrivals, now), SHORTEST)


def same_hours(arrivals: Sequence[datetime], now: datetime) -> list[datetime]:
    """Return this hour of the weeks past, as far as the feed is known."""
    hours = [now - week * WEEK for week in range(1, WEEKS + 1)]
    return [at for at in hours if arrivals and at - BEFORE >= arrivals[0]]


def longest_silence(arrivals: Sequence[datetime], begin: datetime, end: datetime) -> timedelta:
    """Return the longest silence that was reached between two times, counted from the arrival before it."""
    first, last = (bisect_right(arrivals, at) for at in (begin, end))
    times = [*arrivals[max(first - 1, 0) : last], end]
    return max((after - before for before, after in pairwise(times)), default=timedelta(0))
