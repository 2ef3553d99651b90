"""What an official said on a topic and besides, and how well the feeds were listened to that carried it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.records import HeardReport, Listening
from extractors.records import Span
from warehouse.rows import Columns
from warehouse.session import Session

_OFTEN = """
SELECT official_id, topic
FROM (
    SELECT s.official_id, unnest(s.topics) AS topic, u.first_said_at
    FROM utterances AS u
    JOIN statements AS s USING (utterance_id)
    WHERE u.first_said_at BETWEEN $since AND $now AND list_contains($officials::VARCHAR[], s.official_id)
        AND (len($processes::VARCHAR[]) = 0 OR list_contains($processes, s.process_id))
)
WHERE list_contains($topics::VARCHAR[], topic)
GROUP BY ALL
HAVING count(DISTINCT date_trunc('day', first_said_at)) >= $days
ORDER BY ALL
"""

# What several say as one has the names of all as its speaker.
_SAID = """
SELECT s.utterance_id, s.article_id, a.feed_id, u.first_said_at AS said_at, a.first_seen_at AS seen_at,
    list_contains(s.topics, $topic)
        AND (len($processes::VARCHAR[]) = 0 OR coalesce(list_contains($processes, s.process_id), FALSE)) AS is_on,
    a.text, s.cue_start_char, s.cue_end_char, s.spans
FROM utterances AS u
JOIN statements AS s USING (utterance_id)
JOIN article_rows AS a ON a.article_id = s.article_id
WHERE u.first_said_at BETWEEN $since AND $now
    AND (s.official_id = $official OR contains(s.speaker, (SELECT name FROM people WHERE official_id = $official)))
ORDER BY u.first_said_at, a.first_seen_at, s.statement_id
"""

_BROUGHT = """
SELECT DISTINCT feed_id, date_trunc('hour', first_seen_at)
FROM article_rows
WHERE list_contains($feeds::VARCHAR[], feed_id) AND first_seen_at BETWEEN $since AND $now
"""
_GAPS = """
SELECT feed_id, began_at, ended_at
FROM feed_gaps
WHERE list_contains($feeds::VARCHAR[], feed_id) AND ended_at >= $since
UNION ALL
SELECT feed_id, began_at, NULL
FROM (
    SELECT feed_id, max_every_seconds,
        CASE WHEN consecutive_failures > 0 THEN coalesce(failing_since, last_polled_at) ELSE last_polled_at END
            AS began_at
    FROM feeds
    WHERE list_contains($feeds::VARCHAR[], feed_id)
)
WHERE $now - began_at > to_seconds(greatest(3600, 2 * max_every_seconds))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWords:
    """A report of something said, with what tells whether it only recalls that: the text, and where its cue stands."""

    heard: HeardReport
    text: str
    cue_span: Span | None
    spans: tuple[Span, ...]


_WORDS = Columns(HeardWords)


def speaking_often(
    session: Session,
    *,
    officials: Sequence[str],
    topics: Sequence[str],
    processes: Sequence[str],
    since: datetime,
    now: datetime,
    days: int,
) -> tuple[tuple[str, str], ...]:
    """Return (official, topic) where one of these was heard on it on so many days."""
    values = {
        "officials": officials,
        "topics": topics,
        "processes": processes,
        "since": since,
        "now": now,
        "days": days,
    }
    return tuple((official_id, topic) for official_id, topic in session.rows(_OFTEN, values))


def words_of_one(
    session: Session, official_id: str, topic: str, *, processes: Sequence[str], since: datetime, now: datetime
) -> tuple[HeardWords, ...]:
    """Return all that an official was heard saying between two times, on a topic (in these negotiations) or besides."""
    values = {"official": official_id, "topic": topic, "processes": processes, "since": since, "now": now}
    # Its own order holds: the outer query sorts nothing and joins nothing.
    return session.records(_WORDS, f"SELECT {_WORDS} FROM ({_SAID})", values)  # noqa: S608 (our own columns)


def listening(session: Session, feeds: Sequence[str], since: datetime, now: datetime) -> tuple[Listening, ...]:
    """Return how well these feeds were listened to from one time to another."""
    values = {"feeds": feeds, "since": since, "now": now}
    brought: defaultdict[str, list[datetime]] = defaultdict(list)
    gaps: defaultdict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for feed_id, at in session.rows(_BROUGHT, values):
        # An hour counts by its end: a feed that brought something in it was well then.
        brought[feed_id].append(min(at + timedelta(hours=1), now))
    for feed_id, began_at, ended_at in session.rows(_GAPS, values):
        gaps[feed_id].append((began_at, ended_at))
    return tuple(
        Listening(feed_id=name, gaps=tuple(gaps[name]), brought_at=tuple(sorted(brought[name])))
        for name in sorted(feeds)
    )
