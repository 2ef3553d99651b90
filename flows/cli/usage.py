"""What the command line's parser finds wrong in what was typed, in one line each."""

from __future__ import annotations

from importlib.metadata import version

import typer
from typer.exceptions import TyperException

HELP = "Usage: "


def mistyped(mistake: TyperException) -> str:
    """Return what is wrong and where to look it up; the whole help where a command was typed without its arguments."""
    said = mistake.format_message()
    if said.startswith(HELP):
        return said
    said = said.replace("Value error, ", "").rstrip(".")
    # A query that begins with a comment is taken for an option.
    if any(mark.isspace() for mark in getattr(mistake, "option_name", "")):
        return f"{lowered(said)}; what begins with - and is no option goes behind --"
    command = getattr(getattr(mistake, "ctx", None), "command_path", None)
    return f"{lowered(said)}; see `{command} --help`" if command else lowered(said)


def lowered(said: str) -> str:
    """Return a sentence as what follows a colon."""
    return f"{said[:1].lower()}{said[1:]}"


def show_version(wanted: bool) -> None:
    """Print the version and leave, when it is asked for."""
    if wanted:
        typer.echo(f"talkwatch {version('talkwatch')}")
        raise typer.Exit
