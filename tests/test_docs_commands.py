"""docs/commands.md against the commands there are, both ways; and what any document shows to be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
import typer

from flows.cli.app import app
from flows.cli.command import COMMANDS, GROUPS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z -]+)` \| (.*?) \| (\S.*) \|$", re.MULTILINE)
ROWS = {words: (takes, does) for words, takes, does in ROW.findall(PAGE)}
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = [
    path
    for package in ("flows", "alerts", "warehouse")
    for ending in ("py", "toml")
    for path in sorted((ROOT / package).rglob(f"*.{ending}"))
]


def built(words: str):
    """Return a command as typer made it."""
    found = typer.main.get_command(app)
    for word in words.split():
        found = found.commands[word]
    return found


def options_of(words: str) -> set[str]:
    """Return every spelling of a command's options."""
    return {"--help", *(opt for param in built(words).params for opt in param.opts if opt.startswith("-"))}


def signature(words: str) -> str:
    """Return what a command takes as docs/commands.md writes it; --config is said once for all."""
    written = []
    for param in built(words).params:
        if param.param_type_name == "option":
            written += [f"`{', '.join(param.opts)}`"] if "--config" not in param.opts else []
            continue
        name = (param.metavar or param.name.upper()).strip("[]").removesuffix("...").replace("|", "\\|")
        name = f"{name}…" if param.nargs == -1 else name
        written.append(f"`{name}`" if param.required else f"`[{name}]`")
    return " ".join(written) or "nothing"


def test_every_command_is_documented_and_no_other():
    """The tables have a row for each command there is, and for nothing else."""
    assert not [f"| `{words}` | {signature(words)} | … |" for words in COMMANDS if words not in ROWS], "rows to write"
    assert set(ROWS) == set(COMMANDS)
    assert len(ROW.findall(PAGE)) == len(ROWS)


@pytest.mark.parametrize("words", sorted(ROWS))
def test_its_arguments_and_options_are_documented(words):
    """A command's row names exactly the arguments and options it takes, in their order."""
    assert ROWS[words][0] == signature(words)


def test_the_commands_that_need_no_configuration_are_named():
    """The page says truly which commands take no --config."""
    (said,) = re.findall(r"takes `--config FILE`, but for ([^.]*)\.", PAGE)
    named = set(re.findall(r"`([a-z -]+)`", " ".join(said.split())))
    assert named == {words for words in COMMANDS if "--config" not in options_of(words)}


def test_every_command_has_help():
    """No command and no option stands without a sentence that says what it does."""
    tree = typer.main.get_command(app)
    waiting = [tree]
    while waiting:
        command = waiting.pop()
        waiting += list(getattr(command, "commands", {}).values())
        assert command.help, command.name
        options = [option for option in command.params if option.param_type_name == "option"]
        assert all(option.help for option in options), command.name


def typed(text: str) -> Iterator[list[str]]:
    """Yield the words of each command line that a text shows, in backticks or on a line of its own."""
    shown = re.findall(r"`(?:[\w./]*/)?talkwatch ([^`]+)`", text) + re.findall(
        r"^\s*talkwatch (.*)$", text, re.MULTILINE
    )
    for line in shown:
        plain = re.sub(r"\{[^{}]*\}", "X", " ".join(line.split())).replace("…", "")
        yield shlex.split(plain, comments=True)


def wrong_in(words: list[str]) -> str | None:
    """Return what is wrong with a command line; None when the command and its options are there."""
    while words and words[0].startswith("-"):
        if words[0] not in {"--help", "--version", "--config"}:
            return f"no option {words[0]}"
        words = words[2:] if words[0] == "--config" else words[1:]
    if not words or words[0].isupper() or words in [[word] for word in GROUPS]:
        return None  # what it stands for, or help
    name = " ".join(words[:2]) if words[0] in GROUPS else words[0]
    if name not in COMMANDS:
        return f"no command {name}"
    unknown = [word for word in words if re.fullmatch(r"-{1,2}[a-z][a-z-]*", word) and word not in options_of(name)]
    return f"{name} has no {unknown}" if unknown else None


@pytest.mark.parametrize("path", [*DOCUMENTS, *SOURCES], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_shown_to_be_typed_is_there(path):
    """Each `talkwatch …` in a document, or in what the program says, is a command with options that it has."""
    assert not [wrong for words in typed(path.read_text(encoding="utf-8")) if (wrong := wrong_in(words))]
