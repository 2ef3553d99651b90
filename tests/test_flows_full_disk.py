from __future__ import annotations

import traceback
from contextlib import nullcontext
from types import SimpleNamespace
from uuid import uuid4

import duckdb
import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError

from flows.monitor import monitor
from warehouse.errors import DiskFull

REQUEST = httpx.Request("POST", "http://127.0.0.1:4200/api")


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Name a configuration in the environment, as `serve` does."""
    path = tmp_path / "talkwatch.toml"
    path.write_text('data_dir = "var"\n', encoding="utf-8")
    monkeypatch.setenv("TALKWATCH_CONFIG", str(path))


@pytest.mark.usefixtures("configured")
def test_an_error_keeps_nothing_open_behind_it(monkeypatch):
    """What a pass raises of a full disk holds none of the frames below: Prefect keeps it until the process ends."""

    def no_room(*_given, **_named):
        try:
            raise duckdb.IOException("no space")
        except duckdb.Error as error:
            raise DiskFull("no space left") from error

    monkeypatch.setattr("flows.monitor.run_pass", no_room)
    with pytest.raises(DiskFull, match="no space left") as raised:
        monitor.fn()
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert "no_room" not in [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]


@pytest.mark.usefixtures("configured")
def test_a_prefect_without_room_keeps_no_pass_from_its_work(monkeypatch, caplog):
    """Where Prefect's server fails to skip what was missed, the pass says so in a line and does its work."""

    def refused(*_given):
        raise PrefectHTTPStatusError("500 Internal Server Error", request=REQUEST, response=httpx.Response(500))

    monkeypatch.setattr("flows.monitor.get_client", lambda **_named: nullcontext())
    monkeypatch.setattr("flows.monitor.skip_missed", refused)
    monkeypatch.setattr("flows.monitor.runtime_deployment", SimpleNamespace(id=str(uuid4())))
    monkeypatch.setattr("flows.monitor.run_pass", lambda *_given, **_named: "articles_new=2")
    assert monitor.fn().message == "articles_new=2"
    assert "Prefect cannot skip the passes that were missed: PrefectHTTPStatusError: 500" in caplog.text
