"""The live file's schema: making a new file, telling ours from others, applying the numbered migrations in order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.errors import Unusable, disk_full

FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered SQL file."""

    version: int
    name: str
    sql: str


def known_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return the migrations in order; a file's name starts with its number."""
    files = sorted(folder.glob("*.sql"))
    return tuple(Migration(version=int(file.name[:4]), name=file.name, sql=file.read_text("utf-8")) for file in files)


def missing_migrations(
    connection: duckdb.DuckDBPyConnection, path: Path, known: Sequence[Migration]
) -> tuple[Migration, ...]:
    """Return what the open file still lacks; raise Unusable when it is not ours or newer than we are."""
    applied = _applied(connection)
    if applied is None:
        raise Unusable(f"{path} is a DuckDB file that Talkwatch did not make: move it away or choose another data_dir")
    newest = max(applied, default=0)
    if newest > known[-1].version:
        raise Unusable(
            f"{path} was written by a newer Talkwatch (schema {newest}, this one knows {known[-1].version}): "
            "install that version again, or go back to a copy made before it"
        )
    return tuple(migration for migration in known if migration.version > newest)


def apply(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]) -> tuple[int, ...]:
    """Apply migrations, each in one transaction together with its row in schema_migrations."""
    for migration in migrations:
        connection.execute("BEGIN")
        connection.execute(migration.sql)
        connection.execute("INSERT INTO schema_migrations VALUES (?, ?, now())", [migration.version, migration.name])
        connection.execute("COMMIT")
    return tuple(migration.version for migration in migrations)


def back_up(path: Path, before: int) -> Path:
    """Copy the closed file beside itself, as it was before migration number `before`."""
    target = path.with_name(f"{path.stem}.before-{before:04}{path.suffix}")
    copy_whole(path, target)
    return target


def copy_whole(source: Path, target: Path) -> None:
    """Copy a closed database so that `target` is at every moment absent, its old self or the whole copy."""
    if wal(source).exists():
        # The last checkpoint found no room, so the file alone is not all there is.
        raise disk_full(source.parent)
    fresh = target.with_name(f"{target.name}.new")
    try:
        shutil.copyfile(source, fresh)
        replace_durably(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)


def replace_durably(fresh: Path, target: Path) -> None:
    """Move `fresh` over `target`, both on the disk before this returns."""
    _sync(fresh)
    # A log that someone's writing to the old file left would be taken for the new one's.
    wal(target).unlink(missing_ok=True)
    fresh.replace(target)
    _sync(target.parent)


def wal(path: Path) -> Path:
    """Return where DuckDB keeps what is committed but not yet in the file."""
    return path.with_name(f"{path.name}.wal")


def _applied(connection: duckdb.DuckDBPyConnection) -> list[int] | None:
    try:
        rows = connection.execute("SELECT version, name, applied_at FROM schema_migrations").fetchall()
    except duckdb.CatalogException:
        return None
    except duckdb.BinderException:
        return None
    return [row[0] for row in rows]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
