from __future__ import annotations

import os

import httpx
import pytest

from flows import prefect_server
from flows.config import settings
from flows.prefect_server import own_server_explained
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
        with prefect_server.prefect_server(environment / "prefect" / "server.log") as server:
            assert server.poll() is None
            assert prefect_server.is_ours(settings.prefect_api_url())
            assert httpx.URL(settings.prefect_api_url()).port != other.port
        assert server.poll() is not None
    assert other.asked("/api/admin/settings")
