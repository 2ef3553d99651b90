"""The process that serves the pages: beside a pass, on the published copy alone; it ends when whoever began it does."""

from __future__ import annotations

import asyncio
import http.client
import logging
import os
import signal
import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette

from flows.config.environment import log_format
from flows.inbox import link_key
from flows.logs import set_up_logging
from flows.pages.links import Counter, counter_application
from flows.pages.rendering import Pen
from flows.pages.site import LOOPBACK, SERVED, Audience, Site, application
from flows.pages.upkeep import Upkeep
from flows.problems import UsageProblem, WorkProblem
from flows.supervision import STEADY_SECONDS, begun_by, pause_before
from warehouse.shown.copy import PublishedCopy

if TYPE_CHECKING:  # the process is told what it needs of them, and need not load all that checks them
    from flows.config.settings import Settings

_LOOK_SECONDS = 0.3
_ANSWER_SECONDS = 3  # for who is busy with another page
_BACKLOG = 64

log = logging.getLogger("talkwatch.pages")


@dataclass(frozen=True, kw_only=True)
class Stand:
    """All that serving the pages needs. The token is a secret: it goes through a pipe, and shows in no repr.

    At `links` those of messages are answered, and nothing else.
    """

    data_dir: str
    timezone: str
    host: str
    port: int
    hosts: tuple[str, ...] = LOOPBACK
    token: str = ""
    links: tuple[str, int] | None = None

    def __repr__(self) -> str:
        """Name the address alone."""
        return f"Stand({self.url!r})"

    @property
    def url(self) -> str:
        """Return the address of the first page."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"


def stand_of(settings: Settings) -> Stand | None:
    """Return where the configuration has the pages served; None where it has them nowhere."""
    where = settings.http.address
    if where is None:
        return None
    host, port = where
    return Stand(
        data_dir=str(settings.data_dir),
        timezone=settings.timezone,
        host=host,
        port=port,
        hosts=(*LOOPBACK, host, f"[{host}]"),
        token=settings.http.token or "",
        links=settings.http.links_address,
    )


def serve_pages(settings: Settings) -> None:
    """Serve the pages of a configuration until stopped, and say where; raise UsageProblem where it has them nowhere."""
    stand = stand_of(settings)
    if stand is None:
        raise UsageProblem('[http] listen is "none"; write an address, for example "127.0.0.1:8700"')
    bound = take(stand)
    log.info("pages at %s; Ctrl-C ends it", stand.url)
    run(stand, bound)


def is_answering(stand: Stand) -> bool:
    """Tell whether anybody listens there."""
    with suppress(OSError), socket.create_connection((stand.host, stand.port), _LOOK_SECONDS):
        return True
    return False


def is_serving(stand: Stand) -> bool:
    """Tell whether the pages of this deployment, and not something else, answer there."""
    there = http.client.HTTPConnection(stand.host, stand.port, timeout=_ANSWER_SECONDS)
    with closing(there), suppress(OSError, http.client.HTTPException):
        there.request("GET", "/static/talkwatch.css")
        return there.getresponse().headers[SERVED] == PublishedCopy(Path(stand.data_dir)).name
    return False


def run(stand: Stand, bound: socket.socket | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C; raise WorkProblem where the address is taken."""
    listening = bound or take(stand)
    with closing(listening), closing(PublishedCopy(Path(stand.data_dir))) as copy:
        site = Site(copy, Pen(timezone=stand.timezone))
        upkeep = Upkeep(site, Path(stand.data_dir))
        app = application(site, Audience(hosts=stand.hosts, token=stand.token), upkeep.routes())
        Unhurried(_served_as(app)).run(sockets=[listening])


def take(stand: Stand) -> socket.socket:
    """Take the addresses of pages and links, and answer links; raise WorkProblem where one is taken already."""
    bound = listen(stand.host, stand.port)
    try:
        if stand.links:
            answer_links(stand, listen(*stand.links, key="links_listen"))
    except WorkProblem:
        bound.close()
        raise
    return bound


def answer_links(stand: Stand, bound: socket.socket) -> None:
    """Answer the links of messages beside the pages, in a thread that ends with the process."""
    data_dir = Path(stand.data_dir)
    counter = Counter(data_dir=data_dir, key=lambda: link_key(data_dir))
    server = Unhurried(_served_as(counter_application(counter)))
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="links", daemon=True).start()


class Unhurried(uvicorn.Server):
    """Looks each second whether it is to end, in place of each tenth: most of what pages cost while nobody asks."""

    async def main_loop(self) -> None:
        """Return when it is to end."""
        while not await self.on_tick(0):  # noqa: ASYNC110 (no event tells)
            await asyncio.sleep(1)


def _served_as(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
    )


def listen(host: str, port: int, *, key: str = "listen") -> socket.socket:
    """Take the address that a key of [http] names; raise WorkProblem where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(_BACKLOG)
    except OSError as error:
        taken.close()
        raise WorkProblem(f"pages: {host}:{port}: {error.strerror}; write another one as {key} in [http]") from None
    return taken


async def keep_served(stand: Stand) -> None:
    """Have a process serve the pages until cancelled; where it ends, say so once and begin another.

    What it failed on, a port that is taken, is seldom over at once: the pauses grow.
    """
    said, failed = "", 0
    while True:
        begun = time.monotonic()
        why = await _served(stand)
        if why != said:
            log.warning("%s", why)
        said, failed = why, 0 if time.monotonic() - begun > STEADY_SECONDS else failed
        await asyncio.sleep(pause_before(failed))
        failed += 1


async def _served(stand: Stand) -> str:
    """Begin the process, and return why it ended."""
    ours, theirs = Pipe()
    process = begun_by().Process(target=serve_for, args=(stand, theirs), name="pages", daemon=True)
    with ours:
        try:
            with theirs:
                process.start()
            await _readable(ours.fileno())
            if problem := ours.recv():
                return str(problem)
            log.info("pages at %s", stand.url)
            await _readable(process.sentinel)
        except (EOFError, OSError) as error:
            return f"pages: their process ended at once ({error})"
        finally:
            if process.pid:
                process.kill()
                await asyncio.to_thread(process.join, _ANSWER_SECONDS)
        return f"pages: their process ended with code {process.exitcode}"


async def _readable(descriptor: int) -> None:
    """Return when there is something to read, or the other end is closed."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, told.set)
    try:
        await told.wait()
    finally:
        loop.remove_reader(descriptor)


def serve_for(stand: Stand, caller: Connection) -> None:
    """Serve until the caller's end is closed, however that ends; tell it what keeps the pages from that, or nothing."""
    os.setsid()  # Ctrl-C at a terminal reaches every process; `serve` is who ends this one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up_logging(log_format())
    try:
        bound = take(stand)
    except WorkProblem as problem:
        caller.send(str(problem))
        return
    caller.send("")
    threading.Thread(target=_end_with, args=(caller,), daemon=True).start()
    run(stand, bound)


def _end_with(caller: Connection) -> None:
    with suppress(EOFError, OSError):
        caller.recv()
    os._exit(0)
