"""Positions and shifts: what they are drawn from, the newest drawing of them, and what was last known of somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from alerts.message_records import KnownPosition
from extractors.relation_records import Position, Shift, Take
from warehouse.rows import Columns
from warehouse.session import Session

_POSITION = Columns(Position)
_SHIFT = Columns(Shift)
_KNOWN = Columns(KnownPosition)
_TAKE = Columns(Take, names={"at": "said_at"}, without=["denied"])

_PARTIES = "SELECT DISTINCT official_id, side, country FROM officials"

_TAKES = f"""
SELECT {_TAKE}
FROM (
    SELECT t.* REPLACE (coalesce(l.root, t.utterance_id) AS utterance_id)
    FROM takes AS t
    LEFT JOIN utterance_links AS l ON l.member = t.utterance_id
)
WHERE (official_id, topic) IN (SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]))
ORDER BY ALL
"""  # noqa: S608 (our own columns)
_OF_ARTICLES = "SELECT official_id, topic FROM takes WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
_OF_UTTERANCES = """
SELECT official_id, topic FROM takes WHERE said_at >= $since AND utterance_id IN (SELECT unnest($names::VARCHAR[]))
"""
_CLEARED = "DELETE FROM {table} WHERE (official_id, topic) IN (SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]))"

# Before the first report of what the alert is about, on the topics of that.
_BEFORE_ALERTS = """
WITH told AS (
    SELECT al.alert_id, al.official_id, t.topic, min(coalesce(r.published_at, a.first_seen_at)) AS first_said_at
    FROM alerts AS al
    JOIN (
        SELECT DISTINCT article_id, official_id, utterance_id, unnest(topics) AS topic
        FROM statements
        WHERE article_id IN (SELECT article_id FROM alert_rows WHERE list_contains($1::VARCHAR[], alert_id))
    ) AS t
        ON t.article_id = al.article_id AND t.official_id = al.official_id
            AND (t.utterance_id = al.utterance_id OR list_contains(al.utterance_ids, t.utterance_id))
    JOIN statements AS r ON r.utterance_id = t.utterance_id
    JOIN articles AS a ON a.article_id = r.article_id
    WHERE list_contains($1::VARCHAR[], al.alert_id)
    GROUP BY ALL
)
SELECT told.alert_id, told.topic, p.stance, max(s.said_at)
FROM told
JOIN positions AS p USING (official_id, topic)
JOIN takes AS s ON s.official_id = p.official_id AND s.stance = p.stance AND s.topic = p.topic
WHERE s.said_at BETWEEN p.since AND p.until AND s.said_at < told.first_said_at
GROUP BY told.alert_id, told.topic, p.stance, p.since
QUALIFY row_number() OVER (PARTITION BY told.alert_id, told.topic ORDER BY p.since DESC) = 1
ORDER BY told.alert_id, told.topic
"""


def undrawn(session: Session) -> frozenset[tuple[str, str]]:
    """Return whose positions on which topics an older version left to be drawn."""
    rows = session.rows("SELECT DISTINCT official_id, topic FROM stale_positions")
    return frozenset((official_id, topic) for official_id, topic in rows)


def records_of_articles(session: Session, article_ids: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Return whose positions on which topics rest on these articles."""
    rows = session.rows(_OF_ARTICLES, [article_ids]) if article_ids else ()
    return frozenset((official_id, topic) for official_id, topic in rows)


def records_of_utterances(session: Session, names: Collection[str], since: datetime) -> frozenset[tuple[str, str]]:
    """Return whose positions on which topics rest on utterances, said from `since` on, by these of their names."""
    rows = session.rows(_OF_UTTERANCES, {"names": sorted(names), "since": since}) if names else ()
    return frozenset((official_id, topic) for official_id, topic in rows)


def sides(session: Session) -> tuple[tuple[str, str | None, str | None], ...]:
    """Return (official, side, country) of the roster."""
    return tuple((official_id, side, country) for official_id, side, country in session.rows(_PARTIES))


def takes(session: Session, about: Iterable[tuple[str, str]]) -> tuple[Take, ...]:
    """Return what officials said on topics, as far as it takes a side; `about` are pairs of both."""
    pairs = sorted(about)
    return session.records(_TAKE, _TAKES, [[name for name, _ in pairs], [topic for _, topic in pairs]]) if pairs else ()


def save_takes(session: Session, takes: Iterable[Take]) -> None:
    """Record what positions are drawn from."""
    session.save("takes", _TAKE, takes)


def save_record(
    session: Session, about: Sequence[tuple[str, str]], positions: Sequence[Position], shifts: Sequence[Shift]
) -> None:
    """Record positions and shifts in place of all there were of these officials and topics; nothing is stale then."""
    pairs = [[official_id for official_id, _ in about], [topic for _, topic in about]]
    for table in ("positions", "position_shifts"):
        session.run(_CLEARED.format(table=table), pairs)
    rows = ((*_POSITION.row(each), each.contested_statement_id is not None) for each in positions)
    session.insert("positions", (*_POSITION.names, "contested"), rows)
    session.save("position_shifts", _SHIFT, shifts)
    session.run("DELETE FROM stale_positions", quiet=True)


def known_before(session: Session, alert_ids: Sequence[str]) -> dict[str, tuple[KnownPosition, ...]]:
    """Return for each alert where its official last stood on its topics before what it is about, if anywhere."""
    found = session.grouped(_KNOWN, _BEFORE_ALERTS, [alert_ids])
    return {alert_id: tuple(known) for alert_id, known in found.items()}
