"""Silences: rules kept from firing for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.records import Silence
from warehouse.rows import Columns
from warehouse.session import Session
from warehouse.stories import story_roots

_SILENCE = Columns(Silence)
_SELECT = f"SELECT {_SILENCE} FROM silences "  # noqa: S608 (our own columns)
_ORDER = " ORDER BY ends_at, silence_id"


def save_silence(session: Session, silence: Silence) -> None:
    """Record a silence; the same again moves its end."""
    session.save("silences", _SILENCE, [silence], "ON CONFLICT (silence_id) DO UPDATE SET ends_at = excluded.ends_at")


def active_silences(session: Session, now: datetime) -> tuple[Silence, ...]:
    """Return the silences that hold now, of stories under the names that they have by now."""
    found = session.records(_SILENCE, _SELECT + "WHERE starts_at <= $1 AND $1 < ends_at" + _ORDER, [now])
    roots = story_roots(session, {each.story_id for each in found if each.story_id})
    return tuple(replace(each, story_id=roots.get(each.story_id or "", each.story_id)) for each in found)


def silences(session: Session) -> tuple[Silence, ...]:
    """Return every silence there was, those that ended first."""
    return session.records(_SILENCE, _SELECT + _ORDER)


def silence(session: Session, beginning: str) -> tuple[Silence, ...]:
    """Return the silences whose id begins so."""
    return session.records(_SILENCE, _SELECT + "WHERE $1 <> '' AND starts_with(silence_id, $1)" + _ORDER, [beginning])


def end_silence(session: Session, silence_id: str, now: datetime) -> None:
    """Let a silence end now."""
    session.run("UPDATE silences SET ends_at = $2 WHERE silence_id = $1", [silence_id, now])
