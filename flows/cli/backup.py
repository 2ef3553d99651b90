"""`talkwatch backup`, `restore` and `warehouse check`: all the data in one file, and back; and whether it is sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import typer

from alerts.wording import counted
from flows.cli.command import Config, TableFormat, command, data_dir_named, group, settings_of, tell
from flows.problems import WorkProblem
from flows.tables import Columns
from flows.times import moment
from warehouse.backup import Contents, back_up
from warehouse.backup import restore as put_back
from warehouse.errors import system_explained
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
