"""What people thought of alerts, and what that says of rules."""

from __future__ import annotations

from alerts.message_records import Judgement
from warehouse.records import FoundRight, Precision
from warehouse.rows import Columns
from warehouse.session import Session

_JUDGEMENT = Columns(Judgement)
_PRECISION = Columns(Precision)
_FOUND_RIGHT = Columns(FoundRight)

# Of the view alerts all would be put together before one is picked.
# The newest verdict of whoever judged it; an alert that is right for one and wrong for another counts as both.
_COUNTED = """
SELECT a.rule, a.scope, count(*) FILTER (v.verdict = 'right'), count(*) FILTER (v.verdict = 'wrong')
FROM (
    FROM verdicts QUALIFY row_number() OVER (PARTITION BY alert_id, subscriber ORDER BY marked_at DESC, rowid DESC) = 1
) AS v
JOIN alert_rows AS a USING (alert_id)
WHERE v.verdict <> 'seen'
GROUP BY a.rule, a.scope
ORDER BY a.rule, a.scope
"""

# What a correction took from somebody was wrong, and what it gave him is right.
_ABOUT = """
WITH judged AS (
    FROM verdicts
    QUALIFY row_number() OVER (PARTITION BY alert_id, subscriber ORDER BY marked_at DESC, rowid DESC) = 1
),
told AS (
    SELECT a.official_id, v.verdict, (
        SELECT list_distinct(flatten(list(s.topics)))
        FROM statements AS s
        WHERE s.article_id = a.article_id AND s.utterance_id = a.utterance_id
    ) AS topics
    FROM judged AS v
    JOIN (
        SELECT r.alert_id, r.official_id, r.article_id, coalesce(l.root, r.utterance_id) AS utterance_id
        FROM alert_rows AS r
        LEFT JOIN utterance_links AS l ON l.member = r.utterance_id
    ) AS a USING (alert_id)
    WHERE v.verdict <> 'seen'
),
about AS (
    SELECT 'speaker' AS kind, official_id AS name, verdict FROM told
    UNION ALL
    SELECT 'topic', unnest(topics), verdict FROM told
    UNION ALL
    SELECT field, was, 'wrong' FROM corrections WHERE undone_at IS NULL AND field IN ('speaker', 'topic')
    UNION ALL
    SELECT field, is_now, 'right' FROM corrections WHERE undone_at IS NULL AND field IN ('speaker', 'topic')
    UNION ALL
    SELECT 'speaker', was, 'wrong' FROM corrections WHERE undone_at IS NULL AND field = 'drop'
)
SELECT kind, name, count(*) FILTER (verdict = 'right'), count(*) FILTER (verdict = 'wrong')
FROM about
WHERE name IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""


def save_judgement(session: Session, judgement: Judgement) -> None:
    """Record what somebody thought of an alert."""
    session.save("verdicts", _JUDGEMENT, [judgement])


def judgements(session: Session, alert_id: str) -> tuple[Judgement, ...]:
    """Return what was thought of an alert, the earliest first."""
    query = f"SELECT {_JUDGEMENT} FROM verdicts WHERE alert_id = $1 ORDER BY marked_at, rowid"  # noqa: S608 (our own columns)
    return session.records(_JUDGEMENT, query, [alert_id])


def is_there(session: Session, alert_id: str) -> bool:
    """Tell whether there is such an alert to judge."""
    return session.row("SELECT 1 FROM alert_rows WHERE alert_id = $1", [alert_id]) is not None


def precisions(session: Session) -> tuple[Precision, ...]:
    """Return how many alerts of each rule and scope were judged right and wrong."""
    return session.records(_PRECISION, _COUNTED)


def found_right(session: Session) -> tuple[FoundRight, ...]:
    """Return how often people found what was read right and wrong, by speaker and topic: verdicts and corrections."""
    return session.records(_FOUND_RIGHT, _ABOUT)
