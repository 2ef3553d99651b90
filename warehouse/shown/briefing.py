"""What has come since some time, for a briefing: by when it arrived here, which is what makes it new to a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.rows import Columns
from warehouse.session import Session
from warehouse.shown.listing import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingRow:
    """Something new: a changed stance, a denial, a new position, what was said; with what stood before or against it.

    `words` are a statement's, verbatim; `before` are those of the stance before, or of the claim that is denied by
    `official`, claimed by `before_by`.
    """

    topic: str
    process: str | None
    official: str | None
    stance: str | None
    words: str
    outlet: str
    said_at: datetime
    url: str
    sources: int
    before_stance: str | None
    before_by: str | None
    before: str | None
    before_outlet: str | None
    before_at: datetime | None
    before_url: str | None


# An archive that is read in is not news, however lately it came.
_FRESH = "a.first_seen_at >= $since AND a.first_seen_at < $until AND said_at >= $since::TIMESTAMPTZ - INTERVAL 2 DAY"
_NOTHING_BEFORE = """
    NULL AS before_stance, NULL AS before_by, NULL AS before, NULL AS before_outlet, NULL::TIMESTAMPTZ AS before_at,
    NULL AS before_url"""
_SAID_AT = "coalesce(s.published_at, a.first_seen_at) AS said_at"

CHANGES = Question(
    BriefingRow,
    f"""
SELECT m.topic, n.name AS process, coalesce(o.name, m.official_id) AS official, m.to_stance AS stance, s.text AS words,
    a.outlet, {_SAID_AT}, a.url, coalesce(u.independent_sources, 1) AS sources, m.from_stance AS before_stance,
    NULL AS before_by, b.text AS before, b.outlet AS before_outlet,
    coalesce(b.published_at, c.first_seen_at) AS before_at, c.url AS before_url
FROM position_shifts AS m
LEFT JOIN people AS o USING (official_id)
LEFT JOIN processes AS n USING (process_id)
JOIN statements AS s ON s.statement_id = m.after_statement_id
JOIN article_rows AS a ON a.article_id = s.article_id
LEFT JOIN utterances AS u ON u.utterance_id = s.utterance_id
JOIN statement_rows AS b ON b.statement_id = m.before_statement_id
JOIN article_rows AS c ON c.article_id = b.article_id
WHERE {_FRESH}
ORDER BY sources DESC, m.shifted_at DESC, official
LIMIT $most
""",  # noqa: S608 (our own words)
)

# A claim and its denial are news when the second of them has come.
DENIALS = Question(
    BriefingRow,
    f"""
WITH arrived AS (
    SELECT s.utterance_id, min(r.first_seen_at) AS first_seen_at
    FROM statements AS s
    JOIN article_rows AS r USING (article_id)
    WHERE s.utterance_id IN (
        SELECT unnest([claim_utterance_id, denial_utterance_id])
        FROM disputes
        WHERE denied_at >= $since::TIMESTAMPTZ - INTERVAL 2 DAY
    )
    GROUP BY ALL
)
SELECT p.topic, n.name AS process, d.speaker AS official, 'deny' AS stance, d.text AS words, a.outlet, {_SAID_AT},
    a.url, d.independent_sources AS sources, NULL AS before_stance, c.speaker AS before_by, c.text AS before,
    e.outlet AS before_outlet, c.first_said_at AS before_at, e.url AS before_url
FROM disputes AS p
LEFT JOIN processes AS n ON n.process_id = p.process_id
JOIN utterances AS d ON d.utterance_id = p.denial_utterance_id
JOIN statement_rows AS s ON s.statement_id = d.statement_id
JOIN article_rows AS a ON a.article_id = s.article_id
JOIN utterances AS c ON c.utterance_id = p.claim_utterance_id
JOIN statement_rows AS t ON t.statement_id = c.statement_id
JOIN article_rows AS e ON e.article_id = t.article_id
JOIN arrived AS x ON x.utterance_id = p.denial_utterance_id
JOIN arrived AS y ON y.utterance_id = p.claim_utterance_id
WHERE greatest(x.first_seen_at, y.first_seen_at) >= $since AND greatest(x.first_seen_at, y.first_seen_at) < $until
ORDER BY sources DESC, p.denied_at DESC, p.denial_utterance_id
LIMIT $most
""",  # noqa: S608 (our own words)
)

# What is a change is told as one.
POSITIONS = Question(
    BriefingRow,
    f"""
SELECT p.topic, n.name AS process, coalesce(o.name, p.official_id) AS official, p.stance, s.text AS words, a.outlet,
    {_SAID_AT}, a.url, coalesce(u.independent_sources, 1) AS sources, {_NOTHING_BEFORE}
FROM positions AS p
LEFT JOIN people AS o USING (official_id)
LEFT JOIN processes AS n USING (process_id)
JOIN statements AS s ON s.statement_id = p.first_statement_id
JOIN article_rows AS a ON a.article_id = s.article_id
LEFT JOIN utterances AS u ON u.utterance_id = s.utterance_id
WHERE {_FRESH} AND p.first_statement_id NOT IN (SELECT after_statement_id FROM position_shifts)
ORDER BY sources DESC, p.since DESC, official
LIMIT $most
""",  # noqa: S608 (our own words)
)

REPORTED = Question(
    BriefingRow,
    f"""
SELECT s.topics[1] AS topic, n.name AS process, u.speaker AS official, s.stance, u.text AS words, a.outlet, {_SAID_AT},
    a.url, u.independent_sources AS sources, {_NOTHING_BEFORE}
FROM utterances AS u
JOIN statement_rows AS s ON s.statement_id = u.statement_id
JOIN article_rows AS a ON a.article_id = s.article_id
LEFT JOIN processes AS n ON n.process_id = s.process_id
WHERE u.first_said_at >= $since::TIMESTAMPTZ - INTERVAL 2 DAY AND u.official_id IS NOT NULL AND len(s.topics) > 0
    AND (
        SELECT min(r.first_seen_at) FROM statements AS t JOIN article_rows AS r USING (article_id)
        WHERE t.utterance_id = u.utterance_id
    ) BETWEEN $since AND $until
ORDER BY sources DESC, u.outlets DESC, u.first_said_at DESC, u.utterance_id
LIMIT $most
""",  # noqa: S608 (our own words)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was read between two times, and what was not: feeds that fail or failed, pages nobody could read."""

    articles: int
    outlets: int
    feeds: int
    unread_pages: int
    failing: tuple[str, ...]
    missed: tuple[str, ...]


_COLLECTED = Columns(Collected)
_COVERAGE = f"""
SELECT {_COLLECTED}
FROM (
    SELECT
        (SELECT count(*) FROM article_rows WHERE first_seen_at >= $since AND first_seen_at < $until) AS articles,
        (
            SELECT count(DISTINCT outlet) FROM article_rows WHERE first_seen_at >= $since AND first_seen_at < $until
        ) AS outlets,
        (SELECT count(*) FROM feeds WHERE state <> 'unwatched') AS feeds,
        (
            SELECT count(*) FROM entries WHERE state = 'failed' AND seen_at >= $since AND seen_at < $until
        ) AS unread_pages,
        coalesce((SELECT list(DISTINCT outlet ORDER BY outlet) FROM feeds WHERE state IN ('failing', 'gone')), [])
            AS failing,
        coalesce((
            SELECT list(DISTINCT f.outlet ORDER BY f.outlet)
            FROM feed_gaps AS g
            JOIN feeds AS f USING (feed_id)
            WHERE g.ended_at >= $since AND g.began_at < $until AND f.state NOT IN ('failing', 'gone', 'unwatched')
        ), []) AS missed
)
"""  # noqa: S608 (our own columns)


def collected(session: Session, since: datetime, until: datetime) -> Collected:
    """Return what was read between two times, and what was not."""
    return _COLLECTED.record(session.rows(_COVERAGE, {"since": since, "until": until})[0])


def addresses(session: Session, article_ids: list[str]) -> dict[str, str]:
    """Return the address of each of these articles."""
    sql = "SELECT article_id, url FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
    return dict(session.rows(sql, [article_ids])) if article_ids else {}


def last_briefed_at(session: Session, subscriber: str, besides: str) -> datetime | None:
    """Return when a subscriber was sent a briefing last, but for one message; None who never was."""
    sql = """
SELECT max(sent_at)
FROM messages
WHERE subscriber = $1 AND held_by = 'briefing' AND status = 'sent' AND message_id <> $2
"""
    last: datetime | None = session.rows(sql, [subscriber, besides])[0][0]
    return last
