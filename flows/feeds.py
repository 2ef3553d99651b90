"""What `talkwatch feeds` does: list the states, ask every feed at once, parse what is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extractors.feeds import parse_feed
from extractors.records import Unreadable
from extractors.urls import is_http_url
from flows.configuration import FetchTable
from flows.extracting import parsed_feed, unparsed_feed
from flows.fetching import FEED_TYPES, Fetched, FetchFailure, Outcome, Request, fetch_outcomes
from flows.problems import UsageProblem
from flows.settings import Settings
from warehouse import polls
from warehouse.store import writing

Row = tuple[object, ...]


def listed(settings: Settings) -> list[Row]:
    """Return a row for each feed of the configuration and each that was in it."""
    with writing(settings.data_dir) as session:
        polls.sync_feeds(session, settings.feeds)
        return [
            (
                feed.outlet,
                str(feed.state),
                feed.last_polled_at,
                feed.next_poll_at,
                feed.consecutive_failures,
                feed.entries_seen,
                feed.last_error,
                feed.url,
            )
            for feed in polls.list_feeds(session)
        ]


def checked(settings: Settings) -> list[Row]:
    """Ask every feed without validators and return what came, in the order of the configuration."""
    requests = [Request(key=feed.feed_id, url=feed.url, accept=FEED_TYPES) for feed in settings.feeds]
    outcomes = {outcome.key: outcome for outcome in fetch_outcomes(requests, settings.fetch)}
    return [(feed.outlet, *findings(outcomes.get(feed.feed_id)), feed.url) for feed in settings.feeds]


def findings(outcome: Outcome | None) -> Row:
    """Return (ok, format, entries, newest, problem) of one feed's answer."""
    if not isinstance(outcome, Fetched):
        reason = outcome.reason if isinstance(outcome, FetchFailure) else "no time left to ask it"
        return (False, None, 0, None, reason)
    feed = parse_feed(outcome.body, url=outcome.url, content_type=outcome.content_type)
    if isinstance(feed, Unreadable):
        return (False, None, 0, None, f"{feed.reason}: {feed.detail}" if feed.detail else str(feed.reason))
    dates = [date for entry in feed.entries if (date := entry.published or entry.updated)]
    return (True, feed.format, len(feed.entries), max(dates, default=None), feed.problem)


def parsed_sources(sources: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the contract's object for each file or address, in the order given."""
    missing = [
        f"no such file: {source}" for source in sources if not is_http_url(source) and not Path(source).is_file()
    ]
    if missing:
        raise UsageProblem("\n".join(missing))
    for source in sources:
        yield parsed_address(source) if is_http_url(source) else parsed_feed(source, Path(source).read_bytes())


def parsed_address(url: str) -> dict[str, Any]:
    """Fetch and parse one address; a person typed it, so it may lead to this machine."""
    host = url.split("/")[2]
    fetch = FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": [host]})
    outcome = fetch_outcomes([Request(key=url, url=url, accept=FEED_TYPES)], fetch)[0]
    if isinstance(outcome, Fetched):
        return parsed_feed(url, outcome.body, outcome.url, outcome.content_type)
    return unparsed_feed(url, outcome.reason if isinstance(outcome, FetchFailure) else "not_modified")
