"""`talkwatch forget`: an article, or all of an outlet, is taken out of all that is kept, and does not come back."""

from __future__ import annotations

from typing import Annotated

import typer

from alerts.wording import counted
from flows.cli.backup import alone
from flows.cli.command import Config, command, settings_of
from flows.problems import UsageProblem
from warehouse.harmless import terminal_safe

UNREACHED = (
    "Not reached, and yours to see to: exports and backups outside data_dir, what publish_to handed on until the next "
    "pass hands the new copy on, mail and other messages that were sent, copies that analysts made."
)


@command("forget")
def forget(
    article: Annotated[str | None, typer.Option(metavar="URL", help="The article of this address.")] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="All articles of this outlet.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; take nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    config: Config = None,
) -> None:
    """Take an article, or all of an outlet, out of all that is kept, for good.

    Text, statements, positions, alerts, search, vectors, kept pages; older states of the data in data_dir are removed.
    Digests stay, by which it is kept from coming back. `serve` has to be stopped before.
    """
    from flows.setup import prepared
    from flows.steps import forget as steps

    if (article is None) == (outlet is None) or not (article or outlet or "").strip():
        raise UsageProblem("write --article URL or --outlet NAME, one of them")
    setup = prepared(settings_of(config))
    demand = steps.Demand(url=article, outlet=outlet)
    with alone(setup.data_dir, "forget"):
        found = steps.reach(setup, demand)
        typer.echo(f"{counted(len(found.articles), 'article')}, {counted(len(found.entries), 'feed item')}")
        for path in found.files:
            typer.echo(f"older state of all data, removed as a whole: {terminal_safe(str(path))}")
        if dry_run:
            typer.echo(f"nothing was taken\n{UNREACHED}")
            return
        if not yes:
            typer.confirm("Forget this for good? There is no way back", abort=True)
        gone, pages = steps.forget(setup, demand)
    typer.echo(
        f"forgotten: {counted(gone.articles, 'article')} with {counted(gone.revisions, 'earlier revision')}, "
        f"{counted(len(gone.alert_ids), 'alert')}, {counted(gone.messages, 'message')}, "
        f"{counted(gone.entries, 'feed item')}, {counted(pages, 'kept page')}"
    )
    typer.echo(UNREACHED)
