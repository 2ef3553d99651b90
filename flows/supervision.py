"""What `serve` owes to whoever started it: word that it lives, a new beginning when a part has ended, no orphans."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import NoReturn

from flows.config.environment import failed_starts, note_failed_start, notify_address

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
# Who has served so long begins with the first pause again.
STEADY_SECONDS = 600.0

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
