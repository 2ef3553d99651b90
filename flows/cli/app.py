"""The command line: reads arguments, calls the step that does the work, prints its answer."""

from __future__ import annotations

import json
import logging
import signal
import sys
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from flows.cli import feeds, outbox, rules
from flows.cli.options import Config, settings_of
from flows.cli.sql import sql
from flows.cli.usage import HELP, mistyped, show_version
from flows.config.settings import Settings, set_environment, use_prefect
from flows.logs import set_up_logging
from flows.problems import FULL, UsageProblem, WorkProblem
from flows.progress import shown
from flows.times import span_between, time_of
from warehouse.errors import Unusable, WarehouseError

log = logging.getLogger("talkwatch")
NO_FILES = "talkwatch: no .txt, .html, .html.gz, .jsonl or .warc(.gz) file there; nothing to read"

app = typer.Typer(
    name="talkwatch",
    help="Watch the news for the moment negotiations move: who said what, with alerts by e-mail and Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(feeds.app, name="feeds")
app.add_typer(rules.rules, name="rules")
app.add_typer(outbox.group, name="alerts")


@app.callback()
def common(
    config: Config = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version.")
    ] = False,
) -> None:
    """Take options that go before the command."""
    if config:
        set_environment({"TALKWATCH_CONFIG": str(config.absolute())})


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.")] = Path()) -> None:
    """Write a commented talkwatch.toml; overwrites nothing."""
    path = folder / "talkwatch.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(resources.files("flows.config").joinpath("starter.toml").read_text(encoding="utf-8"))
    except FileExistsError:
        raise UsageProblem(f"{path} is already there; nothing was written") from None
    except OSError as error:
        raise UsageProblem(f"cannot write {path}: {error.strerror}") from None
    typer.echo(f"wrote {path}; next: take the # off a feed, a rule and a subscriber, then `talkwatch rules check`")


@app.command()
def demo(
    seeds: Annotated[Path, typer.Option(help="The folder of the five seed articles.")] = Path("seeds"),
    folder: Annotated[Path, typer.Option("--dir", help="Where to leave what arrives.")] = Path("var/demo"),
) -> None:
    """Run the main job on five real articles, on this machine.

    Over real HTTP, SMTP and a webhook, on loopback; needs a checkout, or the folder of the articles.
    """
    from flows.demo.demo import run_demo

    run_demo(seeds.resolve(), folder.resolve())


@app.command()
def run(config: Config = None) -> None:
    """Do one pass, now.

    Poll what is due, read, match, record, deliver, publish.
    """
    from flows.prefect_server import own_server_explained
    from flows.setup import prepared

    settings = settings_of(config, sending=True)
    prepared(settings)
    make_ready(settings)
    log.info("starting Prefect; the first time it takes some seconds to make its database")
    from flows.monitor import monitor

    with own_server_explained():
        monitor()


@app.command()
def serve(config: Config = None) -> None:
    """Do passes on a schedule until stopped: the unattended deployment."""
    from flows.prefect_server import one_serve, prefect_server
    from flows.setup import prepared

    settings = settings_of(config, sending=True)
    setup = prepared(settings)
    make_ready(settings)
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, leave)  # until the schedule runs, which then lets the pass at work finish
    with one_serve(settings.data_dir), prefect_server(settings.data_dir / "prefect" / "server.log") as server:
        from flows.serving import serve as serve_until_stopped

        serve_until_stopped(setup, server)


def leave(*_: object) -> None:
    """End `serve` before it has begun to do anything: whoever asked for it is not told of a failure."""
    raise SystemExit(0)


def make_ready(settings: Settings) -> None:
    """Open the warehouse and look for the Prefect server that was named: what is wrong there is told at once.

    Then prepare the environment for Prefect.
    """
    from flows.prefect_server import check_named_server
    from flows.setup import forget_stop
    from warehouse.store import migrate as migrate_warehouse

    migrate_warehouse(settings.data_dir)
    forget_stop(settings.data_dir)
    check_named_server()
    use_prefect(settings.data_dir)


@app.command()
def ingest(  # noqa: PLR0917 (an argument is an option)
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, or a sitemap's address.")],
    outlet: Annotated[str | None, typer.Option(help="Whose articles they are.")] = None,
    published_at: Annotated[str | None, typer.Option(metavar="TIME", help="When they were published.")] = None,
    alert: Annotated[
        bool, typer.Option("--alert", help="Let rules fire on them, but for archives and sitemaps.")
    ] = False,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Of a sitemap: published from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Of a sitemap: published before.")] = None,
    config: Config = None,
) -> None:
    """Take articles from files or a sitemap; sends only with --alert.

    Files are .txt, .html, .html.gz, .jsonl and .warc(.gz), or folders of them; a sitemap is an address. Archives and
    sitemaps never alert. A sitemap's pages are fetched at the pace of [fetch]; broken off, it goes on where it was
    when it is run again.
    """
    from flows.acquire.files import ARCHIVES, files_in
    from flows.acquire.ingest import ingest as ingest_files
    from flows.acquire.sitemaps import Period
    from flows.setup import prepared

    settings = settings_of(config, sending=alert)
    sitemaps = [path for path in paths if path.startswith(("http://", "https://"))]
    files = files_in(Path(path) for path in paths if path not in sitemaps)
    zone = settings.timezone
    published = time_of(published_at, zone) if published_at else None
    first, last = span_between(since, until, zone)
    period = Period(since=first, until=last)
    if (since or until) and not sitemaps:
        raise UsageProblem("--since and --until are for a sitemap's address; there is none among the paths")
    if alert and (sitemaps or any(file.name.lower().endswith(ARCHIVES) for file in files)):
        typer.echo("talkwatch: archives and sitemaps never alert; --alert counts for the other files", err=True)
    if not files and not sitemaps:
        typer.echo(NO_FILES, err=True)
    setup = prepared(settings, progress=shown())
    counts = ingest_files(
        setup, files, outlet=outlet, published_at=published, alert=alert, sitemaps=sitemaps, period=period
    )
    typer.echo(
        f"{counts.articles_new} new, {counts.articles_revised} revised, {counts.articles_known} known, "
        f"{counts.pages_unreadable} unreadable; {counts.statements} statements, {counts.alerts} alerts"
    )


@app.command()
def extract(paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files or folders.")]) -> None:
    """Print one JSON object a file: text, mentions, statements.

    Needs no warehouse, and no configuration.
    """
    from flows.acquire.files import documents, files_in
    from flows.commands.extracting import extracted
    from flows.config.watchlists import watchlist_here
    from flows.processes.readers import readers_for
    from flows.processes.workers import Workers, cores

    files = files_in(paths)
    if not files:
        typer.echo(NO_FILES, err=True)
        return
    readers = readers_for(watchlist_here())
    with Workers(cores()) as workers:
        for answer in extracted(documents(files, workers), readers):
            typer.echo(json.dumps(answer, ensure_ascii=False))


app.command()(sql)


@app.command()
def status(
    max_age: Annotated[str, typer.Option(metavar="2h", help="How old the last pass may be.")] = "2h",
    config: Config = None,
) -> None:
    """Say whether all is well; exit code 1 when it is not."""
    from flows.commands.wellness import wellness

    well, text = wellness(settings_of(config), span_of(max_age))
    typer.echo(text)
    if not well:
        raise typer.Exit(1)


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the warehouse to this version's schema.

    An older one is copied before; every other command does the same at its first opening.
    """
    from warehouse.store import migrate as migrate_warehouse

    applied = migrate_warehouse(settings_of(config).data_dir)
    typer.echo(f"applied migrations: {', '.join(map(str, applied))}" if applied else "the schema is up to date")


@app.command()
def publish(config: Config = None) -> None:
    """Replace the analysts' copy by a new one."""
    from warehouse.publishing import publish as publish_copy

    data_dir = settings_of(config).data_dir
    typer.echo(f"published {data_dir / 'analysis.duckdb'}" if publish_copy(data_dir) else "nothing has changed")


def span_of(text: str) -> timedelta:
    """Read a duration from the command line."""
    from alerts.values import duration

    try:
        value = duration(text)
    except ValueError as error:
        raise UsageProblem(f"{text}: {error}") from None
    assert isinstance(value, timedelta)
    return value


def main() -> None:
    """Run a command: a person's mistakes are one line on stderr each, and only bugs print a traceback."""
    set_up_logging()
    try:
        code = app(standalone_mode=False)
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
        said = line if problem.startswith(HELP) else f"talkwatch: {line}"
        print(said, file=sys.stderr)  # noqa: T201 (the one place that prints to stderr)
    raise SystemExit(code)
