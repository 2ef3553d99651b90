"""Claims and their denials by others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.message_records import Contradiction
from extractors.relation_records import Assertion
from warehouse.rows import Columns
from warehouse.session import Session
from warehouse.utterances import wording_of

# Where nothing is denied on a side, there is nothing to look for on the other.
_CONTESTED = """
SELECT k.statement_id, coalesce(l.root, k.utterance_id), k.speaker, k.said_at, k.seen_at, k.sentences, s.topics,
    coalesce(s.stance = 'deny', false), coalesce(s.negated, false)
FROM utterance_keys AS k
JOIN statement_rows AS s USING (statement_id)
LEFT JOIN utterance_links AS l ON l.member = k.utterance_id
WHERE k.seen_at >= $since AND k.said_at BETWEEN $first AND $last AND len(k.sentences) > 0
    AND list_has_any(s.topics, $topics) AND ($denied OR s.negated OR s.stance = 'deny')
ORDER BY k.said_at DESC, k.statement_id
LIMIT $most
"""
_SAVED = """
INSERT INTO dispute_rows
SELECT claim, denial, min(topic), min(moment)
FROM (
    SELECT unnest($claims::VARCHAR[]) AS claim, unnest($denials::VARCHAR[]) AS denial,
        unnest($topics::VARCHAR[]) AS topic, unnest($times::TIMESTAMPTZ[]) AS moment
)
WHERE claim <> denial
GROUP BY claim, denial
ON CONFLICT DO NOTHING
"""
_CONTRADICTION = Columns(Contradiction)
_OF_ALERTS = """
WITH asked AS (
    SELECT alert_id, unnest(list_append(coalesce(utterance_ids, []), utterance_id)) AS name
    FROM alert_rows
    WHERE list_contains($1::VARCHAR[], alert_id)
),
told AS (
    SELECT DISTINCT asked.alert_id, coalesce(l.root, asked.name) AS utterance_id
    FROM asked
    LEFT JOIN utterance_links AS l ON l.member = asked.name
),
other AS (
    SELECT t.alert_id, d.denial_utterance_id AS utterance_id, true AS denies
    FROM told AS t JOIN disputes AS d ON d.claim_utterance_id = t.utterance_id
    UNION
    SELECT t.alert_id, d.claim_utterance_id, false
    FROM told AS t JOIN disputes AS d ON d.denial_utterance_id = t.utterance_id
)
SELECT o.alert_id, u.speaker, u.text, u.first_said_at, o.denies
FROM other AS o
JOIN utterances AS u USING (utterance_id)
WHERE u.speaker IS NOT NULL
ORDER BY u.first_said_at, u.utterance_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What somebody claims and another denies: nodes that are a fresh statement each, or a known utterance."""

    claim: str
    denial: str
    topic: str
    denied_at: datetime


def contested(
    session: Session, asserted: Sequence[Assertion], *, window: timedelta, since: datetime, most: int
) -> tuple[Assertion, ...]:
    """Return what may contradict these statements, or be contradicted by them: on their topics, within `window`.

    Looked for among what arrived from `since` on, the newest `most`; `said.name` is the utterance's present name.
    """
    if not asserted:
        return ()
    times = [each.said.said_at for each in asserted]
    params = {
        "topics": sorted({topic for each in asserted for topic in each.topics}),
        "denied": any(each.denies or each.negated for each in asserted),
        "first": min(times) - window,
        "last": max(times) + window,
        "since": since,
        "most": most,
    }
    return tuple(
        Assertion(
            said=wording_of(*row),
            topics=tuple(topics),
            denies=denies,
            negated=negated,
        )
        for *row, topics, denies, negated in session.rows(_CONTESTED, params)
    )


def save_disputes(session: Session, disputes: Iterable[Dispute], named: Mapping[str, str]) -> None:
    """Record claims with their denials, fresh ones under the names they are given in `named`."""
    rows = [(named.get(each.claim, each.claim), named.get(each.denial, each.denial), each) for each in disputes]
    if rows:
        claims, denials, found = zip(*rows, strict=True)
        params = {
            "claims": list(claims),
            "denials": list(denials),
            "topics": [each.topic for each in found],
            "times": [each.denied_at for each in found],
        }
        session.run(_SAVED, params)


def contradictions(session: Session, alert_ids: Sequence[str]) -> dict[str, tuple[Contradiction, ...]]:
    """Return what others say against what each alert tells, or what it denies, the earliest first."""
    found: dict[str, tuple[Contradiction, ...]] = {}
    for alert_id, *row in session.rows(_OF_ALERTS, [list(alert_ids)]):
        found[alert_id] = (*found.get(alert_id, ()), _CONTRADICTION.record(row))
    return found
