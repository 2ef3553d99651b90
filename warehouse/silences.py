"""Silences: rules kept from firing for a time."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from alerts.follow_up_records import Silence
from warehouse.session import Params, Session

_SILENCE = tuple(field.name for field in fields(Silence))
_SELECT = f"SELECT {', '.join(_SILENCE)} FROM silences "  # noqa: S608 (our own columns)
_ORDER = " ORDER BY ends_at, silence_id"


def save_silence(session: Session, silence: Silence) -> None:
    """Record a silence; the same again moves its end."""
    row = [getattr(silence, name) for name in _SILENCE]
    session.insert("silences", _SILENCE, [row], "ON CONFLICT (silence_id) DO UPDATE SET ends_at = excluded.ends_at")


def active_silences(session: Session, now: datetime) -> tuple[Silence, ...]:
    """Return the silences that hold now."""
    return _silences(session, "WHERE starts_at <= $1 AND $1 < ends_at", [now])


def silences(session: Session) -> tuple[Silence, ...]:
    """Return every silence there was, those that ended first."""
    return _silences(session, "", None)


def silence(session: Session, beginning: str) -> tuple[Silence, ...]:
    """Return the silences whose id begins so."""
    return _silences(session, "WHERE $1 <> '' AND starts_with(silence_id, $1)", [beginning])


def end_silence(session: Session, silence_id: str, now: datetime) -> None:
    """Let a silence end now."""
    session.run("UPDATE silences SET ends_at = $2 WHERE silence_id = $1", [silence_id, now])


def _silences(session: Session, where: str, params: Params) -> tuple[Silence, ...]:
    rows = session.rows(_SELECT + where + _ORDER, params)
    return tuple(Silence(**dict(zip(_SILENCE, row, strict=True))) for row in rows)
