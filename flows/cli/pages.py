"""`talkwatch pages`: what the published copy holds, for people to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alerts.wording import counted
from flows.cli.command import Config, command, group, settings_of
from flows.times import utc_now

group("pages", "Look at what is there, in a browser.")


@command("pages serve")
def pages_serve(config: Config = None) -> None:
    """Serve the pages until stopped, without passes: `serve` does it beside them."""
    from flows.pages.server import serve_pages

    serve_pages(settings_of(config, sending=True))


@command("pages build")
def pages_build(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write them.")],
    most: Annotated[int, typer.Option(min=1, help="How many pages at most.")] = 1000,
    config: Config = None,
) -> None:
    """Write the pages as files, all that the first one leads to.

    index.html is the first of them, briefing.html the same as one file that needs no other.
    """
    from contextlib import closing

    from flows.pages.building import build
    from warehouse.shown.copy import PublishedCopy

    settings = settings_of(config)
    with closing(PublishedCopy(settings.data_dir)) as copy:
        built = build(copy, folder, timezone=settings.timezone, now=utc_now(), most=most)
    left = f"; {built.left_out} more were left out: --most" if built.left_out else ""
    typer.echo(f"wrote {counted(built.pages, 'page')}{left}; open {built.first}")
