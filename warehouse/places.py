"""What the files of a deployment are called, in its data_dir."""

from __future__ import annotations

from pathlib import Path

LIVE = "warehouse.duckdb"
PUBLISHED = "analysis.duckdb"
# Where the warehouse that another took the place of is kept, until the next time.
REPLACED = "warehouse.replaced.duckdb"
# What state the published copy has, so that it need not be opened to be asked.
STAMP = "analysis.stamp"


def wal(path: Path) -> Path:
    """Return where DuckDB keeps what is committed but not yet in the file."""
    return path.with_name(f"{path.name}.wal")
