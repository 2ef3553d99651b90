"""A pool whose tasks go to Dask: a real scheduler and two workers as processes, killed one after the other."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from collections import Counter

import psutil
import pytest

from flows.config.settings import ClusterAddress, load_settings
from flows.problems import UsageProblem
from flows.processes import cluster
from flows.processes.cluster import Cluster, ClusterLost, version_here
from flows.processes.pool import Job, Loss, Lost, Task
from tests import cluster_jobs
from tests.certificates import certificate
from tests.conftest import ROOT
from tests.deployment import until
from tests.servers import closed_port

JOB = Job(prepare=cluster_jobs.prepare, headroom_bytes=500_000_000)
PARCELS = Job(prepare=cluster_jobs.prepare, headroom_bytes=500_000_000, together=3)


def encrypted(scheduler, whose):
    """Return the address of a scheduler for somebody who trusts his own certificate alone."""
    made, key = map(str, certificate(whose))
    return ClusterAddress(scheduler=scheduler, tls_ca=made, tls_cert=made, tls_key=key)


class Machines:
    """A scheduler and its workers, which talk by TLS alone and to nobody without their certificate."""

    def __init__(self, folder):
        """Start them on free ports of loopback; whoever comes first waits for the others."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.address = encrypted(f"tls://127.0.0.1:{port}", "server")
        made, key = map(str, certificate("server"))
        local = ["--tls-ca-file", made, "--tls-cert", made, "--tls-key", key]
        local += ["--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--host", "127.0.0.1"]
        self.scheduler = self.start("dask_scheduler", *local, "--port", str(port))
        worker = [self.address.scheduler, *local, "--no-nanny", "--nthreads", "1", "--local-directory", str(folder)]
        self.workers = [self.start("dask_worker", *worker, "--name", name) for name in ("one", "two")]

    def start(self, program, *options):
        """Start a program of Dask's."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "60s"}
        command = [sys.executable, "-m", f"distributed.cli.{program}", *options]
        return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """A cluster of two workers with a thread each."""
    machines = Machines(tmp_path_factory.mktemp("cluster"))
    yield machines
    for process in (machines.scheduler, *machines.workers):
        process.kill()
        process.wait()


@pytest.fixture
def far(machines):
    """The connection to it, when both workers are there."""
    connection = Cluster(machines.address)
    deadline = time.monotonic() + 120
    while not are_there(connection):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    yield connection
    connection.end()


def are_there(connection):
    """Tell whether both workers may be used."""
    connection._not_before = 0.0
    try:
        return len(connection.workers("warm", JOB)[1]) == 2
    except ClusterLost:
        return False


def drawn(*tasks):
    """Return what draws these."""
    waiting = [Task(key=place, content=content, seconds=30.0) for place, content in enumerate(tasks)]
    return lambda: waiting.pop(0) if waiting else None


@pytest.mark.slow
def test_tasks_are_answered_there_and_the_lost_are_told(far):
    """Both workers answer; one whose process dies under a task says so, as the local pool does, and goes on."""
    answers = dict(far.pool(JOB).each(drawn(*[("fine", 0.05)] * 8, ("die", 0.0)), 2))
    assert answers.pop(8) == Lost(loss=Loss.CRASHED)
    assert {what for what, _ in answers.values()} == {"fine"}
    assert len({nursery for _, nursery in answers.values()}) == 2
    assert os.getpid() not in {nursery for _, nursery in answers.values()}


@pytest.mark.slow
def test_what_makes_the_tasks_fails_by_itself(far):
    """An error in what the tasks are drawn from is told as it is: the cluster is not lost by it."""
    first = drawn(("fine", 0.0))

    def draw():
        if (task := first()) is None:
            raise RuntimeError("no more")
        return task

    with pytest.raises(RuntimeError, match="no more"):
        list(far.pool(JOB).each(draw, 2))
    assert far.trouble is None


@pytest.mark.slow
def test_workers_do_not_look_at_themselves(far):
    """What Dask would measure many times a second stands still in each; its heartbeat goes on."""
    client, there = far.workers("warm", JOB)
    looks = client.run(lambda dask_worker: {n: e.is_running() for n, e in dask_worker.periodic_callbacks.items()})
    assert len(looks) == len(there) == 2
    for each in looks.values():
        assert not any(each[name] for name in ("profile", "profile-cycle", "tick", "memory_monitor"))
        assert each["heartbeat"]


@pytest.mark.slow
def test_tasks_that_go_together_are_told_apart(far):
    """Each of a parcel has its own answer, also beside one whose process died; the last parcel is smaller."""
    tasks = [*((f"task {number}", 0.0) for number in range(4)), ("die", 0.0), ("task 5", 0.0), ("task 6", 0.0)]
    answers = dict(far.pool(PARCELS).each(drawn(*tasks), 2))
    assert answers.pop(4) == Lost(loss=Loss.CRASHED)
    assert {key: answer[0] for key, answer in answers.items()} == {key: f"task {key}" for key in (0, 1, 2, 3, 5, 6)}


@pytest.mark.slow
@pytest.mark.usefixtures("far")  # when both workers are there
def test_workers_of_another_version_are_refused_by_name(machines, caplog):
    """Each is named with what it has, once, and this machine does the work."""
    newer = Cluster(machines.address, version=lambda: "talkwatch 99")
    pool = newer.pool(JOB)
    for _ in range(2):
        assert dict(pool.each(drawn(("fine", 0.0)), 1))[0][0] == "fine"
    assert caplog.text.count(f"is not used: it has {version_here()}, and this machine talkwatch 99") == 2
    assert caplog.text.count("this machine does the work") == 1
    pool.end()


@pytest.mark.slow
@pytest.mark.usefixtures("far")
def test_a_stranger_gets_nothing_done(machines, caplog, monkeypatch):
    """Who has another certificate is not let in, nor trusts those he finds, and does the work himself, with one line."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2.0)
    pool = Cluster(encrypted(machines.address.scheduler, "stranger")).pool(JOB)
    (_, nursery) = dict(pool.each(drawn(("here", 0.0)), 1))[0]
    pool.end()
    assert nursery not in {process.pid for process in machines.workers}
    assert caplog.text.count(f"no scheduler answers at {machines.address.scheduler}") == 1


@pytest.mark.slow
def test_who_dies_loses_nothing(far, machines, caplog):
    """A worker is killed in the middle, then the scheduler: each task is answered once, with one line for the loss."""
    caplog.set_level(logging.INFO)
    answers = far.pool(JOB).each(drawn(*[(f"task {number}", 0.2) for number in range(16)]), 2)
    found = [next(answers) for _ in range(3)]
    machines.workers[0].kill()
    found += [next(answers) for _ in range(4)]
    machines.scheduler.kill()
    found += list(answers)
    assert Counter(key for key, _ in found) == Counter(range(16))
    assert all(answer[0] == f"task {key}" for key, answer in found)
    assert caplog.text.count("this machine does the work") == 1
    assert far.trouble
    assert dict(far.pool(JOB).each(drawn(("again", 0.0)), 1))[0][0] == "again"
    assert caplog.text.count("this machine does the work") == 1


def test_a_scheduler_that_is_not_there_costs_little(monkeypatch, caplog):
    """It is asked once, and left alone for a while; what is to be done is done here, with one line."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    gone = Cluster(ClusterAddress(scheduler=f"tcp://127.0.0.1:{closed_port()}"))
    pool = gone.pool(JOB)
    for _ in range(2):
        assert dict(pool.each(drawn(("here", 0.0)), 1))[0][0] == "here"
    assert caplog.text.count("no scheduler answers at tcp://127.0.0.1:") == 1
    pool.end()


def test_a_job_has_one_name_in_every_process():
    """What it is given counts by its version; another headroom is another job."""
    same = Job(prepare=cluster_jobs.prepare, headroom_bytes=500_000_000)
    assert cluster._key(JOB) == cluster._key(same)
    assert cluster._key(JOB) != cluster._key(Job(prepare=cluster_jobs.prepare, headroom_bytes=1))
    assert cluster._key(JOB) != cluster._key(Job(prepare=cluster_jobs.prepare, given=(True,), headroom_bytes=500_000_000))  # fmt: skip


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        pytest.param('scheduler = "host:8786"', "tls://", id="no kind"),
        pytest.param('scheduler = "tls://host:8786"', "tls_ca, tls_cert and tls_key", id="no certificates"),
        pytest.param('scheduler = "tcp://host:8786"', "tls://", id="in clear to another machine"),
    ],
)
def test_a_cluster_in_clear_stays_on_this_machine(tmp_path, table, fault):
    """Articles and code go to workers: to another machine by TLS alone, with certificates of both ends."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(f"[cluster]\n{table}\n", encoding="utf-8")
    with pytest.raises(UsageProblem, match=fault):
        load_settings(path)


@pytest.mark.parametrize("scheduler", ["local", "tcp://127.0.0.1:8786", "tcp://localhost:8786"])
def test_a_cluster_on_this_machine_needs_no_certificates(tmp_path, scheduler):
    """One of its own, or one on loopback, is taken as it is."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(f'[cluster]\nscheduler = "{scheduler}"\n', encoding="utf-8")
    assert load_settings(path).cluster == ClusterAddress(scheduler=scheduler)


@pytest.mark.slow
def test_a_cluster_of_this_machine_is_begun_and_ended():
    """`local` needs no scheduler: one is begun with a worker a core, and nothing of it is left when it is let go."""
    own = Cluster(ClusterAddress(scheduler="local"))
    ((what, nursery),) = dict(own.pool(JOB).each(drawn(("fine", 0.0)), 1)).values()
    assert (what, own.trouble) == ("fine", None)
    assert psutil.Process().pid in [each.pid for each in psutil.Process(nursery).parents()][1:]  # a worker between us
    own.end()
    until(lambda: not psutil.pid_exists(nursery), 30)
