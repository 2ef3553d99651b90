from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.steps.feed_news import bearable_silence, longest_silence, usual_silence

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def office_hours(weeks: int = 6) -> list[datetime]:
    """Return an outlet's weeks: an entry an hour from nine to five, Monday to Friday, the last before `MONDAY`."""
    days = (MONDAY - n * DAY for n in range(7 * weeks, 0, -1))
    return [day + hour * HOUR for day in days if day.weekday() < 5 for hour in range(9, 18)]


def test_a_weekend_is_no_silence_where_weekends_are_silent():
    """An outlet that rests from Friday evening is given its weekend, twice; in the week it is missed in a day."""
    friday = MONDAY - 3 * DAY + 17 * HOUR
    sunday, thursday = MONDAY - 6 * HOUR, MONDAY + 3 * DAY + 12 * HOUR
    assert sunday - friday < bearable_silence(office_hours(), sunday) == 2 * usual_silence(office_hours(), sunday)
    assert bearable_silence(office_hours(), MONDAY + 9 * HOUR) >= 5 * DAY
    assert bearable_silence(office_hours(), thursday) == 2 * 16 * HOUR


def test_the_longest_silence_counts_and_not_the_mean():
    """One long pause in eight weeks, at this hour, makes as long a pause now nothing unusual."""
    hourly = [MONDAY - n * HOUR for n in range(24 * 60, 0, -1)]
    gap = (MONDAY - 3 * WEEK - 30 * HOUR, MONDAY - 3 * WEEK)
    paused = [at for at in hourly if not gap[0] < at < gap[1]]
    assert (bearable_silence(hourly, MONDAY), bearable_silence(paused, MONDAY)) == (DAY, 60 * HOUR)
    assert bearable_silence(paused, MONDAY + 4 * DAY) == DAY


@pytest.mark.parametrize(
    "arrivals",
    [
        pytest.param([MONDAY - n * HOUR for n in range(99, 0, -1)], id="some days"),
        pytest.param([MONDAY - n * HOUR for n in range(24 * 10, 0, -1)], id="one week"),
    ],
)
def test_a_feed_that_is_hardly_known_is_not_judged_soon(arrivals):
    """Before two of its weeks are known a long weekend passes for usual."""
    assert bearable_silence(arrivals, MONDAY) == 4 * DAY


def test_what_brings_little_is_not_judged_by_a_few_days():
    """A monthly bulletin may be silent for two months; of two entries nobody knows."""
    monthly = [MONDAY - n * 30 * DAY for n in (3, 2, 1)]
    assert bearable_silence(monthly, MONDAY + DAY) >= 50 * DAY
    assert bearable_silence([MONDAY - 70 * DAY, MONDAY - 40 * DAY, MONDAY - DAY], MONDAY) >= 60 * DAY
    assert bearable_silence([MONDAY - 7 * DAY, MONDAY - 2 * DAY, MONDAY - DAY], MONDAY) == 10 * DAY
    assert bearable_silence([MONDAY - 40 * DAY, MONDAY], MONDAY + DAY) == timedelta.max


def test_a_silence_counts_from_the_arrival_before_it():
    """Also what began before the time that is looked at, up to its end; nothing before the first arrival does."""
    arrivals = [MONDAY, MONDAY + 10 * HOUR]
    assert longest_silence(arrivals, MONDAY + 8 * HOUR, MONDAY + 12 * HOUR) == 10 * HOUR
    assert longest_silence(arrivals, MONDAY + 11 * HOUR, MONDAY + 30 * HOUR) == 20 * HOUR
    assert longest_silence([], MONDAY, MONDAY + HOUR) == timedelta(0)
