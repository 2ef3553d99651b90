"""The process that runs a stranger's SQL: one query, on one file that it has open already, and then it ends.

What DuckDB says of its own sandbox is that it is no privilege boundary, and it lets a query write where its database
stands. So the system holds the bounds: before the query is looked at, this process can open nothing more, write to
nothing but its pipe, and take only so much memory. Its time is the caller's to watch.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

# The module beneath `duckdb`, which by itself takes twice as long to import, for what is not used here.
import _duckdb as duckdb

from warehouse.places import NO_BAR, NO_EXTENSIONS, Config

# The part of what the process may take beyond what it begins with that DuckDB knows of, so that it can say so itself.
_OF_DUCKDB = 0.7
_CONFIG: Config = {
    **NO_EXTENSIONS,
    "errors_as_json": "true",
    "temp_directory": "",
    "threads": "2",
}
_ROWS = 500  # sent at once
# What values turn into is imported with the first of each kind: a process that can open nothing has to have it all.
_KINDS = "SELECT now(), '10:00:00+02'::TIMETZ, DATE '2024-05-24', INTERVAL 1 DAY, uuid(), 1.5::DECIMAL, 'x'::BLOB"

# A word for what a message is, and what it says.
Said = tuple[str, Any]


def main(descriptor: int, memory: int) -> None:
    """Answer the query that stands on stdin from the copy that is open at `descriptor`, in messages on stdout.

    It may take so many bytes of memory beyond what the process begins with.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sql = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(8))).decode()
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    with suppress(BrokenPipeError), _pipe_alone() as pipe:
        for said in _answers(descriptor, memory, sql):
            message = pickle.dumps(said)
            pipe.write(len(message).to_bytes(8) + message)
            pipe.flush()
    os._exit(0)


def _pipe_alone() -> BinaryIO:
    """Return the way to the caller, which nothing but messages is to go: what a library prints goes where errors do."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(pipe, "wb")


def _end_with_the_caller() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _answers(descriptor: int, memory: int, sql: str) -> Iterator[Said]:
    """Yield "columns" with their names and types, then "rows", and "end"; or what went wrong."""
    try:
        connection = _opened(descriptor, memory)
    except duckdb.Error as error:
        yield "unreadable", explained(error, "")[1]
        return
    shut_in(memory)
    try:
        yield from _rows(connection, sql)
        yield "end", None
    except duckdb.Error as error:
        yield explained(error, sql)
    except MemoryError:
        yield "too much", ""


def _opened(descriptor: int, memory: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={**_CONFIG, "memory_limit": f"{int(memory * _OF_DUCKDB)}B"})
    # Under the name by which analysts know it from everywhere else.
    connection.execute(f"ATTACH '/dev/fd/{descriptor}' AS analysis (READ_ONLY)")
    connection.execute("USE analysis")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(NO_BAR)
    connection.execute(_KINDS).fetchall()
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def shut_in(memory: int) -> None:
    """Let this process open nothing, write to no file and leave none, and take no more than so many bytes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(OSError):  # no /proc, as on macOS, where the limit would not be kept either
        status = Path("/proc/self/status").read_text("ascii")
        taken = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData:"))
        resource.setrlimit(resource.RLIMIT_DATA, (taken + memory,) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[Said]:
    """Run every statement; yield the columns of the last one, and its rows as they come."""
    statements = connection.extract_statements(sql)
    if not statements:
        yield "problem", "the query is empty"
        return
    for statement in statements:
        connection.execute(statement)
    described = connection.description or []
    yield "columns", (tuple(str(column[0]) for column in described), tuple(str(column[1]) for column in described))
    while described and (rows := connection.fetchmany(_ROWS)):
        yield "rows", rows


def explained(error: duckdb.Error, sql: str) -> Said:
    """Return what kind of error it is, and where it is and what it is in one line of DuckDB's own words."""
    found = _details(error)
    kind = "too much" if isinstance(error, duckdb.OutOfMemoryException) else "problem"
    return kind, _place(found, sql) + " ".join(str(found["exception_message"]).split())


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
