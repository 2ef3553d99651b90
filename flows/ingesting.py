"""`talkwatch ingest`: articles from files, through the same path as polled ones."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from alerts.records import Arrival
from extractors.identity import article_id
from extractors.records import Article, Page, Unreadable
from flows.acquiring import FoundArticle
from flows.delivering import deliver
from flows.files import Document, documents
from flows.passes import prepare_warehouse
from flows.recording import BATCH, read, record
from flows.setup import Setup
from warehouse.publishing import publish
from warehouse.records import RunCounts

log = logging.getLogger("talkwatch.ingest")


def ingest(
    setup: Setup, files: Iterable[Path], *, outlet: str | None, published_at: datetime | None, alert: bool
) -> RunCounts:
    """Record the files' articles; unless `alert`, no rule fires on them and nothing is sent."""
    prepare_warehouse(setup)
    counts, batch = RunCounts(), []
    for document in documents(files):
        if isinstance(document.page, Unreadable):
            log.warning("%s: %s", document.path, reason_of(document.page))
            counts += RunCounts(pages_unreadable=1)
            continue
        batch.append(found(setup, document, document.page, outlet=outlet, published_at=published_at, alert=alert))
        if len(batch) == BATCH:
            counts, batch = counts + record(setup, read(setup, batch)), []
    counts += record(setup, read(setup, batch))
    if alert:
        counts += deliver(setup)
    publish(setup.data_dir)
    return counts


def reason_of(page: Unreadable) -> str:
    """Say in a line why a document is no article."""
    return f"{page.reason}: {page.detail}" if page.detail else str(page.reason)


def found(
    setup: Setup, document: Document, page: Page, *, outlet: str | None, published_at: datetime | None, alert: bool
) -> FoundArticle:
    """Give a page its identity: what was said on the command line wins over what the page says."""
    url = page.url or document_url(document)
    article = Article(
        article_id=article_id(url),
        url=url,
        outlet=outlet or document.outlet or page.site_name or urlsplit(url).hostname or document.path.parent.name,
        feed_id=None,
        title=page.title,
        author=page.author,
        published_at=published_at or page.published,
        first_seen_at=setup.now(),
        language=page.language,
        text=page.text,
    )
    return FoundArticle(article=article, arrival=Arrival.INGESTED if alert else Arrival.IMPORTED)


def document_url(document: Document) -> str:
    """Return the `file:` address of a document, with its line for one of a .jsonl file."""
    line = document.doc_id.removeprefix(document.path.name).lstrip(":")
    return document.path.resolve().as_uri() + (f"?line={line}" if line else "")
