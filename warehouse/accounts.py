"""What accounts for a decision: the article meant, what was decided about it, and the sources of its story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.records import Reason
from warehouse.session import Session

_NAMED = """
SELECT article_id FROM articles WHERE starts_with(article_id, $1) OR url = $1 ORDER BY url <> $1, article_id LIMIT 10
"""
_REVISIONS = """
SELECT coalesce(l.revision, a.revision), a.revision
FROM alerts AS l
JOIN articles AS a USING (article_id)
WHERE alert_id = $1
"""
_DECISIONS = """
SELECT d.official_id, d.decided_at, d.reason, d.alert_id, o.name
FROM decisions AS d
LEFT JOIN people AS o USING (official_id)
WHERE rule = $1 AND article_id = $2
QUALIFY row_number() OVER (PARTITION BY d.official_id ORDER BY d.decided_at DESC, d.rowid DESC) = 1
ORDER BY d.official_id
"""
# A story is named by its first article, and links lead to it from the others: no look at all articles is needed.
_SOURCES = """
WITH own AS (SELECT coalesce((SELECT root FROM story_links WHERE member = $1), $1) AS story_id)
SELECT coalesce(source, outlet), list(DISTINCT outlet ORDER BY outlet), count(*)
FROM article_rows
WHERE article_id IN (
    SELECT story_id FROM own UNION ALL SELECT member FROM story_links WHERE root = (SELECT story_id FROM own)
)
GROUP BY ALL
ORDER BY min(first_seen_at), 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The last decision about an article and an official under one rule."""

    official_id: str
    official: str
    decided_at: datetime
    reason: Reason
    alert_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A root that articles of a story go back to, and the outlets that have it from there."""

    root: str
    outlets: tuple[str, ...]
    articles: int


def articles_named(session: Session, text: str) -> tuple[str, ...]:
    """Return the articles of this address, or whose id begins so: up to ten."""
    return tuple(row[0] for row in session.rows(_NAMED, [text]))


def alert_revisions(session: Session, alert_id: str) -> tuple[int, int]:
    """Return the revision of its article that an alert is about, and the newest there is."""
    row = session.row(_REVISIONS, [alert_id])
    return (row[0], row[1]) if row else (1, 1)


def last_decisions(session: Session, rule: str, article_id: str) -> tuple[Decided, ...]:
    """Return what was last decided about an article under a rule, an official each."""
    return tuple(
        Decided(
            official_id=official_id,
            official=name or official_id,
            decided_at=at,
            reason=Reason(reason),
            alert_id=alert_id,
        )
        for official_id, at, reason, alert_id, name in session.rows(_DECISIONS, [rule, article_id])
    )


def sources_of(session: Session, article_id: str) -> tuple[Source, ...]:
    """Return the independent sources of an article's story, the first to tell it first."""
    rows = session.rows(_SOURCES, [article_id])
    return tuple(Source(root=root, outlets=tuple(outlets), articles=count) for root, outlets, count in rows)
