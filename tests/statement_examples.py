"""Articles that are one statement each, published and seen when a test wants."""

from __future__ import annotations

from alerts.records import Arrival
from extractors.records import Article, Reading, Span, Statement, StatementKind
from extractors.text.identity import statement_id, utterance_id
from tests.warehouse_examples import HOUR, NOW
from warehouse.records import ReadArticle


def said(
    article_id, text, *, speaker="Dmitry Peskov", speaker_id="dmitry-peskov", kind=StatementKind.DIRECT, **changes
):
    """Return a statement that fills its article."""
    span = Span(0, len(text))
    return Statement(
        statement_id=statement_id(article_id, [span]),
        utterance_id=utterance_id(speaker, text),
        speaker=speaker,
        speaker_id=speaker_id,
        speaker_surface=None,
        cue="said",
        kind=kind,
        text=text,
        span=span,
        spans=(span,),
        topics=changes.get("topics", ()),
        stance=changes.get("stance"),
        confidence=changes.get("confidence", 0.95),
        denied=changes.get("denied", False),
        process_id=changes.get("process_id"),
    )


def read(name, text, *, hours=0.0, seen=0.0, published=True, **changes):
    """Return an article that is one statement, published and arrived so many hours after the others."""
    article = Article(
        article_id=name,
        url=f"http://127.0.0.1/{name}",
        outlet=name.title(),
        feed_id=None,
        title=None,
        author=None,
        published_at=NOW + hours * HOUR if published else None,
        first_seen_at=NOW + seen * HOUR,
        language="en",
        text=text,
    )
    reading = Reading(
        mentions=(),
        title_mentions=(),
        statements=(said(name, text, **changes),),
        sentences=(Span(0, len(text)),),
        extractor_version="x",
    )
    return ReadArticle(article=article, reading=reading, arrival=Arrival.POLLED)
