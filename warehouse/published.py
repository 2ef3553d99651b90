"""The analysts' copy: replaced whole, by a copy of the closed live file, under its lock."""

from __future__ import annotations

import json
import os
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.errors import system_explained
from warehouse.locking import WAIT, Patience, held_for_writing
from warehouse.places import EARLIER, LIVE, STAMP, opened, replacing, wal
from warehouse.places import PUBLISHED as PUBLISHED  # noqa: PLC0414  # what this module makes
from warehouse.store import connected, copy_closed, held, known_migrations, write_anew

# How long the copy may lag behind when nothing but the times of polls has changed.
LAG = timedelta(hours=1)
# A file of so many bytes is worth keeping, so that the next copy is written but for what is the same; a smaller one is
# copied in no time.
KEPT_FROM = 64 << 20
_READ_ONLY = 0o444

_Stamp = tuple[int, int]


def publish(data_dir: Path, *, changes: int | None = None, wait: timedelta = WAIT, lag: timedelta = LAG) -> bool:
    """Replace analysis.duckdb with a copy of the live file; return False when it is up to date.

    `changes` is what the last session of this process counted: the live file then need not be opened to be asked.
    A reader of the old copy keeps it until it opens the file again. Raises as `store.writing` does.
    """
    patience = Patience(wait)
    live, published = data_dir / LIVE, data_dir / PUBLISHED
    with held(data_dir, patience):
        stamp = _live_stamp(live, changes, patience)
        if stamp == _published_stamp(published) and not _lags(live, published, lag):
            return False
        _replace(data_dir, stamp)
        return True


def published_at(data_dir: Path) -> datetime | None:
    """Return when the copy was made; None where there is none."""
    try:
        return datetime.fromtimestamp((data_dir / PUBLISHED).stat().st_mtime, UTC)
    except OSError:
        return None


def identity_of(published: Path) -> tuple[int, int, int]:
    """Return what tells one copy from every other."""
    status = published.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def publish_anew(data_dir: Path, patience: Patience) -> None:
    """Replace the copy whatever it was made of, and keep none of before; who calls this holds the warehouse's lock."""
    (data_dir / EARLIER).unlink(missing_ok=True)
    _replace(data_dir, _live_stamp(data_dir / LIVE, None, patience), keep=False)


def rewrite(data_dir: Path, *, wait: timedelta = WAIT) -> None:
    """Write the live file anew, without the blocks of what was deleted in it, and replace the copy by that."""
    patience = Patience(wait)
    with held(data_dir, patience):
        # What a log holds is in the file afterwards.
        connected(data_dir / LIVE, patience).close()
        write_anew(data_dir / LIVE)
        publish_anew(data_dir, patience)


def _replace(data_dir: Path, stamp: _Stamp, *, keep: bool = True) -> None:
    live, published, earlier = data_dir / LIVE, data_dir / PUBLISHED, data_dir / EARLIER
    with system_explained(data_dir), replacing(published) as fresh:
        shares = copy_closed(live, fresh, earlier=earlier)
        # Who opens it as he would a file of his own, for writing, would keep everybody else out.
        fresh.chmod(fresh.stat().st_mode & _READ_ONLY)
        # A reader may still have the one that this replaces; when he has let go of it, the next is made of it.
        earlier.unlink(missing_ok=True)
        if keep and not shares and published.exists() and fresh.stat().st_size >= KEPT_FROM:
            with suppress(OSError):  # a file system without second names
                os.link(published, earlier)
        os.utime(fresh)
    _note_stamp(published, stamp)


def _live_stamp(live: Path, changes: int | None, patience: Patience) -> _Stamp:
    """Return the stamp of the live file, which is opened if it is not known, or if its log is not in the file yet."""
    if changes is not None and live.exists() and not wal(live).exists():
        return known_migrations()[-1].version, changes
    with closing(connected(live, patience)) as connection:
        return _stamp(connection)


def _stamp(connection: duckdb.DuckDBPyConnection) -> _Stamp:
    """Return what tells two states of the content apart."""
    row = connection.execute(
        "SELECT (SELECT max(version) FROM schema_migrations), (SELECT version FROM changes)"
    ).fetchone()
    assert row is not None, "a SELECT without FROM has one row"
    return row[0], row[1]


def _published_stamp(published: Path) -> _Stamp | None:
    """Return the stamp of the copy, or None when there is none that opens, as while someone has it to write in."""
    if not published.is_file():
        return None
    with published.open("rb") as file:
        if held_for_writing(file):
            return None
    if noted := _noted_stamp(published):
        return noted
    try:
        with closing(opened(published, read_only=True, config={})) as connection:
            return _stamp(connection)
    except duckdb.Error:
        # Replacing what is damaged mends it.
        return None


def _note_stamp(published: Path, stamp: _Stamp) -> None:
    with suppress(OSError):
        published.with_name(STAMP).write_text(json.dumps([*stamp, *identity_of(published)]), encoding="utf-8")


def _noted_stamp(published: Path) -> _Stamp | None:
    """Return what was noted of the copy, if nobody has touched the file since."""
    with suppress(OSError, ValueError):
        version, changes, *identity = json.loads(published.with_name(STAMP).read_text(encoding="utf-8"))
        if tuple(identity) == identity_of(published) and not wal(published).exists():
            return version, changes
    return None


def _lags(live: Path, published: Path, lag: timedelta) -> bool:
    copied_at = published.stat().st_mtime
    return live.stat().st_mtime > copied_at and not 0 <= time.time() - copied_at < lag.total_seconds()
