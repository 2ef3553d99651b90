"""Corrections: what people put right in readings, kept by the article's address and the words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from extractors.relation_records import CorrectedField, Correction
from warehouse.rows import Columns
from warehouse.session import Session

_CORRECTION = Columns(Correction)
_SELECT = f"SELECT {_CORRECTION} FROM corrections "  # noqa: S608 (our own columns)
_ORDER = " ORDER BY made_at, correction_id"
_HERE = """
UPDATE corrections SET gone_at = NULL WHERE gone_at IS NOT NULL AND list_contains($1::VARCHAR[], correction_id)
"""
_GONE = """
UPDATE corrections SET gone_at = $2 WHERE gone_at IS NULL AND list_contains($1::VARCHAR[], correction_id)
"""


def save_correction(session: Session, correction: Correction) -> bool:
    """Record a correction; return False where the same is there."""
    return session.save("corrections", _CORRECTION, [correction], "ON CONFLICT DO NOTHING") > 0


def standing(session: Session) -> tuple[Correction, ...]:
    """Return the corrections that hold, the earliest first."""
    return session.records(_CORRECTION, _SELECT + "WHERE undone_at IS NULL" + _ORDER)


def corrections(session: Session) -> tuple[Correction, ...]:
    """Return every correction there was, the earliest first."""
    return session.records(_CORRECTION, _SELECT + _ORDER)


def named_correction(session: Session, beginning: str) -> tuple[Correction, ...]:
    """Return the corrections whose id begins so."""
    return session.records(
        _CORRECTION, _SELECT + "WHERE $1 <> '' AND starts_with(correction_id, $1)" + _ORDER, [beginning]
    )


def undo(session: Session, correction_id: str, now: datetime) -> None:
    """Take a correction back."""
    session.run("UPDATE corrections SET undone_at = $2 WHERE correction_id = $1", [correction_id, now])


def note_gone(session: Session, gone: Sequence[str], here: Sequence[str], now: datetime) -> None:
    """Note which corrections' words stand in their articles no more, and which do again."""
    session.run(_HERE, [list(here)])
    session.run(_GONE, [list(gone), now])


def articles_about(session: Session, correction: Correction) -> tuple[str, ...]:
    """Return the articles that a correction may concern, in the order they came: its own, or those that have a name."""
    if correction.field is not CorrectedField.NAME:
        return (correction.article_id,) if correction.article_id else ()
    rows = session.rows(
        """
        SELECT article_id FROM article_rows
        WHERE ($outlet::VARCHAR IS NULL OR outlet = $outlet)
            AND (contains(lower(text), $name) OR contains(lower(title), $name))
        ORDER BY first_seen_at, article_id
        """,
        {"outlet": correction.outlet, "name": correction.words.split()[0].lower() if correction.words.split() else ""},
    )
    return tuple(row[0] for row in rows)
