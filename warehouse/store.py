"""The door to the live file: one process at a time, one short transaction, closed when it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import duckdb

from warehouse import migrating
from warehouse.errors import Unusable, WarehouseError, database_explained, disk_full, is_full, system_explained
from warehouse.locking import LOCK, WAIT, Held, Patience, busy, exclusive
from warehouse.session import Session

LIVE = "warehouse.duckdb"

# What is stored needs no extension, no other file and no network, so none can be reached. The file itself is written
# when it is closed, never by a commit: so a commit that fails for want of room has kept nothing.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "enable_external_access": "false",
    "checkpoint_threshold": "1TB",
    # What it gains from more is little, and each thread keeps memory of its own; the other cores are parsing.
    "threads": 1,
}
# Closing writes the file. It takes as much memory as it may, up to several times what has changed, and needs no more
# than this; a transaction may need more than can be foreseen, so that is not bounded.
_CLOSING = "SET memory_limit = '128MB'"
_HOLDER = re.compile(r"\(PID (\d+)\)")


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


def migrate(data_dir: Path, *, wait: timedelta = WAIT) -> tuple[int, ...]:
    """Make the warehouse or bring it up to date; return the numbers of the migrations applied."""
    patience = Patience(wait)
    with held(data_dir, patience):
        return bring_up(data_dir / LIVE, patience)


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
        with database_explained(data_dir):
            yield


def bring_up(path: Path, patience: Patience) -> tuple[int, ...]:
    """Make or migrate the file, under the lock; an older one is copied first. Return the numbers applied."""
    known = migrating.known_migrations()
    with system_explained(path.parent):
        if not path.exists():
            return _create(path, known)
        with closing(connect(path, patience)) as connection:
            missing = migrating.missing_migrations(connection, path, known)
        if not missing:
            return ()
        migrating.back_up(path, missing[0].version)
    with closing(connect(path, patience)) as connection:
        return migrating.apply(connection, missing)


def connected(path: Path, patience: Patience) -> duckdb.DuckDBPyConnection:
    """Open the live file under its lock, made or migrated first if need be."""
    if path.exists():
        connection = connect(path, patience)
        try:
            if not migrating.missing_migrations(connection, path, migrating.known_migrations()):
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
            connection = duckdb.connect(path, config=_CONFIG)
        except (duckdb.IOException, duckdb.ConnectionException, duckdb.PermissionException) as error:
            if not _is_held(error):
                raise _unusable(path, error) from error
            if not patience.pause():
                pid = _HOLDER.search(str(error))
                raise busy(path.parent, pid and pid[1], patience.wait) from None
        else:
            connection.execute("SET TimeZone = 'UTC'")
            return connection


def _create(path: Path, known: tuple[migrating.Migration, ...]) -> tuple[int, ...]:
    """Make the file under another name first, so that no half-made one is ever met."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    migrating.wal(fresh).unlink(missing_ok=True)
    with closing(connect(fresh, Patience(timedelta(0)))) as connection:
        numbers = migrating.apply(connection, known)
        connection.execute("CHECKPOINT")
    migrating.replace_durably(fresh, path)
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


def _is_held(error: duckdb.Error) -> bool:
    words = str(error)
    return "Could not set lock" in words or "different configuration" in words


def _unusable(path: Path, error: duckdb.Error) -> WarehouseError:
    words = " ".join(str(error).split())
    if is_full(error):
        return disk_full(path.parent)
    if "not a valid DuckDB" in words or isinstance(error, duckdb.PermissionException):
        return Unusable(f"{path} is no DuckDB file: move it away or choose another data_dir")
    return Unusable(f"the data directory {path.parent} cannot be used: {words.removeprefix('IO Error: ')}")
