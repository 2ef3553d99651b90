"""A Prefect server on loopback for as long as it is needed. Imports no Prefect: that reads its address at import."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import httpx

from flows.config.environment import environment_beside, forget_environment, set_environment
from flows.config.settings import prefect_api_url, prefect_home, prefect_log
from flows.problems import PartEnded, WorkProblem
from flows.supervision import notify
from warehouse.errors import system_explained
from warehouse.locking import Held, Patience, exclusive
from warehouse.places import SERVE_LOCK

HOST = "127.0.0.1"
USUAL_PORT = 4200
OWN_PORTS = 700
# On a machine with ten processes for each core the making of its database takes minutes.
START_SECONDS = 600
TELL_SECONDS = 20
PORT_SECONDS = 3
DATABASE, UNUSABLE = "prefect.db", "prefect.unusable.db"
GLANCE = timedelta(seconds=1)
STANDBY_SECONDS = 2.0
# So long who serves waits for a named server that is away; another machine may reach it, and waits for our end.
NAMED_SECONDS = 60.0
ANSWER_SECONDS = 10
STOP_SECONDS = 5
# A server that is busy answers within a second; one that has answered nothing for so long starts no pass any more.
HANGING_SECONDS = 300.0
# Its timers wait until the clock shows a time: one that is set back by more keeps it from its work for as long.
SET_BACK_SECONDS = 60.0
# What a service manager that waits for us to be ready is told meanwhile: to give us another minute (sd_notify(3)).
MORE_TIME = "EXTEND_TIMEOUT_USEC=60000000"
PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>
_STOPS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("talkwatch.serve")


def usual_ports(data_dir: Path, port: int | None) -> tuple[int, ...]:
    """Return the ports to try: the configured one, else Prefect's own and then this deployment's, always the same."""
    if port is not None:
        return (port,)
    return (USUAL_PORT, USUAL_PORT + 1 + zlib.crc32(bytes(data_dir.resolve())) % OWN_PORTS)


def free_port(*usual: int) -> int:
    """Return the first of these ports that is free on loopback, else any free one."""
    for port in (*usual, 0):
        if found := port_if_free(port):
            return found
    raise WorkProblem("no free port on the loopback address")


def port_if_free(port: int) -> int | None:
    """Return a port where a server could listen, which one for 0; None when it is taken."""
    with socket.socket() as probe:
        # As the server does: connections that ended a moment ago do not keep a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


@contextmanager
def one_serve(data_dir: Path, *, standby: bool = False) -> Iterator[None]:
    """Keep a second `serve` off this data directory while the block runs; with `standby`, wait for the first to end."""
    with system_explained(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as lock:
        said = ""
        while True:
            try:
                # Who looks whether one is at work holds it for a moment.
                lock.enter_context(exclusive(data_dir / SERVE_LOCK, Patience(GLANCE)))
                break
            except Held as held:
                busy = f"another serve is at work on {data_dir} ({held})"
                if not standby:
                    raise WorkProblem(busy) from None
                if busy != said:
                    log.info("%s: standing by", busy)
                said = busy
                notify("READY=1", "WATCHDOG=1", f"STATUS={busy}: standing by")
                time.sleep(STANDBY_SECONDS)
        yield


def check_port(port: int | None) -> None:
    """Raise WorkProblem when a configured port is taken, by more than what was killed a moment ago and is ending."""
    deadline = time.monotonic() + PORT_SECONDS
    while port and not port_if_free(port):
        if time.monotonic() > deadline:
            raise WorkProblem(f"port {port} is taken; write another one as port in [prefect]")
        time.sleep(0.1)


def check_named_server() -> None:
    """Raise WorkProblem when the operator named a Prefect server that can't be reached; whatever it answers will do."""
    url = prefect_api_url()
    try:
        if url:
            httpx.get(f"{url}/health", timeout=ANSWER_SECONDS, trust_env=False)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise WorkProblem(f"no Prefect server answers at PREFECT_API_URL ({why}); start it, or unset that") from None


def await_named_server() -> None:
    """Give a Prefect server that the operator named, and that is away, a minute to come back.

    To begin anew each time, after ever longer pauses, would be minutes late where it is there again after one.
    """
    until = time.monotonic() + NAMED_SECONDS
    while time.monotonic() < until:
        try:
            check_named_server()
        except WorkProblem as problem:
            notify("WATCHDOG=1", MORE_TIME, f"STATUS={problem}")
            time.sleep(STANDBY_SECONDS)
        else:
            return


@contextmanager
def prefect_server(data_dir: Path, port: int | None = None) -> Iterator[subprocess.Popen[bytes] | None]:
    """Run a Prefect server on loopback while the block runs, or none when the operator named one.

    Inside the block `PREFECT_API_URL` leads to it. Raises PartEnded when it does not come up, and WorkProblem when
    `port` is taken; at 0 any will do.
    """
    if prefect_api_url():
        yield None
        return
    log_path = prefect_log(data_dir)
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as output:
        server = begun(data_dir, port, log_path, output)
        try:
            yield server
        finally:
            forget_environment("PREFECT_API_URL")  # of ours; one that the operator named stays
            stop(server)


def begun(data_dir: Path, port: int | None, log_path: Path, output: BinaryIO) -> subprocess.Popen[bytes]:
    """Return a server that answers: on a usual port, on another, or with a new database where the old one is no use."""
    # Between the look for a free port and the server's own, another program may have taken it.
    for usual in (usual_ports(data_dir, port), usual_ports(data_dir, port or 0)):
        if server := tried(usual, port, log_path, output):
            return server
    # It holds nothing but the history of runs. One that was damaged, or that a newer Prefect has written to before this
    # program was put back, would keep `serve` from ever beginning.
    if move_database(DATABASE, UNUSABLE):
        if server := tried(usual, port, log_path, output):
            aside = prefect_home() / UNUSABLE
            log.warning("Prefect's server could not use its database, which is now %s: its history begins anew", aside)
            return server
        move_database(UNUSABLE, DATABASE)  # that was not what is wrong
    raise PartEnded(f"Prefect's server ended as soon as it was started; its log is {log_path}")


def tried(usual: tuple[int, ...], port: int | None, log_path: Path, output: BinaryIO) -> subprocess.Popen[bytes] | None:
    """Start a server; return it once it answers, None when it ended."""
    check_port(port)
    free = port or free_port(*usual)
    url = f"http://{HOST}:{free}/api"
    log.info("starting Prefect's server at http://%s:%d; its log is %s", HOST, free, log_path)
    server = start(url, output)
    try:
        if is_up(server, url, log_path):
            set_environment({"PREFECT_API_URL": url})
            return server
    except BaseException:
        stop(server)
        raise
    log.warning("Prefect's server ended with code %d before it answered", server.returncode)
    return None


def move_database(name: str, other: str) -> bool:
    """Give the database of our own server another name, with what belongs to it; tell whether there was one."""
    there = (prefect_home() / name).exists()
    for end in ("", "-wal", "-shm") if there else ():
        (prefect_home() / f"{other}{end}").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            (prefect_home() / f"{name}{end}").rename(prefect_home() / f"{other}{end}")
    return there


def start(url: str, output: BinaryIO) -> subprocess.Popen[bytes]:
    """Start a server, in a session of its own: Ctrl-C at the terminal must not stop it before the pass it serves."""
    port = str(httpx.URL(url).port)
    # What a handler raises while a process is forked is lost, and with it that we were asked to stop.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        return subprocess.Popen(  # noqa: S603 (every word of the command is ours)
            [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", port],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Else its pages, wherever it listens, would ask whatever answers at the usual port.
            env=environment_beside({"PREFECT_UI_API_URL": url}),
            preexec_fn=begin_child(),  # noqa: PLW1509 (no thread has been started yet)
        )
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def begin_child() -> Callable[[], object]:
    """Return what makes a child listen to signals again, and be killed when we are, where the kernel can (Linux).

    Otherwise the server of a killed `serve` would go on scheduling beside the next one's, for as long as it takes to
    end what it does, and that of a killed `run` for ever.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
    parent = os.getpid()

    def begin() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # we were killed before that was said
                os._exit(1)

    return begin


def is_up(server: subprocess.Popen[bytes], url: str, log_path: Path) -> bool:
    """Return True when the server answers, False when it died; raise PartEnded when it takes too long."""
    begun = told = time.monotonic()
    # One client for all the tries: each new one would read the system's certificates, which nobody asks for here.
    with httpx.Client(timeout=2, trust_env=False) as client:
        while (now := time.monotonic()) < begun + START_SECONDS:
            if server.poll() is not None:
                return False
            if is_ours(client, url):
                log.info("Prefect's server is up after %.0f s", now - begun)
                return True
            if now > told + TELL_SECONDS:
                log.info("Prefect's server is not up yet, after %.0f s: this machine is busy", now - begun)
                notify(MORE_TIME, "STATUS=Prefect's server is starting")
                told = now
            time.sleep(0.1)
    raise PartEnded(f"Prefect's server did not answer within {START_SECONDS} s; its log is {log_path}")


def is_ours(client: httpx.Client, url: str) -> bool:
    """Tell whether the server that answers has our directory: it may be another deployment's, which began as we did."""
    try:
        home = client.get(f"{url}/admin/settings").raise_for_status().json()["home"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False
    return Path(str(home)).resolve() == prefect_home().resolve()


async def ended(server: subprocess.Popen[bytes] | None) -> None:
    """Return when the server's process has ended, killed here when it is of no use; never, when it is not ours."""
    hangs = asyncio.create_task(hanging()) if server else None
    ahead = clock_ahead()
    try:
        while not has_ended(server):
            await asyncio.sleep(1)
            before, ahead = ahead, clock_ahead()
            if server and (why := of_no_use(before - ahead, hangs=bool(hangs and hangs.done()))):
                log.warning("%s, and Prefect's server is ended", why)
                server.kill()
                server.wait()
    finally:
        if hangs:
            hangs.cancel()


def clock_ahead() -> float:
    """Return how far this machine's clock is ahead of the one that nobody sets."""
    return time.time() - time.monotonic()


def of_no_use(set_back: float, *, hangs: bool) -> str:
    """Say why a server that runs starts no pass any more; nothing where it does."""
    if set_back > SET_BACK_SECONDS:
        return f"the clock was set back by {set_back / 60:.0f} min, for which no pass would begin"
    return f"Prefect's server has not answered for {HANGING_SECONDS:.0f} s" if hangs else ""


async def hanging() -> None:
    """Return when the server has answered nothing for long."""
    answered = time.monotonic()
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        while time.monotonic() - answered < HANGING_SECONDS:
            await asyncio.sleep(HANGING_SECONDS / 10)
            with suppress(httpx.HTTPError):
                await client.get(f"{prefect_api_url()}/health")
                answered = time.monotonic()


def has_ended(server: subprocess.Popen[bytes] | None) -> bool:
    """Tell whether a server of ours has ended."""
    return server is not None and server.poll() is not None


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server, firmly if it does not listen."""
    server.terminate()
    try:
        server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
