"""The outbox's relay under `serve`: what falls due while no pass sends leaves on time, by a process of its own.

A pass sends what it made itself; retries, held messages and digests have times of their own, and a pass may be long or
far away. A process that hangs can be ended, where a thread would keep `serve` from ending.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from flows import inbox
from flows.config.accepted import current_settings
from flows.config.environment import environment_beside, log_format, set_environment
from flows.logs import set_up_logging
from flows.problems import UsageProblem
from flows.setup import Setup, prepared
from flows.steps.deliver.self_watch import bulletin
from flows.steps.deliver.senders import deliver, due_by_subscriber
from flows.steps.deliver.wellness import note_bulletin
from flows.supervision import begun_by, end_with_parent, pause_before
from warehouse import outbox, runs
from warehouse.errors import WarehouseError
from warehouse.places import LIVE, wal
from warehouse.store import is_begun, reading

# With the longest first wait, and the start of a process, a first retry comes within a minute.
LOOK_SECONDS = 10.0
_PATIENCE = timedelta(seconds=5)

log = logging.getLogger("talkwatch.relay")


class Relay:
    """Looks whether anything is due, every few seconds, and starts a process that sends it."""

    def __init__(self, setup: Setup) -> None:
        """Begin with nothing under way."""
        self._setup = setup
        self._process: BaseProcess | None = None
        self._idle: object = None

    def work_with(self, setup: Setup) -> None:
        """Go by another configuration."""
        self._setup = setup

    @property
    def is_sending(self) -> bool:
        """Tell whether a process of this relay is at work."""
        return self._process is not None and self._process.is_alive()

    async def run(self) -> None:
        """Look and send until cancelled; rest the longer after a process that failed, the more did in a row."""
        failed = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not await asyncio.to_thread(self.is_due):
                continue
            if await self._sent():
                failed = 0
            else:
                await asyncio.sleep(pause_before(failed))
                failed += 1

    def is_due(self) -> bool:
        """Tell whether any message is to be sent now; the warehouse stays closed while it is as it was with none in it.

        To open it every few seconds was a fifth of what `serve` takes while nothing happens.
        """
        state = state_of(self._setup.data_dir)
        if state is not None and state == self._idle and not inbox.waits(self._setup.data_dir):
            return False
        due, waits = look(self._setup)
        self._idle = None if waits else state
        return due

    async def _sent(self) -> bool:
        """Send what is due, and tell whether the process that did it ended well."""
        self._process = begun_by().Process(target=send_due, args=(environment_beside({}),), daemon=True)
        try:
            self._process.start()
        except (EOFError, OSError):  # what it is forked from was killed a moment ago; the next try begins another
            return False
        while self._process.is_alive():  # noqa: ASYNC110 (a process has no event to wait for)
            await asyncio.sleep(0.2)
        return self._process.exitcode == os.EX_OK


def look(setup: Setup) -> tuple[bool, bool]:
    """Tell whether a message is to be sent or a deed taken in now, and whether any may be later by itself.

    Where the warehouse can't be read, passes say so.
    """
    try:
        if setup.stopping() or not is_begun(setup.data_dir):
            return False, True
        with reading(setup.data_dir, wait=_PATIENCE) as session:
            # What a new deployment's first pass finds leaves together, at its end.
            due = inbox.waits(setup.data_dir) or bool(due_by_subscriber(setup, session))
            due = due and not runs.is_first_under_way(session)
            return due, outbox.has_waiting(session)
    except WarehouseError:
        return False, True


def state_of(data_dir: Path) -> tuple[int, int] | None:
    """Return what tells one state of the closed warehouse from every other; None while its log is not in it."""
    try:
        status = (data_dir / LIVE).stat()
    except OSError:
        return None
    return None if wal(data_dir / LIVE).exists() else (status.st_mtime_ns, status.st_size)


def send_due(environment: dict[str, str]) -> None:
    """Send what is due, with the configuration that the environment names: all that the relay's process does.

    What this process is forked from has the environment of when that began.
    """
    set_environment(environment)
    end_with_parent()
    set_up_logging(log_format())
    # Ctrl-C at a terminal reaches every process; `serve` is who ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        setup = prepared(current_settings())
        counts = deliver(setup)
        with reading(setup.data_dir) as session:
            news = bulletin(session, setup.settings, setup.now())
        note_bulletin(setup.data_dir, news)
    except (UsageProblem, WarehouseError) as problem:
        log.error("%s", problem)  # noqa: TRY400 (what went wrong is in it, and no bug)
        raise SystemExit(1) from None
    if counts.told:
        log.info("between passes: %s", counts.told)
