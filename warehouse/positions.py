"""Positions and shifts: what they are drawn from, the newest drawing of them, and what was last known of somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from alerts.message_records import KnownPosition
from extractors.relation_records import About, Position, Shift, Take
from warehouse.rows import Columns
from warehouse.session import Session

_POSITION = Columns(Position)
_SHIFT = Columns(Shift)
_KNOWN = Columns(KnownPosition)
_TAKE = Columns(Take, names={"at": "said_at"}, without=["denied"])

_PARTIES = "SELECT official_id, side, country FROM people"

_THESE = """(official_id, topic, coalesce(process_id, '')) IN (
    SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[])
)"""
_TAKES = f"""
SELECT {_TAKE}
FROM (
    SELECT t.* REPLACE (coalesce(l.root, t.utterance_id) AS utterance_id)
    FROM (FROM takes WHERE rowid IN (SELECT rowid FROM takes WHERE {_THESE})) AS t
    LEFT JOIN utterance_links AS l ON l.member = t.utterance_id
)
ORDER BY ALL
"""  # noqa: S608 (our own columns)
_OF_ARTICLES = """
SELECT DISTINCT official_id, topic, process_id FROM takes WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_OF_UTTERANCES = """
SELECT DISTINCT official_id, topic, process_id
FROM takes
WHERE said_at >= $since AND utterance_id IN (SELECT unnest($names::VARCHAR[]))
"""
_CLEARED = "DELETE FROM {table} WHERE {these}"

# Before the first report of what the alert is about, on the topics of that.
_BEFORE_ALERTS = """
WITH asked AS (
    SELECT al.alert_id, al.article_id, al.official_id, coalesce(l.root, al.name) AS utterance_id
    FROM (
        SELECT alert_id, article_id, official_id, unnest(list_append(coalesce(utterance_ids, []), utterance_id)) AS name
        FROM alert_rows
        WHERE list_contains($1::VARCHAR[], alert_id)
    ) AS al
    LEFT JOIN utterance_links AS l ON l.member = al.name
),
said AS (
    SELECT s.article_id, s.official_id, coalesce(l.root, s.utterance_id) AS utterance_id, s.process_id,
        unnest(s.topics) AS topic
    FROM statement_rows AS s
    LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
    WHERE s.article_id IN (SELECT article_id FROM asked)
),
told AS (
    SELECT alert_id, official_id, topic, said.process_id, min(u.first_said_at) AS first_said_at
    FROM asked
    JOIN said USING (article_id, official_id, utterance_id)
    JOIN utterances AS u USING (utterance_id)
    GROUP BY ALL
)
SELECT told.alert_id, told.topic, p.stance, max(s.said_at), arg_max(w.text, s.said_at), arg_max(w.outlet, s.said_at)
FROM told
JOIN positions AS p
    ON p.official_id = told.official_id AND p.topic = told.topic AND p.process_id IS NOT DISTINCT FROM told.process_id
JOIN takes AS s
    ON s.official_id = p.official_id AND s.stance = p.stance AND s.topic = p.topic
    AND s.process_id IS NOT DISTINCT FROM p.process_id
JOIN statement_rows AS w ON w.statement_id = s.statement_id
WHERE s.said_at BETWEEN p.since AND p.until AND s.said_at < told.first_said_at
GROUP BY told.alert_id, told.topic, told.process_id, p.stance, p.since
QUALIFY row_number() OVER (PARTITION BY told.alert_id, told.topic, told.process_id ORDER BY p.since DESC) = 1
ORDER BY told.alert_id, told.topic
"""


def undrawn(session: Session) -> frozenset[About]:
    """Return whose positions on what an older version left to be drawn."""
    return _about(session.rows("SELECT DISTINCT official_id, topic, process_id FROM stale_positions"))


def records_of_articles(session: Session, article_ids: Sequence[str]) -> frozenset[About]:
    """Return whose positions on what rest on these articles."""
    return _about(session.rows(_OF_ARTICLES, [article_ids]) if article_ids else ())


def records_of_utterances(session: Session, names: Collection[str], since: datetime) -> frozenset[About]:
    """Return whose positions on what rest on utterances, said from `since` on, by these of their names."""
    return _about(session.rows(_OF_UTTERANCES, {"names": sorted(names), "since": since}) if names else ())


def sides(session: Session) -> tuple[tuple[str, str | None, str | None], ...]:
    """Return (official, side, country) of the roster."""
    return tuple((official_id, side, country) for official_id, side, country in session.rows(_PARTIES))


def takes(session: Session, about: Collection[About]) -> tuple[Take, ...]:
    """Return what officials said on topics in negotiations, as far as it takes a side."""
    return session.records(_TAKE, _TAKES, _columns(about)) if about else ()


def save_takes(session: Session, takes: Iterable[Take]) -> None:
    """Record what positions are drawn from."""
    session.save("takes", _TAKE, takes)


def save_record(
    session: Session, about: Sequence[About], positions: Sequence[Position], shifts: Sequence[Shift]
) -> None:
    """Record positions and shifts in place of all there were of these; nothing is stale then."""
    for table in ("positions", "position_shifts"):
        session.run(_CLEARED.format(table=table, these=_THESE), _columns(about))
    rows = ((*_POSITION.row(each), each.contested_statement_id is not None) for each in positions)
    session.insert("positions", (*_POSITION.names, "contested"), rows)
    session.save("position_shifts", _SHIFT, shifts)
    session.run("DELETE FROM stale_positions", quiet=True)


def _about(rows: Iterable[Sequence[str]]) -> frozenset[About]:
    return frozenset((official_id, topic, process_id) for official_id, topic, process_id in rows)


def _columns(about: Iterable[About]) -> list[list[str]]:
    rows = [(official_id, topic, process_id or "") for official_id, topic, process_id in about]
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]


def known_before(session: Session, alert_ids: Sequence[str]) -> dict[str, tuple[KnownPosition, ...]]:
    """Return for each alert where its official last stood on its topics before what it is about, if anywhere."""
    found = session.grouped(_KNOWN, _BEFORE_ALERTS, [alert_ids])
    return {alert_id: tuple(known) for alert_id, known in found.items()}
