"""The channels letters leave by: one small file each, one line in CHANNELS. The only network out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from alerts.channels.email import Email, EmailConfig
from alerts.channels.slack import Slack
from alerts.message_records import Letter, Receipt, Subscriber

__all__ = ["CHANNELS", "Builder", "Channel", "Equipment"]


class Channel(Protocol):
    """A way out. What fails is a receipt, never an exception, and no receipt holds an address or a secret."""

    def send(self, letter: Letter, subscriber: Subscriber) -> Receipt:
        """Send the letter, and say what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What channels are built from: the clock, a web client without proxies or redirects, and `[channels.email]`."""

    now: Callable[[], datetime]
    web: httpx.Client
    email: EmailConfig | None = None


Builder = Callable[[Equipment], Channel]


def _email(equipment: Equipment) -> Channel:
    if equipment.email is None:
        raise ValueError("e-mail is asked for, and there is no [channels.email]")
    return Email(equipment.email, now=equipment.now)


def _slack(equipment: Equipment) -> Channel:
    return Slack(equipment.web, now=equipment.now)


CHANNELS: Mapping[str, Builder] = {"email": _email, "slack": _slack}
