from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from tests.warehouse_examples import NOW, feed, python, read_article
from warehouse import articles, queries
from warehouse.feeds import sync_feeds
from warehouse.published import PUBLISHED, publish
from warehouse.queries import QueryFailure, QueryProblem, query
from warehouse.store import LIVE, writing


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Return a data directory with one published article, and a secret in a file and in the environment."""
    folder = tmp_path_factory.mktemp("var")
    with writing(folder) as session:
        sync_feeds(session, [feed()])
        articles.save_articles(session, [read_article()])
    publish(folder)
    (folder / "secret.csv").write_text("secret\nhunter2\n")
    return folder


def test_rows_come_with_names_and_types(data_dir):
    """A query gives columns, DuckDB's types and Python's values, times in UTC."""
    result = query(data_dir, "SELECT title, published_at, sentences FROM articles")
    assert result.columns == ("title", "published_at", "sentences")
    assert result.types == (
        "VARCHAR",
        "TIMESTAMP WITH TIME ZONE",
        "STRUCT(start_char INTEGER, end_char INTEGER)[]",
    )
    assert result.rows[0][:2] == ("Peskov speaks", NOW - timedelta(hours=1))
    assert result.rows[0][2][0] == {"start_char": 0, "end_char": 16}


IN_TOKYO = """
import os, sys
os.environ["TZ"] = "Asia/Tokyo"
from pathlib import Path
from warehouse.queries import query
print(query(Path(sys.argv[1]), "SELECT '2024-05-24 09:00'::TIMESTAMPTZ::VARCHAR").rows[0][0])
"""


def test_the_time_zone_is_utc(data_dir):
    """A time without a zone is read as UTC, and shown so, whatever the machine's zone."""
    with python(IN_TOKYO, data_dir) as tokyo:
        said, _ = tokyo.communicate()
    assert said == "2024-05-24 09:00:00+00\n"


def test_every_statement_runs_and_the_last_answers(data_dir):
    """Several statements share one session, temporary tables included; the last one's rows are the answer."""
    sql = "CREATE TEMP TABLE few AS SELECT 1 AS n; INSERT INTO few VALUES (2); SELECT sum(n) AS n FROM few -- done"
    assert query(data_dir, sql).rows == ((3,),)


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE articles",
        "SHOW TABLES",
        "EXPLAIN SELECT 1",
        "SUMMARIZE articles",
        "FROM articles",
        "WITH a AS (SELECT 1) FROM a",
        "SELECT topics->>0 FROM (SELECT '[1]'::JSON AS topics)",
        "SELECT unnest(sentences, recursive := true) FROM articles",
    ],
)
def test_what_analysts_use_works(data_dir, sql):
    """Describing, explaining, JSON and nested values need no extension."""
    assert query(data_dir, sql).rows


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        pytest.param(
            "SELECT title FORM articles", 'line 1, column 19: syntax error at or near "articles"', id="syntax"
        ),
        pytest.param(
            "SELECT 1;\n\nSELECT 'я',\n nope FROM articles", "line 4, column 2: Referenced column", id="place"
        ),
        pytest.param("FROM articels", 'does not exist! Did you mean "articles"', id="an unknown table has a candidate"),
        pytest.param(
            "SELECT titel FROM articles", 'Candidate bindings: "title"', id="an unknown column has candidates"
        ),
        pytest.param("SELECT foo(1)", "Scalar Function with name foo does not exist", id="an unknown function"),
        pytest.param("SELECT 'x'::INTEGER", "Could not convert string", id="a value that is none"),
        pytest.param("", "the query is empty", id="nothing"),
        pytest.param(" ; -- no more", "the query is empty", id="a comment alone"),
        pytest.param("SELECT $1", "Values were not provided", id="a parameter"),
        pytest.param(
            "SELECT error(chr(27) || '[31m' || chr(10) || 'x')", "\ufffd[31m x", id="hostile text in an error"
        ),
    ],
)
def test_a_mistake_is_one_line_with_its_place(data_dir, sql, says):
    """What is wrong with a query is said in one line: where, and what could have been meant."""
    with pytest.raises(QueryProblem) as problem:
        query(data_dir, sql)
    assert says in str(problem.value)
    assert len(str(problem.value).splitlines()) == 1
    assert "{" not in str(problem.value)


PROBES = {
    "writes a file": "COPY articles TO '{folder}/stolen.csv'",
    "writes a query to a file": "COPY (SELECT 1) TO '{folder}/stolen.parquet' (FORMAT parquet)",
    "exports the database": "EXPORT DATABASE '{folder}/stolen'",
    "imports a database": "IMPORT DATABASE '{folder}'",
    "reads a text file": "SELECT content FROM read_text('{folder}/secret.csv')",
    "reads a binary file": "FROM read_blob('{folder}/secret.csv')",
    "reads a CSV file": "FROM read_csv('{folder}/secret.csv')",
    "reads a file by name": "FROM '{folder}/secret.csv'",
    "reads a JSON file": "FROM read_json('{folder}/secret.csv')",
    "reads Parquet metadata": "FROM parquet_metadata('{folder}/secret.csv')",
    "sniffs a CSV file": "FROM sniff_csv('{folder}/secret.csv')",
    "lists files": "FROM glob('{folder}/*')",
    "loads a file into a table": "CREATE TEMP TABLE t (a VARCHAR); COPY t FROM '{folder}/secret.csv'",
    "reads the live file": "ATTACH '{folder}/{live}' AS live",
    "reads the live file by function": "FROM read_duckdb('{folder}/{live}', table_name := 'articles')",
    "attaches a new file": "ATTACH '{folder}/stolen.duckdb'",
    "installs an extension": "INSTALL httpfs",
    "loads an extension": "LOAD httpfs",
    "loads a library": "LOAD '{folder}/secret.csv'",
    "reads the web": "FROM 'https://127.0.0.1:9/x.parquet'",
    "opens file access again": "SET enable_external_access = true",
    "unlocks the configuration": "SET lock_configuration = false",
    "resets the configuration": "RESET lock_configuration",
    "lifts the memory limit": "SET memory_limit = '100GB'",
    "lifts the time limit": "SET max_execution_time = 0",
    "uses a pragma": "PRAGMA threads = 8",
    "writes a profile": "PRAGMA profiling_output = '{folder}/stolen.json'",
    "writes a log": "CALL enable_logging(storage := 'file', storage_config := {{'path': '{folder}/stolen'}})",
    "stores a secret": "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "reads secrets": "FROM duckdb_secrets()",
    "reads the environment": "SELECT getenv('HOME')",
    "reads Python's variables": "FROM data_dir",
    "adds a row": "INSERT INTO changes VALUES (1)",
    "changes a row": "UPDATE articles SET title = 'x'",
    "drops a table": "DROP TABLE articles",
    "makes a table": "CREATE TABLE stolen (a INTEGER)",
    "makes a view": "CREATE VIEW stolen AS SELECT 1",
    "hides a write in a query": "SELECT 1; DELETE FROM articles",
    "runs SQL from a value": "FROM query('COPY (SELECT 1) TO ''{folder}/stolen.csv''')",
}


@pytest.mark.parametrize("probe", PROBES)
def test_a_query_that_does_more_than_read_is_refused(data_dir, probe):
    """Files, network, settings, extensions, secrets and writes are out of a query's reach."""
    before = sorted(path.name for path in data_dir.iterdir())
    copy = (data_dir / PUBLISHED).read_bytes()
    with pytest.raises(QueryProblem) as refused:
        query(data_dir, PROBES[probe].format(folder=data_dir, live=LIVE))
    assert "hunter2" not in str(refused.value)
    assert sorted(path.name for path in data_dir.iterdir()) == before
    assert (data_dir / PUBLISHED).read_bytes() == copy


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("SELECT count(*) FROM range(10000000000000)", id="a query that does not end"),
        pytest.param("FROM range(10000000000000)", id="an answer that does not end"),
    ],
)
def test_a_query_that_takes_too_long_is_stopped(data_dir, sql):
    """A query without end stops at the time limit, in one line of its own kind."""
    with pytest.raises(QueryFailure, match="took too long"):
        query(data_dir, sql, timeout=timedelta(seconds=0.2))


def test_a_query_that_takes_too_much_memory_is_stopped(data_dir, monkeypatch):
    """A query over the memory limit is one line of its own kind: nothing spills onto the disk."""
    monkeypatch.setitem(queries._CONFIG, "memory_limit", "100MB")
    with pytest.raises(QueryFailure, match="more memory") as failure:
        query(data_dir, "FROM range(20000000) ORDER BY hash(range) LIMIT 10000000")
    assert len(str(failure.value).splitlines()) == 1


def test_before_the_first_copy_there_is_advice(tmp_path):
    """Without a published copy the query says what to do, and makes no file."""
    with pytest.raises(QueryProblem, match="nothing is published"):
        query(tmp_path, "SELECT 1")
    assert not list(tmp_path.iterdir())


def test_a_damaged_copy_is_one_line(tmp_path):
    """A copy that is no database is reported, not met with a traceback."""
    (tmp_path / PUBLISHED).write_bytes(b"damaged" * 1000)
    with pytest.raises(QueryProblem, match="not a valid DuckDB") as problem:
        query(tmp_path, "SELECT 1")
    assert len(str(problem.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param("Invalid Input Error: there is no such thing", "there is no such thing", id="a kind and words"),
        pytest.param(
            'Binder Error: {"exception_message":"no column","position":"7"}',
            "line 1, column 8: no column",
            id="an account",
        ),
        pytest.param("no kind, words alone", "no kind, words alone", id="words alone"),
    ],
)
def test_an_error_is_told_in_duckdb_s_own_words(data_dir, monkeypatch, said, told):
    """Without the name of its kind, whatever form it comes in."""

    def fail(*_args, **_options):
        raise duckdb.Error(said)

    monkeypatch.setattr(duckdb, "connect", fail)
    with pytest.raises(QueryProblem) as problem:
        query(data_dir, "SELECT nothing")
    assert str(problem.value) == told
