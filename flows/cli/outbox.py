"""`talkwatch alerts resend`, `test`, `unsubscribe` and `subscribe`, among the commands of `alerts`."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.alerts import alerts
from flows.cli.options import Config, settings_of

group = alerts
Who = Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="A subscriber's name.")]


@alerts.command()
def resend(
    name: Annotated[
        str | None, typer.Argument(metavar="MESSAGE|ALERT", help="A message's or alert's id, or how it begins.")
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that were given up.")] = False,
    config: Config = None,
) -> None:
    """Send messages again, with the next pass.

    Dead ones, or a sent one once more, under their old Message-ID.
    """
    from flows.commands.outbox_commands import resend as send_again

    typer.echo(send_again(settings_of(config), name, dead=dead))


@alerts.command("test")
def sample(subscriber: Who, config: Config = None) -> None:
    """Send a subscriber a marked sample now."""
    from flows.commands.outbox_commands import sample as send_sample
    from flows.setup import prepared

    typer.echo(send_sample(prepared(settings_of(config, sending=True)), subscriber))


@alerts.command()
def unsubscribe(subscriber: Who, config: Config = None) -> None:
    """Stop all messages to a subscriber.

    Waiting and future ones, until `talkwatch alerts subscribe`.
    """
    from flows.commands.outbox_commands import unsubscribe as stop

    typer.echo(stop(settings_of(config), subscriber))


@alerts.command()
def subscribe(subscriber: Who, config: Config = None) -> None:
    """Let a subscriber have messages again."""
    from flows.commands.outbox_commands import subscribe as start

    typer.echo(start(settings_of(config), subscriber))
