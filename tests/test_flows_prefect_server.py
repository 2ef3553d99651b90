from __future__ import annotations

import os
import socket
from pathlib import Path

import httpx
import pytest

from flows import prefect_server
from flows.config import environment as environment_of_ours
from flows.config import settings
from flows.prefect_server import own_server_explained, usual_ports
from flows.problems import WorkProblem
from tests.servers import HttpServer, Reply


def test_a_server_that_is_too_slow_is_one_line():
    """That the server of a single pass did not come up is the machine's trouble, no bug."""
    with pytest.raises(WorkProblem, match="did not come up in time"), own_server_explained():
        raise RuntimeError("Timed out while attempting to connect to ephemeral Prefect API server.")


def test_any_other_error_stays_what_it_is():
    """A bug is raised as it is."""
    with pytest.raises(RuntimeError, match="odd"), own_server_explained():
        raise RuntimeError("odd")


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


def test_a_configured_port_that_is_taken_is_said(environment):
    """No other is taken in its place: somebody's bookmark or tunnel leads there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = rf"port {port} is taken; write another one as port in \[prefect\]"
        with pytest.raises(WorkProblem, match=said), prefect_server.prefect_server(environment, port):
            pass


@pytest.mark.usefixtures("environment")
def test_proxies_of_the_environment_are_forgotten(monkeypatch):
    """Neither Prefect's own traffic on this machine nor a channel's goes there; other variables stay."""
    for name in ("HTTP_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    environment_of_ours.ignore_proxies()
    assert not {"HTTP_PROXY", "https_proxy", "ALL_PROXY"} & set(os.environ)
    assert os.environ["NO_PROXY"]
