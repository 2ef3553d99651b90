"""Channels that take no message at present, and subscribers who want none."""

from __future__ import annotations

from datetime import datetime

from alerts.message_records import ChannelState
from warehouse.session import Row, Session

_STATE = ("route", "failures", "failing_since", "blocked_at", "next_try_at", "last_error")
_SELECT = f"SELECT {', '.join(_STATE)} FROM channels"  # noqa: S608 (names of this module)
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
    return tuple(map(_state, session.rows(_SELECT + " ORDER BY failing_since, route")))


def channel_state(session: Session, route: str) -> ChannelState | None:
    """Return the trouble that one channel is in; None when it is well."""
    row = session.row(_SELECT + " WHERE route = $1", [route])
    return None if row is None else _state(row)


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


def _state(row: Row) -> ChannelState:
    return ChannelState(**dict(zip(_STATE, row, strict=True)))
