from __future__ import annotations

import io
import os
import pickle
import select
import time
from datetime import timedelta
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from tests.warehouse_examples import HOLD, NOW, feed, python, read_article
from warehouse import articles, queries
from warehouse.errors import WarehouseError
from warehouse.feeds import sync_feeds
from warehouse.published import PUBLISHED, publish
from warehouse.queries import Bounds, QueryFailure, QueryProblem, asked, query
from warehouse.sandbox import explained
from warehouse.shown.copy import PublishedCopy
from warehouse.store import LIVE, reading, writing

# Each reads the one before it twice: the planner writes all of that out, and looks at no clock meanwhile.
_DOUBLED = "".join(f", c{n} AS NOT MATERIALIZED (SELECT x.a FROM c{n - 1} x, c{n - 1})" for n in range(1, 40))
BOMB = f"WITH c0 AS (SELECT 1 AS a){_DOUBLED} SELECT count(*) FROM c39"


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
from warehouse.queries import Bounds, query
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
        pytest.param("SELECT max(range) FROM (FROM range(10000000000000))", id="another"),
        pytest.param(BOMB, id="a plan that does not end"),
    ],
)
def test_a_query_that_takes_too_long_is_stopped(data_dir, sql):
    """A query without end stops at the time limit, in one line of its own kind."""
    with pytest.raises(QueryFailure, match="took too long"):
        query(data_dir, sql, Bounds(timeout=timedelta(seconds=0.2)))


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("SELECT repeat('x', 2000000000)", id="one value"),
        pytest.param(
            "SELECT list(s) FROM (SELECT repeat('x', 1000000) AS s FROM range(100000))", id="a list of values"
        ),
        pytest.param(
            "CREATE TEMP TABLE t AS SELECT repeat(md5(range::VARCHAR), 99) AS s FROM range(99999999)", id="a table"
        ),
        pytest.param("SELECT repeat('x', 3000000) FROM range(1000)", id="rows that are held to be sent"),
    ],
)
def test_a_query_that_takes_too_much_memory_is_stopped(data_dir, sql):
    """A query over the memory limit is one line of its own kind: nothing spills onto the disk."""
    before = sorted(path.name for path in data_dir.iterdir())
    with pytest.raises(QueryFailure, match="more memory") as failure:
        query(data_dir, sql)
    assert len(str(failure.value).splitlines()) == 1
    assert sorted(path.name for path in data_dir.iterdir()) == before


def test_who_asks_can_give_a_query_more_memory(data_dir):
    """What does not fit into the usual memory fits into more of it, and never into as much as one likes."""
    big = "SELECT len(repeat('x', 1_200_000_000))"
    with pytest.raises(QueryFailure, match="more memory"):
        query(data_dir, big)
    assert tuple(query(data_dir, big, Bounds(memory=4 * 10**9)).rows) == ((1_200_000_000,),)
    ((limit,),) = query(data_dir, "SELECT current_setting('memory_limit')", Bounds(memory=200 * 10**6)).rows
    assert limit == "133.5 MiB"


def test_rows_come_as_they_are_found(data_dir):
    """The first rows of an answer without end are there at once, and the process ends with the block."""
    others = children(os.getpid())
    with asked(data_dir, "FROM range(10000000000000)") as result:
        assert list(islice(result.rows, 2000))[-1] == (1999,)
        assert len(children(os.getpid()) - others) == 1
    assert not children(os.getpid()) - others


def test_what_is_done_with_the_rows_takes_none_of_the_time(data_dir, monkeypatch):
    """Whoever reads slowly, as in a pager, may: only waiting for an answer is counted."""
    lost = 0.0
    monkeypatch.setattr(queries.time, "monotonic", lambda real=time.monotonic: real() + lost)
    with asked(data_dir, "FROM range(5000)") as result:
        rows = iter(result.rows)
        assert next(rows) == (0,)
        lost += 3600
        assert sum(1 for _ in rows) == 4999


# As it draws its bar after two seconds, here after a thousandth of one.
BAR = "import warehouse.sandbox; warehouse.sandbox.NO_BAR = 'SET progress_bar_time = 1'; "


def test_what_a_library_prints_is_not_taken_for_the_answer(data_dir, monkeypatch):
    """The bar that DuckDB draws on standard output while a query takes long goes nowhere, the answer comes whole."""
    reaching, asking = queries._PROGRAM.split("from", 1)
    monkeypatch.setattr(queries, "_PROGRAM", f"{reaching}{BAR}from{asking}")
    assert query(data_dir, "SELECT count(*) FROM range(200000000) WHERE range % 7 = 3").rows == ((28571429,),)


def test_no_bar_is_drawn(data_dir):
    """Neither a query of an analyst nor one of ours draws a bar into what is printed."""
    sql = "SELECT current_setting('enable_progress_bar')"
    assert query(data_dir, sql).rows == ((False,),)
    with reading(data_dir) as live, PublishedCopy(data_dir).reading() as copy:
        assert live.rows(sql) == copy.rows(sql) == [(False,)]


def children(pid):
    """Return the ids of a process's children that are still at work."""
    return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


ASK_FOR_LONG = """
import sys
from pathlib import Path
from warehouse.queries import Bounds, query
query(Path(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.parametrize("sql", ["SELECT count(*) FROM range(10000000000000)", BOMB], ids=["running", "planning"])
def test_a_query_ends_with_whoever_asked_it(data_dir, sql):
    """When the one who asked is killed nothing is left behind to work on."""
    with python(ASK_FOR_LONG, data_dir, sql) as asking:
        while not (found := children(asking.pid)):
            assert asking.poll() is None
        sandbox = os.pidfd_open(found.pop())
        asking.kill()
    try:
        assert select.select([sandbox], [], [], 30)[0]
    finally:
        os.close(sandbox)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("{folder}/analysis.duckdb", id="by its name"),
        pytest.param("{folder}/analysis.duckdb.wal", id="its log"),
        *(pytest.param(f"/dev/fd/{number}", id=f"by descriptor {number}") for number in range(3, 8)),
        pytest.param("/proc/self/fd/5", id="by the system's own name for a descriptor"),
        pytest.param("/dev/stdout", id="the pipe that the answer takes"),
    ],
)
@pytest.mark.parametrize("how", ["use_tmp_file false", "use_tmp_file true", "format parquet, use_tmp_file false"])
def test_the_copy_cannot_be_written(data_dir, target, how):
    """DuckDB lets a query write where its own database stands; the process that runs it can open nothing there."""
    before = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    with pytest.raises(QueryProblem):
        query(data_dir, f"COPY (SELECT 1) TO '{target.format(folder=data_dir)}' ({how})")
    assert {path.name: path.read_bytes() for path in data_dir.iterdir()} == before


def test_who_has_the_copy_open_for_writing_is_in_nobody_s_way(data_dir):
    """A query is answered although DuckDB lets no second process open the file; it leaves nothing behind."""
    with python(HOLD, data_dir / PUBLISHED) as analyst:
        assert analyst.stdout.readline() == "holding\n"
        before = sorted(path.name for path in data_dir.iterdir())
        assert query(data_dir, "SELECT title FROM articles").rows == (("Peskov speaks",),)
        assert sorted(path.name for path in data_dir.iterdir()) == before


def test_a_process_that_dies_is_one_line(data_dir, monkeypatch):
    """When DuckDB itself ends its process, as it does where it finds no memory to say so, that is a limit too."""
    monkeypatch.setattr(queries, "_PROGRAM", "import os, sys; sys.stdin.buffer.read(8); os.abort()")
    with pytest.raises(QueryFailure, match="more memory"):
        query(data_dir, "SELECT 1")


def test_nothing_but_values_is_taken_from_that_process():
    """What it sends can name no function to be called here."""
    with pytest.raises(pickle.UnpicklingError, match=r"posix\.system is no value"):
        queries._Values(io.BytesIO(pickle.dumps(os.system))).load()


def test_before_the_first_copy_there_is_advice(tmp_path):
    """Without a published copy the query says what to do, and makes no file."""
    with pytest.raises(QueryProblem, match="nothing is published"):
        query(tmp_path, "SELECT 1")
    assert not list(tmp_path.iterdir())


def test_a_damaged_copy_is_one_line(tmp_path):
    """A copy that is no database is reported with what mends it, not met with a traceback."""
    (tmp_path / PUBLISHED).write_bytes(b"damaged" * 1000)
    with pytest.raises(QueryProblem, match=r"not a valid DuckDB.*`talkwatch publish`") as problem:
        query(tmp_path, "SELECT 1")
    assert len(str(problem.value).splitlines()) == 1


def test_a_copy_that_is_a_folder_is_one_line(tmp_path):
    """What stands in the copy's place and is no file is named."""
    (tmp_path / PUBLISHED).mkdir()
    with pytest.raises(WarehouseError, match=f"{PUBLISHED}: is a directory"):
        query(tmp_path, "SELECT 1")


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
def test_an_error_is_told_in_duckdb_s_own_words(said, told):
    """Without the name of its kind, whatever form it comes in."""
    assert explained(duckdb.Error(said), "SELECT nothing") == ("problem", told)
