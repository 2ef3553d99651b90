"""Word to systemd, beginning anew after a part has ended, and one who serves while another stands by."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import MagicMock

import httpx
import psutil
import pytest

from flows import prefect_server, readiness, serving, supervision
from flows.cli import deployment
from flows.config.environment import failed_starts
from flows.prefect_server import one_serve
from flows.problems import PartEnded, WorkProblem
from flows.supervision import begin_anew, notify, pause_before
from tests.deployment import descendants, until, words_of
from tests.newsroom import NOW
from tests.servers import HttpServer, Reply
from warehouse.locking import Patience, exclusive
from warehouse.places import SERVE_LOCK


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """A service manager that listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield line


def test_the_service_manager_is_told(manager):
    """What is said arrives in one datagram, a line each."""
    notify("READY=1", "STATUS=a pass every 0:01:00")
    assert manager.recv(1000) == b"READY=1\nSTATUS=a pass every 0:01:00"


def test_an_abstract_address_begins_with_a_zero(monkeypatch):
    """`@name` is a name that no file stands for."""
    name = f"talkwatch-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("READY=1")
        assert line.recv(100) == b"READY=1"


def test_a_manager_that_does_not_listen_holds_nobody_up(manager):
    """What it has no room for is not said."""
    for _ in range(1000):
        notify("WATCHDOG=1")
    assert manager.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "/nowhere/at/all"])
def test_without_a_manager_nothing_happens(monkeypatch, address):
    """Nobody who listens, or nobody any more, is no trouble."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


def test_the_watchdog_hears_that_the_loop_turns(manager, monkeypatch):
    """Twice in the time that the manager gives it is told, for as long as `serve` runs."""
    monkeypatch.setenv("WATCHDOG_USEC", "20000")

    async def some_time():
        telling = asyncio.create_task(serving.keep_telling())
        said = [await asyncio.to_thread(manager.recv, 100) for _ in range(3)]
        telling.cancel()
        return said

    assert asyncio.run(some_time()) == [b"WATCHDOG=1"] * 3


def test_a_process_lets_go_of_its_locks_when_its_parent_is_killed(tmp_path):
    """What multiprocessing began ends with who began it, and is in no next one's way."""
    program = (
        "import multiprocessing, time, sys\n"
        "from pathlib import Path\n"
        "from flows.supervision import end_with_parent\n"
        "from warehouse.locking import exclusive\n"
        "def work():\n"
        "    end_with_parent()\n"
        "    with exclusive(Path(sys.argv[1])):\n"
        "        print('held', flush=True)\n"
        "        time.sleep(60)\n"
        "end_with_parent()\n"
        "child = multiprocessing.get_context('fork').Process(target=work)\n"
        "child.start()\n"
        "child.join()\n"
    )
    lock = tmp_path / "pass.lock"
    with subprocess.Popen([sys.executable, "-c", program, str(lock)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"held\n"
        parent.kill()
    with exclusive(lock, Patience(timedelta(seconds=30))):
        pass


NURSERY = """
import os, sys
from pathlib import Path
from flows.supervision import begun_by, fork_nursery
from warehouse.locking import exclusive

LOADED = []

def report():
    held = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.exists()]
    print(os.getppid(), LOADED, Path(sys.argv[1]) in held, flush=True)

if __name__ == "__main__":
    with exclusive(Path(sys.argv[1])):
        LOADED.append("before")
        fork_nursery()
        LOADED.append("after")
        while True:
            child = begun_by().Process(target=report)
            child.start()
            child.join()
            print(child.exitcode, flush=True)
            sys.stdin.readline()
"""


def test_processes_are_forked_from_the_nursery(tmp_path):
    """They have what was loaded when it was, and nothing that `serve` has open; it ends with `serve`, and is replaced."""
    (tmp_path / "program.py").write_text(NURSERY)
    lock = tmp_path / "serve.lock"
    command = [sys.executable, str(tmp_path / "program.py"), str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdin
        assert parent.stdout
        nursery, has = parent.stdout.readline().split(" ", 1)
        assert parent.stdout.readline() == "0\n"
        assert int(nursery) in descendants(parent.pid)
        assert has == "['before'] False\n"
        os.kill(int(nursery), signal.SIGKILL)
        until(lambda: psutil.Process(int(nursery)).status() == psutil.STATUS_ZOMBIE, 30)  # its socket is closed by then
        parent.stdin.write("\n")
        parent.stdin.flush()
        other, has = parent.stdout.readline().split(" ", 1)
        assert int(other) in descendants(parent.pid)
        assert (other == nursery, has) == (False, "[] False\n")
        parent.kill()
    until(lambda: not any(words_of(int(other))), 30)
    with exclusive(lock):
        pass


def test_what_a_killed_serve_left_of_its_nursery_is_swept(tmp_path):
    """Its folder goes at the next start; that of another that lives stays, and so does its nursery."""
    (tmp_path / "program.py").write_text(NURSERY)
    (tmp_path / "pymp-other").mkdir()

    def begun(lock):
        program = subprocess.Popen(
            [sys.executable, str(tmp_path / "program.py"), str(tmp_path / lock)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        assert program.stdout
        return program, program.stdout.readline().split(" ")[0], program.stdout.readline()

    with begun("one")[0] as killed:
        left = next(tmp_path.glob("pymp-*/nursery")).parent
        (left / "listener-other").touch()  # as one leaves whose nursery was killed, and replaced, before
        killed.kill()
    living, nursery, _ = begun("two")
    other, _, _ = begun("three")
    with living, other:
        assert living.stdin
        assert living.stdout
        living.stdin.write("\n")
        living.stdin.flush()
        assert living.stdout.readline().split(" ")[0] == nursery
        own = {each.parent.name for each in tmp_path.glob("pymp-*/nursery")}
        for each in (living, other):
            each.kill()
    assert len(own) == 2
    assert not left.exists()
    assert (tmp_path / "pymp-other").exists()


def test_where_no_nursery_can_be_forked_processes_are_interpreters(tmp_path):
    """A directory of temporary files with too long a name for a socket keeps nothing from its work."""
    (tmp_path / "program.py").write_text(NURSERY)
    folder = tmp_path / ("long" * 20) / ("longer" * 10)
    folder.mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py"), str(tmp_path / "serve.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == f"{parent.pid} [] False\n"
        assert parent.stdout.readline() == "0\n"
        parent.kill()


def test_a_server_that_hangs_is_ended(monkeypatch, caplog):
    """A process that is there and answers nothing is no server: it is killed, so that all begins anew."""
    monkeypatch.setattr(prefect_server, "HANGING_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/api")
        monkeypatch.setattr(prefect_server, "ANSWER_SECONDS", 0.1)
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as server:
            asyncio.run(prefect_server.ended(server))
            assert server.returncode == -signal.SIGKILL
    assert "has not answered" in caplog.text


def test_a_server_that_answers_is_left_alone(monkeypatch):
    """However long it is watched; that it ended by itself is found at once."""
    monkeypatch.setattr(prefect_server, "HANGING_SECONDS", 0.5)
    with HttpServer() as other:
        other.reply("/api/health", Reply(body=b"true"))
        monkeypatch.setenv("PREFECT_API_URL", other.url("/api"))
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"]) as server:
            asyncio.run(prefect_server.ended(server))
            assert server.returncode == 0


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        pytest.param(-6 * 3600, -signal.SIGKILL, id="back by hours: its timers would wait as long"),
        pytest.param(-20, 0, id="back by seconds: they wait for these"),
        pytest.param(6 * 3600, 0, id="ahead: they are late, and begin at once"),
    ],
)
def test_a_server_that_would_wait_for_a_clock_that_was_set_back_is_ended(monkeypatch, seconds, code):
    """No pass would begin until the clock is as late again, though the server answers."""
    shown, asked = time.time, []

    def clock() -> float:
        asked.append(1)
        return shown() + (seconds if len(asked) > 1 else 0)

    monkeypatch.setattr(prefect_server.time, "time", clock)
    monkeypatch.setattr(prefect_server, "HANGING_SECONDS", 600.0)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)"]) as server:
        asyncio.run(prefect_server.ended(server))
        assert server.returncode == code


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")], ids=["gone", "slow"])
def test_serve_begins_anew_when_its_server_fails_at_the_beginning(monkeypatch, tmp_path, error):
    """What Prefect says while the schedule is made is no traceback but a reason to begin anew."""

    async def fails(*_):
        raise error

    monkeypatch.setattr(serving, "watch", fails)
    with pytest.raises(PartEnded, match="does not do what it is asked"):
        serving.serve(SimpleNamespace(data_dir=tmp_path), None)


def test_pauses_grow_to_five_minutes():
    """The first is short, each one twice as long as the one before."""
    assert [pause_before(failed) for failed in (0, 1, 2, 6, 50)] == [5, 10, 20, 300, 300]


@pytest.mark.parametrize(("served", "failed", "after"), [(3.0, 2, 3), (3600.0, 7, 1)], ids=["soon again", "after long"])
def test_serve_becomes_another_one(monkeypatch, caplog, served, failed, after):
    """It says why and after how long, is called as it was, keeps a server that was named, and counts how often."""
    called = []
    monkeypatch.setattr(supervision.os, "execv", lambda *how: called.append(how))
    monkeypatch.setattr(supervision.time, "sleep", lambda _: None)
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(supervision.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(supervision.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["talkwatch", "serve", "--standby"])
    monkeypatch.setenv("TALKWATCH_FAILED_STARTS", str(failed))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    begin_anew(PartEnded("Prefect's server ended"), served)
    assert called == [(sys.executable, [sys.executable, "-m", "flows", "serve", "--standby"])]
    assert (failed_starts(), os.environ["PREFECT_API_URL"]) == (after, "http://127.0.0.1:4200/api")
    assert f"Prefect's server ended: beginning again in {pause_before(after - 1):.0f} s" in caplog.text


@pytest.mark.parametrize(("has_begun", "kind"), [(True, PartEnded), (False, WorkProblem)], ids=["again", "at first"])
def test_what_is_not_there_yet_is_tried_again_by_who_has_begun_before(tmp_path, monkeypatch, has_begun, kind):
    """A Prefect server that is gone ends a `serve` that somebody has just typed, and no other."""
    monkeypatch.setenv("TALKWATCH_LEASE", "0")
    monkeypatch.setattr(deployment, "act_under", lambda _: None)
    told = WorkProblem("no Prefect server answers\nbesides, no feed is watched")
    monkeypatch.setattr(readiness, "look_over", MagicMock(side_effect=told))
    with pytest.raises(WorkProblem) as raised:
        deployment.lead(SimpleNamespace(data_dir=tmp_path, now=lambda: NOW), has_begun=has_begun)
    assert type(raised.value) is kind
    assert str(raised.value).startswith("no Prefect server answers")
    assert len(str(raised.value).splitlines()) == 2 - has_begun


def test_one_who_stands_by_takes_over(tmp_path, monkeypatch, caplog, manager):
    """While another serves he waits and says so, once, and as ready to systemd; when the other ends he serves."""
    monkeypatch.setattr("flows.prefect_server.STANDBY_SECONDS", 0.01)
    monkeypatch.setattr("flows.prefect_server.GLANCE", supervision_glance())
    caplog.set_level("INFO")
    serving = threading.Event()

    def stand_by():
        with one_serve(tmp_path, standby=True):
            serving.set()

    with exclusive(tmp_path / SERVE_LOCK):
        waiting = threading.Thread(target=stand_by)
        waiting.start()
        said = [manager.recv(1000) for _ in range(3)]
        assert not serving.is_set()
    assert serving.wait(10)
    waiting.join()
    assert all(each.startswith(b"READY=1\nWATCHDOG=1\nSTATUS=another serve is at work on ") for each in said)
    assert caplog.text.count("standing by") == 1


def supervision_glance():
    """Return a glance so short that a test need not wait."""
    from datetime import timedelta  # noqa: PLC0415 (here alone)

    return timedelta(milliseconds=10)


def test_without_standby_a_second_one_is_refused(tmp_path, monkeypatch):
    """He is told who is at work."""
    monkeypatch.setattr("flows.prefect_server.GLANCE", supervision_glance())
    with exclusive(tmp_path / SERVE_LOCK), pytest.raises(WorkProblem, match=f"held by process {os.getpid()}"), one_serve(tmp_path):  # fmt: skip
        pass
