"""What becomes of alerts after they fired: their sources, what is new about them, and which messages told them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.records import FollowUp, Mailing, PastAlert, ToldAlert
from warehouse.alerts import ALERT, PASSAGE
from warehouse.links import members_of
from warehouse.rows import Columns, Row
from warehouse.session import Session

_FOLLOW_UP = Columns(FollowUp, without=["alert"])
_TELLING = Columns(ToldAlert, without=["alert"])

_SOURCED = """
UPDATE alert_rows SET
    sources = len(n.roots),
    roots = n.roots,
    told_sources = coalesce(told_sources, len(n.roots)),
    told_at = coalesce(told_at, fired_at)
FROM sources_now AS n
WHERE alert_rows.alert_id = n.alert_id
"""

_TOLD = f"""
SELECT {ALERT.of("a")}, coalesce(a.sources, 1), coalesce(a.told_sources, a.sources, 1), coalesce(a.told_at, a.fired_at),
    a.roots, f.follow_up_id IS NOT NULL, {PASSAGE.of("f")}
FROM alert_rows AS a
LEFT JOIN (
    FROM follow_ups
    WHERE news = 'corrected' AND alert_id IN (SELECT unnest($1::VARCHAR[]))
    QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY noted_at DESC) = 1
) AS f USING (alert_id)
WHERE a.alert_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY a.fired_at, a.alert_id
"""  # noqa: S608 (our own columns)

_REVISIONS = """
UPDATE follow_ups SET revision = r.revision
FROM alerts AS a
JOIN articles AS r USING (article_id)
WHERE follow_ups.alert_id = a.alert_id AND follow_ups.revision IS NULL
"""
_NOTED = """
UPDATE alert_rows SET told_at = n.noted_at, told_sources = n.sources, utterance_ids = n.utterance_ids
FROM noted_now AS n
WHERE alert_rows.alert_id = n.alert_id
"""

# A digest is no thread, and what did not leave or went nowhere can have no reply.
_MAILINGS = f"""
WITH of_events AS ({members_of("event_links")})
SELECT x.alert_id, of_events.root, m.subscriber, m.status = 'pending' AND m.attempts = 0,
    CASE WHEN m.attempts > 0 AND m.event_id IS NOT NULL THEN coalesce(m.thread_of, m.message_id) END, m.created_at
FROM of_events
JOIN (FROM alert_rows WHERE fired_at >= $2) AS a ON a.article_id = of_events.member
JOIN message_alerts AS x USING (alert_id)
JOIN messages AS m USING (message_id)
WHERE m.status <> 'dead'
ORDER BY m.created_at, m.message_id
"""  # noqa: S608 (our own text)

_TELLERS = """
SELECT coalesce(r.source, r.outlet) AS root, r.outlet, r.copy_kind, r.published_at, r.url
FROM alerts AS a
JOIN articles AS own USING (article_id)
JOIN articles AS r ON r.story_id = own.story_id OR r.article_id IN (
    SELECT article_id FROM statements AS s WHERE s.utterance_id = a.utterance_id
)
WHERE a.alert_id = $1
ORDER BY root, r.published_at, r.url
"""
_NEWS_OF = "SELECT noted_at, news, sources, excerpt FROM follow_ups WHERE alert_id = $1 ORDER BY noted_at"


def save_sources(session: Session, roots: Mapping[str, Sequence[str]]) -> None:
    """Record the independent sources that alerts have by now, by name."""
    session.stage("sources_now", {"alert_id": "VARCHAR", "roots": "VARCHAR[]"}, roots.items())
    session.run(_SOURCED)


def told_alerts(session: Session, past: Sequence[PastAlert]) -> tuple[ToldAlert, ...]:
    """Return these alerts whole, named as they are there, with what was told of each last."""
    known = {alert.alert_id: alert for alert in past if alert.alert_id}
    rows = session.rows(_TOLD, [sorted(known)]) if known else ()
    return tuple(_told(row, known[row[0]]) for row in rows)


def tellers(session: Session, alert_id: str) -> list[Row]:
    """Return source, outlet, kind of copy, date and address of the articles that tell an alert's story or its words."""
    return session.rows(_TELLERS, [alert_id])


def news_of(session: Session, alert_id: str) -> list[Row]:
    """Return when an alert was followed up, with what, how many sources it had, and the words shown."""
    return session.rows(_NEWS_OF, [alert_id])


def save_follow_ups(session: Session, follow_ups: Sequence[FollowUp]) -> None:
    """Record follow-ups, and on their alerts what is told by now."""
    if not follow_ups:
        return
    rows = ((*_FOLLOW_UP.row(each), each.alert.alert_id, *PASSAGE.row(each.alert)) for each in follow_ups)
    session.insert("follow_ups", (*_FOLLOW_UP.names, "alert_id", *PASSAGE.names), rows, "ON CONFLICT DO NOTHING")
    session.run(_REVISIONS)
    columns = {"alert_id": "VARCHAR", "noted_at": "TIMESTAMPTZ", "sources": "INTEGER", "utterance_ids": "VARCHAR[]"}
    noted = ((each.alert.alert_id, each.noted_at, each.sources, each.alert.utterance_ids) for each in follow_ups)
    session.stage("noted_now", columns, noted)
    session.run(_NOTED)


def put_right_before(session: Session) -> frozenset[str]:
    """Return the alerts of which it was noted before that they were wrong."""
    return frozenset(row[0] for row in session.rows("SELECT alert_id FROM follow_ups WHERE news = 'reattributed'"))


def mailings(session: Session, event_ids: Collection[str], since: datetime) -> tuple[Mailing, ...]:
    """Return which messages tell alerts of `since` on articles of these events; dead ones do not count."""
    rows = session.rows(_MAILINGS, [sorted(event_ids), since])
    return tuple(
        Mailing(
            alert_id=alert_id,
            event_id=event_id,
            subscriber=subscriber,
            is_open=is_open,
            thread=thread,
            created_at=created_at,
        )
        for alert_id, event_id, subscriber, is_open, thread, created_at in rows
    )


def _told(row: Row, now: PastAlert) -> ToldAlert:
    own, told = len(ALERT.names), len(ALERT.names) + len(_TELLING.names)
    is_corrected, *passage = row[told:]
    named: dict[str, Any] = {
        "story_id": now.story_id,
        "utterance_id": now.utterance_id,
        "utterance_ids": now.utterance_ids,
    }
    words = PASSAGE.values(passage) if is_corrected else {}
    return _TELLING.record(row[own:told], alert=replace(ALERT.record(row[:own]), **named, **words))
