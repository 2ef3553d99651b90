"""What becomes of a message and its channel after a try: pure policy, given the time and the luck of the draw."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.message_records import (
    Blocked,
    ChannelState,
    Message,
    Receipt,
    Refused,
    Sent,
    Standing,
    Status,
    TooBig,
    TryLater,
)

FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
BLOCKED_WAIT = timedelta(hours=1)
PATIENCE = timedelta(hours=48)
# A message that its channel failed on so often lets others try, in case it is what the channel stumbles over.
STEPS_BACK = 10


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
