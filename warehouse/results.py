"""The rows of a query, and how they are written: as CSV, JSON or Parquet, a row at a time."""

from __future__ import annotations

import codecs
import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from warehouse.harmless import csv_cell, json_text, plain
from warehouse.places import NO_EXTENSIONS, opened

ResultRow = tuple[object, ...]
# Rows of a Parquet file that are held at once.
_BATCH = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What a query gave. `types` are DuckDB's names; lists and structs are Python's lists and dicts.

    `rows` may be a stream, which can be read once, as long as the query is open.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterable[ResultRow]


def write_result(result: QueryResult, output_format: str, out: BinaryIO) -> None:
    """Write a result as "csv", "json", "jsonl" or "parquet"; raise KeyError for another format."""
    WRITERS[output_format](result, out)


def write_file(result: QueryResult, output_format: str, file: BinaryIO) -> None:
    """Write a result to a file of its own: CSV says that it is UTF-8, which Excel would not take it for."""
    if output_format == "csv":
        file.write(codecs.BOM_UTF8)
    write_result(result, output_format, file)


def batched(rows: Iterable[ResultRow], size: int) -> Iterator[list[ResultRow]]:
    """Yield rows in lists of `size`, the last one shorter."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names with the later of equal ones numbered, as neither a table nor an object can have two."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        seen[name.lower()] = seen.get(name.lower(), 0) + 1
        numbered.append(name if seen[name.lower()] == 1 else f"{name}_{seen[name.lower()]}")
    return numbered


def _write_csv(result: QueryResult, out: BinaryIO) -> None:
    writer = csv.writer(codecs.getwriter("utf-8")(out), lineterminator="\n")
    writer.writerow(map(csv_cell, result.columns))
    writer.writerows([csv_cell(value) for value in row] for row in result.rows)


def _write_json(result: QueryResult, out: BinaryIO) -> None:
    names = distinct(result.columns)
    before = "["
    for row in result.rows:
        out.write(f"{before}{json_text(dict(zip(names, map(plain, row), strict=True)))}".encode())
        before = ", "
    out.write(b"[]\n" if before == "[" else b"]\n")


def _write_jsonl(result: QueryResult, out: BinaryIO) -> None:
    names = distinct(result.columns)
    out.writelines(f"{json_text(dict(zip(names, map(plain, row), strict=True)))}\n".encode() for row in result.rows)


def _write_parquet(result: QueryResult, out: BinaryIO) -> None:
    """Write through a second database: the one that runs strangers' SQL may write no file."""
    names = [_quoted(name) for name in distinct(result.columns)]
    described = ", ".join(f"{name} {kind}" for name, kind in zip(names, result.types, strict=True))
    unnested = ", ".join(f"unnest(${number}::{kind}[])" for number, kind in enumerate(result.types, 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.parquet"
        with closing(opened(Path(folder) / "rows.duckdb", config=NO_EXTENSIONS)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"CREATE TABLE result ({described})")
            for batch in batched(result.rows, _BATCH):
                connection.execute(
                    f"INSERT INTO result SELECT {unnested}", [list(each) for each in zip(*batch, strict=True)]
                )
            connection.execute(f"COPY result TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        with path.open("rb") as file:
            shutil.copyfileobj(file, out)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


WRITERS: dict[str, Callable[[QueryResult, BinaryIO], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}
