from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from flows import prefect_server
from flows.config import environment as environment_of_ours
from flows.config import settings
from flows.prefect_server import DATABASE, UNUSABLE, usual_ports
from flows.problems import PartEnded, WorkProblem
from tests.servers import HttpServer, Reply


@pytest.fixture
def environment(tmp_path):
    """Prepare Prefect's environment in a new directory; afterwards it is as it was."""
    before = dict(os.environ)
    os.environ.pop("PREFECT_API_URL", None)
    os.environ["PREFECT_HOME"] = str(tmp_path / "prefect")
    settings.use_prefect(tmp_path)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.slow
def test_a_port_that_another_deployment_took_meanwhile_is_left_to_it(environment, monkeypatch):
    """A server that answers on our port but is not ours is not ours to use: ours begins again on another port."""
    with HttpServer() as other:
        other.reply("/api/admin/settings", Reply(body=b'{"home": "/elsewhere"}'))
        ports = [other.port, prefect_server.free_port()]
        monkeypatch.setattr(prefect_server, "free_port", lambda *_: ports.pop(0))
        with prefect_server.prefect_server(environment) as server:
            assert server.poll() is None
            with httpx.Client(trust_env=False) as client:
                assert prefect_server.is_ours(client, settings.prefect_api_url())
            assert httpx.URL(settings.prefect_api_url()).port != other.port
        assert server.poll() is not None
    assert other.asked("/api/admin/settings")


def test_one_port_stays():
    """Prefect's usual one, else one of this deployment's own, the same at each start; a configured one alone."""
    here = Path("/srv/talkwatch")
    assert usual_ports(here, None) == usual_ports(here, None) != usual_ports(Path("/srv/other"), None)
    assert usual_ports(here, None)[0] == 4200
    assert usual_ports(here, 4711) == (4711,)


def test_connections_that_ended_do_not_keep_a_port():
    """A port whose server has just closed its connections is free for the next start; one that is listened at is not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert prefect_server.free_port(port) != port
        with socket.create_connection(("127.0.0.1", port)) as client:
            ours, _ = server.accept()
            ours.close()  # who closes first keeps the port for a minute
            assert client.recv(1) == b""
    assert prefect_server.free_port(port) == port


def test_a_port_that_is_about_to_be_free_is_waited_for():
    """The server of a `serve` that was killed a moment ago may still be ending."""
    ending = socket.create_server(("127.0.0.1", 0))
    threading.Timer(0.3, ending.close).start()
    prefect_server.check_port(ending.getsockname()[1])


def test_a_configured_port_that_is_taken_is_said(environment, monkeypatch):
    """No other is taken in its place: somebody's bookmark or tunnel leads there."""
    monkeypatch.setattr(prefect_server, "PORT_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = rf"port {port} is taken; write another one as port in \[prefect\]"
        with pytest.raises(WorkProblem, match=said), prefect_server.prefect_server(environment, port):
            pass


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("comes_after", "tries"), [(2, 2), (9, 5)], ids=["it comes back", "it stays away"])
def test_a_named_server_that_is_away_is_waited_for(monkeypatch, comes_after, tries):
    """It is asked again and again until it answers, with whatever, or its time is over."""
    where, now, slept = (prefect_server.HOST, prefect_server.free_port()), [0.0], []
    monkeypatch.setenv("PREFECT_API_URL", f"http://{where[0]}:{where[1]}/api")
    monkeypatch.setattr(prefect_server, "NAMED_SECONDS", 10)

    with ExitStack() as there:

        def sleep(seconds):
            slept.append(seconds)
            now[0] += seconds
            if len(slept) == comes_after:
                server = there.enter_context(HTTPServer(where, BaseHTTPRequestHandler))
                threading.Thread(target=server.handle_request, daemon=True).start()

        monkeypatch.setattr(prefect_server, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
        prefect_server.await_named_server()
    assert len(slept) == tries


def test_proxies_of_the_environment_are_forgotten(monkeypatch):
    """Neither Prefect's own traffic on this machine nor a channel's goes there; other variables stay."""
    for name in ("HTTP_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    environment_of_ours.ignore_proxies()
    assert not {"HTTP_PROXY", "https_proxy", "ALL_PROXY"} & set(os.environ)
    assert os.environ["NO_PROXY"]


@pytest.fixture
def short_lived(request, monkeypatch):
    """Processes in place of servers, that end at once; the folder of the database they would have."""
    request.getfixturevalue("environment")
    home = settings.prefect_home()
    ended = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(prefect_server, "start", lambda *_: subprocess.Popen(ended))
    return home


def test_a_database_that_no_server_can_use_is_put_aside(short_lived, monkeypatch, caplog):
    """The history of runs begins anew, and whoever runs it is told where the old one is, in place of none beginning."""
    monkeypatch.setattr(
        prefect_server, "is_up", lambda server, *_: server.wait() == 3 and not (short_lived / DATABASE).exists()
    )
    for name, held in ((DATABASE, "damaged"), (f"{DATABASE}-wal", "newer"), (f"{UNUSABLE}-shm", "of an earlier time")):
        (short_lived / name).write_text(held)
    with prefect_server.prefect_server(short_lived):
        assert {path.name: path.read_text() for path in short_lived.glob("*.db*")} == {
            UNUSABLE: "damaged",
            f"{UNUSABLE}-wal": "newer",
        }
        assert settings.prefect_api_url()
    assert f"which is now {short_lived / UNUSABLE}" in caplog.text
    assert settings.prefect_api_url() is None  # who begins anew has a server of its own again


def test_a_server_that_ends_without_it_too_leaves_the_database(short_lived, monkeypatch):
    """What was not the reason is where it was, and `serve` is to begin anew."""
    monkeypatch.setattr(prefect_server, "is_up", lambda server, *_: server.wait() != 3)
    (short_lived / DATABASE).write_text("history")
    with pytest.raises(PartEnded, match="as soon as it was started"), prefect_server.prefect_server(short_lived):
        pass
    assert [path.name for path in short_lived.glob("*.db*")] == [DATABASE]


@pytest.mark.parametrize(
    "begun",
    [
        "subprocess.Popen(child, preexec_fn=begin_child())",
        "(begin := begin_child(), os.getppid(), subprocess.Popen(child, preexec_fn=lambda: (time.sleep(1), begin())))",
    ],
    ids=["when it is at work", "before it has begun"],
)
def test_a_child_is_killed_with_its_parent(begun):
    """It does not outlive a parent that was killed, whatever it does about other signals."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(20); print('over')"
    program = (
        "import os, subprocess, sys, threading, time\n"
        "from flows.prefect_server import begin_child\n"
        f"child = [sys.executable, '-c', {deaf!r}]\n"
        "print('begins', flush=True)\n"
        f"{begun}\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "begins\n"
        if "sleep" not in begun:
            assert parent.stdout.readline() == "up\n"
        parent.kill()
        assert parent.stdout.read() == ""  # which ends when nobody can write to it any more
