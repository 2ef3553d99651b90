from __future__ import annotations

from collections import Counter

import pytest

from tests.kill_child import POINTS
from tests.killing import Victims
from tests.post_office import PostOffice
from tests.servers import HttpServer, SmtpSink
from tests.warehouse_examples import new_warehouse

pytestmark = pytest.mark.slow

KILLED = -9
STORIES = [1, 2]
UNCOMMITTED = {"before the messages are written", "before the commit"}
# The receipt of one message and the seal of the next are one transaction.
REPEATED = {
    "before a message is sealed",
    "sealed, before its commit",
    "taken, before its receipt",
    "before the receipt is written",
    "the receipt written, before its commit",
}


@pytest.fixture(scope="module")
def offices(tmp_path_factory):
    """A mail server, and a process whose forks use it."""
    with SmtpSink() as mail, HttpServer() as hook:
        office = PostOffice(mail=mail, hook=hook, path=tmp_path_factory.mktemp("kills") / "talkwatch.toml")
        office.write(subscribers=("desk",))
        with Victims(office.path) as victims:
            yield office, victims


@pytest.fixture
def office(offices):
    """The mail server with an empty mailbox, and a new warehouse."""
    opened, _ = offices
    opened.mail.mails.clear()
    folder = opened.path.parent / "var"
    folder.mkdir(exist_ok=True)
    for file in folder.glob("warehouse.*"):
        file.unlink()
    new_warehouse(folder)
    return opened


@pytest.mark.parametrize("point", [*POINTS, "after the commit"])
def test_killed_at_any_step_nothing_is_lost(offices, office, point):
    """Killed at a step of commit, send and receipt, all goes out after a restart; at most one message twice, under one id."""
    _, victims = offices
    # The second of two, so that work done and work not begun stand on either side.
    assert victims.do(stories=STORIES, point=point, nth=1 if point == "in the middle of DATA" else 2) == KILLED
    articles, messages = office.rows("select (select count(*) from articles), (select count(*) from messages)")[0]
    assert articles == messages == (1 if point in UNCOMMITTED else 2)
    assert victims.do(stories=STORIES) == 0
    copies = Counter(mail.message["Message-ID"] for mail in office.mail.mails)
    assert set(office.rows("select '<' || message_id || '@example.org>' from messages")) == {(key,) for key in copies}
    assert sorted(copies.values()) == ([1, 2] if point in REPEATED else [1, 1])
    assert office.rows("select distinct status from messages") == [("sent",)]
