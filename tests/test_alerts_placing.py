from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.message_records import HeldBy, Message, Status
from alerts.placing import found_at_first, late_by, message_id, next_digest, place, quiet_until, summary
from alerts.records import Alert, Severity
from alerts.subscribers import FirstPass, Mode, QuietHours, Subscriber
from tests.alert_examples import NOW, alert, message, subscriber

NIGHT = QuietHours(starts=time(22), ends=time(6))
KYIV = "Europe/Kyiv"


def utc(text: str) -> datetime:
    """Return the moment of "2026-11-21 12:05"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def numbered(number: int, story: str | None = None, **changes: Any) -> Alert:
    """Return the alert of this number, by default on a story of its own."""
    return alert(alert_id=f"{number:016x}", story_id=story or f"story{number}", **changes)


def on_event(one: Alert, who: Subscriber, **given: Any) -> Message:
    """Place an alert whose story is an event of its own."""
    return place(one, who, event_id=one.story_id, **given)


def place_all(
    alerts: list[Alert], who: Subscriber, *, now: datetime = NOW, recent: tuple[Message, ...] = ()
) -> list[Message]:
    """Place alerts one after the other, as a pass does; return the messages in order of their making."""
    made: dict[str, Message] = {}
    for one in alerts:
        placed = on_event(one, who, open_messages=list(made.values()), recent=recent, now=now)
        made[placed.message_id] = placed
    return list(made.values())


def test_one_pass_on_one_story_is_one_message_sent_at_once() -> None:
    """Fifty alerts of a story are one message, due now; it is named by the subscriber and its first alert."""
    (made,) = place_all([numbered(n, "story1") for n in range(50)], subscriber())
    assert (len(made.alert_ids), made.due_at, made.held_by, made.event_id) == (50, NOW, None, "story1")
    assert made.message_id == message_id("desk", made.alert_ids[0])
    assert len(made.message_id) == 16


def test_two_stories_are_two_messages() -> None:
    """Alerts of different stories do not share a message."""
    assert len(place_all([numbered(1), numbered(2)], subscriber())) == 2


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"subscriber": "other"}, id="another subscriber's"),
        pytest.param({"attempts": 1}, id="one that was attempted"),
        pytest.param({"status": Status.SENT}, id="one that was sent"),
        pytest.param({"event_id": "story2"}, id="another story's"),
        pytest.param({"event_id": None, "held_by": HeldBy.DIGEST}, id="a digest, for who wants none"),
    ],
)
def test_an_alert_joins_no_message(changes: dict[str, Any]) -> None:
    """Only the subscriber's own message on the story, never attempted, takes another alert."""
    made = on_event(numbered(7, "story1"), subscriber(), open_messages=[message(**changes)], recent=[], now=NOW)
    assert made.alert_ids == (numbered(7).alert_id,)


def test_joining_twice_changes_nothing() -> None:
    """An alert stands in a message once."""
    once = on_event(alert(), subscriber(), open_messages=[message()], recent=[], now=NOW)
    assert once == message()


def test_group_wait_holds_the_first_message_on_a_story() -> None:
    """A story's first message is due after group_wait, and what comes meanwhile joins it without moving it."""
    who = subscriber(group_wait=timedelta(minutes=2))
    (first,) = place_all([numbered(1, "story1")], who)
    assert first.due_at == NOW + timedelta(minutes=2)
    later = on_event(numbered(2, "story1"), who, open_messages=[first], recent=[], now=NOW + timedelta(minutes=1))
    assert (later.due_at, len(later.alert_ids)) == (first.due_at, 2)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        pytest.param(2, 3, id="not sooner than group_interval after the last"),
        pytest.param(5, 0, id="at once when group_interval is over"),
    ],
)
def test_group_interval(ago: int, expected: int) -> None:
    """Two messages on one story are at least group_interval apart."""
    sent = message(due_at=NOW - timedelta(minutes=ago), status=Status.SENT, attempts=1)
    made = on_event(numbered(1, "story1"), subscriber(), open_messages=[], recent=[sent], now=NOW)
    assert made.due_at == NOW + timedelta(minutes=expected)
    other = on_event(numbered(1, "story2"), subscriber(), open_messages=[], recent=[sent], now=NOW)
    assert other.due_at == NOW


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param("2026-11-21 19:59", None, id="not yet: 21:59 in Kyiv"),
        pytest.param("2026-11-21 20:00", "2026-11-22 04:00", id="from their first minute, over midnight"),
        pytest.param("2026-11-22 03:59", "2026-11-22 04:00", id="to their last"),
        pytest.param("2026-11-22 04:00", None, id="no longer: 06:00 in Kyiv"),
        pytest.param("2026-03-28 21:00", "2026-03-29 03:00", id="a night one hour shorter"),
        pytest.param("2026-10-24 20:00", "2026-10-25 04:00", id="a night one hour longer"),
    ],
)
def test_quiet_hours(now: str, due: str | None) -> None:
    """Quiet hours are local time, over midnight and over a change of clocks; high severity goes out in them."""
    who, at = subscriber(quiet_hours=NIGHT, timezone=KYIV), utc(now)
    (made,) = place_all([numbered(1)], who, now=at)
    assert made.due_at == (utc(due) if due else at)
    assert made.held_by == (HeldBy.QUIET_HOURS if due else None)
    (urgent,) = place_all([numbered(1, severity=Severity.HIGH)], who, now=at)
    assert (urgent.due_at, urgent.held_by) == (at, None)


def test_quiet_hours_within_a_day_and_empty_ones() -> None:
    """Hours that end later than they start lie within a day; those that end where they start are none."""
    noon = QuietHours(starts=time(11), ends=time(13))
    assert quiet_until(noon, "UTC", utc("2026-11-21 12:00")) == utc("2026-11-21 13:00")
    assert quiet_until(noon, "UTC", utc("2026-11-21 13:00")) is None
    assert quiet_until(QuietHours(starts=time(8), ends=time(8)), "UTC", utc("2026-11-21 08:00")) is None


def test_a_high_alert_does_not_wait_with_what_quiet_hours_hold() -> None:
    """On one story, at night, the urgent alert leaves and the others wait, each group in a message of its own."""
    who, at = subscriber(quiet_hours=NIGHT), utc("2026-11-21 23:00")
    alerts = [
        numbered(1, "s"),
        numbered(2, "s", severity=Severity.HIGH),
        numbered(3, "s"),
        numbered(4, "s", severity=Severity.HIGH),
    ]
    held, urgent = place_all(alerts, who, now=at)
    assert (held.alert_ids, held.held_by) == ((alerts[0].alert_id, alerts[2].alert_id), HeldBy.QUIET_HOURS)
    assert (urgent.alert_ids, urgent.due_at) == ((alerts[1].alert_id, alerts[3].alert_id), at)


def test_a_night_is_one_message() -> None:
    """What quiet hours hold of all stories leaves together at their end, and stands in no thread."""
    who, at = subscriber(quiet_hours=NIGHT), utc("2026-11-21 23:00")
    (first,) = place_all([numbered(n) for n in range(9)], who, now=at)
    later = on_event(
        numbered(9), who, open_messages=[first], recent=[], now=at + timedelta(hours=3), thread_of="before"
    )
    assert (len(later.alert_ids), later.message_id, later.due_at) == (10, first.message_id, utc("2026-11-22 06:00"))
    assert (later.held_by, later.event_id, later.thread_of) == (HeldBy.QUIET_HOURS, None, None)


@pytest.mark.parametrize(
    ("count", "changes", "gathered"),
    [
        pytest.param(6, {}, 6, id="more than five"),
        pytest.param(5, {}, 0, id="five"),
        pytest.param(30, {"max_per_hour": 3}, 0, id="few, with what the throttle holds"),
        pytest.param(30, {"max_per_hour": 8}, 9, id="many, with what the throttle holds"),
        pytest.param(9, {"first_pass": FirstPass.EACH}, 0, id="told otherwise"),
        pytest.param(9, {"mode": Mode.DAILY}, 0, id="who has a digest anyway"),
    ],
)
def test_what_a_new_deployment_finds_at_first_is_one_summary(
    count: int, changes: dict[str, Any], gathered: int
) -> None:
    """Where the first pass would send many messages, one tells all their alerts."""
    who = subscriber(**changes)
    made = place_all([numbered(n) for n in range(count)], who)
    many = found_at_first([*made, message(subscriber="other", message_id="x")], who)
    assert len(many) == gathered
    if many:
        told = summary(many, NOW)
        assert told.alert_ids == tuple(f"{n:016x}" for n in range(count))
        assert (told.message_id, told.held_by, told.event_id, told.due_at) == (
            made[0].message_id,
            HeldBy.DIGEST,
            None,
            NOW,
        )


@pytest.mark.parametrize(
    ("mode", "zone", "now", "due"),
    [
        pytest.param("hourly", "UTC", "2026-11-21 12:05", "2026-11-21 13:00", id="the next full hour"),
        pytest.param("hourly", "UTC", "2026-11-21 12:00", "2026-11-21 13:00", id="not the hour that is"),
        pytest.param("hourly", "Asia/Kolkata", "2026-11-21 12:05", "2026-11-21 12:30", id="the full hour of the place"),
        pytest.param("daily", KYIV, "2026-11-21 05:59", "2026-11-21 06:00", id="eight o'clock today"),
        pytest.param("daily", KYIV, "2026-11-21 06:00", "2026-11-22 06:00", id="eight o'clock tomorrow"),
        pytest.param("daily", KYIV, "2026-03-28 06:00", "2026-03-29 05:00", id="23 hours later in spring"),
        pytest.param("daily", KYIV, "2026-10-24 05:00", "2026-10-25 06:00", id="25 hours later in autumn"),
    ],
)
def test_digests_are_due(mode: str, zone: str, now: str, due: str) -> None:
    """Digests leave by the subscriber's clock."""
    assert next_digest(subscriber(mode=Mode(mode), timezone=zone), utc(now)) == utc(due)


def test_a_digest_takes_every_story_and_severity() -> None:
    """All alerts until the digest are one message, the urgent ones too: the subscriber chose so."""
    alerts = [numbered(1), numbered(2), numbered(3, severity=Severity.HIGH)]
    (made,) = place_all(alerts, subscriber(mode=Mode.DAILY))
    assert (len(made.alert_ids), made.held_by, made.event_id) == (3, HeldBy.DIGEST, None)
    assert made.due_at == utc("2026-11-22 08:00")


def test_hourly_digests_respect_quiet_hours_but_for_high_severity() -> None:
    """A digest that would fall into the night waits for its end; urgent alerts come with the next full hour."""
    who = subscriber(mode=Mode.HOURLY, quiet_hours=NIGHT)
    waits, urgent = place_all([numbered(1), numbered(2, severity=Severity.HIGH)], who, now=utc("2026-11-21 23:10"))
    assert (waits.due_at, waits.held_by) == (utc("2026-11-22 06:00"), HeldBy.DIGEST)
    assert urgent.due_at == utc("2026-11-22 00:00")


def test_throttle_puts_what_is_too_much_into_one_message() -> None:
    """Beyond max_per_hour there is one overflow, due when the hour's first message is an hour old."""
    early = message(
        message_id="m0", event_id="story0", due_at=NOW - timedelta(minutes=20), status=Status.SENT, attempts=1
    )
    made = place_all([numbered(n) for n in range(1, 200)], subscriber(max_per_hour=3), recent=(early,))
    *own, overflow = made
    assert [each.held_by for each in made] == [None, None, HeldBy.THROTTLE]
    assert len(own) == 2
    assert (len(overflow.alert_ids), overflow.due_at, overflow.event_id) == (197, NOW + timedelta(minutes=40), None)


def test_throttle_counts_neither_others_messages_nor_older_nor_dead_ones() -> None:
    """The hour is the subscriber's own, and what died was not received."""
    old = message(message_id="m1", due_at=NOW - timedelta(hours=1), attempts=1, status=Status.SENT)
    recent = (old, replace(old, subscriber="x", due_at=NOW), replace(old, status=Status.DEAD, due_at=NOW))
    (made,) = place_all([numbered(1)], subscriber(max_per_hour=1), recent=recent)
    assert made.held_by is None


def test_a_storys_own_message_takes_alerts_even_when_the_hour_is_full() -> None:
    """Joining makes no message more, so the throttle does not mind."""
    (made,) = place_all([numbered(1, "s"), numbered(2, "s")], subscriber(max_per_hour=1))
    assert len(made.alert_ids) == 2


SUBSCRIBERS = st.builds(
    subscriber,
    mode=st.sampled_from(Mode),
    quiet_hours=st.sampled_from([None, NIGHT]),
    timezone=st.sampled_from([KYIV, "America/New_York", "UTC"]),
    max_per_hour=st.integers(0, 3),
    group_wait=st.sampled_from([timedelta(0), timedelta(minutes=3)]),
)


@settings(deadline=None)
@given(
    who=SUBSCRIBERS,
    wanted=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(Severity)), max_size=12),
    minutes=st.integers(0, 60 * 24 * 365),
)
def test_every_alert_is_in_one_message_due_in_time(
    who: Subscriber, wanted: list[tuple[str, Severity]], minutes: int
) -> None:
    """Whatever the subscriber wants, no alert is lost or doubled, and none waits longer than a night and a day."""
    now = utc("2026-01-01 00:00") + timedelta(minutes=minutes)
    made = place_all([numbered(n, story, severity=how) for n, (story, how) in enumerate(wanted)], who, now=now)
    placed = [alert_id for each in made for alert_id in each.alert_ids]
    assert sorted(placed) == [f"{n:016x}" for n in range(len(wanted))]
    assert all(now <= each.due_at <= now + timedelta(hours=34) for each in made)
    assert len({each.message_id for each in made}) == len(made)


def sent(made: Message, **changes: Any) -> Message:
    """Return a message as it is once it has left."""
    return replace(made, status=Status.SENT, attempts=1, **changes)


def test_a_story_after_its_first_message_is_one_message_an_interval() -> None:
    """Fifty alerts within group_wait are one message, the next ones another after group_interval; then there is silence."""
    who = subscriber(group_wait=timedelta(minutes=1), group_interval=timedelta(minutes=5))
    (first,) = place_all([numbered(n, "s") for n in range(50)], who)
    left = sent(first)
    later = first.due_at + timedelta(minutes=2)
    (second,) = place_all([numbered(n, "s") for n in range(50, 60)], who, now=later, recent=(left,))
    assert (len(first.alert_ids), len(second.alert_ids)) == (50, 10)
    assert second.due_at == first.due_at + timedelta(minutes=5)


def test_a_follow_up_joins_what_goes_out_on_its_story_and_keeps_its_thread() -> None:
    """What is new about an alert told before is a message of its own name in reply to the first, or stands in an open one."""
    own = numbered(1, "s")
    alone = on_event(own, subscriber(), open_messages=[], recent=[], now=NOW, follow_up_id="f1", thread_of="first")
    assert (alone.alert_ids, alone.follow_up_ids, alone.thread_of) == ((own.alert_id,), ("f1",), "first")
    assert alone.message_id == message_id("desk", "f1") != message_id("desk", own.alert_id)
    (made,) = place_all([numbered(2, "s")], subscriber())
    joined = on_event(own, subscriber(), open_messages=[made], recent=[], now=NOW, follow_up_id="f1", thread_of="first")
    assert (joined.message_id, joined.follow_up_ids, joined.thread_of) == (made.message_id, ("f1",), None)
    assert joined.alert_ids == (numbered(2).alert_id, own.alert_id)


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(subscriber(mode=Mode.DAILY), id="a digest"),
        pytest.param(subscriber(max_per_hour=0), id="what the throttle held"),
    ],
)
def test_what_holds_many_stories_is_in_no_thread(who: Subscriber) -> None:
    """A message of several stories replies to none of them."""
    made = on_event(numbered(1), who, open_messages=[], recent=[], now=NOW, follow_up_id="f", thread_of="first")
    assert (made.event_id, made.thread_of) == (None, None)


@pytest.mark.parametrize(
    ("zone", "clock", "now", "due"),
    [
        pytest.param(KYIV, "03:30", "2026-03-28 12:00", "2026-03-29 01:30", id="Kyiv, in the hour that is skipped"),
        pytest.param(KYIV, "03:30", "2026-03-29 01:30", "2026-03-30 00:30", id="Kyiv, and not twice that day"),
        pytest.param(KYIV, "03:30", "2026-10-24 12:00", "2026-10-25 00:30", id="Kyiv, the first of a doubled hour"),
        pytest.param(KYIV, "03:30", "2026-10-25 00:30", "2026-10-26 01:30", id="Kyiv, and not the second"),
        pytest.param(KYIV, "03:30", "2026-10-25 01:00", "2026-10-26 01:30", id="Kyiv, asked between the two"),
        pytest.param("America/New_York", "02:30", "2026-03-07 12:00", "2026-03-08 07:30", id="New York, skipped"),
        pytest.param("America/New_York", "02:30", "2026-03-08 07:30", "2026-03-09 06:30", id="New York, once"),
        pytest.param("America/New_York", "01:30", "2026-10-31 12:00", "2026-11-01 05:30", id="New York, doubled"),
        pytest.param("America/New_York", "01:30", "2026-11-01 06:00", "2026-11-02 06:30", id="New York, no second"),
    ],
)
def test_a_digest_leaves_once_when_the_clocks_change(zone: str, clock: str, now: str, due: str) -> None:
    """In the skipped hour a digest leaves when it would have, in the doubled one the first time, and each day once."""
    who = subscriber(mode=Mode.DAILY, timezone=zone, digest_at=time.fromisoformat(clock))
    assert next_digest(who, utc(now)) == utc(due)


@given(zone=st.sampled_from([KYIV, "America/New_York"]), clock=st.times(), day=st.integers(0, 364))
def test_every_local_day_has_one_digest(zone: str, clock: time, day: int) -> None:
    """From one digest to the next is one day of the local calendar, whatever the clocks do."""
    who = subscriber(mode=Mode.DAILY, timezone=zone, digest_at=clock.replace(second=0, microsecond=0))
    first = next_digest(who, utc("2026-01-01 00:00") + timedelta(days=day))
    second = next_digest(who, first)
    assert (second - first) in {timedelta(hours=hours) for hours in (23, 24, 25)}
    one, other = (at.astimezone(ZoneInfo(zone)).date() for at in (first, second))
    assert other - one == timedelta(days=1)
    assert next_digest(who, second - timedelta(microseconds=1)) == second


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param("2026-03-08 06:30", "2026-03-08 10:00", id="New York's short night"),
        pytest.param("2026-11-01 05:30", "2026-11-01 11:00", id="the first half past one of a long night"),
        pytest.param("2026-11-01 06:30", "2026-11-01 11:00", id="the second"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: str, due: str) -> None:
    """On a day the clocks change, quiet hours end when the subscriber's clock says so."""
    assert quiet_until(NIGHT, "America/New_York", utc(now)) == utc(due)


def test_five_thousand_alerts_are_a_few_messages_and_one_digest() -> None:
    """A storm gives max_per_hour messages and one that holds all the rest, however many batches it comes in."""
    made = place_all([numbered(n) for n in range(5000)], subscriber(max_per_hour=20))
    assert [len(each.alert_ids) for each in made] == [1] * 20 + [4980]
    assert made[-1].held_by is HeldBy.THROTTLE


def test_a_message_that_gathered_enough_is_left_as_it_is() -> None:
    """What comes after five thousand begins another digest, so that a storm of days costs each pass no more."""
    full = message(held_by=HeldBy.THROTTLE, event_id=None, alert_ids=tuple(f"{n:016x}" for n in range(5000)))
    made = on_event(numbered(9000), subscriber(max_per_hour=0), open_messages=[full], recent=(), now=NOW)
    assert (made.alert_ids, made.held_by) == ((f"{9000:016x}",), HeldBy.THROTTLE)


def test_the_hour_after_a_storm_begins_with_its_digest() -> None:
    """The overflow counts as a message itself: with it an hour has never more than one above the limit."""
    *own, overflow = place_all([numbered(n) for n in range(9)], subscriber(max_per_hour=3))
    left = tuple(map(sent, [*own, overflow]))
    then = overflow.due_at + timedelta(minutes=1)
    made = place_all([numbered(n) for n in range(100, 109)], subscriber(max_per_hour=3), now=then, recent=left)
    assert [len(each.alert_ids) for each in made] == [1, 1, 7]


@pytest.mark.parametrize(
    ("waited", "attempts", "every", "expected"),
    [
        pytest.param(timedelta(minutes=14), 0, 1, False, id="no longer than a pass may take"),
        pytest.param(timedelta(minutes=15), 0, 1, True, id="something was down"),
        pytest.param(timedelta(hours=9), 1, 1, False, id="it was tried: its channel was late"),
        pytest.param(timedelta(minutes=119), 0, 60, False, id="passes an hour apart take their time"),
    ],
)
def test_lateness(waited: timedelta, attempts: int, every: int, expected: bool) -> None:
    """A message is late when nothing was there to send it at its time."""
    late = late_by(message(due_at=NOW - waited, attempts=attempts), NOW, timedelta(minutes=every))
    assert late == (waited if expected else None)
