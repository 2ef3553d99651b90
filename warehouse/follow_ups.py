"""What becomes of alerts after they fired: their sources, what is new about them, and which messages told them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.follow_up_records import FollowUp, Telling, ToldAlert
from warehouse.alert_rows import ALERT, PASSAGE, alert_of, passage_row, reworded
from warehouse.session import Row, Session

_FOLLOW_UP = ("follow_up_id", "alert_id", "news", "noted_at", "sources", *PASSAGE)

# Who tells the story, or reports the utterance in another one; a source that does both is one.
_SOURCED = """
WITH touched AS (
    SELECT a.alert_id, a.utterance_id, r.story_id
    FROM alerts AS a
    JOIN articles AS r USING (article_id)
    WHERE a.fired_at >= $since AND (
        list_contains($stories::VARCHAR[], r.story_id)
        OR a.utterance_id IN (
            SELECT utterance_id FROM statements WHERE article_id IN (SELECT unnest($articles::VARCHAR[]))
        )
    )
),
tellers AS (
    SELECT t.alert_id, coalesce(r.source, r.outlet) AS root
    FROM touched AS t
    JOIN articles AS r USING (story_id)
    UNION
    SELECT t.alert_id, coalesce(r.source, r.outlet)
    FROM touched AS t
    JOIN statements AS s USING (utterance_id)
    JOIN articles AS r ON r.article_id = s.article_id
),
rooted AS (SELECT alert_id, list(root ORDER BY root) AS roots FROM tellers GROUP BY alert_id)
UPDATE alert_rows SET
    sources = len(rooted.roots),
    roots = rooted.roots,
    told_sources = coalesce(told_sources, len(rooted.roots)),
    told_at = coalesce(told_at, fired_at)
FROM rooted
WHERE alert_rows.alert_id = rooted.alert_id AND alert_rows.roots IS DISTINCT FROM rooted.roots
"""

_COLUMNS = ", ".join(f"a.{name}" for name in ALERT)
_CORRECTED = ", ".join(f"f.{name}" for name in PASSAGE)
_TOLD = f"""
SELECT {_COLUMNS}, r.story_id, coalesce(a.sources, 1), coalesce(a.told_sources, a.sources, 1),
    coalesce(a.told_at, a.fired_at), f.follow_up_id IS NOT NULL, {_CORRECTED}
FROM alerts AS a
JOIN articles AS r USING (article_id)
LEFT JOIN (
    FROM follow_ups
    WHERE news = 'corrected'
    QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY noted_at DESC) = 1
) AS f USING (alert_id)
WHERE a.fired_at >= $since AND (
    list_contains($alert_ids::VARCHAR[], a.alert_id)
    OR list_contains($stories::VARCHAR[], r.story_id)
    OR a.utterance_id IN (
            SELECT utterance_id FROM statements WHERE article_id IN (SELECT unnest($articles::VARCHAR[]))
        )
)
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
_TELLINGS = """
SELECT x.alert_id, r.story_id, m.subscriber, m.status = 'pending' AND m.attempts = 0,
    CASE WHEN m.attempts > 0 AND m.story_id IS NOT NULL THEN coalesce(m.thread_of, m.message_id) END, m.created_at
FROM messages AS m
JOIN message_alerts AS x USING (message_id)
JOIN alerts AS a USING (alert_id)
JOIN articles AS r USING (article_id)
WHERE m.status <> 'dead'
    AND (list_contains($stories::VARCHAR[], r.story_id) OR list_contains($alert_ids::VARCHAR[], x.alert_id))
ORDER BY m.created_at, m.message_id
"""


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


def count_sources(session: Session, article_ids: Sequence[str], stories: Sequence[str], since: datetime) -> int:
    """Count the independent sources of the alerts, fired from `since` on, that these articles tell again.

    `stories` are the articles' own. Return how many alerts have other sources than before.
    """
    return session.run(_SOURCED, {"articles": article_ids, "stories": stories, "since": since})


def told_alerts(
    session: Session,
    *,
    article_ids: Sequence[str] = (),
    stories: Sequence[str] = (),
    alert_ids: Sequence[str] = (),
    since: datetime,
) -> tuple[ToldAlert, ...]:
    """Return the alerts, fired from `since` on, of these names or that these articles tell, with what was told last."""
    params = {"articles": article_ids, "stories": stories, "alert_ids": alert_ids, "since": since}
    return tuple(map(_told, session.rows(_TOLD, params)))


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
    session.insert("follow_ups", _FOLLOW_UP, map(_row, follow_ups), "ON CONFLICT DO NOTHING")
    session.run(_REVISIONS)
    columns = {"alert_id": "VARCHAR", "noted_at": "TIMESTAMPTZ", "sources": "INTEGER", "utterance_ids": "VARCHAR[]"}
    noted = ((each.alert.alert_id, each.noted_at, each.sources, each.alert.utterance_ids) for each in follow_ups)
    session.stage("noted_now", columns, noted)
    session.run(_NOTED)


def tellings(session: Session, stories: Sequence[str], alert_ids: Sequence[str]) -> tuple[Telling, ...]:
    """Return which messages tell these alerts, or any of these stories, the oldest first; dead ones do not count."""
    rows = session.rows(_TELLINGS, {"stories": stories, "alert_ids": alert_ids})
    names = ("alert_id", "story_id", "subscriber", "is_open", "thread", "created_at")
    return tuple(Telling(**dict(zip(names, row, strict=True))) for row in rows)


def _row(follow_up: FollowUp) -> Row:
    alert = follow_up.alert
    own = (follow_up.follow_up_id, alert.alert_id, follow_up.news, follow_up.noted_at, follow_up.sources)
    return (*own, *passage_row(alert))


def _told(row: Row) -> ToldAlert:
    story_id, sources, told_sources, told_at, is_corrected, *passage = row[len(ALERT) :]
    alert = replace(alert_of(row[: len(ALERT)]), story_id=story_id)
    return ToldAlert(
        alert=reworded(alert, passage) if is_corrected else alert,
        sources=sources,
        told_sources=told_sources,
        told_at=told_at,
    )
