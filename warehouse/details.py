"""Decisions, messages and passes of old days: counted by day, and dropped one by one."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from warehouse.nightly import DETAILS, Nightly, last_night, note
from warehouse.runs import RunCounts
from warehouse.session import Session

_COUNTS = tuple(field.name for field in fields(RunCounts))
_ENDED = "coalesce(finished_at, started_at)"
_OLDEST = """
SELECT min(moment) FROM (
    SELECT min(decided_at) AS moment FROM decisions
    UNION ALL SELECT min(started_at) FROM runs
    UNION ALL SELECT min(due_at) FROM messages WHERE status IN ('sent', 'dead')
)
"""
# What the operator is still to be told of is no old message.
_GONE = """
status IN ('sent', 'dead') AND greatest(due_at, coalesce(sent_at, due_at), coalesce(attempted_at, due_at)) < $1
AND message_id NOT IN (SELECT message_id FROM operator_notices WHERE message_id IS NOT NULL)
"""
_DECISIONS_BY_DAY = """
INSERT INTO decisions_by_day
SELECT decided_at::DATE, rule, reason, count(*) FROM decisions WHERE decided_at < $1 GROUP BY ALL
ON CONFLICT (day, rule, reason) DO UPDATE SET decisions = decisions_by_day.decisions + excluded.decisions
"""
_DELIVERIES_BY_DAY = f"""
INSERT INTO deliveries_by_day
SELECT due_at::DATE, subscriber, channel, status, count(*),
    coalesce(sum((SELECT count(*) FROM message_alerts AS a WHERE a.message_id = m.message_id)), 0), sum(attempts)
FROM messages AS m WHERE {_GONE} GROUP BY ALL
ON CONFLICT (day, subscriber, channel, status) DO UPDATE SET
    messages = deliveries_by_day.messages + excluded.messages,
    alerts = deliveries_by_day.alerts + excluded.alerts,
    attempts = deliveries_by_day.attempts + excluded.attempts
"""  # noqa: S608 (our own text)
_RUNS_BY_DAY = f"""
INSERT INTO runs_by_day
SELECT day, name, total
FROM (
    UNPIVOT (
        SELECT started_at::DATE AS day, count(*)::BIGINT AS passes,
            {", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in _COUNTS)}
        FROM runs WHERE {_ENDED} < $1 GROUP BY day
    ) ON {", ".join(("passes", *_COUNTS))} INTO NAME name VALUE total
)
ON CONFLICT (day, name) DO UPDATE SET total = runs_by_day.total + excluded.total
"""  # noqa: S608 (our own columns)
_TOLD_IN = """
DELETE FROM {table} WHERE message_id IN (SELECT message_id FROM messages WHERE {gone})
"""
_DROPPED = (
    "DELETE FROM decisions WHERE decided_at < $1",
    f"DELETE FROM runs WHERE {_ENDED} < $1",  # noqa: S608 (our own text)
    *(_TOLD_IN.format(table=table, gone=_GONE) for table in ("message_alerts", "message_follow_ups")),
    f"DELETE FROM messages WHERE {_GONE}",  # noqa: S608 (our own text)
)


def oldest_detail(session: Session) -> datetime | None:
    """Return of when the oldest decision, message that is done with, or pass is that was not looked at yet, if any."""
    row, last = session.row(_OLDEST), last_night(session).get(DETAILS)
    oldest: datetime | None = row[0] if row else None
    return max(oldest, last.up_to) if oldest and last and last.up_to else oldest


def drop_details(session: Session, before: datetime, now: datetime) -> int:
    """Count by day the decisions, messages done with and passes of before a time, and drop them; return how many.

    Alerts, follow-ups and verdicts stay. What the operator was told and is over by then goes too.
    """
    session.run("DELETE FROM operator_notices WHERE ended_at < $1", [before])
    for sql in (_DECISIONS_BY_DAY, _DELIVERIES_BY_DAY, _RUNS_BY_DAY):
        session.run(sql, [before])
    gone = sum(session.run(sql, [before]) for sql in _DROPPED)
    last = last_night(session).get(DETAILS)
    note(session, Nightly(task=DETAILS, done_at=now, found=(last.found if last else 0) + gone, up_to=before))
    return gone
