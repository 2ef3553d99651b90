"""`talkwatch ingest`: articles from files, archives and sitemaps, through the same path as polled ones.

Of a site's past those pages are fetched, at the site's pace, that its sitemaps list and nobody has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from alerts.records import Arrival
from extractors.records import Entry, Feed, Page, Unreadable, UnreadableReason
from extractors.syndication.sitemaps import ChildSitemap
from extractors.text.identity import article_id
from extractors.text.urls import canonical_url
from flows.acquire.files import Document, documents
from flows.config.configuration import FetchTable
from flows.processes.workers import Limits, Parse, ParseResult, Workers
from flows.setup import Setup
from flows.steps.deliver.senders import deliver
from flows.steps.fetch import FoundArticle, Furniture, article_of
from flows.steps.meaning import recover_vectors
from flows.steps.passes import prepare_warehouse, take_in
from flows.steps.record import BATCH
from flows.web.fetch import FEED_TYPES, PAGE_TYPES, fetch_outcomes
from flows.web.results import Fetched, FetchResult, Request, as_failure
from warehouse.articles import known_articles
from warehouse.published import publish
from warehouse.runs import RunCounts
from warehouse.store import reading

log = logging.getLogger("talkwatch.ingest")

MOST_SITEMAPS = 500
# A sitemap may hold 50,000 addresses in 50 MB, which takes four seconds and 300 MB with its way between the processes.
SITEMAPS = Limits(seconds=20.0, headroom_bytes=600_000_000)
AT_ONCE = 50  # pages fetched before they are recorded, so that little is lost when it is broken off
DAY = 86_400.0  # a batch ends when it is fetched, not when a pass would


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


EVER = Period()


def ingest(
    setup: Setup,
    files: Iterable[Path],
    *,
    outlet: str | None,
    published_at: datetime | None,
    alert: bool,
    sitemaps: Sequence[str] = (),
    period: Period = EVER,
) -> RunCounts:
    """Record the articles of files and sitemaps; unless `alert`, no rule fires on them and nothing is sent.

    Pages of archives and sitemaps never alert. What is recorded stays when it is broken off, and is not read again.
    """
    prepare_warehouse(setup)
    recover_vectors(setup.data_dir)
    with setup.parsers as workers:
        read_files = documents(files, workers)
        found = of_files(setup, read_files, outlet=outlet, published_at=published_at, alert=alert)
        counts = recorded(setup, found, BATCH)
        for url in sitemaps:
            pages = backfilled(setup, workers, url, period)
            counts += recorded(setup, of_sitemap(setup, pages, outlet=outlet, published_at=published_at), AT_ONCE)
    if alert:
        counts += deliver(setup)
    publish(setup.data_dir)
    return counts


def recorded(setup: Setup, found: Iterable[FoundArticle | RunCounts], size: int) -> RunCounts:
    """Record articles as they come, so many at a time; what is no article counts itself."""
    counts, batch, furniture = RunCounts(), [], Furniture(setup.data_dir)
    for each in found:
        if isinstance(each, RunCounts):
            counts += each
            continue
        batch.append(each)
        if len(batch) == size:
            counts, batch = counts + take_in(setup, furniture, batch)[0], []
    return counts + take_in(setup, furniture, batch)[0]


def of_files(
    setup: Setup, read_files: Iterable[Document], *, outlet: str | None, published_at: datetime | None, alert: bool
) -> Iterator[FoundArticle | RunCounts]:
    """Yield the articles of files, and a count for each document that is none, or is an archive's and known."""
    waiting = iter(read_files)
    while batch := list(islice(waiting, AT_ONCE)):
        pages = [
            (each, found(setup, each, outlet=outlet, published_at=published_at, alert=alert and not each.archived))
            for each in batch
        ]
        known = known_of(setup, pages)
        for document, page in pages:
            if isinstance(page, Unreadable):
                log.warning("%s: %s", document.path, page.said)
                yield RunCounts(pages_unreadable=1)
            elif document.archived and page.article.article_id in known:
                yield RunCounts(articles_known=1)
            else:
                yield page


def known_of(setup: Setup, pages: Sequence[tuple[Document, FoundArticle | Unreadable]]) -> frozenset[str]:
    """Return which pages of archives are here already: reading an archive again costs no reading of its articles."""
    archived = [
        page.article.article_id for document, page in pages if document.archived and isinstance(page, FoundArticle)
    ]
    if not archived:
        return frozenset()
    with reading(setup.data_dir) as session:
        return known_articles(session, archived)


def of_sitemap(
    setup: Setup, pages: Iterable[BackfilledPage], *, outlet: str | None, published_at: datetime | None
) -> Iterator[FoundArticle | RunCounts]:
    """Yield the articles of a sitemap's pages, and a count for each page that is none or is known."""
    for each in pages:
        if not isinstance(each.page, Page):
            if not each.known:
                log.warning("%s: %s", each.url, each.page)
            yield RunCounts(articles_known=1) if each.known else RunCounts(pages_unreadable=1)
            continue
        url, page, entry = canonical_url(each.page.url or each.url), each.page, each.entry
        article = article_of(
            page,
            url=url,
            outlet=outlet or page.site_name or urlsplit(url).hostname or url,
            published_at=published_at or entry.published or page.published,
            seen_at=setup.now(),
            entry=entry,
        )
        yield FoundArticle(article=article, arrival=Arrival.IMPORTED)


def found(
    setup: Setup, document: Document, *, outlet: str | None, published_at: datetime | None, alert: bool
) -> FoundArticle | Unreadable:
    """Give a page its identity: what was said on the command line wins over what the page says."""
    page = document.page
    if isinstance(page, Unreadable):
        return page
    url = page.url or document_url(document)
    article = article_of(
        page,
        url=url,
        outlet=outlet or document.outlet or page.site_name or urlsplit(url).hostname or document.path.parent.name,
        published_at=published_at or page.published,
        seen_at=setup.now(),
    )
    return FoundArticle(article=article, arrival=Arrival.INGESTED if alert else Arrival.IMPORTED)


def document_url(document: Document) -> str:
    """Return the `file:` address of a document, with its line for one of a .jsonl file."""
    line = document.doc_id.removeprefix(document.path.name).lstrip(":")
    return document.path.resolve().as_uri() + (f"?line={line}" if line else "")


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
