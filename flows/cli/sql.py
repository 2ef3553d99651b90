"""`talkwatch sql` and `export`: the published copy for analysts, by a question, at a prompt, or as files."""

from __future__ import annotations

import pydoc
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer

from alerts.wording import counted
from flows.cli.command import Config, command, data_dir_named, settings_of
from flows.problems import UsageProblem, WorkProblem
from flows.tables import streamed, terminal_width
from flows.times import bytes_of, span_of, time_of
from warehouse.errors import FULL, WarehouseError
from warehouse.places import replacing
from warehouse.queries import USUAL, Bounds, QueryFailure, QueryProblem, asked, query
from warehouse.results import QueryResult, write_file, write_result

# With less memory DuckDB does not begin.
LEAST = 100 * 10**6

HISTORY = Path("~/.talkwatch_sql_history")
REMEMBERED = 1000
PAGED = 10_000  # lines of one answer: the pager takes it as a whole
LEAVE = frozenset({"exit", "quit", r"\q"})
WELCOME = "SQL on the published copy: a query ends with ; · Tab completes names · exit or Ctrl-D ends"
# Every table, view, column and macro an analyst may write, and the words that most queries are made of.
_NAMES = """
SELECT name FROM (
    SELECT table_name AS name FROM duckdb_columns() WHERE database_name = 'analysis' AND NOT internal
    UNION SELECT column_name FROM duckdb_columns() WHERE database_name = 'analysis' AND NOT internal
    UNION SELECT function_name FROM duckdb_functions() WHERE database_name = 'analysis' AND NOT internal
) ORDER BY name
"""
_WORDS = "select from where group by all order having limit join using left on distinct count interval desc"


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


def prompted(data_dir: Path, ask: Callable[[str], str] = input, bounds: Bounds = USUAL) -> None:
    """Answer queries until there are no more; a mistake is told and does not end it."""
    names = [str(name) for (name,) in query(data_dir, _NAMES).rows]
    typer.echo(WELCOME, err=True)
    with_memory(names)
    try:
        for text in questions(ask):
            print_answer(data_dir, text, bounds)
    finally:
        remember()


def questions(ask: Callable[[str], str]) -> Iterator[str]:
    """Yield what is typed, up to each ; at the end of a line; Ctrl-C takes back what is typed so far."""
    typed: list[str] = []
    while True:
        try:
            line = ask("     ...> " if typed else "talkwatch> ")
        except EOFError:
            typer.echo(err=True)
            return
        except KeyboardInterrupt:
            typer.echo(err=True)
            typed.clear()
            continue
        if not typed and line.strip().rstrip(";").lower() in LEAVE:
            return
        if line.strip() or typed:
            typed.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(typed)
            typed.clear()


def print_answer(data_dir: Path, text: str, bounds: Bounds) -> None:
    """Print a query's answer, page by page where it is longer than the terminal; or what is wrong."""
    try:
        with asked(data_dir, text, bounds) as result:
            lines = (f"{piece}\n" for piece in streamed(result.columns, result.rows, terminal_width()))
            height = shutil.get_terminal_size().lines - 1
            first = list(islice(lines, height))
            if len(first) < height:
                typer.echo("".join(first), nl=False)
            else:
                pydoc.pager("".join(chain(first, islice(lines, PAGED), more(lines))))
    except WarehouseError as problem:
        typer.echo(str(problem), err=True)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)


def more(lines: Iterator[str]) -> Iterator[str]:
    """Yield a line on what is left of an answer, if anything is."""
    if next(lines, None) is not None:
        yield "… and more: `talkwatch sql QUERY -o FILE` writes all of it\n"


def completions(names: Sequence[str], begun: str) -> list[str]:
    """Return what a word that is begun so may be: the names of the copy, then the words of SQL."""
    known = [*names, *_WORDS.split()]
    return [name for name in dict.fromkeys(known) if name.startswith(begun.lower())] if begun else []


def with_memory(names: Sequence[str]) -> None:
    """Let the terminal complete names, and offer what was asked before; Python may be built without that."""
    with suppress(ImportError, OSError):
        import readline

        found: list[str] = []

        def completer(begun: str, state: int) -> str | None:
            if state == 0:
                found[:] = completions(names, begun)
            return found[state] if state < len(found) else None

        readline.set_completer(completer)
        readline.parse_and_bind("tab: complete")
        readline.set_history_length(REMEMBERED)
        readline.read_history_file(HISTORY.expanduser())


def remember() -> None:
    """Keep what was asked for the next time; a home that cannot be written to is no mistake."""
    with suppress(ImportError, OSError):
        import readline

        readline.write_history_file(HISTORY.expanduser())


@command("export")
def export(  # noqa: PLR0917 (an argument is an option)
    target: Annotated[Path, typer.Argument(metavar="FOLDER|FILE", help="A new folder, or the one of an export.")],
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only what is of then or later.")] = None,
    tables: Annotated[str | None, typer.Option(help="Only these: articles,statements.")] = None,
    output_format: Annotated[Literal["parquet", "csv", "jsonl"], typer.Option("--format", help="Of the files.")] = (
        "parquet"
    ),
    compat: Annotated[bool, typer.Option("--compat", help="One DuckDB file, which version 1.4 opens.")] = False,
    config: Config = None,
) -> None:
    """Write the published copy to a folder: a file a table and month, and a manifest.

    One that was cut off goes on where it stopped. With --compat it is one DuckDB file.
    """
    # Here, so that a query leaves DuckDB to its own process.
    from warehouse.exports import Wanted, export_compatible
    from warehouse.exports import export as export_folder

    settings = settings_of(config)
    wanted = Wanted(
        output_format=output_format,
        since=time_of(since, settings.timezone) if since else None,
        tables=[name.strip() for name in (tables or "").split(",") if name.strip()],
    )
    if compat and target.is_dir():
        raise UsageProblem(f"{target} is a folder: --compat writes one file")
    try:
        made = (export_compatible if compat else export_folder)(settings.data_dir, target.absolute(), wanted)
    except QueryProblem as problem:
        raise UsageProblem(str(problem)) from None
    kept = f", of which {made.kept} were there already" if made.kept else ""
    typer.echo(f"{target}: {counted(made.rows, 'row')} in {counted(made.files, 'file')}{kept}")
