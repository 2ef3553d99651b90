from __future__ import annotations

import os
import re
from contextlib import suppress

import duckdb
import pytest

from tests.damage import flipped, leave_another_log, leave_log
from tests.warehouse_examples import NOW, feed, new_warehouse, read_article
from warehouse import articles
from warehouse.errors import Unusable, WarehouseError
from warehouse.feeds import sync_feeds
from warehouse.places import LIVE, PUBLISHED, wal
from warehouse.published import publish
from warehouse.runs import health
from warehouse.store import is_begun, migrate, reading, writing


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a warehouse with an article in it."""
    folder = tmp_path_factory.mktemp("whole")
    with writing(folder) as session:
        sync_feeds(session, [feed()])
        articles.save_articles(session, [read_article()])
    return (folder / LIVE).read_bytes()


@pytest.fixture
def live(tmp_path):
    """Return where the live file stands, beside a good copy."""
    publish(new_warehouse(tmp_path))
    return tmp_path / LIVE


def everything(folder):
    """Open the warehouse in each way there is, and read what passes and people read: all there is."""
    migrate(folder)
    with reading(folder) as session:
        health(session, NOW)
        session.rows("FROM articles")
        for (table,) in session.rows("SELECT table_name FROM duckdb_tables()"):
            session.rows(f"FROM {table}")
    with writing(folder) as session:
        session.rows("FROM statements")
        session.touch()
    publish(folder)


BLOCK = 262_144
DAMAGES = {
    "empty": lambda _: b"",
    "a single byte": lambda content: content[:1],
    "cut in its header": lambda content: content[:100],
    "cut after its header": lambda content: content[:12_288],
    "a byte short": lambda content: content[:-1],
    "cut in the middle": lambda content: content[: len(content) // 2],
    "its mark turned over": lambda content: flipped(content, 8),
    "its checksum turned over": lambda content: flipped(content, 0),
    "its header turned over": lambda content: flipped(content, 16, 4096, 8192),
    "one of its headers turned over": lambda content: flipped(content, 8200),
    "a block turned over": lambda content: flipped(content, 13_000),
    "every block turned over": lambda content: flipped(content, *range(12_500, len(content) - 100, BLOCK)),
    "zeros": lambda content: bytes(len(content)),
    "zeros after its header": lambda content: content[:12_288] + bytes(len(content) - 12_288),
    "a text": lambda _: b"This is no database.\n" * 1000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_one_line_with_the_way_back(live, whole, damage):
    """However the live file is broken it is told in one line, with how to restore it, and nothing is written over."""
    broken = DAMAGES[damage](whole)
    live.write_bytes(broken)
    copy = (live.parent / PUBLISHED).read_bytes()
    with pytest.raises(Unusable) as told:
        everything(live.parent)
    assert len(str(told.value).splitlines()) == 1
    assert str(told.value).startswith(f"{live} is ")
    assert f"`talkwatch restore {live.parent / PUBLISHED}`" in str(told.value)
    assert live.read_bytes() == broken
    assert (live.parent / PUBLISHED).read_bytes() == copy


@pytest.mark.parametrize("place", range(12_288 + 5000, 3_600_000, BLOCK // 2))
def test_damage_in_any_block_is_met_or_does_not_matter(live, whole, place):
    """Wherever bytes are turned over, what is opened is read as it was, or that it can't be is one line."""
    live.write_bytes(flipped(whole, place) if place < len(whole) else whole)
    with suppress(WarehouseError):
        everything(live.parent)
        with reading(live.parent) as session:
            assert session.rows("SELECT title FROM articles") == [("Peskov speaks",)]


def make_folder(path):
    """Put a folder there."""
    path.mkdir()


def make_dangling(path):
    """Put a link there whose disk is not mounted."""
    path.symlink_to("/nowhere/warehouse.duckdb")


def make_loop(path):
    """Put a link there that leads to itself."""
    path.symlink_to(path)


def make_pipe(path):
    """Put a pipe there, which whoever opens it would wait at."""
    os.mkfifo(path)


def make_device(path):
    """Put a link to a device there."""
    path.symlink_to("/dev/null")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(make_folder, "is no file: move it away", id="a folder"),
        pytest.param(make_dangling, "leads to /nowhere/warehouse.duckdb, which is no file", id="a dangling link"),
        pytest.param(make_loop, "which is no file", id="a link to itself"),
        pytest.param(make_pipe, "is no file: move it away", id="a pipe"),
        pytest.param(make_device, "leads to /dev/null, which is no file", id="a device"),
    ],
)
def test_what_is_no_file_is_left_where_it_is(tmp_path, make, says):
    """What stands in the live file's place and is none is named, and no warehouse is begun over it."""
    make(tmp_path / LIVE)
    with pytest.raises(Unusable, match=says):
        everything(tmp_path)
    assert not (tmp_path / LIVE).is_file()


def test_a_missing_file_beside_its_copy_is_refused(live):
    """A warehouse that is gone is not begun anew: that would replace the copy, which is all that is left of it."""
    copy = (live.parent / PUBLISHED).read_bytes()
    live.unlink()
    for attempt in (everything, is_begun, publish, migrate):
        with pytest.raises(Unusable, match=f"missing.*`talkwatch restore {re.escape(str(live.parent / PUBLISHED))}`"):
            attempt(live.parent)
    assert not live.exists()
    assert (live.parent / PUBLISHED).read_bytes() == copy


def test_a_log_without_its_file_is_refused(tmp_path):
    """A warehouse stood there; what was in its log is not thrown away by beginning another."""
    leave_log(new_warehouse(tmp_path) / LIVE, "INSERT INTO changes VALUES (7)")
    log = wal(tmp_path / LIVE).read_bytes()
    (tmp_path / LIVE).unlink()
    with pytest.raises(Unusable, match="missing, but not its log"):
        everything(tmp_path)
    assert wal(tmp_path / LIVE).read_bytes() == log


def test_a_log_that_is_its_own_is_taken_in(live, whole):
    """What was committed by a process that died is there at the next opening."""
    live.write_bytes(whole)
    leave_log(live)
    with reading(live.parent) as session:
        assert session.rows("SELECT outlet FROM articles") == [("renamed",)]


def older(live, whole):
    """Leave the log of a state that the file has gone on from."""
    live.write_bytes(whole)
    leave_log(live)
    log = wal(live).read_bytes()
    for outlet in "ab":
        with duckdb.connect(live) as connection:
            connection.execute(f"UPDATE article_rows SET outlet = '{outlet}'")
    wal(live).write_bytes(log)


def foreign(live, whole):
    """Leave the log of another database."""
    live.write_bytes(whole)
    leave_another_log(live)


def turned_over(live, whole):
    """Leave a log that is its own, but for some bytes."""
    live.write_bytes(whole)
    leave_log(live)
    log = wal(live).read_bytes()
    wal(live).write_bytes(flipped(log, len(log) // 2))


def folder_instead(live, whole):
    """Leave a folder where the log would be."""
    live.write_bytes(whole)
    wal(live).mkdir()


@pytest.mark.parametrize("leave", [older, foreign, turned_over, folder_instead])
def test_a_log_that_does_not_go_with_its_file_is_one_line(live, whole, leave):
    """As after a file was put back by hand beside what the dead process left: the log is named, and both stay."""
    leave(live, whole)
    before = live.read_bytes()
    with pytest.raises(
        Unusable, match=rf"log {LIVE}.wal cannot be read together.*move {LIVE}.wal away.*restore"
    ) as told:
        everything(live.parent)
    assert len(str(told.value).splitlines()) == 1
    assert live.read_bytes() == before
    assert wal(live).exists()
