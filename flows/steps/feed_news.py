"""What became of a feed that somebody wants to know, in words, and the trouble that begins or ends with it. Pure.

How long a feed may be silent at an hour of the week is judged by its own weeks past.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from alerts.wording import counted
from flows.times import to_the_minute
from warehouse.feeds import FeedCourse, FeedHealth, FeedState, Poll, WatchedFeed

# A feed fails for long when it has failed for a day, or for so many of its longest intervals where that is longer.
LONG, LONG_INTERVALS = timedelta(days=1), 5
GONE = "is gone (HTTP 410 for a day) and is asked once a month from now on"
ILL = frozenset({FeedHealth.FAILING, FeedHealth.GONE})

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


class Trouble(StrEnum):
    """What the operator is told of a feed until it is over."""

    FAILING = "failing"
    GONE = "gone"
    QUIET = "quiet"
    MOVED = "moved"


# Troubles that are over when a feed answers, and brings something now and then.
ENDED_BY_NEWS = (Trouble.FAILING, Trouble.GONE, Trouble.QUIET)


@dataclass(frozen=True, slots=True)
class FeedNews:
    """What became of a feed, in words that follow its name; the trouble that begins with it, and those that end."""

    line: str
    begins: Trouble | None = None
    ends: tuple[Trouble, ...] = ()


def told(state: FeedState, poll: Poll) -> FeedNews | None:
    """Return what is worth telling: a feed that fails, is gone, quiet or well again, or has moved.

    A trouble is told at each poll; to tell it once is the teller's business.
    """
    before, after = state.course, poll.course
    if after is None:
        return None
    well = (Trouble.FAILING, Trouble.GONE) if after.state is FeedHealth.QUIET else ENDED_BY_NEWS
    news = (
        (after.current_url not in {None, before.current_url}, FeedNews(f"has moved for good, to {after.current_url}")),
        (before.current_url and not after.current_url, FeedNews("is asked at its configured address again")),
        (before.state in ILL and after.state not in ILL, FeedNews(back(state), ends=well)),
        (after.state is FeedHealth.GONE and before.state is not FeedHealth.GONE, FeedNews(GONE, begins=Trouble.GONE)),
        (fails_for_long(state.feed, poll), FeedNews(fails(poll), begins=Trouble.FAILING)),
        (after.state is FeedHealth.FAILING and before.state not in ILL, FeedNews(fails(poll))),
        (after.state is FeedHealth.QUIET, FeedNews(silent(state, poll.polled_at), begins=Trouble.QUIET)),
        (
            before.state is FeedHealth.QUIET and after.state not in ILL,
            FeedNews("brings something new again", ends=(Trouble.QUIET,)),
        ),
    )
    return next((one for applies, one in news if applies), None)


def fails_for_long(feed: WatchedFeed, poll: Poll) -> bool:
    """Tell whether a feed has failed for so long that it will hardly pass by itself."""
    course = poll.course or FeedCourse()
    since = course.failing_since or poll.polled_at
    return course.state is FeedHealth.FAILING and poll.polled_at - since >= max(LONG, LONG_INTERVALS * feed.max_every)


def fails(poll: Poll) -> str:
    """Say how a feed fails, and since when if that is not now."""
    since = poll.course.failing_since if poll.course else None
    return f"fails{f' since {spelled(since)}' if since and since < poll.polled_at else ''}: {poll.error}"


def back(state: FeedState) -> str:
    """Say how often a feed failed that answers now."""
    return f"answers again after {counted(state.consecutive_failures, 'failure')}"


def silent(state: FeedState, now: datetime) -> str:
    """Say since when a feed is silent, and how long it was at most at this hour of its weeks past."""
    usual = usual_silence(state.arrivals, now)
    least = f"; at this time of the week it was so for {hours(usual)} at most" if usual else ""
    return f"has brought nothing new since {spelled(state.last_new_at)}{least}"


def spelled(time: datetime | None) -> str:
    """Return a time for people; without one it is when the feed came to be watched."""
    return to_the_minute(time) if time else "it is watched"


def hours(span: timedelta) -> str:
    """Return a span in whole hours, rounded up."""
    return counted(math.ceil(span / timedelta(hours=1)), "hour")


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
