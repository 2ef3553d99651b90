"""`talkwatch alerts resend`, `test`, `unsubscribe` and `subscribe`."""

from __future__ import annotations

from alerts.message_records import Sent, Subscriber
from alerts.plain_letters import SAMPLE_SUBJECT, SAMPLE_TEXT
from flows.delivering import STOPPED
from flows.problems import UsageProblem, WorkProblem, nearest
from flows.sending_now import send_now
from flows.settings import Settings
from flows.setup import Setup, utc_now
from warehouse import channels, outbox
from warehouse.publishing import publish
from warehouse.store import writing


def resend(settings: Settings, beginning: str | None, *, dead: bool) -> str:
    """Make messages due again, under their old ids: those of one message or alert, or all that were given up."""
    if dead == (beginning is not None):
        raise UsageProblem("name a message or an alert, or write --dead for all that were given up")
    with writing(settings.data_dir) as session:
        found = outbox.dead_messages(session) if beginning is None else outbox.named_messages(session, beginning)
        if beginning is not None and not found:
            raise UsageProblem(f"no message and no alert whose id begins with {beginning}")
        count = outbox.send_again(session, found, utc_now())
    publish(settings.data_dir)
    waiting = len(found) - count
    left = f"; {waiting} had not been tried yet and leave when they are due" if waiting else ""
    return f"{count} messages leave with the next pass{left}"


def sample(setup: Setup, name: str) -> str:
    """Send a subscriber a marked sample now."""
    subscriber = known(setup.settings, name)
    paragraphs = [*SAMPLE_TEXT, f"Subscriber: {subscriber.name}"]
    receipt = send_now(setup, subscriber, SAMPLE_SUBJECT, paragraphs)
    if isinstance(receipt, Sent):
        return f'a sample was taken for "{subscriber.name}" by {subscriber.channel}'
    raise WorkProblem(f'no sample for "{subscriber.name}" by {subscriber.channel}: {receipt.error}')


def unsubscribe(settings: Settings, name: str) -> str:
    """Stop all that waits for a subscriber and all that would come."""
    known(settings, name)
    with writing(settings.data_dir) as session:
        news = channels.unsubscribe(session, name, utc_now())
        stopped = outbox.stop(session, name, STOPPED)
    publish(settings.data_dir)
    before = "gets nothing any more" if news else "was unsubscribed before"
    return f'"{name}" {before}; {stopped} waiting messages were stopped; `talkwatch alerts subscribe` takes it back'


def subscribe(settings: Settings, name: str) -> str:
    """Take an unsubscribing back; what was stopped stays so, unless it is sent again."""
    known(settings, name)
    with writing(settings.data_dir) as session:
        news = channels.subscribe(session, name)
    publish(settings.data_dir)
    return f'"{name}" gets messages again' if news else f'"{name}" was not unsubscribed'


def known(settings: Settings, name: str) -> Subscriber:
    """Return a subscriber by name."""
    names = [who.name for who in settings.subscribers]
    if name not in names:
        raise UsageProblem(f'no subscriber "{name}"{nearest(name, names)}')
    return settings.subscribers[names.index(name)]
