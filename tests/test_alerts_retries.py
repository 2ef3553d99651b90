from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.message_records import Blocked, ChannelState, Refused, Sent, Standing, Status, TryLater
from alerts.placing import PATIENCE, standing_after, troubled, wait
from tests.alert_examples import NOW, message

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SPREADS = st.floats(0, 1, exclude_max=True)
RECEIPTS = st.sampled_from(
    [
        Sent(),
        Refused(error="x"),
        Blocked(error="x"),
        TryLater(error="x"),
        TryLater(error="x", channel=True),
        TryLater(error="x", channel=True, after=timedelta(minutes=7)),
    ]
)


def state(**changes):
    """Return a channel that failed once."""
    plain = ChannelState(
        route="email", failures=1, failing_since=NOW, blocked_at=None, next_try_at=NOW + MINUTE, last_error="x"
    )
    return replace(plain, **changes)


def after(receipt, before=None, spread=0.5, now=NOW, **changes):
    """Return where the example message stands."""
    return standing_after(message(**changes), receipt, before, route="email", now=now, spread=spread)


def test_what_was_taken_is_sent_and_its_channel_well():
    """The channel's own name for the message is kept; whatever the trouble was, it is over."""
    assert after(Sent(ref="1.0"), state(blocked_at=NOW)) == Standing(status=Status.SENT, ref="1.0")


def test_what_is_refused_is_dead_and_its_channel_well():
    """A channel that refuses one message has answered, so the others may leave."""
    assert after(Refused(error="550"), state(blocked_at=NOW)) == Standing(status=Status.DEAD, error="550")


def test_one_message_in_passing_waits_alone():
    """A message that is put off is due later, and its channel is none the worse."""
    standing = after(TryLater(error="451"), spread=0.0)
    assert standing == Standing(status=Status.RETRY, error="451", due_at=NOW + timedelta(seconds=20))
    assert after(TryLater(error="451"), spread=0.0, attempts=2).due_at == NOW + timedelta(seconds=80)


def test_a_channel_in_passing_keeps_its_messages_in_their_order():
    """The message stays where it is in the queue, and the channel is tried again soon."""
    standing = after(TryLater(error="500", channel=True), spread=0.0)
    assert (standing.status, standing.due_at) == (Status.RETRY, None)
    assert standing.state == state(next_try_at=NOW + timedelta(seconds=20), last_error="500")


@pytest.mark.parametrize(("attempts", "stays"), [(8, True), (9, False)])
def test_what_its_channel_always_fails_on_lets_others_try(attempts, stays):
    """At its tenth try a message steps back, in case it is what the channel stumbles over."""
    standing = after(TryLater(error="500", channel=True), attempts=attempts)
    assert standing.state is not None
    assert standing.due_at == (None if stays else standing.state.next_try_at)


def test_what_is_given_up_says_after_how_much():
    """A message that died of its tries says how many there were, and why the last one failed."""
    standing = after(TryLater(error="500", channel=True), attempts=60, tried_since=NOW - timedelta(hours=48))
    assert standing.error == "given up after 61 tries in 48 hours: 500"


def test_a_blocked_channel_is_tried_hourly_until_something_gets_through():
    """Failures in passing do not unblock it, nor does it wait longer each time."""
    blocked = troubled(None, Blocked(error="login"), route="email", now=NOW, spread=0.9)
    assert (blocked.blocked_at, blocked.next_try_at) == (NOW, NOW + HOUR)
    later = troubled(blocked, TryLater(error="reset", channel=True), route="email", now=NOW + HOUR, spread=0.9)
    assert (later.blocked_at, later.next_try_at, later.failing_since) == (NOW, NOW + 2 * HOUR, NOW)


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        pytest.param(None, HOUR, id="nothing asked: an hour"),
        pytest.param(MINUTE, HOUR, id="less than an hour asked: an hour"),
        pytest.param(3 * HOUR, 3 * HOUR, id="more than an hour asked: that"),
    ],
)
def test_a_blocked_channel_is_left_alone_as_long_as_it_asks(asked, pause):
    """An hour is the least between two tries of a blocked channel."""
    receipt = TryLater(error="503", channel=True, after=asked)
    later = troubled(state(blocked_at=NOW), receipt, route="email", now=NOW, spread=0.9)
    assert later.next_try_at == NOW + pause


def test_a_channel_that_failed_in_passing_can_turn_out_blocked():
    """It is blocked from then on, and failing since before."""
    turned = troubled(state(), Blocked(error="login"), route="email", now=NOW + MINUTE, spread=0.0)
    assert (turned.failing_since, turned.blocked_at, turned.failures) == (NOW, NOW + MINUTE, 2)


@given(SPREADS)
def test_the_first_retry_comes_within_a_minute(spread):
    """Twenty to thirty seconds, so that a pass a minute catches it."""
    assert timedelta(seconds=20) <= wait(1, None, spread) <= timedelta(seconds=30)


@given(SPREADS, st.integers(1, 60))
def test_waits_double_up_to_an_hour_with_jitter(spread, failures):
    """A wait is at most half as long again as it would be, and never shorter than the one before."""
    plain = [wait(each, None, 0.0).total_seconds() for each in range(1, 11)]
    assert plain == [20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert wait(failures, None, spread) == wait(min(failures, 9), None, 0.0) * (1 + spread / 2)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(timedelta(minutes=7), timedelta(minutes=7), id="longer than ours: obeyed"),
        pytest.param(timedelta(seconds=1), timedelta(seconds=20), id="shorter than ours: ours"),
        pytest.param(timedelta(days=900), PATIENCE, id="for ever: until it would be given up"),
    ],
)
def test_retry_after_is_obeyed(asked, expected):
    """What the channel asks for is the least wait."""
    assert wait(1, asked, 0.0) == expected


@given(RECEIPTS, SPREADS, st.timedeltas(timedelta(0), timedelta(days=5)))
@example(TryLater(error="x", channel=True), 0.5, PATIENCE)
def test_every_try_ends_in_one_standing(receipt, spread, tried):
    """After 48 hours a message is sent or dead, before that only refusal is the end; a wait is always ahead."""
    standing = after(receipt, spread=spread, tried_since=NOW - tried)
    if isinstance(receipt, Sent):
        assert standing.status is Status.SENT
    elif isinstance(receipt, Refused) or tried >= timedelta(hours=48):
        assert standing.status is Status.DEAD
    else:
        assert standing.status is Status.RETRY
    assert standing.due_at is None or standing.due_at > NOW
    assert standing.state is None or standing.state.next_try_at > NOW
    assert (standing.error is None) == isinstance(receipt, Sent)
    told = isinstance(receipt, Blocked) or (isinstance(receipt, TryLater) and receipt.channel)
    assert (standing.state is not None) == told
