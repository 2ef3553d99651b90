"""Processes for what could take this one down: each task has its time, each process its memory, the lost are replaced.

All of a pool come from one process that has loaded what they need, its nursery, and share that memory as long as they
do not write to it. The nursery is an interpreter of its own, not a fork of this one, which has threads, secrets, and
may have Prefect loaded; it has neither, and does nothing else.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any, Protocol

from flows.problems import WorkProblem

# Who stops a service tells all its processes; what that means for these is ours to say, by closing the pipe.
_PROGRAM = (
    "import ast, importlib, signal, sys;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN);"
    "sys.path[:], module, pipe = ast.literal_eval(sys.argv[1]);"
    "importlib.import_module(module).breed(pipe)"
)
# The environment holds secrets and is no business of theirs; one thread each, the processes are what runs at once.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# How long one whose pipe was closed may take to end by itself.
_GRACE_SECONDS = 0.1
# How long a nursery may take to prepare.
_START_SECONDS = 120.0
# Time is counted by the processor; by the clock, one on a busy machine is given several times that, and some more.
_BUSY = 4
_PATIENCE_SECONDS = 5.0


class Loss(Enum):
    """What became of a task that has no answer."""

    TOO_LONG = "took too long"
    TOO_MUCH = "took too much memory"
    CRASHED = "crashed"


# As the system ends a process: over its time, and when memory is short.
_ENDS = {-signal.SIGPROF: Loss.TOO_LONG, -signal.SIGKILL: Loss.TOO_MUCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Why a task has no answer. `detail` names no word of what was given."""

    loss: Loss
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a pool does. `prepare`, a function of a module, loads what it takes and returns what answers a task.

    It is called with `given` in the nursery. Each process may take so many bytes of memory beyond what it begins with.
    `together` tasks go in one parcel where they go to other machines: a parcel costs as much as to clean a page.
    """

    prepare: Callable[..., Callable[[Any], Any]]
    given: tuple[Any, ...] = ()
    headroom_bytes: int
    together: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be answered within so many seconds of processor time; `key` is the caller's, and stays here."""

    key: Any
    content: Any
    seconds: float


def cores() -> int:
    """Return how many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


class Pooled(Protocol):
    """What does tasks, wherever they are done. For one thread at a time."""

    def each(self, draw: Callable[[], Task | None], most: int) -> Iterator[tuple[Any, Any]]:
        """Yield each task's key and answer, as `Pool` does."""
        ...

    def begin(self) -> None:
        """Get ready for tasks that will come, without waiting for it."""
        ...

    def rest(self) -> None:
        """Let go of what waits."""
        ...

    def end(self) -> None:
        """Let go of everything; the next task begins anew."""
        ...


# What makes a pool for a job: `Pool` for this machine, a method of `cluster.Cluster` for others.
PoolMaker = Callable[[Job], Pooled]


class Pool:
    """Processes for one job, each started when there is something for it to do. For one thread at a time.

    They live until `end`, or as long as this object.
    """

    def __init__(self, job: Job) -> None:
        """Start nothing yet."""
        self._living = _Living(job)
        self._ending = weakref.finalize(self, _Living.end, self._living)

    @property
    def idle(self) -> list[Worker]:
        """Return the processes that wait for something to do."""
        return self._living.idle

    def each(self, draw: Callable[[], Task | None], most: int) -> Iterator[tuple[Any, Any]]:
        """Yield each task's key and answer, or what became of it, as they get done.

        `draw` gives the next task, None when there is none now; it is called when one of `most` processes has room.
        """
        busy: dict[Connection, tuple[Worker, Task]] = {}
        try:
            while True:
                while len(busy) < most and (task := draw()) is not None:
                    worker = self._living.set_to(task)
                    busy[worker.pipe] = (worker, task)
                if not busy:
                    return
                for pipe in ready_or_late(worker for worker, _ in busy.values()):
                    worker, task = busy.pop(pipe)
                    answer = worker.answer()
                    if worker.is_alive():
                        self.idle.append(worker)
                    yield task.key, answer
        finally:
            for worker, _ in busy.values():
                worker.end()

    def begin(self) -> None:
        """Start what the processes come from, if it is not there: it loads what they need meanwhile."""
        self._living.begin()

    def rest(self) -> None:
        """End the processes that are idle, but for what they come from: others are there in a moment."""
        self._living.rest()

    def end(self) -> None:
        """End the processes; the next task starts others."""
        self._living.end()


@dataclass(slots=True)
class _Living:
    """The processes of a pool: those that wait for something to do, and where they come from."""

    job: Job
    idle: list[Worker] = field(default_factory=list)
    nursery: Nursery | None = None

    def set_to(self, task: Task) -> Worker:
        """Give a task to an idle process; to a new one if there is none, or if it died idle."""
        while self.idle:
            worker = self.idle.pop()
            if worker.take(task):
                return worker
            worker.end()
        worker = self.forked()
        worker.take(task)
        return worker

    def begin(self) -> Nursery:
        """Return the nursery, started where there is none."""
        self.nursery = self.nursery or Nursery(self.job)
        return self.nursery

    def forked(self) -> Worker:
        """Return a new process, a nursery that is gone replaced; raise WorkProblem when that does not get ready."""
        with contextlib.suppress(EOFError, OSError):
            if self.nursery:
                return self.nursery.fork()
        self._close()
        try:
            return self.begin().fork()
        except TimeoutError as error:
            raise WorkProblem(f"{error} in {_START_SECONDS:.0f} s: this machine is busy; nothing is lost") from error

    def rest(self) -> None:
        """End those that wait."""
        while self.idle:
            self.idle.pop().end()

    def end(self) -> None:
        """End them all."""
        self.rest()
        self._close()

    def _close(self) -> None:
        if self.nursery:
            self.nursery.close()
        self.nursery = None


class Worker:
    """One process and the pipe to it."""

    def __init__(self, nursery: Nursery, pid: int, pipe: Connection) -> None:
        """Talk to process `pid` through `pipe`."""
        self._nursery, self.pid, self.pipe = nursery, pid, pipe
        self.deadline = 0.0

    def take(self, task: Task) -> bool:
        """Hand over a task; tell whether the process was there to take it."""
        self.deadline = time.monotonic() + _BUSY * task.seconds + _PATIENCE_SECONDS
        try:
            self.pipe.send((task.content, task.seconds))
        except OSError:
            return False
        return True

    def answer(self) -> Any:
        """Return what came of the task, which may be Lost: then the process is ended."""
        answer: Any = Lost(loss=Loss.TOO_LONG)
        try:
            if self.pipe.poll():
                answer = self.pipe.recv()
        except (EOFError, OSError):
            return Lost(loss=_ENDS.get(self.end(), Loss.CRASHED))
        if isinstance(answer, Lost):
            self.end()
        return answer

    def is_alive(self) -> bool:
        """Tell whether the process can take another task."""
        return not self.pipe.closed

    def end(self) -> int:
        """End the process, and return how it ended."""
        self.pipe.close()
        return self._nursery.end_of(self.pid)


def ready_or_late(workers: Iterable[Worker]) -> list[Connection]:
    """Wait for answers or deaths; without any in time, return the pipes of those that are late."""
    deadlines = {one.pipe: one.deadline for one in workers}
    left = min(deadlines.values()) - time.monotonic()
    ready = [pipe for pipe in wait(list(deadlines), max(0.0, left)) if isinstance(pipe, Connection)]
    now = time.monotonic()
    return ready or [pipe for pipe, deadline in deadlines.items() if deadline <= now]


class Nursery:
    """The process that a pool's others are forked from."""

    def __init__(self, job: Job) -> None:
        """Start it; it prepares for the job meanwhile."""
        self._control, theirs = Pipe()
        with theirs:
            call = repr((sys.path, __name__, theirs.fileno()))
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
                [sys.executable, "-c", _PROGRAM, call],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self.pid = self._process.pid
        with contextlib.suppress(OSError):
            self._control.send(job)

    def fork(self) -> Worker:
        """Return a new process, once it is prepared; raise OSError or EOFError when the nursery is gone.

        Raises WorkProblem when it could not prepare, as when something is not installed.
        """
        ours, theirs = Pipe()
        with theirs:
            self._control.send(0)
            send_handle(self._control, theirs.fileno(), self.pid)
            if not self._control.poll(_START_SECONDS):
                raise TimeoutError("a process that was to start others did not")
            pid: int | str = self._control.recv()
        if isinstance(pid, str):
            raise WorkProblem(f"a process could not load what it works with: {pid}; `make install` installs it all")
        return Worker(self, pid, ours)

    def end_of(self, pid: int) -> int:
        """End a process, at once if it does not by itself; return how it ended: its exit code, or minus its signal."""
        try:
            self._control.send(pid)
            code: int = self._control.recv()
        except (EOFError, OSError):
            return 1
        return code

    def close(self) -> None:
        """End the nursery itself."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._process.kill()
        self._process.wait()


def breed(control: int) -> None:
    """Be a nursery: load what the job takes, then fork a process for each pipe that is handed over; end those named."""
    with Connection(control) as orders, contextlib.suppress(EOFError, BrokenPipeError):
        job: Job = orders.recv()
        try:
            answer_to = job.prepare(*job.given)
        except Exception as problem:  # noqa: BLE001 (told to who waits for the first process)
            orders.recv()
            os.close(recv_handle(orders))
            orders.send(f"{type(problem).__name__}: {problem}")
            return
        gc.collect()
        gc.freeze()
        while True:
            pid = orders.recv()
            orders.send(_ended(pid) if pid else _forked(orders, answer_to, job.headroom_bytes))


def _forked(orders: Connection, answer_to: Callable[[Any], Any], headroom_bytes: int) -> int:
    """Return the id of a new process, which works at the pipe that is handed over."""
    pipe = recv_handle(orders)
    pid = os.fork()
    if pid:
        os.close(pipe)
        return pid
    try:
        os.close(orders.fileno())
        limit_memory(headroom_bytes)
        work(pipe, answer_to)
    finally:
        os._exit(0)


def _ended(pid: int) -> int:
    """Let a process end, end it if it does not, and return how it ended."""
    patience = time.monotonic() + _GRACE_SECONDS
    while time.monotonic() < patience:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_GRACE_SECONDS / 50)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work(pipe: int, answer_to: Callable[[Any], Any]) -> None:
    """Answer until the pipe is closed. A task that takes more processor time than it was given ends the process."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with Connection(pipe) as connection, contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            content, seconds = connection.recv()
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = answered(answer_to, content)
            signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send(answer)


def answered(answer_to: Callable[[Any], Any], content: Any) -> Any:
    """Answer one task; whatever goes wrong is an answer too, for the next is another's."""
    try:
        return answer_to(content)
    except MemoryError:
        return Lost(loss=Loss.TOO_MUCH)
    except Exception as error:  # noqa: BLE001 (what meets a bug would stop every pass from then on)
        (*_, frame) = traceback.extract_tb(error.__traceback__)  # the message may hold what was given
        return Lost(loss=Loss.CRASHED, detail=f"{type(error).__name__} in {frame.filename}:{frame.lineno}")


def limit_memory(headroom_bytes: int) -> None:
    """Let the process have this much more address space than it has now, and leave no core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # no /proc, as on macOS, where the limit would not be kept either
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + headroom_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
