"""`talkwatch ingest`: articles from files, archives and sitemaps, through the same path as polled ones."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from alerts.records import Arrival
from extractors.records import Page, Unreadable
from extractors.text.urls import canonical_url
from flows.acquire.files import Document, documents
from flows.acquire.sitemaps import AT_ONCE, BackfilledPage, Period, backfilled
from flows.setup import Setup
from flows.steps.deliver.senders import deliver
from flows.steps.fetch import FoundArticle, Furniture, article_of
from flows.steps.meaning import recover_vectors
from flows.steps.passes import prepare_warehouse, take_in
from flows.steps.record import BATCH
from warehouse.articles import known_articles
from warehouse.published import publish
from warehouse.runs import RunCounts
from warehouse.store import reading

EVER = Period()

log = logging.getLogger("talkwatch.ingest")


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
