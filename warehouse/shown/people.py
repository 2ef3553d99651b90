"""Where officials stand: who they are, their positions on topics, and how these moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.shown.listing import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialLine:
    """One person of the watchlist with the office held now, if any, and how much was said."""

    official_id: str
    name: str
    country: str | None
    side: str | None
    role: str | None
    said: int
    last_said_at: datetime | None


OFFICIALS = Question(
    OfficialLine,
    # The office is the one held on a day.
    """
SELECT p.official_id, p.name, p.country, p.side, o.role, coalesce(u.said, 0) AS said, u.last_said_at
FROM people AS p
LEFT JOIN (
    SELECT official_id, arg_min(role, rowid) AS role
    FROM officials
    WHERE (role_from IS NULL OR role_from <= $today) AND (role_to IS NULL OR role_to > $today)
    GROUP BY official_id
) AS o USING (official_id)
LEFT JOIN (
    SELECT official_id, count(*) AS said, max(first_said_at) AS last_said_at FROM utterances GROUP BY official_id
) AS u USING (official_id)
WHERE $official::VARCHAR IS NULL OR p.official_id = $official
ORDER BY said DESC, p.name
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandLine:
    """One position: a stretch of one stance, with the words it was first and last stated in, and the opposite's.

    `process` is the name of the negotiation it is taken in.
    """

    official_id: str
    name: str
    side: str | None
    topic: str
    process: str | None
    stance: str
    since: datetime
    until: datetime
    times: int
    reports: int
    is_newest: bool
    contested: bool
    first_text: str
    first_article_id: str
    first_outlet: str
    last_text: str
    last_article_id: str
    last_outlet: str
    against_text: str | None
    against_speaker: str | None
    against_article_id: str | None


_STANDS = """
WITH ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY official_id, topic, process_id ORDER BY until DESC, since DESC
    ) = 1 AS is_newest
    FROM positions
    WHERE ($official::VARCHAR IS NULL OR official_id = $official) AND ($topic::VARCHAR IS NULL OR topic = $topic)
)
SELECT
    p.official_id, coalesce(o.name, p.official_id) AS name, o.side, p.topic, n.name AS process, p.stance,
    p.since, p.until, p.statements AS times, p.reports, p.is_newest, coalesce(p.contested, false) AS contested,
    first.text AS first_text, first.article_id AS first_article_id, first.outlet AS first_outlet,
    last.text AS last_text, last.article_id AS last_article_id, last.outlet AS last_outlet,
    other.text AS against_text, other.speaker AS against_speaker, other.article_id AS against_article_id
FROM ranked AS p
LEFT JOIN people AS o USING (official_id)
LEFT JOIN processes AS n USING (process_id)
JOIN statement_rows AS first ON first.statement_id = p.first_statement_id
JOIN statement_rows AS last ON last.statement_id = p.last_statement_id
LEFT JOIN statement_rows AS other ON other.statement_id = p.contested_statement_id
"""
# Every position, the newest of each topic first.
STANDS = Question(StandLine, f"{_STANDS} ORDER BY p.topic, o.name, p.until DESC, p.since DESC")
# Those that began within some time: what is new.
NEW_STANDS = Question(
    StandLine,
    f"""
{_STANDS}
WHERE p.since >= $since AND p.since < $until AND p.is_newest
ORDER BY p.since DESC, o.name, p.topic
LIMIT $most
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLine:
    """One shift in a negotiation: the last words of the stance before, and the first of the stance after."""

    official_id: str
    name: str
    side: str | None
    topic: str
    process: str | None
    from_stance: str
    to_stance: str
    shifted_at: datetime
    contested: bool
    before_text: str
    before_at: datetime
    before_article_id: str
    before_outlet: str
    after_text: str
    after_at: datetime
    after_article_id: str
    after_outlet: str


MOVES = Question(
    MoveLine,
    """
SELECT
    m.official_id, coalesce(o.name, m.official_id) AS name, o.side, m.topic, n.name AS process,
    m.from_stance, m.to_stance, m.shifted_at,
    coalesce(m.contested, false) AS contested,
    before.text AS before_text, coalesce(before.published_at, b.first_seen_at) AS before_at,
    before.article_id AS before_article_id, before.outlet AS before_outlet,
    after.text AS after_text, coalesce(after.published_at, a.first_seen_at) AS after_at,
    after.article_id AS after_article_id, after.outlet AS after_outlet
FROM position_shifts AS m
LEFT JOIN people AS o USING (official_id)
LEFT JOIN processes AS n USING (process_id)
JOIN statement_rows AS before ON before.statement_id = m.before_statement_id
JOIN statement_rows AS after ON after.statement_id = m.after_statement_id
JOIN article_rows AS b ON b.article_id = before.article_id
JOIN article_rows AS a ON a.article_id = after.article_id
WHERE ($official::VARCHAR IS NULL OR m.official_id = $official)
    AND ($topic::VARCHAR IS NULL OR m.topic = $topic)
    AND ($since::TIMESTAMPTZ IS NULL OR m.shifted_at >= $since)
    AND ($until::TIMESTAMPTZ IS NULL OR m.shifted_at < $until)
ORDER BY m.shifted_at DESC, o.name, m.topic
LIMIT $most
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLine:
    """A claim and its denial by another, each in the fullest words that report it."""

    topic: str
    process: str | None
    denied_at: datetime
    claimed_at: datetime
    claim_utterance_id: str
    claimed_by: str | None
    claimed_by_id: str | None
    claim_text: str
    denial_utterance_id: str
    denied_by: str | None
    denied_by_id: str | None
    denial_text: str


DISPUTES = Question(
    DisputeLine,
    """
SELECT
    p.topic, n.name AS process, p.denied_at, c.first_said_at AS claimed_at,
    c.utterance_id AS claim_utterance_id, c.speaker AS claimed_by, c.official_id AS claimed_by_id, c.text AS claim_text,
    d.utterance_id AS denial_utterance_id, d.speaker AS denied_by, d.official_id AS denied_by_id, d.text AS denial_text
FROM disputes AS p
JOIN utterances AS c ON c.utterance_id = p.claim_utterance_id
JOIN utterances AS d ON d.utterance_id = p.denial_utterance_id
LEFT JOIN processes AS n ON n.process_id = p.process_id
WHERE ($topic::VARCHAR IS NULL OR p.topic = $topic)
    AND ($since::TIMESTAMPTZ IS NULL OR p.denied_at >= $since)
    AND ($until::TIMESTAMPTZ IS NULL OR p.denied_at < $until)
ORDER BY p.denied_at DESC, denial_utterance_id
LIMIT $most
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """One topic, with how many officials take a side on it, in which negotiations, and how much they have said."""

    topic: str
    processes: tuple[str, ...]
    officials: int
    said: int
    shifts: int
    last_said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicName:
    """One topic on which officials take sides."""

    topic: str


TOPIC_NAMES = Question(TopicName, "SELECT topic FROM takes GROUP BY topic ORDER BY count(*) DESC, topic")
TOPICS = Question(
    TopicLine,
    """
SELECT
    t.topic, coalesce(list(DISTINCT n.name ORDER BY n.name) FILTER (n.name IS NOT NULL), []) AS processes,
    count(DISTINCT t.official_id) AS officials, count(DISTINCT t.utterance_id) AS said,
    coalesce(any_value(m.shifts), 0) AS shifts, max(t.said_at) AS last_said_at
FROM takes AS t
LEFT JOIN processes AS n USING (process_id)
LEFT JOIN (SELECT topic, count(*) AS shifts FROM position_shifts GROUP BY topic) AS m USING (topic)
GROUP BY t.topic
ORDER BY said DESC, t.topic
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeLine:
    """How much officials of one side said on a topic within a day, and on a usual one of the four weeks before."""

    topic: str
    side: str
    said: int
    usual: float


VOLUME = Question(
    VolumeLine,
    """
SELECT
    t.topic, coalesce(o.side, 'other') AS side,
    count(DISTINCT t.utterance_id) FILTER (t.said_at >= $begins) AS said,
    count(DISTINCT t.utterance_id) FILTER (t.said_at < $begins) / 28 AS usual
FROM takes AS t
LEFT JOIN people AS o USING (official_id)
WHERE t.said_at >= $since AND t.said_at < $ends
GROUP BY ALL
ORDER BY said DESC, t.topic, side
""",
)
