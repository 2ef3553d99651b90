"""Placing alerts into messages: which message of a subscriber, when it is due, and what becomes of it after a try.

Holds messages, never alerts. Pure policy, given the time and the luck of the draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.message_records import (
    Blocked,
    ChannelState,
    HeldBy,
    Message,
    Receipt,
    Refused,
    Sent,
    Standing,
    Status,
    TooBig,
    TryLater,
)
from alerts.records import Alert, Severity
from alerts.subscribers import FirstPass, Mode, QuietHours, Subscriber

# So many alerts one letter tells at most, and one message gathers: a storm of days would else be read whole each pass.
MOST_ALERTS = 250
MOST_GATHERED = 5_000
LATE = timedelta(minutes=15)  # a pass may be long; from here on something was down
MANY_AT_FIRST = 5  # messages of a new deployment's first pass
_AT_FIRST = frozenset({None, HeldBy.THROTTLE})
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
BLOCKED_WAIT = timedelta(hours=1)
PATIENCE = timedelta(hours=48)
# A message that its channel failed on so often lets others try, in case it is what the channel stumbles over.
STEPS_BACK = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """When a message may leave, why not earlier, and the event it is bound to (None: a digest)."""

    due_at: datetime
    held_by: HeldBy | None
    event_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What a message is to tell: an alert of an event, or its news `follow_up_id`; it replies to `thread_of`."""

    alert: Alert
    event_id: str
    follow_up_id: str | None
    thread_of: str | None


def place(
    alert: Alert,
    subscriber: Subscriber,
    *,
    event_id: str,
    open_messages: Sequence[Message],
    recent: Sequence[Message],
    now: datetime,
    follow_up_id: str | None = None,
    thread_of: str | None = None,
) -> Message:
    """Return the message `alert`, or what is new about it, goes out in: an open one with it appended, or a new one.

    `open_messages` are pending and were never attempted, those made in this pass included; `recent` those attempted
    within the last hour or within the subscriber's group_interval. Both may hold messages of other subscribers.
    A digest comes first, then the event's own message, one for all that quiet hours hold, and at last the throttle.
    """
    item = _Item(alert=alert, event_id=event_id, follow_up_id=follow_up_id, thread_of=thread_of)
    unsent = [message for message in open_messages if _is_open(message, subscriber)]
    roomy = [message for message in unsent if len(message.alert_ids) < MOST_GATHERED]
    others = [message for message in recent if message.subscriber == subscriber.name and message.status != Status.DEAD]
    if subscriber.mode is not Mode.IMMEDIATE:
        slot = _digest_slot(alert, subscriber, now)
        return _put(item, subscriber, _same_digest(roomy, slot), slot, now)
    slot = _event_slot(item, subscriber, [*unsent, *others], now)
    if joined := _same_event(unsent, slot):
        return _put(item, subscriber, joined, slot, now)
    slot = _throttled(slot, alert, subscriber, [*unsent, *others])
    overflow = _overflow(roomy) if slot.held_by is HeldBy.THROTTLE else None
    return _put(item, subscriber, overflow, slot, now)


def next_briefing(subscriber: Subscriber, now: datetime) -> Message:
    """Return the message that a subscriber's next briefing is, with no alert in it yet."""
    due = _briefed_at(subscriber, now)
    return Message(
        message_id=message_id(subscriber.name, f"briefing|{due.isoformat()}"),
        subscriber=subscriber.name,
        channel=subscriber.channel,
        event_id=None,
        alert_ids=(),
        created_at=now,
        due_at=due,
        held_by=HeldBy.BRIEFING,
    )


def _briefed_at(subscriber: Subscriber, now: datetime) -> datetime:
    due = next_digest(subscriber, now)
    return quiet_until(subscriber.quiet_hours, subscriber.timezone, due) or due


def found_at_first(messages: Sequence[Message], subscriber: Subscriber) -> tuple[Message, ...]:
    """Return the messages of a new deployment's first pass that one is to tell in their place; none where they are few.

    `messages` may be of other subscribers too; who wants each has none.
    """
    own = tuple(message for message in messages if _is_open(message, subscriber) and message.held_by in _AT_FIRST)
    return own if subscriber.first_pass is FirstPass.SUMMARY and len(own) > MANY_AT_FIRST else ()


def summary(messages: Sequence[Message], now: datetime) -> Message:
    """Return the first of some messages as a digest, due now, that tells all that they were to tell."""
    return replace(
        messages[0],
        event_id=None,
        alert_ids=tuple(dict.fromkeys(name for message in messages for name in message.alert_ids)),
        due_at=now,
        held_by=HeldBy.DIGEST,
        thread_of=None,
    )


def message_id(subscriber: str, first_id: str) -> str:
    """Name a message by its subscriber and its first alert or follow-up: 16 hex digits, equal when it is made again."""
    return hashlib.sha256(f"{subscriber}|{first_id}".encode()).hexdigest()[:16]


def parted(message: Message, most: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a message in parts of so many alerts at most, each with its id: the first part keeps the message's own."""
    told = message.alert_ids
    starts = range(0, len(told), most)
    names = [message_id(message.subscriber, f"{message.message_id}|{told[start]}") for start in starts]
    return tuple(
        (name if start else message.message_id, told[start : start + most])
        for name, start in zip(names, starts, strict=True)
    )


def late_by(message: Message, now: datetime, every: timedelta) -> timedelta | None:
    """Return how long a message stood due before its first try, None when that is usual for passes `every` so often."""
    waited: timedelta = now - message.due_at
    return waited if message.attempts == 0 and waited >= max(LATE, 2 * every) else None


def quiet_until(quiet: QuietHours | None, timezone: str, moment: datetime) -> datetime | None:
    """Return when the quiet hours around `moment` end, or None outside them.

    Each day's stretch runs between two moments of local time, so that a change of clocks makes it longer or shorter.
    """
    if quiet is None:
        return None
    zone = ZoneInfo(timezone)
    today = moment.astimezone(zone).date()
    for day in (today - _DAY, today):
        starts = _local(day, quiet.starts, zone)
        ends = _local(day + _DAY if quiet.ends < quiet.starts else day, quiet.ends, zone)
        if starts <= moment < ends:
            return ends
    return None


def next_digest(subscriber: Subscriber, now: datetime) -> datetime:
    """Return the first moment after `now` at which the subscriber's digests leave."""
    zone = ZoneInfo(subscriber.timezone)
    local = now.astimezone(zone)
    if subscriber.mode is Mode.HOURLY:
        return now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) + _HOUR
    today = _local(local.date(), subscriber.digest_at, zone)
    return today if today > now else _local(local.date() + _DAY, subscriber.digest_at, zone)


def _digest_slot(alert: Alert, subscriber: Subscriber, now: datetime) -> _Slot:
    if subscriber.mode is Mode.BRIEFING:
        return _Slot(due_at=_briefed_at(subscriber, now), held_by=HeldBy.BRIEFING, event_id=None)
    due = next_digest(subscriber, now)
    return _Slot(due_at=_after_quiet(alert, subscriber, due) or due, held_by=HeldBy.DIGEST, event_id=None)


def _event_slot(item: _Item, subscriber: Subscriber, known: Sequence[Message], now: datetime) -> _Slot:
    left = [message.due_at for message in known if message.event_id == item.event_id and message.due_at <= now]
    due = max([now + subscriber.group_wait, *(at + subscriber.group_interval for at in left)])
    quiet = _after_quiet(item.alert, subscriber, due)
    if quiet:
        return _Slot(due_at=quiet, held_by=HeldBy.QUIET_HOURS, event_id=None)
    return _Slot(due_at=due, held_by=None, event_id=item.event_id)


def _throttled(slot: _Slot, alert: Alert, subscriber: Subscriber, known: Sequence[Message]) -> _Slot:
    """Move a message past the hour that is full already into the subscriber's overflow digest."""
    window = sorted(message.due_at for message in known if slot.due_at - _HOUR < message.due_at <= slot.due_at)
    if len(window) < subscriber.max_per_hour:
        return slot
    frees = window[-subscriber.max_per_hour] + _HOUR if subscriber.max_per_hour else slot.due_at + _HOUR
    return _Slot(due_at=_after_quiet(alert, subscriber, frees) or frees, held_by=HeldBy.THROTTLE, event_id=None)


def _after_quiet(alert: Alert, subscriber: Subscriber, due: datetime) -> datetime | None:
    if alert.severity is Severity.HIGH:
        return None
    return quiet_until(subscriber.quiet_hours, subscriber.timezone, due)


def _is_open(message: Message, subscriber: Subscriber) -> bool:
    return message.subscriber == subscriber.name and message.status is Status.PENDING and message.attempts == 0


def _same_digest(unsent: Sequence[Message], slot: _Slot) -> Message | None:
    return _first(message for message in unsent if (message.held_by, message.due_at) == (slot.held_by, slot.due_at))


def _same_event(unsent: Sequence[Message], slot: _Slot) -> Message | None:
    """Find the event's own message, or the one of what quiet hours hold."""
    return _first(message for message in unsent if (message.event_id, message.held_by) == (slot.event_id, slot.held_by))


def _overflow(unsent: Sequence[Message]) -> Message | None:
    return _first(message for message in unsent if message.held_by is HeldBy.THROTTLE)


def _first(messages: Iterable[Message]) -> Message | None:
    return next(iter(messages), None)


def _put(item: _Item, subscriber: Subscriber, joined: Message | None, slot: _Slot, now: datetime) -> Message:
    told = () if item.follow_up_id is None else (item.follow_up_id,)
    if joined is not None:
        return replace(
            joined,
            alert_ids=tuple(dict.fromkeys((*joined.alert_ids, item.alert.alert_id))),
            follow_up_ids=tuple(dict.fromkeys((*joined.follow_up_ids, *told))),
        )
    return Message(
        message_id=message_id(subscriber.name, item.follow_up_id or item.alert.alert_id),
        subscriber=subscriber.name,
        channel=subscriber.channel,
        event_id=slot.event_id,
        alert_ids=(item.alert.alert_id,),
        created_at=now,
        due_at=slot.due_at,
        held_by=slot.held_by,
        thread_of=None if slot.event_id is None else item.thread_of,
        follow_up_ids=told,
    )


def _local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return when the local clock first shows `clock` on `day`, or would have, had it not been put forward."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def standing_after(
    message: Message, receipt: Receipt, before: ChannelState | None, *, route: str, now: datetime, spread: float
) -> Standing:
    """Return where a message and its channel stand; `before` is the channel's trouble so far, `spread` is in [0, 1)."""
    match receipt:
        case Sent():
            return Standing(status=Status.SENT, ref=receipt.ref)
        case TooBig() if len(message.alert_ids) > 1:
            return Standing(status=Status.RETRY, error=receipt.error)
        case Refused():
            return Standing(status=Status.DEAD, error=receipt.error)
        case TryLater(channel=False):
            due_at = now + wait(message.attempts + 1, receipt.after, spread)
            return _kept(message, receipt.error, now, due_at, None)
    state = troubled(before, receipt, route=route, now=now, spread=spread)
    stays = message.attempts + 1 < STEPS_BACK
    return _kept(message, receipt.error, now, None if stays else state.next_try_at, state)


def troubled(
    before: ChannelState | None, receipt: TryLater | Blocked, *, route: str, now: datetime, spread: float
) -> ChannelState:
    """Return a channel's trouble after one more failure; once blocked, it stays so until a message gets through."""
    failures = before.failures + 1 if before else 1
    blocked_at = (before and before.blocked_at) or (now if isinstance(receipt, Blocked) else None)
    asked = receipt.after if isinstance(receipt, TryLater) else None
    pause = max(BLOCKED_WAIT, asked or BLOCKED_WAIT) if blocked_at else wait(failures, asked, spread)
    return ChannelState(
        route=route,
        failures=failures,
        failing_since=before.failing_since if before else now,
        blocked_at=blocked_at,
        next_try_at=now + pause,
        last_error=receipt.error,
    )


def wait(failures: int, asked: timedelta | None, spread: float) -> timedelta:
    """Return how long to wait: twice as long each time, spread by up to a half; longer when the channel asked."""
    doubled: timedelta = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    return max(doubled * (1 + spread / 2), min(asked or timedelta(0), PATIENCE))


def is_given_up(message: Message, now: datetime) -> bool:
    """Tell whether a message that did not go through has been tried for long enough."""
    return now - (message.tried_since or now) >= PATIENCE


def _kept(message: Message, error: str, now: datetime, due_at: datetime | None, state: ChannelState | None) -> Standing:
    if is_given_up(message, now):
        given_up = f"given up after {message.attempts + 1} tries in 48 hours: {error}"
        return Standing(status=Status.DEAD, error=given_up, state=state)
    return Standing(status=Status.RETRY, error=error, due_at=due_at, state=state)
