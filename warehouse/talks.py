"""The calendar of talks: what the sentences of each article's newest revision say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from extractors.relation_records import Entry, Talk
from warehouse.records import ReadArticle
from warehouse.session import Row, Session

_KNOWN = """
SELECT DISTINCT t.kind, t.status, t.starts_on, coalesce(t.process_id, t.place)
FROM talks AS t
LEFT JOIN article_rows AS a USING (article_id)
WHERE t.starts_on IN (SELECT unnest($days::DATE[]))
    OR (t.starts_on IS NULL AND coalesce(t.published_at, a.first_seen_at) >= $since)
"""
_TALK = (
    *("article_id", "kind", "status", "past_round", "starts_on", "ends_on", "date_surface", "place", "parties"),
    *("sentence", "start_char", "end_char", "surface", "published_at", "outlet", "extractor_version", "process_id"),
)


def known_entries(session: Session, entries: Collection[Entry], since: datetime) -> frozenset[Entry]:
    """Return which of these the calendar has; of those without a day what was told from `since` on."""
    params = {"days": sorted({day for _, _, day, _ in entries if day}), "since": since}
    rows = session.rows(_KNOWN, params)
    return frozenset((kind, status, day, what) for kind, status, day, what in rows) & frozenset(entries)


def save_talks(session: Session, found: Iterable[tuple[ReadArticle, Sequence[Talk]]]) -> None:
    """Record what articles say of talks, in place of what earlier words of them said."""
    told = list(found)
    ids = [read.article.article_id for read, _ in told]
    session.remove("talks", "article_id", ids)
    session.insert("talks", _TALK, (_row(read, talk) for read, talks in told for talk in talks))


def _row(read: ReadArticle, talk: Talk) -> Row:
    article, text = read.article, read.article.text
    return (
        *(article.article_id, talk.kind, talk.status, talk.past_round, talk.starts_on, talk.ends_on),
        *(talk.dated.slice(text) if talk.dated else None, talk.place, talk.parties),
        *(talk.sentence.slice(text), talk.sentence.start, talk.sentence.end, talk.surface.slice(text)),
        *(article.published_at, article.outlet, read.reading.extractor_version, talk.process_id),
    )
