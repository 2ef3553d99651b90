"""`talkwatch search` and `mcp`: the published copy asked for words, by people and by assistants."""

from __future__ import annotations

from operator import attrgetter
from textwrap import wrap
from typing import Annotated

import typer

from alerts.rule_names import nearest_name
from flows.cli.command import Config, TableFormat, command, data_dir_named, settings_of, tell
from flows.cli.sql import encodable
from flows.config.settings import Settings, configured_watchlist
from flows.problems import UsageProblem
from flows.tables import Columns, terminal_width
from flows.times import moment, span_between
from warehouse.harmless import terminal_safe
from warehouse.queries import QueryProblem
from warehouse.search import Found, Sought, found

FOR_SCRIPTS: Columns[Found] = {name: attrgetter(name) for name in Found.__dataclass_fields__}
FOR_PEOPLE: Columns[Found] = {
    name: attrgetter(name) for name in ("score", "published_at", "outlet", "speaker", "text", "title", "url")
}
# What a narrow terminal does without, the first first.
SPARE = ("score", "title", "speaker", "outlet")
# Elsewhere than in a terminal a table would be as wide as its texts: each is a block there, of lines so long.
WRAPPED = 98


@command("search")
def search(  # noqa: PLR0917  (typer calls it by the names of its options)
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help='Words, "some that stand so", beginnings*.')],
    since: Annotated[str | None, typer.Option(metavar="TIME", help="What was published from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="What was published before then.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Only what this outlet published.")] = None,
    official: Annotated[str | None, typer.Option(help="Only what an official said, or articles that name him.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the best.")] = 20,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Find articles and statements by their words, the best first.

    In all forms of each word and all spellings of a name; `-word` must not be there.
    """
    if not any(map(str.isalnum, "".join(words))):
        raise UsageProblem("no word to look for; write one, for example: talkwatch search ceasefire")
    settings = settings_of(config)
    first, last = span_between(since, until, settings.timezone)
    question = Sought(
        words=encodable(" ".join(map(as_typed, words))),
        since=first,
        until=last,
        outlet=outlet,
        official_id=official_named(settings, official) if official else None,
    )
    try:
        best = found(settings.data_dir, question, limit)
    except QueryProblem as problem:
        raise UsageProblem(str(problem)) from None
    if output_format == "json" or terminal_width():
        tell(FOR_SCRIPTS if output_format == "json" else FOR_PEOPLE, best, output_format, SPARE)
    elif best:
        typer.echo("\n\n".join(map(block, best)))
    if output_format == "table" and not best:
        typer.echo("nothing holds all these words", err=True)


@command("mcp")
def mcp(config: Config = None) -> None:
    """Answer an assistant over stdio: the guide's questions, search and SQL as tools.

    On the published copy, which nothing it asks can change; no network. Needs the extra `talkwatch[mcp]`.
    """
    try:
        from flows.assistants import serve_assistant
    except ModuleNotFoundError as missing:
        raise UsageProblem(f"{missing.name} is not installed: pip install 'talkwatch[mcp]'") from None
    serve_assistant(data_dir_named(config))


def block(hit: Found) -> str:
    """Return what was found as lines: when, where and who; the headline; the words, whole; the address."""
    head = " · ".join(filter(None, (moment(hit.published_at), hit.outlet, hit.speaker)))
    words = (line for text in (hit.title, hit.text) for line in wrap(terminal_safe(text or ""), WRAPPED))
    return "\n".join([terminal_safe(head), *(f"  {line}" for line in words), f"  {terminal_safe(hit.url)}"])


def as_typed(word: str) -> str:
    """Return a word as it was typed: the shell took the quotation marks from several that it keeps together."""
    return f'"{word}"' if " " in word and '"' not in word else word


def official_named(settings: Settings, name: str) -> str:
    """Return the id of an official by any of his names; raise UsageProblem for one whom nobody watches."""
    watchlist = configured_watchlist(settings)
    if known := watchlist.official(name):
        return known.official_id
    names = {name: each.name for each in watchlist.officials for name in (each.official_id, each.name, *each.aliases)}
    raise UsageProblem(f'no official is called "{name}"{nearest_name(name, names)}')
