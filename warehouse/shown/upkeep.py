"""How Talkwatch fares: alerts as they stand in a list, feeds, passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.shown.listing import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One alert as it stands in a list; `told_at` is when its article was published, else when it arrived."""

    alert_id: str
    rule: str
    severity: str
    keyword: str
    scope: str
    official_id: str
    official: str
    excerpt: str
    fired_at: datetime
    told_at: datetime
    sources: int | None
    article_id: str
    outlet: str
    title: str | None


# Of many alerts the newest are picked before their words and articles are fetched, all those of one moment together.
ALERTS = Question(
    AlertLine,
    """
WITH own AS MATERIALIZED (
    SELECT l.alert_id, l.article_id, l.fired_at
    FROM alert_rows AS l
    WHERE ($rule::VARCHAR IS NULL OR l.rule = $rule)
        AND ($official::VARCHAR IS NULL OR l.official_id = $official)
        AND ($article::VARCHAR IS NULL OR l.article_id = $article)
        AND ($since::TIMESTAMPTZ IS NULL OR l.fired_at >= $since)
),
newest AS MATERIALIZED (
    FROM own
    WHERE fired_at >= (
        SELECT min(fired_at)
        FROM (SELECT fired_at FROM own ORDER BY fired_at DESC LIMIT $most::BIGINT + $from::BIGINT)
    )
)
SELECT
    l.alert_id, l.rule, l.severity, l.keyword, l.scope, l.official_id, l.official, l.excerpt, l.fired_at,
    coalesce(a.published_at, a.first_seen_at) AS told_at, l.sources, l.article_id, a.outlet, a.title
FROM alert_rows AS l
JOIN article_rows AS a USING (article_id)
WHERE l.alert_id IN (SELECT alert_id FROM newest) AND a.article_id IN (SELECT article_id FROM newest)
ORDER BY l.fired_at DESC, told_at DESC, l.alert_id
LIMIT $most OFFSET $from
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One feed; of its address the host alone, since the rest may be a secret."""

    feed_id: str
    outlet: str
    country: str | None
    host: str | None
    state: str
    last_polled_at: datetime | None
    last_new_at: datetime | None
    failing_since: datetime | None
    failures: int
    last_error: str | None
    entries: int
    articles: int


# What is wrong stands first.
FEEDS = Question(
    FeedLine,
    """
SELECT
    f.feed_id, f.outlet, f.country, regexp_extract(f.url, '^https?://(?:[^/@]*@)?([^/?#]+)', 1) AS host, f.state,
    f.last_polled_at, f.last_new_at, f.failing_since, f.consecutive_failures AS failures, f.last_error,
    f.entries_seen AS entries, coalesce(n.articles, 0) AS articles
FROM feeds AS f
LEFT JOIN (SELECT feed_id, count(*) AS articles FROM article_rows GROUP BY feed_id) AS n USING (feed_id)
WHERE f.state <> 'unwatched'
ORDER BY list_position(['failing', 'gone', 'quiet', 'new', 'slow', 'fine'], f.state), f.outlet, f.feed_id
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLine:
    """One pass, with the numbers people look for."""

    started_at: datetime
    finished_at: datetime | None
    feeds_due: int | None
    feeds_failed: int | None
    articles_new: int | None
    statements: int | None
    alerts: int | None
    messages_sent: int | None


PASSES = Question(
    PassLine,
    """
SELECT started_at, finished_at, feeds_due, feeds_failed, articles_new, statements, alerts, messages_sent
FROM runs
ORDER BY started_at DESC, run_id
LIMIT $most
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """How many articles of an outlet were published in an hour."""

    outlet: str
    hour: datetime
    articles: int


# Of the outlets with most.
COVERAGE = Question(
    CoverageLine,
    """
WITH told AS (
    SELECT outlet, coalesce(published_at, first_seen_at) AS told_at
    FROM article_rows
    WHERE coalesce(published_at, first_seen_at) >= $since AND coalesce(published_at, first_seen_at) < $until
)
SELECT outlet, date_trunc('hour', told_at) AS hour, count(*) AS articles
FROM told
WHERE outlet IN (SELECT outlet FROM told GROUP BY outlet ORDER BY count(*) DESC, outlet LIMIT 20)
GROUP BY ALL
ORDER BY outlet, hour
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyLine:
    """How long it took from the publication of an article to an alert on it, by rule: minutes."""

    rule: str
    alerts: int
    median_minutes: float
    slowest_minutes: float


# Articles that were ingested came when somebody brought them.
LATENCY = Question(
    LatencyLine,
    """
SELECT
    l.rule, count(*) AS alerts,
    median(epoch(l.fired_at - a.published_at) / 60) AS median_minutes,
    max(epoch(l.fired_at - a.published_at) / 60) AS slowest_minutes
FROM alert_rows AS l
JOIN article_rows AS a USING (article_id)
WHERE l.fired_at >= $since AND a.arrival = 'polled' AND a.published_at IS NOT NULL
GROUP BY l.rule
ORDER BY median_minutes DESC, l.rule
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalLine:
    """How many of a kind there are: `kind` is a table, `label` what its rows are told apart by."""

    kind: str
    label: str
    total: int


TOTALS = Question(
    TotalLine,
    """
SELECT kind, coalesce(label, 'none') AS label, count(*) AS total
FROM (
    SELECT 'feeds' AS kind, state AS label FROM feeds WHERE state <> 'unwatched'
    UNION ALL SELECT 'entries', state FROM entries
    UNION ALL SELECT 'articles', depth FROM article_rows
    UNION ALL SELECT 'statements', kind FROM statement_rows
    UNION ALL SELECT 'decisions', reason FROM decisions
    UNION ALL SELECT 'alerts', severity FROM alert_rows
    UNION ALL SELECT 'messages', status FROM messages
    UNION ALL SELECT 'passes', CASE WHEN finished_at IS NULL THEN 'unfinished' ELSE 'finished' END FROM runs
)
GROUP BY ALL
ORDER BY kind, label
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LagLine:
    """How many alerts fired within so many seconds of their article's publication; infinite is all of them."""

    within: float
    alerts: int
    seconds: float


LAGS = Question(
    LagLine,
    """
WITH lags AS (
    SELECT greatest(epoch(l.fired_at - a.published_at), 0) AS lag
    FROM alert_rows AS l
    JOIN article_rows AS a USING (article_id)
    WHERE a.arrival = 'polled' AND a.published_at IS NOT NULL
)
SELECT within, count(lag) AS alerts, coalesce(sum(lag), 0)::DOUBLE AS seconds
FROM unnest([60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400, 'inf'::DOUBLE]) AS b(within)
LEFT JOIN lags ON lag <= within
GROUP BY within
ORDER BY within
""",
)
