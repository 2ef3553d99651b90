"""Statements as rows: written with their articles, taken away with them, and read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from extractors.records import Statement
from warehouse.records import ReadArticle
from warehouse.rows import Columns, Row
from warehouse.session import Session, named_in

_STATEMENT = Columns(Statement)
# A part of the statement that is stored as its words too, by its name and that of its span.
_PARTS = {"addressee": "addressee_span", "occasion": "occasion_span", "condition": "condition_span"}
_OWN = ("article_id", "official_id", "published_at", "outlet", "extractor_version", *_PARTS)

_STORED = f"""
SELECT article_id, {_STATEMENT}
FROM (
    SELECT s.* REPLACE (coalesce(l.root, s.utterance_id) AS utterance_id)
    FROM (FROM statement_rows WHERE {named_in("statement_rows")}) AS s
    LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
)
ORDER BY start_char, end_char, statement_id
"""  # noqa: S608 (our own columns)
_KEPT = (
    "statement_id, article_id, utterance_id, official_id, speaker, speaker_id, speaker_surface, cue, kind, text, "
    "start_char, end_char, spans, topics, stance, negated, denied, confidence, process_id, published_at, outlet, "
    "extractor_version"
)
_SET_ASIDE = f"""
INSERT INTO statement_revisions BY NAME
SELECT {_KEPT}, revision
FROM statement_rows
JOIN (SELECT article_id, revision FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[])))
    USING (article_id)
"""  # noqa: S608 (our own columns)


def save_statements(session: Session, reads: Sequence[ReadArticle]) -> None:
    """Record what was read in articles that have no statements here."""
    rows = (_row(read, said) for read in reads for said in read.reading.statements)
    session.insert("statement_rows", (*_STATEMENT.names, *_OWN), rows, "ON CONFLICT (statement_id) DO NOTHING")


def set_aside_statements(session: Session, article_ids: Sequence[str]) -> None:
    """Keep what was read in earlier words of articles, for who asks what was known then."""
    session.run(_SET_ASIDE, [article_ids])


def forget_statements(session: Session, article_ids: Sequence[str]) -> None:
    """Remove what was read in articles, and what positions are drawn from it."""
    for table in ("statement_rows", "takes"):
        session.remove(table, "article_id", article_ids)


def stored_statements(session: Session, article_ids: Sequence[str]) -> defaultdict[str, list[Statement]]:
    """Return the statements of each article in their order."""
    return session.grouped(_STATEMENT, _STORED, [article_ids])


def named_statements(session: Session, beginning: str) -> tuple[tuple[str, str], ...]:
    """Return the statements whose id begins so, each with its article: one, none, or up to ten."""
    sql = (
        "SELECT statement_id, article_id FROM statement_rows WHERE $1 <> '' AND starts_with(statement_id, $1) LIMIT 10"
    )
    return tuple((row[0], row[1]) for row in session.rows(sql, [beginning]))


def _row(read: ReadArticle, said: Statement) -> Row:
    article = read.article
    own = (article.article_id, said.speaker_id, article.published_at, article.outlet, read.reading.extractor_version)
    parts = (span.slice(article.text) if (span := getattr(said, name)) else None for name in _PARTS.values())
    return (*_STATEMENT.row(said), *own, *parts)
