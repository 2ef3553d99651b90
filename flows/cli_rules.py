"""`talkwatch rules …`."""

from __future__ import annotations

import typer

from flows.cli_options import Config, settings_of

rules = typer.Typer(help="Check the rules before they can hurt.", no_args_is_help=True, rich_markup_mode=None)


@rules.command()
def check(config: Config = None) -> None:
    """Find what cannot be right in the rules; exit code 2 when something is."""
    from flows.setup import prepared

    setup = prepared(settings_of(config))
    typer.echo(f"{len(setup.rules)} rules for {len(setup.settings.subscribers)} subscribers: nothing wrong")
