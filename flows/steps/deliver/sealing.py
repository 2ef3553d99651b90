"""What a message tells when it is sealed, and the letter that it becomes. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.briefings import render_briefing
from alerts.letters import render
from alerts.message_records import Briefing, HeldBy, Letter, Message, Notice, OperatorNotice
from alerts.plain_letters import operator_letter
from alerts.subscribers import Subscriber
from flows.setup import Setup
from flows.steps.deliver.briefings import briefing_of
from flows.steps.deliver.deeds import with_links
from warehouse import outbox
from warehouse.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A message that nothing joins any more, with all that it tells, and whom."""

    message: Message
    subscriber: Subscriber
    notices: Sequence[Notice] = ()
    operator_notices: Sequence[OperatorNotice] = ()
    briefing: Briefing | None = None
    thread_ref: str | None = None
    thread_subject: str | None = None


def sealed(setup: Setup, session: Session, message: Message, subscriber: Subscriber) -> Sealed:
    """Read what a message tells."""
    ref, subject = outbox.sent_as(session, message.thread_of) if message.thread_of else (None, None)
    return Sealed(
        message=message,
        subscriber=subscriber,
        notices=outbox.notices(session, message),
        operator_notices=outbox.notices_in(session, message.message_id),
        briefing=briefing_of(setup, session, message, subscriber) if message.held_by is HeldBy.BRIEFING else None,
        thread_ref=ref,
        thread_subject=subject,
    )


def letter_of(setup: Setup, sealed: Sealed, stop: str | None = None) -> Letter:
    """Render a message for its subscriber; `stop` is where he can stop his messages where no link of ours does it.

    In a thread it has the subject of the thread's first, without which mail programs do not thread it.
    """
    message, timezone = sealed.message, sealed.subscriber.timezone
    if sealed.operator_notices:
        return operator_letter(message.message_id, sealed.operator_notices, timezone=timezone)
    notices, one_click = with_links(setup, message, tuple(sealed.notices), sealed.subscriber)
    if sealed.briefing:
        told, way = tuple(notices), one_click or stop
        return render_briefing(message, sealed.briefing, told, timezone=timezone, stop=way, one_click=one_click)
    letter = render(message, notices, timezone=timezone, stop=one_click or stop, one_click=one_click)
    subject = f"Re: {sealed.thread_subject}" if sealed.thread_subject else letter.subject
    return replace(letter, subject=subject, thread_of=message.thread_of, thread_ref=sealed.thread_ref)
