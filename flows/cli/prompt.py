"""`talkwatch sql` without a query: a prompt on the published copy, which completes names and remembers questions."""

from __future__ import annotations

import pydoc
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

import typer

from flows.tables import streamed, terminal_width
from warehouse.errors import WarehouseError
from warehouse.queries import USUAL, Bounds, asked, query

HISTORY = Path("~/.talkwatch_sql_history")
REMEMBERED = 1000
PAGED = 10_000  # lines of one answer: the pager takes it as a whole
LEAVE = frozenset({"exit", "quit", r"\q"})
WELCOME = "SQL on the published copy: a query ends with ; · Tab completes names · exit or Ctrl-D ends"
# Every table, view, column and macro an analyst may write, and the words that most queries are made of.
_NAMES = """
SELECT name FROM (
    SELECT table_name AS name FROM duckdb_columns() WHERE database_name = 'analysis' AND NOT internal
    UNION SELECT column_name FROM duckdb_columns() WHERE database_name = 'analysis' AND NOT internal
    UNION SELECT function_name FROM duckdb_functions() WHERE database_name = 'analysis' AND NOT internal
) ORDER BY name
"""
_WORDS = "select from where group by all order having limit join using left on distinct count interval desc"


def prompted(data_dir: Path, ask: Callable[[str], str] = input, bounds: Bounds = USUAL) -> None:
    """Answer queries until there are no more; a mistake is told and does not end it."""
    names = [str(name) for (name,) in query(data_dir, _NAMES).rows]
    typer.echo(WELCOME, err=True)
    with_memory(names)
    try:
        for text in questions(ask):
            answered(data_dir, text, bounds)
    finally:
        remember()


def questions(ask: Callable[[str], str]) -> Iterator[str]:
    """Yield what is typed, up to each ; at the end of a line; Ctrl-C takes back what is typed so far."""
    typed: list[str] = []
    while True:
        try:
            line = ask("     ...> " if typed else "talkwatch> ")
        except EOFError:
            typer.echo(err=True)
            return
        except KeyboardInterrupt:
            typer.echo(err=True)
            typed.clear()
            continue
        if not typed and line.strip().rstrip(";").lower() in LEAVE:
            return
        if line.strip() or typed:
            typed.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(typed)
            typed.clear()


def answered(data_dir: Path, text: str, bounds: Bounds) -> None:
    """Print a query's answer, page by page where it is longer than the terminal; or what is wrong."""
    try:
        with asked(data_dir, text, bounds) as result:
            lines = (f"{piece}\n" for piece in streamed(result.columns, result.rows, terminal_width()))
            height = shutil.get_terminal_size().lines - 1
            first = list(islice(lines, height))
            if len(first) < height:
                typer.echo("".join(first), nl=False)
            else:
                pydoc.pager("".join(chain(first, islice(lines, PAGED), more(lines))))
    except WarehouseError as problem:
        typer.echo(str(problem), err=True)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)


def more(lines: Iterator[str]) -> Iterator[str]:
    """Yield a line on what is left of an answer, if anything is."""
    if next(lines, None) is not None:
        yield "… and more: `talkwatch sql QUERY -o FILE` writes all of it\n"


def completions(names: Sequence[str], begun: str) -> list[str]:
    """Return what a word that is begun so may be: the names of the copy, then the words of SQL."""
    known = [*names, *_WORDS.split()]
    return [name for name in dict.fromkeys(known) if name.startswith(begun.lower())] if begun else []


def with_memory(names: Sequence[str]) -> None:
    """Let the terminal complete names, and offer what was asked before; Python may be built without that."""
    with suppress(ImportError, OSError):
        import readline

        found: list[str] = []

        def completer(begun: str, state: int) -> str | None:
            if state == 0:
                found[:] = completions(names, begun)
            return found[state] if state < len(found) else None

        readline.set_completer(completer)
        readline.parse_and_bind("tab: complete")
        readline.set_history_length(REMEMBERED)
        readline.read_history_file(HISTORY.expanduser())


def remember() -> None:
    """Keep what was asked for the next time; a home that cannot be written to is no mistake."""
    with suppress(ImportError, OSError):
        import readline

        readline.write_history_file(HISTORY.expanduser())
