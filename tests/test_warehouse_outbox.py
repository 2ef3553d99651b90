from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.message_records import HeldBy, Refused, Sent, Status, TryLater
from tests.warehouse_examples import HOUR, NOW, alert, decision, message, new_warehouse, read_article
from warehouse import alerts, articles, outbox
from warehouse.store import writing

FIRST, SECOND = "alert-ceasefire-a1", "alert-ceasefire-a2"
LATER = NOW + HOUR


@pytest.fixture
def session(tmp_path):
    """Return a session in which two articles have fired an alert each."""
    with writing(new_warehouse(tmp_path)) as opened:
        articles.save_articles(opened, [read_article(), read_article("a2")])
        alerts.save_decisions(opened, [decision(alert()), decision(alert("a2"))])
        yield opened


def due(session, now=NOW):
    """Return the ids of the messages to be sent."""
    return [each.message_id for each in outbox.due_messages(session, now, 99)]


def stored(session, columns, name="m1"):
    """Return columns of one message."""
    return session.row(f"SELECT {columns} FROM messages WHERE message_id = $1", [name])


def test_a_message_comes_back_whole(session):
    """Every field of a message survives, the order of its alerts included."""
    sent = message(SECOND, FIRST, held_by=HeldBy.DIGEST, due_at=LATER, story_id=None)
    outbox.save_messages(session, [sent])
    assert outbox.open_messages(session) == (sent,)


def test_alerts_join_an_open_message(session):
    """A message saved again with another alert tells both and keeps its id."""
    outbox.save_messages(session, [message(FIRST)])
    (opened,) = outbox.open_messages(session)
    joined = replace(opened, alert_ids=(FIRST, SECOND), due_at=LATER, held_by=HeldBy.QUIET_HOURS)
    outbox.save_messages(session, [joined])
    assert outbox.open_messages(session) == (joined,)
    assert [notice.alert.alert_id for notice in outbox.notices(session, joined)] == [FIRST, SECOND]


def test_saving_twice_adds_nothing(session):
    """The same message again is the same rows."""
    for _ in range(2):
        outbox.save_messages(session, [message(FIRST)])
    assert session.rows("SELECT count(*) FROM messages UNION ALL SELECT count(*) FROM message_alerts") == [(1,), (1,)]


def test_messages_are_due_from_their_time_on(session):
    """The longest due comes first, what is not due yet stays, and a limit cuts."""
    outbox.save_messages(
        session,
        [message(name="b"), message(name="a", due_at=NOW - HOUR), message(name="c", due_at=LATER)],
    )
    assert due(session) == ["a", "b"]
    assert due(session, LATER) == ["a", "b", "c"]
    assert len(outbox.due_messages(session, LATER, 1)) == 1


def test_an_attempt_seals_a_message(session):
    """Once tried, a message is open no more; killed before its receipt, it is due again as the same message."""
    outbox.save_messages(session, [message()])
    outbox.begin_attempt(session, "m1", NOW)
    assert outbox.open_messages(session) == ()
    (again,) = outbox.due_messages(session, NOW, 9)
    assert (again.message_id, again.attempts, again.status) == ("m1", 1, Status.PENDING)


@pytest.mark.parametrize(
    ("receipt", "retry_at", "expected"),
    [
        pytest.param(Sent(), None, (Status.SENT, None, NOW, NOW), id="taken: sent, with its time"),
        pytest.param(
            TryLater(error="421 busy"), LATER, (Status.RETRY, "421 busy", LATER, None), id="put off: due at retry_at"
        ),
        pytest.param(
            TryLater(error="421 busy"), None, (Status.DEAD, "421 busy", NOW, None), id="put off for ever: dead"
        ),
        pytest.param(
            Refused(error="550 no such user"),
            LATER,
            (Status.DEAD, "550 no such user", NOW, None),
            id="refused: dead whatever retry_at says",
        ),
    ],
)
def test_a_receipt_decides_where_a_message_stands(session, receipt, retry_at, expected):
    """Sent, retry or dead, with the channel's last words."""
    outbox.save_messages(session, [message()])
    outbox.begin_attempt(session, "m1", NOW)
    assert outbox.save_receipt(session, "m1", receipt, NOW, retry_at) is expected[0]
    assert stored(session, "status, last_error, due_at, sent_at") == expected
    assert due(session) == []
    assert due(session, LATER) == (["m1"] if expected[0] is Status.RETRY else [])


def test_a_success_clears_the_error_before_it(session):
    """A message that goes through at its second try shows no error, and two attempts."""
    outbox.save_messages(session, [message()])
    outbox.begin_attempt(session, "m1", NOW)
    outbox.save_receipt(session, "m1", TryLater(error="busy"), NOW, LATER)
    outbox.begin_attempt(session, "m1", LATER)
    outbox.save_receipt(session, "m1", Sent(), LATER, None)
    assert stored(session, "status, last_error, attempts, attempted_at, sent_at") == ("sent", None, 2, LATER, LATER)


def test_recent_messages_are_those_tried_since(session):
    """Messages tried in the stretch are recent whatever came of it; untried and older ones are not."""
    old = NOW - timedelta(days=1)
    outbox.save_messages(session, [message(name="old", due_at=old), message(name="tried"), message(name="open")])
    outbox.begin_attempt(session, "old", old)
    outbox.begin_attempt(session, "tried", NOW)
    assert [each.message_id for each in outbox.recent_messages(session, NOW - HOUR)] == ["tried"]


def test_sending_again_makes_a_message_due(session):
    """A dead or sent message is due again under its old id; one that was never tried stays as it is."""
    outbox.save_messages(session, [message(name="dead"), message(name="open", due_at=LATER)])
    outbox.begin_attempt(session, "dead", NOW)
    outbox.save_receipt(session, "dead", Refused(error="x"), NOW, None)
    assert outbox.send_again(session, ["dead", "open", "unknown"], NOW) == 1
    assert due(session) == ["dead"]
    assert stored(session, "due_at", "open") == (LATER,)


def test_deliveries_are_one_row_an_alert_and_message(session):
    """The analysts' view pairs each message with each alert it tells."""
    outbox.save_messages(session, [message(FIRST, SECOND), message(FIRST, name="m2", subscriber="chat")])
    rows = session.rows("SELECT message_id, alert_id, subscriber, status FROM deliveries ORDER BY ALL")
    assert rows == [
        ("m1", FIRST, "desk", "pending"),
        ("m1", SECOND, "desk", "pending"),
        ("m2", FIRST, "chat", "pending"),
    ]
