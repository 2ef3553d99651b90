from __future__ import annotations

import traceback
from types import SimpleNamespace
from uuid import uuid4

import duckdb
import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.testing.utilities import prefect_test_harness

from flows.monitor import monitor
from tests.newsroom import RULES, SAID, feed, newsroom, page
from tests.servers import Reply
from warehouse.errors import DiskFull

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def harness():
    """Prefect's own harness: a server on a database of its own."""
    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def room(tmp_path, monkeypatch):
    """An outlet, a mailbox and a webhook, named by the environment as `serve` does."""
    with newsroom(tmp_path) as opened:
        opened.write(rules=f"{RULES}max_age = 'none'\n")
        monkeypatch.setenv("TALKWATCH_CONFIG", str(opened.configuration))
        yield opened


def tasks_finished(caplog) -> int:
    """Return how many task runs Prefect says have finished since the last time."""
    finished = [record for record in caplog.records if record.name == "prefect.task_runs"]
    caplog.clear()
    return len(finished)


def test_the_flow_does_the_pass(room):
    """One run of the flow goes from the feed to the mailbox, and stores no parameter."""
    assert "articles_new=2" in monitor()
    assert len(room.mail.mails) == 1
    with get_client(sync_client=True) as client:
        assert [run.parameters for run in client.read_flow_runs(limit=1)] == [{}]


def test_the_number_of_tasks_does_not_depend_on_the_articles(room, caplog):
    """Two articles or thirty: the same tasks, one fewer than the first pass, whose messages leave at its end."""
    monitor()
    first = tasks_finished(caplog)
    assert "articles_new=2" in run_later(room, "few", 2)
    few = tasks_finished(caplog)
    assert "articles_new=30" in run_later(room, "many", 30)
    assert tasks_finished(caplog) == few == first - 1
    assert first <= 10


def run_later(room, name: str, articles: int) -> str:
    """Run the flow once the feed is due again and brings so many articles, which nobody needs to be told of."""
    items = {f"/{name}-{n}": f"Kremlin names its terms, {name} {n}" for n in range(articles)}
    for path, title in items.items():
        room.outlet.reply(path, page(title, (*SAID, f"This is the {path} of {articles}.")))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))
    with room.warehouse() as session:
        session.run("update feeds set next_poll_at = '2000-01-01'")
    return monitor()


@pytest.mark.usefixtures("room")
def test_an_error_keeps_nothing_open_behind_it(monkeypatch):
    """What a pass raises of a full disk holds none of the frames below: Prefect keeps it until the process ends."""

    def no_room(*_given, **_named):
        try:
            raise duckdb.IOException("no space")
        except duckdb.Error as error:
            raise DiskFull("no space left") from error

    monkeypatch.setattr("flows.monitor.run_pass", no_room)
    with pytest.raises(DiskFull) as raised:
        monitor()
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert "no_room" not in [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]


@pytest.mark.usefixtures("room")
def test_a_prefect_without_room_keeps_no_pass_from_its_work(monkeypatch, caplog):
    """Where Prefect's server fails to skip what was missed, the pass says so in a line and does its work."""

    def refused(*_given):
        request = httpx.Request("POST", "http://127.0.0.1:4200/api")
        raise PrefectHTTPStatusError("500 Internal Server Error", request=request, response=httpx.Response(500))

    monkeypatch.setattr("flows.monitor.skip_missed", refused)
    monkeypatch.setattr("flows.monitor.runtime_deployment", SimpleNamespace(id=str(uuid4())))
    assert "articles_new=2" in monitor()
    assert "Prefect cannot skip the passes that were missed: PrefectHTTPStatusError: 500" in caplog.text
