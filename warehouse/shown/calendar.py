"""The calendar of talks as it is shown: what articles say of one meeting, deadline or truce is one entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.shown.listing import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkLine:
    """One entry: the newest sentence that tells of it, how many articles and outlets do, and since when.

    `starts_on` is None where no sentence names a day; `parties` are names.
    """

    kind: str
    status: str
    starts_on: date | None
    ends_on: date | None
    place: str | None
    parties: tuple[str, ...]
    sentence: str
    surface: str
    article_id: str
    outlet: str
    title: str | None
    told_at: datetime
    first_told_at: datetime
    articles: int
    outlets: int


# Whoever is a party is named in any of the sentences.
_TALKS = """
WITH told AS (
    SELECT t.*, coalesce(t.published_at, a.first_seen_at) AS told_at, a.title
    FROM talks AS t
    JOIN article_rows AS a USING (article_id)
    WHERE NOT coalesce(t.past_round, false)
        AND ($since::DATE IS NULL OR coalesce(t.ends_on, t.starts_on) >= $since)
        AND ($until::DATE IS NULL OR coalesce(t.ends_on, t.starts_on) < $until)
        AND ($told_since::TIMESTAMPTZ IS NULL OR coalesce(t.published_at, a.first_seen_at) >= $told_since)
),
named AS (
    SELECT kind, starts_on, place, list(DISTINCT coalesce(o.name, party) ORDER BY coalesce(o.name, party)) AS parties
    FROM (SELECT kind, starts_on, place, unnest(parties) AS party FROM told)
    LEFT JOIN people AS o ON o.official_id = party
    GROUP BY ALL
)
SELECT
    t.kind, arg_max(t.status, t.told_at) AS status, t.starts_on, max(t.ends_on) AS ends_on, t.place,
    coalesce(any_value(n.parties), []) AS parties, arg_max(t.sentence, t.told_at) AS sentence,
    arg_max(t.surface, t.told_at) AS surface, arg_max(t.article_id, t.told_at) AS article_id,
    arg_max(t.outlet, t.told_at) AS outlet, arg_max(t.title, t.told_at) AS title,
    max(t.told_at) AS told_at, min(t.told_at) AS first_told_at,
    count(DISTINCT t.article_id) AS articles, count(DISTINCT t.outlet) AS outlets
FROM told AS t
LEFT JOIN named AS n
    ON n.kind = t.kind AND n.starts_on IS NOT DISTINCT FROM t.starts_on AND n.place IS NOT DISTINCT FROM t.place
GROUP BY t.kind, t.starts_on, t.place
"""
_DATED = f"SELECT * FROM ({_TALKS}) WHERE starts_on IS NOT NULL"  # noqa: S608 (our own words)
# What ends first comes first: a meeting of next week before a deadline of this year.
AHEAD = Question(
    TalkLine, f"{_DATED} AND status <> 'held' ORDER BY coalesce(ends_on, starts_on), starts_on, place, kind LIMIT $most"
)
BEHIND = Question(TalkLine, f"{_DATED} ORDER BY starts_on DESC, place, kind LIMIT $most")
UNDATED = Question(
    TalkLine,
    f"SELECT * FROM ({_TALKS}) WHERE starts_on IS NULL ORDER BY told_at DESC, place, kind LIMIT $most",  # noqa: S608 (our own words)
)
