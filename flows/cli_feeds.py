"""`talkwatch feeds …`: see what is watched, try it, parse one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from flows.cli_options import Config, TableFormat, settings_of, tell

app = typer.Typer(help="See what is watched, and whether it answers.", no_args_is_help=True, rich_markup_mode=None)

LISTED = (
    "outlet",
    "state",
    "last_polled_at",
    "next_poll_at",
    "consecutive_failures",
    "entries_seen",
    "last_error",
    "url",
)
CHECKED = ("outlet", "ok", "format", "entries", "newest", "problem", "url")


@app.command("list")
def list_feeds(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show each feed's state as of the last pass."""
    from flows.feeds import listed

    tell(LISTED, listed(settings_of(config)), output_format)


@app.command()
def check(output_format: TableFormat = "table", config: Config = None) -> None:
    """Ask every feed now and say what comes; exit code 1 when one fails. Records nothing."""
    from flows.feeds import checked

    rows = checked(settings_of(config))
    tell(CHECKED, rows, output_format)
    if not all(row[1] for row in rows):
        raise typer.Exit(1)


@app.command()
def parse(sources: Annotated[list[str], typer.Argument(metavar="FILE|URL…")]) -> None:
    """Print one JSON object a feed, from files or addresses."""
    from flows.feeds import parsed_sources

    for answer in parsed_sources(sources):
        typer.echo(json.dumps(answer, ensure_ascii=False))
