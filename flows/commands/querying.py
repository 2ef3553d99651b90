"""`talkwatch sql`: an analyst's question to the published copy."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import typer

from flows.config.settings import Settings
from flows.problems import FULL, UsageProblem, WorkProblem
from flows.tables import fitted, table, terminal_width
from warehouse.queries import QueryProblem, QueryResult, query, write_result

LONGEST = timedelta(minutes=10)


def answer_query(settings: Settings, sql: str, output_format: str, output: Path | None) -> None:
    """Run a query and print its answer, or write it to a file; raise UsageProblem when it can't be run."""
    if output_format == "parquet" and output is None:
        raise UsageProblem("parquet is no text: name a file with -o")
    try:
        result = query(settings.data_dir, sql, timeout=LONGEST)
    except QueryProblem as problem:
        raise UsageProblem(str(problem)) from None
    if output is None:
        tell(result, output_format)
        return
    try:
        save(result, output_format, output)
    except OSError as error:
        kind = WorkProblem if error.errno in FULL else UsageProblem
        raise kind(f"cannot write {output}: {error.strerror}") from None


def tell(result: QueryResult, output_format: str) -> None:
    """Print an answer."""
    if output_format == "table":
        typer.echo(fitted(result.columns, result.rows, terminal_width()))
        return
    write_result(result, output_format, sys.stdout.buffer)


def save(result: QueryResult, output_format: str, output: Path) -> None:
    """Write an answer to a file."""
    if output_format == "table":
        output.write_text(table(result.columns, result.rows) + "\n", encoding="utf-8")
        return
    with output.open("wb") as file:
        write_result(result, output_format, file)
