"""`talkwatch pages`: what the published copy holds, for people to look at."""

from __future__ import annotations

import typer

from flows.cli.command import Config, command, group, settings_of
from flows.problems import UsageProblem

group("pages", "Look at what is there, in a browser.")


@command("pages serve")
def pages_serve(config: Config = None) -> None:
    """Serve the pages until stopped, without passes: `serve` does it beside them."""
    from flows.pages.server import run, stand_of

    stand = stand_of(settings_of(config, sending=True))
    if stand is None:
        raise UsageProblem('[http] listen is "none"; write an address, for example "127.0.0.1:8700"')
    typer.echo(f"pages at {stand.url}; Ctrl-C ends it", err=True)
    run(stand)
