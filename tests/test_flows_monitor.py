from __future__ import annotations

import pytest
from prefect.client.orchestration import get_client

from flows.monitor import monitor
from tests.newsroom import RULES, SAID, feed, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def harness():
    """Prefect's own harness: a server on a database of its own."""
    # It loads the server, which takes seconds: here, not in each process that collects the tests.
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415

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
