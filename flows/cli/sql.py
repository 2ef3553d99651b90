"""`talkwatch sql`: an analyst's question to the published copy, taken from where it stands."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from flows.cli.command import Config, command, data_dir_named
from flows.problems import UsageProblem, WorkProblem
from flows.tables import streamed, terminal_width
from flows.times import bytes_of, span_of
from warehouse.errors import FULL
from warehouse.places import replacing
from warehouse.queries import Bounds, QueryFailure, QueryProblem, asked
from warehouse.results import QueryResult, write_file, write_result

# With less memory DuckDB does not begin.
LEAST = 100 * 10**6


class Format(StrEnum):
    """How `sql` answers."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"


@command("sql")
def sql(  # noqa: PLR0917  (typer calls it by the names of its options)
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="Else it is read from -f, stdin, or a prompt.")
    ] = None,
    file: Annotated[Path | None, typer.Option("-f", "--file", help="Read the query from a file.")] = None,
    output_format: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; default what the file's name ends in, else a table."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the answer to a file.")] = None,
    timeout: Annotated[str, typer.Option(metavar="DURATION", help="How long its answer is waited for.")] = "60s",
    memory: Annotated[str, typer.Option(metavar="SIZE", help="How much memory it may take.")] = "1GB",
    config: Config = None,
) -> None:
    """Query the published copy, which no query can change; without a query it is a prompt."""
    bounds = bounds_of(timeout, memory)
    if query is None and file is None and output is None and sys.stdin.isatty() and sys.stdout.isatty():
        from flows.cli.prompt import prompted

        try:
            prompted(data_dir_named(config), bounds=bounds)
        except QueryProblem as problem:
            raise UsageProblem(str(problem)) from None
        return
    text = query_text(query, file)
    answered(data_dir_named(config), text, output_format or format_of(output), output, bounds)


def bounds_of(timeout: str, memory: str) -> Bounds:
    """Return what a query may take; raise UsageProblem for what is no time or size, or too little for any answer."""
    bounds = Bounds(timeout=span_of(timeout), memory=bytes_of(memory))
    if not bounds.timeout or bounds.memory < LEAST:
        raise UsageProblem(f"--timeout {timeout} --memory {memory}: no answer takes less than 1s and 100MB")
    return bounds


def encodable(text: str) -> str:
    """Refuse what was typed in another encoding than the terminal's: no database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageProblem("the query is not UTF-8 text; set LANG to a UTF-8 locale, or write it to a file") from None
    return text


def format_of(output: Path | None) -> Format:
    """Return the format that a file's name ends in, a table for .txt and no ending; raise UsageProblem for others."""
    ending = output.suffix.removeprefix(".").lower() if output else ""
    if ending in {"", "txt"}:
        return Format.TABLE
    if ending in list(Format):
        return Format(ending)
    known = ", ".join(f".{each}" for each in Format if each is not Format.TABLE)
    raise UsageProblem(f"{output}: no answer is written as .{ending}; write {known} or .txt, or say --format")


def query_text(query: str | None, file: Path | None) -> str:
    """Return the query from the argument, the file or standard input."""
    if query is not None and file is not None:
        raise UsageProblem("write one of QUERY and -f")
    if query is not None:
        return encodable(query)
    try:
        text = file.read_text(encoding="utf-8") if file else "" if sys.stdin.isatty() else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageProblem(f"cannot read {file or 'standard input'}: {why}") from None
    if not text.strip():
        raise UsageProblem('no query; write one, for example: talkwatch sql "from alerts"')
    return text


def answered(data_dir: Path, text: str, output_format: Format, output: Path | None, bounds: Bounds) -> None:
    """Run a query and print its answer, or write it to a file; raise UsageProblem when it can't be run."""
    if output_format is Format.PARQUET and output is None:
        raise UsageProblem("parquet is no text: name a file with -o")
    try:
        with asked(data_dir, text, bounds) as result:
            if output is None:
                written(result, output_format, sys.stdout.buffer, terminal_width())
            else:
                saved(result, output_format, output)
    except QueryProblem as problem:
        raise UsageProblem(str(problem)) from None
    except QueryFailure as failure:
        raise WorkProblem(f"{failure}; or give it more with --timeout or --memory") from None


def written(result: QueryResult, output_format: Format, out: BinaryIO, width: int | None = None) -> None:
    """Write an answer; a table is fitted to the width of a terminal."""
    if output_format is not Format.TABLE:
        write_result(result, output_format, out)
        return
    out.writelines(f"{piece}\n".encode() for piece in streamed(result.columns, result.rows, width))


def saved(result: QueryResult, output_format: Format, output: Path) -> None:
    """Write an answer to a file, which keeps what it had until the answer is whole."""
    try:
        if output.exists() and not output.is_file():  # a pipe, or /dev/null
            with output.open("wb") as file:
                written(result, output_format, file)
            return
        with replacing(output.resolve()) as fresh, fresh.open("wb") as file:
            (write_file if output_format is Format.CSV else written)(result, output_format, file)
    except OSError as error:
        kind = WorkProblem if error.errno in FULL else UsageProblem
        raise kind(f"cannot write {output}: {error.strerror}") from None
