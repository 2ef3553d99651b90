"""What a site's robots.txt says to us. Pure: reads answers and decides, asks nobody.

It counts for the pages of articles, which is crawling. Feeds are published to be asked for by programs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus

import httpx
from protego import Protego

from flows.web.intervals import DAY, HOUR, MINUTE, retry_delay
from flows.web.outcomes import Fetched, FetchFailure, Outcome
from warehouse.feed_records import RobotsFile, RobotsState

NAME = "Talkwatch"
# RFC 9309 asks crawlers to read at least so much.
MAX_CHARS = 512_000


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address: what one robots.txt speaks for."""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"


def robots_file(origin: str, outcome: Outcome, now: datetime, before: RobotsFile | None) -> RobotsFile:
    """Read the answer to a request for /robots.txt (RFC 9309): a 4xx allows all, a failing server lets us wait."""
    if isinstance(outcome, Fetched):
        body = outcome.body.decode("utf-8", errors="replace").lstrip("\ufeff")[:MAX_CHARS]
        return RobotsFile(origin=origin, state=RobotsState.RULES, body=body, asked_at=now, next_at=now + DAY)
    if isinstance(outcome, FetchFailure) and (outcome.loops or is_refusal(outcome.status)):
        return RobotsFile(origin=origin, state=RobotsState.NONE, body=None, asked_at=now, next_at=now + DAY)
    failures = 1 + (before.failures if before else 0)
    asked_for = (isinstance(outcome, FetchFailure) and outcome.wait) or timedelta(0)
    return RobotsFile(
        origin=origin,
        state=RobotsState.WAIT,
        body=None,
        asked_at=now,
        next_at=now + max(retry_delay(failures, MINUTE, 6 * HOUR), asked_for),
        failures=failures,
        last_error=outcome.reason if isinstance(outcome, FetchFailure) else "not modified",
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
    """Parse a file's rules, once."""
    return Protego.parse(body)
