"""Whether all is well: one judgement for `talkwatch status`, /health and /metrics.

Each pass leaves a bulletin in `health.json`, so that who asks waits for no pass and opens no warehouse.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from alerts.wording import counted
from flows.times import to_the_minute
from warehouse.locking import is_held
from warehouse.places import LIVE, SERVE_LOCK, replacing
from warehouse.published import LAG, published_at
from warehouse.runs import Health

FILE = "health.json"
FULL = "disk-full.told"
UNUSABLE = "unusable.told"
OVERDUE = timedelta(minutes=30)
SPARE = 16_000_000
# Clocks are put right by seconds every day.
AHEAD = timedelta(minutes=2)
# A pass takes so long at most from its end to the copy.
COPYING = timedelta(minutes=10)
# Without a schedule nobody knows when the next pass is to come.
UNSCHEDULED = timedelta(hours=2)

log = logging.getLogger("talkwatch.operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """How Talkwatch fared at `as_of`. `wrong` and `odd` say what no passing of time makes true or untrue.

    `silence` is how long no pass may have been finished while `serve` is at work.
    """

    as_of: datetime
    numbers: Health
    wrong: tuple[str, ...]
    odd: tuple[str, ...]
    silence: timedelta


_JSON = TypeAdapter(Bulletin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wellness:
    """Whether all is well by now: `reasons` why not, none when it is; `said` is that in a line."""

    reasons: tuple[str, ...]
    said: str
    bulletin: Bulletin | None

    @property
    def is_well(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.reasons


def note_bulletin(data_dir: Path, news: Bulletin) -> None:
    """Leave a bulletin in the place of the last one; what stands in its words already is left out of its numbers.

    A full disk keeps the last one, and is told elsewhere.
    """
    numbers = replace(news.numbers, worst_feeds=(), odd_feeds=(), notices=())
    try:
        # Addresses of feeds stand in it, and there may be a secret in one.
        with (
            replacing(data_dir / FILE) as fresh,
            open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file,
        ):
            file.write(_JSON.dump_json(replace(news, numbers=numbers)))
    except OSError as error:
        log.warning("%s keeps its last state: %s", FILE, error.strerror)


def noted_bulletin(data_dir: Path) -> Bulletin | None:
    """Return the last bulletin; None where there is none that can be read."""
    with suppress(OSError, ValidationError):
        return _JSON.validate_json((data_dir / FILE).read_bytes())
    return None


def judged(data_dir: Path, news: Bulletin | None, now: datetime, max_age: timedelta | None = None) -> Wellness:
    """Return whether all is well; `max_age` is how old the last pass may be, None for what is usual."""
    if news is None:
        found = [*of_files(data_dir, None, None), f"no pass has finished yet in {data_dir}"]
        return Wellness(reasons=tuple(found), said=f"not well: {found[0]}", bulletin=None)
    usual = news.silence if is_serving(data_dir) else UNSCHEDULED
    age = usual if max_age is None else max_age
    found = [
        *of_files(data_dir, news.numbers.last_finished_at, news.as_of),
        *passing_faults(news.numbers, now, age),
        *news.wrong,
    ]
    said = f"not well: {found[0]}" if found else well(news.numbers)
    return Wellness(reasons=tuple(found), said=said, bulletin=news)


def is_serving(data_dir: Path) -> bool:
    """Tell whether `serve` is at work."""
    with suppress(OSError):
        return is_held(data_dir / SERVE_LOCK)
    return False


def of_files(data_dir: Path, finished_at: datetime | None, as_of: datetime | None) -> Iterator[str]:
    """Yield what files tell: a full disk, a warehouse found unusable since, a copy older than passes leave it."""
    if since := full_since(data_dir):
        room = megabytes(needed(data_dir))
        yield f"the disk of {data_dir} is full, as of {to_the_minute(since)}; make room: {room} would do for now"
    if (since := noted_at(data_dir / UNUSABLE)) and (as_of is None or since > as_of):
        yield f"the warehouse cannot be used, as of {to_the_minute(since)}; the log says why"
    copied_at = published_at(data_dir)
    if copied_at and finished_at and finished_at - copied_at > LAG + COPYING:
        yield f"analysis.duckdb is of {to_the_minute(copied_at)}, older than it should be; the log says why"


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Tell whether a message has waited too long."""
    return now - due_at > OVERDUE


def passing_faults(numbers: Health, now: datetime, max_age: timedelta) -> Iterator[str]:
    """Yield what is wrong as time goes by: no pass finished, a message that does not leave."""
    if numbers.last_finished_at is None:
        yield "no pass has finished yet"
    elif numbers.last_finished_at - now > AHEAD:
        at = to_the_minute(numbers.last_finished_at)
        yield f"the last pass finished in the future, {at}: this machine's clock was wrong then, or is now"
    elif now - numbers.last_finished_at > max_age:
        yield f"the last finished pass is {ago(now - numbers.last_finished_at)} old"
    if numbers.oldest_due_at and is_overdue(numbers.oldest_due_at, now):
        yield f"a message has waited for {ago(now - numbers.oldest_due_at)}"


def well(numbers: Health) -> str:
    """Return in a line that all is well, but for what is no fault: nothing is watched, or some feeds fail."""
    if not numbers.feeds:
        return "well, but no feed is watched; add one to the configuration as [[feeds]]"
    failing = numbers.feeds_failing
    return f"well, but {failing} of {counted(numbers.feeds, 'feed')} fail{'s' * (failing == 1)}" if failing else "well"


def ago(span: timedelta) -> str:
    """Return a span of time in its largest fitting unit."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def full_since(data_dir: Path) -> datetime | None:
    """Return when a pass last found the disk full, if there is no room since."""
    return noted_at(data_dir / FULL)


def noted_at(marker: Path) -> datetime | None:
    """Return when something was last found so; None where it is no more."""
    try:
        return datetime.fromtimestamp(marker.stat().st_mtime, UTC)
    except OSError:
        return None


def needed(data_dir: Path) -> int:
    """Return how many bytes the next passes may take: the warehouse written anew, and its copy."""
    with suppress(OSError):
        return 2 * (data_dir / LIVE).stat().st_size + SPARE
    return SPARE


def megabytes(size: int) -> str:
    """Return a size as people say it, rounded up."""
    return f"{-(-size // 1_000_000)} MB"
