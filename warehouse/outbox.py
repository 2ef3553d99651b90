"""The outbox: messages are written before they are sent, and marked after. Names of subscribers, never addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.message_records import HeldBy, Message, Notice, Receipt, Refused, Sent, Status
from warehouse.alerts import notices_of
from warehouse.session import Params, Row, Session

_MESSAGE = (
    *("message_id", "subscriber", "channel", "story_id", "created_at", "due_at", "held_by", "status", "attempts"),
)

_UPSERT = """
ON CONFLICT (message_id) DO UPDATE SET
    due_at = excluded.due_at,
    held_by = excluded.held_by,
    status = excluded.status
"""

_SELECT = """
SELECT message_id, subscriber, channel, story_id, list(alert_id ORDER BY position), created_at, due_at, held_by,
    status, attempts
FROM messages
JOIN message_alerts USING (message_id)
"""
_GROUPED = " GROUP BY ALL ORDER BY due_at, created_at, message_id"
_OPEN = "WHERE status = 'pending' AND attempts = 0"
_RECENT = "WHERE attempts > 0 AND (attempted_at >= $1 OR due_at >= $1)"
_DUE = "WHERE status IN ('pending', 'retry') AND due_at <= $now"

_ATTEMPT = "UPDATE messages SET attempts = attempts + 1, attempted_at = $now WHERE message_id = $message_id"

_RECEIPT = """
UPDATE messages SET
    status = $status,
    last_error = $error,
    due_at = coalesce($retry_at, due_at),
    sent_at = CASE WHEN $status = 'sent' THEN $now ELSE sent_at END
WHERE message_id = $message_id
"""

_AGAIN = """
UPDATE messages SET status = 'retry', due_at = $now
WHERE message_id IN (SELECT unnest($message_ids::VARCHAR[])) AND (status <> 'pending' OR attempts > 0)
"""


def open_messages(session: Session) -> tuple[Message, ...]:
    """Return the messages that alerts may still join: pending and never tried."""
    return _messages(session, _OPEN)


def recent_messages(session: Session, since: datetime) -> tuple[Message, ...]:
    """Return the messages tried, or put off, from `since` on."""
    return _messages(session, _RECENT, [since])


def due_messages(session: Session, now: datetime, limit: int) -> tuple[Message, ...]:
    """Return up to `limit` messages to be sent now, the longest due first."""
    return _messages(session, _DUE, {"now": now, "limit": limit}, " LIMIT $limit")


def save_messages(session: Session, messages: Sequence[Message]) -> None:
    """Record messages, new ones and open ones that alerts have joined."""
    session.insert("messages", _MESSAGE, map(_row, messages), _UPSERT)
    told = (
        (message.message_id, alert_id, position)
        for message in messages
        for position, alert_id in enumerate(message.alert_ids)
    )
    session.insert("message_alerts", ("message_id", "alert_id", "position"), told, "ON CONFLICT DO NOTHING")


def notices(session: Session, message: Message) -> tuple[Notice, ...]:
    """Return what a message tells, in its order, with what a reader wants beside each alert."""
    return notices_of(session, message.message_id)


def begin_attempt(session: Session, message_id: str, now: datetime) -> None:
    """Seal a message, before it is sent: no alert joins it any more, and a repeat of it is the same message."""
    session.run(_ATTEMPT, {"message_id": message_id, "now": now})


def save_receipt(
    session: Session, message_id: str, receipt: Receipt, now: datetime, retry_at: datetime | None
) -> Status:
    """Record what the channel said; without `retry_at` a message it did not take is dead. Return where it stands."""
    status = _status(receipt, retry_at)
    params = {
        "message_id": message_id,
        "status": status,
        "error": None if isinstance(receipt, Sent) else receipt.error,
        "retry_at": retry_at if status is Status.RETRY else None,
        "now": now,
    }
    session.run(_RECEIPT, params)
    return status


def send_again(session: Session, message_ids: Sequence[str], now: datetime) -> int:
    """Make messages due that were sent, put off or given up; return how many. A repeat keeps its message's id."""
    return session.run(_AGAIN, {"message_ids": message_ids, "now": now})


def _status(receipt: Receipt, retry_at: datetime | None) -> Status:
    if isinstance(receipt, Sent):
        return Status.SENT
    return Status.DEAD if isinstance(receipt, Refused) or retry_at is None else Status.RETRY


def _messages(session: Session, where: str, params: Params = None, limit: str = "") -> tuple[Message, ...]:
    return tuple(map(_message, session.rows(_SELECT + where + _GROUPED + limit, params)))


def _row(message: Message) -> Row:
    return (
        *(message.message_id, message.subscriber, message.channel, message.story_id, message.created_at),
        *(message.due_at, message.held_by, message.status, message.attempts),
    )


def _message(row: Row) -> Message:
    message_id, subscriber, channel, story_id, alert_ids, created_at, due_at, held_by, status, attempts = row
    return Message(
        message_id=message_id,
        subscriber=subscriber,
        channel=channel,
        story_id=story_id,
        alert_ids=tuple(alert_ids),
        created_at=created_at,
        due_at=due_at,
        held_by=HeldBy(held_by) if held_by else None,
        status=Status(status),
        attempts=attempts,
    )
