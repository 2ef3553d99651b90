"""What `serve` owes to whoever started it: word that it lives, a new beginning when a part has ended, no orphans."""

from __future__ import annotations

import atexit
import fcntl
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import Any, NoReturn

from flows.config.environment import failed_starts, note_failed_start, notify_address

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
# Who has served so long begins with the first pause again.
STEADY_SECONDS = 600.0

# The processes of passes and of the relay are forked from one that has loaded what they need, their nursery: to load it
# anew is most of what an idle pass takes. One that ends is replaced by an interpreter of its own.
_FORKED, _SPAWNED = multiprocessing.get_context("forkserver"), multiprocessing.get_context("spawn")
_FORKED.set_forkserver_preload(["flows.monitor"])
_LONGEST_ADDRESS = 100  # bytes of a socket's path (unix(7) has 108)

log = logging.getLogger("talkwatch.serve")


def notify(*said: str) -> None:
    """Tell the service manager that started us, if one did (sd_notify(3)); one that does not listen holds nobody up."""
    address = notify_address()
    if address is None:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        line.send("\n".join(said).encode())


def fork_nursery() -> None:
    """Fork the nursery from this process, whose memory it shares as long as neither writes to it.

    It ends with this process and the last that was forked from it. Nothing is done beside other threads, of which a
    fork has none, but all their locks; nor where the directory of temporary files has too long a name.
    """
    address = str(_take_folder() / "nursery")
    if threading.active_count() > 1 or len(os.fsencode(address)) > _LONGEST_ADDRESS:
        return
    server: Any = forkserver._forkserver  # noqa: SLF001 (it would begin an interpreter, which shares nothing)
    resource_tracker.ensure_running()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        Path(address).chmod(0o600)
        listener.listen()
        ends, living = os.pipe()
        gc.collect()
        gc.freeze()
        pid = os.fork()
        if not pid:
            _be_nursery(listener.fileno(), ends)
    # What is frozen no search for garbage writes to, which would end the sharing of most of it. To the very end it is
    # not kept so: DuckDB's objects would outlive its module, and it lists them.
    atexit.register(gc.unfreeze)
    os.close(ends)
    # It takes this one for its own, and asks that for processes (the reason for SLF001 is above).
    server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, living, pid  # noqa: SLF001


def _take_folder() -> Path:
    """Return a folder of this process's own, and take away those of nurseries whose `serve` was killed.

    It is ours by a lock that ends with this process. To ask who listens there would end a living nursery.
    """
    own = Path(get_temp_dir())
    fcntl.flock(os.open(own, os.O_RDONLY), fcntl.LOCK_EX)
    for address in own.parent.glob("pymp-*/nursery"):
        with suppress(OSError):
            held = os.open(address.parent, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(address.parent)
            finally:
                os.close(held)
    return own


def begun_by() -> ForkServerContext | SpawnContext:
    """Return how processes are begun: forked from the nursery where one was forked, else each an interpreter anew."""
    server: Any = forkserver._forkserver  # noqa: SLF001 (see `fork_nursery`)
    return _FORKED if server._forkserver_address else _SPAWNED  # noqa: SLF001 (the same)


def _be_nursery(listener: int, ends: int) -> NoReturn:
    """Fork a process whenever one is asked for. What `serve` has open, its lock for one, is no business of theirs."""
    try:
        for each in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 (numbers)
            if each not in {0, 1, 2, listener, ends}:
                with suppress(OSError):  # what listed them is among them
                    os.close(each)
        for asked in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(asked, signal.SIG_DFL)
        forkserver.main(listener, ends, [])
    finally:
        os._exit(0)


def end_with_parent() -> None:
    """Have this process, if multiprocessing began it, killed when the one that began it ends, however that ends.

    A pass would else hold its lock against those of the next `serve` for as long as it works, for nothing: it acts
    under a lease that is none any more.
    """
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def pause_before(failed: int) -> float:
    """Return how long to wait before the next beginning, after so many in a row that did not last."""
    return float(min(FIRST_PAUSE * 2.0**failed, LONGEST_PAUSE))


def begin_anew(problem: Exception, served_seconds: float) -> NoReturn:
    """Wait, the longer the more often it was needed, and become another `serve`, with nothing left of this one.

    Prefect reads its address once, and keeps threads and clients: a new process image is the only clean beginning.
    """
    failed = 0 if served_seconds > STEADY_SECONDS else failed_starts()
    pause = pause_before(failed)
    log.warning("%s: beginning again in %.0f s", problem, pause)
    notify(f"STATUS={problem}; beginning again in {pause:.0f} s", "WATCHDOG=1")
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: sys.exit(0))
    waited_until = time.monotonic() + pause
    while time.monotonic() < waited_until:
        time.sleep(min(10.0, pause))
        notify("WATCHDOG=1")
    note_failed_start(failed + 1)
    os.execv(sys.executable, [sys.executable, "-m", "flows", *sys.argv[1:]])  # noqa: S606 (ourselves, as we were called)
