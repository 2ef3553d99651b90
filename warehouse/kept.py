"""Pages as they came, kept for a time so that they can be cleaned again, in a file that analysts do not get.

SQLite, because DuckDB writes a column of large values anew with every batch. Whoever cannot have the file goes without:
a pass never waits long for it or fails with it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import zstandard
from pydantic import TypeAdapter

from warehouse.entries import PendingEntry
from warehouse.errors import Unusable

KEPT = "pages.sqlite"

_WAIT_SECONDS = 10
# What pages take then hardly shrinks any more, at 2 ms a page.
_LEVEL = 9
# So many of the oldest are dropped at a time where there is no room for them.
_STRIDE = 50
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    page_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kept_at      TEXT NOT NULL,
    url          TEXT NOT NULL,
    content_type TEXT,
    entries      BLOB NOT NULL,
    body         BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS pages_by_time ON pages (kept_at, url);
CREATE TABLE IF NOT EXISTS dropped (
    why   TEXT PRIMARY KEY,
    pages INTEGER NOT NULL
);
"""
_NEWEST = "SELECT max(page_id) FROM pages WHERE kept_at >= ? GROUP BY url ORDER BY 1"
# Some of them may be large; read in one go they would keep a pass from keeping its own.
_AT_ONCE = 100
_AFTER = "SELECT page_id, kept_at, url, content_type, entries, body FROM pages WHERE page_id > ? ORDER BY 1 LIMIT ?"
_PUT_BACK = """
INSERT INTO pages (kept_at, url, content_type, entries, body)
SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM pages WHERE kept_at = ? AND url = ?)
"""
_COUNTED = "SELECT (SELECT count(*) FROM pages), (SELECT min(kept_at) FROM pages), (SELECT sum(pages) FROM dropped)"
_OLDEST = "page_id IN (SELECT page_id FROM pages ORDER BY page_id LIMIT ?)"
_DROPPED = """
INSERT INTO dropped VALUES (?, ?) ON CONFLICT (why) DO UPDATE SET pages = dropped.pages + excluded.pages
"""

# When it was kept, from where, as what, what led to it, and itself.
StoredPage = Sequence[str | bytes | None]

log = logging.getLogger("talkwatch.kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page's answer, unpacked, the entries that led to it, and when it was kept; `url` is where it came from."""

    url: str
    content_type: str | None
    body: bytes
    entries: tuple[PendingEntry, ...]
    kept_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long pages are kept, None for ever, and how many bytes the file may take."""

    age: timedelta | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCount:
    """How many pages are kept, since when, in how many bytes, and how many were dropped for their age or for room."""

    pages: int
    since: datetime | None
    size: int
    dropped: int


def keep(data_dir: Path, pages: Sequence[KeptPage], keeping: Keeping, now: datetime) -> None:
    """Keep pages, on the disk when this returns, and drop what is too old or too much; without the file, say so."""
    if not pages and not (data_dir / KEPT).exists():
        return
    try:
        with _opened(data_dir / KEPT) as file:
            if keeping.size:
                file.executemany(
                    "INSERT INTO pages (kept_at, url, content_type, entries, body) VALUES (?, ?, ?, ?, ?)",
                    map(_row, pages),
                )
            _drop(file, keeping, now)
    except (sqlite3.Error, OSError) as error:
        log.warning("%d pages are not kept: %s: %s", len(pages), data_dir / KEPT, error)


def newest_pages(data_dir: Path, since: datetime) -> tuple[int, ...]:
    """Return the last page of each address that was kept from `since` on, in the order they came; raise Unusable."""
    with _read(data_dir) as file:
        return tuple(row[0] for row in file.execute(_NEWEST, [_time(since)])) if file else ()


def kept_pages(data_dir: Path, page_ids: Sequence[int]) -> tuple[KeptPage, ...]:
    """Return those of these pages that are still kept, in the order they came; raise Unusable."""
    marks = ", ".join("?" * len(page_ids))
    sql = f"SELECT kept_at, url, content_type, entries, body FROM pages WHERE page_id IN ({marks}) ORDER BY page_id"  # noqa: S608 (marks)
    with _read(data_dir) as file:
        return tuple(_page(*row) for row in file.execute(sql, page_ids)) if file else ()


def forget_pages(data_dir: Path, is_gone: Callable[[str, Sequence[PendingEntry]], bool]) -> int:
    """Drop the pages of which that holds, by their address and entries, for good; return how many. Raise Unusable."""
    path = data_dir / KEPT
    if not path.exists():
        return 0
    try:
        with _opened(path) as file:
            rows = file.execute("SELECT page_id, url, entries FROM pages")
            gone = [
                (page_id,)
                for page_id, url, entries in rows
                if is_gone(url, _entries().validate_json(zstandard.decompress(entries)))
            ]
            file.executemany("DELETE FROM pages WHERE page_id = ?", gone)
    except (sqlite3.Error, OSError, zstandard.ZstdError) as error:
        raise Unusable(
            f"the kept pages in {path} cannot be read: {error}; remove the file, then forget again"
        ) from error
    return len(gone)


def stored_pages(data_dir: Path) -> Iterator[list[StoredPage]]:
    """Yield all pages as they are stored, oldest first, some at a time, so that nobody who keeps others waits long."""
    last = 0
    while True:
        with _read(data_dir) as file:
            found = file.execute(_AFTER, [last, _AT_ONCE]).fetchall() if file else []
        if not found:
            return
        yield [stored for _, *stored in found]
        last = found[-1][0]


def put_back(data_dir: Path, pages: Iterable[Sequence[StoredPage]]) -> None:
    """Keep pages that were stored before, beside those that are there now; raise Unusable."""
    path = data_dir / KEPT
    for some in pages:
        try:
            with _opened(path) as file:
                file.executemany(_PUT_BACK, [[*page, *page[:2]] for page in some])
        except (sqlite3.Error, OSError) as error:
            raise Unusable(f"the kept pages cannot be put into {path}: {error}; moved away, it is made anew") from error


def counted_pages(data_dir: Path) -> KeptCount:
    """Return what is kept; raise Unusable."""
    with _read(data_dir) as file:
        pages, since, dropped = file.execute(_COUNTED).fetchone() if file else (0, None, 0)
    size = (data_dir / KEPT).stat().st_size if pages else 0
    return KeptCount(
        pages=pages, since=datetime.fromisoformat(since) if since else None, size=size, dropped=dropped or 0
    )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, made where there is none, for one transaction."""
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as file:
        # These count as long as there is no table yet: room that is given back, and pages that suit what is in them.
        file.executescript("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL;")
        file.executescript(_SCHEMA)
        # What is dropped is to be gone.
        file.execute("PRAGMA secure_delete = ON")
        file.execute("BEGIN IMMEDIATE")
        try:
            yield file
        except BaseException:
            file.execute("ROLLBACK")
            raise
        file.execute("COMMIT")
        # The room of what was dropped goes back to the disk; `execute` would give back a page of it.
        file.executescript("PRAGMA incremental_vacuum")


@contextmanager
def _read(data_dir: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the file to read; None where there is none."""
    path = data_dir / KEPT
    if not path.exists():
        yield None
        return
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as file:
            # Who was killed making the file left it without its tables.
            made = file.execute("SELECT count(*) FROM sqlite_master WHERE name = 'dropped'").fetchone()[0]
            yield file if made else None
    except (sqlite3.Error, zstandard.ZstdError) as error:
        raise Unusable(f"the kept pages in {path} cannot be read: {error}; moved away, they are kept anew") from error


def _drop(file: sqlite3.Connection, keeping: Keeping, now: datetime) -> None:
    """Drop what is too old, and the oldest until the rest has room; count them."""
    if keeping.age is not None:
        old = file.execute("DELETE FROM pages WHERE kept_at < ?", [_time(now - keeping.age)]).rowcount
        _count_dropped(file, "age", old)
    while _used(file) > keeping.size:
        gone = file.execute(f"DELETE FROM pages WHERE {_OLDEST}", [_STRIDE]).rowcount  # noqa: S608 (our own text)
        if not gone:
            break
        _count_dropped(file, "size", gone)


def _count_dropped(file: sqlite3.Connection, why: str, pages: int) -> None:
    if pages:
        file.execute(_DROPPED, [why, pages])


def _used(file: sqlite3.Connection) -> int:
    """Return how many bytes of the file are taken."""
    whole, free, size = (
        file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((whole - free) * size)


def _row(page: KeptPage) -> tuple[str, str, str | None, bytes, bytes]:
    entries = _packed(_entries().dump_json(page.entries))
    return _time(page.kept_at), page.url, page.content_type, entries, _packed(page.body)


def _page(kept_at: str, url: str, content_type: str | None, entries: bytes, body: bytes) -> KeptPage:
    return KeptPage(
        url=url,
        content_type=content_type,
        body=zstandard.decompress(body),
        entries=_entries().validate_json(zstandard.decompress(entries)),
        kept_at=datetime.fromisoformat(kept_at),
    )


@cache
def _entries() -> TypeAdapter[tuple[PendingEntry, ...]]:
    """Return the codec of entries, made at its first use."""
    return TypeAdapter(tuple[PendingEntry, ...])


def _packed(content: bytes) -> bytes:
    return zstandard.compress(content, level=_LEVEL)


def _time(moment: datetime) -> str:
    """Return a time so that texts stand in the order of times."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
