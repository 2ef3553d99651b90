"""`talkwatch sql`: takes the query from where it stands, and says how to answer it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Config, settings_of
from flows.problems import UsageProblem


class Format(StrEnum):
    """How `sql` answers."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def sql(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="Else it is read from -f, or from stdin.")
    ] = None,
    file: Annotated[Path | None, typer.Option("-f", "--file", help="Read the query from a file.")] = None,
    output_format: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; default what the file's name ends in, else a table."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the answer to a file.")] = None,
    config: Config = None,
) -> None:
    """Query the published copy; nothing can be changed by it."""
    from flows.commands.querying import answer_query

    text = query_text(query, file)
    answer_query(settings_of(config), text, str(output_format or format_of(output)), output)


def encodable(text: str) -> str:
    """Refuse what was typed in another encoding than the terminal's: no database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageProblem("the query is not UTF-8 text; set LANG to a UTF-8 locale, or write it to a file") from None
    return text


def format_of(output: Path | None) -> Format:
    """Return the format that a file's name ends in, else a table."""
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return Format(ending) if ending in list(Format) else Format.TABLE


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
