"""The published copy as files that other programs open: a folder partitioned by month, or a DuckDB file of before.

A folder is written a file at a time, each under another name first, and its manifest last: who reads by the manifest
never meets half of anything. What was cut off goes on where it stopped, as long as the copy is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.errors import system_explained
from warehouse.harmless import json_text, literal
from warehouse.places import NO_EXTENSIONS, PUBLISHED, Config, opened, replacing, unfinished
from warehouse.queries import QueryProblem, readable
from warehouse.results import QueryResult, ResultRow, write_file

MANIFEST = "manifest.json"
UNFINISHED = "manifest.unfinished.json"
FORMATS = ("parquet", "csv", "jsonl")
# The storage of the oldest DuckDB that opens a compatible file.
COMPATIBLE = "v1.4.0"

# What a row is of when, by which months are told apart; what has no such time is one file.
_ARTICLE_TIME = "coalesce(published_at, first_seen_at)"
_OF_ARTICLE = "(SELECT coalesce(published_at, first_seen_at) FROM article_rows AS a WHERE a.article_id = {}.article_id)"
_TIMES: dict[str, str | None] = {
    "articles": _ARTICLE_TIME,
    "article_revisions": _ARTICLE_TIME,
    **{name: _OF_ARTICLE.format(name) for name in ("mentions", "title_mentions")},
    "statements": "published_at",
    "statement_revisions": "published_at",
    "stories": "first_seen_at",
    "events": "first_seen_at",
    "utterances": "first_said_at",
    "disputes": "denied_at",
    "positions": "since",
    "position_shifts": "shifted_at",
    "talks": "published_at",
    "decisions": "decided_at",
    "alerts": "fired_at",
    "deliveries": "due_at",
    "verdicts": "marked_at",
    "corrections": "made_at",
    "runs": "started_at",
    **dict.fromkeys(("decisions_by_day", "deliveries_by_day", "runs_by_day"), "day"),
    "officials": None,
    "processes": None,
    "feeds": None,
    "silences": None,
    "unsubscribed": None,
}
_CONFIG: Config = {**NO_EXTENSIONS, "memory_limit": "1GB", "threads": 2, "preserve_insertion_order": "false"}
_ROWS = 2_000
_COLUMNS = """
SELECT column_name, data_type, comment FROM duckdb_columns()
WHERE database_name = 'analysis' AND table_name = $1 ORDER BY column_index
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is exported of the copy, and how; `tables` are all there are when none is named."""

    output_format: str = "parquet"
    since: datetime | None = None
    tables: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export came to; `kept` are files that were there already, from one that was cut off."""

    files: int
    rows: int
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of an export."""

    path: str
    table: str
    month: str | None
    rows: int
    bytes: int
    sha256: str


def export(data_dir: Path, folder: Path, wanted: Wanted) -> Exported:
    """Write the copy's tables to a folder of ours, in place of the export that is there.

    Raises QueryProblem for a folder that holds other things, for a table that is not there and before there is a copy;
    DiskFull.
    """
    with _opened(data_dir) as connection:
        names = _named(connection, wanted.tables)
        with system_explained(folder):
            before = _begun(folder)
            work = _Export(connection, folder, wanted)
            files = [each for name in names for each in work.files(name)]
            written = {each.path for each in files}
            _write_json(folder / MANIFEST, work.manifest(names, files))
            for path in {*before} - written:
                (folder / path).unlink(missing_ok=True)
            (folder / UNFINISHED).unlink(missing_ok=True)
    return Exported(files=len(files), rows=sum(each.rows for each in files), kept=work.kept)


def export_compatible(data_dir: Path, file: Path, wanted: Wanted) -> Exported:
    """Write the copy's tables, with their comments, to one DuckDB file that version 1.4 opens; raise as `export`."""
    with _opened(data_dir) as connection, system_explained(file.parent), replacing(file) as fresh:
        connection.execute(f"ATTACH {literal(str(fresh))} AS compatible (STORAGE_VERSION '{COMPATIBLE}')")
        names = _named(connection, wanted.tables)
        rows = sum(_copied(connection, name, wanted) for name in names)
        connection.execute("DETACH compatible")
    return Exported(files=1, rows=rows)


class _Export:
    """An export at work: what is finished is noted, for the next one to go on from."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, wanted: Wanted) -> None:
        """Take up what one that was cut off has finished, if it was of the same."""
        self._connection, self._folder, self._wanted = connection, folder, wanted
        self._state = [*_row(connection, "SELECT (SELECT max(version) FROM schema_migrations), version FROM changes")]
        self._key = [*self._state, wanted.output_format, wanted.since and wanted.since.isoformat()]
        self._finished: dict[str, _File] = {}
        self.kept = 0
        with suppress(OSError, ValueError):
            noted = json.loads((folder / UNFINISHED).read_text("utf-8"))
            if noted["of"] == self._key:
                self._finished = {each["path"]: _File(**each) for each in noted["files"]}
        # Before the first file: by this the folder is known as ours.
        self._note()

    def files(self, table: str) -> Iterator[_File]:
        """Write a table's files that are not finished yet, and tell of all."""
        time = _TIMES[table]
        if time is None:
            yield self._file(table, None, "")
            return
        month = f"strftime({time}, '%Y-%m')"
        since = f" WHERE {time} >= {literal(self._wanted.since.isoformat())}" if self._wanted.since else ""
        months = self._connection.execute(f"SELECT DISTINCT {month} FROM {table}{since} ORDER BY ALL").fetchall()  # noqa: S608 (our own names)
        for (each,) in months:
            within = f"{month} IS NOT DISTINCT FROM {literal(each)}"
            yield self._file(table, each or "undated", f"{since} AND {within}" if since else f" WHERE {within}")

    def _file(self, table: str, month: str | None, where: str) -> _File:
        place = f"{table}/month={month}/{table}" if month else table
        path = f"{place}.{self._wanted.output_format}"
        done, target = self._finished.get(path), self._folder / path
        if done and target.is_file() and target.stat().st_size == done.bytes:
            self.kept += 1
            return done
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = self._written(f"SELECT * FROM {table}{where}", target)  # noqa: S608 (our own names)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        made = _File(path=path, table=table, month=month, rows=rows, bytes=target.stat().st_size, sha256=digest)
        self._finished[path] = made
        self._note()
        return made

    def _note(self) -> None:
        _write_json(self._folder / UNFINISHED, {"of": self._key, "files": [*map(_described, self._finished.values())]})

    def _written(self, sql: str, target: Path) -> int:
        with replacing(target) as fresh:
            if self._wanted.output_format != "parquet":
                return self._streamed(sql, fresh)
            written = f"COPY ({sql}) TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd)"
            (count,) = _row(self._connection, written)
            return count

    def _streamed(self, sql: str, fresh: Path) -> int:
        found = self._connection.execute(sql)
        described = found.description or []
        counted = 0

        def rows() -> Iterator[ResultRow]:
            nonlocal counted
            while batch := found.fetchmany(_ROWS):
                counted += len(batch)
                yield from batch

        names, kinds = (tuple(str(column[at]) for column in described) for at in (0, 1))
        with fresh.open("wb") as file:
            write_file(QueryResult(columns=names, types=kinds, rows=rows()), self._wanted.output_format, file)
        return counted

    def manifest(self, names: Sequence[str], files: Sequence[_File]) -> dict[str, object]:
        """Return what stands in the folder: of which state of the warehouse, and each table's columns and files."""
        return {
            "made_by": "talkwatch export",
            "schema": self._state[0],
            "changes": self._state[1],
            "format": self._wanted.output_format,
            "since": self._wanted.since and self._wanted.since.isoformat(),
            "tables": {
                name: {
                    "columns": [
                        {"name": column, "type": kind, "comment": comment}
                        for column, kind, comment in self._connection.execute(_COLUMNS, [name]).fetchall()
                    ],
                    "files": [_described(each) for each in files if each.table == name],
                }
                for name in names
            },
        }


def _described(file: _File) -> dict[str, object]:
    return {name: getattr(file, name) for name in _File.__dataclass_fields__}


def _begun(folder: Path) -> list[str]:
    """Make the folder, or see that it is ours; return the files of the export in it. Raise QueryProblem."""
    folder.mkdir(parents=True, exist_ok=True)
    # What one that was killed before it had noted anything has left.
    unfinished(folder / UNFINISHED).unlink(missing_ok=True)
    ours = [name for name in (MANIFEST, UNFINISHED) if (folder / name).is_file()]
    if not ours and any(folder.iterdir()):
        raise QueryProblem(f"{folder} holds other things than an export: name an empty folder, or a new one")
    if MANIFEST not in ours:
        return []
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads((folder / MANIFEST).read_text("utf-8"))["tables"]
        paths = [file["path"] for table in told.values() for file in table["files"]]
        return [path for path in paths if (folder / path).resolve().is_relative_to(folder.resolve())]
    raise QueryProblem(f"{folder / MANIFEST} is no manifest of an export: name another folder")


@contextmanager
def _opened(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the copy that is there now; another that is published meanwhile changes nothing."""
    published = data_dir / PUBLISHED
    if not published.exists():
        raise QueryProblem(f"nothing is published in {data_dir} yet: `talkwatch run` or `talkwatch publish` does it")
    with readable(published) as file, closing(opened(config=_CONFIG)) as connection:
        connection.execute(f"ATTACH '/dev/fd/{file.fileno()}' AS analysis (READ_ONLY)")
        connection.execute("USE analysis")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _named(connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> list[str]:
    """Return the tables of the copy that are wanted; raise QueryProblem for one that is not there."""
    sql = "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'analysis'"
    there = {row[0] for row in connection.execute(sql).fetchall()} & _TIMES.keys()
    for name in wanted:
        if name not in there:
            raise QueryProblem(f"no table {name}; there are {', '.join(sorted(there))}")
    return [name for name in _TIMES if name in (set(wanted) or there)]


def _copied(connection: duckdb.DuckDBPyConnection, table: str, wanted: Wanted) -> int:
    time = _TIMES[table]
    where = f" WHERE {time} >= {literal(wanted.since.isoformat())}" if wanted.since and time else ""
    (rows,) = _row(connection, f"CREATE TABLE compatible.{table} AS SELECT * FROM {table}{where}")  # noqa: S608 (our own)
    for column, _, comment in connection.execute(_COLUMNS, [table]).fetchall():
        if comment:
            connection.execute(f'COMMENT ON COLUMN compatible.{table}."{column}" IS {literal(comment)}')
    return int(rows)


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None, "each of these has one row"
    return row


def _write_json(path: Path, content: object) -> None:
    with replacing(path) as fresh:
        fresh.write_text(json_text(content) + "\n", encoding="utf-8")
