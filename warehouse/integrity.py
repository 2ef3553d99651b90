"""Questions that a sound warehouse answers with nothing: keys, references, places in texts, counts that agree."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.errors import Unusable
from warehouse.obstacles import words_of
from warehouse.places import ALONE, PUBLISHED, Config, opened

# Beside whatever else the machine is at; what does not fit goes to the disk beside the copy.
_CONFIG: Config = {**ALONE, "memory_limit": "1GB", "threads": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsoundness:
    """What is wrong in the warehouse, in how many rows, and the name of one of them."""

    what: str
    rows: int
    example: str


def _missing(table: str, column: str, home: str, key: str, where: str = "true") -> str:
    """Return the query for what names something that is not there."""
    return f"""
    SELECT t.{column} FROM {table} AS t
    ANTI JOIN {home} AS h ON h.{key} = t.{column}
    WHERE t.{column} IS NOT NULL AND {where}
    """  # noqa: S608 (our own text)


def _twice(table: str, *key: str) -> str:
    """Return the query for keys that stand twice; where DuckDB keeps an index on them, for a damaged one."""
    names = ", ".join(key)
    return f"SELECT {key[0]} FROM {table} GROUP BY {names} HAVING count(*) > 1"  # noqa: S608 (our own text)


def _misplaced(table: str, name: str) -> str:
    """Return the query for words that do not stand where they are said to, in texts that are kept."""
    return f"""
    SELECT t.{name} FROM {table} AS t
    JOIN article_rows AS a USING (article_id)
    WHERE a.first_seen_at >= $since::TIMESTAMPTZ AND a.text <> ''
        AND substr(a.text, t.start_char + 1, t.end_char - t.start_char) IS DISTINCT FROM t.{_WORDS[table]}
    """  # noqa: S608 (our own text)


_WORDS = {"mentions": "surface", "statement_rows": "text"}
# What is wrong, and a query of the names of the rows in which it is; `$since` bounds those that read texts.
CHECKS = {
    "article stands twice": _twice("article_rows", "article_id"),
    "statement stands twice": _twice("statement_rows", "statement_id"),
    "alert stands twice": _twice("alert_rows", "alert_id"),
    "message stands twice": _twice("messages", "message_id"),
    "mention of an article that is not there": _missing("mentions", "article_id", "article_rows", "article_id"),
    "statement of an article that is not there": _missing("statement_rows", "article_id", "article_rows", "article_id"),
    "revision of an article that is not there": _missing(
        "article_revisions", "article_id", "article_rows", "article_id"
    ),
    "post of an article that is not there": _missing("posts", "article_id", "article_rows", "article_id"),
    "decision about an article that is not there": _missing("decisions", "article_id", "article_rows", "article_id"),
    "alert on an article that is not there": _missing("alert_rows", "article_id", "article_rows", "article_id"),
    "talks of an article that is not there": _missing("talks", "article_id", "article_rows", "article_id"),
    "decision for an alert that is not there": _missing("decisions", "alert_id", "alert_rows", "alert_id"),
    "follow-up of an alert that is not there": _missing("follow_ups", "alert_id", "alert_rows", "alert_id"),
    "message of an alert that is not there": _missing("message_alerts", "alert_id", "alert_rows", "alert_id"),
    "verdict on an alert that is not there": _missing("verdicts", "alert_id", "alert_rows", "alert_id"),
    "alert in a message that is not there": _missing("message_alerts", "message_id", "messages", "message_id"),
    "article of a story that is not there": _missing("articles", "story_id", "stories", "story_id"),
    "article of an event that is not there": _missing("articles", "event_id", "events", "event_id"),
    "statement of an utterance that is not there": _missing("statements", "utterance_id", "utterances", "utterance_id"),
    "stance taken in a statement that is not there": _missing(
        "takes", "statement_id", "statement_rows", "statement_id"
    ),
    "shift after a statement that is not there": _missing(
        "position_shifts", "after_statement_id", "statement_rows", "statement_id"
    ),
    "position since a statement that is not there": _missing(
        "positions", "first_statement_id", "statement_rows", "statement_id"
    ),
    "dispute of utterances that are not there": """
    SELECT r.claim_utterance_id FROM dispute_rows AS r
    LEFT JOIN utterance_links AS c ON c.member = r.claim_utterance_id
    LEFT JOIN utterance_links AS d ON d.member = r.denial_utterance_id
    WHERE coalesce(c.root, r.claim_utterance_id) NOT IN (SELECT utterance_id FROM utterances)
        OR coalesce(d.root, r.denial_utterance_id) NOT IN (SELECT utterance_id FROM utterances)
    """,
    **{
        f"link to a link in {table}": f"""
        SELECT a.member FROM {table} AS a JOIN {table} AS b ON b.member = a.root AND b.member <> b.root
        WHERE a.member <> a.root
        """  # noqa: S608 (our own text)
        for table in ("story_links", "utterance_links", "event_links")
    },
    "mention that does not stand where it is said to": _misplaced("mentions", "article_id"),
    "statement that does not stand where it is said to": _misplaced("statement_rows", "statement_id"),
    "story that counts other articles than it has": """
    SELECT s.story_id FROM stories AS s
    LEFT JOIN (SELECT story_id, count(*) AS articles FROM articles GROUP BY story_id) AS a USING (story_id)
    WHERE s.articles IS DISTINCT FROM a.articles
    """,
    "utterance that counts other reports than it has": """
    SELECT u.utterance_id FROM utterances AS u
    LEFT JOIN (SELECT utterance_id, count(*) AS reports FROM statements GROUP BY utterance_id) AS s USING (utterance_id)
    WHERE u.reports IS DISTINCT FROM s.reports
    """,
    "decision that fired without an alert": """
    SELECT article_id FROM decisions WHERE reason IN ('new', 'new_match') AND alert_id IS NULL
    """,
}


def faults(data_dir: Path, since: datetime) -> tuple[Unsoundness, ...]:
    """Ask the published copy all of `CHECKS`; those that read texts, of articles that came since. Raise Unusable."""
    published = data_dir / PUBLISHED
    if not published.exists():
        raise Unusable(f"nothing is published in {data_dir} yet: `talkwatch run` or `talkwatch publish` does it")
    try:
        with closing(opened(published, read_only=True, config=_CONFIG)) as connection:
            found = ((what, _counted(connection, sql, since)) for what, sql in CHECKS.items())
            return tuple(Unsoundness(what=what, rows=rows, example=example) for what, (rows, example) in found if rows)
    except duckdb.Error as error:
        raise Unusable(f"{published} cannot be checked: {words_of(error)}; `talkwatch publish` mends it") from error


def _counted(connection: duckdb.DuckDBPyConnection, sql: str, since: datetime) -> tuple[int, str]:
    """Return how many rows are wrong, and the first name among them."""
    params = {"since": since} if "$since" in sql else {}
    row = connection.execute(f"SELECT count(*), min(w.name) FROM ({sql}) AS w(name)", params).fetchone()  # noqa: S608 (our own text)
    assert row is not None, "an aggregate has one row"
    return row
