"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.config.settings import Settings, configuration_path, load_settings, set_environment
from flows.tables import fitted, json_array, terminal_width

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
