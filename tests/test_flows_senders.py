from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from alerts import placing
from alerts.message_records import Status
from flows.steps.deliver import senders
from tests.post_office import post_office
from tests.servers import CUT, DROP, KEEP_THEN_DROP, Reply
from warehouse import outbox
from warehouse.store import writing

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HOOKED = 'name = "talks"\nchannel = "webhook"\nmode = "hourly"\nsecret = "s"\n'


@pytest.fixture
def office(tmp_path):
    """A mail server, a webhook receiver, and stories that fire."""
    with post_office(tmp_path) as opened:
        yield opened


def statuses(office, subscriber):
    """Return how many of a subscriber's messages stand where."""
    rows = office.rows(f"select status, count(*) from messages where subscriber = '{subscriber}' group by all")
    return dict(rows)


def told(office):
    """Return what the operator was told, in order."""
    return [json.loads(asked.body)["text"] for asked in office.hook.asked("/ops")]


def test_what_is_recorded_goes_out_once(office):
    """Each story is one message to each subscriber; nothing is sent a second time."""
    office.record(1, 2, 3)
    counts = office.deliver()
    assert (counts.messages_sent, len(office.mail.mails), len(office.hook.asked("/hook"))) == (6, 3, 3)
    assert office.deliver(HOUR).messages_sent == 0
    assert told(office) == []


# Waits of 20, 40, 80, 160 and 320 seconds, each up to half as long again: at 9 and 24 minutes it is too early.
MINUTES = {0: True, 1: True, 3: True, 7: True, 9: False, 19: True, 24: False}


def test_one_channel_s_failure_is_its_own(office):
    """Slack fails for an hour: mails leave on time, Slack's messages leave later in their order, tries back off."""
    office.hook.reply("/hook", Reply(500))
    tries, started = [], office.now
    for number, minute in enumerate(MINUTES):
        office.now = started + minute * MINUTE
        office.record(number)
        before = len(office.hook.asked("/hook"))
        office.deliver()
        assert len(office.mail.mails) == number + 1
        tries.append(len(office.hook.asked("/hook")) - before)
    assert tries == list(MINUTES.values())
    office.hook.reply("/hook", Reply(body=b"ok"))
    office.deliver(HOUR)
    sent = [json.loads(asked.body)["text"] for asked in office.hook.asked("/hook")[sum(tries) :]]
    assert [text[-7:] for text in sent] == [text[-7:] for text in office.mailed()]
    assert statuses(office, "talks") == {"sent": len(MINUTES)}


def test_a_slow_channel_holds_nobody_up(office):
    """While Slack does not answer, every mail has already left."""
    gate = threading.Event()
    office.hook.reply("/hook", Reply(body=b"ok", gate=gate))
    office.record(1, 2, 3)
    running = threading.Thread(target=office.deliver)
    running.start()
    try:
        office.hook.wait_for("/hook", 1)
        office.mail.wait_for(3)
        assert running.is_alive()
    finally:
        gate.set()
        running.join(30)
    assert statuses(office, "talks") == {"sent": 3}


def test_many_messages_to_one_slow_channel_do_not_hold_up_the_rest(office, monkeypatch):
    """A sender takes up nothing new when its time is over; the rest stays as it was, open for more alerts, and leaves next."""
    office.record(*range(6))
    clock = SimpleNamespace(monotonic=iter([number * 0.5 for number in range(1000)]).__next__)
    monkeypatch.setattr(senders, "time", clock)
    senders.deliver(office.setup(), seconds=1.0)
    left = office.rows("select distinct attempts from messages where status = 'pending'")
    assert left == [(0,)]
    monkeypatch.undo()
    office.deliver()
    assert (statuses(office, "desk"), statuses(office, "talks")) == ({"sent": 6}, {"sent": 6})


@pytest.mark.parametrize("after", ["90", "Wed, 04 Mar 2026 12:01:30 GMT"])
def test_retry_after_is_obeyed_by_the_whole_channel(office, after):
    """A channel that asks for a pause, in seconds or until a date, gets no message before it is over."""
    office.hook.reply("/hook", Reply(429, (("Retry-After", after),)), Reply(body=b"ok"))
    office.record(1, 2)
    assert office.deliver().messages_retried == 1
    assert office.deliver(timedelta(seconds=89)).messages_sent == 0
    assert office.deliver(timedelta(seconds=2)).messages_sent == 2


BLOCKING = [
    pytest.param("desk", ("MAIL", "550 5.7.1 not you"), "sender refused: SMTP 550", id="the sender is refused"),
    pytest.param(
        "talks", Reply(403, body=b"action_prohibited"), "HTTP 403: action_prohibited", id="a webhook forbids it"
    ),
    pytest.param("talks", Reply(404, body=b"no_service"), "HTTP 404: no_service", id="a webhook is gone"),
    pytest.param("talks", Reply(410, body=b"channel_is_archived"), "HTTP 410: channel_is_archived", id="archived"),
]


@pytest.mark.parametrize(("subscriber", "cue", "error"), BLOCKING)
def test_a_blocked_channel_is_probed_hourly_and_told_once(office, subscriber, cue, error):
    """Its messages wait, one of them tries each hour, and the operator alone is told: once, and once when it is well."""

    def fail():
        if isinstance(cue, Reply):
            office.hook.reply("/hook", cue)
        else:
            office.mail.answer(*cue)

    def tries():
        return (
            len(office.hook.asked("/hook"))
            if subscriber == "talks"
            else office.rows("select sum(attempts) from messages where subscriber = 'desk'")[0][0]
        )

    fail()
    office.record(1, 2, 3)
    office.deliver()
    office.deliver(59 * MINUTE)
    assert tries() == 1
    fail()
    office.deliver(MINUTE)
    assert tries() == 2
    assert len(told(office)) == 1
    assert error in told(office)[0]
    office.hook.reply("/hook", Reply(body=b"ok"))
    office.deliver(HOUR)
    assert statuses(office, subscriber) == {"sent": 3}
    office.deliver()
    assert [("takes no messages" in line, "again" in line) for line in told(office)] == [(True, False), (False, True)]
    assert office.rows("select count(*) from channels") == [(0,)]
    assert not any("channel" in subject for subject in office.mailed())


def test_who_is_operator_by_the_blocked_channel_is_told_when_it_is_well(office, caplog):
    """What would go out by the broken channel stands in the log and in the warehouse; the good news leaves by it."""
    office.hook.reply("/ops", Reply(404, body=b"no_service"))
    office.write(subscribers=("ops",))
    office.record(1)
    office.deliver()
    assert "the channel slack of ops takes no messages" in caplog.text
    assert office.rows("select count(*) from messages") == [(1,)]
    office.hook.reply("/ops", Reply(body=b"ok"))
    office.deliver(HOUR)
    office.deliver()
    assert "takes messages again" in told(office)[-1]


@pytest.mark.parametrize(
    ("command", "cue"),
    [
        pytest.param("RCPT", "550 5.1.1 no such user", id="550 at RCPT"),
        pytest.param("RCPT", "553 5.1.3 bad name", id="553 at RCPT"),
        pytest.param("DATA", "550 5.7.0 spam", id="550 at DATA"),
        pytest.param("DATA", "554 5.6.0 no", id="554 at DATA"),
    ],
)
def test_wrong_with_one_message_is_dead_at_once(office, command, cue):
    """The message is never tried again by itself, the others leave, and nobody is bothered."""
    office.mail.answer(command, cue)
    office.record(1, 2)
    counts = office.deliver()
    assert (counts.messages_dead, len(office.mail.mails)) == (1, 1)
    office.deliver(HOUR)
    assert statuses(office, "desk") == {"dead": 1, "sent": 1}
    assert told(office) == []


def test_one_of_three_recipients_is_refused(office):
    """Each subscriber has a message and an address of his own: who is refused keeps nobody else from his, once."""
    office.write(subscribers=("desk", "second", "talks"))
    office.mail.answer("RCPT", "550 5.1.1 unknown")
    office.record(1)
    office.deliver()
    office.deliver(HOUR)
    ((taken,),) = [mail.recipients for mail in office.mail.mails]
    refused, told = ("desk", "second") if taken == "second@example.org" else ("second", "desk")
    assert (statuses(office, refused), statuses(office, told)) == ({"dead": 1}, {"sent": 1})
    assert statuses(office, "talks") == {"sent": 1}


@pytest.mark.parametrize(
    ("command", "cue", "copies"),
    [
        pytest.param("RCPT", "451 4.7.1 greylisted", 1, id="451 at RCPT"),
        pytest.param("DATA", "451 4.3.0 later", 1, id="451 at DATA"),
        pytest.param("DATA", "421 4.3.2 closing", 1, id="421 at DATA"),
        pytest.param("MAIL", "421 4.3.2 closing", 1, id="421 at MAIL"),
        pytest.param("RCPT", DROP, 1, id="dropped at RCPT"),
        pytest.param("DATA", CUT, 1, id="dropped in the middle of DATA"),
        pytest.param("DATA", KEEP_THEN_DROP, 2, id="dropped after DATA, before 250"),
    ],
)
def test_what_passes_is_tried_again_within_a_minute(office, command, cue, copies):
    """A failure in passing is tried again within a minute; what may have arrived is repeated under one Message-ID."""
    office.mail.answer(command, cue)
    office.record(1)
    assert office.deliver().messages_retried == 1
    office.deliver(timedelta(seconds=59))
    assert statuses(office, "desk") == {"sent": 1}
    assert len(office.mail.mails) == copies
    assert len({mail.message["Message-ID"] for mail in office.mail.mails}) == 1


def test_after_forty_eight_hours_a_message_is_dead_and_can_be_revived(office):
    """Behind a channel that stays blocked everything is given up after two days, what was never tried included."""
    office.mail.answer("MAIL", "550 not you", times=100)
    office.record(1, 2)
    for hours in (0, 1, 46):
        office.deliver(hours * HOUR)
    assert statuses(office, "desk") == {"retry": 1, "pending": 1}
    office.deliver(HOUR)
    assert statuses(office, "desk") == {"dead": 2}
    ((error,),) = office.rows(
        "select distinct last_error like '%sender refused: SMTP 550%' from messages where status = 'dead'"
    )
    assert error


def test_a_stopped_subscriber_gets_nothing(office):
    """Messages to one who is unsubscribed, or no longer configured, are dead with the reason, and the others leave."""
    office.record(1)
    office.path.write_text(office.path.read_text().replace('"talks"', '"others"'))
    office.deliver()
    ((status, error),) = office.rows("select status, last_error from messages where subscriber = 'talks'")
    assert (status, error) == (Status.DEAD, 'subscriber "talks" is no longer in the configuration')
    assert len(office.mail.mails) == 1


def digest_of(office, count):
    """Record so many stories that wait for one digest of the mail's subscriber, and let its time come."""
    text = office.path.read_text().replace('to = "desk@example.org"', 'to = "desk@example.org"\nmode = "hourly"', 1)
    office.path.write_text(text)
    office.record(*range(count))
    office.now += HOUR


def told_by_mail(office):
    """Return the alerts each mail told, and check that they are all there are, each once."""
    named = [str(mail.message["X-Talkwatch-Alert"]).split() for mail in office.mail.mails]
    everyone = [name for (name,) in office.rows("select alert_id from alert_rows")]
    assert sorted(name for names in named for name in names) == sorted(everyone)
    return [len(names) for names in named]


def test_a_digest_that_tells_too_much_goes_in_parts(office, monkeypatch):
    """It is divided before it is tried, in its order, each part under a name of its own."""
    monkeypatch.setattr(senders, "MOST_ALERTS", 3)
    digest_of(office, 7)
    ((name,),) = office.rows("select message_id from messages where subscriber = 'desk'")
    office.deliver()
    assert told_by_mail(office) == [3, 3, 1]
    ids = [str(mail.message["Message-ID"]) for mail in office.mail.mails]
    assert name in ids[0]
    assert len(set(ids)) == 3
    assert office.deliver(HOUR).messages_sent == 0


@pytest.mark.parametrize("cue", ["552 5.3.4 too big", "554 5.3.4 too big", "523 too long"])
def test_what_a_server_finds_too_big_goes_in_parts(office, cue):
    """It is halved until the server takes it: nothing of it is dead, nothing is told twice."""
    office.mail.answer("DATA", cue, cue)
    digest_of(office, 7)
    counts = office.deliver()
    assert (counts.messages_dead, sorted(told_by_mail(office))) == (0, [2, 2, 3])
    assert statuses(office, "desk") == {"sent": 3}


def test_what_a_receiver_finds_too_big_goes_in_parts(office):
    """A webhook that takes so many bytes and answers 413 to more gets all of it."""
    room = []

    def answer(asked):
        room.append(len(asked.body))
        return Reply(413) if len(asked.body) > 4_000 else Reply(body=b"ok")

    text = office.path.read_text().replace('name = "talks"\nchannel = "slack"\nwebhook_url', f"{HOOKED}url", 1)
    office.path.write_text(text)
    office.hook.reply("/hook", answer)
    office.record(*range(9))
    office.deliver(HOUR)
    told = [json.loads(asked.body)["alerts"] for asked in office.hook.asked("/hook") if len(asked.body) <= 4_000]
    assert max(room) > 4_000
    assert sorted(each["alert_id"] for alerts in told for each in alerts) == [
        name for (name,) in office.rows("select alert_id from alert_rows order by 1")
    ]
    assert statuses(office, "talks") == {"sent": len(told)}


def test_a_letter_of_too_many_bytes_goes_in_parts_unasked(office, monkeypatch):
    """No server is tried with a letter that nobody would read."""
    monkeypatch.setattr(senders, "LETTER_BYTES", 6_000)
    digest_of(office, 7)
    assert office.deliver().messages_dead == 0
    assert len(told_by_mail(office)) > 1
    assert max(len(mail.raw) for mail in office.mail.mails) < 20_000


def test_one_alert_that_is_too_big_is_dead(office):
    """What cannot be divided is refused like any other."""
    office.mail.answer("DATA", "552 5.3.4 too big", times=9)
    office.record(1)
    assert office.deliver().messages_dead == 1


_FOLLOWED = """
INSERT INTO follow_ups BY NAME
SELECT $follow_up_id AS follow_up_id, alert_id, 'repeated' AS news, fired_at AS noted_at, 1 AS sources, keyword, scope,
    place, excerpt, excerpt_start_char, excerpt_end_char, evidence
FROM alert_rows WHERE alert_id = $alert_id
"""


def test_what_is_new_goes_with_its_alert(office):
    """A part tells the follow-ups of its own alerts."""
    digest_of(office, 4)
    with writing(office.setup().data_dir) as session:
        (message,) = outbox.due_messages(session, office.now, 1, subscribers=["desk"])
        first, *_, last = message.alert_ids
        for follow_up_id, alert_id in (("f1", first), ("f2", last)):
            session.run(_FOLLOWED, {"follow_up_id": follow_up_id, "alert_id": alert_id})
        outbox.save_messages(session, [replace(message, follow_up_ids=("f1", "f2"))])
        outbox.divide(session, message, placing.parted(message, 2))
        parts = outbox.due_messages(session, office.now + HOUR, 9, subscribers=["desk"])
    assert [(first in each.alert_ids, each.follow_up_ids) for each in parts] == [(True, ("f1",)), (False, ("f2",))]
