"""`talkwatch alerts …` of messages: sent again, tried with a sample, stopped for a subscriber and taken up again."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from alerts.message_records import Notice, Sent
from alerts.plain_letters import SAMPLE_SUBJECT, SAMPLE_TEXT
from alerts.subscribers import Mode, Subscriber
from alerts.wording import counted
from flows.cli.command import Config, command, settings_of
from flows.config.settings import Settings
from flows.problems import UsageProblem, WorkProblem, check_known
from flows.times import utc_now
from warehouse import alerts, channels, outbox
from warehouse.published import publish
from warehouse.session import Session
from warehouse.store import is_begun, reading, writing

if TYPE_CHECKING:
    from flows.setup import Setup

# Where a sample's alert is looked for.
LAST_DAYS = timedelta(days=7)
LOOKED_AT = 100
Who = Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="A subscriber's name.")]


@command("alerts resend")
def resend(
    name: Annotated[
        str | None, typer.Argument(metavar="MESSAGE|ALERT", help="A message's or alert's id, or how it begins.")
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that were given up.")] = False,
    config: Config = None,
) -> None:
    """Send messages again, with the next pass.

    Dead ones, or a sent one once more, under their old Message-ID. A blocked channel is tried at once.
    """
    typer.echo(sent_again(settings_of(config), name, dead=dead))


def sent_again(settings: Settings, beginning: str | None, *, dead: bool) -> str:
    """Make messages due again, under their old ids: those of one message or alert, or all that were given up."""
    from flows.steps.deliver.senders import try_now

    if dead == bool(beginning):
        raise UsageProblem("name a message or an alert, or write --dead for all that were given up")
    with writing(settings.data_dir) as session:
        found = messages_named(session, beginning) if beginning else outbox.dead_messages(session)
        count = outbox.send_again(session, found, utc_now())
        try_now(session, settings.subscribers, utc_now())
    publish(settings.data_dir)
    waiting = len(found) - count
    left = f"; not tried yet, to leave when due: {waiting}" if waiting else ""
    return f"{counted(count, 'message')} to leave with the next pass{left}"


def messages_named(session: Session, beginning: str) -> tuple[str, ...]:
    """Return the message, or those of the alert, whose id begins so; raise UsageProblem for none and for several."""
    found = outbox.named_messages(session, beginning)
    names = {name for name, _ in found}
    if not names:
        raise UsageProblem(f"no message and no alert whose id begins with {beginning}")
    if len(names) > 1:
        raise UsageProblem(f"{len(names)} messages and alerts have ids that begin with {beginning}; write more of it")
    return tuple(message_id for _, message_id in found)


@command("alerts test")
def sample(subscriber: Who, config: Config = None) -> None:
    """Send a subscriber a marked sample now.

    It shows the newest alert of the last days that he was told of, where there is one. Who has briefings gets the one
    that would leave now.
    """
    from flows.setup import prepared

    typer.echo(sampled(prepared(settings_of(config, sending=True)), subscriber))


def sampled(setup: Setup, name: str) -> str:
    """Send a subscriber a marked sample now; raise UsageProblem for one who is unsubscribed: no alert would come."""
    from flows.steps.deliver.senders import note_works, send_briefing, send_now, send_sample

    subscriber = subscriber_named(setup.settings, name)
    if is_unsubscribed(setup, name):
        again = f"talkwatch alerts subscribe {shlex.quote(name)}"
        raise UsageProblem(f'"{name}" is unsubscribed and gets nothing, no sample either; `{again}` takes that back')
    is_briefed = subscriber.mode is Mode.BRIEFING and is_begun(setup.data_dir)
    newest = None if is_briefed else newest_alert(setup, subscriber)
    if is_briefed:
        receipt = send_briefing(setup, subscriber)
    elif newest:
        receipt = send_sample(setup, subscriber, newest)
    else:
        receipt = send_now(setup, subscriber, SAMPLE_SUBJECT, [*SAMPLE_TEXT, f"Subscriber: {subscriber.name}"])
    if isinstance(receipt, Sent):
        if is_begun(setup.data_dir):
            with writing(setup.data_dir) as session:
                note_works(setup, session, subscriber)
        shows = f"; it shows alert {newest.alert.alert_id}" if newest else ""
        return f'a sample was taken for "{subscriber.name}" by {subscriber.channel}{shows}'
    raise WorkProblem(f'no sample for "{subscriber.name}" by {subscriber.channel}: {receipt.error}')


def newest_alert(setup: Setup, subscriber: Subscriber) -> Notice | None:
    """Return the newest alert of the last days by a rule that tells a subscriber; None where there is none."""
    if not is_begun(setup.data_dir):
        return None
    rules = {rule.name for rule in setup.rules if subscriber.name in rule.rule.subscribers}
    with reading(setup.data_dir) as session:
        found = alerts.list_alerts(session, limit=LOOKED_AT, since=setup.now() - LAST_DAYS)
    return next((each.notice for each in found if each.notice.alert.rule in rules), None)


def is_unsubscribed(setup: Setup, name: str) -> bool:
    """Tell whether a subscriber wants no more; before the first pass nobody does."""
    if not is_begun(setup.data_dir):
        return False
    with reading(setup.data_dir) as session:
        return name in channels.unsubscribed(session)


@command("alerts unsubscribe")
def unsubscribe(subscriber: Who, config: Config = None) -> None:
    """Stop all messages to a subscriber.

    Waiting and future ones, until `talkwatch alerts subscribe`.
    """
    typer.echo(unsubscribed(settings_of(config), subscriber))


def unsubscribed(settings: Settings, name: str) -> str:
    """Stop all that waits for a subscriber and all that would come."""
    from flows.steps.deliver.deeds import STOPPED

    subscriber_named(settings, name)
    with writing(settings.data_dir) as session:
        news = channels.unsubscribe(session, name, utc_now())
        stopped = outbox.stop(session, name, STOPPED)
    publish(settings.data_dir)
    before = "gets nothing any more" if news else "was unsubscribed before"
    return (
        f'"{name}" {before}; stopped: {counted(stopped, "waiting message")}; `talkwatch alerts subscribe` takes it back'
    )


@command("alerts subscribe")
def subscribe(subscriber: Who, config: Config = None) -> None:
    """Let a subscriber have messages again."""
    typer.echo(subscribed(settings_of(config), subscriber))


def subscribed(settings: Settings, name: str) -> str:
    """Take an unsubscribing back; what was stopped stays so, unless it is sent again."""
    subscriber_named(settings, name)
    with writing(settings.data_dir) as session:
        news = channels.subscribe(session, name)
    publish(settings.data_dir)
    return f'"{name}" gets messages again' if news else f'"{name}" was not unsubscribed'


def subscriber_named(settings: Settings, name: str) -> Subscriber:
    """Return a subscriber by name; raise UsageProblem for an unknown one."""
    names = [who.name for who in settings.subscribers]
    check_known(name, "subscriber", names)
    return settings.subscribers[names.index(name)]
