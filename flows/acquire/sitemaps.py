"""A site's past from its sitemaps: which pages are wanted, fetched at the site's pace. Records nothing itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from extractors.records import Entry, Feed, Page, Unreadable, UnreadableReason
from extractors.syndication.sitemaps import ChildSitemap
from extractors.text.identity import article_id
from flows.config.configuration import FetchTable
from flows.processes.workers import Limits, Parse, ParseResult, Workers
from flows.setup import Setup
from flows.web.fetch import FEED_TYPES, PAGE_TYPES, fetch_outcomes
from flows.web.results import Fetched, FetchResult, Request, as_failure
from warehouse.articles import known_articles
from warehouse.store import reading

MOST_SITEMAPS = 500
# A sitemap may hold 50,000 addresses in 50 MB, which takes four seconds and 300 MB with its way between the processes.
SITEMAPS = Limits(seconds=20.0, headroom_bytes=600_000_000)
AT_ONCE = 50  # pages fetched before they are recorded, so that little is lost when it is broken off
DAY = 86_400.0  # a batch ends when it is fetched, not when a pass would

log = logging.getLogger("talkwatch.ingest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time from `since` to before `until`; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime | None) -> bool:
        """Tell whether a moment lies within; one that is not known may."""
        early = moment is not None and self.since is not None and moment < self.since
        late = moment is not None and self.until is not None and moment >= self.until
        return not early and not late

    def may_hold(self, changed: datetime | None) -> bool:
        """Tell whether something that last changed then may be of this time: it may be older than its change."""
        return changed is None or self.since is None or changed >= self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfilledPage:
    """A page of a sitemap: cleaned, or the reason why not. `known`: it was here already, and was not fetched."""

    entry: Entry
    url: str
    page: Page | str | None
    known: bool = False


def backfilled(setup: Setup, workers: Workers, url: str, period: Period) -> Iterator[BackfilledPage]:
    """Yield the pages of a sitemap, and of those it names, that fall into `period`.

    A page counts by its date in the sitemap, else by its own; what changed last before `since` is not asked for. Hosts
    are paced and robots.txt is obeyed as in a pass.
    """
    fetch = setup.settings.fetch.model_copy(update={"pass_seconds": DAY})
    wanted = (
        entry
        for entry in entries_of(fetch, url, period)
        if (period.holds(entry.published) if entry.published else period.may_hold(entry.updated))
    )
    while batch := list(islice(wanted, AT_ONCE)):
        for found in fetched(setup, workers, fetch, batch):
            if not isinstance(found.page, Page) or period.holds(found.entry.published or found.page.published):
                yield found


def entries_of(fetch: FetchTable, url: str, period: Period) -> Iterator[Entry]:
    """Yield the entries of a sitemap and of all that it names, each address once."""
    waiting, seen = [url], {url}
    with Workers(1, SITEMAPS) as workers:
        while waiting:
            address = waiting.pop(0)
            for found in contents_of(workers, fetch, address):
                if isinstance(found, Entry):
                    yield found
                elif period.may_hold(found.modified) and found.url not in seen and len(seen) < MOST_SITEMAPS:
                    seen.add(found.url)
                    waiting.append(found.url)


def contents_of(workers: Workers, fetch: FetchTable, url: str) -> Sequence[Entry | ChildSitemap]:
    """Return what a sitemap lists; one that cannot be had or read is a line in the log."""
    (outcome,) = fetch_outcomes([Request(key=url, url=url, accept=FEED_TYPES)], fetch)
    if not isinstance(outcome, Fetched):
        log.warning("%s: %s", url, as_failure(outcome).detail)
        return ()
    task = Parse(kind="sitemap", body=outcome.body, url=outcome.url, content_type=outcome.content_type)
    sitemap = workers.read_sitemap(task)
    if isinstance(sitemap, Unreadable):
        log.warning("%s: %s", url, sitemap.said)
        return ()
    return sitemap.entries if isinstance(sitemap, Feed) else sitemap


def fetched(setup: Setup, workers: Workers, fetch: FetchTable, batch: Sequence[Entry]) -> Iterator[BackfilledPage]:
    """Fetch a batch of pages but for those that are known."""
    by_id = {article_id(entry.link or ""): entry for entry in batch}
    with reading(setup.data_dir) as session:
        known = known_articles(session, list(by_id))
    for name, entry in by_id.items():
        if name in known:
            yield BackfilledPage(entry=entry, url=entry.link or "", page=None, known=True)
    requests = [
        Request(key=name, url=entry.link or "", accept=PAGE_TYPES, crawls=True)
        for name, entry in by_id.items()
        if name not in known
    ]
    outcomes = fetch_outcomes(requests, fetch, stopping=setup.stopping)
    answers = workers.in_order(map(content_of, outcomes))
    for outcome, answer in zip(outcomes, answers, strict=True):
        yield cleaned(by_id[outcome.key], outcome, answer)


def content_of(outcome: FetchResult) -> Parse | Unreadable:
    """Return what was fetched, to be cleaned where hostile pages can do no harm; what was not is no page."""
    if not isinstance(outcome, Fetched):
        return Unreadable(reason=UnreadableReason.EMPTY, detail=as_failure(outcome).detail)
    return Parse(kind="page", body=outcome.body, url=outcome.url, content_type=outcome.content_type)


def cleaned(entry: Entry, outcome: FetchResult, answer: ParseResult) -> BackfilledPage:
    """Return the page that was fetched, or say why there is none."""
    if not isinstance(outcome, Fetched):
        return BackfilledPage(entry=entry, url=entry.link or "", page=as_failure(outcome).detail)
    assert isinstance(answer, Page | Unreadable)
    page = answer.said if isinstance(answer, Unreadable) else answer
    return BackfilledPage(entry=entry, url=outcome.url, page=page)
