"""All the data in one file and back, checked: what is copied is read to its end before it takes anything's place."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.errors import Unusable, WarehouseError, refused_by_system
from warehouse.kept import put_back, stored_pages
from warehouse.locking import WAIT, Patience
from warehouse.obstacles import Obstacle, obstacle, words_of
from warehouse.places import ALONE, EARLIER, LINK_KEY, LIVE, PUBLISHED, REPLACED, opened, replacing, wal
from warehouse.published import publish_anew
from warehouse.store import (
    applied_migrations,
    apply,
    connected,
    copy_closed,
    held,
    is_begun,
    known_migrations,
    missing_migrations,
    write_anew,
)
from warehouse.vectors import WORK

_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY ALL"
# What a backup has that no warehouse has.
_KEY, _PAGES = "link_key", "kept_pages"
_PAGES_MADE = f"CREATE TABLE {_PAGES} (kept_at VARCHAR, url VARCHAR, content_type VARCHAR, entries BLOB, body BLOB)"
_PAGES_ADDED = f"INSERT INTO {_PAGES} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 (our own text)
_COUNTED_PAGES = f"SELECT count(*) FROM {_PAGES}"  # noqa: S608 (our own text)
_AT_ONCE = 100
_OWNERS = 0o600
# How a database of DuckDB begins, after the checksum of its first block.
_MAGIC, _MAGIC_AT, _MAGIC_ENDS = b"DUCK", 8, 12
_COUNTED = """
SELECT (SELECT count(*) FROM article_rows), (SELECT count(*) FROM alert_rows), (SELECT max(finished_at) FROM runs)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file was found to hold, kept `pages` among it; `finished_at` is when the last pass in it ended."""

    articles: int
    alerts: int
    pages: int
    finished_at: datetime | None
    size: int


def back_up(data_dir: Path, target: Path, *, with_pages: bool = True, wait: timedelta = WAIT) -> Contents:
    """Copy the live warehouse and the kept pages to `target`, which is its old self or whole at every moment.

    An earlier backup is replaced. Raises Unusable for a target that is anything else, DiskFull, and as `writing` does.
    """
    _check_target(data_dir, target)
    patience = Patience(wait)
    try:
        with replacing(target) as fresh:
            with held(data_dir, patience):
                if not is_begun(data_dir):
                    raise Unusable(f"there is nothing to back up in {data_dir} yet")
                # What a process that died left in the log is in the file afterwards.
                connected(data_dir / LIVE, patience).close()
                copy_closed(data_dir / LIVE, fresh)
            _add_key(fresh, data_dir / LINK_KEY)
            if with_pages:
                _add_pages(fresh, data_dir)
            return _read_through(fresh)
    except OSError as error:
        raise _not_written(target, error) from error


def restore(data_dir: Path, source: Path, *, wait: timedelta = WAIT) -> Contents:
    """Put a backup, or a published copy, in the live warehouse's place, brought up to this version; publish it.

    What was there is kept as REPLACED. Nothing is touched before the source has been read to its end. Nobody else may
    be at work: the caller holds the locks of passes. Raises Unusable for a source that is none, DiskFull, Busy.
    """
    if not source.is_file():
        raise Unusable(
            f"{source} is {'no file' if source.exists() else 'not there'}: name a backup, or a published copy"
        )
    live, patience = data_dir / LIVE, Patience(wait)
    with held(data_dir, patience):
        try:
            with replacing(live) as fresh:
                _copy_with_log(source, fresh)
                contents = _brought_up(source, fresh)
                key = _without_extras(fresh, data_dir)
                _put_aside(live)
            if key is not None:
                _write_key(data_dir / LINK_KEY, key)
        except OSError as error:
            raise _not_written(live, error) from error
        publish_anew(data_dir, patience)
    return contents


def databases(data_dir: Path) -> tuple[Path, ...]:
    """Return the files of older states in `data_dir`, whatever they are called: all databases but those in use."""
    used = {LIVE, PUBLISHED, EARLIER, WORK}
    return tuple(path for path in sorted(data_dir.rglob("*")) if path.name not in used and _is_database(path))


def _is_database(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_MAGIC_ENDS)[_MAGIC_AT:] == _MAGIC


def _add_key(fresh: Path, key: Path) -> None:
    """Put the key of links into a backup, which then is nobody's but its owner's to read."""
    fresh.chmod(_OWNERS)
    if not key.exists():
        return
    with closing(opened(fresh, config=ALONE)) as connection:
        connection.execute(f"CREATE TABLE {_KEY} AS SELECT $1::VARCHAR AS key", [key.read_text(encoding="ascii")])


def _add_pages(fresh: Path, data_dir: Path) -> None:
    with closing(opened(fresh, config=ALONE)) as connection:
        connection.execute(_PAGES_MADE)
        for pages in stored_pages(data_dir):
            connection.execute("BEGIN")
            connection.executemany(_PAGES_ADDED, pages)
            connection.execute("COMMIT")


def _without_extras(fresh: Path, data_dir: Path) -> str | None:
    """Take the key of links, which is returned, and the kept pages out of a copy of a backup, where it has them.

    Analysts read copies of what is live. The pages stand beside those that are kept when this returns.
    """
    key = None
    with closing(opened(fresh, config=ALONE)) as connection:
        extras = {name for (name,) in connection.execute(_TABLES).fetchall()} & {_KEY, _PAGES}
        if _KEY in extras:
            key = connection.execute(f"FROM {_KEY}").fetchone()
        if _PAGES in extras:
            found = connection.execute(f"FROM {_PAGES}")
            put_back(data_dir, iter(lambda: found.fetchmany(_AT_ONCE), []))
        for name in extras:
            connection.execute(f"DROP TABLE {name}")
    if extras:
        # What was dropped leaves its blocks where they are.
        write_anew(fresh)
    return None if key is None else str(key[0])


def _write_key(path: Path, key: str) -> None:
    with open(path, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, _OWNERS)) as file:
        file.write(key)
    path.chmod(_OWNERS)


def _check_target(data_dir: Path, target: Path) -> None:
    """Raise Unusable where a backup would replace what is no backup."""
    if target.resolve() in {(data_dir / name).resolve() for name in (LIVE, PUBLISHED)}:
        raise Unusable(f"{target} is in use: name another file, best on another disk")
    if not os.path.lexists(target):
        return
    if not target.is_file():
        raise Unusable(f"{target} is no file: name one to write")
    try:
        with closing(opened(target, read_only=True, config=ALONE)) as connection:
            ours = applied_migrations(connection) is not None
    except duckdb.Error:
        ours = False
    if not ours:
        raise Unusable(f"{target} is there and is no backup of Talkwatch's: it is not replaced; name another file")


def _copy_with_log(source: Path, fresh: Path) -> None:
    """Copy a file, and the log beside it: a copy made by hand has one where a process had died, or was at work."""
    for each, copy in ((source, fresh), (wal(source), wal(fresh))):
        if each.exists():
            shutil.copyfile(each, copy)


def _brought_up(source: Path, fresh: Path) -> Contents:
    """Bring the copy of a source up to this version and read it through; what is wrong with it is the source's."""
    try:
        with closing(opened(fresh, config=ALONE)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            if applied_migrations(connection) is None:
                raise Unusable(f"{source} is a DuckDB file that Talkwatch did not make: name a backup of its own")
            apply(connection, missing_migrations(connection, source, known_migrations()))
    except duckdb.Error as error:
        raise _no_backup(source, error) from error
    return _read_through(fresh, source)


def _read_through(path: Path, name: Path | None = None) -> Contents:
    """Read all there is, so that every block's checksum has been looked at; raise Unusable for one that is wrong."""
    try:
        with closing(opened(path, read_only=True, config=ALONE)) as connection:
            tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
            for table in tables:
                connection.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" AS t').fetchall()  # noqa: S608  (our own tables)
            connection.execute("SET TimeZone = 'UTC'")
            counted = connection.execute(_COUNTED).fetchone()
            pages = connection.execute(_COUNTED_PAGES).fetchone() if _PAGES in tables else None
    except duckdb.Error as error:
        raise _no_backup(name or path, error) from error
    assert counted is not None, "a SELECT without FROM has one row"
    return Contents(
        articles=counted[0],
        alerts=counted[1],
        pages=pages[0] if pages else 0,
        finished_at=counted[2],
        size=path.stat().st_size,
    )


def _put_aside(live: Path) -> None:
    """Keep the file that is there, damaged or not, with its log; killed between, it is missing, which is noticed."""
    if not os.path.lexists(live):
        return
    if live.is_dir() and not live.is_symlink():
        raise Unusable(f"{live} is no file: move it away")
    kept = live.with_name(REPLACED)
    wal(kept).unlink(missing_ok=True)
    live.replace(kept)
    if wal(live).is_file():
        wal(live).replace(wal(kept))


def _no_backup(path: Path, error: duckdb.Error) -> Unusable:
    match obstacle(error):
        case Obstacle.FOREIGN:
            return Unusable(f"{path} is no DuckDB file: name a backup")
        case Obstacle.LOG:
            return Unusable(f"{path} and the log beside it, {wal(path).name}, do not go together: move the log away")
        case _:
            return Unusable(f"{path} cannot be read to its end: {words_of(error)}")


def _not_written(path: Path, error: OSError) -> WarehouseError:
    return refused_by_system(error, path.parent, f"cannot write {path}")
