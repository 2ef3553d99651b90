from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import duckdb
import pytest

from tests.warehouse_examples import HOLD, new_warehouse, python, unprivileged
from warehouse.errors import DiskFull, Unusable
from warehouse.obstacles import Obstacle, holder, obstacle
from warehouse.store import LIVE, known_migrations, reading, writing


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(duckdb.IOException("Could not write file: No space left on device"), DiskFull, id="no room"),
        pytest.param(duckdb.IOException("Cannot open file: Permission denied"), Unusable, id="no permission"),
        pytest.param(duckdb.FatalException("Failed: No space left on device"), DiskFull, id="no room, connection dead"),
    ],
)
def test_a_file_that_does_not_open_is_explained(tmp_path, monkeypatch, error, expected):
    """What keeps the file from opening is one line that names the data directory."""

    def fail(*_args, **_options):
        raise error

    new_warehouse(tmp_path)
    monkeypatch.setattr(duckdb, "connect", fail)
    with pytest.raises(expected, match=str(tmp_path)), writing(tmp_path):
        pass


@pytest.fixture
def alarm():
    """Have an alarm raise what Ctrl-C does."""

    def stop(*_signal):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.005)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_signal_amid_a_query_stops_as_elsewhere(tmp_path, alarm):
    """Whatever a signal meets, a query or what stands around it, it ends the work as Ctrl-C does, without a traceback."""
    new_warehouse(tmp_path)

    def works_until_stopped():
        with reading(tmp_path) as session:
            alarm()
            while True:
                session.rows("SELECT sum(i) FROM range(20000) AS r(i)")

    for _ in range(40):  # one in five comes within DuckDB
        with pytest.raises(KeyboardInterrupt):
            works_until_stopped()


FILL = """
import resource, sys
import duckdb
from warehouse.obstacles import obstacle
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
with duckdb.connect(sys.argv[1]) as connection:
    try:
        connection.execute("CREATE TABLE t AS SELECT md5(range::VARCHAR) AS x FROM range(200000)")
        connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        print(obstacle(error), flush=True)
"""


@pytest.fixture
def path(tmp_path):
    """Return the path of a DuckDB file."""
    with duckdb.connect(tmp_path / "some.duckdb"):
        return tmp_path / "some.duckdb"


def refusal(path: Path) -> duckdb.Error:
    """Return what DuckDB says when it does not open a file."""
    with pytest.raises(duckdb.Error) as refused:
        duckdb.connect(path)
    return refused.value


def test_a_file_that_another_process_holds_is_told_by_duckdb_s_words(path):
    """The words that this version of DuckDB has for a lock are those we know, with the pid of the holder."""
    with python(HOLD, path) as other:
        assert other.stdout.readline() == "holding\n"
        error = refusal(path)
    assert (obstacle(error), holder(error)) == (Obstacle.HELD, str(other.pid))


def test_a_file_that_our_own_process_holds_is_told_by_duckdb_s_words(path):
    """So are those for a connection of another kind that is still open in this process."""
    with duckdb.connect(path, read_only=True):
        error = refusal(path)
    assert (obstacle(error), holder(error)) == (Obstacle.HELD, None)


def test_a_file_of_another_kind_is_told_by_duckdb_s_words(path):
    """So are those for a file that is no database."""
    path.write_bytes(b"not a database" * 1000)
    assert obstacle(refusal(path)) is Obstacle.FOREIGN


def test_a_full_disk_is_told_by_the_system_s_words(path):
    """What the system says of a file that can't grow stands in DuckDB's error."""
    with python(FILL, path) as other:
        said, _ = other.communicate(timeout=60)
    assert said == "full\n"


def test_other_errors_are_no_trouble_with_the_file():
    """A mistake in a statement is told apart from all of these."""
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as refused:
        connection.execute("FROM nowhere")
    assert (obstacle(refused.value), holder(refused.value)) == (Obstacle.OTHER, None)


def make_junk(path: Path) -> None:
    """Write a file that is no database."""
    path.write_bytes(b"not a database" * 1000)


def make_sqlite(path: Path) -> None:
    """Write an SQLite file."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE schema_migrations (version INTEGER)")
    connection.close()


def make_foreign(path: Path) -> None:
    """Write someone else's DuckDB file."""
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE schema_migrations (id INTEGER)")


def make_empty(path: Path) -> None:
    """Write an empty file."""
    path.touch()


def make_newer(path: Path) -> None:
    """Write a warehouse of a later version."""
    new_warehouse(path.parent)
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (9999, '9999_later.sql', now())")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(make_junk, "is no DuckDB file: move it away", id="a file of another kind"),
        pytest.param(make_sqlite, "is no DuckDB file: move it away", id="an SQLite file, which loads no extension"),
        pytest.param(make_empty, "is no DuckDB file: move it away", id="an empty file"),
        pytest.param(make_foreign, "Talkwatch did not make", id="someone else's DuckDB file"),
        pytest.param(make_newer, "newer Talkwatch", id="a file of a newer version"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_untouched(tmp_path, make, says):
    """A foreign or newer file is refused in one line with advice, and stays byte for byte as it is."""
    make(tmp_path / LIVE)
    before = (tmp_path / LIVE).read_bytes()
    with pytest.raises(Unusable, match=says) as refused, writing(tmp_path):
        pass
    assert str(tmp_path / LIVE) in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert (tmp_path / LIVE).read_bytes() == before


def test_a_newer_warehouse_names_the_copy_to_go_back_to(tmp_path):
    """Of the copies that were made before later versions, the newest that this one knows."""
    make_newer(tmp_path / LIVE)
    newest = known_migrations()[-1].version
    for before in (newest - 2, newest + 1, newest + 2):
        (tmp_path / f"warehouse.before-{before:04}.duckdb").touch()
    copy = tmp_path / f"warehouse.before-{newest + 1:04}.duckdb"
    with pytest.raises(Unusable, match=rf"or `talkwatch restore {copy}`$"), writing(tmp_path):
        pass


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path):
    """A data directory below a file is refused with its path and the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match=r"file/var.*not a directory"), writing(tmp_path / "file" / "var"):
        pass


def test_a_data_directory_without_permission_is_named(tmp_path):
    """A data directory we may not write in is refused with its path and the reason."""
    tmp_path.chmod(0o500)
    with unprivileged(), pytest.raises(Unusable, match="permission denied"), writing(tmp_path):
        pass
