"""What the files of a deployment are called, in its data_dir, and what DuckDB may do with any of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only wants a name need not load it
    import duckdb

Config = dict[str, str | bool | int | float | list[str]]

LIVE = "warehouse.duckdb"
PUBLISHED = "analysis.duckdb"
# Where the warehouse that another took the place of is kept, until the next time.
REPLACED = "warehouse.replaced.duckdb"
# What state the published copy has, so that it need not be opened to be asked.
STAMP = "analysis.stamp"
# The copy before that, out of which the next is made where files can't share their blocks.
EARLIER = "analysis.earlier"
# What links in messages are signed with; a secret, which no published copy holds.
LINK_KEY = "links.key"
# Held by the one `serve` that works on the directory.
SERVE_LOCK = "serve.lock"
# What is stored needs no extension, so none is looked for; and ours alone needs no other file and no network.
NO_EXTENSIONS: Config = {"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"}
ALONE: Config = {**NO_EXTENSIONS, "enable_external_access": "false"}

# After two seconds a query would draw a bar on standard output, into whatever is written there. For each connection.
NO_BAR = "SET enable_progress_bar = false"


def opened(path: Path | str = ":memory:", *, config: Config, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database of DuckDB's; raises duckdb.Error."""
    import duckdb  # noqa: PLC0415  (who only wants a name need not load it)

    connection = duckdb.connect(path, read_only=read_only, config=config)
    connection.execute(NO_BAR)
    return connection


def wal(path: Path) -> Path:
    """Return where DuckDB keeps what is committed but not yet in the file."""
    return path.with_name(f"{path.name}.wal")


def sync(path: Path) -> None:
    """Have what was written to a file, or moved in a folder, on the disk before this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Hand over where to write a file anew: `path` is absent or its old self until the block is done, then the new one.

    That is on the disk when this returns. What a kill left of the last try is gone before the block begins.
    """
    fresh = unfinished(path)
    remove(fresh)
    try:
        yield fresh
        put_in_place(fresh, path)
    finally:
        remove(fresh)


def unfinished(path: Path) -> Path:
    """Return what a file is called while it is being written."""
    return path.with_name(f".{path.name}.new")


def put_in_place(fresh: Path, path: Path) -> None:
    """Move a file over another, both on the disk before this returns."""
    sync(fresh)
    # A log that someone's writing to the old file left would be taken for the new one's.
    wal(path).unlink(missing_ok=True)
    fresh.replace(path)
    sync(path.parent)


def remove(path: Path) -> None:
    """Remove a database file and its log, where there are any."""
    path.unlink(missing_ok=True)
    wal(path).unlink(missing_ok=True)
