from __future__ import annotations

import json
import signal
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse_examples import NOW, Intercepted, decision, message, new_warehouse, python, read_article
from tests.warehouse_examples import alert as example_alert
from warehouse import alerts, articles, events, outbox, store, stories, utterances
from warehouse.errors import Busy, DiskFull
from warehouse.runs import last_runs, start_run
from warehouse.store import LIVE, reading, writing

MOMENT = timedelta(milliseconds=50)

HOLD_OUR_LOCK = """
import sys
from pathlib import Path
from warehouse.store import writing
with writing(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""

HOLD_THE_FILE = """
import sys
import duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("holding", flush=True)
sys.stdin.read()
"""

# Dies where it is told to: in the block, just before COMMIT, just after it, or once the file is closed.
DIE = """
import os, signal, sys
from pathlib import Path
from tests.warehouse_examples import Intercepted, alert, decision, message, read_article
from warehouse import alerts, articles, events, outbox, store, stories, utterances

def die_if(place):
    if place == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

connect = store.connect
store.connect = lambda *args: Intercepted(
    connect(*args), before=lambda sql: die_if(f"before {sql}"), after=lambda sql: die_if(f"after {sql}")
)
with store.writing(Path(sys.argv[1])) as session:
    articles.save_articles(session, [read_article()])
    die_if("in the block")
    alerts.save_decisions(session, [decision(alert())])
    outbox.save_messages(session, [message()])
die_if("closed")
"""

FILL_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from warehouse.errors import DiskFull
from warehouse.store import writing
from warehouse.runs import start_run
from datetime import UTC, datetime
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
try:
    with writing(Path(sys.argv[1])) as session:
        start_run(session, "too much", datetime.now(UTC))
        session.run("INSERT INTO officials SELECT sha256(i::VARCHAR), sha256((i+1)::VARCHAR), NULL, NULL, NULL, NULL,"
                    " NULL, [] FROM range(100000) AS r(i)")
except DiskFull as error:
    print(error, flush=True)
"""


def stored(data_dir: Path) -> tuple[int, int, int]:
    """Return how many articles, alerts and messages there are."""
    with reading(data_dir) as session:
        row = session.row(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM alerts), (SELECT count(*) FROM messages)"
        )
    assert row is not None
    return row[0], row[1], row[2]


def save_all(data_dir: Path) -> None:
    """Store an article with its alert and message."""
    with writing(data_dir) as session:
        articles.save_articles(session, [read_article()])
        alerts.save_decisions(session, [decision(example_alert())])
        outbox.save_messages(session, [message()])


def test_a_block_commits_at_its_end(tmp_path):
    """What was written in one block is read in the next, and the data directory is made with its parents."""
    save_all(tmp_path / "new" / "var")
    assert stored(tmp_path / "new" / "var") == (1, 1, 1)


def test_a_block_that_raises_leaves_nothing(tmp_path):
    """An error in the block rolls everything back and comes out as it was."""
    with pytest.raises(ZeroDivisionError), writing(tmp_path) as session:
        _ = len(articles.save_articles(session, [read_article()])) / 0
    assert stored(tmp_path) == (0, 0, 0)


def test_an_error_of_the_callers_own_is_not_explained_away(tmp_path):
    """An OSError from the caller's block is not taken for trouble with the data directory."""
    with pytest.raises(ConnectionResetError), writing(tmp_path):
        raise ConnectionResetError


def test_reading_cannot_write(tmp_path):
    """A session for reading refuses to write."""
    with pytest.raises(duckdb.Error, match="read-only"), reading(tmp_path) as session:
        start_run(session, "r1", NOW)


def test_the_file_is_closed_after_a_session(tmp_path):
    """Anyone can open the live file between two sessions, and no log is left beside it."""
    save_all(tmp_path)
    with duckdb.connect(tmp_path / LIVE, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["warehouse.duckdb", "warehouse.lock"]


def test_two_processes_take_turns(tmp_path):
    """While another process is in a session ours waits, then names its pid; afterwards it gets in."""
    with python(HOLD_OUR_LOCK, tmp_path) as other:
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(Busy) as busy, writing(tmp_path, wait=MOMENT):
            pass
        assert f"held by process {other.pid} " in str(busy.value)
        assert len(str(busy.value).splitlines()) == 1
        release = threading.Timer(0.1, other.stdin.close)
        release.start()
        save_all(tmp_path)
        release.join()
    assert stored(tmp_path) == (1, 1, 1)


def test_a_forgotten_reader_is_waited_for_and_named(tmp_path):
    """A notebook that left the live file open is named with its pid; once it is gone the same block goes through."""
    new_warehouse(tmp_path)
    with python(HOLD_THE_FILE, tmp_path / LIVE) as other:
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(Busy, match=f"held by process {other.pid} "), writing(tmp_path, wait=MOMENT):
            pass
        release = threading.Timer(0.1, other.stdin.close)
        release.start()
        save_all(tmp_path)
        release.join()
    assert stored(tmp_path) == (1, 1, 1)


def test_a_connection_of_our_own_process_is_busy_too(tmp_path):
    """A connection left open in this very process is reported, not met with a traceback."""
    new_warehouse(tmp_path)
    with (
        duckdb.connect(tmp_path / LIVE, read_only=True),
        pytest.raises(Busy, match="another process"),
        writing(tmp_path, wait=MOMENT),
    ):
        pass


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param("in the block", (0, 0, 0), id="killed in the block: nothing"),
        pytest.param("before COMMIT", (0, 0, 0), id="killed just before COMMIT: nothing"),
        pytest.param("after COMMIT", (1, 1, 1), id="killed just after COMMIT: everything"),
        pytest.param("closed", (1, 1, 1), id="killed with the file closed: everything"),
    ],
)
def test_a_kill_leaves_nothing_or_everything(tmp_path, where, expected):
    """Article, alert and message stand together or not at all, wherever the process is killed."""
    new_warehouse(tmp_path)
    with python(DIE, tmp_path, where) as dying:
        assert dying.wait(30) == -signal.SIGKILL
    assert stored(tmp_path) == expected
    save_all(tmp_path)
    assert stored(tmp_path) == (1, 1, 1)


@pytest.mark.own_warehouse
def test_a_kill_while_the_file_is_made_does_no_harm(tmp_path):
    """What a killed first start left behind is swept away by the next."""
    (tmp_path / f".{LIVE}.new").write_bytes(b"half")
    (tmp_path / f".{LIVE}.new.wal").write_bytes(b"half")
    save_all(tmp_path)
    assert stored(tmp_path) == (1, 1, 1)
    assert not list(tmp_path.glob("*.new*"))


def test_a_full_disk_is_one_line_and_loses_nothing_acknowledged(tmp_path):
    """Out of room, the block fails with DiskFull and is undone; what was there stays, and writing works again."""
    save_all(tmp_path)
    with python(FILL_THE_DISK, tmp_path) as other:
        said, _ = other.communicate(timeout=60)
    assert said.startswith(f"no space left on the disk of {tmp_path}: ")
    assert stored(tmp_path) == (1, 1, 1)
    with writing(tmp_path) as session:
        start_run(session, "after", NOW)
        assert [run.run_id for run in last_runs(session, 9)] == ["after"]


def test_a_failed_commit_is_not_masked_by_its_rollback(tmp_path, monkeypatch):
    """When COMMIT says the disk is full the transaction is gone already, and that is what is reported."""

    def fail(sql: str) -> None:
        if sql == "COMMIT":
            connections[-1].connection.execute("ROLLBACK")
            raise duckdb.TransactionException("Failed to commit: No space left on device")

    def connected(*args):
        connections.append(Intercepted(connect(*args), before=fail))
        return connections[-1]

    connections: list[Intercepted] = []
    new_warehouse(tmp_path)
    connect = store.connect
    monkeypatch.setattr(store, "connect", connected)
    with pytest.raises(DiskFull), writing(tmp_path):
        pass


def test_half_characters_are_stored_as_marks(tmp_path):
    """A lone surrogate, which no UTF-8 file can hold, becomes one mark and moves no offset."""
    with writing(tmp_path) as session:
        start_run(session, "a\ud800b", NOW)
        assert last_runs(session, 1)[0].run_id == "a\ufffdb"


LOOKED_UP = {
    "the articles of stories": stories.members,
    "how many tell a story": stories.count_stories,
    "how many tell an event": lambda session, names: events.count_events(session, names, ()),
    "who reports an utterance": lambda session, names: utterances.count_utterances(session, names, (), NOW),
    "which stories a thousand articles tell": lambda session, names: stories.story_roots(
        session, [f"{each}{name}m" for each in range(10) for name in names]
    ),
    "alerts on articles": lambda session, names: alerts.past_alerts(session, since=NOW, article_ids=names),
}
HISTORY = 30_000


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Return the folder of a warehouse with many stories, events and alerts."""
    folder = tmp_path_factory.mktemp("years")
    with writing(folder) as session:
        articles.save_articles(session, [read_article()])
        alerts.save_decisions(session, [decision(example_alert(fired_at=NOW - timedelta(days=1)))])
        for table, ids in (("article_rows", ["article_id", "url"]), ("alert_rows", ["alert_id", "article_id"])):
            others = ", ".join(f"n::VARCHAR AS {name}" for name in ids)
            session.run(
                f"INSERT INTO {table} SELECT {table}.* REPLACE ({others}) FROM {table}, range({HISTORY}) AS r(n)"
            )
        for table in ("event_links", "utterance_links", "story_links"):
            body = ", 'b'" if table == "story_links" else ""
            session.run(f"INSERT INTO {table} SELECT n || 'm', n::VARCHAR{body} FROM range({HISTORY}) AS r(n)")
        session.run(f"INSERT INTO message_alerts SELECT 'm' || n, n::VARCHAR, 0 FROM range({HISTORY}) AS r(n)")
    return folder


@pytest.mark.parametrize("asked", LOOKED_UP)
def test_what_a_batch_asks_for_is_looked_up_however_much_there_is(years, monkeypatch, asked):
    """Of a hundred names the rows are looked up, so that less than a table is looked at."""
    looked_at: list[int] = []

    def note(_sql: str) -> None:
        done = json.loads(connections[0].get_profiling_information(format="json") or "{}")
        looked_at.extend(map(scanned, done.get("operator", ())))

    def connected(*args):
        connections.append(Intercepted(connect(*args), before=note))
        connections[0].connection.execute("PRAGMA enable_profiling = 'no_output'; PRAGMA profiling_coverage = 'ALL'")
        return connections[0]

    connections: list[Intercepted] = []
    connect = store.connect
    monkeypatch.setattr(store, "connect", connected)
    with writing(years) as session:
        LOOKED_UP[asked](session, [str(each) for each in range(100)])
    assert 0 < sum(looked_at) < HISTORY / 2


def scanned(operator) -> int:
    """Return how many rows of tables an operator, and those below it, looked at."""
    return operator.get("rows_scanned", 0) + sum(map(scanned, operator.get("children", ())))
