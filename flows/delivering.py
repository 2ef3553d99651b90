"""Sending what is due: sealed before, marked after, so that a crash can repeat a message but never lose one."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta

import httpx

from alerts.channels import CHANNELS, Channel, Equipment
from alerts.message_records import Message, Notice, Receipt, Refused, Sent, TryLater
from alerts.rendering import render
from flows.fetching import webhook_client
from flows.progress import stage
from flows.setup import Setup
from warehouse import outbox
from warehouse.records import RunCounts
from warehouse.store import writing

MESSAGES_A_PASS = 500
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(hours=48)

Due = tuple[Message, tuple[Notice, ...]]


def deliver(setup: Setup) -> RunCounts:
    """Send the messages that are due and record each receipt."""
    due = seal(setup)
    if not due:
        return RunCounts()
    receipts: list[Receipt] = []
    with webhook_client(setup.settings.fetch) as web:
        channels = channels_of(setup, web)
        with stage(setup.progress, "send", len(due)) as done:
            for message, notices in due:
                if setup.stopping():
                    break
                receipts.append(deliver_one(setup, channels, message, notices))
                done()
    return RunCounts(
        messages_sent=sum(isinstance(receipt, Sent) for receipt in receipts),
        messages_retried=sum(isinstance(receipt, TryLater) for receipt in receipts),
        messages_dead=sum(isinstance(receipt, Refused) for receipt in receipts),
    )


def channels_of(setup: Setup, web: httpx.Client) -> dict[str, Channel]:
    """Build the channels that subscribers use."""
    equipment = Equipment(now=setup.now, web=web, email=setup.settings.email)
    return {name: CHANNELS[name](equipment) for name in {who.channel for who in setup.settings.subscribers}}


def seal(setup: Setup) -> tuple[Due, ...]:
    """Return the messages that are due with what they tell, each marked as tried, so that nothing joins it any more."""
    now = setup.now()
    with writing(setup.data_dir) as session:
        messages = outbox.due_messages(session, now, MESSAGES_A_PASS)
        for message in messages:
            outbox.begin_attempt(session, message.message_id, now)
        return tuple((message, outbox.notices(session, message)) for message in messages)


def deliver_one(setup: Setup, channels: Mapping[str, Channel], message: Message, notices: Sequence[Notice]) -> Receipt:
    """Send one message and record what came of it."""
    receipt = send(setup, channels, message, notices)
    attempts = message.attempts + 1
    now = setup.now()
    if isinstance(receipt, TryLater) and now - message.created_at > PATIENCE:
        receipt = Refused(error=f"given up after {attempts} tries: {receipt.error}")
    retry_at = now + wait_before_retry(attempts, receipt.after) if isinstance(receipt, TryLater) else None
    with writing(setup.data_dir) as session:
        outbox.save_receipt(session, message.message_id, receipt, now, retry_at)
    return receipt


def send(setup: Setup, channels: Mapping[str, Channel], message: Message, notices: Sequence[Notice]) -> Receipt:
    """Render a message and hand it to its channel."""
    subscriber = next((who for who in setup.settings.subscribers if who.name == message.subscriber), None)
    if subscriber is None:
        return Refused(error=f'subscriber "{message.subscriber}" is no longer in the configuration')
    letter = render(message, notices, timezone=subscriber.timezone)
    return channels[subscriber.channel].send(letter, subscriber)


def wait_before_retry(attempts: int, asked: timedelta | None) -> timedelta:
    """Return how long to wait: what the channel asked for, else twice as long each time, spread by up to a half."""
    doubled: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    return max(doubled * random.uniform(1, 1.5), asked or timedelta(0))  # noqa: S311 (it spreads load, hides nothing)
