"""One open transaction: the only thing the rest of the warehouse talks SQL to. No duckdb object leaves it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from warehouse.rows import Columns, R
from warehouse.rows import Row as Row  # noqa: PLC0414  # what this module hands out

if TYPE_CHECKING:  # who only wants a record need not load it
    import duckdb

Params = Mapping[str, object] | Sequence[object] | None

# So many names that a join brings are looked up in an index (DuckDB: 50); with more a table is looked through.
LOOKED_UP = 500

# Broken feeds carry halves of characters that no UTF-8 file can hold; each becomes one mark, so offsets stay true.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_PLAIN = frozenset({type(None), bool, int, float, datetime})


class Session:
    """A transaction on the live file. It belongs to one thread, and ends with the block that gave it.

    After that block `changes` tells how many changes of the content the file counts by now.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap a connection whose transaction has begun."""
        self._connection = connection
        self._changed = False
        self.changes = 0

    def run(self, sql: str, params: Params = None, *, quiet: bool = False) -> int:
        """Execute a statement that writes; return how many rows it wrote. `quiet` writes may be published later."""
        row = self._connection.execute(sql, _bound(params)).fetchone()
        count = int(row[0]) if row else 0
        self._changed |= count > 0 and not quiet
        return count

    def written(self, sql: str) -> list[Row]:
        """Execute a statement that writes; return the rows that it says it wrote."""
        rows = self._connection.execute(sql).fetchall()
        self._changed |= bool(rows)
        return rows

    def rows(self, sql: str, params: Params = None) -> list[Row]:
        """Return the rows of a query; times are in UTC."""
        found = self._connection.execute(sql, _bound(params))
        times = [
            place for place, column in enumerate(found.description or ()) if str(column[1]).startswith("TIMESTAMP")
        ]
        rows = found.fetchall()
        return [_in_utc(row, times) for row in rows] if times else rows

    def row(self, sql: str, params: Params = None) -> Row | None:
        """Return the first row of a query."""
        return next(iter(self.rows(sql, params)), None)

    def named(self, sql: str, names: Iterable[str]) -> list[Row]:
        """Return the rows that a query has of these names, its list $1, asked of few enough at once to be looked up."""
        asked = sorted(set(names))
        parts = (asked[first : first + LOOKED_UP] for first in range(0, len(asked), LOOKED_UP))
        return [row for part in parts for row in self.rows(sql, [part])]

    def records(self, columns: Columns[R], sql: str, params: Params = None) -> tuple[R, ...]:
        """Return the records of a query that selects these columns, in their order."""
        return tuple(map(columns.record, self.rows(sql, params)))

    def grouped(self, columns: Columns[R], sql: str, params: Params = None) -> defaultdict[str, list[R]]:
        """Return the records of a query by the name that stands before these columns in it, each name's in order."""
        found: defaultdict[str, list[R]] = defaultdict(list)
        for name, *row in self.rows(sql, params):
            found[name].append(columns.record(row))
        return found

    def save(
        self, table: str, columns: Columns[R], records: Iterable[R], clash: str = "", *, quiet: bool = False
    ) -> int:
        """Insert records; `clash` is an ON CONFLICT clause. Return how many rows that wrote."""
        return self.insert(table, columns.names, map(columns.row, records), clash, quiet=quiet)

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        clash: str = "",
        *,
        quiet: bool = False,
    ) -> int:
        """Insert many rows in one statement, fifty times as fast as one by one; `clash` is an ON CONFLICT clause."""
        values = [list(column) for column in zip(*rows, strict=True)]
        if not values:
            return 0
        unnested = ", ".join(f"unnest(${number})" for number in range(1, len(columns) + 1))
        # Names of tables and columns cannot be parameters; they are literals of this package.
        sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {unnested} {clash}"
        return self.run(sql, values, quiet=quiet)

    def stage(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Put rows into a temporary table for statements that join them; `columns` maps names to SQL types."""
        values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
        unnested = ", ".join(
            f"unnest(${number}::{kind}[]) AS {name}" for number, (name, kind) in enumerate(columns.items(), 1)
        )
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {unnested}", _bound(values))

    def remove(self, table: str, column: str, names: Sequence[str]) -> None:
        """Remove the rows that have one of these names in a column."""
        self.run(f"DELETE FROM {table} WHERE {column} IN (SELECT unnest($1::VARCHAR[]))", [names])  # noqa: S608 (literals)

    def touch(self) -> None:
        """Note that something analysts want to see at once has changed."""
        self._changed = True

    def settle(self) -> None:
        """Count the change, if there was one, just before the commit."""
        if self._changed:
            self._connection.execute("UPDATE changes SET version = version + 1")
        row = self._connection.execute("SELECT version FROM changes").fetchone()
        assert row is not None, "changes has one row"
        self.changes = int(row[0])


def named_in(table: str, column: str = "article_id") -> str:
    """Return the condition on a table's rows of having one of the names $1 in a column.

    The names alone are looked through, and of the other columns only what stands near those rows is read.
    """
    return f"rowid IN (SELECT rowid FROM {table} WHERE {column} IN (SELECT unnest($1::VARCHAR[])))"  # noqa: S608 (literals)


def _bound(params: Params) -> Any:
    if isinstance(params, Mapping):
        return {name: _writable(value) for name, value in params.items()}
    return [_writable(value) for value in params or ()]


def _writable(value: object) -> object:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, str):
        return str(value) if value.isascii() else _HALF_CHARACTER.sub("\ufffd", value)
    if isinstance(value, list | tuple):
        return list(value) if _PLAIN.issuperset(map(type, value)) else [_writable(item) for item in value]
    if isinstance(value, dict):
        return {key: _writable(item) for key, item in value.items()}
    return value


def _in_utc(row: Row, times: Sequence[int]) -> Row:
    # DuckDB hands out UTC as pytz knows it; the records promise the standard library's.
    cells = list(row)
    for place in times:
        value = cells[place]
        if isinstance(value, datetime):
            cells[place] = value.replace(tzinfo=UTC)
    return tuple(cells)
