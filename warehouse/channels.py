"""Channels that take no message at present, and subscribers who want none."""

from __future__ import annotations

from datetime import datetime

from alerts.message_records import ChannelState
from warehouse.session import Session

_STATE = ("route", "failures", "failing_since", "blocked_at", "next_try_at", "last_error")
_SELECT = f"SELECT {', '.join(_STATE)} FROM channels ORDER BY failing_since, route"  # noqa: S608 (names of this module)
_UPSERT = """
ON CONFLICT (route) DO UPDATE SET
    failures = excluded.failures,
    failing_since = excluded.failing_since,
    blocked_at = excluded.blocked_at,
    next_try_at = excluded.next_try_at,
    last_error = excluded.last_error
"""


def channel_states(session: Session) -> tuple[ChannelState, ...]:
    """Return the channels in trouble, the longest first."""
    return tuple(ChannelState(**dict(zip(_STATE, row, strict=True))) for row in session.rows(_SELECT))


def save_state(session: Session, state: ChannelState) -> None:
    """Record that a channel is in trouble."""
    session.insert("channels", _STATE, [[getattr(state, name) for name in _STATE]], _UPSERT)


def forget_state(session: Session, route: str) -> None:
    """Record that a channel is well."""
    session.run("DELETE FROM channels WHERE route = $1", [route])


def unsubscribe(session: Session, subscriber: str, now: datetime) -> bool:
    """Note that a subscriber wants no more; return False when that was known."""
    row = [(subscriber, now)]
    return session.insert("unsubscribed", ("subscriber", "since"), row, "ON CONFLICT DO NOTHING") > 0


def subscribe(session: Session, subscriber: str) -> bool:
    """Take that back; return False when there was nothing to take back."""
    return session.run("DELETE FROM unsubscribed WHERE subscriber = $1", [subscriber]) > 0


def unsubscribed(session: Session) -> frozenset[str]:
    """Return the names of those who want no more."""
    return frozenset(row[0] for row in session.rows("SELECT subscriber FROM unsubscribed"))
