"""Channels that take no message at present, and subscribers who want none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.message_records import ChannelState
from warehouse.rows import Columns
from warehouse.session import Session

_STATE = Columns(ChannelState)
_SELECT = f"SELECT {_STATE} FROM channels"  # noqa: S608 (our own columns)


def channel_states(session: Session) -> tuple[ChannelState, ...]:
    """Return the channels in trouble, the longest first."""
    return session.records(_STATE, _SELECT + " ORDER BY failing_since, route")


def channel_state(session: Session, route: str) -> ChannelState | None:
    """Return the trouble that one channel is in; None when it is well."""
    return next(iter(session.records(_STATE, _SELECT + " WHERE route = $1", [route])), None)


def save_state(session: Session, state: ChannelState) -> None:
    """Record that a channel is in trouble."""
    session.save("channels", _STATE, [state], _STATE.replaced("route"))


def forget_state(session: Session, route: str) -> None:
    """Record that a channel is well."""
    session.run("DELETE FROM channels WHERE route = $1", [route])


def try_at(session: Session, routes: Sequence[str], at: datetime) -> None:
    """Have one message try these channels then."""
    session.run("UPDATE channels SET next_try_at = $2 WHERE list_contains($1::VARCHAR[], route)", [routes, at])


def unsubscribe(session: Session, subscriber: str, now: datetime, message_id: str | None = None) -> bool:
    """Note that a subscriber wants no more, and by which message's link he said so; return False when it was known."""
    row = [(subscriber, now, message_id)]
    return session.insert("unsubscribed", ("subscriber", "since", "message_id"), row, "ON CONFLICT DO NOTHING") > 0


def subscribe(session: Session, subscriber: str) -> bool:
    """Take that back; return False when there was nothing to take back."""
    return session.run("DELETE FROM unsubscribed WHERE subscriber = $1", [subscriber]) > 0


def unsubscribed(session: Session) -> frozenset[str]:
    """Return the names of those who want no more."""
    return frozenset(row[0] for row in session.rows("SELECT subscriber FROM unsubscribed"))
