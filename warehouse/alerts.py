"""Decisions and the alert log: recording them, and what deciding and a reader want to know of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.message_records import HeldBy, Notice, Status
from alerts.records import Alert, Decision, Evidence, PastAlert, Place, Reason, Scope, Severity
from extractors.records import Span
from warehouse.records import Delivery, LoggedAlert
from warehouse.session import Params, Row, Session

_ALERT = (
    *("alert_id", "rule", "rule_version", "article_id", "story_id", "fired_at", "severity", "keyword"),
    *("official_id", "official", "scope", "place", "excerpt", "excerpt_start_char", "excerpt_end_char"),
    *("reason", "evidence", "utterance_id"),
)
_STORY = len(_ALERT) + 5
_DECISION = ("rule", "article_id", "official_id", "decided_at", "reason", "alert_id")

# The same rule, article and official make one alert, however often it is decided.
_ONCE = "ON CONFLICT (alert_id) DO NOTHING"

_REVISIONS = """
UPDATE alerts SET revision = articles.revision
FROM articles
WHERE alerts.article_id = articles.article_id AND alert_id IN (SELECT unnest($1::VARCHAR[])) AND alerts.revision IS NULL
"""

_PAST = """
SELECT rule, article_id, official_id, story_id, fired_at, utterance_id
FROM alerts
WHERE ($rules::VARCHAR[] IS NULL OR list_contains($rules::VARCHAR[], rule))
    AND (fired_at >= $since OR article_id IN (SELECT unnest($article_ids::VARCHAR[])))
ORDER BY fired_at, alert_id
"""

# The office is the one held when the article was published; the newest where someone holds two.
_NOTICE = """
SELECT a.alert_id, a.rule, a.rule_version, a.article_id, a.story_id, a.fired_at, a.severity, a.keyword,
    a.official_id, a.official, a.scope, a.place, a.excerpt, a.excerpt_start_char, a.excerpt_end_char,
    a.reason, a.evidence, a.utterance_id,
    r.title, r.url, r.outlet, f.country, r.published_at, r.story_id,
    (
        SELECT arg_max(o.role, coalesce(o.role_from, DATE '0001-01-01'))
        FROM officials AS o
        WHERE o.official_id = a.official_id
            AND (o.role_from IS NULL OR o.role_from <= coalesce(r.published_at, r.first_seen_at)::DATE)
            AND (o.role_to IS NULL OR o.role_to > coalesce(r.published_at, r.first_seen_at)::DATE)
    ),
    (SELECT min(o.side) FROM officials AS o WHERE o.official_id = a.official_id),
    (
        SELECT arg_min(t.cue, t.start_char)
        FROM statements AS t
        WHERE t.article_id = a.article_id AND t.utterance_id = a.utterance_id
    )
FROM alerts AS a
JOIN articles AS r USING (article_id)
LEFT JOIN feeds AS f USING (feed_id)
"""
_OF_MESSAGE = " JOIN message_alerts AS m USING (alert_id) WHERE m.message_id = $1 ORDER BY m.position"
_OF_LOG = """
WHERE ($rule::VARCHAR IS NULL OR a.rule = $rule) AND ($since::TIMESTAMPTZ IS NULL OR a.fired_at >= $since)
ORDER BY a.fired_at DESC, a.alert_id
LIMIT $limit
"""
_OF_NAME = "WHERE starts_with(a.alert_id, $1) ORDER BY a.fired_at DESC, a.alert_id LIMIT 10"

# A constant list is looked for before the view counts; a join would count every story first, 20 times as slow.
_SOURCES = """
SELECT story_id, independent_sources FROM stories WHERE list_contains($1::VARCHAR[], story_id)
"""

_DELIVERIES = """
SELECT alert_id, message_id, subscriber, channel, status, held_by, attempts, last_error, due_at, sent_at
FROM deliveries
WHERE alert_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY subscriber, due_at
"""


def past_alerts(
    session: Session, *, since: datetime, article_ids: Sequence[str] = (), rules: Sequence[str] | None = None
) -> tuple[PastAlert, ...]:
    """Return the alerts fired from `since` on, and those on `article_ids` whenever they fired, oldest first.

    `rules` names the rules whose alerts are wanted, None all.
    """
    params = {"since": since, "article_ids": article_ids, "rules": rules}
    rows = session.rows(_PAST, params)
    names = ("rule", "article_id", "official_id", "story_id", "fired_at", "utterance_id")
    return tuple(PastAlert(**dict(zip(names, row, strict=True))) for row in rows)


def save_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Record decisions, and the alerts of those that fired."""
    rows = (
        (each.rule, each.article_id, each.official_id, each.decided_at, each.reason, each.alert and each.alert.alert_id)
        for each in decisions
    )
    session.insert("decisions", _DECISION, rows)
    alerts = [each.alert for each in decisions if each.alert]
    session.insert("alerts", _ALERT, map(_alert_row, alerts), _ONCE)
    session.run(_REVISIONS, [[alert.alert_id for alert in alerts]])


def list_alerts(
    session: Session, *, limit: int, rule: str | None = None, since: datetime | None = None
) -> tuple[LoggedAlert, ...]:
    """Return the newest alerts, newest first."""
    params = {"rule": rule, "since": since, "limit": limit}
    return _logged(session, _notices(session, _OF_LOG, params))


def alert(session: Session, alert_id_prefix: str) -> tuple[LoggedAlert, ...]:
    """Return the alerts whose id starts so: one, none, or up to ten when the beginning is too short."""
    return _logged(session, _notices(session, _OF_NAME, [alert_id_prefix]))


def notices_of(session: Session, message_id: str) -> tuple[Notice, ...]:
    """Return what a message tells, in its order."""
    return _notices(session, _OF_MESSAGE, [message_id])


def _notices(session: Session, which: str, params: Params) -> tuple[Notice, ...]:
    rows = session.rows(_NOTICE + which, params)
    sources = {row[0]: row[1] for row in session.rows(_SOURCES, [[row[_STORY] for row in rows]])}
    return tuple(_notice(row, sources[row[_STORY]]) for row in rows)


def _logged(session: Session, notices: Sequence[Notice]) -> tuple[LoggedAlert, ...]:
    rows = session.rows(_DELIVERIES, [[notice.alert.alert_id for notice in notices]])
    return tuple(
        LoggedAlert(
            notice=notice,
            deliveries=tuple(_delivery(row[1:]) for row in rows if row[0] == notice.alert.alert_id),
        )
        for notice in notices
    )


def _alert_row(alert: Alert) -> Row:
    evidence = [
        {
            "what": each.what,
            "place": each.place,
            "surface": each.surface,
            "start_char": each.span.start,
            "end_char": each.span.end,
            "ref": each.ref,
        }
        for each in alert.evidence
    ]
    return (
        *(alert.alert_id, alert.rule, alert.rule_version, alert.article_id, alert.story_id, alert.fired_at),
        *(alert.severity, alert.keyword, alert.official_id, alert.official, alert.scope, alert.place),
        *(alert.excerpt, alert.excerpt_span.start, alert.excerpt_span.end, alert.reason, evidence),
        alert.utterance_id,
    )


def _alert(row: Row) -> Alert:
    alert_id, rule, rule_version, article_id, story_id, fired_at, severity, keyword, *rest = row
    official_id, official, scope, place, excerpt, start, end, reason, evidence, utterance_id = rest
    return Alert(
        alert_id=alert_id,
        rule=rule,
        rule_version=rule_version,
        article_id=article_id,
        story_id=story_id,
        fired_at=fired_at,
        severity=Severity(severity),
        keyword=keyword,
        official_id=official_id,
        official=official,
        scope=Scope(scope),
        place=Place(place),
        excerpt=excerpt,
        excerpt_span=Span(start, end),
        reason=Reason(reason),
        evidence=tuple(map(_evidence, evidence)),
        utterance_id=utterance_id,
    )


def _evidence(stored: dict[str, object]) -> Evidence:
    what, place, surface, start, end, ref = stored.values()
    return Evidence(
        what=str(what),
        place=Place(str(place)),
        span=Span(int(str(start)), int(str(end))),
        surface=str(surface),
        ref=None if ref is None else str(ref),
    )


def _notice(row: Row, sources: int) -> Notice:
    title, url, outlet, country, published_at, _, role, side, cue = row[len(_ALERT) :]
    return Notice(
        alert=_alert(row[: len(_ALERT)]),
        title=title,
        url=url,
        outlet=outlet,
        country=country,
        published_at=published_at,
        official_role=role,
        official_side=side,
        sources=sources,
        cue=cue,
    )


def _delivery(row: Row) -> Delivery:
    message_id, subscriber, channel, status, held_by, attempts, last_error, due_at, sent_at = row
    return Delivery(
        message_id=message_id,
        subscriber=subscriber,
        channel=channel,
        status=Status(status),
        held_by=HeldBy(held_by) if held_by else None,
        attempts=attempts,
        last_error=last_error,
        due_at=due_at,
        sent_at=sent_at,
    )
