"""`talkwatch forget`: an article, an outlet, or what a person says, is taken out of all that is kept, for good."""

from __future__ import annotations

from typing import Annotated

import typer

from alerts.wording import counted
from extractors.officials.roster import Official
from extractors.officials.watchlist import Watchlist
from flows.cli.backup import alone
from flows.cli.command import Config, command, settings_of
from flows.problems import UsageProblem
from warehouse.harmless import terminal_safe

UNREACHED = (
    "Not reached, and yours to see to: exports and backups outside data_dir, what publish_to handed on until the next "
    "pass hands the new copy on, mail and other messages that were sent, copies that analysts made."
)

STAYED = (
    "The articles stayed, and their texts and kept pages have the words still: with --articles those go as well. What "
    "comes from now on is read without this person."
)


@command("forget")
def forget(  # noqa: PLR0917 (an argument is an option)
    article: Annotated[str | None, typer.Option(metavar="URL", help="The article of this address.")] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="All articles of this outlet.")] = None,
    person: Annotated[
        str | None, typer.Option(metavar="NAME", help="What this person says; the articles stay.")
    ] = None,
    articles: Annotated[
        bool, typer.Option("--articles", help="With --person: the articles that name him, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; take nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    config: Config = None,
) -> None:
    """Take an article, all of an outlet, or what a person says, out of all that is kept, for good.

    Text, statements, positions, alerts, search, vectors, kept pages; older states of the data in data_dir are removed.
    Of a person: statements, where he is named, positions, alerts on him or with his words; articles with --articles.
    Digests stay, by which it is kept from coming back. `serve` has to be stopped before.
    """
    from flows.setup import prepared
    from flows.steps import forget as steps

    given = [each for each in (article, outlet, person) if each is not None]
    if len(given) != 1 or not given[0].strip():
        raise UsageProblem("write --article URL, --outlet NAME or --person NAME, one of them")
    if articles and person is None:
        raise UsageProblem("--articles goes with --person NAME")
    setup = prepared(settings_of(config))
    people = names_of(person, setup.watchlist) if person else ()
    demand = steps.Demand(url=article, outlet=outlet, people=people, whole=articles)
    with alone(setup.data_dir, "forget"):
        found = steps.reach(setup, demand)
        if person:
            typer.echo(f"{whose(person, setup.watchlist)}: {counted(len(found.said), 'statement')}, ", nl=False)
            typer.echo(f"named in {counted(len(found.named_in), 'article')}")
        if not person or articles:
            typer.echo(f"{counted(len(found.articles), 'article')}, {counted(len(found.entries), 'feed item')}")
        for path in found.files:
            typer.echo(f"older state of all data, removed as a whole: {terminal_safe(str(path))}")
        if dry_run:
            typer.echo(f"nothing was taken\n{UNREACHED}")
            return
        if not yes:
            typer.confirm("Forget this for good? There is no way back", abort=True)
        gone, pages = steps.forget(setup, demand)
    said = f"{counted(len(found.said), 'statement')}, " if person else ""
    typer.echo(
        f"forgotten: {said}{counted(gone.articles, 'article')} with {counted(gone.revisions, 'earlier revision')}, "
        f"{counted(len(gone.alert_ids), 'alert')}, {counted(gone.messages, 'message')}, "
        f"{counted(gone.entries, 'feed item')}, {counted(pages, 'kept page')}"
    )
    typer.echo(UNREACHED if articles or not person else f"{UNREACHED}\n{STAYED}")


def names_of(person: str, watchlist: Watchlist) -> tuple[str, ...]:
    """Return all names of a person in small letters: an official's id and spellings, else what is given."""
    known = _officials(person, watchlist)
    names = [name for each in known for name in (each.official_id, each.name, *each.aliases)]
    return tuple(dict.fromkeys(" ".join(name.split()).lower() for name in names or [person]))


def whose(person: str, watchlist: Watchlist) -> str:
    """Return whom a name means, as it is printed."""
    known = _officials(person, watchlist)
    return known[0].name if known else f"{terminal_safe(person)} (not on the watchlist: known by this name alone)"


def _officials(person: str, watchlist: Watchlist) -> list[Official]:
    """Return the official whom a name means, none where it is nobody's; raise UsageProblem where it is of several."""
    name = " ".join(person.split()).lower()
    found = [
        each
        for each in watchlist.officials
        if name in {each.official_id, each.name.lower(), *(alias.lower() for alias in each.aliases)}
    ]
    if len(found) > 1:
        raise UsageProblem(f'"{person}" may be {" or ".join(each.official_id for each in found)}; write which')
    return found
