"""Feeds that a person wants to look at: whether they answer, what is in them, which a site has. Records nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from extractors.records import Entry, Feed, Unreadable
from extractors.syndication.discovery import AnnouncedFeed
from extractors.syndication.listings import ListingFault, listing_faults
from extractors.text.urls import is_http_url
from flows.config.configuration import FetchTable
from flows.config.settings import Settings
from flows.problems import UsageProblem, WorkProblem
from flows.processes.pool import cores
from flows.processes.workers import Workers
from flows.times import utc_now
from flows.web.fetch import FEED_TYPES, PAGE_TYPES, fetch_outcomes
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request, as_failure
from warehouse.feeds import WatchedFeed

CLOCK = 'if its times are those of its own clock, write timezone = "Europe/Istanbul", or its own, beside its url'


REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """What one feed answered: `problem` says what is wrong, `advice` what to do or write instead."""

    watched: WatchedFeed
    reachable: bool = True
    readable: bool = True
    feed: Feed | None = None
    problem: str | None = None
    advice: str | None = None

    @property
    def ok(self) -> bool:
        """Tell whether it is a feed that can be read."""
        return self.feed is not None and self.readable

    @property
    def format(self) -> str | None:
        """Return the format of the feed."""
        return self.feed.format if self.feed else None

    @property
    def newest(self) -> datetime | None:
        """Return the date of the newest entry."""
        dates = [date for entry in self.entries if (date := entry.published or entry.updated)]
        return max(dates, default=None)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of the feed, none when it is none."""
        return self.feed.entries if self.feed else ()


def checked(settings: Settings) -> list[FeedAnswer]:
    """Ask every feed without validators and return what came, in the order of the configuration."""
    requests = [
        Request(key=feed.feed_id, url=feed.url, accept=FEED_TYPES, feed=settings.table_of(feed.feed_id))
        for feed in settings.feeds
    ]
    outcomes = {outcome.key: outcome for outcome in fetch_outcomes(requests, settings.fetch)}
    with Workers(cores()) as workers:
        return [
            found(workers, feed, outcomes.get(feed.feed_id), settings.timezone_of(feed.feed_id))
            for feed in settings.feeds
        ]


def found(workers: Workers, feed: WatchedFeed, outcome: FetchResult | None, timezone: str | None = None) -> FeedAnswer:
    """Judge one feed's answer."""
    if isinstance(outcome, FetchFailure):
        advice = advice_on(outcome, feed.url)
        return FeedAnswer(watched=feed, reachable=False, problem=outcome.detail, advice=advice)
    if not isinstance(outcome, Fetched):
        return FeedAnswer(watched=feed, reachable=False, problem="no time left to ask it")
    answer = feed_in(workers, outcome, timezone)
    if isinstance(answer, Unreadable):
        return FeedAnswer(watched=feed, problem=answer.said, advice=written_instead(workers, outcome))
    faults = listing_faults(answer, outcome.asked_at or utc_now())
    problem = "; ".join(faults.values()) or ("no entries" if not answer.entries else None)
    moved = f'it has moved; write url = "{outcome.moved_to}"' if outcome.moved_to else None
    advice = moved or (CLOCK if ListingFault.AHEAD in faults else None)
    readable = ListingFault.NO_LINKS not in faults
    return FeedAnswer(watched=feed, feed=answer, readable=readable, problem=problem, advice=advice)


def advice_on(failure: FetchFailure, url: str) -> str | None:
    """Say what an operator can do about a feed that was not had."""
    host = urlsplit(url).netloc
    if failure.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return f"look for its new address: talkwatch feeds discover {urlsplit(url).scheme}://{host}/"
    if failure.status == HTTPStatus.UNAUTHORIZED:
        return 'it wants a login; write login = "name:${PASSWORD}", or headers, beside its url'
    if failure.status in REFUSED:
        return "its server refuses Talkwatch; set [fetch] contact and ask the publisher, or write user_agent or headers"
    if failure.reason is FetchReason.UNTRUSTED:
        return 'if it is its own, write verify = "PATH" of the certificate that vouches for it, or verify = false'
    inside = failure.reason is FetchReason.PRIVATE
    return f'if it is meant, write allow_hosts = ["{host}"] in [fetch]' if inside else None


def written_instead(workers: Workers, outcome: Fetched) -> str | None:
    """Say which feeds a page announces that came in place of one."""
    named = " or ".join(f'url = "{feed.url}"' for feed in announced_in(workers, outcome)[:3])
    return f"it is a page; write {named} instead" if named else None


def discovered(url: str) -> tuple[AnnouncedFeed, ...]:
    """Ask a page which feeds it names; of a feed itself, that feed.

    Raises UsageProblem for what is no address, WorkProblem when nothing was had.
    """
    if not is_http_url(url):
        raise UsageProblem(f'{url} is no address; write one, for example "https://outlet.example/"')
    answer = typed(url, PAGE_TYPES)
    if isinstance(answer, FetchFailure):
        raise WorkProblem(f"{url}: {answer.detail}")
    with Workers(1) as workers:
        feed = feed_in(workers, answer)
        if isinstance(feed, Feed):
            return (AnnouncedFeed(url=answer.url, title=feed.title, declared=True),)
        return announced_in(workers, answer)


def parsed(sources: Sequence[str]) -> Iterator[Feed | str]:
    """Yield the feed of each file or address, in the order given, or why there is none; raise UsageProblem."""
    wrong = [why for source in sources if not is_http_url(source) and (why := unreadable(Path(source)))]
    if wrong:
        raise UsageProblem("\n".join(wrong))
    with Workers(1) as workers:
        for source in sources:
            yield parsed_address(workers, source) if is_http_url(source) else parsed_file(workers, Path(source))


def unreadable(path: Path) -> str | None:
    """Return why a file that was named cannot be read; None when it can."""
    if not path.exists():
        return f"no such file: {path}"
    try:
        path.open("rb").close()
    except OSError as error:
        return f"cannot read {path}: {error.strerror}"
    return None


def parsed_file(workers: Workers, path: Path) -> Feed | str:
    """Parse a file."""
    feed = workers.parse_feed(path.read_bytes(), url="", content_type=None)
    return str(feed.reason) if isinstance(feed, Unreadable) else feed


def parsed_address(workers: Workers, url: str) -> Feed | str:
    """Fetch and parse one address."""
    answer = typed(url, FEED_TYPES)
    if isinstance(answer, FetchFailure):
        return answer.detail
    feed = feed_in(workers, answer)
    return str(feed.reason) if isinstance(feed, Unreadable) else feed


def typed(url: str, accept: str) -> Fetched | FetchFailure:
    """Ask an address that a person typed, so it may lead to this machine."""
    fetch = FetchTable.model_validate({"delay_seconds": 0}).model_copy(update={"allow_hosts": (urlsplit(url).netloc,)})
    (outcome,) = fetch_outcomes([Request(key=url, url=url, accept=accept)], fetch)
    return outcome if isinstance(outcome, Fetched) else as_failure(outcome)


def feed_in(workers: Workers, answer: Fetched, timezone: str | None = None) -> Feed | Unreadable:
    """Parse what came as a feed."""
    return workers.parse_feed(answer.body, url=answer.url, content_type=answer.content_type, timezone=timezone)


def announced_in(workers: Workers, answer: Fetched) -> tuple[AnnouncedFeed, ...]:
    """Return the feeds that a page announces."""
    return workers.announced_feeds(answer.body, url=answer.url, content_type=answer.content_type)
