"""Count false notices that a feed has gone quiet, and how soon the end of one is noticed, on weeks of made rhythms.

    .venv/bin/python benchmarks/rhythms.py [--feeds 4] [--weeks 16]

Outlets of seven kinds publish by hour and weekday, with public holidays, better and worse days, and a time zone of
their own; each is asked every hour, from a first listing of twenty entries on. Prints for each kind how many notices
there are a feed and day while it lives, and after how many days (median, longest) it is noticed to have ended. Where
real feeds are at hand (`../shared/corpus/feeds`) their own listings are replayed too.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from extractors.records import Feed
from extractors.syndication.feeds import parse_feed
from flows.steps.feed_news import SHORTEST, bearable_silence

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LISTED = 20
FRIDAY = 4
DATED = 8  # so many entries with a date make a listing worth replaying
# Parts of a day's entries by hour, round the clock and in an office.
ROUND = (1, 1, 1, 1, 2, 4, 8, 12, 15, 16, 16, 15, 14, 15, 16, 15, 14, 13, 11, 9, 7, 5, 3, 2)
OFFICE = (0, 0, 0, 0, 0, 0, 0, 3, 10, 14, 14, 12, 9, 12, 14, 13, 11, 6, 1, 0, 0, 0, 0, 0)
# Kind: entries a day (least, most), by hour, part of them at weekends and on holidays, feeds of this kind.
KINDS = {
    "agency": (80, 400, ROUND, 0.6, 3),
    "daily": (15, 60, ROUND, 0.6, 5),
    "desk": (4, 25, ROUND, 0.15, 5),
    "weekdays": (3, 20, OFFICE, 0.0, 4),
    "small": (1, 3, ROUND, 0.2, 4),
    "sparse": (0.15, 0.6, ROUND, 1.0, 4),
    "monthly": (0.05, 0.1, ROUND, 1.0, 1),
}


def published(kind: str, weeks: int, luck: random.Random) -> list[datetime]:
    """Return when an outlet of a kind publishes."""
    least, most, hours, rest, _ = KINDS[kind]
    rate, shift = luck.uniform(least, most) / sum(hours), luck.randrange(24)
    holidays = set(luck.sample(range(7 * weeks), max(1, 7 * weeks // 36)))
    times = []
    for day in range(7 * weeks):
        mood = math.exp(luck.gauss(0, 0.35)) * (rest if day % 7 > FRIDAY or day in holidays else 1)
        for hour in range(24):
            count = poisson(rate * mood * hours[(hour + shift) % 24], luck)
            times += [BEGIN + day * DAY + (hour + luck.random()) * HOUR for _ in range(count)]
    return sorted(times)


def poisson(mean: float, luck: random.Random) -> int:
    """Draw a count."""
    least, product, count = math.exp(-mean), luck.random(), 0
    while product > least:
        product *= luck.random()
        count += 1
    return count


def notice(past: Sequence[datetime], until: datetime) -> datetime | None:
    """Return when a feed is noticed to be silent that has nothing new until then; None when it is not by then."""
    now = past[-1] + SHORTEST + HOUR
    while now < until:
        if now - past[-1] > bearable_silence(past, now):
            return now
        now += HOUR
    return None


def false_notices(times: Sequence[datetime], start: datetime) -> int:
    """Count the notices of a feed that lives, asked from `start` on."""
    first = max(bisect_right(times, start) - LISTED, 0)
    gaps = (
        (place, end) for place, (begin, end) in enumerate(pairwise(times)) if end > start and end - begin > SHORTEST
    )
    return sum(notice(times[first : place + 1], end) is not None for place, end in gaps if place >= first)


def days_until_noticed(times: Sequence[datetime], start: datetime, end: datetime) -> float:
    """Return after how many days a feed that ends is noticed, up to eight weeks."""
    first = max(bisect_right(times, start) - LISTED, 0)
    past = times[first : bisect_right(times, end)]
    return ((notice(past, end + 8 * WEEK) or end + 8 * WEEK) - end) / DAY if past else math.nan


def measured(kind: str, feeds: int, weeks: int) -> tuple[int, float, list[float]]:
    """Return the notices of a kind while its feeds live, in how many days, and how soon their ends are noticed."""
    notices, days, delays = 0, 0.0, []
    for number in range(feeds * KINDS[kind][4]):
        luck = random.Random(f"{kind} {number}")
        times = published(kind, weeks, luck)
        start = BEGIN + 2 * WEEK + luck.random() * WEEK
        notices += false_notices(times, start)
        days += (BEGIN + weeks * WEEK - start) / DAY
        delays.append(days_until_noticed(times, start, start + luck.uniform(0.5, weeks - 5) * WEEK))
    return notices, days, [delay for delay in delays if not math.isnan(delay)]


def real_listings(folder: Path) -> Iterator[list[datetime]]:
    """Yield when the entries of real feeds were published, of those that list enough with a date."""
    for path in sorted(folder.glob("*")):
        feed = parse_feed(path.read_bytes())
        dates = sorted({at for each in feed.entries if (at := each.published)}) if isinstance(feed, Feed) else []
        if len(dates) >= DATED:
            yield dates


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=4)
    parser.add_argument("--weeks", type=int, default=16)
    options = parser.parse_args()
    total, spent = 0, 0.0
    for kind in KINDS:
        notices, days, delays = measured(kind, options.feeds, options.weeks)
        total, spent = total + notices, spent + days
        print(f"{kind:9} {notices / days:.4f} a feed and day; noticed after {statistics.median(delays):.1f} days, "
              f"at most {max(delays):.1f}")  # fmt: skip
    print(f"{'all':9} {total / spent:.4f} a feed and day")
    folder = Path("../shared/corpus/feeds")
    listings = list(real_listings(folder)) if folder.exists() else []
    if listings:
        found = sum(false_notices(dates, dates[0]) for dates in listings)
        days = sum((dates[-1] - dates[0]) / DAY for dates in listings)
        print(f"{len(listings)} real listings: {found} notices in {days:.0f} feed-days")


if __name__ == "__main__":
    main()
