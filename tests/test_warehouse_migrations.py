from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import timedelta

import duckdb
import pytest

from tests.warehouse_examples import NOW, Intercepted
from warehouse import store
from warehouse.alerts import alert, past_alerts
from warehouse.published import PUBLISHED, publish
from warehouse.runs import RunCounts, last_runs, start_run
from warehouse.store import LIVE, migrate, reading, writing

# What analysts were promised, table by table; they may find more, never less.
ARTICLE = (
    "article_id url outlet feed_id title author published_at first_seen_at language word_count text story_id revision"
)
CONTRACT = {
    "articles": ARTICLE,
    "article_revisions": ARTICLE,
    "officials": "official_id name country side role role_from role_to aliases",
    "mentions": "article_id kind ref_id surface start_char end_char",
    "statements": "statement_id article_id utterance_id official_id speaker speaker_surface cue kind text start_char "
    "end_char spans topics stance published_at outlet extractor_version",
    "stories": "story_id first_seen_at title articles outlets independent_sources",
    "utterances": "utterance_id official_id speaker first_said_at reports articles outlets text",
    "positions": "official_id topic process_id stance since until statements first_statement_id last_statement_id",
    "position_shifts": "official_id topic process_id from_stance to_stance shifted_at before_statement_id after_statement_id",
    "talks": "article_id kind status past_round starts_on ends_on place parties sentence start_char end_char",
    "decisions": "rule article_id official_id decided_at reason alert_id",
    "alerts": "alert_id rule rule_version article_id story_id fired_at severity keyword official_id scope excerpt "
    "reason evidence",
    "deliveries": "message_id alert_id subscriber channel status held_by attempts last_error due_at sent_at",
    "feeds": "feed_id url outlet state last_polled_at next_poll_at consecutive_failures last_error last_new_at "
    "entries_seen",
    "runs": "run_id started_at finished_at",
    "processes": "process_id name parties since until",
    "verdicts": "alert_id verdict why marked_at subscriber message_id",
    "corrections": "correction_id url words field was is_now made_at undone_at",
}

# A migration that is out in the world is never edited: another one is added, with its own line here.
FINGERPRINTS = {
    "0001_articles.sql": "0b981cc55ac861f3",
    "0002_alerts.sql": "ffb7894f9c846ac3",
    "0003_feeds.sql": "f18c10b35781048d",
    "0004_guest.sql": "ba2ba4818152c6c4",
    "0005_stories.sql": "46722f3b63c81aa6",
    "0007_positions.sql": "d512b593ac88f73a",
    "0008_follow_ups.sql": "4f881160765fa8c4",
    "0009_delivery.sql": "275ce4afcf63da51",
    "0006_posts.sql": "27d515cc13a3e2c3",
    "0010_depth.sql": "8a29d09bd8e18b5d",
    "0011_negated_mentions.sql": "4f18b0f1b3ed8353",
    "0012_links.sql": "2ab8fea1cfe86389",
    "0013_takes.sql": "acff94d3605b2bb5",
    "0014_datelines.sql": "02d5ea3e5813bd35",
    "0015_feed_failures.sql": "8f5125767ee6de2c",
    "0016_meanings.sql": "3e93bb0c280796e0",
    "0017_sources.sql": "dd8aad566f5f41b5",
    "0018_verdicts.sql": "5d01c3fc6ef609ab",
    "0019_events.sql": "33ebc9e43461beea",
    "0020_search.sql": "f96b4a5bfacda633",
    "0021_said_before.sql": "290a00efb13a0a6c",
    "0022_as_of.sql": "64f57ae49969a37d",
    "0023_disputes.sql": "a56b54f36737b262",
    "0024_replayed.sql": "ccc12eec38f7d8ba",
    "0025_nightly.sql": "303b048bc30d78c4",
    "0026_corrections.sql": "daf8472a230a9459",
    "0027_processes.sql": "99b99c900e0bf1cf",
    "0028_people.sql": "c7c59114984e61dc",
    "0029_primary.sql": "7c529f718f20de4b",
    "0030_links.sql": "8a697527e21a1c72",
    "0031_changes.sql": "c1cc65216b814b37",
    "0032_single_words.sql": "f47ff3b2786ba984",
    "0033_reprocessing.sql": "c67823392deabece",
    "0034_by_day.sql": "552d3c46f0eb765c",
    "0035_forgotten.sql": "51f1e5d0d6fe4d61",
    "0036_forgotten_people.sql": "c5c7e0835a1ec094",
    "0037_silent.sql": "71f559684724da1a",
    "0038_briefing.sql": "e56132197e650bef",
    "0039_narrated.sql": "2fe2294616ac0873",
    "0040_search_found.sql": "c007aa35b3249301",
    "0041_messages_on_events.sql": "5e71a52f94a0c233",
    "0042_search_times.sql": "7e01c0d750bfd4ff",
    "0043_search_most.sql": "9920691984ac10f1",
    "0044_looked_up.sql": "4a276ace5f19fb93",
}


NEWEST = len(store.known_migrations())
MORE = f"{NEWEST + 1:04}_more.sql"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Return a connection to a published copy."""
    data_dir = tmp_path_factory.mktemp("var")
    publish(data_dir)
    with duckdb.connect(data_dir / PUBLISHED, read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("table", CONTRACT)
def test_every_promised_column_is_there(published, table):
    """Each table or view of the contract has its columns in the published copy, without a schema's prefix."""
    columns = [row[0] for row in published.execute(f"DESCRIBE {table}").fetchall()]
    assert set(CONTRACT[table].split()) <= set(columns)


def test_every_table_view_and_column_explains_itself(published):
    """Nothing in the published copy lacks its COMMENT, and comments are sentences."""
    commented = published.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal UNION ALL "
        "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal UNION ALL "
        "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    assert len(commented) > 100
    assert [name for name, comment in commented if not comment or not comment.endswith(".")] == []


def test_every_time_has_a_zone(published):
    """No column holds a time without a zone."""
    rows = published.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type LIKE 'TIMESTAMP%' "
        "AND data_type <> 'TIMESTAMP WITH TIME ZONE'"
    ).fetchall()
    assert rows == []


def test_revisions_have_the_columns_of_articles(published):
    """An older revision has all that the newest has."""
    now, before = (published.execute(f"DESCRIBE {name}").fetchall() for name in ("articles", "article_revisions"))
    assert [row[:2] for row in now] == [row[:2] for row in before]


def test_runs_count_what_a_pass_counts(published):
    """Each field of RunCounts has its column in runs, and runs has no other count."""
    columns = [row[0] for row in published.execute("DESCRIBE runs").fetchall()]
    assert columns[3:] == [field.name for field in fields(RunCounts)]


@pytest.mark.own_warehouse
def test_migrations_are_applied_once(tmp_path):
    """The first call applies every migration in order, the second none."""
    assert migrate(tmp_path) == tuple(range(1, NEWEST + 1))
    assert migrate(tmp_path) == ()


def test_migrations_are_never_edited():
    """Each migration's text is the one that was released."""
    known = {each.name: hashlib.sha256(each.sql.encode()).hexdigest()[:16] for each in store.known_migrations()}
    assert known == FINGERPRINTS


def test_migrations_are_numbered_without_gaps():
    """Numbers run from 1, each once."""
    versions = [migration.version for migration in store.known_migrations()]
    assert versions == list(range(1, len(versions) + 1))


@pytest.fixture
def older(tmp_path, monkeypatch):
    """Return a data directory whose file lacks a migration that is known now."""
    with writing(tmp_path) as session:
        start_run(session, "r1", NOW)
    publish(tmp_path)
    folder = tmp_path / "migrations"
    folder.mkdir()
    for migration in store.known_migrations():
        (folder / migration.name).write_text(migration.sql)
    (folder / MORE).write_text("CREATE TABLE more (x INTEGER); INSERT INTO more VALUES (1);")
    known = store.known_migrations(folder)
    monkeypatch.setattr(store, "known_migrations", lambda: known)
    return tmp_path


def rows_of(path, sql):
    """Return the rows of a query on a closed file."""
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_an_older_file_is_brought_up_after_a_copy(older):
    """A file of an earlier version keeps its rows and gains the new tables; a copy of it as it was stays beside it."""
    assert migrate(older) == (NEWEST + 1,)
    assert rows_of(older / LIVE, "SELECT (SELECT x FROM more), (SELECT run_id FROM runs)") == [(1, "r1")]
    assert rows_of(older / LIVE, f"SELECT name FROM schema_migrations WHERE version = {NEWEST + 1}") == [(MORE,)]
    copy = older / f"warehouse.before-{NEWEST + 1:04}.duckdb"
    assert rows_of(copy, "SELECT (SELECT max(version) FROM schema_migrations), (SELECT run_id FROM runs)") == [
        (NEWEST, "r1")
    ]


class Told(list[str]):
    """What a migration tells of how far it is."""

    def grow(self, more):
        """Note how many steps there are."""
        self.append(f"{more} steps")

    def __call__(self):
        """Note one."""
        self.append("one")


def test_it_is_told_how_far_a_migration_is(older):
    """Each statement counts as a step, while it is under way, for some take minutes on a large file; no news is none."""
    assert migrate(older, steps=(told := Told())) == (NEWEST + 1,)
    assert told == ["2 steps", "one", "one"]
    assert migrate(older, steps=(told := Told())) == ()
    assert told == []


def test_any_session_brings_an_older_file_up(older):
    """No command has to be run first: opening the warehouse migrates it, and the copy is published anew."""
    with reading(older) as session:
        assert session.rows("SELECT x FROM more") == [(1,)]
        assert [run.run_id for run in last_runs(session, 9)] == ["r1"]
    assert publish(older)


def test_a_migration_that_dies_leaves_the_older_file(older, monkeypatch):
    """A migration and the record of it stand together or not at all; the next try applies it."""

    def die(sql: str) -> None:
        if sql.startswith("INSERT INTO schema_migrations"):
            raise SystemError("killed")

    connect = store.connect
    with monkeypatch.context() as dying:
        dying.setattr(store, "connect", lambda *args: Intercepted(connect(*args), before=die))
        with pytest.raises(SystemError):
            migrate(older)
    assert rows_of(older / LIVE, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'") == [(0,)]
    assert migrate(older) == (NEWEST + 1,)


OLD_LINKS = """
INSERT INTO articles BY NAME
SELECT 'a' || n AS article_id, 'https://one.example/' || n AS url, 'Outlet ' || n AS outlet, 'Title ' || n AS title,
    TIMESTAMPTZ '2026-03-04 12:00:00Z' + INTERVAL (n) HOUR AS first_seen_at, 'en' AS language, 2 AS word_count,
    'Some words.' AS text, CASE WHEN n IN (2, 3) THEN 'a2' ELSE 'a1' END AS story_id, 1 AS revision,
    'x' AS extractor_version, 'h' AS text_hash, 'polled' AS arrival, CASE n WHEN 4 THEN 'a1' ELSE 'a' || n END AS body_id,
    CASE WHEN n IN (2, 3) THEN 'tass' ELSE 'outlet ' || n END AS source
FROM range(1, 5) AS r(n);
INSERT INTO statements BY NAME
SELECT 's' || n AS statement_id, 'a' || n AS article_id, CASE n WHEN 4 THEN 'later' ELSE 'first' END AS utterance_id,
    'dmitry-peskov' AS official_id, 'Dmitry Peskov' AS speaker, 'direct' AS kind, 'Some words'[: 4 + n] AS text,
    0 AS start_char, 10 AS end_char, [] AS spans, ['ceasefire'] AS topics, 'Outlet ' || n AS outlet,
    'x' AS extractor_version
FROM range(1, 5) AS r(n);
INSERT INTO utterance_names VALUES ('merged', 'first');
INSERT INTO alerts BY NAME
SELECT 'alert' || n AS alert_id, 'rule' AS rule, 'v' AS rule_version, 'a' || n AS article_id, 'a' || n AS story_id,
    TIMESTAMPTZ '2026-03-04 12:00:00Z' AS fired_at, 'high' AS severity, 'truce' AS keyword,
    'dmitry-peskov' AS official_id, 'Dmitry Peskov' AS official, 'speaks' AS scope, 'text' AS place,
    'Some words.' AS excerpt, 0 AS excerpt_start_char, 11 AS excerpt_end_char, 'new' AS reason, [] AS evidence,
    CASE n WHEN 3 THEN NULL ELSE 'merged' END AS utterance_id
FROM range(1, 4) AS r(n);
"""
# Of an alert of before, and one that was written without lists.
OLD_LISTS = "UPDATE alerts SET utterance_ids = CASE alert_id WHEN 'alert1' THEN ['other', 'merged', 'first'] END"


@pytest.fixture
def before_links(tmp_path):
    """Return a data directory of the schema before links, with stories and utterances that were made one by renaming."""
    known = store.known_migrations()
    with duckdb.connect(tmp_path / LIVE) as connection:
        store.apply(connection, [each for each in known if each.version < 12])
        connection.execute(OLD_LINKS)
        connection.execute(OLD_LISTS)
    return tmp_path


def test_what_was_renamed_is_linked(before_links):
    """An older warehouse shows the same stories, bodies and utterances through links, and counts them in tables."""
    with reading(before_links) as session:
        assert session.rows("SELECT article_id, story_id, body_id FROM articles ORDER BY ALL") == [
            ("a1", "a1", "a1"),
            ("a2", "a2", "a2"),
            ("a3", "a2", "a3"),
            ("a4", "a1", "a1"),
        ]
        assert session.rows("SELECT member, root FROM story_links ORDER BY ALL") == [("a3", "a2"), ("a4", "a1")]
        assert session.rows("SELECT story_id, title, articles, independent_sources FROM stories ORDER BY ALL") == [
            ("a1", "Title 1", 2, 2),
            ("a2", "Title 2", 2, 1),
        ]
        assert session.rows("SELECT utterance_id, reports, text, languages FROM utterances ORDER BY ALL") == [
            ("first", 3, "Some wo", ["en"]),
            ("later", 1, "Some wor", ["en"]),
        ]


def test_an_older_alert_names_utterances_as_they_are_called_now(before_links):
    """Through the view an alert has its utterances' present names, each once; what has no list has none."""
    with reading(before_links) as session:
        assert session.rows("SELECT alert_id, utterance_id, utterance_ids FROM alerts ORDER BY alert_id") == [
            ("alert1", "first", ["first", "other"]),
            ("alert2", "first", None),
            ("alert3", None, None),
        ]


def test_an_alert_without_a_list_of_utterances_has_an_empty_one(before_links):
    """What an earlier version wrote without lists is read as an alert that names nothing, not as one that names None."""
    with reading(before_links) as session:
        told = {each.alert_id: each for each in past_alerts(session, since=NOW - 400 * timedelta(days=1))}
        assert (told["alert2"].utterance_id, told["alert2"].utterance_ids) == ("first", ())
        (logged,) = alert(session, "alert3")
    assert (logged.notice.alert.utterance_ids, logged.notice.roots, logged.notice.alert.denied) == ((), (), False)
