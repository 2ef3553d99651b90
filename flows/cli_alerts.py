"""`talkwatch alerts …`."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_options import Config, TableFormat, settings_of, tell

alerts = typer.Typer(help="See the alerts that fired.", no_args_is_help=True, rich_markup_mode=None)

LISTED = ("alert_id", "fired_at", "rule", "official_id", "keyword", "scope", "reason", "outlet", "title")


@alerts.command("list")
def list_alerts(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    rule: Annotated[str | None, typer.Option(help="Only those of one rule.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Show the alerts that fired, the newest first."""
    from flows.alert_log import listed

    tell(LISTED, listed(settings_of(config), limit, rule), output_format)


@alerts.command()
def show(
    alert_id: Annotated[str, typer.Argument(help="An alert's id, or how it begins.")], config: Config = None
) -> None:
    """Show one alert: the words, why it fired, the evidence, and what became of its messages."""
    from flows.alert_log import shown

    typer.echo(shown(settings_of(config), alert_id))
