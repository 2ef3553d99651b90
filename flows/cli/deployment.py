"""Commands of whoever runs Talkwatch: a configuration to start from, the demo, passes, upkeep; whether it is well."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alerts.wording import counted
from extractors.relation_records import Correction
from flows.cli.command import Config, LogFormat, command, settings_of
from flows.config.environment import configuration_path, failed_starts, set_environment
from flows.config.settings import Settings, use_prefect
from flows.problems import UsageProblem, WorkProblem
from flows.progress import in_words as told
from flows.tables import listing
from flows.times import span_of, to_the_minute, utc_now
from warehouse.corrections import standing
from warehouse.errors import Busy, Unusable, system_explained
from warehouse.harmless import terminal_safe
from warehouse.locking import act_under, take_lease
from warehouse.nightly import CHECKED, DETAILS, TEXTS, Nightly
from warehouse.records import FoundRight
from warehouse.runs import Health, last_runs
from warehouse.store import is_begun, reading, writing
from warehouse.verdicts import found_right

if TYPE_CHECKING:
    from flows.setup import Setup

LABELS = {CHECKED: "warehouse checked", TEXTS: "texts dropped", DETAILS: "details dropped"}
WORST = 3

# Who looks does not wait for a pass: the last one has left word.
PATIENCE = timedelta(seconds=5)

log = logging.getLogger("talkwatch")


@command("init")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.")] = Path(),
    sources: Annotated[bool, typer.Option("--sources", help="With some 75 feeds to start from, and rules.")] = False,
) -> None:
    """Write a commented talkwatch.toml; overwrites nothing."""
    from flows.config.editing import starting_text

    path = folder / "talkwatch.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(starting_text(sources=sources))
    except FileExistsError:
        raise UsageProblem(f"{path} is already there; nothing was written") from None
    except OSError as error:
        raise UsageProblem(f"cannot write {path}: {error.strerror}") from None
    first = "`talkwatch feeds check`, then take the # off" if sources else "take the # off a feed,"
    typer.echo(f"wrote {path}; next: {first} a rule and a subscriber, then `talkwatch rules check`")


@command("demo")
def demo(
    seeds: Annotated[Path, typer.Option(help="The folder of the five seed articles.")] = Path("seeds"),
    folder: Annotated[Path, typer.Option("--dir", help="Where to leave what arrives.")] = Path("var/demo"),
    stay: Annotated[bool, typer.Option("--open", help="Keep its pages served until Ctrl-C.")] = False,
) -> None:
    """Run the main job on five real articles, on this machine.

    Over real HTTP, SMTP and a webhook, on loopback; needs a checkout, or the folder of the articles.
    """
    log.info("the demo takes about a minute: it starts an outlet, a mailbox, a webhook and Prefect on this machine")
    from rich.console import Console

    from flows.config.settings import load_settings
    from flows.demo.demo import run_demo
    from flows.pages.server import serve_pages

    with run_demo(seeds.resolve(), folder.resolve()) as report:
        Console(highlight=False).print("", report, sep="\n", soft_wrap=True)
        if stay:
            serve_pages(load_settings(folder.resolve() / "talkwatch.toml"))


@command("run")
def run(_log_format: LogFormat = None, config: Config = None) -> None:
    """Do one pass, now.

    Poll what is due, read, match, record, deliver, publish.
    """
    log.info("one pass, as %s says; Prefect is started first", configuration_path(config))
    settings = settings_of(config, sending=True)
    from flows.prefect_server import prefect_server
    from flows.setup import prepared

    make_ready(prepared(settings), for_one_pass=True)
    with prefect_server(settings.data_dir, port=0):
        from flows.monitor import monitor

        line = monitor()
    if sys.stderr.isatty():
        typer.echo(in_words(settings, line), err=True)


def in_words(settings: Settings, line: str) -> str:
    """Say what a pass found, as its summary line names it, and where to look next."""
    with reading(settings.data_dir) as session:
        counts = next((run.counts for run in last_runs(session, 1) if line.startswith(f"run={run.run_id} ")), None)
    if counts is None:
        return line
    asked, read, fired, sent = told(counts)
    failed = ": `talkwatch feeds check` says why" if counts.feeds_failed else ""
    look = "; `talkwatch alerts list` shows them" if counts.alerts else ""
    return f"{asked}{failed}\n{read}, {fired}{look}\n{sent}"


@command("serve")
def serve(
    standby: Annotated[
        bool, typer.Option("--standby", help="While another one is at work on the data, wait and take its place.")
    ] = False,
    _log_format: LogFormat = None,
    config: Config = None,
) -> None:
    """Do passes on a schedule until stopped: the unattended deployment.

    Looks at everything first, and begins anew, after ever longer pauses, when a part it needs has ended.
    """
    from flows.prefect_server import one_serve
    from flows.problems import PartEnded
    from flows.setup import prepared
    from flows.supervision import begin_anew

    setup, begun = prepared(settings_to_begin_with(config)), time.monotonic()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, leave)  # until the schedule runs, which then lets the pass at work finish
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until then there is nothing to read again
    try:
        with one_serve(setup.data_dir, standby=standby):
            begun = time.monotonic()
            lead(setup, has_begun=standby or bool(failed_starts()))
    except PartEnded as problem:
        begin_anew(problem, time.monotonic() - begun)


def settings_to_begin_with(config: Path | None) -> Settings:
    """Return the settings of `serve`: the file's, or those it went by when it begins anew beside a file gone wrong."""
    from flows.config.accepted import current_settings, is_kept

    try:
        return settings_of(config, sending=True)
    except UsageProblem as problem:
        if not is_kept():
            raise
        log.error("the changed configuration is wrong, the one before stays: %s", problem)  # noqa: TRY400 (no bug)
        return current_settings()


def lead(setup: Setup, *, has_begun: bool) -> None:
    """Serve as the one who writes: take the lease, look at everything, begin, and go on until stopped.

    Nobody looks at the terminal of one who `has_begun` before, or stood by: what keeps him from beginning now, such as
    a Prefect server that is not there yet again, is a part that has ended, and he tries again.
    """
    from flows.prefect_server import await_named_server, prefect_server
    from flows.problems import PartEnded
    from flows.readiness import look_over

    with system_explained(setup.data_dir):
        lease = take_lease(setup.data_dir, setup.now())
    set_environment({"TALKWATCH_LEASE": str(lease.token)})
    act_under(lease.token)
    if has_begun:
        await_named_server()
    try:
        look_over(setup)
        make_ready(setup)
    except WorkProblem as problem:
        if not has_begun:
            raise
        raise PartEnded("; ".join(str(problem).splitlines())) from None
    with prefect_server(setup.data_dir, setup.settings.prefect_port) as server:
        from flows.serving import serve as serve_until_stopped
        from flows.supervision import fork_nursery

        fork_nursery()
        serve_until_stopped(setup, server)


def leave(*_: object) -> None:
    """End `serve` before it has begun to do anything: whoever asked for it is not told of a failure."""
    raise SystemExit(0)


def make_ready(setup: Setup, *, for_one_pass: bool = False) -> None:
    """Open the warehouse and look for the Prefect server that was named: what is wrong there is told at once.

    Then prepare the environment for Prefect.
    """
    from flows.prefect_server import check_named_server
    from flows.steps.deliver.self_watch import warehouse_watched

    with warehouse_watched(setup):
        try_blocked(setup.settings)
    check_named_server()
    use_prefect(setup.data_dir, for_one_pass=for_one_pass)


def try_blocked(settings: Settings) -> None:
    """Have blocked channels tried at once: who starts Talkwatch may have mended them.

    That makes the warehouse, or brings it up to date, where need be.
    """
    from flows.steps.deliver.senders import try_now

    with writing(settings.data_dir) as session:
        try_now(session, settings.subscribers, utc_now())


@command("migrate")
def migrate(config: Config = None) -> None:
    """Bring the warehouse to this version's schema.

    An older one is copied before. Every other command does the same at its first opening, but tells no progress.
    """
    from flows.progress import shown, stage
    from warehouse.store import migrate as migrate_warehouse

    with stage(shown(), "migrated", 0) as steps:
        applied = migrate_warehouse(settings_of(config).data_dir, steps=steps)
    typer.echo(f"applied migrations: {', '.join(map(str, applied))}" if applied else "the schema is up to date")


@command("publish")
def publish(config: Config = None) -> None:
    """Replace the analysts' copy by a new one, and hand it on where publish_to says."""
    from flows.steps.publish import hand_on
    from warehouse.published import publish as publish_copy

    settings = settings_of(config)
    is_new = publish_copy(settings.data_dir)
    typer.echo(f"published {settings.data_dir / 'analysis.duckdb'}" if is_new else "nothing has changed")
    begun = utc_now()
    handover = hand_on(settings, utc_now, at_once=True)
    if handover and handover.failure:
        raise WorkProblem(f"the copy was not handed on to publish_to: {handover.failure}")
    if handover and handover.at and handover.at >= begun:
        typer.echo("handed on to where publish_to says")


@command("status")
def status(
    max_age: Annotated[
        str | None,
        typer.Option(metavar="2h", help="How old the last pass may be; by default 2h, beside `serve` two intervals."),
    ] = None,
    config: Config = None,
) -> None:
    """Say whether all is well; exit code 1 when it is not."""
    well, text = wellness(settings_of(config), span_of(max_age) if max_age else None)
    typer.echo(text)
    if not well:
        raise typer.Exit(1)


def wellness(settings: Settings, max_age: timedelta | None) -> tuple[bool, str]:
    """Return whether all is well, and the whole picture, what is wrong first."""
    from flows.steps.deliver.self_watch import bulletin_now
    from flows.steps.deliver.wellness import judged

    now = utc_now()
    try:
        if not is_begun(settings.data_dir):
            return False, f"not well: no pass has run yet in {settings.data_dir}; start one with `talkwatch run`"
        news = bulletin_now(settings, now)
        about, gone = put_right(settings.data_dir)
    except Unusable as problem:
        return False, f"not well: {problem}"
    verdict = judged(settings.data_dir, news, now, max_age)
    said = [f"not well: {fault}" for fault in verdict.reasons] or [verdict.said]
    if news is None:
        return False, "\n".join(said)
    # A server's words may stand in them.
    lines = map(terminal_safe, [*said, *news.odd, *map(lost, gone)])
    beside = {"pages kept": pages_kept(settings), **handed_on(settings), "pages": pages_at(settings)}
    return verdict.is_well, "\n".join([*lines, "", listing(picture(news.numbers) | found(about) | beside)])


def put_right(data_dir: Path) -> tuple[Sequence[FoundRight], Sequence[Correction]]:
    """Return what people thought of alerts, and corrections whose words are gone; nothing while somebody is at work."""
    with suppress(Busy), reading(data_dir, wait=PATIENCE) as session:
        return found_right(session), [each for each in standing(session) if each.gone_at]
    return (), ()


def pages_kept(settings: Settings) -> str:
    """Say how many pages are kept for a replay, since when, and how many were dropped."""
    from warehouse.kept import counted_pages

    try:
        kept = counted_pages(settings.data_dir)
    except Unusable as problem:
        return terminal_safe(str(problem))
    since = f" since {to_the_minute(kept.since)}, {kept.size / 1e6:.0f} MB" if kept.since else ""
    return f"{kept.pages}{since} ({kept.dropped} dropped, as [retention] says)"


def lost(correction: Correction) -> str:
    """Say of a correction that its article has the words no more."""
    return f"correction {correction.correction_id} finds its words no more in {correction.url}"


def found(about: Sequence[FoundRight]) -> dict[str, object]:
    """Return how often people found right what was read, of speakers and of topics, those most often wrong by name."""
    answers: dict[str, object] = {}
    for kind in ("speaker", "topic"):
        own = sorted((each for each in about if each.kind == kind), key=lambda each: (-each.wrong, each.name))
        if own:
            right, wrong = sum(each.right for each in own), sum(each.wrong for each in own)
            worst = [f"{each.name} {each.right} of {each.right + each.wrong}" for each in own[:WORST] if each.wrong]
            share = f"{right} of {right + wrong}"
            answers[f"found right, by {kind}"] = f"{share}: {', '.join(worst)}" if worst else share
    return answers


def handed_on(settings: Settings) -> dict[str, object]:
    """Say when the copy went to `publish_to` last, and why it did not since; nothing where it goes nowhere."""
    from flows.steps.publish import last_handover

    if settings.publish_to is None:
        return {}
    last = last_handover(settings.data_dir, settings.publish_to)
    said = to_the_minute(last.at) if last.at else "not yet"
    return {"copy handed on": f"{said}; the last try failed: {last.failure}" if last.failure else said}


def pages_at(settings: Settings) -> str:
    """Say where the pages are."""
    from flows.pages.server import is_answering, is_serving, stand_of

    stand = stand_of(settings)
    if stand is None:
        return "not served, as [http] says"
    if is_serving(stand):
        return stand.url
    if is_answering(stand):
        return f"not served now: something else answers at {stand.url}; write another address as listen in [http]"
    return f"not served now; `talkwatch serve` would at {stand.url}"


def picture(numbers: Health) -> dict[str, object]:
    """Return the numbers by the names people know."""
    return {
        "last pass finished": numbers.last_finished_at,
        "feeds": f"{numbers.feeds} ({numbers.feeds_failing} failing, {numbers.feeds_new} not asked yet)",
        "last new entry": numbers.last_new_at,
        "pages to read": f"{numbers.entries_pending} ({numbers.entries_failed} given up)",
        "articles": f"{numbers.articles} ({numbers.readings_given_up} could not be read in full)",
        "alerts": numbers.alerts,
        "messages waiting": numbers.messages_waiting,
        "messages undelivered": numbers.messages_dead,
        **{LABELS[done.task]: night_said(done) for done in numbers.nightly},
    }


def night_said(done: Nightly) -> str:
    """Say what came of a task of the night; what is wrong is told with the rest that is."""
    what = (
        f"{counted(done.found, 'row')} wrong" if done.task == CHECKED else f"{done.found} in all, as [retention] says"
    )
    return f"{what}, as of {to_the_minute(done.done_at)}"
