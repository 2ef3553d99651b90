"""The unattended deployment: Prefect's server, the schedule, a clean stop, a clean start after an unclean one."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import PrefectException
from prefect.runner import Runner

from flows.config.accepted import forget
from flows.config.environment import log_format, watchdog_seconds
from flows.config.settings import Settings, prefect_api_url
from flows.logs import one_line, set_up_logging
from flows.monitor import bury_orphans, forget_unstarted, monitor, runs_in, skip_missed
from flows.pages.server import keep_served, stand_of
from flows.prefect_server import ended, has_ended
from flows.problems import PartEnded
from flows.reloading import Reloading
from flows.setup import LOCK_FILE, STOP_FLAG, Setup
from flows.steps.deliver.relay import Relay
from flows.steps.deliver.self_watch import PassWatch
from flows.supervision import notify
from warehouse.lease import current
from warehouse.locking import is_held

# In which the pass at work may end and tell Prefect so, Prefect's runner ends, and Prefect's server: 30 together.
STOP_SECONDS = 20
RUNNER_SECONDS = 3
WATCH_SECONDS = 60.0
RELOAD_SECONDS = 5.0

T = TypeVar("T")
log = logging.getLogger("talkwatch.serve")


class PassRunner(Runner):
    """Prefect's runner of scheduled runs, which leaves the decision to stop to us."""

    def __init__(self, name: str) -> None:
        """Run one pass at a time."""
        super().__init__(name=name, limit=1, pause_on_shutdown=False)
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
    lease = current(data_dir)
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
            while is_at_work(data_dir, relay) and not runner.asked_again.is_set():  # noqa: ASYNC110 (nor has a lock)
                await asyncio.sleep(0.1)
            # Cut off before it has told Prefect that its pass is over, a run would count as crashed.
            while not runner.asked_again.is_set() and await asyncio.to_thread(unreported):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    except TimeoutError:
        log.warning("the work did not end within %d s and is cut off; the next pass does what was left", STOP_SECONDS)


def is_at_work(data_dir: Path, relay: Relay) -> bool:
    """Tell whether the relay sends, or any process holds the lock of a pass."""
    return relay.is_sending or is_held(data_dir / LOCK_FILE)
