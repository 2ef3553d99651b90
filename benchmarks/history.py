"""Record five new articles in a warehouse with years of history, beside a bare DuckDB that writes the same rows.

    .venv/bin/python benchmarks/history.py [--articles 10000 100000 1000000] [--rounds 5] [--keep FOLDER]

Makes warehouses of so many articles over three years: 260 words (`prose`), three statements, ten mentions and three
decisions an article, an alert for every tenth, a thousand officials. They are made with the schema before links and
migrated as an operator's would be. Then the five seeds, read and matched beforehand, are recorded with three rules.
Prints seconds of CPU, the least of the rounds, each on a fresh copy: for working out what needs no warehouse; for all
that the warehouse takes, from opening to having closed; and for a bare DuckDB that opens another copy, writes the very
rows that were new in the first in one transaction, and closes it. `--keep` keeps the warehouses for next time.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from alerts.records import Arrival
from benchmarks.multiplying import multiplied
from benchmarks.prose import ARTICLES, Newsdesk, Told, vocabulary
from extractors.records import Article
from extractors.speech.reading import Reader, unread
from extractors.text.identity import article_id
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.passes import prepare_warehouse
from flows.steps.record import recorded, worked_out
from warehouse import store
from warehouse.records import ReadArticle
from warehouse.store import LIVE, writing

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SCHEMA = 10  # what the rows below are written for
OFFICIALS = 1_000
# Beyond so many articles, which are to be a multiple of it, this history is multiplied.
WRITTEN = 100_000
# Articles that are written at once: whole stories.
AT_ONCE = 5_000
MAKING = {"checkpoint_threshold": "1GB", "memory_limit": "6GB"}

CONFIGURATION = """
[[rules]]
name = "ceasefire"
keywords = ["ceasefire", "truce"]
officials = ["any"]
subscribers = ["desk"]
[[rules]]
name = "istanbul"
keywords = ["Istanbul"]
officials = ["any"]
subscribers = ["desk"]
min_independent = 2
[[rules]]
name = "guarantees"
keywords = ["topic:security-guarantees"]
officials = ["any"]
scope = "statement"
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://hooks.example/1"
"""

# What a batch of articles says, from the arrays `told`, `said` and `named`.
BATCH = """
INSERT INTO articles BY NAME
SELECT name_of('article', n) AS article_id, 'https://outlet' || n % 40 || '.example/' || n AS url,
    'Outlet ' || n % 40 AS outlet, title, moment_of(n) AS published_at, moment_of(n) AS first_seen_at,
    'en' AS language, len(text) - len(replace(text, ' ', '')) + 1 AS word_count, text,
    name_of('article', n // 5 * 5) AS story_id, 1 AS revision,
    list_transform(list_zip(starts, ends), lambda x: {'start_char': x[1], 'end_char': x[2]}) AS sentences,
    'x' AS extractor_version, md5(text)[:16] AS text_hash, 'polled' AS arrival, name_of('article', n) AS body_id,
    'outlet:outlet ' || n % 40 AS publisher, 'original' AS copy_kind, 'outlet:outlet ' || n % 40 AS source,
    'full' AS depth
FROM told
ORDER BY n;

INSERT INTO statements BY NAME
SELECT name_of('statement', s.n * 10 + utterance) AS statement_id, name_of('article', s.n) AS article_id,
    name_of('utterance', s.n // 5 * 5 + utterance) AS utterance_id, p.official_id, p.name AS speaker,
    p.official_id AS speaker_id, p.name AS speaker_surface, end_char + 3 AS speaker_start_char,
    end_char + 3 + len(p.name) AS speaker_end_char, 'said' AS cue, 'direct' AS kind,
    substr(t.text, start_char + 1, end_char - start_char) AS text, start_char, end_char,
    [{'start_char': start_char, 'end_char': end_char}] AS spans,
    CASE WHEN topic >= 0 THEN [$topics[topic + 1]] ELSE [] END AS topics,
    CASE WHEN topic >= 0 AND hash(s.n // 5, utterance) % 3 = 0
        THEN ['accept', 'reject', 'demand', 'offer'][1 + (hash(utterance, s.n // 5) % 4)::INTEGER] END AS stance,
    moment_of(s.n) AS published_at, 'Outlet ' || s.n % 40 AS outlet, 'x' AS extractor_version, false AS negated,
    false AS denied, 0.9 AS confidence
FROM said AS s
JOIN told AS t ON t.n = s.n
JOIN people AS p ON p.nth = s.official
ORDER BY s.n, start_char;

INSERT INTO mentions BY NAME
SELECT name_of('article', n) AS article_id, 'official' AS kind, p.official_id AS ref_id, p.name, p.name AS surface,
    start_char, end_char, 'x' AS extractor_version
FROM named
JOIN people AS p ON p.nth = official
ORDER BY n, start_char;

CREATE OR REPLACE TEMP TABLE firsts AS
SELECT s.n, s.utterance, p.official_id, p.name, t.text[:t.ends[1]] AS excerpt, t.ends[1] AS excerpt_end_char
FROM said AS s
JOIN told AS t ON t.n = s.n
JOIN people AS p ON p.nth = s.official
WHERE s.start_char < t.ends[1]
ORDER BY s.n;

INSERT INTO decisions BY NAME
SELECT ['ceasefire', 'istanbul', 'guarantees'][k] AS rule, name_of('article', n) AS article_id, official_id,
    moment_of(n) AS decided_at,
    CASE WHEN k > 1 THEN 'below_corroboration' WHEN n % 10 = 0 THEN 'new' ELSE 'duplicate' END AS reason,
    CASE WHEN k = 1 AND n % 10 = 0 THEN name_of('alert', n) END AS alert_id
FROM firsts, range(1, 4) AS r(k);

INSERT INTO alerts BY NAME
SELECT name_of('alert', n) AS alert_id, 'ceasefire' AS rule, 'v' AS rule_version, name_of('article', n) AS article_id,
    1 AS revision, name_of('article', n // 5 * 5) AS story_id, moment_of(n) AS fired_at, 'normal' AS severity,
    'ceasefire' AS keyword, official_id, name AS official, 'sentence' AS scope, 'text' AS place, excerpt,
    0 AS excerpt_start_char, excerpt_end_char, 'new' AS reason, [] AS evidence,
    name_of('utterance', n // 5 * 5 + utterance) AS utterance_id,
    [name_of('utterance', n // 5 * 5 + utterance)] AS utterance_ids, false AS denied, 1 AS sources,
    ['outlet:outlet ' || n % 40] AS roots, 1 AS told_sources, moment_of(n) AS told_at
FROM firsts
WHERE n % 10 = 0;
"""
# Ids are hashes of numbers, as real ones are: nothing is sorted by luck.
BEGINNING = """
CREATE TEMP MACRO name_of(kind, n) AS md5(kind || n::VARCHAR)[:16];
CREATE TEMP MACRO moment_of(n) AS
    $now::TIMESTAMPTZ - to_seconds(((1 - n::DOUBLE / $articles) * 3 * 365 * 86400)::BIGINT);
CREATE TEMP TABLE people AS
    SELECT unnest($officials::VARCHAR[]) AS official_id, unnest($names::VARCHAR[]) AS name,
        unnest(range(len($names::VARCHAR[]))) AS nth;
"""

ENDING = """
INSERT INTO messages BY NAME
SELECT name_of('message', n) AS message_id, 'desk' AS subscriber, 'slack' AS channel,
    name_of('article', n // 5 * 5) AS story_id, moment_of(n) AS created_at, moment_of(n) AS due_at,
    'sent' AS status, 1 AS attempts, moment_of(n) AS attempted_at, moment_of(n) AS sent_at, moment_of(n) AS tried_since
FROM range(0, $articles, 10) AS r(n);
INSERT INTO message_alerts
SELECT name_of('message', n), name_of('alert', n), 1 FROM range(0, $articles, 10) AS r(n);
"""


# What other reports and copies are found by is kept for eight days only, as in life.
LATEST = """
INSERT INTO story_keys
SELECT article_id, publisher, published_at, first_seen_at,
    [(hash(article_id) >> 1)::BIGINT, (hash(story_id) >> 1)::BIGINT, 7]
FROM articles
WHERE first_seen_at > $now::TIMESTAMPTZ - INTERVAL 8 DAY;
INSERT INTO utterance_keys BY NAME
SELECT statement_id, utterance_id, speaker, published_at AS said_at, published_at AS seen_at, text AS words,
    []::VARCHAR[] AS quoted, [(hash(utterance_id) >> 1)::BIGINT] AS keys
FROM statements
WHERE published_at > $now::TIMESTAMPTZ - INTERVAL 8 DAY;
"""


def make(folder: Path, articles: int, setup: Setup, schema: int | None = None) -> None:
    """Make a warehouse of so many articles, brought up to date and ready to be searched, or up to a `schema` alone."""
    if articles > WRITTEN:
        with TemporaryDirectory(dir=folder.parent) as name:
            make(Path(name) / "base", WRITTEN, setup, schema)
            multiplied(Path(name) / "base", folder, articles // WRITTEN, NOW, LATEST)
        return
    make_old(folder, articles, setup)
    missing = [each for each in store.known_migrations() if SCHEMA < each.version <= (schema or each.version)]
    with closing(duckdb.connect(folder / LIVE, config=MAKING)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        store.apply(connection, missing)
    if schema is None:
        prepare_warehouse(replace(setup, settings=replace(setup.settings, data_dir=folder)))


def make_old(folder: Path, articles: int, setup: Setup) -> None:
    """Make one as an earlier version left it."""
    folder.mkdir(parents=True)
    known = store.known_migrations()
    officials, topics = setup.watchlist.officials, setup.watchlist.topics
    words = vocabulary()
    others = [f"{words[-each]} {words[-each - OFFICIALS]}".title() for each in range(1, OFFICIALS - len(officials) + 1)]
    names = [*(each.name for each in officials), *others]
    values = {
        "now": NOW,
        "articles": articles,
        "officials": [*(each.official_id for each in officials), *(each.replace(" ", "-").lower() for each in others)],
        "names": names,
        "topics": [each.topic for each in topics],
    }
    desk = Newsdesk(names, [each.phrases[0] for each in topics])
    with closing(duckdb.connect(folder / LIVE, config=MAKING)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        store.apply(connection, [each for each in known if each.version <= SCHEMA])
        for name, value in values.items():
            connection.execute(f"SET VARIABLE {name} = $1", [value])
        beginning, batch, ending, latest = (_filled(sql, values) for sql in (BEGINNING, BATCH, ENDING, LATEST))
        connection.execute(beginning)
        for first in range(0, articles, AT_ONCE):
            count = min(AT_ONCE, articles - first)
            for name, table in batch_of(list(desk.stories(count // ARTICLES)), first).items():
                connection.register(name, table)
            connection.execute(batch)
        connection.execute(ending)
        connection.execute(latest)
        connection.execute("CHECKPOINT")


def _filled(sql: str, names: Iterable[str]) -> str:
    for name in names:
        sql = sql.replace(f"${name}", f"getvariable('{name}')")
    return sql


def batch_of(articles: Sequence[Told], first: int) -> dict[str, dict[str, Any]]:
    """Return articles as tables of arrays: themselves, what is said in them, and who is named."""
    numbered = list(enumerate(articles, first))
    said = [(n, *each) for n, article in numbered for each in article.statements]
    named = [(n, *each) for n, article in numbered for each in article.mentions]
    return {
        "told": {
            "n": np.arange(first, first + len(articles)),
            "title": np.array([each.title for each in articles], dtype=object),
            "text": np.array([each.text for each in articles], dtype=object),
            "starts": _lists([[start for start, _ in each.sentences] for each in articles]),
            "ends": _lists([[end for _, end in each.sentences] for each in articles]),
        },
        "said": _arrays(("n", "utterance", "official", "topic", "start_char", "end_char"), said),
        "named": _arrays(("n", "official", "start_char", "end_char"), named),
    }


def _arrays(names: Sequence[str], rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    return dict(zip(names, np.array(rows, dtype=np.int64).T.copy(), strict=True))


def _lists(rows: Sequence[Sequence[int]]) -> Any:
    found = np.empty(len(rows), dtype=object)
    found[:] = rows
    return found


def seeds(setup: Setup) -> tuple[ReadArticle, ...]:
    """Return the seed articles, read."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    articles = [
        Article(
            article_id=article_id(url := f"https://seed{n}.example/"),
            url=url,
            outlet=f"Seed {n}",
            feed_id=None,
            title=text.partition("\n")[0],
            author=None,
            published_at=NOW,
            first_seen_at=NOW,
            language="en",
            text=text,
        )
        for n, text in enumerate(texts)
    ]
    readings = Reader(setup.watchlist).read_all([unread(article) for article in articles])
    return tuple(
        ReadArticle(article=article, reading=reading, arrival=Arrival.POLLED)
        for article, reading in zip(articles, readings, strict=True)
    )


def measured(setup: Setup, found: Sequence[ReadArticle], original: Path, rounds: int) -> tuple[float, float, float]:
    """Return the least CPU seconds for working out, for the warehouse, and for a bare DuckDB's writing of the same."""
    working, recording, bare = [], [], []
    for _ in range(rounds):
        with TemporaryDirectory(dir=original.parent) as name:
            ours, theirs = Path(name) / "ours", Path(name) / "theirs"
            for each in (ours, theirs):
                each.mkdir()
                shutil.copyfile(original / LIVE, each / LIVE)
            here = replace(setup, settings=replace(setup.settings, data_dir=ours), now=lambda: NOW)
            began = time.process_time()
            batch = worked_out(here, found)
            worked = time.process_time()
            with writing(here.data_dir) as session:
                recorded(here, session, batch)
            working.append(worked - began)
            recording.append(time.process_time() - worked)
            rows = written(original / LIVE, ours / LIVE)
            began = time.process_time()
            written_bare(theirs / LIVE, rows)
            bare.append(time.process_time() - began)
    return min(working), min(recording), min(bare)


def written(before: Path, after: Path) -> dict[str, list[list[Any]]]:
    """Return the columns' values of the rows that a warehouse has more than before, by what inserts them."""
    with closing(duckdb.connect(after, read_only=True)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{before}' AS before (READ_ONLY)")
        found = {}
        for (table,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name <> 'before'"
        ).fetchall():
            last = connection.execute(f"SELECT coalesce(max(rowid), -1) FROM before.{table}").fetchone()
            new = connection.execute(f"FROM {table} WHERE rowid > {last[0]}")
            kinds = [column[1] for column in new.description]
            if rows := new.fetchall():
                unnested = ", ".join(f"unnest(${number}::{kind}[])" for number, kind in enumerate(kinds, 1))
                found[f"INSERT INTO {table} SELECT {unnested}"] = [list(column) for column in zip(*rows, strict=True)]
    return found


def written_bare(path: Path, rows: Mapping[str, list[list[Any]]]) -> None:
    """Open a warehouse's file with DuckDB alone, write these rows in one transaction, and close it."""
    with closing(duckdb.connect(path, config={"threads": 1, "checkpoint_threshold": "1TB"})) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("BEGIN")
        for sql, values in rows.items():
            connection.execute(sql, values)
        connection.execute("COMMIT")


def main() -> None:
    """Make the warehouses and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        path = Path(name) / "talkwatch.toml"
        path.write_text(CONFIGURATION, encoding="utf-8")
        setup = prepared(load_settings(path))
        found = seeds(setup)
        print(f"{'articles':>9} {'MB':>6} {'work out':>9} {'warehouse':>9} {'bare':>6} {'ratio':>6}")
        for count in asked.articles:
            folder = (asked.keep or Path(name)) / str(count)
            if not (folder / LIVE).exists():
                make(folder, count, setup)
            size = (folder / LIVE).stat().st_size / 1e6
            working, recording, bare = measured(setup, found, folder, asked.rounds)
            print(
                f"{count:9} {size:6.0f} {working:9.2f} {recording:9.2f} {bare:6.2f} {recording / bare:6.2f}", flush=True
            )


if __name__ == "__main__":
    main()
