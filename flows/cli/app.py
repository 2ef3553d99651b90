"""The command line: all commands as one tree, and what is printed when one can't do its work."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from flows.cli.command import COMMANDS, Config, LogFormat
from flows.config.environment import ignore_proxies, log_format, set_environment
from flows.logs import set_up_logging, spoken
from flows.problems import UsageProblem, WorkProblem
from warehouse.errors import FULL, Unusable, WarehouseError

NAME = "talkwatch"
HELP = "Usage: "
WHOLE = 10_000  # characters of a command's sentence: it is wrapped, never cut


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEntry:
    """A command, or a word that several begin with: its words, its module, and the sentence that lists have of it."""

    words: str
    module: str
    sentence: str
    is_group: bool = False


def indexed() -> tuple[CommandEntry, ...]:
    """Return every command and group of this folder, in the order of its modules."""
    return tuple(entry for path in sorted(Path(__file__).parent.glob("*.py")) for entry in entries_of(path))


def entries_of(path: Path) -> Iterator[CommandEntry]:
    """Yield what one module registers."""
    text = path.read_text(encoding="utf-8")
    if "@command(" not in text and "\ngroup(" not in text:
        return
    module = f"{__package__}.{path.stem}"
    for node in ast.parse(text).body:
        match node:
            case ast.FunctionDef(
                decorator_list=[ast.Call(func=ast.Name(id="command"), args=[ast.Constant(value=words)])]
            ):
                yield CommandEntry(words=str(words), module=module, sentence=ast.get_docstring(node) or "")
            case ast.Expr(
                value=ast.Call(func=ast.Name(id="group"), args=[ast.Constant(value=word), ast.Constant(value=sentence)])
            ):
                yield CommandEntry(words=str(word), module=module, sentence=str(sentence), is_group=True)


class Group(TyperGroup):
    """Commands by name, whose sentences stand whole in the help, however long their names are."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Return the names in order."""
        return sorted(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each command with its sentence, wrapped where it is longer than the line."""
        rows = [(name, self.commands[name].get_short_help_str(WHOLE)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def show_version(wanted: bool) -> None:
    """Print the version and leave, when it is asked for."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"{NAME} {version(NAME)}")
        raise typer.Exit


def common(
    config: Config = None,
    _log_format: LogFormat = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version.")
    ] = False,
) -> None:
    """Take options that go before the command."""
    if config:
        set_environment({"TALKWATCH_CONFIG": str(config.absolute())})


def tree(typed: Iterable[str] | None = None) -> typer.Typer:
    """Return the commands that the modules of this folder register; those of two words in their groups.

    Where it is known what was `typed`, only what that names is loaded; of the rest there is the sentence.
    """
    words = None if typed is None else set(typed)
    entries = indexed()
    for entry in entries:
        if words is None or (not entry.is_group and words.issuperset(entry.words.split())):
            import_module(entry.module)
    root = branch("Watch the news for the moment negotiations move: who said what, with alerts by e-mail and Slack.")
    root.callback()(common)
    sentences = {entry.words: entry.sentence for entry in entries if entry.is_group}
    groups = {word: branch(sentence) for word, sentence in sentences.items()}
    for entry in entries:
        if not entry.is_group:
            *group, name = entry.words.split()
            (groups[group[0]] if group else root).command(name)(COMMANDS.get(entry.words) or unloaded(entry))
    for word, commands in groups.items():
        root.add_typer(commands, name=word)
    return root


def unloaded(entry: CommandEntry) -> Callable[[], None]:
    """Return what stands in a list for a command that was not named, so that it is not run."""

    def listed() -> None:
        raise AssertionError(f"{entry.words} was not loaded")

    listed.__doc__ = entry.sentence
    return listed


def branch(sentence: str) -> typer.Typer:
    """Return a list of commands, without any yet."""
    return typer.Typer(
        cls=Group,
        help=sentence,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def __getattr__(name: str) -> typer.Typer:
    """Return `app`, the whole tree, to whoever wants all of it."""
    if name == "app":
        return tree()
    raise AttributeError(name)


def main() -> None:
    """Run a command: a person's mistakes are one line on stderr each, and only bugs print a traceback."""
    set_up_logging(log_format())
    ignore_proxies()
    try:
        code = tree(sys.argv[1:])(prog_name=NAME, standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
    except TyperException as mistake:
        fail(mistyped(mistake), mistake.exit_code)
    except (UsageProblem, Unusable) as problem:
        fail(str(problem), 2)
    except (WorkProblem, WarehouseError) as problem:
        fail(str(problem), 1)
    except OSError as error:
        if error.errno not in FULL:
            raise
        fail(f"cannot write the answer: {error.strerror}", 1)
    raise SystemExit(code)


def fail(problem: str, code: int) -> NoReturn:
    """Print what is wrong, a line each, and leave; help stands as it is."""
    for line in problem.splitlines():
        said = line if problem.startswith(HELP) else f"{NAME}: {line}"
        print(spoken(said, log_format()), file=sys.stderr)  # noqa: T201 (the one place that prints to stderr)
    raise SystemExit(code)


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
