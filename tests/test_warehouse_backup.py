from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from tests.damage import DYING, flipped, leave_another_log, leave_log
from tests.test_warehouse_kept import EVER, PAGE
from tests.warehouse_examples import NOW, feed, new_warehouse, python, read_article, unprivileged
from warehouse import articles, store
from warehouse.backup import back_up, restore
from warehouse.errors import DiskFull, Unusable
from warehouse.feeds import sync_feeds
from warehouse.kept import KEPT, counted_pages, keep, kept_pages, newest_pages
from warehouse.places import LIVE, PUBLISHED, REPLACED, wal
from warehouse.published import publish
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.store import reading, writing


@pytest.fixture
def data_dir(tmp_path):
    """Return a data directory with an article, a finished pass, and a published copy."""
    folder = tmp_path / "var"
    filled(folder)
    return folder


def filled(folder):
    """Put an article and a finished pass into a warehouse, and publish it."""
    with writing(folder) as session:
        sync_feeds(session, [feed()])
        articles.save_articles(session, [read_article()])
        start_run(session, "r1", NOW)
        finish_run(session, "r1", NOW, RunCounts())
    publish(folder)


def add_run(folder, run_id):
    """Record that a pass has started."""
    with writing(folder) as session:
        start_run(session, run_id, NOW)


def passes(folder):
    """Return the passes of a warehouse."""
    with reading(folder) as session:
        return [run_id for (run_id,) in session.rows("SELECT run_id FROM runs ORDER BY run_id")]


def published_passes(folder):
    """Return the passes of its published copy."""
    with duckdb.connect(folder / PUBLISHED, read_only=True) as connection:
        return [run_id for (run_id,) in connection.execute("SELECT run_id FROM runs ORDER BY run_id").fetchall()]


def test_what_was_backed_up_comes_back(data_dir, tmp_path):
    """All is as it was, for passes and for analysts, and what had come since is kept beside it."""
    contents = back_up(data_dir, tmp_path / "talks.backup")
    assert (contents.articles, contents.alerts, contents.finished_at) == (1, 0, NOW)
    assert contents.size == (tmp_path / "talks.backup").stat().st_size
    add_run(data_dir, "r2")
    publish(data_dir, lag=timedelta(0))
    assert restore(data_dir, tmp_path / "talks.backup") == contents
    assert passes(data_dir) == published_passes(data_dir) == ["r1"]
    with duckdb.connect(data_dir / REPLACED, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    add_run(data_dir, "r3")
    assert publish(data_dir, lag=timedelta(0))
    assert published_passes(data_dir) == ["r1", "r3"]


def test_kept_pages_come_back_beside_those_kept_since(data_dir, tmp_path):
    """A backup has the pages as they came, however many; a restore adds what is not there, and analysts get none."""
    first, *more = (
        replace(PAGE, url=f"https://herald.example/{number}", kept_at=NOW + timedelta(minutes=number))
        for number in range(250)
    )
    keep(data_dir, [first, *more], EVER, NOW)
    contents = back_up(data_dir, tmp_path / "talks.backup")
    assert contents.pages == 250
    (data_dir / KEPT).unlink()
    since = replace(PAGE, kept_at=NOW + timedelta(days=1))
    keep(data_dir, [since, first], EVER, NOW)
    assert restore(data_dir, tmp_path / "talks.backup") == contents
    names = newest_pages(data_dir, NOW)
    assert set(kept_pages(data_dir, names)) == {since, first, *more}
    assert counted_pages(data_dir).pages == 251
    for name in (LIVE, PUBLISHED):
        with duckdb.connect(data_dir / name, read_only=True) as connection:
            assert not connection.execute("FROM duckdb_tables() WHERE table_name = 'kept_pages'").fetchall()


def test_kept_pages_can_be_left_out(data_dir, tmp_path):
    """Who is told to leaves them out, and restoring such a backup leaves those that are there alone."""
    keep(data_dir, [PAGE], EVER, PAGE.kept_at)
    assert back_up(data_dir, tmp_path / "talks.backup", with_pages=False).pages == 0
    restore(data_dir, tmp_path / "talks.backup")
    assert kept_pages(data_dir, newest_pages(data_dir, PAGE.kept_at)) == (PAGE,)


def test_what_was_replaced_can_be_restored_too(data_dir, tmp_path):
    """Whoever restored the wrong file goes back with the one that was kept."""
    back_up(data_dir, tmp_path / "talks.backup")
    add_run(data_dir, "r2")
    restore(data_dir, tmp_path / "talks.backup")
    restore(data_dir, data_dir / REPLACED)
    assert passes(data_dir) == ["r1", "r2"]


def test_a_backup_has_what_a_process_that_died_committed(data_dir, tmp_path):
    """What stands in the log alone is in the backup, which is one file."""
    leave_log(data_dir / LIVE)
    back_up(data_dir, tmp_path / "talks.backup")
    with duckdb.connect(tmp_path / "talks.backup", read_only=True) as connection:
        assert connection.execute("SELECT outlet FROM articles").fetchall() == [("renamed",)]


def test_a_log_beside_the_live_file_is_put_aside_with_it(data_dir, tmp_path):
    """What the dead process left is not taken for the restored file's, and is not lost."""
    back_up(data_dir, tmp_path / "talks.backup")
    for number in range(3):
        add_run(data_dir, f"r{number + 2}")
    leave_log(data_dir / LIVE)
    restore(data_dir, tmp_path / "talks.backup")
    with reading(data_dir) as session:
        assert session.rows("SELECT outlet FROM articles") == [("One",)]
    with duckdb.connect(data_dir / REPLACED) as connection:
        assert connection.execute("SELECT outlet FROM articles").fetchall() == [("renamed",)]


def test_a_copy_by_hand_comes_back_with_its_log(data_dir, tmp_path):
    """Whoever copied the file of a process that had died copied its log with it."""
    leave_log(data_dir / LIVE)
    for each in (data_dir / LIVE, wal(data_dir / LIVE)):
        shutil.copy(each, tmp_path)
    restore(data_dir, tmp_path / LIVE)
    with reading(data_dir) as session:
        assert session.rows("SELECT outlet FROM articles") == [("renamed",)]


@pytest.mark.parametrize("what", ["lost", "damaged"])
def test_the_published_copy_mends_a_live_file(data_dir, what):
    """It is a whole warehouse; that it is for reading only does not make the live file so."""
    if what == "lost":
        (data_dir / LIVE).unlink()
    else:
        (data_dir / LIVE).write_bytes(b"damaged" * 1000)
    restore(data_dir, data_dir / PUBLISHED)
    add_run(data_dir, "r2")
    assert passes(data_dir) == ["r1", "r2"]
    assert published_passes(data_dir) == ["r1"]


@pytest.mark.own_warehouse
def test_everybody_restores_what_is_his():
    """Neither the copy's mode nor what a restore leaves is in the way of someone who is not root."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        data_dir = Path(folder) / "var"
        with unprivileged():
            filled(data_dir)
            for _ in range(2):
                (data_dir / LIVE).unlink()
                restore(data_dir, data_dir / PUBLISHED)
            assert passes(data_dir) == ["r1"]


def test_a_backup_of_an_older_version_is_brought_up(tmp_path):
    """A backup made before migrations that there are now has what it held, and what they add."""
    old = tmp_path / "old.backup"
    with duckdb.connect(old) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        store.apply(connection, store.known_migrations()[:5])
        connection.execute("INSERT INTO runs (run_id, started_at) VALUES ('r0', now())")
    restore(tmp_path / "var", old)
    assert passes(tmp_path / "var") == published_passes(tmp_path / "var") == ["r0"]
    assert store.migrate(tmp_path / "var") == ()
    with duckdb.connect(old, read_only=True) as connection:
        assert len(store.applied_migrations(connection)) == 5


def newer(path):
    """Make a backup of a later version."""
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (9999, '9999_later.sql', now())")


def foreign(path):
    """Make someone else's database."""
    path.unlink()
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE t (x INTEGER)")


def turned_over(path):
    """Turn bytes over in each block."""
    content = path.read_bytes()
    path.write_bytes(flipped(content, *range(262_144, len(content) - 100, 131_072)))


def folder_instead(path):
    """Put a folder there."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(newer, "newer Talkwatch", id="of a newer version"),
        pytest.param(foreign, "Talkwatch did not make", id="someone else's"),
        pytest.param(lambda path: path.write_text("no database"), "is no DuckDB file", id="a text"),
        pytest.param(lambda path: path.write_bytes(b""), "is no DuckDB file", id="empty"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:-5000]), "cannot be read to its end", id="cut off"
        ),
        pytest.param(turned_over, "cannot be read to its end", id="damaged somewhere"),
        pytest.param(leave_another_log, "do not go together: move the log away", id="beside another's log"),
        pytest.param(folder_instead, "is no file", id="a folder"),
        pytest.param(Path.unlink, "is not there", id="not there"),
    ],
)
def test_what_is_no_good_backup_changes_nothing(data_dir, tmp_path, spoil, says):
    """A backup is read to its end first: what is wrong with it is one line that names it, and all stays as it is."""
    backup = tmp_path / "talks.backup"
    back_up(data_dir, backup)
    spoil(backup)
    before = {path.name: path.read_bytes() for path in data_dir.iterdir()}
    with pytest.raises(Unusable, match=says) as told:
        restore(data_dir, backup)
    assert str(told.value).startswith(str(backup))
    assert len(str(told.value).splitlines()) == 1
    assert {path.name: path.read_bytes() for path in data_dir.iterdir()} == before


DIE = f"""{DYING}
from warehouse import backup, places

at = sys.argv[3]
if at == "copying":
    shutil.copyfile = half
if at == "reading":
    backup._read_through = die
if at == "putting aside":
    backup._put_aside = die
if at == "put aside":
    moved = places.put_in_place
    places.put_in_place = lambda fresh, path: die() if path.name == places.LIVE else moved(fresh, path)
if at == "replaced":
    backup.publish_anew = die
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("at", "there"),
    [
        pytest.param("copying", ["r1", "r2"], id="in the middle of the copy: the old one stands"),
        pytest.param("reading", ["r1", "r2"], id="while it is checked: the old one stands"),
        pytest.param("putting aside", ["r1", "r2"], id="before anything is moved: the old one stands"),
        pytest.param("put aside", None, id="between: there is none, and no other is begun"),
        pytest.param("replaced", ["r1"], id="before it is published: the restored one stands"),
    ],
)
def test_a_restore_that_is_killed_is_typed_again(data_dir, tmp_path, at, there):
    """Killed at any step the old or the restored warehouse is there, or that there is none is said; then it succeeds."""
    back_up(data_dir, tmp_path / "talks.backup")
    add_run(data_dir, "r2")
    with python(DIE, data_dir, tmp_path / "talks.backup", at) as dying:
        assert dying.wait(30) == -signal.SIGKILL
    if there is None:
        with pytest.raises(Unusable, match="missing beside"):
            passes(data_dir)
    else:
        assert passes(data_dir) == there
    restore(data_dir, tmp_path / "talks.backup")
    assert passes(data_dir) == published_passes(data_dir) == ["r1"]
    with duckdb.connect(data_dir / REPLACED, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1 if at == "replaced" else 2,)
    assert not list(data_dir.glob("*.new*"))


def test_without_its_copy_a_warehouse_that_is_put_aside_is_missed_too(data_dir):
    """What a killed restore put aside is enough to know that a warehouse was there."""
    (data_dir / LIVE).replace(data_dir / REPLACED)
    (data_dir / PUBLISHED).unlink()
    with pytest.raises(Unusable, match=f"missing beside {REPLACED}"):
        passes(data_dir)


def test_an_older_backup_is_replaced_by_a_good_one_only(data_dir, tmp_path):
    """A warehouse that is damaged, where nothing reads it, does not take the place of a backup that is not."""
    backup = tmp_path / "talks.backup"
    back_up(data_dir, backup)
    add_run(data_dir, "r2")
    back_up(data_dir, backup)
    with duckdb.connect(backup, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    good = backup.read_bytes()
    turned_over(data_dir / LIVE)
    with pytest.raises(Unusable):
        back_up(data_dir, backup)
    assert backup.read_bytes() == good
    assert sorted(path.name for path in tmp_path.iterdir()) == ["talks.backup", "var"]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        pytest.param("letter.txt", "no backup of Talkwatch's: it is not replaced", id="something else"),
        pytest.param("var/warehouse.duckdb", "is in use", id="the live file"),
        pytest.param("var/analysis.duckdb", "is in use", id="the published copy"),
        pytest.param("var", "is no file", id="a folder"),
        pytest.param("gone/talks.backup", "no such file or directory", id="in a folder that is not there"),
    ],
)
def test_a_backup_replaces_nothing_but_a_backup(data_dir, tmp_path, target, says):
    """A slip of the keyboard costs nobody a file."""
    (tmp_path / "letter.txt").write_text("Dear all")
    before = (data_dir / LIVE).read_bytes(), (data_dir / PUBLISHED).read_bytes()
    with pytest.raises(Unusable, match=says):
        back_up(data_dir, tmp_path / target)
    assert (tmp_path / "letter.txt").read_text() == "Dear all"
    assert before == ((data_dir / LIVE).read_bytes(), (data_dir / PUBLISHED).read_bytes())


def test_before_anything_is_recorded_there_is_nothing_to_back_up(tmp_path):
    """No empty backup takes the place of none, and no warehouse is begun for it."""
    with pytest.raises(Unusable, match="nothing to back up"):
        back_up(tmp_path / "var", tmp_path / "talks.backup")
    assert not (tmp_path / "var" / LIVE).exists()
    assert not (tmp_path / "talks.backup").exists()


@pytest.mark.parametrize("deed", ["backup", "restore"])
def test_a_disk_without_room_changes_nothing(data_dir, tmp_path, monkeypatch, deed):
    """Where the copy finds no room that is one line, and no half a file is left."""
    backup = tmp_path / "talks.backup"
    back_up(data_dir, backup)
    before = {path: path.read_bytes() for path in (backup, data_dir / LIVE, data_dir / PUBLISHED)}

    def fill(_source, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", fill)
    with pytest.raises(DiskFull, match="no space left"):
        back_up(data_dir, backup) if deed == "backup" else restore(data_dir, backup)
    assert {path: path.read_bytes() for path in before} == before
    assert not list(tmp_path.rglob("*.new*"))


def test_new_warehouses_are_backed_up_too(tmp_path):
    """One without a pass says so."""
    contents = back_up(new_warehouse(tmp_path), tmp_path / "talks.backup")
    assert (contents.articles, contents.finished_at) == (0, None)
