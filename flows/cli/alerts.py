"""`talkwatch alerts …`."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import Config, TableFormat, settings_of, tell
from flows.problems import UsageProblem

alerts = typer.Typer(
    help="See alerts, silence rules, send messages again, try a channel.", no_args_is_help=True, rich_markup_mode=None
)

LISTED = ("alert_id", "fired_at", "rule", "official_id", "keyword", "scope", "reason", "outlet", "title", "sources")


@alerts.command("list")
def list_alerts(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    rule: Annotated[str | None, typer.Option(help="Only those of one rule.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Show the alerts that fired, the newest first."""
    from flows.commands.alert_log import listed

    tell(LISTED, listed(settings_of(config), limit, rule), output_format)


@alerts.command()
def show(
    alert_id: Annotated[str, typer.Argument(help="An alert's id, or how it begins.")], config: Config = None
) -> None:
    """Show one alert: its words, evidence and messages."""
    from flows.commands.alert_log import shown

    typer.echo(shown(settings_of(config), alert_id))


@alerts.command()
def silence(  # noqa: PLR0917 (an argument is an option)
    rule: Annotated[str | None, typer.Option(help="The rule to silence.")] = None,
    official: Annotated[str | None, typer.Option(help="Only on this official.")] = None,
    subscriber: Annotated[str | None, typer.Option(help="Only for this subscriber.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="When it ends.")] = None,
    author: Annotated[str | None, typer.Option("--by", help="Who asks for it; default the user's name.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever looks later.")] = None,
    show_all: Annotated[bool, typer.Option("--list", help="Show every silence there was.")] = False,
    end: Annotated[str | None, typer.Option(metavar="ID", help="End a silence now; the beginning of its id.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Keep a rule from firing until a time; --end it, --list all."""
    from flows.commands import silencing

    settings = settings_of(config)
    if show_all and end is not None:
        raise UsageProblem("write one of --list and --end")
    if show_all:
        tell(silencing.SILENCED, silencing.listed(settings), output_format)
    elif end is not None:
        typer.echo(silencing.ended(settings, end))
    else:
        wish = silencing.Wish(
            rule=rule, official=official, subscriber=subscriber, until=until, author=author, reason=reason
        )
        typer.echo(silencing.silence_now(settings, wish))
