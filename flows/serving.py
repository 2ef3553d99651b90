"""The unattended deployment: Prefect's server, the schedule, a clean stop, a clean start after an unclean one.

A configuration that is changed meanwhile is taken over when it is right as a whole; else the old one stays.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID

import httpx
import prefect.deployments.runner
import prefect.runner.server  # noqa: F401 (Prefect loads both later; what is loaded before the nursery is forked is shared)
from prefect import flow_engine
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import PrefectException
from prefect.runner import Runner

from alerts.wording import counted
from flows.config.accepted import Accepted, forget, read_as_it_is, stamp
from flows.config.environment import log_format, watchdog_seconds
from flows.config.settings import Settings, prefect_api_url, settings_in
from flows.logs import one_line, set_up_logging
from flows.monitor import bury_orphans, forget_unstarted, monitor, runs_in, skip_missed
from flows.pages.server import keep_served, stand_of
from flows.prefect_server import ended, has_ended
from flows.problems import PartEnded, UsageProblem
from flows.setup import LOCK_FILE, STOP_FLAG, Setup, prepared
from flows.steps.deliver.notices import tell, well_again
from flows.steps.deliver.relay import Relay
from flows.steps.deliver.self_watch import PassWatch
from flows.supervision import begun_by, notify
from warehouse.errors import WarehouseError
from warehouse.locking import current_lease, is_held
from warehouse.store import writing

# In which the pass at work may end and tell Prefect so, Prefect's runner ends, and Prefect's server: 30 together.
STOP_SECONDS = 20
RUNNER_SECONDS = 3
WATCH_SECONDS = 60.0
RELOAD_SECONDS = 5.0

T = TypeVar("T")
log = logging.getLogger("talkwatch.serve")

KEY = "configuration"
_PATIENCE = timedelta(seconds=5)
_ADVICE = "The configuration before it stays in use until this is mended; `talkwatch rules check` looks it over."
# What is read at the start alone, as the file calls it.
AT_START = {"data_dir": "data_dir", "http": "[http]", "prefect_port": "[prefect] port"}
_LISTED = frozenset({"feeds", "feed_tables", "rules", "subscribers", "watchlist", "watchlist_text", "path", *AT_START})


class PassRunner(Runner):
    """Prefect's runner of scheduled runs, which leaves the decision to stop to us."""

    def __init__(self, name: str) -> None:
        """Run one pass at a time."""
        super().__init__(name=name, limit=1, pause_on_shutdown=False)
        # Prefect names the way in which its processes begin, and asks nobody. (B010: mypy would see no such attribute.)
        setattr(flow_engine, "multiprocessing", SimpleNamespace(get_context=lambda _way: begun_by()))  # noqa: B010
        self.asked_to_stop = asyncio.Event()
        self.asked_again = asyncio.Event()

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        """Note the signal, instead of leaving the event loop by SystemExit in mid-step."""
        loop = asyncio.get_running_loop()
        event = self.asked_again if self.asked_to_stop.is_set() else self.asked_to_stop
        loop.call_soon_threadsafe(event.set)


def serve(setup: Setup, server: subprocess.Popen[bytes] | None) -> None:
    """Schedule the monitor flow and run it until SIGTERM or Ctrl-C; `server` is Prefect's, when it is ours.

    Raises PartEnded when that server or Prefect's runner ends by itself.
    """
    set_up_logging(log_format())  # Prefect has set up its own meanwhile
    (setup.data_dir / STOP_FLAG).unlink(missing_ok=True)
    try:
        asyncio.run(watch(setup, server))
        forget(setup.data_dir)  # who begins anew after a part has ended goes by it
    except (PrefectException, httpx.HTTPError) as error:
        raise PartEnded(f"Prefect's server does not do what it is asked ({one_line(error)})") from error
    finally:
        (setup.data_dir / STOP_FLAG).unlink(missing_ok=True)  # else a `run` by hand would think it is meant


async def watch(setup: Setup, server: subprocess.Popen[bytes] | None) -> None:
    """Run the schedule until asked to stop, then let the pass at work finish, and what is being sent."""
    name, every = deployment_name(setup.data_dir), setup.settings.every
    runner, relay, passes, reloading = PassRunner(name), Relay(setup), PassWatch(setup), Reloading(setup)
    await asyncio.to_thread(reloading.begin)
    deployment_id = await runner.aadd_flow(monitor, name=name, interval=every, paused=False)
    await asyncio.to_thread(begin_clean, deployment_id)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, runner.handle_sigterm)
    running = asyncio.create_task(runner.start())
    log.info("serving: a pass every %s; Prefect at %s", every, str(prefect_api_url()).removesuffix("/api"))
    notify("READY=1", f"STATUS=a pass every {every}")
    follow = follow_configuration(reloading, deployment_id, relay, passes)
    parts = (relay.run(), watch_passes(passes), pages_served(setup.settings), keep_telling(), follow)
    beside = [asyncio.create_task(each) for each in parts]
    ends = [*map(asyncio.create_task, (runner.asked_to_stop.wait(), ended(server))), running, *beside]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    notify("STOPPING=1")
    # Else Prefect, which looks each minute, would write down runs to come once more after they are taken back.
    paused = asyncio.to_thread(tell_prefect, lambda client: client.pause_deployment(deployment_id), server)

    def unreported() -> bool:
        return bool(tell_prefect(lambda client: runs_in(client, deployment_id, StateType.RUNNING), server))

    await asyncio.gather(finish(setup.data_dir, runner, relay, unreported), paused)
    await wind_up(ends, server)
    await asyncio.to_thread(tell_prefect, lambda client: leave_clean(client, deployment_id), server)
    for endless in beside:
        if not endless.cancelled():
            endless.result()  # it never ends by itself, so this raises what was wrong
    if not runner.asked_to_stop.is_set():
        raise PartEnded("Prefect's server or runner ended by itself; start serve again")


async def pages_served(settings: Settings) -> None:
    """Have the pages served until cancelled, where the configuration wants that."""
    stand = stand_of(settings)
    await (keep_served(stand) if stand else asyncio.Event().wait())


async def keep_telling() -> None:
    """Tell the service manager until cancelled that the event loop turns, twice in the time it gives."""
    given = watchdog_seconds()
    while given:
        notify("WATCHDOG=1")
        await asyncio.sleep(given / 2)
    await asyncio.Event().wait()


async def follow_configuration(reloading: Reloading, deployment_id: UUID, *beside: Relay | PassWatch) -> None:
    """Look until cancelled, on SIGHUP at once, whether the configuration was changed, and go by one that is right."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(asked.wait(), RELOAD_SECONDS)
        before = reloading.setup.settings.every
        fresh = await asyncio.to_thread(reloading.look, asked=asked.is_set())
        asked.clear()
        if fresh is None:
            continue
        for each in beside:
            each.work_with(fresh)
        if fresh.settings.every != before:
            change = partial(reschedule, deployment_id=deployment_id, every=fresh.settings.every)
            await asyncio.to_thread(tell_prefect, change)


def reschedule(client: SyncPrefectClient, deployment_id: UUID, every: timedelta) -> None:
    """Have Prefect start a pass in this interval."""
    for schedule in client.read_deployment_schedules(deployment_id):
        client.update_deployment_schedule(deployment_id, schedule.id, schedule=IntervalSchedule(interval=every))


async def watch_passes(passes: PassWatch) -> None:
    """Look until cancelled whether passes end."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        await asyncio.to_thread(passes.look)


async def wind_up(ends: Sequence[asyncio.Task[Any]], server: subprocess.Popen[bytes] | None) -> None:
    """Stop Prefect's runner, and the process of a run that goes on after its pass."""
    if has_ended(server):
        # Whatever Prefect still tries fails, and it would say so at length.
        for noisy in ("prefect", "asyncio"):
            logging.getLogger(noisy).setLevel(logging.CRITICAL)
    for unfinished in ends:
        unfinished.cancel()
    await asyncio.wait(ends, timeout=0 if has_ended(server) else RUNNER_SECONDS)
    cut_off_runs()
    await asyncio.gather(*ends, return_exceptions=True)


def deployment_name(data_dir: Path) -> str:
    """Name this deployment apart from those of other data directories, whatever machine it is on by now.

    So whoever takes over settles what the one before left on a shared Prefect server.
    """
    lease = current_lease(data_dir)
    assert lease, "serve has taken it"
    return lease.name


def begin_clean(deployment_id: Any) -> None:
    """Settle what an unclean end left behind in Prefect's records, and have the first pass now, not in an interval."""
    with get_client(sync_client=True) as client:
        orphans, missed = bury_orphans(client, deployment_id), skip_missed(client, deployment_id)
        client.create_flow_run_from_deployment(deployment_id)
    if orphans:
        log.warning("after an unclean end: %d orphaned runs marked crashed, %d missed runs skipped", orphans, missed)


def leave_clean(client: SyncPrefectClient, deployment_id: UUID) -> None:
    """Leave no run in Prefect's records of which somebody would think that it is at work, or going to be."""
    forget_unstarted(client, deployment_id)
    bury_orphans(client, deployment_id)


def tell_prefect(do: Callable[[SyncPrefectClient], T], server: subprocess.Popen[bytes] | None = None) -> T | None:
    """Have Prefect's records read or changed; None when its server is going, or does not answer."""
    if has_ended(server):
        return None
    with suppress(PrefectException, httpx.HTTPError), get_client(sync_client=True) as client:
        return do(client)
    return None


def cut_off_runs() -> None:
    """End the processes of runs and of the relay: without its server Prefect holds on to one for minutes."""
    for run in multiprocessing.active_children():
        run.kill()


async def finish(data_dir: Path, runner: PassRunner, relay: Relay, unreported: Callable[[], bool]) -> None:
    """Ask the pass at work to end after its batch, and the relay after its message; a second signal ends the wait."""
    (data_dir / STOP_FLAG).touch()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            while is_at_work(data_dir, relay) and not runner.asked_again.is_set():  # noqa: ASYNC110 (no event tells)
                await asyncio.sleep(0.1)
            # Cut off before it has told Prefect that its pass is over, a run would count as crashed.
            while not runner.asked_again.is_set() and await asyncio.to_thread(unreported):  # noqa: ASYNC110 (the same)
                await asyncio.sleep(0.2)
    except TimeoutError:
        log.warning("the work did not end within %d s and is cut off; the next pass does what was left", STOP_SECONDS)


def is_at_work(data_dir: Path, relay: Relay) -> bool:
    """Tell whether the relay sends, or any process holds the lock of a pass."""
    return relay.is_sending or is_held(data_dir / LOCK_FILE)


class Reloading:
    """Looks whether the files have changed, checks them whole, and says once what became of it."""

    def __init__(self, setup: Setup) -> None:
        """Begin with the configuration of the start, which was right."""
        self.setup = setup
        self._taken = self._seen = self._stamp()
        self._untold: tuple[str | None, ...] = ()
        self._is_wrong = False

    def begin(self) -> None:
        """Have passes go by the configuration of the start, which may be one that was kept: the file is wrong then."""
        try:
            read_as_it_is(self.setup.settings.path, self.setup.data_dir).keep()
        except UsageProblem:
            self._taken = ""

    def look(self, *, asked: bool = False) -> Setup | None:
        """Return what to work with from now on; None where nothing has changed, or what changed is wrong.

        A change is looked at when it has lasted from one look to the next, at once when it was `asked` for: who writes
        a file, or two, may not be done yet.
        """
        before, self._seen = self._seen, self._stamp()
        for problem in self._untold:
            self._say(problem)
        if (self._seen == self._taken or self._seen != before) and not asked:
            return None
        self._taken = self._seen
        path, data_dir = self.setup.settings.path, self.setup.data_dir
        try:
            accepted = read_as_it_is(path, data_dir)
            named = accepted.settings(path, sending=True)
            fresh = replace(prepared(named, progress=self.setup.progress), now=self.setup.now)
        except UsageProblem as problem:
            log.error("the changed configuration is wrong, the one before stays: %s", problem)  # noqa: TRY400 (no bug)
            self._is_wrong = True
            self._say(str(problem))
            return None
        return self._take(accepted, fresh)

    def _take(self, accepted: Accepted, fresh: Setup) -> Setup:
        accepted.keep()
        told = ", ".join(changes(self.setup, fresh))
        log.info("the configuration is taken over: %s", told or "nothing in it has changed")
        written = settings_in(fresh.settings.path, accepted.configuration, sending=True)
        if waits := [name for key, name in AT_START.items() if differs(self.setup.settings, written, key)]:
            log.warning("%s: used from the next start on", ", ".join(waits))
        self.setup = fresh
        if self._is_wrong:
            self._is_wrong = False
            self._say(None)
        return fresh

    def _say(self, problem: str | None) -> None:
        """Tell the operator that it is wrong, or right again (None); if that can't be now, at the next look."""
        self._untold = (problem,)
        try:
            with writing(self.setup.data_dir, wait=_PATIENCE) as session:
                if problem is None:
                    subject = "The configuration is right again"
                    well_again(self.setup, session, KEY, subject=subject, text="It is in use from the next pass on.")
                else:
                    subject = "The changed configuration is wrong, the one before stays in use"
                    tell(self.setup, session, key=KEY, subject=subject, text=f"{problem}\n{_ADVICE}")
        except WarehouseError as error:
            log.warning("the operator can't be told yet: %s", error)
        else:
            self._untold = ()

    def _stamp(self) -> str:
        settings = self.setup.settings
        return stamp(settings.path, settings.watchlist.file)


def changes(before: Setup, after: Setup) -> Iterator[str]:
    """Yield in words what a configuration has otherwise than the one before."""
    old, new = before.settings, after.settings
    yield from counted_changes("feed", dict(old.feed_tables), dict(new.feed_tables))
    yield from counted_changes("rule", {each.name: each for each in old.rules}, {each.name: each for each in new.rules})
    named = ({each.name: each for each in settings.subscribers} for settings in (old, new))
    yield from counted_changes("subscriber", *named)
    if before.watchlist.version != after.watchlist.version:
        yield "the watchlist changed"
    if any(differs(old, new, each.name) for each in fields(Settings) if each.name not in _LISTED):
        yield "other settings changed"


def counted_changes(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """Yield how many are new, changed and gone."""
    numbers = {
        "new": len(new.keys() - old.keys()),
        "changed": sum(old[name] != new[name] for name in old.keys() & new.keys()),
        "gone": len(old.keys() - new.keys()),
    }
    yield from (f"{counted(number, what)} {word}" for word, number in numbers.items() if number)


def differs(old: Settings, new: Settings, key: str) -> bool:
    """Tell whether a setting is another."""
    one: Any = getattr(old, key)
    return bool(one != getattr(new, key))
