"""Events: what articles on one happening are found by, which articles tell of it, and how many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.relation_records import Happening
from warehouse.links import link, members_of, roots
from warehouse.rows import Columns
from warehouse.session import Session

# Articles on one happening are mostly tied to one another, so the nearest few lead to all.
NEAREST = 50

_HAPPENING = Columns(Happening, without=["title", "language"])

_NEAR = """
WITH fresh AS (
    SELECT article_id, told_at, unnest(headline) AS key
    FROM (
        SELECT unnest($article_ids::VARCHAR[]) AS article_id, unnest($told_at::TIMESTAMPTZ[]) AS told_at,
            unnest($headlines::BIGINT[][]) AS headline
    )
),
near AS (
    SELECT article_id, told_at, unnest(headline) AS key
    FROM event_keys
    WHERE told_at BETWEEN $first AND $last AND seen_at >= $since
        AND article_id NOT IN (SELECT unnest($article_ids::VARCHAR[]))
)
SELECT f.article_id, near.article_id
FROM fresh AS f
JOIN near USING (key)
WHERE abs(epoch(f.told_at) - epoch(near.told_at)) <= $window
GROUP BY f.article_id, near.article_id
HAVING count(*) >= $fewest
QUALIFY row_number() OVER (PARTITION BY f.article_id ORDER BY count(*) DESC, near.article_id) <= $nearest
ORDER BY ALL
"""
_KNOWN = f"""
SELECT r.title, r.language, {_HAPPENING.of("k")}
FROM event_keys AS k
JOIN article_rows AS r USING (article_id)
WHERE k.article_id IN (SELECT unnest($1::VARCHAR[]))
"""  # noqa: S608 (our own columns)
_EVENTS = """
SELECT r.article_id, coalesce(e.root, r.article_id) AS event_id, first.first_seen_at
FROM article_rows AS r
LEFT JOIN event_links AS e ON e.member = r.article_id
JOIN article_rows AS first ON first.article_id = coalesce(e.root, r.article_id)
WHERE r.article_id IN (SELECT unnest($1::VARCHAR[]))
"""

_COUNTED = f"""
INSERT INTO events BY NAME
WITH named AS ({members_of("event_links")})
SELECT
    named.root AS event_id,
    arg_min(r.title, {{'at': r.first_seen_at, 'article_id': r.article_id}}) AS title,
    min(r.first_seen_at) AS first_seen_at,
    max(r.first_seen_at) AS last_seen_at,
    count(*) AS articles,
    len(list_distinct(list(coalesce(k.root, r.article_id)))) AS stories,
    len(list_distinct(list(r.outlet))) AS outlets,
    len(list_distinct(list(coalesce(r.source, r.outlet)))) AS independent_sources,
    mode(r.process_id) AS process_id
FROM named
JOIN article_rows AS r ON r.article_id = named.member
LEFT JOIN story_links AS k ON k.member = r.article_id
GROUP BY named.root
"""  # noqa: S608 (our own text)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMember:
    """An article that is stored as one of an event's, and when the event's first article arrived."""

    event_id: str
    since: datetime


def near(
    session: Session, fresh: Sequence[Happening], *, window: timedelta, since: datetime, fewest: int
) -> list[tuple[str, str]]:
    """Return pairs of articles whose headlines have at least `fewest` keys in common, the first of each being fresh.

    They are looked for among what arrived from `since` on and was told within `window`.
    """
    times = [each.told_at for each in fresh]
    params = {
        "article_ids": [each.article_id for each in fresh],
        "told_at": times,
        "headlines": [each.headline for each in fresh],
        "first": min(times) - window,
        "last": max(times) + window,
        "window": window.total_seconds(),
        "since": since,
        "fewest": fewest,
        "nearest": NEAREST,
    }
    return [(one, other) for one, other in session.rows(_NEAR, params)]


def known(session: Session, article_ids: Iterable[str]) -> dict[str, Happening]:
    """Return what these articles are known by, as far as any is still looked for."""
    rows = session.rows(_KNOWN, [sorted(set(article_ids))])
    found = (_HAPPENING.record(row, title=title or "", language=language) for title, language, *row in rows)
    return {each.article_id: each for each in found}


def event_roots(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return the event of each of these articles that is not the first of its event."""
    return roots(session, "event_links", names)


def members(session: Session, article_ids: Iterable[str]) -> dict[str, EventMember]:
    """Return which event each of those of these articles that are stored belongs to."""
    rows = session.rows(_EVENTS, [sorted(set(article_ids))])
    return {article_id: EventMember(event_id=event_id, since=since) for article_id, event_id, since in rows}


def save_happenings(session: Session, happenings: Sequence[Happening], before: datetime | None) -> None:
    """Record what articles are known by; drop what arrived `before` that moment."""
    if before is not None:
        session.run("DELETE FROM event_keys WHERE seen_at < $1", [before], quiet=True)
    ids = [each.article_id for each in happenings]
    session.remove("event_keys", "article_id", ids)
    session.save("event_keys", _HAPPENING, happenings)


def save_links(session: Session, names: Mapping[str, str]) -> None:
    """Link events to the older one that they are part of, under whose name they go on."""
    link(session, "event_links", names)


def count_events(session: Session, names: Collection[str], gone: Collection[str]) -> None:
    """Count anew who tells of these events; those `gone` are part of others now."""
    session.remove("events", "event_id", [*names, *gone])
    session.run(_COUNTED, [list(names)])
