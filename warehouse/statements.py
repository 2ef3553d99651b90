"""Statements as rows: written with their articles, taken away with them, and read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from extractors.records import Span, Statement, StatementKind
from warehouse.records import ReadArticle
from warehouse.session import Row, Session

# A part of the statement that is stored as its words with their place, by its name and that of its span.
_PARTS = {"addressee": "addressee_span", "occasion": "occasion_span", "condition": "condition_span"}
_PLACES = ("speaker", "cue", *_PARTS)
_PLAIN = (
    *("statement_id", "utterance_id", "speaker", "speaker_id", "speaker_surface", "cue", "kind", "text", "topics"),
    *("stance", "negated", "modality", "denied", "resolved_by", "confidence"),
)
_OWN = ("article_id", "official_id", "published_at", "outlet", "extractor_version", "start_char", "end_char", "spans")
_PLACED = tuple(f"{name}_{end}_char" for name in _PLACES for end in ("start", "end"))
_COLUMNS = (*_PLAIN, *_PARTS, *_OWN, *_PLACED)

_READ = ("article_id", *_PLAIN, "start_char", "end_char", "spans", *_PLACED)
_STORED = f"""
SELECT {", ".join(_READ)}
FROM statements
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY start_char, end_char, statement_id
"""  # noqa: S608 (our own columns)

# Whoever's statements come or go, his positions on their topics are to be computed anew.
_STALE = """
INSERT INTO stale_positions
SELECT DISTINCT official_id, unnest(topics)
FROM statements
WHERE official_id IS NOT NULL AND article_id IN (SELECT unnest($1::VARCHAR[]))
"""


def save_statements(session: Session, reads: Sequence[ReadArticle]) -> None:
    """Record what was read in articles that have no statements here."""
    rows = (_row(read, said) for read in reads for said in read.reading.statements)
    session.insert("statement_rows", _COLUMNS, rows, "ON CONFLICT (statement_id) DO NOTHING")
    session.run(_STALE, [[read.article.article_id for read in reads]], quiet=True)


def forget_statements(session: Session, article_ids: Sequence[str]) -> None:
    """Take away what was read in earlier words of articles."""
    session.run(_STALE, [article_ids], quiet=True)
    session.run("DELETE FROM statement_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))", [article_ids])


def stored_statements(session: Session, article_ids: Sequence[str]) -> defaultdict[str, list[Statement]]:
    """Return the statements of each article in their order."""
    found: defaultdict[str, list[Statement]] = defaultdict(list)
    for row in session.rows(_STORED, [article_ids]):
        found[row[0]].append(_statement(dict(zip(_READ, row, strict=True))))
    return found


def _row(read: ReadArticle, said: Statement) -> Row:
    article = read.article
    parts = (span.slice(article.text) if (span := getattr(said, name)) else None for name in _PARTS.values())
    return (
        *(getattr(said, name) for name in _PLAIN),
        *parts,
        *(article.article_id, said.speaker_id, article.published_at, article.outlet, read.reading.extractor_version),
        *(said.span.start, said.span.end, [{"start_char": span.start, "end_char": span.end} for span in said.spans]),
        *(end for name in _PLACES for end in _ends(getattr(said, f"{name}_span"))),
    )


def _statement(stored: dict[str, Any]) -> Statement:
    plain = {name: stored[name] for name in _PLAIN}
    plain |= {"kind": StatementKind(stored["kind"]), "topics": tuple(stored["topics"])}
    # Rows of an earlier version know nothing of these.
    plain |= {"negated": bool(stored["negated"]), "denied": bool(stored["denied"])}
    plain |= {f"{name}_span": _optional(stored[f"{name}_start_char"], stored[f"{name}_end_char"]) for name in _PLACES}
    return Statement(
        **plain,
        span=Span(stored["start_char"], stored["end_char"]),
        spans=tuple(Span(each["start_char"], each["end_char"]) for each in stored["spans"]),
    )


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span else (None, None)


def _optional(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)
