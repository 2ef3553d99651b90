"""`talkwatch backup`, `restore`, `forget`, `warehouse check`: the data kept, put back, taken out, looked through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import typer

from alerts.wording import counted
from extractors.officials.roster import Official
from extractors.officials.watchlist import Watchlist
from flows.cli.command import Config, TableFormat, command, data_dir_named, group, settings_of, tell
from flows.problems import UsageProblem, WorkProblem
from flows.tables import Columns
from flows.times import moment
from warehouse.backup import Contents, back_up
from warehouse.backup import restore as put_back
from warehouse.errors import system_explained
from warehouse.harmless import terminal_safe
from warehouse.integrity import Unsoundness, faults
from warehouse.locking import Held, exclusive
from warehouse.places import REPLACED

MEGABYTE = 1_000_000
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
FAULTS: Columns[Unsoundness] = {
    "wrong": attrgetter("what"),
    "rows": attrgetter("rows"),
    "such as": attrgetter("example"),
}

group("warehouse", "See whether the warehouse is sound.")

UNREACHED = (
    "Not reached, and yours to see to: exports and backups outside data_dir, what publish_to handed on until the next "
    "pass hands the new copy on, mail and other messages that were sent, copies that analysts made."
)

STAYED = (
    "The articles stayed, and their texts and kept pages have the words still: with --articles those go as well. What "
    "comes from now on is read without this person."
)


@command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; an older backup is replaced.")],
    without_pages: Annotated[
        bool, typer.Option("--without-pages", help="Leave out the pages kept for replay.")
    ] = False,
    config: Config = None,
) -> None:
    """Copy all the data to one file, and check it.

    While `serve` runs too: it waits a moment. The kept pages may be most of it, up to what [retention] says.
    """
    contents = back_up(settings_of(config).data_dir, file.absolute(), with_pages=not without_pages)
    typer.echo(f"{file}: {described(contents)}")


@command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup, or a published copy.")],
    config: Config = None,
) -> None:
    """Put a backup in the place of the data, once it is checked.

    What was there is kept beside it. `serve` has to be stopped before.
    """
    data_dir = settings_of(config).data_dir
    with alone(data_dir):
        contents = put_back(data_dir, file.absolute())
        kept = f"; what was there is {data_dir / REPLACED}" if (data_dir / REPLACED).exists() else ""
    typer.echo(f"restored {file}: {described(contents)}{kept}")


def described(contents: Contents) -> str:
    """Say what a backup holds."""
    last = f"the last pass finished {moment(contents.finished_at)}" if contents.finished_at else "no pass yet"
    counts = f"{counted(contents.articles, 'article')}, {counted(contents.alerts, 'alert')}"
    if contents.pages:
        counts += f", {counted(contents.pages, 'page')}"
    return f"{counts}, {last}, {contents.size / MEGABYTE:.1f} MB, read to its end"


@contextmanager
def alone(data_dir: Path, what: str = "restore") -> Iterator[None]:
    """Hold the locks of a deployment and of a pass; raise WorkProblem while either is at work on it: `what` waits."""
    from flows.setup import LOCK_FILE
    from warehouse.places import SERVE_LOCK

    with system_explained(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(data_dir / SERVE_LOCK), exclusive(data_dir / LOCK_FILE):
            yield
    except Held as held:
        raise WorkProblem(f"Talkwatch is at work in {data_dir} ({held}): stop it, then {what} again") from None


@command("warehouse check")
def check(output_format: TableFormat = "table", config: Config = None) -> None:
    """Look through the published copy for what cannot be right; exit code 1 when there is anything.

    Keys, references, places in texts, and counts that have to agree. Passes do it once a night; this reads all texts.
    """
    found = faults(data_dir_named(config), LONG_AGO)
    if found or output_format == "json":
        tell(FAULTS, found, output_format)
    else:
        typer.echo("sound: nothing is wrong")
    if found:
        raise typer.Exit(1)


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
