"""The numbers behind `status`; what they mean is judged elsewhere."""

from __future__ import annotations

from datetime import datetime

from warehouse import channels, notices, outbox
from warehouse.records import Health
from warehouse.session import Session

_HEALTH = """
SELECT
    (SELECT max(started_at) FROM runs) AS last_started_at,
    (SELECT max(finished_at) FROM runs) AS last_finished_at,
    (SELECT count(*) FROM runs WHERE finished_at IS NULL) AS unfinished_runs,
    (SELECT count(*) FROM feeds WHERE state <> 'unwatched') AS feeds,
    (SELECT count(*) FROM feeds WHERE state = 'new') AS feeds_new,
    (SELECT count(*) FROM feeds WHERE state = 'failing') AS feeds_failing,
    (SELECT max(last_new_at) FROM feeds) AS last_new_at,
    (SELECT count(*) FROM entries WHERE state = 'pending') AS entries_pending,
    (SELECT count(*) FROM entries WHERE state = 'failed') AS entries_failed,
    (SELECT count(*) FROM articles) AS articles,
    (
        SELECT count(*) FROM articles WHERE depth IN ('took_too_long', 'took_too_much', 'crashed')
    ) AS readings_given_up,
    (SELECT count(*) FROM alerts) AS alerts,
    (SELECT count(*) FROM messages WHERE status IN ('pending', 'retry')) AS messages_waiting,
    (
        SELECT count(*)
        FROM messages
        WHERE status = 'dead' AND subscriber NOT IN (SELECT subscriber FROM unsubscribed)
    ) AS messages_dead
"""

_FAILING = "SELECT url, coalesce(last_error, '') FROM feeds WHERE state = 'failing' ORDER BY url"


def health(session: Session, now: datetime) -> Health:
    """Return the numbers as they are at `now`."""
    counted = session.rows(_HEALTH)[0]
    names = (
        *("last_started_at", "last_finished_at", "unfinished_runs", "feeds", "feeds_new", "feeds_failing"),
        *("last_new_at", "entries_pending", "entries_failed", "articles", "readings_given_up", "alerts"),
        *("messages_waiting", "messages_dead"),
    )
    failing = tuple((url, error) for url, error in session.rows(_FAILING))
    return Health(
        failing_feeds=failing,
        oldest_due_at=outbox.waiting_since(session, now),
        channels=channels.channel_states(session),
        notices=notices.open_notices(session),
        unsubscribed=tuple(sorted(channels.unsubscribed(session))),
        **dict(zip(names, counted, strict=True)),
    )
