from __future__ import annotations

import queue
import threading

import pytest

from flows.config.configuration import FetchTable
from flows.times import utc_now
from flows.web import stream
from flows.web.results import Request
from flows.web.stream import Stream
from tests.servers import HttpServer, Reply


class Patient(Stream):
    """A stream that opens a gate as soon as a moment goes by in which nothing more comes."""

    def __init__(self, fetch: FetchTable, gate: threading.Event) -> None:
        """Begin with the gate shut."""
        super().__init__(fetch, clock=utc_now, stopping=lambda: False)
        self._lull = gate

    def _take(self, closes):
        try:
            return super()._take(closes)
        except queue.Empty:
            if closes:
                self._lull.set()
            raise


@pytest.mark.parametrize(
    ("first", "batches"),
    [
        pytest.param(Reply(304), [["one", "two"]], id="what has not changed waits for company"),
        pytest.param(Reply(body=b"<rss/>"), [["one"], ["two"]], id="a body is not kept waiting"),
    ],
)
def test_a_batch_closes_early_only_for_what_someone_may_wait_for(first, batches, monkeypatch):
    """To note that nothing changed is no hurry, and each time the warehouse is opened costs more than the noting."""
    monkeypatch.setattr(stream, "OLDEST_SECONDS", 60)
    gate, came = threading.Event(), []
    with HttpServer() as server:
        server.reply("/one", first)
        server.reply("/two", Reply(304, gate=gate))
        fetch = FetchTable.model_validate(
            {"delay_seconds": 0, "per_host": 2, "allow_hosts": [f"127.0.0.1:{server.port}"]}
        )
        with Patient(fetch, gate) as opened:
            opened.ask(Request(key=key, url=server.url(f"/{key}"), accept="*/*", etag='"x"') for key in ("one", "two"))
            while arrived := opened.batch():
                came.append([outcome.key for outcome in arrived])
    assert came == batches
