"""What is said and written: utterances and their reports, articles, events, and the calendar of talks.

What articles say of one meeting, deadline or truce is one entry of the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.shown.listing import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLine:
    """One utterance: its fullest report, where that stands, and how widely it is told. `said_at` is of the first."""

    utterance_id: str
    official_id: str | None
    speaker: str | None
    text: str
    said_at: datetime
    cue: str | None
    kind: str | None
    topics: tuple[str, ...]
    stance: str | None
    condition: str | None
    denied: bool | None
    confidence: float | None
    reports: int
    outlets: int
    sources: int
    statement_id: str
    article_id: str
    outlet: str
    title: str | None


_SAID = """
SELECT
    u.utterance_id, u.official_id, u.speaker, u.text, u.first_said_at AS said_at,
    s.cue, s.kind, s.topics, s.stance, s.condition, s.denied, s.confidence,
    u.reports, u.outlets, u.independent_sources AS sources,
    s.statement_id, s.article_id, a.outlet, a.title
FROM utterances AS u
JOIN statement_rows AS s ON s.statement_id = u.statement_id
JOIN article_rows AS a ON a.article_id = s.article_id
"""

# Of what is said, that of an official, or of anybody, on a topic, or on anything, between two times.
_WANTED = """WHERE ($official::VARCHAR IS NULL OR p.official_id = $official)
        AND ($since::TIMESTAMPTZ IS NULL OR p.first_said_at >= $since)
        AND ($until::TIMESTAMPTZ IS NULL OR p.first_said_at < $until)
        AND ($topic::VARCHAR IS NULL OR p.statement_id IN (
            SELECT statement_id FROM statement_rows WHERE list_contains(topics, $topic)
        ))"""

# What an official, or anybody, has said on a topic, or on anything, between two times; the newest first. Those that are
# shown are picked before their words are fetched, here and below: of a million articles that is a tenth of the work.
SAID = Question(
    SaidLine,
    f"""
{_SAID}
WHERE u.utterance_id IN (
    SELECT p.utterance_id
    FROM utterances AS p
    {_WANTED}
    ORDER BY p.first_said_at DESC, p.utterance_id
    LIMIT $most OFFSET $from
)
ORDER BY u.first_said_at DESC, u.utterance_id
""",  # noqa: S608 (our own words)
)

# What officials have said on the topics and most sources report. The fullest report of a thing said is of its days.
MOST_REPORTED = Question(
    SaidLine,
    f"""
{_SAID}
WHERE u.utterance_id IN (
    SELECT p.utterance_id
    FROM utterances AS p
    JOIN statement_rows AS q ON q.statement_id = p.statement_id
    WHERE p.first_said_at >= $since AND p.first_said_at < $until AND p.official_id IS NOT NULL AND len(q.topics) > 0
        AND coalesce(q.published_at >= $since AND q.published_at < $until::TIMESTAMPTZ + INTERVAL 3 DAY, true)
    ORDER BY p.independent_sources DESC, p.outlets DESC, p.first_said_at DESC, p.utterance_id
    LIMIT $most
)
ORDER BY u.independent_sources DESC, u.outlets DESC, u.first_said_at DESC, u.utterance_id
""",  # noqa: S608 (our own words)
)

# What others say of an official: his name stands in their words. Of the mentions, which are stored as they arrive, the
# newest are looked through: of ten million that is a tenth of the work.
SAID_OF = Question(
    SaidLine,
    f"""
{_SAID}
WHERE u.statement_id IN (
        SELECT said.statement_id
        FROM (
            SELECT article_id, start_char, end_char
            FROM mentions
            WHERE rowid > (SELECT max(rowid) - 1000000 FROM mentions) AND kind = 'official' AND ref_id = $official
            ORDER BY rowid DESC
            LIMIT 5000
        ) AS m
        JOIN statement_rows AS said USING (article_id)
        WHERE said.official_id IS DISTINCT FROM $official
            AND m.start_char >= said.start_char AND m.end_char <= said.end_char
    )
    AND u.official_id IS NOT NULL
ORDER BY u.first_said_at DESC, u.utterance_id
LIMIT $most
""",  # noqa: S608 (our own words)
)

# An event is named by its first article; links lead to it from the others, without a look at all articles.
_OF_EVENT = "(SELECT $event UNION ALL SELECT member FROM event_links WHERE root = $event)"
# What is said in the articles of one event; what most outlets have first.
SAID_AT = Question(
    SaidLine,
    f"""
{_SAID}
WHERE u.utterance_id IN (SELECT utterance_id FROM statements WHERE article_id IN {_OF_EVENT})
    AND (u.official_id IS NOT NULL OR len(s.topics) > 0)
ORDER BY u.outlets DESC, u.first_said_at, u.utterance_id
LIMIT $most
""",  # noqa: S608 (our own words)
)

# Things said that hold the words, by the best report of each.
FOUND_SAID = Question(
    SaidLine,
    f"""
WITH picked AS MATERIALIZED (
    SELECT f.utterance_id, f.score
    FROM (SELECT utterance_id, max(score) AS score FROM search_statements($words) GROUP BY utterance_id) AS f
    JOIN utterances AS p ON p.utterance_id = f.utterance_id
    {_WANTED}
        AND ($outlet::VARCHAR IS NULL OR p.statement_id IN (
            SELECT o.statement_id
            FROM statement_rows AS o
            JOIN article_rows AS r USING (article_id)
            WHERE r.outlet = $outlet
        ))
    ORDER BY f.score DESC, p.first_said_at DESC, f.utterance_id
    LIMIT $most OFFSET $from
)
{_SAID}
JOIN picked AS f ON f.utterance_id = u.utterance_id
WHERE u.utterance_id IN (SELECT utterance_id FROM picked)
ORDER BY f.score DESC, u.first_said_at DESC, u.utterance_id
""",  # noqa: S608 (our own words)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report of an utterance: the words of one article, the earliest first."""

    statement_id: str
    utterance_id: str
    official_id: str | None
    speaker: str | None
    speaker_surface: str | None
    cue: str | None
    kind: str
    text: str
    stance: str | None
    said_at: datetime
    article_id: str
    outlet: str
    title: str | None
    language: str | None
    source: str | None
    copy_kind: str | None
    primary_source: bool


REPORTS = Question(
    ReportLine,
    """
SELECT
    s.statement_id, s.utterance_id, s.official_id, s.speaker, s.speaker_surface, s.cue, s.kind, s.text, s.stance,
    coalesce(s.published_at, a.first_seen_at) AS said_at, s.article_id, a.outlet, a.title, a.language,
    a.source, a.copy_kind,
    coalesce(f.primary_source, false) AS primary_source
FROM statements AS s
JOIN article_rows AS a ON a.article_id = s.article_id
LEFT JOIN feeds AS f ON f.feed_id = a.feed_id AND f.outlet = a.outlet
WHERE s.utterance_id = $utterance
ORDER BY said_at, a.first_seen_at, s.statement_id
LIMIT $most
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLine:
    """One article as it stands in a list; `told_at` is when it was published, else when it arrived."""

    article_id: str
    url: str
    outlet: str
    title: str | None
    told_at: datetime
    language: str | None
    story_id: str
    event_id: str | None
    source: str | None
    copy_kind: str | None
    cites: str | None
    revision: int
    primary_source: bool


_ARTICLE = """
SELECT
    a.article_id, a.url, a.outlet, a.title, coalesce(a.published_at, a.first_seen_at) AS told_at, a.language,
    a.story_id, a.event_id, a.source, a.copy_kind, a.cites, a.revision,
    coalesce(f.primary_source, false) AS primary_source
FROM articles AS a
LEFT JOIN feeds AS f ON f.feed_id = a.feed_id AND f.outlet = a.outlet
"""
ARTICLE = Question(ArticleLine, f"{_ARTICLE} WHERE a.article_id = $article")
# Of the view only these are wanted, for which it would join every article there is.
_ROWS_OF_EVENT = f"""(
    SELECT r.*, coalesce(k.root, r.article_id) AS story_id, $event AS event_id
    FROM (SELECT * FROM article_rows WHERE article_id IN {_OF_EVENT}) AS r
    LEFT JOIN story_links AS k ON k.member = r.article_id
)"""  # noqa: S608 (our own words)
ARTICLES_OF_EVENT = Question(
    ArticleLine,
    _ARTICLE.replace("FROM articles AS", f"FROM {_ROWS_OF_EVENT} AS")
    + "ORDER BY told_at, a.first_seen_at, a.article_id LIMIT $most",
)
FOUND_ARTICLES = Question(
    ArticleLine,
    f"""
{_ARTICLE.replace("FROM articles AS", "FROM search_articles($words) AS")}
WHERE ($outlet::VARCHAR IS NULL OR a.outlet = $outlet)
    AND ($since::TIMESTAMPTZ IS NULL OR coalesce(a.published_at, a.first_seen_at) >= $since)
    AND ($until::TIMESTAMPTZ IS NULL OR coalesce(a.published_at, a.first_seen_at) < $until)
ORDER BY a.score DESC, told_at DESC, a.article_id
LIMIT $most OFFSET $from
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One happening, with how many tell of it."""

    event_id: str
    title: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    articles: int
    stories: int
    outlets: int
    sources: int


_EVENT = """
SELECT event_id, title, first_seen_at, last_seen_at, articles, stories, outlets, independent_sources AS sources
FROM events
"""
EVENT = Question(EventLine, f"{_EVENT} WHERE event_id = $event")
# Those that several outlets tell of, the newest first.
EVENTS = Question(
    EventLine,
    f"""
{_EVENT}
WHERE outlets >= $outlets
ORDER BY last_seen_at DESC, event_id
LIMIT $most OFFSET $from
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsLine:
    """When there was news: the newest before some time, and the oldest from another on; None where there is none."""

    before: datetime | None
    after: datetime | None


NEIGHBOURS = Question(
    NewsLine,
    """
SELECT
    max(told_at) FILTER (told_at < $begins) AS before,
    min(told_at) FILTER (told_at >= $ends AND told_at < $now) AS after
FROM (SELECT coalesce(published_at, first_seen_at) AS told_at FROM article_rows)
""",
)


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
