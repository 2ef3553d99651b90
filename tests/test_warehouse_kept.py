from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.records import Entry
from warehouse import kept
from warehouse.entries import PendingEntry
from warehouse.errors import Unusable
from warehouse.kept import KEPT, Keeping, KeptPage, counted_pages, keep, kept_pages, newest_pages

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
EVER = Keeping(age=None, size=10**9)
LONG_AGO = NOW - timedelta(days=9999)
ENTRY = PendingEntry(
    entry_key="e1",
    feed_id="f1",
    outlet="Вісник",
    url="https://herald.example/talks",
    entry=Entry(
        entry_id="guid",
        link="https://herald.example/talks",
        title="Переговори",
        published=NOW - timedelta(hours=1),
        updated=None,
        content_html="<p>“Ні” — сказав він</p>",
    ),
    first_poll=True,
    attempts=2,
    seen_at=NOW,
)
PAGE = KeptPage(
    url="https://herald.example/talks?from=rss",
    content_type="text/html; charset=windows-1251",
    body="<p>Переговори</p>\0".encode("cp1251"),
    entries=(ENTRY, replace(ENTRY, entry_key="e2", shares=True)),
    kept_at=NOW,
)


def pages(number: int, first: datetime = NOW) -> list[KeptPage]:
    """Return pages of 20 kB that nothing makes smaller, a minute apart."""
    times = [first + timedelta(minutes=place) for place in range(number)]
    return [replace(PAGE, url=f"https://herald.example/{at}", body=os.urandom(20_000), kept_at=at) for at in times]


def test_a_page_comes_back_as_it_came(tmp_path):
    """Bytes, address, content type and the entries that led to a page come back as they were."""
    keep(tmp_path, [PAGE], EVER, NOW)
    assert kept_pages(tmp_path, newest_pages(tmp_path, NOW)) == (PAGE,)


def test_the_last_page_of_each_address_is_the_one_to_replay(tmp_path):
    """Of one address the last page counts, of those kept from a time on; they stand in the order they came."""
    other = replace(PAGE, url="https://herald.example/other", kept_at=NOW + timedelta(minutes=1))
    again = replace(PAGE, body=b"again", kept_at=NOW + timedelta(minutes=2))
    keep(tmp_path, [PAGE, other, again], EVER, NOW)
    assert kept_pages(tmp_path, newest_pages(tmp_path, NOW)) == (other, again)
    assert kept_pages(tmp_path, newest_pages(tmp_path, again.kept_at)) == (again,)
    assert newest_pages(tmp_path, NOW + timedelta(minutes=3)) == ()


def test_old_pages_are_dropped_and_counted(tmp_path):
    """What is older than pages are kept is gone with the next ones, and counted."""
    keep(tmp_path, pages(5), EVER, NOW)
    keep(
        tmp_path, pages(1, NOW + timedelta(hours=1)), replace(EVER, age=timedelta(minutes=58)), NOW + timedelta(hours=1)
    )
    count = counted_pages(tmp_path)
    assert (count.pages, count.dropped, count.since) == (4, 2, NOW + timedelta(minutes=2))


def test_the_file_takes_no_more_than_it_may(tmp_path):
    """The oldest pages make room for new ones, the file on the disk stays below its size, and what went is counted."""
    keep(tmp_path, pages(150), EVER, NOW)
    assert (tmp_path / KEPT).stat().st_size > 3_000_000
    keep(tmp_path, pages(10, NOW + timedelta(days=1)), replace(EVER, size=1_500_000), NOW)
    count = counted_pages(tmp_path)
    assert count.size == (tmp_path / KEPT).stat().st_size <= 1_500_000
    assert 10 <= count.pages == 160 - count.dropped
    assert len(newest_pages(tmp_path, NOW + timedelta(days=1))) == 10


def test_no_room_keeps_no_page(tmp_path):
    """A size of nothing keeps nothing, and drops what there is."""
    keep(tmp_path, pages(3), EVER, NOW)
    keep(tmp_path, [PAGE], Keeping(age=None, size=0), NOW)
    assert (counted_pages(tmp_path).pages, counted_pages(tmp_path).dropped) == (0, 3)


def test_who_keeps_none_has_none(tmp_path):
    """Without the file there is nothing to replay and nothing to count, and asking makes no file."""
    assert (newest_pages(tmp_path, LONG_AGO), counted_pages(tmp_path).pages, kept_pages(tmp_path, [1])) == ((), 0, ())
    assert not (tmp_path / KEPT).exists()


def test_a_kill_while_the_file_is_made_does_no_harm(tmp_path):
    """An empty file, as a kill leaves it, holds nothing, takes pages, and gives room back like any other."""
    (tmp_path / KEPT).touch()
    assert (newest_pages(tmp_path, LONG_AGO), counted_pages(tmp_path).pages) == ((), 0)
    keep(tmp_path, pages(60), EVER, NOW)
    keep(tmp_path, [PAGE], replace(EVER, size=100_000), NOW)
    assert (tmp_path / KEPT).stat().st_size < 200_000


def test_a_kill_keeps_all_pages_of_a_batch_or_none(tmp_path):
    """Killed before its commit, a batch is not kept, what was kept before is, and the next batch is taken."""
    keep(tmp_path, pages(2), EVER, NOW)
    child = os.fork()
    if child == 0:
        kept._drop = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        keep(tmp_path, pages(3, NOW + timedelta(hours=1)), EVER, NOW)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert len(newest_pages(tmp_path, NOW)) == 2
    keep(tmp_path, pages(1, NOW + timedelta(hours=2)), EVER, NOW)
    assert len(kept_pages(tmp_path, newest_pages(tmp_path, NOW))) == 3


def test_a_broken_file_keeps_nobody_from_working(tmp_path, caplog):
    """A file that is none of ours is a line in the log for who keeps pages, and one clear error for who asks."""
    (tmp_path / KEPT).write_bytes(b"no database" * 1000)
    keep(tmp_path, [PAGE], EVER, NOW)
    assert "1 pages are not kept" in caplog.text
    with pytest.raises(Unusable, match="cannot be read"):
        counted_pages(tmp_path)
