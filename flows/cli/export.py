"""`talkwatch export`: the published copy as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from alerts.wording import counted
from flows.cli.command import Config, command, settings_of
from flows.problems import UsageProblem
from flows.times import time_of
from warehouse.exports import Wanted, export_compatible
from warehouse.exports import export as export_folder
from warehouse.queries import QueryProblem


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
