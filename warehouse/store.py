"""The door to the live file: one process at a time, one short transaction, closed when it is over.

The file is made, or brought up to date by the numbered migrations in their order, when it is opened.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import duckdb

from warehouse.errors import Unusable, disk_full, system_explained
from warehouse.harmless import literal
from warehouse.locking import LOCK, WAIT, Held, Patience, busy, check_lease, exclusive
from warehouse.obstacles import Obstacle, database_explained, file_trouble, holder, obstacle, way_back, words_of
from warehouse.places import ALONE, NO_EXTENSIONS, PUBLISHED, REPLACED, Config, opened, replacing, wal
from warehouse.places import LIVE as LIVE  # noqa: PLC0414  # the file that this is the door to
from warehouse.session import LOOKED_UP, Session

FOLDER = Path(__file__).parent / "migrations"

# The file itself is written when it is closed, never by a commit: so a commit that fails for want of room has kept
# nothing.
_CONFIG: Config = {
    **ALONE,
    "checkpoint_threshold": "1TB",
    # What it gains from more is little, and each thread keeps memory of its own; the other cores are parsing.
    "threads": 1,
    "dynamic_or_filter_threshold": LOOKED_UP,
}
# How DuckDB lays out a file, in bytes: three headers, then blocks; and how much of a block is compared.
_HEADERS, _BLOCK, _PAGE = 3 * 4096, 256 * 1024, 4096
# FICLONE of linux/fs.h. A system that has another meaning for it refuses a file, and is answered by copying.
_CLONE = 0x40049409
# Closing writes the file. It takes as much memory as it may, up to several times what has changed, and needs no more
# than this; a transaction may need more than can be foreseen, so that is not bounded.
_CLOSING = "SET memory_limit = '128MB'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered SQL file."""

    version: int
    name: str
    sql: str


class Steps(Protocol):
    """Who is told how far something has come: how many more steps there are, then each that is done."""

    def grow(self, more: int) -> None:
        """Expect so many more."""

    def __call__(self) -> None:
        """Count one."""


@contextmanager
def writing(data_dir: Path, *, wait: timedelta = WAIT) -> Iterator[Session]:
    """Open the warehouse for one transaction: commit at the end of the block, roll back when it raises.

    Makes or migrates the file first. Raises Busy when it was not had within `wait`, Unusable, DiskFull.
    """
    with _opened(data_dir, wait) as connection, _transaction(connection, "BEGIN"):
        session = Session(connection)
        yield session
        session.settle()


@contextmanager
def reading(data_dir: Path, *, wait: timedelta = WAIT) -> Iterator[Session]:
    """Open the warehouse for short reads of the live file; raise as `writing` does. Writing within is a bug."""
    with _opened(data_dir, wait) as connection, _transaction(connection, "BEGIN TRANSACTION READ ONLY"):
        yield Session(connection)


def migrate(data_dir: Path, *, wait: timedelta = WAIT, steps: Steps | None = None) -> tuple[int, ...]:
    """Make the warehouse or bring it up to date; return the numbers of the migrations applied. `steps` are statements.

    One that breaks off, in whatever step, leaves the file as the migration before left it.
    """
    patience = Patience(wait)
    with held(data_dir, patience):
        return bring_up(data_dir / LIVE, patience, steps)


def is_begun(data_dir: Path) -> bool:
    """Tell whether there is a warehouse yet. Raise Unusable where something else has its place, or it has been lost."""
    path = data_dir / LIVE
    with system_explained(data_dir):
        if path.is_file():
            return True
        if path.is_symlink():
            raise Unusable(f"{path} leads to {path.readlink()}, which is no file: is its disk mounted?")
        if path.exists():
            raise Unusable(f"{path} is no file: move it away or choose another data_dir")
        # To begin anew would replace the copy, all that is left of what is lost, by an empty one.
        for left in (PUBLISHED, REPLACED):
            if (data_dir / left).exists():
                raise Unusable(
                    f"{path} is missing beside {left}: {way_back(data_dir)}; to begin anew, move {left} away"
                )
        if wal(path).exists():
            raise Unusable(
                f"{path} is missing, but not its log: {way_back(data_dir)}; to begin anew, move the log away"
            )
    return False


@contextmanager
def held(data_dir: Path, patience: Patience) -> Iterator[None]:
    """Make `data_dir` if need be and hold its lock."""
    with ExitStack() as lock:
        with system_explained(data_dir):
            data_dir.mkdir(parents=True, exist_ok=True)
            try:
                lock.enter_context(exclusive(data_dir / LOCK, patience))
            except Held as other:
                raise busy(data_dir, other.pid, patience.wait) from None
        check_lease(data_dir)
        with database_explained(data_dir):
            yield


def bring_up(path: Path, patience: Patience, steps: Steps | None = None) -> tuple[int, ...]:
    """Make or migrate the file, under the lock; an older one is copied first. Return the numbers applied."""
    known = known_migrations()
    with system_explained(path.parent):
        if not is_begun(path.parent):
            return _create(path, known)
        with closing(connect(path, patience)) as connection:
            missing = missing_migrations(connection, path, known)
        if not missing:
            return ()
        keep_older(path, missing[0].version)
    with closing(connect(path, patience)) as connection:
        return apply(connection, missing, steps)


def connected(path: Path, patience: Patience) -> duckdb.DuckDBPyConnection:
    """Open the live file under its lock, made or migrated first if need be."""
    if is_begun(path.parent):
        connection = connect(path, patience)
        try:
            if not missing_migrations(connection, path, known_migrations()):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    bring_up(path, patience)
    return connect(path, patience)


def connect(path: Path, patience: Patience) -> duckdb.DuckDBPyConnection:
    """Open a database file for writing; wait for a process that holds it without our lock."""
    while True:
        try:
            connection = opened(path, config=_CONFIG)
        except duckdb.Error as error:
            if obstacle(error) is not Obstacle.HELD:
                unusable = Unusable(f"the data directory {path.parent} cannot be used: {words_of(error)}")
                raise file_trouble(path, error) or unusable from error
            if not patience.pause():
                raise busy(path.parent, holder(error), patience.wait) from None
        else:
            connection.execute("SET TimeZone = 'UTC'")
            return connection


@cache
def known_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return the migrations in order; a file's name starts with its number."""
    files = sorted(folder.glob("*.sql"))
    return tuple(Migration(version=int(file.name[:4]), name=file.name, sql=file.read_text("utf-8")) for file in files)


def missing_migrations(
    connection: duckdb.DuckDBPyConnection, path: Path, known: Sequence[Migration]
) -> tuple[Migration, ...]:
    """Return what the open file still lacks; raise Unusable when it is not ours or newer than we are."""
    applied = applied_migrations(connection)
    if applied is None:
        raise Unusable(f"{path} is a DuckDB file that Talkwatch did not make: move it away or choose another data_dir")
    newest = max(applied, default=0)
    if newest > known[-1].version:
        raise Unusable(
            f"{path} was written by a newer Talkwatch (schema {newest}, this one knows {known[-1].version}): "
            f"install that version again, or {copy_before(path, known[-1].version)}"
        )
    return tuple(migration for migration in known if migration.version > newest)


def applied_migrations(connection: duckdb.DuckDBPyConnection) -> list[int] | None:
    """Return the numbers of the migrations that the open file has had; None for one that is not ours."""
    try:
        rows = connection.execute("SELECT version, name, applied_at FROM schema_migrations").fetchall()
    except duckdb.CatalogException:
        return None
    except duckdb.BinderException:
        return None
    return [row[0] for row in rows]


def apply(
    connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration], steps: Steps | None = None
) -> tuple[int, ...]:
    """Apply migrations, each in one transaction together with its row in schema_migrations."""
    parts = {each.version: [part.query for part in connection.extract_statements(each.sql)] for each in migrations}
    if steps is not None:
        steps.grow(sum(map(len, parts.values())))
    for migration in migrations:
        connection.execute("BEGIN")
        for sql in parts[migration.version]:
            connection.execute(sql)
            if steps is not None:
                steps()
        connection.execute("INSERT INTO schema_migrations VALUES (?, ?, now())", [migration.version, migration.name])
        connection.execute("COMMIT")
    return tuple(migration.version for migration in migrations)


def keep_older(path: Path, before: int) -> Path:
    """Copy the closed file beside itself, as it was before migration number `before`."""
    target = path.with_name(f"{path.stem}.before-{before:04}{path.suffix}")
    with replacing(target) as fresh:
        copy_closed(path, fresh)
    return target


def copy_before(path: Path, version: int) -> str:
    """Say how to go back to a schema version from a newer one: with the newest copy made before, if there is one."""
    copies = path.parent.glob(f"{path.stem}.before-[0-9]*{path.suffix}")
    fitting = [copy for copy in sorted(copies) if copy.stem <= f"{path.stem}.before-{version + 1:04}"]
    return f"`talkwatch restore {fitting[-1]}`" if fitting else "go back to a copy made before it"


def copy_closed(source: Path, fresh: Path, *, earlier: Path | None = None) -> bool:
    """Copy a closed database to a name that is nobody's; return whether the two share their blocks.

    Where they can't, the file `earlier`, a copy of before, is used up, so that what has changed alone is written.
    Raises DiskFull where the file alone is not all there is.
    """
    if wal(source).exists():
        # The last checkpoint found no room.
        raise disk_full(source.parent)
    if cloned(source, fresh):
        return True
    if earlier and is_nobodys(earlier):
        earlier.replace(fresh)
        bring_level(source, fresh)
    else:
        shutil.copyfile(source, fresh)
    return False


def cloned(source: Path, fresh: Path) -> bool:
    """Make `fresh` a file that shares its blocks with `source` until either is written to; False where none can be.

    XFS, Btrfs and their like can, within one file system; ioctl_ficlonerange(2).
    """
    with source.open("rb") as old, fresh.open("wb") as new:
        try:
            fcntl.ioctl(new.fileno(), _CLONE, old.fileno())
        except OSError:
            return False
    return True


def is_nobodys(path: Path) -> bool:
    """Tell whether a file is there that has no other name and that no process has open, be it only to read.

    That is when the system grants a lease for writing; fcntl(2). Where it grants none, False.
    """
    with suppress(OSError, AttributeError), path.open("rb") as file:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return os.fstat(file.fileno()).st_nlink == 1
    return False


def bring_level(source: Path, copy: Path) -> None:
    """Make `copy` the same as `source`, a closed database, where both are from one history: write what is different.

    A block of DuckDB's begins with the checksum of all of it, so that its first page tells whether it is another.
    """
    copy.chmod(copy.stat().st_mode | stat.S_IWUSR)
    with source.open("rb") as new, copy.open("r+b") as old:
        size = os.fstat(new.fileno()).st_size
        old.truncate(size)
        for begin, end in pairwise((0, *range(_HEADERS, size, _BLOCK), size)):
            if os.pread(new.fileno(), _PAGE, begin) != os.pread(old.fileno(), _PAGE, begin) or begin == 0:
                old.seek(begin)
                old.write(os.pread(new.fileno(), end - begin, begin))


def write_anew(path: Path) -> None:
    """Write a closed database anew in its own place: a file keeps the blocks of what was deleted in it."""
    with replacing(path) as clean:
        with closing(opened(config=NO_EXTENSIONS)) as connection:
            for name, file in (("old", path), ("clean", clean)):
                connection.execute(f"ATTACH {literal(str(file))} AS {name}")
            connection.execute("COPY FROM DATABASE old TO clean")
            connection.execute("DETACH clean")
        clean.chmod(path.stat().st_mode)


def _create(path: Path, known: tuple[Migration, ...]) -> tuple[int, ...]:
    """Make the file under another name first, so that no half-made one is ever met."""
    with replacing(path) as fresh, closing(connect(fresh, Patience(timedelta(0)))) as connection:
        numbers = apply(connection, known)
        connection.execute("CHECKPOINT")
    return numbers


@contextmanager
def _opened(data_dir: Path, wait: timedelta) -> Iterator[duckdb.DuckDBPyConnection]:
    patience = Patience(wait)
    # Closing writes the file; if that finds no room, what is committed waits in the log for the next opening.
    with held(data_dir, patience), closing(connected(data_dir / LIVE, patience)) as connection:
        try:
            yield connection
        finally:
            with suppress(duckdb.Error):
                connection.execute(_CLOSING)


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After a failed commit nothing is left to roll back, and saying so would hide what went wrong.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
