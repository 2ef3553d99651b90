"""Tasks of a pool on other machines, by Dask distributed; where it cannot be reached the local pool does them.

The same protocol as `pool.Pool`. A worker is a plain `dask worker` of a machine that has this Talkwatch installed: it
keeps a local pool for each job, so that time and memory of each task are bounded there as here. It fetches nothing,
decides nothing and writes nothing. A task changes nothing, so one that was lost is done again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.processes.pool import Job, Loss, Lost, Pool, Task

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

    from flows.config.settings import ClusterAddress

LOCAL = "local"
CONNECT_SECONDS = 10.0
# After a cluster that could not be reached, or was lost: it is tried again so long later.
REST_SECONDS = 300.0
# So long no answer at all may come while workers are there, beyond what a task may take.
SILENT_SECONDS = 600.0
# A worker has the next task by it when it is done with one.
AHEAD = 2
# A watchlist that has changed is another job; a worker keeps the processes of so many.
KEPT = 4
_LOOK_SECONDS = 5.0
_ANY_PORT = "127.0.0.1:0"  # for the pages that a scheduler of ours has in any case
# What Dask looks at by itself, up to a hundred times a second, takes a twentieth of a core in each of its processes. In
# a worker it is stopped, since its threads only wait; where the whole cluster is ours, it looks twice a second.
_UNASKED = ("profile", "profile-cycle", "tick", "memory_monitor")
_SELDOM = {"distributed.admin.tick.interval": "500ms"}
_READ_WITH = ("lxml", "onnxruntime", "py3langid", "spacy", "trafilatura")

log = logging.getLogger("talkwatch.cluster")


class ClusterLost(Exception):
    """The cluster does not answer, or nobody in it who may."""


class Cluster:
    """The connection to a scheduler, shared by all pools of this process. For one thread at a time.

    `trouble` says why the cluster is not used now; None while it is, or before anybody asked.
    """

    def __init__(self, address: ClusterAddress, version: Callable[[], str] | None = None) -> None:
        """Connect to nothing yet; `version` names what workers must have, which by default is what is here."""
        self._address, self._version = address, version or version_here
        self._client: Client | None = None
        self._own: LocalCluster | None = None
        self._known: dict[str, tuple[str, ...]] = {}
        self._refused: set[str] = set()
        self._not_before = 0.0
        self.trouble: str | None = None

    def pool(self, job: Job) -> ClusterPool:
        """Return a pool whose tasks go to the cluster."""
        return ClusterPool(job, self)

    def workers(self, key: str, job: Job) -> tuple[Client, list[str]]:
        """Return the connection and the workers that may have a job's tasks, which know it; raise ClusterLost."""
        if time.monotonic() < self._not_before:
            raise ClusterLost(self.trouble or "the cluster was lost")
        try:
            client = self._client or self._connected()
            there = tuple(sorted(client.scheduler_info(n_workers=-1)["workers"]))
            if self._known.get(key) != there:
                client.register_plugin(_plugin(key, job), name=f"talkwatch-{key}")
                self._known[key] = there
            fitting = self._fitting(client, there)
        except (OSError, TimeoutError, ValueError, RuntimeError, CancelledError) as error:
            raise self.lost(f"no scheduler answers at {self._address.scheduler} ({_said(error)})") from None
        if not fitting:
            raise self.lost(f"no worker of {self._address.scheduler} may be used")
        if self.trouble:
            log.info("the cluster at %s is used again", self._address.scheduler)
        self.trouble = None
        return client, fitting

    def lost(self, why: str) -> ClusterLost:
        """Note that the cluster is not to be used for a while, in one line; return what to raise."""
        if self.trouble is None:
            log.warning("%s: this machine does the work", why)
        self.trouble, self._not_before = why, time.monotonic() + REST_SECONDS
        self.end()
        return ClusterLost(why)

    def end(self) -> None:
        """Leave the cluster; the next task joins it again."""
        left = self._client, self._own
        self._client = self._own = None
        self._known.clear()
        for each in left:
            if each is not None:
                with suppress(OSError, TimeoutError, RuntimeError, CancelledError):
                    each.close(timeout=2)

    def _connected(self) -> Client:
        import dask.config  # noqa: PLC0415 (an extra, which takes a second to load)
        from distributed import Client, LocalCluster  # noqa: PLC0415 (the same)

        logging.getLogger("distributed").setLevel(logging.ERROR)
        address = self._address
        if address.scheduler == LOCAL:
            with dask.config.set(_SELDOM):
                self._own = LocalCluster(processes=True, threads_per_worker=1, dashboard_address=_ANY_PORT)
            self._client = Client(self._own, set_as_default=False, timeout=CONNECT_SECONDS)
        else:
            self._client = Client(
                address.scheduler, security=_security(address), set_as_default=False, timeout=CONNECT_SECONDS
            )
        return self._client

    def _fitting(self, client: Client, there: tuple[str, ...]) -> list[str]:
        """Return the workers whose code and models are ours; name the others, each once."""
        theirs: Mapping[str, Any] = client.run(version_here, workers=list(there), on_error="return")
        return [address for address, found in theirs.items() if self._is_ours(address, found, self._version())]

    def _is_ours(self, address: str, found: object, ours: str) -> bool:
        if found != ours and address not in self._refused:
            self._refused.add(address)
            log.warning("worker %s is not used: it has %s, and this machine %s", address, _said(found), ours)
        return found == ours


class ClusterPool:
    """One job's tasks on a cluster. For one thread at a time."""

    def __init__(self, job: Job, cluster: Cluster) -> None:
        """Start nothing yet."""
        self._job, self._cluster, self._local = job, cluster, Pool(job)
        self._key = _key(job)

    def each(self, draw: Callable[[], Task | None], most: int) -> Iterator[tuple[Any, Any]]:
        """Yield each task's key and answer as they get done; where the cluster is lost, `most` processes here go on."""
        left: deque[Task] = deque()
        try:
            client, workers = self._cluster.workers(self._key, self._job)
            yield from self._far(client, workers, draw, left)
        except ClusterLost:
            yield from self._local.each(lambda: left.popleft() if left else draw(), most)

    def begin(self) -> None:
        """Start nothing: the cluster's workers are ready, and where they are not they take their time."""

    def rest(self) -> None:
        """End local processes that are idle."""
        self._local.rest()

    def end(self) -> None:
        """End local processes; the cluster's workers keep theirs for the next pass."""
        self._local.end()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Take what asking the scheduler raises for the loss of the cluster; raise ClusterLost."""
        try:
            yield
        except (OSError, TimeoutError, CancelledError, RuntimeError) as error:
            raise self._cluster.lost(f"the cluster was lost ({_said(error)})") from None

    def _parcel(self, draw: Callable[[], Task | None]) -> list[Task]:
        """Return the tasks that go together, as many as there are now."""
        tasks: list[Task] = []
        while len(tasks) < self._job.together and (task := draw()) is not None:
            tasks.append(task)
        return tasks

    def _far(
        self, client: Client, workers: list[str], draw: Callable[[], Task | None], left: deque[Task]
    ) -> Iterator[tuple[Any, Any]]:
        given: dict[Future, list[Task]] = {}
        try:
            while True:
                while len(given) < AHEAD * len(workers) and (tasks := self._parcel(draw)):
                    contents = [(task.content, task.seconds) for task in tasks]
                    left.extend(tasks)  # until they are handed over
                    with self._asking():
                        given[client.submit(answered, self._key, contents, pure=False, workers=workers)] = tasks
                    left.clear()
                if not given:
                    return
                with self._asking():
                    done = [(future, _answers(future, len(given[future]))) for future in _done(client, list(given))]
                for future, answers in done:
                    yield from zip([task.key for task in given.pop(future)], answers, strict=True)
        finally:
            for tasks in given.values():
                left.extend(tasks)
            for future in given:
                with suppress(Exception):  # nobody waits for it any more
                    future.cancel(force=True)


def _done(client: Client, given: list[Future]) -> list[Future]:
    """Wait for some of these, as long as any worker is there to do them."""
    from distributed import wait  # noqa: PLC0415 (as above)

    until = time.monotonic() + SILENT_SECONDS
    alone = 0
    while time.monotonic() < until:
        try:
            with client.as_current():
                return list(wait(given, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            alone = 0 if client.scheduler_info(n_workers=-1)["workers"] else alone + 1
            if client.status != "running" or alone > 1:
                raise
    raise TimeoutError("no answer came")


def _answers(future: Future, count: int) -> list[Any]:
    """Return what came of so many tasks; those whose workers died, again and again, are lost."""
    if future.status == "cancelled":
        raise CancelledError
    try:
        answers: list[Any] = future.result(timeout=CONNECT_SECONDS)
    except (CancelledError, TimeoutError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 (whatever a worker raised has come here)
        return [Lost(loss=Loss.CRASHED, detail=type(error).__name__)] * count
    return answers


def _said(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _security(address: ClusterAddress) -> Any:
    from distributed import Security  # noqa: PLC0415 (as above)

    if not address.scheduler.startswith("tls://"):
        return None
    return Security(
        tls_ca_file=address.tls_ca,
        tls_client_cert=address.tls_cert,
        tls_client_key=address.tls_key,
        require_encryption=True,
    )


@cache
def version_here() -> str:
    """Name all that a reading or a clean page depends on, but for the watchlist, which a job brings."""
    from extractors.speech.parsing import model_version  # noqa: PLC0415 (a worker that only parses need not have it)

    root = Path(__file__).resolve().parent.parent.parent
    digest = hashlib.sha256()
    for folder in ("extractors", "flows/processes"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".toml", ".json", ".onnx"}:
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    libraries = " ".join(f"{name} {version(name)}" for name in _READ_WITH)
    return f"talkwatch {version('talkwatch')} of {digest.hexdigest()[:12]} with {model_version()}, {libraries}"


# What a worker's process knows: jobs by their keys, and a pool of them for each of its threads.
_jobs: dict[str, Job] = {}
_held = threading.local()


def answered(key: str, contents: list[tuple[Any, float]]) -> list[Any]:
    """Return what becomes of tasks, in their order: what runs in a worker."""
    pools: dict[str, Pool] = _held.__dict__.setdefault("pools", {})
    if key not in pools:
        while len(pools) >= KEPT:
            pools.pop(next(iter(pools))).end()
        pools[key] = Pool(_jobs[key])
    waiting = iter([Task(key=place, content=content, seconds=most) for place, (content, most) in enumerate(contents)])
    answers = dict(pools[key].each(lambda: next(waiting, None), 1))
    return [answers[place] for place in range(len(contents))]


def _key(job: Job) -> str:
    """Name a job, equally in every process: what it is given by its version, where it has one."""
    given = [getattr(each, "version", each) for each in job.given]
    said = repr((job.prepare.__module__, job.prepare.__qualname__, job.headroom_bytes, given))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _plugin(key: str, job: Job) -> Any:
    from distributed import WorkerPlugin  # noqa: PLC0415 (as above)

    here, unasked = __name__, _UNASKED

    class JobBringer(WorkerPlugin):  # type: ignore[misc]  # the library has no types
        """Brings a job to each worker there is, and to each that comes."""

        def setup(self, worker: Any) -> None:
            """Keep the job in the worker's process, which need not look at itself: it waits for a pool of ours."""
            # This class is pickled by value, and what it refers to with it: the module that is there has the jobs.
            vars(import_module(here))["_jobs"][key] = job
            for name in unasked:
                if name in worker.periodic_callbacks:
                    worker.periodic_callbacks[name].stop()

    return JobBringer()


_shared: dict[ClusterAddress, Cluster] = {}


def cluster_at(address: ClusterAddress) -> Cluster:
    """Return this process's connection to a scheduler."""
    return _shared.setdefault(address, Cluster(address))
