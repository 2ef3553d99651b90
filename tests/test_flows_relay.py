from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from alerts.placing import wait
from flows.setup import STOP_FLAG
from flows.steps.deliver import relay
from flows.steps.deliver.relay import LOOK_SECONDS, Relay, look
from flows.steps.deliver.senders import deliver, lock_of
from tests.post_office import post_office
from tests.servers import Reply
from warehouse.locking import exclusive
from warehouse.store import LIVE

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path):
    """A mail server, a webhook receiver, and stories that fire."""
    with post_office(tmp_path) as opened:
        yield opened


def due_after(office, span):
    """Tell whether the relay would send then, and stay there."""
    office.now += span
    return look(office.setup())[0]


def test_a_first_retry_comes_within_a_minute():
    """The longest first wait and one look leave a quarter of a minute for a process to start."""
    assert wait(1, None, 1.0) + timedelta(seconds=LOOK_SECONDS) <= 45 * SECOND


@pytest.mark.slow
def test_the_relay_sends_when_something_is_due(office):
    """New messages are due at once, what failed in passing when its time has come, and what was sent never again."""
    assert not look(office.setup())[0]
    office.record(1)
    assert look(office.setup())[0]
    office.mail.answer("RCPT", "451 4.7.1 greylisted")
    office.deliver()
    assert [due_after(office, span * SECOND) for span in (0, 19, 12)] == [False, False, True]
    office.deliver()
    assert not due_after(office, timedelta(days=1))


@pytest.mark.slow
def test_a_channel_in_trouble_is_due_when_it_is_to_be_tried(office):
    """While all wait behind a failing channel nothing is due, until the hour in which one of them may probe it."""
    office.hook.reply("/hook", Reply(404, body=b"no_service"))
    office.record(1, 2)
    office.deliver()
    office.deliver()  # what the operator is told
    assert [due_after(office, span * MINUTE) for span in (0, 59, 1)] == [False, False, True]


@pytest.mark.slow
def test_what_is_held_is_due_when_its_time_has_come(office):
    """The end of group_wait needs no pass."""
    text = office.path.read_text()
    office.path.write_text(text.replace('name = "talks"', 'name = "talks"\ngroup_wait = "90s"'))
    office.record(1)
    office.deliver()
    assert [due_after(office, span * SECOND) for span in (0, 89, 1)] == [False, False, True]


@pytest.mark.slow
def test_nothing_is_due_where_nothing_can_be_sent(office, monkeypatch):
    """Asked to stop, without a warehouse, or while another holds it, the relay starts nothing."""
    office.record(1)
    setup = office.setup()
    (setup.data_dir / STOP_FLAG).touch()
    assert not look(setup)[0]
    (setup.data_dir / STOP_FLAG).unlink()
    monkeypatch.setattr(relay, "_PATIENCE", 0 * SECOND)
    with exclusive(setup.data_dir / "warehouse.lock"):
        assert not look(setup)[0]
    assert look(setup)[0]
    (setup.data_dir / LIVE).unlink()
    assert not look(setup)[0]
    assert not (setup.data_dir / LIVE).exists()


@pytest.mark.slow
def test_the_warehouse_stays_closed_while_nothing_waits(office, monkeypatch):
    """It is opened again when the file is another, and at every look for as long as any message is yet to leave."""
    looks, looked = [], relay.look
    monkeypatch.setattr(relay, "look", lambda setup: looks.append(1) or looked(setup))
    watch = Relay(office.setup())
    assert [watch.is_due() for _ in range(3)] == [False] * 3
    assert len(looks) == 1
    office.record(1)
    assert watch.is_due()
    office.mail.answer("RCPT", "451 4.7.1 greylisted")
    office.deliver()
    looks.clear()
    assert [watch.is_due() for _ in range(3)] == [False] * 3
    assert len(looks) == 3
    office.now += timedelta(minutes=1)
    assert Relay(office.setup()).is_due()
    office.deliver()
    assert [watch.is_due() for _ in range(3)] == [False] * 3
    assert len(looks) == 5


@pytest.mark.slow
def test_one_sender_a_channel(office):
    """Where another process sends by a channel nothing is sent by it a second time; other channels go on."""
    office.record(1, 2)
    with exclusive(lock_of(office.setup().data_dir, "email")):
        counts = office.deliver()
    assert (counts.messages_sent, len(office.mail.mails), len(office.hook.asked("/hook"))) == (2, 0, 2)
    assert office.rows("select sum(attempts) from messages where channel = 'email'") == [(0,)]
    office.deliver()
    assert len(office.mail.mails) == 2


@pytest.mark.slow
def test_what_comes_while_a_channel_is_used_leaves_too(office):
    """A sender goes on until nothing is due: a message that is written while it sends needs no other to send it."""
    office.record(1)
    setup = office.setup()

    def meanwhile(_):
        if len(office.hook.asked("/hook")) == 1:
            office.record(2)

    office.record(3)
    deliver(replace(setup, pause=meanwhile))
    assert len(office.hook.asked("/hook")) == 3


@pytest.mark.slow
def test_a_channel_is_given_time_between_two_messages(office):
    """Slack gets one message a second, also from one process to the next; the mail server has no such wish."""
    pauses = []
    office.record(1, 2)
    setup = replace(office.setup(), pause=pauses.append)
    deliver(setup)
    assert pauses == [1.0]
    office.now += 0.25 * SECOND
    office.record(3)
    deliver(setup)
    assert pauses == [1.0, 0.75]
    office.now += MINUTE
    office.record(4)
    deliver(setup)
    assert (pauses, len(office.mail.mails)) == ([1.0, 0.75, 0.0], 4)


class Failed:
    """A process that ended badly at once."""

    exitcode = 1

    def __init__(self, **_):
        """Take what a process takes."""

    def start(self):
        """Start nothing."""

    def is_alive(self):
        """Tell that it has ended."""
        return False


class Unborn(Failed):
    """A process that did not begin: what it was to be forked from had been killed a moment before."""

    def start(self):
        """Hear nothing of it."""
        raise EOFError


@pytest.mark.parametrize("kind", [Failed, Unborn])
def test_a_process_that_fails_is_not_started_over_and_over(monkeypatch, kind):
    """After a failure the relay rests before it looks again, after the next twice as long."""
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(relay.asyncio, "sleep", sleep)
    monkeypatch.setattr(relay.Relay, "is_due", lambda _: True)
    monkeypatch.setattr(relay, "begun_by", lambda: SimpleNamespace(Process=kind))
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(Relay(None).run())
    assert slept == [LOOK_SECONDS, 5, LOOK_SECONDS, 10]
