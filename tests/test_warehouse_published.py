from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from tests.damage import DYING
from tests.warehouse_examples import HOLD, NOW, new_warehouse, python, read_article, unprivileged
from warehouse import articles, published
from warehouse.errors import Busy, DiskFull
from warehouse.places import EARLIER
from warehouse.published import PUBLISHED, STAMP, publish, rewrite
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.store import LIVE, reading, writing

# Dies at one of the system's calls that publishing is made of.
DIE = f"""{DYING}
from warehouse import published

at = sys.argv[2]
published.KEPT_FROM = 0
if at == "levelling":
    os.pread = lambda file, size, place, read=os.pread: read(file, size, place) if size == 4096 else die()
if at == "keeping":
    os.link = die
if at == "copying":
    shutil.copyfile = half
if at == "syncing":
    os.fsync = die
if at == "replacing":
    Path.replace = die
if at == "replaced":
    replace = Path.replace
    Path.replace = lambda self, target: (replace(self, target), die())
published.publish(Path(sys.argv[1]))
"""

READ_FOR_LONG = """
import sys
import duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("SELECT count(*) FROM runs").fetchone()[0], flush=True)
sys.stdin.readline()
print(connection.execute("SELECT count(*) FROM runs").fetchone()[0], flush=True)
"""

WRITE_AND_DIE = """
import os, signal, sys
import duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE mine (x INTEGER)")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def data_dir(tmp_path):
    """Return a data directory with one run, published."""
    add_run(new_warehouse(tmp_path), "r1")
    publish(tmp_path)
    return tmp_path


def add_run(data_dir, run_id):
    """Record the start of a run."""
    with writing(data_dir) as session:
        start_run(session, run_id, NOW)
        finish_run(session, run_id, NOW, RunCounts())


def published_runs(data_dir):
    """Return how many runs the published copy has."""
    with duckdb.connect(data_dir / PUBLISHED, read_only=True) as connection:
        (count,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    return count


def test_the_first_copy_is_made_of_anything(tmp_path):
    """Publishing works before the first run, and the copy opens."""
    assert publish(tmp_path)
    assert published_runs(tmp_path) == 0


def test_what_changed_is_published_once(data_dir):
    """A change makes a new copy; without one there is nothing to do and the file stays the very same."""
    inode = (data_dir / PUBLISHED).stat().st_ino
    assert not publish(data_dir)
    assert (data_dir / PUBLISHED).stat().st_ino == inode
    add_run(data_dir, "r2")
    assert publish(data_dir)
    assert published_runs(data_dir) == 2


def test_looking_changes_nothing(data_dir):
    """A session that only reads, or writes what is there already, makes no new copy."""
    with writing(data_dir) as session:
        articles.save_articles(session, [read_article()])
    publish(data_dir)
    with reading(data_dir) as session:
        session.rows("FROM articles")
    with writing(data_dir) as session:
        articles.save_articles(session, [read_article()])
    assert not publish(data_dir)


def test_a_copy_that_is_lost_or_damaged_is_made_again(data_dir):
    """Whatever happened to the copy, publishing mends it."""
    (data_dir / PUBLISHED).write_bytes(b"damaged")
    assert publish(data_dir)
    (data_dir / PUBLISHED).unlink()
    assert publish(data_dir)
    assert published_runs(data_dir) == 1


def test_poll_times_are_published_within_the_hour(data_dir):
    """A change that is no news is left for the next hour's copy, and made then once."""
    with writing(data_dir) as session:
        session.run("UPDATE runs SET started_at = started_at + INTERVAL 1 SECOND", quiet=True)
    assert not publish(data_dir)
    then = (data_dir / PUBLISHED).stat().st_mtime - 3601
    os.utime(data_dir / PUBLISHED, (then, then))
    assert publish(data_dir)
    assert not publish(data_dir, lag=timedelta(0))


def test_where_files_can_share_their_blocks_nothing_is_copied(data_dir, monkeypatch):
    """A file system that clones files is asked to, in place of reading and writing the whole warehouse."""
    asked = []

    def clone(new, request, old):
        asked.append(request)
        os.pwrite(new, os.pread(old, os.fstat(old).st_size, 0), 0)  # what the kernel does by sharing

    def copied(*_):
        raise AssertionError("the file was copied")

    add_run(data_dir, "r2")
    monkeypatch.setattr("fcntl.ioctl", clone)
    monkeypatch.setattr("shutil.copyfile", copied)
    assert publish(data_dir)
    assert (asked, published_runs(data_dir)) == ([0x40049409], 2)


def test_an_old_reader_keeps_its_snapshot(data_dir):
    """Who has the old copy open goes on reading it; who opens it afterwards sees the new one."""
    with python(READ_FOR_LONG, data_dir / PUBLISHED) as reader:
        assert reader.stdout.readline() == "1\n"
        add_run(data_dir, "r2")
        assert publish(data_dir)
        said, _ = reader.communicate("\n")
    assert said == "1\n"
    assert published_runs(data_dir) == 2


@pytest.mark.parametrize(
    ("at", "runs"),
    [
        pytest.param("copying", 1, id="killed in the middle of the copy: the old one stands"),
        pytest.param("levelling", 1, id="killed while what has changed is written: the old one stands"),
        pytest.param("keeping", 1, id="killed before the old one is kept for later: it stands"),
        pytest.param("syncing", 1, id="killed before the copy is on the disk: the old one stands"),
        pytest.param("replacing", 1, id="killed before the move: the old one stands"),
        pytest.param("replaced", 2, id="killed after the move: the new one stands"),
    ],
)
def test_a_kill_leaves_the_old_copy_or_the_new(data_dir, at, runs, monkeypatch):
    """Killed at any step the copy opens and is old or new; the next publishing sweeps up and completes it."""
    if at == "levelling":
        monkeypatch.setattr(published, "KEPT_FROM", 0)
        with writing(data_dir) as session:
            session.run("UPDATE changes SET version = version + 1")
        publish(data_dir)
        monkeypatch.undo()
    add_run(data_dir, "r2")
    with python(DIE, data_dir, at) as dying:
        assert dying.wait(30) == -signal.SIGKILL
    assert published_runs(data_dir) == runs
    publish(data_dir)
    assert published_runs(data_dir) == 2
    assert (data_dir / PUBLISHED).read_bytes() == (data_dir / LIVE).read_bytes()
    assert {path.name for path in data_dir.iterdir()} - {EARLIER} == {PUBLISHED, STAMP, LIVE, "warehouse.lock"}


def test_an_analyst_who_wrote_into_the_copy_breaks_no_later_one(data_dir):
    """A log left beside the copy by someone who wrote to it is not taken for the new copy's."""
    with python(WRITE_AND_DIE, data_dir / PUBLISHED) as analyst:
        analyst.wait(30)
    assert (data_dir / f"{PUBLISHED}.wal").exists()
    add_run(data_dir, "r2")
    assert publish(data_dir)
    assert published_runs(data_dir) == 2


def test_an_analyst_who_has_the_copy_open_to_write_in_keeps_nobody_out_for_long(data_dir):
    """The next publishing puts a copy in its place that others can open; the analyst keeps his."""
    with python(HOLD, data_dir / PUBLISHED) as analyst:
        assert analyst.stdout.readline() == "holding\n"
        with pytest.raises(duckdb.IOException, match="Conflicting lock"):
            published_runs(data_dir)
        assert publish(data_dir)
        assert published_runs(data_dir) == 1
        assert not publish(data_dir)


@pytest.fixture
def everybody_s():
    """Return a folder that everybody can enter, which those of the other tests are not, and write in."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_the_copy_is_for_reading(everybody_s):
    """Nobody but root, to whom the system refuses nothing, can open the copy for writing, though it be his own."""
    with unprivileged():
        add_run(new_warehouse(everybody_s), "r1")
        publish(everybody_s)
        with pytest.raises(duckdb.IOException, match="Permission denied"):
            duckdb.connect(everybody_s / PUBLISHED)
        assert published_runs(everybody_s) == 1
        add_run(everybody_s, "r2")
        assert publish(everybody_s)
        assert published_runs(everybody_s) == 2


def test_a_copy_that_was_left_half_made_is_in_nobody_s_way(everybody_s):
    """One that was killed after its copy had become read-only left a file that it could not open again."""
    with unprivileged():
        add_run(new_warehouse(everybody_s), "r1")
        (everybody_s / f".{PUBLISHED}.new").touch(0o444)
        assert publish(everybody_s)
        assert published_runs(everybody_s) == 1


def test_publishing_waits_its_turn(data_dir):
    """While a session is open publishing waits for it, and says so when it takes too long."""
    with writing(data_dir), pytest.raises(Busy, match=f"process {os.getpid()}"):
        publish(data_dir, wait=timedelta(milliseconds=20))


def test_a_disk_without_room_keeps_the_old_copy(data_dir, monkeypatch):
    """When the copy finds no room that is one line, the old copy stands, and no half one is left."""
    add_run(data_dir, "r2")

    def fill(_source, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", fill)
    with pytest.raises(DiskFull, match="no space left"):
        publish(data_dir)
    assert published_runs(data_dir) == 1
    assert not list(data_dir.glob("*.new"))


def test_a_quiet_run_is_published_within_the_hour(tmp_path):
    """A pass that found nothing new is no reason for a new copy at once, and is in the next one that is made."""
    add_run(tmp_path, "r1")
    assert publish(tmp_path)
    with writing(tmp_path) as session:
        start_run(session, "r2", NOW)
        finish_run(session, "r2", NOW, RunCounts(), quiet=True)
    assert not publish(tmp_path)
    assert publish(tmp_path, lag=timedelta(0))
    assert published_runs(tmp_path) == 2


def test_who_knows_what_changed_publishes_without_opening_a_file(data_dir, monkeypatch):
    """What the last session counted is compared with what was noted of the copy; a copy that was touched is opened."""
    with writing(data_dir) as session:
        start_run(session, "r2", NOW)
        finish_run(session, "r2", NOW, RunCounts())
    opened, connect = [], duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda path, **named: opened.append(path.name) or connect(path, **named))
    assert publish(data_dir, changes=session.changes)
    assert not publish(data_dir, changes=session.changes)
    assert opened == []
    os.utime(data_dir / PUBLISHED, (0, 0))
    assert not publish(data_dir, changes=session.changes, lag=timedelta(days=100_000))
    assert opened == [PUBLISHED]
    monkeypatch.undo()
    assert published_runs(data_dir) == 2


@pytest.fixture
def kept(data_dir, monkeypatch):
    """Return a data directory where the copy before is kept, however small, and two were made."""
    monkeypatch.setattr(published, "KEPT_FROM", 0)
    add_run(data_dir, "r2")
    publish(data_dir)
    return data_dir


def no_copy(*_):
    """Take the place of what writes a whole file."""
    raise AssertionError("the file was copied")


@pytest.fixture
def blocks(monkeypatch):
    """Count what is read of a file beyond the pages by which blocks are compared, in bytes."""
    read, whole = os.pread, []
    monkeypatch.setattr(os, "pread", lambda *asked: whole.append(asked[1]) or read(*asked))
    return lambda: sum(size for size in whole if size > 4096)


def test_a_copy_is_the_one_before_with_what_has_changed(kept, monkeypatch):
    """Each is the live file to the byte, whatever was written and deleted, and none is copied whole."""
    monkeypatch.setattr("shutil.copyfile", no_copy)
    for n in range(5):
        with writing(kept) as session:
            session.run("DELETE FROM search_words WHERE hash(form) % 3 = $1", [n % 3])
            session.run(
                "INSERT INTO search_words SELECT md5(i::VARCHAR), 'en' FROM range($1, $2) AS r(i) "
                "ON CONFLICT DO NOTHING",
                [n * 10_000, n * 10_000 + 40_000 // (n + 1)],
            )
        assert publish(kept)
        assert (kept / PUBLISHED).read_bytes() == (kept / LIVE).read_bytes()


def test_blocks_that_are_the_same_are_not_written(kept, blocks):
    """After a small change to a larger file little of it is read, and the copy says when it was made."""
    with writing(kept) as session:
        session.run("INSERT INTO search_words SELECT md5(i::VARCHAR), 'en' FROM range(200_000) AS r(i)")
    for name in ("r3", "r4", "r5"):
        add_run(kept, name)
        publish(kept)
    read = blocks()
    add_run(kept, "r6")
    assert publish(kept)
    assert blocks() - read < (kept / LIVE).stat().st_size / 3
    assert (kept / PUBLISHED).stat().st_mtime_ns > (kept / LIVE).stat().st_mtime_ns
    assert published_runs(kept) == 6


def test_a_reader_keeps_the_copy_before_the_last(kept):
    """Who still has it open goes on reading it as it was."""
    before = (kept / EARLIER).read_bytes()
    add_run(kept, "r3")
    with (kept / EARLIER).open("rb") as reader:
        assert publish(kept)
        assert reader.read() == before
    assert published_runs(kept) == 3


def test_a_copy_under_a_name_of_somebody_s_own_stays_as_it_was(kept):
    """What a backup by links has kept of it is not written to."""
    os.link(kept / EARLIER, kept / "mine")
    before = (kept / "mine").read_bytes()
    add_run(kept, "r3")
    assert publish(kept)
    assert (kept / "mine").read_bytes() == before


def test_what_is_forgotten_stands_in_no_copy_of_before(kept):
    """When the files are written anew, so that nothing deleted is left in them, the copy before goes."""
    rewrite(kept)
    assert not (kept / EARLIER).exists()
    add_run(kept, "r3")
    publish(kept)
    assert (kept / EARLIER).exists()
    rewrite(kept)
    assert not (kept / EARLIER).exists()
