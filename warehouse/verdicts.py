"""What people thought of alerts, and what that says of rules."""

from __future__ import annotations

from alerts.message_records import Judgement
from warehouse.records import Precision
from warehouse.rows import Columns
from warehouse.session import Session

_JUDGEMENT = Columns(Judgement)
_PRECISION = Columns(Precision)

# The newest verdict of whoever judged it; an alert that is right for one and wrong for another counts as both.
_COUNTED = """
SELECT a.rule, a.scope, count(*) FILTER (v.verdict = 'right'), count(*) FILTER (v.verdict = 'wrong')
FROM (
    FROM verdicts QUALIFY row_number() OVER (PARTITION BY alert_id, subscriber ORDER BY marked_at DESC, rowid DESC) = 1
) AS v
JOIN alerts AS a USING (alert_id)
WHERE v.verdict <> 'seen'
GROUP BY a.rule, a.scope
ORDER BY a.rule, a.scope
"""


def save_judgement(session: Session, judgement: Judgement) -> None:
    """Record what somebody thought of an alert."""
    session.save("verdicts", _JUDGEMENT, [judgement])


def judgements(session: Session, alert_id: str) -> tuple[Judgement, ...]:
    """Return what was thought of an alert, the earliest first."""
    query = f"SELECT {_JUDGEMENT} FROM verdicts WHERE alert_id = $1 ORDER BY marked_at, rowid"  # noqa: S608 (our own columns)
    return session.records(_JUDGEMENT, query, [alert_id])


def precisions(session: Session) -> tuple[Precision, ...]:
    """Return how many alerts of each rule and scope were judged right and wrong."""
    return session.records(_PRECISION, _COUNTED)
