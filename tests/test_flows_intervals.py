from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.text.dates import retry_after
from flows.web.politeness import (
    DULL,
    SPREAD,
    adaptive,
    fraction,
    next_poll_at,
    parking_time,
    retry_delay,
    unskipped,
)
from flows.web.results import CAP, freshness

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = 10 * MINUTE
HTTP_NOW = "Sat, 21 Nov 2026 12:00:00 GMT"
HTTP_LATER = "Sat, 21 Nov 2026 14:00:00 GMT"
HTTP_BEFORE = "Sat, 21 Nov 2026 11:00:00 GMT"
ALL_HOURS, ALL_DAYS = tuple(range(24)), tuple(range(7))


def poll(*, interval=EVERY, ttl=None, control=None, expires=None, date=HTTP_NOW, retry=None, hours=(), days=()):
    """Return how long after now a feed is asked again when its server answered so."""
    wishes = (ttl, freshness(control, expires, date, NOW), retry_after(retry, NOW))
    return next_poll_at(NOW, interval, *wishes, skip_hours=hours, skip_days=days) - NOW


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        pytest.param({}, EVERY, id="nothing said: our interval"),
        pytest.param({"ttl": 5 * MINUTE}, EVERY, id="a shorter ttl does not hurry us"),
        pytest.param({"ttl": HOUR}, HOUR, id="a longer ttl counts"),
        pytest.param({"ttl": 365 * DAY}, DAY, id="a ttl of a year counts as a day"),
        pytest.param({"ttl": timedelta(0)}, EVERY, id="a ttl of nothing says nothing"),
        pytest.param({"control": "max-age=43200"}, 12 * HOUR, id="max-age counts"),
        pytest.param({"control": "MAX-AGE = 3600"}, HOUR, id="max-age is read whatever its case and spaces"),
        pytest.param({"control": 'max-age="3600"'}, HOUR, id="quoted max-age"),
        pytest.param({"control": "public, max-age=3600, must-revalidate"}, HOUR, id="max-age among others"),
        pytest.param({"control": "max-age=60"}, EVERY, id="a shorter max-age does not hurry us"),
        pytest.param({"control": "max-age=0"}, EVERY, id="max-age 0"),
        pytest.param({"control": "max-age=-1"}, EVERY, id="negative max-age"),
        pytest.param({"control": "max-age=soon"}, EVERY, id="max-age that is no number"),
        pytest.param({"control": "max-age=31536000"}, DAY, id="max-age of a year counts as a day"),
        pytest.param({"control": "max-age=99999999999999999999"}, DAY, id="max-age beyond any number counts as a day"),
        pytest.param({"control": "no-cache, max-age=3600"}, EVERY, id="no-cache takes max-age back"),
        pytest.param({"control": "max-age=3600, no-store"}, EVERY, id="no-store too"),
        pytest.param({"control": "x-no-cache-hint, max-age=3600"}, HOUR, id="a word that only contains no-cache"),
        pytest.param({"expires": HTTP_LATER}, 2 * HOUR, id="Expires counts from Date"),
        pytest.param({"expires": HTTP_LATER, "date": "Sat, 21 Nov 2026 13:00:00 GMT"}, HOUR, id="a server whose clock is fast"),
        pytest.param({"expires": HTTP_LATER, "date": None}, 2 * HOUR, id="Expires without Date counts from now"),
        pytest.param({"expires": HTTP_BEFORE}, EVERY, id="Expires in the past"),
        pytest.param({"expires": "0"}, EVERY, id="Expires 0"),
        pytest.param({"expires": "-1"}, EVERY, id="Expires -1"),
        pytest.param({"expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, DAY, id="Expires at the end of time"),
        pytest.param({"expires": "Fri, 31 Dec 9999 23:59:59 -0500"}, EVERY, id="Expires after the end of time"),
        pytest.param({"expires": "Sat, 21 Nov 99999999999999999999 14:00:00 GMT"}, EVERY, id="Expires in no year"),
        pytest.param({"expires": "Sat, 21 Nov 2026 16:00:00 +0200"}, 2 * HOUR, id="Expires in a zone of its own"),
        pytest.param({"expires": HTTP_LATER, "control": "max-age=900"}, 15 * MINUTE, id="max-age wins over Expires"),
        pytest.param({"retry": "7200"}, 2 * HOUR, id="Retry-After in seconds"),
        pytest.param({"retry": HTTP_LATER}, 2 * HOUR, id="Retry-After as a date"),
        pytest.param({"retry": HTTP_BEFORE}, EVERY, id="Retry-After in the past"),
        pytest.param({"retry": "Fri, 31 Dec 9999 23:59:59 GMT"}, DAY, id="Retry-After at the end of time counts as a day"),
        pytest.param({"retry": "-5"}, EVERY, id="negative Retry-After"),
        pytest.param({"retry": "1e9"}, EVERY, id="Retry-After that is no number"),
        pytest.param({"retry": "99999999"}, DAY, id="Retry-After of years counts as a day"),
        pytest.param({"ttl": HOUR, "control": "max-age=1800", "retry": "600"}, HOUR, id="the longest of all counts"),
        pytest.param({"interval": 3 * DAY, "ttl": HOUR}, 3 * DAY, id="our own interval is not capped"),
        pytest.param({"hours": (12, 13)}, 2 * HOUR, id="skipHours: the first hour not skipped"),
        pytest.param({"hours": (11,)}, EVERY, id="skipHours of another time do nothing"),
        pytest.param({"hours": ALL_HOURS}, EVERY, id="all hours skipped is nonsense"),
        pytest.param({"days": (5,)}, 12 * HOUR, id="skipDays: the start of the next day"),
        pytest.param({"days": (5, 6), "hours": (0,)}, 37 * HOUR, id="days and hours together"),
        pytest.param({"days": (12, 6), "hours": (24,)}, 37 * HOUR, id="hour 24 is 0, and day 12 is 5"),
        pytest.param({"days": ALL_DAYS}, EVERY, id="all days skipped is nonsense"),
    ],
)  # fmt: skip
def test_the_next_poll_is_the_longest_wish(answer, wait):
    """A feed is asked after the longest of our interval and the server's wishes, a day at most, outside what it skips."""
    assert poll(**answer) == wait


@given(st.timedeltas(timedelta(0), 14 * DAY).map(NOW.__add__), st.sets(st.integers(0, 23)), st.sets(st.integers(0, 6)))
def test_what_is_skipped_is_waited_out_and_no_longer(at, hours, days):
    """A time moves only out of skipped hours and days, and only to the start of the first hour after them."""

    def skipped(moment):
        return moment.hour in hours or moment.weekday() in days

    found = unskipped(at, tuple(hours), tuple(days))
    if len(hours) == 24 or len(days) == 7 or not skipped(at):
        assert found == at
    else:
        first = at.replace(minute=0, second=0, microsecond=0) + HOUR
        assert found == next(moment for n in range(24 * 7) if not skipped(moment := first + n * HOUR))


@pytest.mark.parametrize(("dull", "minutes"), [(-1, 10), (0, 10), (1, 13.75), (4, 25), (DULL, 40), (999, 40)])
def test_a_dull_feed_is_asked_less_often(dull, minutes):
    """The interval grows by equal steps from `every` to `max_every`, and is `every` again at the first new entry."""
    assert adaptive(EVERY, 4 * EVERY, dull) == timedelta(minutes=minutes)


def test_feeds_drift_apart_and_none_comes_too_soon():
    """Each feed has its own delay, always the same, never below the interval and at most a twentieth above."""
    waits = {name: next_poll_at(NOW, EVERY, name=name) - NOW for name in map(str, range(200))}
    assert all(EVERY <= wait <= EVERY * (1 + SPREAD) for wait in waits.values())
    assert len(set(waits.values())) == 200
    assert waits["7"] == next_poll_at(NOW, EVERY, name="7") - NOW
    assert 0 <= fraction("x") < 1


def test_a_day_is_not_made_longer_by_the_drift():
    """What is capped stays capped."""
    assert next_poll_at(NOW, EVERY, 9 * DAY, name="some feed") - NOW == CAP


@pytest.mark.parametrize(
    ("failures", "every", "longest", "wait"),
    [
        pytest.param(1, timedelta(seconds=10), DAY, MINUTE, id="at least a minute"),
        pytest.param(3, EVERY, DAY, 30 * MINUTE, id="linearly later"),
        pytest.param(999, EVERY, DAY, DAY, id="up to the longest"),
        pytest.param(0, EVERY, DAY, EVERY, id="no failure yet"),
        pytest.param(2, 3 * DAY, DAY, 3 * DAY, id="never sooner than every"),
    ],
)
def test_what_fails_is_asked_ever_later(failures, every, longest, wait):
    """Waits grow linearly from the longer of `every` and a minute."""
    assert retry_delay(failures, every, longest) == wait


@pytest.mark.parametrize(
    ("asked", "before", "wait"),
    [
        pytest.param(None, None, timedelta(seconds=30), id="half a minute at first"),
        pytest.param(None, timedelta(seconds=30), MINUTE, id="then twice as long"),
        pytest.param(None, 50 * MINUTE, HOUR, id="up to an hour"),
        pytest.param(2 * HOUR, None, 2 * HOUR, id="as long as it asks"),
        pytest.param(2 * MINUTE, 50 * MINUTE, 2 * MINUTE, id="even where that is shorter than the last time"),
        pytest.param(timedelta(0), None, timedelta(seconds=30), id="but half a minute at least"),
    ],
)
def test_a_host_that_has_had_enough_is_left_alone(asked, before, wait):
    """Too many requests: the host says for how long, else it is left alone ever longer."""
    assert parking_time(asked, before) == wait
