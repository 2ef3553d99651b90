"""What servers want of us: their robots.txt, and when a feed or page may be asked again. Pure: asks nobody.

robots.txt counts for the pages of articles, which is crawling. Feeds are published to be asked for by programs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus

import httpx
from protego import Protego

from flows.web.results import CAP, Fetched, FetchReason, FetchResult, as_failure
from warehouse.hosts import RobotsFile, RobotsState

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# So many polls in a row without anything new, and a feed is asked at its longest interval.
DULL = 8
# Feeds that were asked together drift apart, by up to a twentieth of their interval.
SPREAD = 0.05
# How long a host that says "too many requests", and not for how long, is left alone: twice as long each time.
PARKED_FIRST = timedelta(seconds=30)
PARKED_LONGEST = HOUR


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


NAME = "Talkwatch"
# RFC 9309 asks crawlers to read at least so much.
MAX_CHARS = 512_000
# As generously as the parser reads it: with a colon, or with a blank where no colon ends another field's name.
_AGENT = re.compile(r"\s*user(?:-|\s*)agent(?:\s*:|(?=\s|$)(?!.*:(?:\s|$)))(.*)", re.IGNORECASE)


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address: what one robots.txt speaks for."""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"


def robots_file(origin: str, outcome: FetchResult, now: datetime, before: RobotsFile | None) -> RobotsFile:
    """Read the answer to a request for /robots.txt (RFC 9309): a 4xx allows all, a failing server lets us wait."""
    if isinstance(outcome, Fetched):
        body = outcome.body.decode("utf-8", errors="replace").lstrip("\ufeff")[:MAX_CHARS]
        return RobotsFile(origin=origin, state=RobotsState.RULES, body=body, asked_at=now, next_at=now + DAY)
    failure = as_failure(outcome)
    if failure.reason is FetchReason.REDIRECTS or is_refusal(failure.status):
        return RobotsFile(origin=origin, state=RobotsState.NONE, body=None, asked_at=now, next_at=now + DAY)
    failures = 1 + (before.failures if before else 0)
    asked_for = failure.wait or timedelta(0)
    return RobotsFile(
        origin=origin,
        state=RobotsState.WAIT,
        body=None,
        asked_at=now,
        next_at=now + max(retry_delay(failures, MINUTE, 6 * HOUR), asked_for),
        failures=failures,
        last_error=failure.detail,
    )


def is_refusal(status: int | None) -> bool:
    """Tell whether a status says that there is no robots.txt for us; "too many requests" says something else."""
    client_error = status is not None and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return client_error and status != HTTPStatus.TOO_MANY_REQUESTS


def allows(file: RobotsFile, url: str) -> bool:
    """Tell whether the page may be read."""
    return file.state is RobotsState.NONE or (file.body is not None and bool(rules(file.body).can_fetch(url, NAME)))


def crawl_delay(file: RobotsFile) -> float:
    """Return the seconds that a site wants between two requests; 0 when it says nothing."""
    delay: float | None = rules(file.body or "").crawl_delay(NAME)
    return min(delay or 0, DAY.total_seconds())


@lru_cache(maxsize=256)
def rules(body: str) -> Protego:
    """Parse the rules that are for us, once."""
    return Protego.parse(addressed(body))


def addressed(body: str) -> str:
    """Return a robots.txt whose agents are "*", who is we, and "other", by what is most ours of what it names.

    A parser keeps each rule for each agent of its group: thousands of agents over thousands of rules fill the memory.
    """
    lines = [(line, agent_in(line)) for line in body.splitlines()]
    ours = max((name for _, name in lines if name and is_ours(name)), key=lambda name: (name != "*", name), default="*")
    return "\n".join(
        line if name is None else f"User-agent: {'*' if name == ours else 'other'}" for line, name in lines
    )


def agent_in(line: str) -> str | None:
    """Return the agent that a line names, in small letters, None where it names none."""
    found = _AGENT.match(line.partition("#")[0])
    if found is None:
        return None
    name = found[1].strip().lower()
    return name if name == "*" else name.replace("*", "")


def is_ours(name: str) -> bool:
    """Tell whether an agent is everybody, or our name as far as it goes."""
    return name == "*" or NAME.lower().startswith(name)
