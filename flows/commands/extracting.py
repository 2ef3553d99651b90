"""`talkwatch extract` and `talkwatch feeds parse`: the contract's JSON for each document, without a warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from extractors.records import Depth, Entry, Mention, Page, Reading, Span, Statement, Unreadable
from extractors.speech.reading import Unread
from extractors.text.identity import article_id
from flows.acquire.files import Document
from flows.processes.readers import Readers
from flows.processes.workers import Workers
from flows.times import moment

BATCH = 32


def extracted(documents: Iterable[Document], readers: Readers) -> Iterator[dict[str, Any]]:
    """Yield one object a document, in order, each read in full."""
    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH)):
        pages = [document.page for document in batch if isinstance(document.page, Page)]
        readings = iter(readers.read([unread(page) for page in pages]))
        for document in batch:
            yield answer(document, next(readings) if isinstance(document.page, Page) else None)


def unread(page: Page) -> Unread:
    """Return as much of a page as reading needs."""
    return Unread(
        article_id=article_id(page.url or "file:"),
        title=page.title,
        text=page.text,
        published_at=page.published,
        language=page.language,
    )


def answer(document: Document, reading: Reading | None) -> dict[str, Any]:
    """Return a document's object."""
    page = document.page
    if isinstance(page, Unreadable) or reading is None:
        reason = str(page.reason) if isinstance(page, Unreadable) else ""
        return {**empty(document), "error": reason}
    return {
        "doc_id": document.doc_id,
        "url": page.url,
        "title": page.title,
        "author": page.author,
        "published": moment(page.published),
        "language": page.language,
        "text": page.text,
        "mentions": [mention_object(mention) for mention in reading.mentions],
        "statements": [statement_object(statement) for statement in reading.statements],
        **limits_object(reading),
    }


def limits_object(reading: Reading) -> dict[str, Any]:
    """Return how far a document was read, where that is not to its end."""
    depth = {} if reading.depth is Depth.FULL else {"depth": str(reading.depth)}
    return depth if reading.cut_at is None else {**depth, "cut_at": reading.cut_at}


def empty(document: Document) -> dict[str, Any]:
    """Return the object of a document that can't be read."""
    nothing = dict.fromkeys(("url", "title", "author", "published", "language"))
    return {"doc_id": document.doc_id, **nothing, "text": "", "mentions": [], "statements": []}


def mention_object(mention: Mention) -> dict[str, Any]:
    """Return a mention as the contract has it."""
    return {
        "kind": str(mention.kind),
        "ref_id": mention.ref_id,
        "name": mention.name,
        "surface": mention.surface,
        "start": mention.span.start,
        "end": mention.span.end,
    }


def statement_object(statement: Statement) -> dict[str, Any]:
    """Return a statement as the contract has it; only a split one names its parts."""
    whole = {
        "speaker": statement.speaker,
        "speaker_id": statement.speaker_id,
        "speaker_surface": statement.speaker_surface,
        "cue": statement.cue,
        "kind": str(statement.kind),
        "text": statement.text,
        "start": statement.span.start,
        "end": statement.span.end,
        "topics": list(statement.topics),
        "stance": statement.stance,
    }
    return {**whole, "spans": [pair(span) for span in statement.spans]} if len(statement.spans) > 1 else whole


def pair(span: Span) -> list[int]:
    """Return a span as two numbers."""
    return [span.start, span.end]


def parsed_feed(
    workers: Workers, named: str, body: bytes, url: str = "", content_type: str | None = None
) -> dict[str, Any]:
    """Return a feed's object; `named` is the argument as typed."""
    feed = workers.parse_feed(body, url=url, content_type=content_type)
    if isinstance(feed, Unreadable):
        return unparsed_feed(named, str(feed.reason))
    return {"feed": named, "format": feed.format, "entries": [entry_object(entry) for entry in feed.entries]}


def unparsed_feed(named: str, reason: str) -> dict[str, Any]:
    """Return the object of what is no feed, or could not be had."""
    return {"feed": named, "format": None, "error": reason, "entries": []}


def entry_object(entry: Entry) -> dict[str, Any]:
    """Return an entry as the contract has it."""
    return {
        "id": entry.entry_id,
        "link": entry.link,
        "title": entry.title,
        "published": moment(entry.published),
        "updated": moment(entry.updated),
        "author": entry.author,
    }
