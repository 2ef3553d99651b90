"""Record five new articles in a warehouse with years of history, and say what the warehouse costs for it.

    .venv/bin/python benchmarks/history.py [--articles 10000 100000 1000000] [--keep FOLDER]

Makes warehouses of so many articles over three years: two statements, five mentions and three decisions an article, an
alert for every tenth, sixty officials, eleven topics, no text to speak of. They are made with the schema before links
and migrated as an operator's would be. Then the five seeds, read and matched beforehand, are recorded with three rules.
Prints seconds of CPU for opening and closing alone, and for recording beyond that, the least of five rounds, each on a
fresh copy; the ratio is to the line before (1.0: history costs nothing). `--keep` keeps the warehouses for next time.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from alerts.records import Arrival
from extractors.records import Article
from extractors.speech.reading import Reader, unread
from extractors.text.identity import article_id
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.record import recorded, worked_out
from warehouse import store
from warehouse.records import ReadArticle
from warehouse.store import LIVE, migrate, writing

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SCHEMA = 10  # what the rows below are written for
ROUNDS = 5

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

# Ids are hashes of numbers, as real ones are: nothing is sorted by luck. A story has five articles, an utterance three
# reports; what other reports and copies are found by is kept for eight days only, as in life.
HISTORY = """
CREATE TEMP MACRO name_of(kind, n) AS md5(kind || n::VARCHAR)[:16];
CREATE TEMP MACRO moment_of(n) AS $now::TIMESTAMPTZ - to_seconds((n::DOUBLE / $articles * 3 * 365 * 86400)::BIGINT);
CREATE TEMP TABLE people AS
    SELECT official_id, row_number() OVER (ORDER BY official_id) - 1 AS nth
    FROM (SELECT unnest($officials::VARCHAR[]) AS official_id);
CREATE TEMP TABLE subjects AS
    SELECT topic, row_number() OVER (ORDER BY topic) - 1 AS nth
    FROM (SELECT unnest($topics::VARCHAR[]) AS topic);

INSERT INTO articles BY NAME
SELECT name_of('article', n) AS article_id, 'https://outlet' || n % 40 || '.example/' || n AS url,
    'Outlet ' || n % 40 AS outlet, 'What was said on day ' || n // 900 AS title, moment_of(n) AS published_at,
    moment_of(n) AS first_seen_at, 'en' AS language, 300 AS word_count, 'Words of article ' || n || '.' AS text,
    name_of('article', n // 5 * 5) AS story_id, 1 AS revision, [{'start_char': 0, 'end_char': 17}] AS sentences,
    'x' AS extractor_version, name_of('text', n) AS text_hash, 'polled' AS arrival, name_of('article', n) AS body_id,
    'outlet:outlet ' || n % 40 AS publisher, 'original' AS copy_kind, 'outlet:outlet ' || n % 40 AS source,
    'full' AS depth
FROM range($articles) AS r(n);

INSERT INTO statements BY NAME
SELECT name_of('statement', n) AS statement_id, name_of('article', n // 2) AS article_id,
    name_of('utterance', n // 3) AS utterance_id, p.official_id, p.official_id AS speaker,
    p.official_id AS speaker_id, 'said' AS cue, 'direct' AS kind, 'Words ' || n AS text, 0 AS start_char,
    10 AS end_char, [{'start_char': 0, 'end_char': 10}] AS spans, [s.topic] AS topics,
    CASE n % 3 WHEN 0 THEN ['accept', 'reject', 'demand', 'offer'][1 + n // 3 % 4] END AS stance,
    moment_of(n // 2) AS published_at, 'Outlet ' || n // 2 % 40 AS outlet, 'x' AS extractor_version, false AS negated,
    false AS denied, 0.9 AS confidence
FROM range(2 * $articles) AS r(n)
JOIN people AS p ON p.nth = r.n // 3 % (SELECT count(*) FROM people)
JOIN subjects AS s ON s.nth = r.n // 7 % (SELECT count(*) FROM subjects);

INSERT INTO mentions BY NAME
SELECT name_of('article', n // 5) AS article_id, 'official' AS kind, p.official_id AS ref_id, p.official_id AS name,
    p.official_id AS surface, 0 AS start_char, 10 AS end_char, 'x' AS extractor_version
FROM range(5 * $articles) AS r(n)
JOIN people AS p ON p.nth = r.n % (SELECT count(*) FROM people);

INSERT INTO decisions BY NAME
SELECT ['ceasefire', 'istanbul', 'guarantees'][1 + n % 3] AS rule, name_of('article', n // 3) AS article_id,
    p.official_id, moment_of(n // 3) AS decided_at,
    CASE WHEN n % 30 = 0 THEN 'new' WHEN n % 3 = 1 THEN 'below_corroboration' ELSE 'duplicate' END AS reason,
    CASE WHEN n % 30 = 0 THEN name_of('alert', n) END AS alert_id
FROM range(3 * $articles) AS r(n)
JOIN people AS p ON p.nth = r.n % (SELECT count(*) FROM people);

INSERT INTO alerts BY NAME
SELECT name_of('alert', n) AS alert_id, 'ceasefire' AS rule, 'v' AS rule_version,
    name_of('article', n // 3) AS article_id, 1 AS revision,
    name_of('article', n // 15 * 5) AS story_id, moment_of(n // 3) AS fired_at, 'normal' AS severity,
    'ceasefire' AS keyword, p.official_id, p.official_id AS official, 'sentence' AS scope, 'text' AS place,
    'Words of article ' || n || '.' AS excerpt, 0 AS excerpt_start_char, 17 AS excerpt_end_char, 'new' AS reason,
    [] AS evidence, name_of('utterance', n // 3 * 2 // 3) AS utterance_id,
    [name_of('utterance', n // 3 * 2 // 3)] AS utterance_ids, false AS denied, 1 AS sources,
    ['outlet:outlet ' || n // 3 % 40] AS roots, 1 AS told_sources, moment_of(n // 3) AS told_at
FROM range(0, 3 * $articles, 30) AS r(n)
JOIN people AS p ON p.nth = r.n % (SELECT count(*) FROM people);

INSERT INTO messages BY NAME
SELECT name_of('message', n) AS message_id, 'desk' AS subscriber, 'slack' AS channel,
    name_of('article', n // 15 * 5) AS story_id, moment_of(n // 3) AS created_at, moment_of(n // 3) AS due_at,
    'sent' AS status, 1 AS attempts, moment_of(n // 3) AS attempted_at, moment_of(n // 3) AS sent_at,
    moment_of(n // 3) AS tried_since
FROM range(0, 3 * $articles, 30) AS r(n);
INSERT INTO message_alerts
SELECT name_of('message', n), name_of('alert', n), 1 FROM range(0, 3 * $articles, 30) AS r(n);

INSERT INTO story_keys
SELECT article_id, publisher, published_at, first_seen_at,
    [(hash(article_id) >> 1)::BIGINT, (hash(story_id) >> 1)::BIGINT, 7]
FROM articles
WHERE first_seen_at > $now::TIMESTAMPTZ - INTERVAL 8 DAY;
INSERT INTO utterance_keys
SELECT statement_id, utterance_id, speaker, published_at, published_at, text, [], [(hash(utterance_id) >> 1)::BIGINT]
FROM statements
WHERE published_at > $now::TIMESTAMPTZ - INTERVAL 8 DAY;
"""


def make(folder: Path, articles: int, setup: Setup) -> None:
    """Make a warehouse of so many articles."""
    make_old(folder, articles, setup)
    migrate(folder)


def make_old(folder: Path, articles: int, setup: Setup) -> None:
    """Make one as an earlier version left it."""
    folder.mkdir(parents=True)
    known = store.known_migrations()
    values = {
        "now": NOW,
        "articles": articles,
        "officials": [each.official_id for each in setup.watchlist.officials[:60]],
        "topics": [each.topic for each in setup.watchlist.topics][:11],
    }
    with closing(duckdb.connect(folder / LIVE, config={"checkpoint_threshold": "1GB"})) as connection:
        connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        store.apply(connection, [each for each in known if each.version <= SCHEMA])
        for name, value in values.items():
            connection.execute(f"SET VARIABLE {name} = $1", [value])
        sql = HISTORY
        for name in values:
            sql = sql.replace(f"${name}", f"getvariable('{name}')")
        connection.execute(sql)
        connection.execute("CHECKPOINT")


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


def measured(setup: Setup, found: Sequence[ReadArticle], original: Path) -> tuple[float, float]:
    """Return the least CPU seconds for opening and closing, and for recording beyond that."""
    opening, recording = [], []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as name:
            shutil.copyfile(original / LIVE, Path(name) / LIVE)
            here = replace(setup, settings=replace(setup.settings, data_dir=Path(name)), now=lambda: NOW)
            began = time.process_time()
            with writing(here.data_dir):
                pass
            opened = time.process_time()
            batch = worked_out(here, found)
            with writing(here.data_dir) as session:
                recorded(here, session, batch)
            opening.append(opened - began)
            recording.append(time.process_time() - opened - (opened - began))
    return min(opening), min(recording)


def main() -> None:
    """Make the warehouses and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        path = Path(name) / "talkwatch.toml"
        path.write_text(CONFIGURATION, encoding="utf-8")
        setup = prepared(load_settings(path))
        found = seeds(setup)
        print(f"{'articles':>9} {'MB':>6} {'open s':>8} {'record s':>9} {'ratio':>6}")
        before = None
        for count in asked.articles:
            folder = (asked.keep or Path(name)) / str(count)
            if not (folder / LIVE).exists():
                make(folder, count, setup)
            size = (folder / LIVE).stat().st_size / 1e6
            opening, recording = measured(setup, found, folder)
            ratio = f"{recording / before:6.2f}" if before else "     -"
            print(f"{count:9} {size:6.0f} {opening:8.2f} {recording:9.2f} {ratio}", flush=True)
            before = recording


if __name__ == "__main__":
    main()
