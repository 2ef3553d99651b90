"""`talkwatch feeds …`: see what is watched, try it, parse one, find, import and export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Config, TableFormat, settings_of, tell
from flows.config.settings import Settings
from warehouse.queries import terminal_safe

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
CHECKED = ("outlet", "ok", "reachable", "format", "entries", "newest", "interval", "problem", "advice", "url")
DISCOVERED = ("title", "declared", "url")


@app.command("list")
def list_feeds(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show each feed's state as of the last pass."""
    from flows.commands.feeds import listed

    settings = settings_of(config)
    rows = listed(settings)
    tell(LISTED, rows, output_format)
    note_none(settings, rows)


def note_none(settings: Settings, rows: Sequence[object]) -> None:
    """Say on stderr that a table is empty because nothing is watched."""
    if not rows:
        typer.echo(f"talkwatch: no [[feeds]] in {settings.path}", err=True)


@app.command()
def check(output_format: TableFormat = "table", config: Config = None) -> None:
    """Ask every feed now; exit code 1 when one fails.

    Says what comes, what is wrong, and what to write instead. Records nothing.
    """
    from flows.commands.feeds import checked

    settings = settings_of(config)
    rows = checked(settings)
    tell(CHECKED, rows, output_format)
    note_none(settings, rows)
    if not all(row[1] for row in rows):
        raise typer.Exit(1)


@app.command()
def parse(
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL", help="Feeds, as files or addresses.")],
) -> None:
    """Print one JSON object a feed, from files or addresses."""
    from flows.commands.feeds import parsed_sources

    for answer in parsed_sources(sources):
        typer.echo(json.dumps(answer, ensure_ascii=False))


@app.command()
def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site's home page.")], output_format: TableFormat = "table"
) -> None:
    """Show the feeds that a page names; exit code 1 for none."""
    from flows.commands.feeds import discovered
    from flows.config.configuration import FetchTable

    rows = discovered(FetchTable.model_validate({}), url)
    tell(DISCOVERED, rows, output_format)
    if not rows:
        typer.echo(f"{url} names no feed", err=True)
        raise typer.Exit(1)


@app.command("import")
def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A list of feeds from another reader.")],
    config: Config = None,
) -> None:
    """Append an OPML file's feeds to the configuration.

    What is watched already is left out; what stands in the file stays as it is.
    """
    from flows.commands.subscriptions import imported

    for line in imported(settings_of(config), file):
        typer.echo(terminal_safe(line))


@app.command()
def export(config: Config = None) -> None:
    """Print the watched feeds as OPML, for other readers."""
    from flows.commands.subscriptions import exported

    typer.echo(exported(settings_of(config)))
