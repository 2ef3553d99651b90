"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from flows.extracting import moment
from flows.problems import UsageProblem
from flows.settings import Settings, configuration_path, load_settings, set_environment
from flows.tables import fitted, json_array, terminal_width

# Dates that can still be reckoned with, in either direction.
YEARS = range(1000, 9000)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The configuration; default talkwatch.toml.")
]


def settings_of(config: Path | None, *, sending: bool = False) -> Settings:
    """Load the configuration that the command line or the environment names, and name it to child processes."""
    path = configuration_path(config)
    settings = load_settings(path, sending=sending)
    set_environment({"TALKWATCH_CONFIG": str(path)})
    return settings


TableFormat = Annotated[Literal["table", "json"], typer.Option("--format", help="A table, or one JSON array.")]


def tell(columns: Sequence[str], rows: Sequence[Sequence[object]], output_format: str) -> None:
    """Print rows as the answer of a command."""
    typer.echo(json_array(columns, rows) if output_format == "json" else fitted(columns, rows, terminal_width()))


def time_of(text: str, timezone: str) -> datetime:
    """Read a time, in UTC; a bare date is midnight, and a time without a zone is, in `timezone`."""
    try:
        value = datetime.fromisoformat(text)
        value = (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageProblem(f"{text} is no time; write one, for example 2024-05-24T09:00:00Z or 2024-05-24") from None
    if value.year not in YEARS:
        raise UsageProblem(f"{text} is too far away; write a year from {YEARS.start} to {YEARS.stop - 1}")
    return value


def span_between(since: str | None, until: str | None, timezone: str) -> tuple[datetime | None, datetime | None]:
    """Read --since and --until; raise UsageProblem where nothing lies between them."""
    first, last = (time_of(each, timezone) if each else None for each in (since, until))
    if first and last and first >= last:
        raise UsageProblem(f"--since {moment(first)} is not before --until {moment(last)}")
    return first, last
