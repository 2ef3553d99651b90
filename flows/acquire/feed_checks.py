"""Feeds that a person wants to look at: whether they answer, what is in them, which a site has. Records nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from alerts.wording import counted
from extractors.copies.credits import is_agency, publisher
from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.syndication.discovery import AnnouncedFeed
from extractors.syndication.listings import ListingFault, listing_faults
from extractors.text.urls import is_http_url, posts_address, unwrapped
from flows.config.configuration import FeedKind, FeedTable, FetchTable
from flows.config.settings import Settings, watched
from flows.problems import UsageProblem, WorkProblem
from flows.processes.pool import cores
from flows.processes.workers import Workers
from flows.steps.poll import asking, is_page, task
from flows.times import utc_now
from flows.web.fetch import PAGE_TYPES, Visit, fetch_outcomes
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request, as_failure
from warehouse.feeds import WatchedFeed

CHANNELS = "https://t.me/s/"
# Of a site so many feeds are looked at, and of each so many entries shown.
MOST, FEW = 6, 3
VISIT_SECONDS = 300.0
LONG_AGO = datetime.min.replace(tzinfo=UTC)
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
    requests = [asking(feed.feed_id, feed.url, settings.table_of(feed.feed_id)) for feed in settings.feeds]
    outcomes = {outcome.key: outcome for outcome in fetch_outcomes(requests, settings.fetch)}
    with Workers(cores()) as workers:
        leads = [lead_of(workers, each, settings.table_of(name)) for name, each in outcomes.items()]
        outcomes |= {each.key: each for each in fetch_outcomes(list(filter(None, leads)), settings.fetch)}
        return [
            found(workers, feed, outcomes.get(feed.feed_id), settings.table_of(feed.feed_id)) for feed in settings.feeds
        ]


def lead_of(workers: Workers, outcome: FetchResult, table: FeedTable | None) -> Request | None:
    """Return the request for the sitemap that an index leads to; None for what is no index."""
    if not isinstance(outcome, Fetched) or table is None or table.kind is not FeedKind.SITEMAP:
        return None
    feed = feed_in(workers, outcome, table)
    return asking(outcome.key, feed.leads_to, table) if isinstance(feed, Feed) and feed.leads_to else None


def found(
    workers: Workers, feed: WatchedFeed, outcome: FetchResult | None, table: FeedTable | None = None
) -> FeedAnswer:
    """Judge one feed's answer."""
    if isinstance(outcome, FetchFailure):
        advice = advice_on(outcome, feed.url)
        return FeedAnswer(watched=feed, reachable=False, problem=outcome.detail, advice=advice)
    if not isinstance(outcome, Fetched):
        return FeedAnswer(watched=feed, reachable=False, problem="no time left to ask it")
    answer = feed_in(workers, outcome, table)
    if isinstance(answer, Unreadable):
        advice = None if is_page(table) else written_instead(workers, outcome)
        return FeedAnswer(watched=feed, problem=answer.said, advice=advice)
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
    answer = typed(Request(key=url, url=url, accept=PAGE_TYPES))
    if isinstance(answer, FetchFailure):
        raise WorkProblem(f"{url}: {answer.detail}")
    with Workers(1) as workers:
        feed = feed_in(workers, answer)
        if isinstance(feed, Feed):
            return (AnnouncedFeed(url=answer.url, title=feed.title, declared=True),)
        return announced_in(workers, answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a site has, as it was found: its table, what came, and how the page of its newest entry reads."""

    table: FeedTable
    answer: FeedAnswer
    language: str | None = None
    reads: str = "nothing to read"

    @property
    def newest(self) -> tuple[Entry, ...]:
        """Return its three newest entries, by date where they have one."""
        entries = self.answer.entries
        return tuple(sorted(entries, key=lambda each: each.published or each.updated or LONG_AGO, reverse=True)[:FEW])

    @property
    def publisher(self) -> str:
        """Name whoever answers for it, as far as that is known."""
        name = publisher(self.table.outlet, self.table.url)
        return f"{name}, an agency" if is_agency(name) else name


def candidates(settings: Settings, url: str, kind: FeedKind | None = None, links: str | None = None) -> list[FoundFeed]:
    """Ask an address for the feeds it is or names, each with the page of its newest entry, in the pace of a pass.

    A page that names none may be a listing itself. Raises UsageProblem for what is no address, WorkProblem when nothing
    was had.
    """
    address = url if "://" in url else f"https://{url}"
    if not is_http_url(address):
        raise UsageProblem(f'{url} is no address; write one, for example "https://outlet.example/"')
    typed_host = (urlsplit(posts_address(address)).netloc,)
    fetch = settings.fetch.model_copy(
        update={"allow_hosts": (*settings.fetch.allow_hosts, *typed_host), "pass_seconds": VISIT_SECONDS}
    )
    with Visit(fetch) as visit, Workers(1) as workers:
        tables = [table_for(address, kind or FeedKind.FEED, links)]
        if kind is None and not links and tables[0].kind is FeedKind.FEED:
            tables = found_at(visit, workers, address)
        return [looked_at(visit, workers, table) for table in tables]


def found_at(visit: Visit, workers: Workers, url: str) -> list[FeedTable]:
    """Return a table for the feed that stands at an address, or for those that a page there names; else its list."""
    (answer,) = visit.ask([Request(key=url, url=url, accept=PAGE_TYPES)])
    if not isinstance(answer, Fetched):
        raise WorkProblem(f"{url}: {as_failure(answer).detail}")
    feed = feed_in(workers, answer)
    if isinstance(feed, Feed):
        return [table_for(answer.url, FeedKind.SITEMAP if feed.format == "sitemap" else FeedKind.FEED)]
    if named := announced_in(workers, answer)[:MOST]:
        return [table_for(each.url, FeedKind.FEED) for each in named]
    table = table_for(answer.url, FeedKind.LISTING)
    if isinstance(feed_in(workers, answer, table), Unreadable):
        raise WorkProblem(f"{url} is no feed, names none, and lists no pages")
    return [table]


def looked_at(visit: Visit, workers: Workers, table: FeedTable) -> FoundFeed:
    """Ask for a feed, and for the page of its newest entry."""
    (outcome,) = visit.ask([asking(table.url, table.url, table)])
    if lead := lead_of(workers, outcome, table):
        (outcome,) = visit.ask([lead])
    answer = found(workers, watched(table), outcome, table)
    named = table.model_copy(update={"outlet": (answer.feed and answer.feed.title) or table.outlet})
    seen = FoundFeed(table=named, answer=answer)
    if not answer.ok or not seen.newest:
        return seen
    newest = seen.newest[0]
    if table.kind is FeedKind.TELEGRAM:
        words = unescape(newest.content_html or "")
        return replace(seen, language=workers.language_of(words), reads="posts are read where they are listed")
    (page,) = visit.ask(
        [Request(key="page", url=unwrapped(newest.link or ""), accept=PAGE_TYPES, crawls=True, feed=table)]
    )
    if not isinstance(page, Fetched):
        return replace(seen, reads=f"its pages cannot be had: {as_failure(page).detail}")
    read = workers.clean_page(page.body, url=page.url, content_type=page.content_type)
    if isinstance(read, Unreadable):
        return replace(seen, reads=f"its newest page cannot be read: {read.said}")
    words = counted(len(read.text.split()), "word")
    return replace(seen, language=read.language, reads=f"its newest page can be read, {words}")


def parsed(sources: Sequence[str], kind: FeedKind = FeedKind.FEED, links: str | None = None) -> Iterator[Feed | str]:
    """Yield the feed of each file or address, in the order given, or why there is none; raise UsageProblem.

    `links` is the selector of a listing's links.
    """
    wrong = [why for source in sources if not is_http_url(source) and (why := unreadable(Path(source)))]
    if wrong:
        raise UsageProblem("\n".join(wrong))
    with Workers(1) as workers:
        for source in sources:
            feed = parsed_address if is_http_url(source) else parsed_file
            yield feed(workers, source, table_for(source, kind, links))


def unreadable(path: Path) -> str | None:
    """Return why a file that was named cannot be read; None when it can."""
    if not path.exists():
        return f"no such file: {path}"
    try:
        path.open("rb").close()
    except OSError as error:
        return f"cannot read {path}: {error.strerror}"
    return None


def table_for(source: str, kind: FeedKind, links: str | None = None) -> FeedTable:
    """Return a feed's table for what a person typed; its kind is that of an address which tells it by itself."""
    url = posts_address(source) if is_http_url(source) else "http://localhost/"
    kind = FeedKind.TELEGRAM if url.startswith(CHANNELS) else kind
    if links and kind is not FeedKind.LISTING:
        raise UsageProblem("--links is of a listing; write --kind listing beside it")
    table = {"url": url, "outlet": urlsplit(url).hostname or url, "kind": kind, "links": links}
    try:
        return FeedTable.model_validate(table)
    except ValidationError as error:
        raise UsageProblem("\n".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())) from None


def parsed_file(workers: Workers, source: str, table: FeedTable) -> Feed | str:
    """Parse a file."""
    body = Path(source).read_bytes()
    answer = Fetched(key=source, url="", body=body, content_type=None, etag=None, last_modified=None)
    return said_of(feed_in(workers, answer, table))


def parsed_address(workers: Workers, _source: str, table: FeedTable) -> Feed | str:
    """Fetch and parse one address."""
    answer = typed(asking(table.url, table.url, table))
    if lead := lead_of(workers, answer, table):
        answer = typed(lead)
    return answer.detail if isinstance(answer, FetchFailure) else said_of(feed_in(workers, answer, table))


def said_of(feed: Feed | Unreadable) -> Feed | str:
    """Return a feed, or the reason why there is none: an index of sitemaps has no entries of its own."""
    if isinstance(feed, Feed) and feed.leads_to:
        return str(UnreadableReason.NOT_A_FEED)
    return str(feed.reason) if isinstance(feed, Unreadable) else feed


def typed(request: Request) -> Fetched | FetchFailure:
    """Ask an address that a person typed, so it may lead to this machine."""
    host = urlsplit(request.url).netloc
    fetch = FetchTable.model_validate({"delay_seconds": 0}).model_copy(update={"allow_hosts": (host,)})
    (outcome,) = fetch_outcomes([request], fetch)
    return outcome if isinstance(outcome, Fetched) else as_failure(outcome)


def feed_in(workers: Workers, answer: Fetched, table: FeedTable | None = None) -> Feed | Unreadable:
    """Parse what came as a feed of the kind that its table says."""
    return workers.parse_feed(task(answer, table, answer.asked_at or utc_now()))


def announced_in(workers: Workers, answer: Fetched) -> tuple[AnnouncedFeed, ...]:
    """Return the feeds that a page announces."""
    return workers.announced_feeds(answer.body, url=answer.url, content_type=answer.content_type)
