"""Analysts' SQL on the published copy: read-only, without files, network or settings, within limits."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError
from warehouse.publishing import PUBLISHED
from warehouse.results import QueryResult, terminal_safe, write_result

__all__ = ["QueryFailure", "QueryProblem", "QueryResult", "query", "terminal_safe", "write_result"]

LONGEST = timedelta(minutes=10)

# Reading must not be a way to write files, reach the network or load code; what DuckDB itself says of its sandbox is
# that it is no privilege boundary, so a stranger's SQL belongs in a process of its own.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "errors_as_json": "true",
    "memory_limit": "2GB",
    "temp_directory": "",
    "threads": "2",
}


class QueryProblem(WarehouseError):
    """The query cannot be run as it is written, or there is nothing to query yet."""


class QueryFailure(WarehouseError):
    """The query ran into its limits."""


def query(data_dir: Path, sql: str, *, timeout: timedelta = LONGEST) -> QueryResult:
    """Run every statement of `sql` on the published copy and return the last one's rows.

    Raises QueryProblem with the place of the mistake, and QueryFailure for a query that takes too long or too much
    memory. `timeout` counts for each statement.
    """
    published = data_dir / PUBLISHED
    if not published.exists():
        raise QueryProblem(f"nothing is published in {data_dir} yet: `talkwatch run` or `talkwatch publish` does it")
    try:
        with closing(_opened(published, timeout)) as connection:
            return _answer(connection, sql)
    except duckdb.Error as error:
        raise _explained(error, sql) from None


def _opened(published: Path, timeout: timedelta) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(published, read_only=True, config=_CONFIG)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET max_execution_time = {max(1, round(timeout.total_seconds() * 1000))}")
    connection.execute("SET lock_configuration = true")
    return connection


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> QueryResult:
    statements = connection.extract_statements(sql)
    if not statements:
        raise QueryProblem("the query is empty")
    for statement in statements:
        connection.execute(statement)
    described = connection.description or []
    return QueryResult(
        columns=tuple(str(column[0]) for column in described),
        types=tuple(str(column[1]) for column in described),
        rows=tuple(connection.fetchall()) if described else (),
    )


def _explained(error: duckdb.Error, sql: str) -> WarehouseError:
    found = _details(error)
    message = " ".join(str(found["exception_message"]).split())
    if isinstance(error, duckdb.InterruptException):
        return QueryFailure("the query took too long and was stopped: ask for less, or filter earlier")
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryFailure("the query needs more memory than it may have: ask for less, or filter earlier")
    return QueryProblem(terminal_safe(f"{_place(found, sql)}{message}"))


def _details(error: duckdb.Error) -> dict[str, object]:
    """Return DuckDB's own account of an error, which follows the name of its kind."""
    _, _, account = str(error).partition(": ")
    try:
        return {"exception_message": account, **json.loads(account)}
    except ValueError:
        return {"exception_message": account or str(error)}


def _place(found: dict[str, object], sql: str) -> str:
    """Return "line 2, column 8: " for the position DuckDB gives in bytes."""
    position = str(found.get("position", ""))
    if not position.isdecimal():
        return ""
    before = sql.encode()[: int(position)].decode(errors="ignore")
    lines = before.split("\n")
    return f"line {len(lines)}, column {len(lines[-1]) + 1}: "
