"""What the operator is told about channels: once when one is blocked, once when it is well again."""

from __future__ import annotations

from alerts.message_records import ChannelState
from flows.delivery.operator_notices import tell, well_again
from flows.setup import Setup
from warehouse.session import Session

_ADVICE = (
    "Its messages wait and one of them tries every hour; after 48 hours they are given up, and "
    "`talkwatch alerts resend --dead` revives them. Mend the channel in the configuration or "
    "at the service, then restart `serve`."
)


def tell_change(setup: Setup, session: Session, before: ChannelState | None, state: ChannelState | None) -> None:
    """Tell the operator that a channel is blocked, or no longer; what may pass by itself is not told here."""
    was, now = before and before.blocked_at, state and state.blocked_at
    if state and now and not was:
        tell(
            setup,
            session,
            key=f"channel:{state.route}",
            subject=f"{named(state.route)} takes no messages: {state.last_error}",
            text=_ADVICE,
        )
    if before and was and not state:
        well_again(
            setup,
            session,
            key=f"channel:{before.route}",
            subject=f"{named(before.route)} takes messages again",
            text=f"It took none since {was:%Y-%m-%d %H:%M} UTC ({before.last_error}). What waited leaves now.",
        )


def named(route: str) -> str:
    """Return a channel as the operator knows it."""
    channel, _, subscriber = route.partition(":")
    return f"the channel {channel} of {subscriber}" if subscriber else f"the channel {channel}"
