"""The morning briefing at the far end: the mail with its pictures, Slack's blocks, when it leaves, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from alerts.briefings import render_briefing
from alerts.channels.email import EmailSubscriber, EmailTable, compose
from alerts.channels.slack_blocks import BLOCKS, payload
from alerts.message_records import Briefing, HeldBy, Letter, Status
from alerts.placing import late_by, next_briefing, place
from alerts.subscribers import Mode, QuietHours
from flows.cli.messages import sampled
from flows.steps.deliver.briefings import keep_due
from flows.steps.deliver.sealing import letter_of, sealed
from tests.alert_desk import Desk
from tests.alert_examples import alert, subscriber
from tests.newsroom import newsroom
from tests.test_flows_changes import WORDS, said
from tests.warehouse_examples import NOW, feed, peskov, poll
from warehouse import outbox
from warehouse.feeds import FeedCourse, FeedHealth, save_polls, sync_feeds
from warehouse.officials import save_officials

MORE = """
[[subscribers]]
name = "morning"
channel = "email"
to = "desk@example.org"
mode = "briefing"
digest_at = "08:00"
timezone = "Europe/Kyiv"
[channels.email]
host = "mail.example"
from = "Talkwatch <talkwatch@example.org>"
"""
HOSTILE = "There will be no truce & no <b>talks</b> of it, as we have always said to everyone"
MORNING = datetime(2026, 11, 22, 6, tzinfo=UTC)  # 08:00 in Kyiv, after NOW


@contextmanager
def briefed(folder: Path, hostile: str = HOSTILE) -> Iterator[Desk]:
    """Open a desk on which Peskov has taken back his consent, another has taken a side, and one feed fails."""
    with Desk(folder, more=MORE) as opened:
        sync_feeds(opened.session, [feed(), feed("two")])
        course = FeedCourse(state=FeedHealth.FAILING, failing_since=NOW)
        save_polls(opened.session, [poll(name="two", error="HTTP 500", course=course)])
        save_officials(opened.session, (peskov(None),))
        opened.now = NOW - timedelta(hours=30)
        opened.take_in(said("a", "accept", -30, outlet="Herald"))
        opened.now = NOW
        opened.take_in(said("b", "reject", 0, outlet="Gazette"), said("z", "reject", 0, who="Zelensky", words=hostile))
        keep_due(opened.setup, opened.session)
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Such a desk, for all tests."""
    with briefed(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def waiting(desk):
    """Return the briefings that wait."""
    return [each for each in outbox.open_messages(desk.session) if each.held_by is HeldBy.BRIEFING]


def letter(desk: Desk) -> Letter:
    """Return the letter of the briefing that waits, as it would leave in the morning."""
    desk.now = MORNING
    (message,) = waiting(desk)
    who = desk.setup.settings.subscribers[1]
    return letter_of(desk.setup, sealed(desk.setup, desk.session, message, who))


def test_a_briefing_waits_for_its_time(desk):
    """One message is due at the subscriber's own time, whether anything fired or not, and never two."""
    (message,) = waiting(desk)
    keep_due(desk.setup, desk.session)
    assert waiting(desk) == [message]
    assert (message.subscriber, message.due_at, message.alert_ids) == ("morning", MORNING, ())


def test_it_tells_by_topic_what_is_new(desk):
    """Changes come with both ends, new positions and what fails are told; every word stands in a source, with its link."""
    told = letter(desk)
    assert told.subject == "Briefing of 22 Nov 2026: 1 change, 1 new position"
    text = " ".join(told.text.split())
    assert "What came from 21 Nov 2026, 08:00 (Europe/Kyiv) to 22 Nov 2026, 08:00 (Europe/Kyiv)" in text
    assert "Ceasefire ========= Changed: Dmitry Peskov: accepts → rejects" in text
    assert f"> {WORDS['reject']}, Gazette · 21 Nov 2026, 14:05 (Europe/Kyiv) https://b.example/" in text
    assert f"Before: > {WORDS['accept']}, Herald · 20 Nov 2026, 08:05 (Europe/Kyiv) https://a.example/" in text
    assert "New position: volodymyr-zelenskyy rejects" in text
    assert "2 articles of 2 outlets were read; 2 feeds are watched. Not collected, since feeds fail: Two." in text
    assert "You get this each day as “morning”." in text


def test_the_mail_has_its_pictures_in_it(desk):
    """The page shows charts that come with the mail, each with its words; nothing of a source is markup."""
    table = EmailTable.model_validate({"host": "mail.example", "from": "Talkwatch <talkwatch@example.org>"})
    mail = compose(
        letter(desk), EmailSubscriber(name="morning", channel="email", to="d@example.org"), table=table, at=NOW
    )
    parts = list(mail.walk())
    assert [each.get_content_type() for each in parts] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "image/png"
    ]  # fmt: skip
    html = parts[3].get_content()
    for image in parts[4:]:
        assert image.get_content().startswith(b"\x89PNG")
        assert f'<img src="cid:{image["Content-ID"].strip("<>")}" alt="' in html
    assert "no &lt;b&gt;talks&lt;/b&gt;" in html
    assert "ceasefire, Russia: 1, usually 0.0" in html.replace("\n", " ")


def test_slack_has_it_in_blocks(desk):
    """Each topic is a header, each new thing a section in plain text with links of ours under it, within Slack's limits."""
    blocks = payload(letter(desk), timezone="Europe/Kyiv")["blocks"]
    assert len(blocks) <= BLOCKS
    headers = [each["text"]["text"] for each in blocks if each["type"] == "header"]
    assert headers == ["Briefing of 22 Nov 2026: 1 change, 1 new position", "Ceasefire"]
    sections = [each["text"] for each in blocks if each["type"] == "section"]
    assert all(each["type"] == "plain_text" for each in sections)
    assert f"\n{WORDS['reject']}" in sections[0]["text"]  # in no marks that its source has not
    links = [part["text"] for each in blocks if each["type"] == "context" for part in each["elements"]]
    assert links[:2] == [
        "<https://b.example/|Gazette · 21 Nov 2026, 14:05 (Europe/Kyiv)>",
        "Before: <https://a.example/|Herald · 20 Nov 2026, 08:05 (Europe/Kyiv)>",
    ]


def test_slack_has_links_where_a_name_would_be_markup(desk):
    """A time zone or an outlet with a character that Slack takes for markup stands as it is, with the link beside it."""
    blocks = payload(letter(desk), timezone="America/New_York")["blocks"]
    links = [part for each in blocks if each["type"] == "context" for part in each["elements"]]
    assert (links[0]["type"], links[0]["text"]) == ("plain_text", "Gazette · 21 Nov 2026, 07:05 (America/New_York)")
    assert links[1]["text"] == "<https://b.example/|Open the article>"


def test_it_says_what_to_type_to_stop_it():
    """The command that stops it is one that works as it stands, whatever the subscriber is called."""
    briefing = Briefing(since=NOW, until=MORNING, parts=(), counts=(), coverage=())
    own = next_briefing(subscriber(name="early bird", mode=Mode.BRIEFING), NOW)
    told = render_briefing(own, briefing, timezone="UTC")
    assert "whoever runs Talkwatch types: talkwatch alerts unsubscribe 'early bird'" in told.text
    assert told.footer[-1].endswith("unsubscribe 'early bird'")


def test_after_a_pause_one_leaves_late(desk):
    """What waited over days in which nothing ran is sent once, says how late it is, and the next is that of tomorrow."""
    (message,) = waiting(desk)
    desk.now = MORNING + timedelta(days=3, hours=2)
    late = replace(message, late_by=late_by(message, desk.now, timedelta(minutes=10)))
    told = letter_of(desk.setup, sealed(desk.setup, desk.session, late, desk.setup.settings.subscribers[1]))
    assert told.subject.startswith("Late by 74 h: Briefing of 25 Nov 2026: 1 change")
    (sent,) = [each for each in desk.send(Status.SENT) if each.held_by is HeldBy.BRIEFING]
    assert sent.message_id == message.message_id
    keep_due(desk.setup, desk.session)
    (after,) = waiting(desk)
    assert after.due_at == MORNING + timedelta(days=4)
    desk.now = after.due_at
    again = letter_of(desk.setup, sealed(desk.setup, desk.session, after, desk.setup.settings.subscribers[1]))
    assert again.subject == "Briefing of 26 Nov 2026: nothing new"
    assert "Nothing new was reported on any of the topics." in again.text


def test_alerts_come_with_the_briefing():
    """What fires for somebody with briefings joins the one that waits, whatever its severity; quiet hours put it off."""
    who = subscriber(mode=Mode.BRIEFING, timezone="UTC", quiet_hours=QuietHours(starts=time(22), ends=time(9)))
    own = next_briefing(who, NOW)
    assert own.due_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    joined = place(alert(severity="high"), who, event_id="e1", open_messages=[own], recent=[], now=NOW)
    assert (joined.message_id, joined.alert_ids) == (own.message_id, (alert().alert_id,))
    alone = place(alert(), who, event_id="e1", open_messages=[], recent=[], now=NOW)
    assert (alone.held_by, alone.due_at) == (HeldBy.BRIEFING, own.due_at)


@pytest.mark.slow
def test_a_deployment_sends_it(tmp_path):
    """A pass leaves the briefing waiting; a sample of it goes by mail at once, and by itself in the morning."""
    with newsroom(tmp_path) as room:
        room.write(
            more='[[subscribers]]\nname = "morning"\nchannel = "email"\nto = "m@example.org"\nmode = "briefing"\n'
        )
        room.run()
        waiting = room.rows("SELECT subscriber, status FROM messages WHERE held_by = 'briefing'")
        assert waiting == [("morning", "pending")]
        assert sampled(room.setup(), "morning") == 'a sample was taken for "morning" by email'
        room.now += timedelta(days=1)
        room.run()
        subjects = [str(mail.message["Subject"]) for mail in room.mail.mails]
    sample, sent = (each for each in subjects if "Briefing" in each)
    assert sample.startswith("Sample: Briefing of 4 Mar 2026: ")
    assert sent.startswith("Late by 4 h: Briefing of 5 Mar 2026: ")
