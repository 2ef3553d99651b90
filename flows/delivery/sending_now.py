"""Sending one letter at once, past the outbox: a sample, or what can't be written down because the disk is full."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from alerts.message_records import Receipt, Subscriber
from alerts.plain_letters import plain_letter
from flows.delivery.delivering import channels_of
from flows.setup import Setup
from flows.web.fetching import webhook_client


def send_now(setup: Setup, subscriber: Subscriber, subject: str, paragraphs: Sequence[str]) -> Receipt:
    """Send a subscriber one letter that holds no alert; nothing is recorded of it."""
    name = "\n".join((subscriber.name, subject, setup.now().isoformat()))
    letter = plain_letter(hashlib.sha256(name.encode()).hexdigest()[:16], subject, paragraphs)
    with webhook_client(setup.settings.fetch) as web:
        return channels_of(setup, web)[subscriber.channel].send(letter, subscriber)
