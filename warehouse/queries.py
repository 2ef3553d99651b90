"""Analysts' SQL on the published copy: read-only, without files, network or settings, within limits.

What it gave is written as CSV, JSON or Parquet. Text from the web never acts in a terminal or a sheet.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import duckdb

from warehouse.errors import WarehouseError
from warehouse.published import PUBLISHED

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
# Controls, and the marks that make text run backwards: a terminal obeys them, and a reader is misled.
_MISCHIEF = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# OWASP's list of what makes a spreadsheet take a cell for a formula, full-width forms included.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_WITHOUT_EXTENSIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


class QueryProblem(WarehouseError):
    """The query cannot be run as it is written, or there is nothing to query yet."""


class QueryFailure(WarehouseError):
    """The query ran into its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """The rows of a query. `types` are DuckDB's names; lists and structs are Python's lists and dicts."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


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


def write_result(result: QueryResult, output_format: str, out: BinaryIO) -> None:
    """Write a result as "csv", "json" or "parquet"; raise KeyError for another format."""
    WRITERS[output_format](result, out)


def terminal_safe(text: str) -> str:
    """Return `text`, equally long, with everything a terminal would obey replaced, but for newlines."""
    return _MISCHIEF.sub(lambda found: " " if found[0].isspace() else "\ufffd", text)


def plain(value: object) -> object:
    """Return a value as JSON can say it: times in RFC 3339 (in UTC with Z), bytes in base64, no number as NULL."""
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case None | bool() | int() | str():
            return value
        case _:
            return _scalar(value)


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


def _scalar(value: object) -> object:
    match value:
        case float() | Decimal():
            return _number(value)
        case datetime() | date() | time():
            return _moment(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return str(value)


def _number(value: float | Decimal) -> object:
    if not math.isfinite(value):
        return None
    return float(value) if isinstance(value, Decimal) else value


def _moment(value: datetime | date | time) -> str:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()


def _write_csv(result: QueryResult, out: BinaryIO) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, result.columns))
    writer.writerows([_cell(value) for value in row] for row in result.rows)
    out.write(text.getvalue().encode())


def _cell(value: object) -> object:
    said = plain(value)
    if isinstance(said, list | dict):
        said = json.dumps(said, ensure_ascii=False)
    if isinstance(said, bool):
        return str(said).lower()
    return _harmless(said) if isinstance(said, str) else said


def _harmless(text: str) -> str:
    prefix = "'" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else ""
    return terminal_safe(prefix + text)


def _write_json(result: QueryResult, out: BinaryIO) -> None:
    names = _distinct(result.columns)
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in result.rows]
    # Within JSON's strings the same characters have a harmless spelling, so nothing is lost.
    text = _MISCHIEF.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(rows, ensure_ascii=False))
    out.write(f"{text}\n".encode())


def _write_parquet(result: QueryResult, out: BinaryIO) -> None:
    """Write through a second, empty database: the one that runs strangers' SQL may write no file."""
    with tempfile.TemporaryDirectory() as folder, closing(duckdb.connect(config=_WITHOUT_EXTENSIONS)) as connection:
        path = Path(folder) / "result.parquet"
        connection.execute("SET TimeZone = 'UTC'")
        columns = [list(column) for column in zip(*result.rows, strict=True)] or [[] for _ in result.types]
        unnested = ", ".join(
            f"unnest(${number}::{kind}[]) AS {_quoted(name)}"
            for number, (name, kind) in enumerate(zip(_distinct(result.columns), result.types, strict=True), 1)
        )
        connection.execute(f"CREATE TABLE result AS SELECT {unnested}", columns)
        connection.execute(f"COPY result TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        out.write(path.read_bytes())


def _distinct(names: tuple[str, ...]) -> list[str]:
    """Return the names with the later of equal ones numbered, as a table can't have two."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name.lower()] = seen.get(name.lower(), 0) + 1
        distinct.append(name if seen[name.lower()] == 1 else f"{name}_{seen[name.lower()]}")
    return distinct


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


WRITERS: dict[str, Callable[[QueryResult, BinaryIO], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
}
