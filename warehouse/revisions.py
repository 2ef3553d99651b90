"""Articles in the order they came, revision by revision: for trying rules on what is past. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.records import Arrival
from extractors.records import Article, Span
from warehouse.rows import Columns
from warehouse.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A revision of an article and when it came; `at` is when it was published for one that was ingested.

    `decided_at` is when rules were decided on it, `run_id` the pass it came in; None where neither is known.
    """

    article_id: str
    revision: int
    newest: bool
    arrival: Arrival
    at: datetime
    decided_at: datetime | None
    run_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """The words of one revision; `article.first_seen_at` is when these words came."""

    revision: int
    article: Article
    sentences: tuple[Span, ...]
    extractor_version: str


_REVISION = Columns(Revision)
_WORDS = Columns(StoredRevision, names={"first_seen_at": "seen_at"}, without=["article"])
_ARTICLE = Columns(Article, names={"first_seen_at": "seen_at"}, without=["posts"])
_REVISIONS = """
revisions AS (
    SELECT * EXCLUDE (first_seen_at, revised_at), coalesce(revised_at, first_seen_at) AS seen_at, TRUE AS newest,
        rowid AS place
    FROM article_rows
    UNION ALL BY NAME
    SELECT * EXCLUDE (first_seen_at, revised_at), coalesce(revised_at, first_seen_at) AS seen_at, FALSE AS newest,
        rowid AS place
    FROM article_revisions
)
"""
# Decisions tell the order within a pass, and the very moment of deciding. A pass is over within the hour.
_CAME = f"""
WITH {_REVISIONS},
timed AS (
    FROM (
        SELECT article_id, revision, newest, arrival, seen_at, place,
            CASE WHEN arrival IN ('ingested', 'imported') THEN coalesce(published_at, seen_at) ELSE seen_at END AS at
        FROM revisions
        WHERE arrival <> 'replayed'
            AND ($article_ids::VARCHAR[] IS NULL OR article_id IN (SELECT unnest($article_ids::VARCHAR[])))
    ) AS t
    WHERE t.at < $until AND ($since::TIMESTAMPTZ IS NULL OR t.at >= $since::TIMESTAMPTZ - INTERVAL 1 HOUR)
),
decided AS (
    SELECT t.article_id, t.revision, min(d.decided_at) AS decided_at, min(d.rowid) AS turn
    FROM timed AS t
    JOIN decisions AS d USING (article_id)
    WHERE t.at = t.seen_at AND d.decided_at >= t.seen_at AND d.decided_at < t.seen_at + INTERVAL 1 HOUR
    GROUP BY ALL
)
SELECT t.article_id, t.revision, t.newest, t.arrival, t.at, d.decided_at,
    CASE WHEN t.at = t.seen_at THEN r.run_id END
FROM timed AS t
LEFT JOIN decided AS d ON t.article_id = d.article_id AND t.revision = d.revision
ASOF LEFT JOIN runs AS r ON t.at >= r.started_at
WHERE coalesce(d.decided_at, t.at) < $until
    AND ($since::TIMESTAMPTZ IS NULL OR coalesce(d.decided_at, t.at) >= $since)
ORDER BY coalesce(d.decided_at, t.at), d.turn NULLS LAST, t.revision, t.newest, t.place, t.article_id
"""  # noqa: S608 (our own text)
# By their rows, found by name: of the texts only what stands near them is read.
_STORED = f"""
WITH asked AS (SELECT unnest($article_ids::VARCHAR[]) AS article_id, unnest($revisions::INTEGER[]) AS revision)
SELECT {_ARTICLE}, {_WORDS}
FROM (
    SELECT *, coalesce(revised_at, first_seen_at) AS seen_at FROM article_rows
    WHERE rowid IN (SELECT rowid FROM article_rows WHERE (article_id, revision) IN (FROM asked))
    UNION ALL BY NAME
    SELECT *, coalesce(revised_at, first_seen_at) AS seen_at FROM article_revisions
    WHERE rowid IN (SELECT rowid FROM article_revisions WHERE (article_id, revision) IN (FROM asked))
)
ORDER BY article_id, revision
"""  # noqa: S608 (our own columns)
_TOLD_ALIKE = """
WITH asked AS (SELECT unnest($1::VARCHAR[]) AS article_id),
told AS (
    SELECT coalesce(l.root, a.article_id) AS story_id
    FROM asked AS a
    LEFT JOIN story_links AS l ON l.member = a.article_id
),
said AS (
    SELECT coalesce(l.root, s.utterance_id) AS utterance_id
    FROM (SELECT utterance_id FROM statement_rows WHERE article_id IN (FROM asked)) AS s
    LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
)
SELECT article_id FROM article_rows WHERE article_id IN (FROM told)
UNION
SELECT member FROM story_links WHERE root IN (FROM told)
UNION
SELECT article_id
FROM statement_rows
WHERE utterance_id IN (FROM said UNION SELECT member FROM utterance_links WHERE root IN (FROM said))
ORDER BY article_id
"""
# What was left unread, or could not be read, is looked at for what it may say.
_NAMING_NONE = """
WITH asked AS (
    SELECT article_id FROM article_rows
    WHERE depth <> 'left_unread' AND article_id IN (SELECT unnest($article_ids::VARCHAR[]))
)
FROM asked
EXCEPT
SELECT article_id FROM mentions WHERE list_contains($refs::VARCHAR[], ref_id) AND article_id IN (FROM asked)
EXCEPT
SELECT article_id FROM title_mentions WHERE list_contains($refs::VARCHAR[], ref_id) AND article_id IN (FROM asked)
EXCEPT
SELECT article_id FROM statement_rows WHERE list_contains($refs::VARCHAR[], speaker_id) AND article_id IN (FROM asked)
"""
_OUTLETS = "SELECT outlet, coalesce(mode(language), 'en') FROM article_rows GROUP BY outlet ORDER BY outlet"


def came(
    session: Session, *, since: datetime | None, until: datetime, article_ids: Sequence[str] | None = None
) -> tuple[Revision, ...]:
    """Return the revisions that came from `since` to before `until` in their order; of some articles, or of all.

    What was made here of a kept page did not come.
    """
    return session.records(_REVISION, _CAME, {"since": since, "until": until, "article_ids": article_ids})


def stored_revisions(session: Session, keys: Sequence[tuple[str, int]]) -> tuple[StoredRevision, ...]:
    """Return the words of these (article, revision) pairs."""
    params = {"article_ids": [key[0] for key in keys], "revisions": [key[1] for key in keys]}
    own = len(_ARTICLE.names)
    return tuple(_WORDS.record(row[own:], article=_ARTICLE.record(row[:own])) for row in session.rows(_STORED, params))


def told_alike(session: Session, article_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the articles of the same stories, and those that report the same utterances."""
    return tuple(row[0] for row in session.rows(_TOLD_ALIKE, [article_ids]))


def naming_none(session: Session, article_ids: Sequence[str], refs: Sequence[str]) -> frozenset[str]:
    """Return those of the articles whose newest revision was read and has none of these people and bodies in it."""
    return frozenset(row[0] for row in session.rows(_NAMING_NONE, {"article_ids": article_ids, "refs": refs}))


def known_outlets(session: Session) -> tuple[tuple[str, str], ...]:
    """Return the outlets that articles are of, each with the language that most of them are in."""
    return tuple((outlet, language) for outlet, language in session.rows(_OUTLETS))
