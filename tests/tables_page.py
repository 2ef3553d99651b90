"""docs/tables.md, made from the comments in the warehouse; `make tables` writes it anew."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests.warehouse_examples import ROOT, new_warehouse
from warehouse.store import LIVE

PAGE = ROOT / "docs" / "tables.md"
HEAD = """# Tables and columns

What each table and view of `analysis.duckdb` holds, in the words of its own comments; `make tables` writes this page
from them. Queries to start from are in [analysts.md](analysts.md).
"""

_COLUMNS = """
SELECT table_name, coalesce(t.comment, v.comment) AS about, column_name, data_type, c.comment
FROM duckdb_columns() AS c
LEFT JOIN duckdb_tables() AS t USING (table_name)
LEFT JOIN duckdb_views() AS v ON v.view_name = c.table_name AND NOT v.internal
WHERE NOT c.internal
ORDER BY table_name, column_index
"""


def page() -> str:
    """Return the page as the migrations make it."""
    with TemporaryDirectory() as folder, duckdb.connect(new_warehouse(Path(folder)) / LIVE) as connection:
        rows = connection.execute(_COLUMNS).fetchall()
    parts = [HEAD]
    for (table, about), columns in groupby(rows, key=lambda row: row[:2]):
        lines = [f"| `{name}` | {kind} | {said} |".replace("||", "\\|\\|") for _, _, name, kind, said in columns]
        parts.append("\n".join([f"## {table}\n\n{about}\n\n| column | type | holds |\n|---|---|---|", *lines, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
