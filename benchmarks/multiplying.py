"""A big warehouse out of a smaller one: its history several times over, each time under other names and at other times.

To write a million articles and to bring them up to date takes an hour of CPU, to multiply a hundred thousand takes
minutes. What is lost: words that a million articles have and a hundred thousand have not, and postings of one word are
nearer to each other than in life, so that they take less room.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse import store
from warehouse.places import LIVE

YEARS = 3
# Tables that a bigger warehouse has no more of, and those that hold the last days alone: these are filled anew.
_ONCE = {"officials", "processes", "search_words", "search_keys", "changes"}
_LATEST = {"story_keys", "utterance_keys", "sayings", "schema_migrations"}
_NAMES = {
    *("article_id", "statement_id", "utterance_id", "story_id", "event_id", "alert_id", "message_id", "text_hash"),
    *("member", "root", "body", "said_before", "parent_article_id", "follows_alert_id"),
}
# Each copy of the history begins at another of its days and comes round to the days before, so that in any week stand
# articles of all; rows stand in the order in which they would have come.
_MACROS = f"""
CREATE TEMP MACRO named(name, copy) AS if(copy = 0, name, md5(name || '/' || copy)[:16]);
CREATE TEMP MACRO turned(moment, copy) AS make_timestamptz(
    (epoch_us($now::TIMESTAMPTZ) - {YEARS} * 365 * 86400000000)::BIGINT
    + (epoch_us(moment) - epoch_us($now::TIMESTAMPTZ) + {YEARS} * 365 * 86400000000
        + copy * {YEARS} * 365 * 86400000000 // $times + copy * 977000000 // $times)::BIGINT
    % ({YEARS} * 365 * 86400000000)
);
"""
_ORDER = {
    "article_rows": "first_seen_at",
    "statement_rows": "published_at",
    "takes": "said_at",
    "utterances": "first_said_at",
    "decisions": "decided_at",
    "alert_rows": "fired_at",
    "messages": "created_at",
    "mentions": "(SELECT turned(a.first_seen_at, copy) FROM old.article_rows AS a WHERE a.article_id = r.article_id)",
}


def multiplied(base: Path, folder: Path, times: int, now: datetime, latest: str) -> None:
    """Make a warehouse `times` as big as that of the folder `base`, of the same schema.

    `latest` fills what holds the last days alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    at = f"'{now.isoformat()}'"
    with closing(duckdb.connect(folder / LIVE, config={"checkpoint_threshold": "1TB", "memory_limit": "6GB"})) as made:
        made.execute("SET TimeZone = 'UTC'")
        made.execute(f"ATTACH '{base / LIVE}' AS old (READ_ONLY)")
        (schema,) = made.execute("SELECT max(version) FROM old.schema_migrations").fetchone() or (0,)
        store.apply(made, [each for each in store.known_migrations() if each.version <= schema])
        made.execute(_MACROS.replace("$now", at).replace("$times", str(times)))
        found = made.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY ALL"
        ).fetchall()
        for (table,) in found:
            if table not in _LATEST:
                made.execute(_copying(made, table, 1 if table in _ONCE else times))
                made.execute("CHECKPOINT")
        made.execute(latest.replace("$now", at))
        # The next article's number is to be a new one.
        made.execute("SELECT max(nextval('search_numbers')) FROM range((SELECT max(abs(number)) FROM search_texts))")


def _copying(made: duckdb.DuckDBPyConnection, table: str, times: int) -> str:
    """Return the SQL that copies a table so many times."""
    described = made.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'old' AND table_name = $1", [table]
    ).fetchall()
    columns = ", ".join(f'{_copied(name, kind)} AS "{name}"' for name, kind in described)
    empty = f"DELETE FROM {table};" if times == 1 else ""
    order = f"ORDER BY {_ORDER[table]}" if table in _ORDER else ""
    return f"""{empty}
    INSERT INTO {table} BY NAME
    SELECT {columns} FROM (SELECT *, unnest(range({times})) AS copy FROM old.{table}) AS r {order}
    """.replace("$times", str(times))


def _copied(name: str, kind: str) -> str:
    """Return the expression of a column in the copy of a row."""
    if name in _NAMES:
        return f"named(r.{name}, copy)"
    if name == "utterance_ids":
        return f"list_transform(r.{name}, lambda x: named(x, copy))"
    if name == "url":
        return f"r.{name} || if(copy = 0, '', '/' || copy)"
    if name == "number":
        return f"sign(r.{name}) * (abs(r.{name}) * $times + copy)"
    return f"turned(r.{name}, copy)" if kind == "TIMESTAMP WITH TIME ZONE" else f'r."{name}"'
