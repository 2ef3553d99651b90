"""What `talkwatch feeds` does: list the states, ask every feed at once, parse what is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractors.records import Entry, Feed, Unreadable
from extractors.text.urls import is_http_url
from flows.commands.extracting import parsed_feed, unparsed_feed
from flows.config.configuration import FetchTable
from flows.config.settings import Settings
from flows.problems import UsageProblem, WorkProblem
from flows.processes.workers import Workers, cores
from flows.web.fetch import FEED_TYPES, PAGE_TYPES, fetch_outcomes
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request
from warehouse.feeds import WatchedFeed, list_feeds, sync_feeds
from warehouse.store import writing

Row = tuple[object, ...]


def listed(settings: Settings) -> list[Row]:
    """Return a row for each feed of the configuration and each that was in it."""
    with writing(settings.data_dir) as session:
        sync_feeds(session, settings.feeds)
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
            for feed in list_feeds(session)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one feed answered: `problem` says what is wrong, `advice` what to do or write instead."""

    reachable: bool = True
    feed: Feed | None = None
    problem: str | None = None
    advice: str | None = None

    @property
    def newest(self) -> datetime | None:
        """Return the date of the newest entry."""
        dates = [date for entry in self.entries if (date := entry.published or entry.updated)]
        return max(dates, default=None)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of the feed, none when it is none."""
        return self.feed.entries if self.feed else ()


def checked(settings: Settings) -> list[Row]:
    """Ask every feed without validators and return what came, in the order of the configuration."""
    requests = [Request(key=feed.feed_id, url=feed.url, accept=FEED_TYPES) for feed in settings.feeds]
    outcomes = {outcome.key: outcome for outcome in fetch_outcomes(requests, settings.fetch)}
    with Workers(cores()) as workers:
        return [row(feed, found(workers, feed, outcomes.get(feed.feed_id))) for feed in settings.feeds]


def row(feed: WatchedFeed, finding: Finding) -> Row:
    """Return a feed's row of the table."""
    return (
        feed.outlet,
        finding.feed is not None,
        finding.reachable,
        finding.feed.format if finding.feed else None,
        len(finding.entries),
        finding.newest,
        interval(feed, finding.feed),
        finding.problem,
        finding.advice,
        feed.url,
    )


def interval(feed: WatchedFeed, answer: Feed | None) -> str:
    """Say how often a feed is asked, and what it asks for itself where that is less often."""
    own = spelled(feed.every)
    return f"{own}, asks for {spelled(answer.ttl)}" if answer and answer.ttl and answer.ttl > feed.every else own


def spelled(time: timedelta) -> str:
    """Return a duration as the configuration spells it."""
    seconds = int(time.total_seconds())
    unit, letter = next(
        ((size, letter) for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")) if not seconds % size), (1, "s")
    )
    return f"{seconds // unit}{letter}"


def found(workers: Workers, feed: WatchedFeed, outcome: FetchResult | None) -> Finding:
    """Judge one feed's answer."""
    if not isinstance(outcome, Fetched):
        if not isinstance(outcome, FetchFailure):
            return Finding(reachable=False, problem="no time left to ask it")
        return Finding(reachable=False, problem=outcome.detail, advice=advice_on(outcome, feed.url))
    answer = workers.parse_feed(outcome.body, url=outcome.url, content_type=outcome.content_type)
    if isinstance(answer, Unreadable):
        problem = f"{answer.reason}: {answer.detail}" if answer.detail else str(answer.reason)
        return Finding(problem=problem, advice=written_instead(workers, outcome))
    moved = f'it has moved; write url = "{outcome.moved_to}"' if outcome.moved_to else None
    return Finding(feed=answer, problem=answer.problem or ("no entries" if not answer.entries else None), advice=moved)


def advice_on(failure: FetchFailure, url: str) -> str | None:
    """Say what an operator can do about a feed that was not had."""
    host = urlsplit(url).netloc
    if failure.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return f"look for its new address: talkwatch feeds discover {urlsplit(url).scheme}://{host}/"
    if failure.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return "its server refuses Talkwatch; set [fetch] contact, and ask the publisher"
    inside = failure.reason is FetchReason.PRIVATE
    return f'if it is meant, write allow_hosts = ["{host}"] in [fetch]' if inside else None


def written_instead(workers: Workers, outcome: Fetched) -> str | None:
    """Say which feeds a page announces that came in place of one."""
    announced = workers.announced_feeds(outcome.body, url=outcome.url, content_type=outcome.content_type)
    named = " or ".join(f'url = "{feed.url}"' for feed in announced[:3])
    return f"it is a page; write {named} instead" if named else None


def discovered(settings: FetchTable, url: str) -> list[Row]:
    """Ask a page which feeds it names; return (title, declared, url) of each. Of a feed itself, that feed.

    Raises UsageProblem for what is no address, WorkProblem when nothing was had. The person typed the address, so it
    may lead to this machine.
    """
    if not is_http_url(url):
        raise UsageProblem(f'{url} is no address; write one, for example "https://outlet.example/"')
    fetch = settings.model_copy(
        update={"delay_seconds": 0, "allow_hosts": (*settings.allow_hosts, urlsplit(url).netloc)}
    )
    outcome = fetch_outcomes([Request(key=url, url=url, accept=PAGE_TYPES)], fetch)[0]
    if not isinstance(outcome, Fetched):
        raise WorkProblem(f"{url}: {outcome.detail if isinstance(outcome, FetchFailure) else 'not modified'}")
    with Workers(1) as workers:
        feed = workers.parse_feed(outcome.body, url=outcome.url, content_type=outcome.content_type)
        if isinstance(feed, Feed):
            return [(feed.title, True, outcome.url)]
        announced = workers.announced_feeds(outcome.body, url=outcome.url, content_type=outcome.content_type)
    return [(each.title, each.declared, each.url) for each in announced]


def parsed_sources(sources: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the contract's object for each file or address, in the order given."""
    wrong = [why for source in sources if not is_http_url(source) and (why := unreadable(Path(source)))]
    if wrong:
        raise UsageProblem("\n".join(wrong))
    with Workers(1) as workers:
        for source in sources:
            if is_http_url(source):
                yield parsed_address(workers, source)
            else:
                yield parsed_feed(workers, source, Path(source).read_bytes())


def unreadable(path: Path) -> str | None:
    """Return why a file that was named cannot be read; None when it can."""
    if not path.exists():
        return f"no such file: {path}"
    try:
        path.open("rb").close()
    except OSError as error:
        return f"cannot read {path}: {error.strerror}"
    return None


def parsed_address(workers: Workers, url: str) -> dict[str, Any]:
    """Fetch and parse one address; a person typed it, so it may lead to this machine."""
    host = url.split("/")[2]
    fetch = FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": [host]})
    outcome = fetch_outcomes([Request(key=url, url=url, accept=FEED_TYPES)], fetch)[0]
    if isinstance(outcome, Fetched):
        return parsed_feed(workers, url, outcome.body, outcome.url, outcome.content_type)
    return unparsed_feed(url, outcome.detail if isinstance(outcome, FetchFailure) else "not_modified")
