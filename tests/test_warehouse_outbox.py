from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.message_records import HeldBy, OperatorNotice, Standing, Status
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
    sent = message(SECOND, FIRST, held_by=HeldBy.DIGEST, due_at=LATER, event_id=None, thread_of="m0")
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


def test_what_waited_behind_a_failing_channel_was_tried_since_that_failed(session):
    """Its 48 hours began with the channel's trouble, or when it was due; where the channel is well, with the first try."""
    waits = {"m1": (2 * HOUR, NOW - HOUR), "m2": (HOUR, NOW - 2 * HOUR), "m3": (HOUR, None)}
    outbox.save_messages(session, [message(name=name, due_at=NOW - wait) for name, (wait, _) in waits.items()])
    for name, (_, since) in waits.items():
        outbox.begin_attempt(session, name, NOW, since=since)
    assert [stored(session, "tried_since", name)[0] for name in waits] == [NOW - HOUR, NOW - HOUR, NOW]


SENT, DEAD = Standing(status=Status.SENT), Standing(status=Status.DEAD, error="550 no such user")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        pytest.param(SENT, (Status.SENT, None, NOW, NOW), id="taken: sent, with its time"),
        pytest.param(
            Standing(status=Status.RETRY, error="451 busy", due_at=LATER),
            (Status.RETRY, "451 busy", LATER, None),
            id="put off: due later",
        ),
        pytest.param(DEAD, (Status.DEAD, "550 no such user", NOW, None), id="refused: dead"),
    ],
)
def test_what_came_of_a_try_is_recorded(session, standing, expected):
    """Sent, retry or dead, with the channel's last words."""
    outbox.save_messages(session, [message()])
    outbox.begin_attempt(session, "m1", NOW)
    outbox.settle(session, "m1", standing, NOW)
    assert stored(session, "status, last_error, due_at, sent_at") == expected
    assert due(session) == []
    assert due(session, LATER) == (["m1"] if standing.status is Status.RETRY else [])


def test_a_message_keeps_its_place_behind_a_channel_that_fails(session):
    """A standing without a time leaves the message due when it was, so that messages leave in their order."""
    outbox.save_messages(session, [message(), message(name="m2", due_at=LATER)])
    outbox.begin_attempt(session, "m1", NOW)
    outbox.settle(session, "m1", Standing(status=Status.RETRY, error="HTTP 500"), NOW)
    assert due(session, LATER) == ["m1", "m2"]


def test_a_success_clears_the_error_before_it(session):
    """A message that goes through at its second try shows no error, two attempts, and since when it was tried."""
    outbox.save_messages(session, [message()])
    outbox.begin_attempt(session, "m1", NOW)
    outbox.settle(session, "m1", Standing(status=Status.RETRY, error="busy", due_at=LATER), NOW)
    outbox.begin_attempt(session, "m1", LATER)
    outbox.settle(session, "m1", Standing(status=Status.SENT, ref="17.1"), LATER)
    columns = "status, last_error, attempts, tried_since, attempted_at, sent_at"
    assert stored(session, columns) == ("sent", None, 2, NOW, LATER, LATER)
    assert outbox.sent_as(session, "m1") == ("17.1", None)


def test_recent_messages_are_those_tried_since(session):
    """Messages tried in the stretch are recent whatever came of it; untried and older ones are not."""
    old = NOW - timedelta(days=1)
    outbox.save_messages(session, [message(name="old", due_at=old), message(name="tried"), message(name="open")])
    outbox.begin_attempt(session, "old", old)
    outbox.begin_attempt(session, "tried", NOW)
    assert [each.message_id for each in outbox.recent_messages(session, NOW - HOUR)] == ["tried"]


def test_sending_again_makes_a_message_due(session):
    """What is dead, tried or not, or was cut off while it was sent is due again under its id; what waits stays as it is."""
    names = {"cut": "desk", "dead": "desk", "untried": "chat", "open": "desk"}
    outbox.save_messages(session, [message(name=name, subscriber=who, due_at=LATER) for name, who in names.items()])
    outbox.begin_attempt(session, "cut", NOW)
    outbox.begin_attempt(session, "dead", NOW)
    outbox.settle(session, "dead", DEAD, NOW)
    outbox.stop(session, "chat", "unsubscribed")
    assert outbox.send_again(session, [*names, "unknown"], NOW) == 3
    assert due(session) == ["cut", "dead", "untried"]
    assert stored(session, "tried_since", "dead") == (None,)
    assert stored(session, "due_at", "open") == (LATER,)


def test_what_waits_counts_from_when_it_should_have_left(session):
    """A message waits from when it was due, or was first tried though it is due later now; what has left waits no more."""
    outbox.save_messages(session, [message(), message(name="later", due_at=LATER)])
    outbox.begin_attempt(session, "m1", NOW)
    outbox.settle(session, "m1", Standing(status=Status.RETRY, error="busy", due_at=LATER + HOUR), NOW)
    assert outbox.waiting_since(session, NOW) == outbox.waiting_since(session, LATER) == NOW
    outbox.settle(session, "m1", SENT, NOW)
    assert outbox.waiting_since(session, NOW) is None
    assert outbox.waiting_since(session, LATER) == LATER


def test_what_is_due_to_some_is_found_without_the_rest(session):
    """Only the messages to those who are named are found, and what is due is counted by subscriber."""
    many = [message(name=f"m{number}", due_at=NOW - HOUR) for number in range(3)]
    others = [message(name="x", subscriber="chat"), message(name="y", subscriber="other", due_at=LATER)]
    outbox.save_messages(session, [*many, *others])
    found = outbox.due_messages(session, NOW, 3, subscribers=("desk", "other"))
    assert [each.message_id for each in found] == ["m0", "m1", "m2"]
    assert outbox.due_messages(session, NOW, 3, subscribers=()) == ()
    assert outbox.due_counts(session, NOW) == {"chat": 1, "desk": 3}


def test_when_a_channel_was_used_last(session):
    """The last try to any of these subscribers counts, or the end of one that went through."""
    outbox.save_messages(session, [message(name="a"), message(name="b"), message(name="c", subscriber="chat")])
    assert outbox.last_tried_at(session, ("desk", "chat")) is None
    for name, at in {"a": NOW, "b": NOW + HOUR, "c": LATER}.items():
        outbox.begin_attempt(session, name, at)
    assert outbox.last_tried_at(session, ("desk",)) == NOW + HOUR
    outbox.settle(session, "a", SENT, NOW + 2 * HOUR)
    assert outbox.last_tried_at(session, ("desk",)) == NOW + 2 * HOUR


def test_what_waited_too_long_is_given_up(session):
    """A message is dead when it was tried, or waited behind a failing channel, too long; our own absence is no wait."""
    outbox.save_messages(session, [message(name="old", due_at=NOW - HOUR), message(name="new")])
    outbox.save_messages(session, [message(name="tried", due_at=NOW - HOUR)])
    outbox.begin_attempt(session, "tried", NOW - HOUR)
    others = message(name="other", subscriber="chat", due_at=NOW - HOUR)
    outbox.save_messages(session, [others])
    old = {"failing_since": NOW - 2 * HOUR, "until": NOW - HOUR}
    assert outbox.give_up(session, ["desk"], "login refused", failing_since=NOW, until=NOW - HOUR) == 1
    assert outbox.give_up(session, ["desk"], "login refused", **old) == 1
    assert due(session) == ["other", "new"]
    assert set(outbox.dead_messages(session)) == {"old", "tried"}


def test_all_that_waits_for_a_subscriber_can_be_stopped(session):
    """What is pending for him is dead with the reason given, what was sent and what others get stays."""
    outbox.save_messages(session, [message(name="sent"), message(name="open"), message(name="x", subscriber="chat")])
    outbox.settle(session, "sent", SENT, NOW)
    assert outbox.stop(session, "desk", "unsubscribed") == 1
    assert stored(session, "status, last_error", "open") == ("dead", "unsubscribed")
    assert due(session) == ["x"]


def test_messages_are_found_by_the_beginning_of_an_id(session):
    """The id of a message, or of an alert in it, names messages by how it begins."""
    outbox.save_messages(session, [message(FIRST, SECOND, name="abc"), message(SECOND, name="abd")])
    assert outbox.named_messages(session, "ab") == (("abc", "abc"), ("abd", "abd"))
    assert outbox.named_messages(session, FIRST) == ((FIRST, "abc"),)
    assert outbox.named_messages(session, "zz") == ()


def test_what_the_operator_is_told_is_apart(session):
    """No alert joins the operator's message, nor does it count for his messages an hour; notices join it until it leaves."""
    outbox.save_messages(session, [replace(message(name="n1"), alert_ids=())])
    outbox.save_notice(
        session, OperatorNotice(notice_id="o1", key="k", subject="s", text="t", noted_at=NOW, message_id="n1")
    )
    assert (outbox.open_messages(session), due(session)) == ((), ["n1"])
    assert outbox.open_notice_message(session, "desk") == "n1"
    outbox.begin_attempt(session, "n1", NOW)
    assert outbox.open_notice_message(session, "desk") is None
    assert outbox.recent_messages(session, NOW - HOUR) == ()


def test_deliveries_are_one_row_an_alert_and_message(session):
    """The analysts' view pairs each message with each alert it tells."""
    outbox.save_messages(session, [message(FIRST, SECOND), message(FIRST, name="m2", subscriber="chat")])
    rows = session.rows("SELECT message_id, alert_id, subscriber, status FROM deliveries ORDER BY ALL")
    assert rows == [
        ("m1", FIRST, "desk", "pending"),
        ("m1", SECOND, "desk", "pending"),
        ("m2", FIRST, "chat", "pending"),
    ]
