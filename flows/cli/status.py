"""`talkwatch status`: whether all is well, and the numbers that say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from flows.cli.command import Config, command, settings_of
from flows.config.settings import Settings
from flows.problems import UsageProblem
from flows.tables import listing
from flows.times import utc_now
from warehouse.queries import terminal_safe
from warehouse.runs import Health, health
from warehouse.store import LIVE, reading


@command("status")
def status(
    max_age: Annotated[str, typer.Option(metavar="2h", help="How old the last pass may be.")] = "2h",
    config: Config = None,
) -> None:
    """Say whether all is well; exit code 1 when it is not."""
    well, text = wellness(settings_of(config), span_of(max_age))
    typer.echo(text)
    if not well:
        raise typer.Exit(1)


def span_of(text: str) -> timedelta:
    """Read a duration from the command line."""
    from alerts.values import duration

    try:
        value = duration(text)
    except ValueError as error:
        raise UsageProblem(f"{text}: {error}") from None
    assert isinstance(value, timedelta)
    return value


def wellness(settings: Settings, max_age: timedelta) -> tuple[bool, str]:
    """Return whether all is well, and the whole picture, what is wrong first."""
    from flows.steps.deliver.self_watch import faults, warnings

    now = utc_now()
    if not (settings.data_dir / LIVE).exists():
        return False, f"not well: no pass has run yet in {settings.data_dir}; start one with `talkwatch run`"
    with reading(settings.data_dir) as session:
        numbers = health(session, now)
    told = settings.subscribers
    wrong = faults(numbers, told, now, max_age)
    said = [f"not well: {fault}" for fault in wrong] or ["well"]
    # A server's words may stand in them.
    lines = map(terminal_safe, [*said, *warnings(numbers, told)])
    return not wrong, "\n".join([*lines, "", listing(picture(numbers))])


def picture(numbers: Health) -> dict[str, object]:
    """Return the numbers by the names people know."""
    return {
        "last pass finished": numbers.last_finished_at,
        "feeds": f"{numbers.feeds} ({numbers.feeds_failing} failing, {numbers.feeds_new} not asked yet)",
        "last new entry": numbers.last_new_at,
        "pages to read": f"{numbers.entries_pending} ({numbers.entries_failed} given up)",
        "articles": f"{numbers.articles} ({numbers.readings_given_up} could not be read in full)",
        "alerts": numbers.alerts,
        "messages waiting": numbers.messages_waiting,
        "messages undelivered": numbers.messages_dead,
    }
