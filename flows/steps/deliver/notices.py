"""Telling the operator what is wrong with Talkwatch itself: once a trouble, through his own subscriber and the outbox.

Without an operator, or when his own channel is the one in trouble, it is a line in the log and in `status`.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from alerts.channels import route_of
from alerts.message_records import ChannelState, Message, OperatorNotice
from alerts.passages import shown
from alerts.subscribers import Subscriber
from flows.setup import Setup
from warehouse import channels, outbox
from warehouse.session import Session

log = logging.getLogger("talkwatch.operator")

_ADVICE = (
    "Its messages wait and one of them tries every hour; after 48 hours they are given up, and "
    "`talkwatch alerts resend --dead` revives them. Mend the channel in the configuration or "
    "at the service, then restart `serve`."
)


def tell(setup: Setup, session: Session, *, key: str, subject: str, text: str) -> bool:
    """Tell the operator of a trouble, once until it ends; return False when he knows.

    `key` names the trouble (`feed:ID`), `subject` says it in one line, `text` what to do. It is recorded in `session`,
    together with the state that it is about, and leaves with the next messages.
    """
    if outbox.is_open(session, key):
        return False
    _note(setup, session, key, subject, text, ended_at=None)
    return True


def well_again(setup: Setup, session: Session, *, key: str, subject: str, text: str) -> bool:
    """Tell the operator that a trouble is over; return False when he was told of none."""
    now = setup.now()
    if not outbox.end_trouble(session, key, now):
        return False
    _note(setup, session, key, subject, text, ended_at=now)
    return True


def operator_of(setup: Setup) -> Subscriber | None:
    """Return the subscriber who is told what is wrong with Talkwatch itself."""
    return next((who for who in setup.settings.subscribers if who.name == setup.settings.operator), None)


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


def _note(setup: Setup, session: Session, key: str, subject: str, text: str, *, ended_at: datetime | None) -> None:
    now, subject, text = setup.now(), shown(subject), shown(text)
    log.log(logging.INFO if ended_at else logging.WARNING, "%s: %s", subject, text)
    notice_id = _name(key, subject, now.isoformat())
    notice = OperatorNotice(
        notice_id=notice_id,
        key=key,
        subject=subject,
        text=text,
        noted_at=now,
        ended_at=ended_at,
        message_id=_message_for(setup, session, notice_id),
    )
    outbox.save_notice(session, notice)


def _message_for(setup: Setup, session: Session, notice_id: str) -> str | None:
    """Return the operator's message that has not left yet, else a new one; None where none would reach him."""
    operator = operator_of(setup)
    if operator is None or operator.name in channels.unsubscribed(session):
        return None
    if any(state.blocked_at and state.route == route_of(operator) for state in channels.channel_states(session)):
        return None
    waiting = outbox.open_notice_message(session, operator.name)
    if waiting is not None:
        return waiting
    now = setup.now()
    message = Message(
        message_id=_name("message", notice_id),
        subscriber=operator.name,
        channel=operator.channel,
        story_id=None,
        alert_ids=(),
        created_at=now,
        due_at=now,
    )
    outbox.save_messages(session, [message])
    return message.message_id


def _name(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
