"""The channels letters leave by: one small file each, one line in CHANNELS. The only network out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from alerts.channels.email import Email, EmailConfig
from alerts.channels.slack import API, Slack
from alerts.channels.through_apprise import Apprise
from alerts.channels.webhook import Webhook
from alerts.message_records import Letter, Receipt, Subscriber

__all__ = ["CHANNELS", "Builder", "Channel", "Equipment", "route_of"]


class Channel(Protocol):
    """A way out. What fails is a receipt, never an exception, and no receipt holds an address or a secret.

    `seconds_between` is the least time between two messages that the service behind it wants.
    """

    seconds_between: float

    def send(self, letter: Letter, subscriber: Subscriber) -> Receipt:
        """Send the letter, and say what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What channels are built from.

    The clock, a web client without proxies or redirects, `[channels.email]`, and where Slack's API is.
    """

    now: Callable[[], datetime]
    web: httpx.Client
    email: EmailConfig | None = None
    slack_api: str = API


Builder = Callable[[Equipment], Channel]


def _email(equipment: Equipment) -> Channel:
    if equipment.email is None:
        raise ValueError("e-mail is asked for, and there is no [channels.email]")
    return Email(equipment.email, now=equipment.now)


def _slack(equipment: Equipment) -> Channel:
    return Slack(equipment.web, now=equipment.now, api=equipment.slack_api)


def _webhook(equipment: Equipment) -> Channel:
    return Webhook(equipment.web, now=equipment.now)


def _apprise(_: Equipment) -> Channel:
    return Apprise()


CHANNELS: Mapping[str, Builder] = {"email": _email, "slack": _slack, "webhook": _webhook, "apprise": _apprise}
# All who are told by these share one server: what is wrong with it is wrong for all of them.
SHARED = frozenset({"email"})


def route_of(subscriber: Subscriber) -> str:
    """Name what fails together: a channel that all share, else the channel of this one subscriber."""
    return subscriber.channel if subscriber.channel in SHARED else f"{subscriber.channel}:{subscriber.name}"
