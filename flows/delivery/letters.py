"""What a message of the outbox says, ready for its channel: alerts, or what the operator is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.message_records import Letter, Message, Notice, OperatorNotice, Subscriber
from alerts.plain_letters import operator_letter
from alerts.rendering import render
from warehouse import notices, outbox
from warehouse.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A message with all that it tells, as it was when it was sealed."""

    message: Message
    notices: Sequence[Notice] = ()
    operator_notices: Sequence[OperatorNotice] = ()
    thread_ref: str | None = None


def contents_of(session: Session, message: Message) -> Contents:
    """Read what a message tells."""
    thread = message.thread_of
    return Contents(
        message=message,
        notices=outbox.notices(session, message),
        operator_notices=notices.notices_in(session, message.message_id),
        thread_ref=outbox.channel_ref(session, thread) if thread else None,
    )


def letter_of(contents: Contents, subscriber: Subscriber) -> Letter:
    """Render a message for its subscriber."""
    message = contents.message
    if contents.operator_notices:
        return operator_letter(message.message_id, contents.operator_notices, timezone=subscriber.timezone)
    letter = render(message, contents.notices, timezone=subscriber.timezone)
    return replace(letter, thread_of=message.thread_of, thread_ref=contents.thread_ref)
