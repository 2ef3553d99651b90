"""The outbox: messages are written before they are sent, and marked after. Names of subscribers, never addresses.

Also what the operator was told about Talkwatch itself, each trouble once until it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.message_records import Message, Notice, OperatorNotice, Standing
from warehouse.alerts import notices_of
from warehouse.rows import Columns
from warehouse.session import Params, Session

_MESSAGE = Columns(Message, without=["alert_ids", "follow_up_ids", "late_by"])
_NOTICE = Columns(OperatorNotice)

_UPSERT = """
ON CONFLICT (message_id) DO UPDATE SET
    due_at = excluded.due_at,
    held_by = excluded.held_by,
    status = excluded.status
"""

_SELECT = f"SELECT {_MESSAGE} FROM messages "  # noqa: S608 (our own columns)
_TELLS = """
SELECT message_id, list({name} ORDER BY position)
FROM {table}
WHERE message_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY message_id
"""
_ALERTS = _TELLS.format(name="alert_id", table="message_alerts")
_FOLLOW_UPS = _TELLS.format(name="follow_up_id", table="message_follow_ups")
_ORDER = " ORDER BY due_at, created_at, message_id"
# No alert joins what the operator is told, and it uses up nobody's messages an hour.
_OF_NEWS = "message_id NOT IN (SELECT message_id FROM operator_notices WHERE message_id IS NOT NULL)"
_OPEN = f"WHERE status = 'pending' AND attempts = 0 AND {_OF_NEWS}"
_RECENT = f"WHERE attempts > 0 AND (attempted_at >= $1 OR due_at >= $1) AND {_OF_NEWS}"
_DUE = "WHERE status IN ('pending', 'retry') AND due_at <= $now"
_TO = " AND list_contains($subscribers::VARCHAR[], subscriber)"

_TRIED = """
SELECT max(greatest(attempted_at, sent_at)) FROM messages WHERE list_contains($subscribers::VARCHAR[], subscriber)
"""

_ATTEMPT = """
UPDATE messages SET
    attempts = attempts + 1,
    attempted_at = $now,
    tried_since = coalesce(tried_since, greatest(due_at, $since))
WHERE message_id = $message_id
"""

_OPEN_NOTICE = """
SELECT min(message_id)
FROM messages
WHERE status = 'pending' AND attempts = 0 AND subscriber = $1
    AND message_id IN (SELECT message_id FROM operator_notices)
HAVING count(*) > 0
"""

_NOTICES = f"SELECT {_NOTICE} FROM operator_notices "  # noqa: S608 (our own columns)
_OLDEST = " ORDER BY noted_at, notice_id"
_END = """
UPDATE operator_notices SET ended_at = $now WHERE list_contains($keys::VARCHAR[], key) AND ended_at IS NULL
"""

# Of what is to be told later and is over by then nothing need be told.
_WITHDRAWN = """
UPDATE operator_notices SET ended_at = $now, message_id = NULL
WHERE list_contains($keys::VARCHAR[], key) AND ended_at IS NULL AND message_id IN (SELECT unnest($held::VARCHAR[]))
"""
_HELD = (
    f"SELECT message_id FROM messages WHERE status = 'pending' AND attempts = 0 AND due_at > $now AND NOT ({_OF_NEWS})"  # noqa: S608 (a part of this module)
)
_EMPTY = f"DELETE FROM messages WHERE message_id IN (SELECT unnest($held::VARCHAR[])) AND {_OF_NEWS}"  # noqa: S608 (a part of this module)

_LAST_TOLD = """
SELECT max(coalesce(m.sent_at, m.due_at))
FROM operator_notices AS n
JOIN messages AS m USING (message_id)
WHERE list_contains($kinds::VARCHAR[], split_part(n.key, ':', 1))
    AND (n.ended_at IS NOT DISTINCT FROM n.noted_at) = $ended
"""

_STANDING = """
UPDATE messages SET
    status = $status,
    last_error = $error,
    due_at = coalesce($due_at, due_at),
    channel_ref = coalesce($ref, channel_ref),
    subject = coalesce($subject, subject),
    sent_at = CASE WHEN $status = 'sent' THEN $now ELSE sent_at END
WHERE message_id = $message_id
"""

# What waited all that time behind a channel in trouble, tried itself or not.
_OVERDUE = """
UPDATE messages SET status = 'dead', last_error = $error
WHERE status IN ('pending', 'retry') AND list_contains($subscribers::VARCHAR[], subscriber)
    AND coalesce(tried_since, greatest(due_at, $failing_since)) <= $until
"""

_UNTRIED = """
SELECT DISTINCT message_id
FROM messages
JOIN message_alerts USING (message_id)
WHERE status = 'pending' AND attempts = 0 AND list_contains($1::VARCHAR[], alert_id)
"""
_TAKEN_OUT = """
DELETE FROM message_alerts
WHERE list_contains($1::VARCHAR[], alert_id) AND list_contains($2::VARCHAR[], message_id)
"""
_SILENT = """
DELETE FROM messages
WHERE list_contains($1::VARCHAR[], message_id) AND message_id NOT IN (SELECT message_id FROM message_alerts)
"""

_NO_EVENT = "UPDATE messages SET event_id = NULL, thread_of = NULL WHERE message_id = $1"

_STOPPED = """
UPDATE messages SET status = 'dead', last_error = $error
WHERE status IN ('pending', 'retry') AND subscriber = $subscriber
"""

# Beginning with the first try anew, so that another 48 hours are its own.
_AGAIN = """
UPDATE messages SET status = 'retry', due_at = $now, tried_since = NULL
WHERE message_id IN (SELECT unnest($message_ids::VARCHAR[])) AND (status <> 'pending' OR attempts > 0)
"""

_RETRY_NOW = """
UPDATE messages SET due_at = $now
WHERE status = 'retry' AND due_at > $now AND list_contains($subscribers::VARCHAR[], subscriber)
"""

# A part is not open: no alert joins it, as none joins the message it is a part of.
_PART = """
INSERT INTO messages BY NAME
SELECT * REPLACE ($part_id AS message_id, 'retry' AS status, 0 AS attempts, $created_at AS created_at) FROM messages
WHERE message_id = $message_id
"""
_MOVED = """
UPDATE message_alerts SET message_id = $part_id
WHERE message_id = $message_id AND alert_id IN (SELECT unnest($alert_ids::VARCHAR[]))
"""
_NEWS_MOVED = """
UPDATE message_follow_ups SET message_id = $part_id
WHERE message_id = $message_id
    AND follow_up_id IN (SELECT follow_up_id FROM follow_ups WHERE alert_id IN (SELECT unnest($alert_ids::VARCHAR[])))
"""

_DEAD = """
SELECT message_id
FROM messages
WHERE status = 'dead' AND subscriber NOT IN (SELECT subscriber FROM unsubscribed)
ORDER BY message_id
"""

_WAITING = """
SELECT min(coalesce(tried_since, due_at))
FROM messages
WHERE status IN ('pending', 'retry') AND (due_at <= $now OR attempts > 0)
"""

_FOUND = """
SELECT name, message_id
FROM (
    SELECT message_id AS name, message_id FROM messages
    UNION
    SELECT alert_id, message_id FROM message_alerts
)
WHERE starts_with(name, $1)
ORDER BY name, message_id
"""


def open_notice_message(session: Session, subscriber: str) -> str | None:
    """Return the message to the operator that notices may still join: pending and never tried."""
    row = session.row(_OPEN_NOTICE, [subscriber])
    return None if row is None else str(row[0])


def open_messages(session: Session) -> tuple[Message, ...]:
    """Return the messages that alerts may still join: pending and never tried."""
    return _messages(session, _OPEN)


def recent_messages(session: Session, since: datetime) -> tuple[Message, ...]:
    """Return the messages tried, or put off, from `since` on."""
    return _messages(session, _RECENT, [since])


def due_messages(
    session: Session, now: datetime, limit: int, *, subscribers: Sequence[str] | None = None
) -> tuple[Message, ...]:
    """Return up to `limit` messages to be sent now, to these subscribers or to all, the longest due first."""
    params: dict[str, object] = {"now": now, "limit": limit}
    if subscribers is None:
        return _messages(session, _DUE, params, " LIMIT $limit")
    return _messages(session, _DUE + _TO, {**params, "subscribers": subscribers}, " LIMIT $limit")


def due_counts(session: Session, now: datetime) -> dict[str, int]:
    """Return how many messages are to be sent now to whom."""
    query = f"SELECT subscriber, count(*) FROM messages {_DUE} GROUP BY subscriber ORDER BY subscriber"  # noqa: S608 (a part of this module)
    return dict(session.rows(query, {"now": now}))


def has_waiting(session: Session) -> bool:
    """Tell whether any message is yet to leave, now or later."""
    return bool(session.rows("SELECT count(*) > 0 FROM messages WHERE status IN ('pending', 'retry')")[0][0])


def last_tried_at(session: Session, subscribers: Sequence[str]) -> datetime | None:
    """Return when a message to any of these subscribers was last on its way; None when none ever was."""
    tried: datetime | None = session.rows(_TRIED, {"subscribers": subscribers})[0][0]
    return tried


def waiting_since(session: Session, now: datetime) -> datetime | None:
    """Return since when the oldest message should have left, or has been tried; None when none waits."""
    oldest: datetime | None = session.rows(_WAITING, {"now": now})[0][0]
    return oldest


def save_messages(session: Session, messages: Sequence[Message]) -> None:
    """Record messages, new ones and open ones that alerts have joined."""
    session.save("messages", _MESSAGE, messages, _UPSERT)
    told = (
        (message.message_id, alert_id, position)
        for message in messages
        for position, alert_id in enumerate(message.alert_ids)
    )
    session.insert("message_alerts", ("message_id", "alert_id", "position"), told, "ON CONFLICT DO NOTHING")
    news = (
        (message.message_id, follow_up_id, position)
        for message in messages
        for position, follow_up_id in enumerate(message.follow_up_ids)
    )
    session.insert("message_follow_ups", ("message_id", "follow_up_id", "position"), news, "ON CONFLICT DO NOTHING")


def gather(session: Session, summary: Message, others: Sequence[str]) -> None:
    """Let one open message tell what others were to tell as well, which are no messages any more."""
    for table in ("message_alerts", "message_follow_ups", "messages"):
        session.remove(table, "message_id", others)
    session.run(_NO_EVENT, [summary.message_id])
    save_messages(session, [summary])


def notices(session: Session, message: Message) -> tuple[Notice, ...]:
    """Return what a message tells, in its order, with what a reader wants beside each alert."""
    return notices_of(session, message.message_id)


def take_out(session: Session, alert_ids: Sequence[str]) -> None:
    """Take alerts out of the messages that were not tried yet; one that would tell nothing then is none any more."""
    held = [row[0] for row in session.rows(_UNTRIED, [alert_ids])] if alert_ids else []
    if held:
        session.run(_TAKEN_OUT, [alert_ids, held])
        session.run(_SILENT, [held])


def begin_attempt(session: Session, message_id: str, now: datetime, *, since: datetime | None = None) -> None:
    """Seal a message, before it is sent: no alert joins it any more, and a repeat of it is the same message.

    `since` is when its channel began to fail; a message that waited behind it has been tried since then.
    """
    session.run(_ATTEMPT, {"message_id": message_id, "now": now, "since": since or now})


def divide(session: Session, message: Message, parts: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Make messages of their own of all parts but the first: each an id and its alerts, with what is new about them.

    They are due when the message is, and go after it in their order.
    """
    for number, (part_id, alert_ids) in enumerate(parts):
        if number:
            created_at = message.created_at + timedelta(microseconds=number)
            names = {"message_id": message.message_id, "part_id": part_id}
            session.run(_PART, {**names, "created_at": created_at})
            session.run(_MOVED, {**names, "alert_ids": list(alert_ids)})
            session.run(_NEWS_MOVED, {**names, "alert_ids": list(alert_ids)})


def settle(session: Session, message_id: str, standing: Standing, now: datetime, *, subject: str | None = None) -> None:
    """Record where a message stands after a try, and the subject it was sent under."""
    params = {
        "message_id": message_id,
        "status": standing.status,
        "error": standing.error,
        "due_at": standing.due_at,
        "ref": standing.ref,
        "subject": subject,
        "now": now,
    }
    session.run(_STANDING, params)


def give_up(
    session: Session, subscribers: Sequence[str], error: str, *, failing_since: datetime, until: datetime
) -> int:
    """Give up what has waited for these subscribers until then or longer; return how many messages."""
    params = {"subscribers": subscribers, "error": error, "failing_since": failing_since, "until": until}
    return session.run(_OVERDUE, params)


def stop(session: Session, subscriber: str, error: str) -> int:
    """Give up all that waits for a subscriber; return how many messages."""
    return session.run(_STOPPED, {"subscriber": subscriber, "error": error})


def sent_as(session: Session, message_id: str) -> tuple[str | None, str | None]:
    """Return what its channel calls a message that was sent, and the subject that it had."""
    row = session.row("SELECT channel_ref, subject FROM messages WHERE message_id = $1", [message_id])
    return (row[0], row[1]) if row else (None, None)


def named_messages(session: Session, beginning: str) -> tuple[tuple[str, str], ...]:
    """Return each message's or alert's id that begins so, with each message it names."""
    return tuple((row[0], row[1]) for row in session.rows(_FOUND, [beginning]))


def dead_messages(session: Session) -> tuple[str, ...]:
    """Return the messages that were given up, but for those of subscribers who want no more."""
    return tuple(row[0] for row in session.rows(_DEAD))


def send_again(session: Session, message_ids: Sequence[str], now: datetime) -> int:
    """Make messages due that were sent, put off or given up; return how many. A repeat keeps its message's id."""
    return session.run(_AGAIN, {"message_ids": message_ids, "now": now})


def retry_now(session: Session, subscribers: Sequence[str], now: datetime) -> None:
    """Have what is to be tried again for these subscribers tried now."""
    session.run(_RETRY_NOW, {"subscribers": subscribers, "now": now})


def save_notice(session: Session, notice: OperatorNotice) -> None:
    """Record a notice; the same again changes nothing."""
    session.save("operator_notices", _NOTICE, [notice], "ON CONFLICT DO NOTHING")


def end_troubles(session: Session, keys: Sequence[str], now: datetime) -> bool:
    """Note that troubles are over; tell whether there was one."""
    return session.run(_END, {"keys": keys, "now": now}) > 0


def withdraw(session: Session, keys: Sequence[str], now: datetime) -> None:
    """Take troubles that are over out of messages that are to leave later; what tells nothing then does not leave."""
    held = [row[0] for row in session.rows(_HELD, {"now": now})]
    if held and session.run(_WITHDRAWN, {"keys": keys, "held": held, "now": now}):
        session.run(_EMPTY, {"held": held})


def last_told_at(session: Session, kinds: Sequence[str], *, ended: bool) -> datetime | None:
    """Return when the operator was last told of troubles of these kinds, or is to be; with `ended`, of their end."""
    last: datetime | None = session.rows(_LAST_TOLD, {"kinds": kinds, "ended": ended})[0][0]
    return last


def hasten(session: Session, message_id: str, due_at: datetime) -> None:
    """Have a message leave then at the latest."""
    session.run("UPDATE messages SET due_at = least(due_at, $2) WHERE message_id = $1", [message_id, due_at])


def is_open(session: Session, key: str) -> bool:
    """Tell whether a trouble was noted and is not over."""
    return bool(session.records(_NOTICE, _NOTICES + "WHERE key = $1 AND ended_at IS NULL" + _OLDEST, [key]))


def open_notices(session: Session) -> tuple[OperatorNotice, ...]:
    """Return the troubles that are not over, the oldest first."""
    return session.records(_NOTICE, _NOTICES + "WHERE ended_at IS NULL" + _OLDEST)


def notices_in(session: Session, message_id: str) -> tuple[OperatorNotice, ...]:
    """Return what a message tells the operator, the oldest first."""
    return session.records(_NOTICE, _NOTICES + "WHERE message_id = $1" + _OLDEST, [message_id])


def _messages(session: Session, where: str, params: Params = None, limit: str = "") -> tuple[Message, ...]:
    rows = session.rows(_SELECT + where + _ORDER + limit, params)
    names = [row[0] for row in rows]
    alerts, follow_ups = (_told(session, query, names) for query in (_ALERTS, _FOLLOW_UPS))
    return tuple(
        _MESSAGE.record(row, alert_ids=tuple(alerts.get(name, ())), follow_up_ids=tuple(follow_ups.get(name, ())))
        for name, row in zip(names, rows, strict=True)
    )


def _told(session: Session, query: str, message_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return what each message tells, in its order."""
    return dict(session.rows(query, [message_ids])) if message_ids else {}
