"""What a command is made of: its place in the tree, the options that several have, and records as an answer.

A command is a function in a module of this folder, with `@command("its words")` above it; nothing else knows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from flows.config.environment import configuration_path, data_dir_of, set_environment
from flows.logs import set_up_logging
from flows.tables import Columns, columned, fitted, json_array, terminal_width

if TYPE_CHECKING:
    from flows.config.settings import Settings

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., None])

# The functions by their words, and the sentences of the words that several commands begin with.
COMMANDS: dict[str, Callable[..., Any]] = {}
GROUPS: dict[str, str] = {}

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The configuration; default talkwatch.toml.")
]


def use_log_format(form: str | None) -> None:
    """Write logs so from now on, here and in the processes that are started."""
    if form:
        set_environment({"TALKWATCH_LOG_FORMAT": form})
        set_up_logging(form)


LogFormat = Annotated[
    Literal["plain", "json"] | None,
    typer.Option(
        "--log-format", callback=use_log_format, is_eager=True, help="Plain lines, or a JSON object an event."
    ),
]
TableFormat = Annotated[Literal["table", "json"], typer.Option("--format", help="A table, or one JSON array.")]


def command(words: str) -> Callable[[Command], Command]:
    """Make a function the command `talkwatch WORDS`: its arguments are the options, its docstring the help."""

    def registered(function: Command) -> Command:
        assert words not in COMMANDS, f"two commands are called {words}"
        COMMANDS[words] = function
        return function

    return registered


def group(word: str, sentence: str) -> None:
    """Say what the commands that begin with a word are for."""
    assert word not in GROUPS, f"two groups are called {word}"
    GROUPS[word] = sentence


def settings_of(config: Path | None, *, sending: bool = False) -> Settings:
    """Load the configuration that the command line or the environment names, and name it to child processes."""
    from flows.config.settings import load_settings

    path = configuration_path(config)
    settings = load_settings(path, sending=sending)
    set_environment({"TALKWATCH_CONFIG": str(path)})
    return settings


def data_dir_named(config: Path | None) -> Path:
    """Return where the data stands: who only reads it need not wait until the whole configuration is checked."""
    return data_dir_of(configuration_path(config)) or settings_of(config).data_dir


def tell(columns: Columns[T], records: Iterable[T], output_format: str, spare: Sequence[str] = ()) -> None:
    """Print a row for each record as the answer of a command.

    In a terminal that is too narrow `spare` columns are left out of the table, in their order.
    """
    names, rows = columned(columns, records)
    typer.echo(json_array(names, rows) if output_format == "json" else fitted(names, rows, terminal_width(), spare))
