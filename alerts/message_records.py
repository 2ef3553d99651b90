"""The records of subscribers, messages, letters and receipts. Datetimes are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from alerts.records import Alert


class Mode(StrEnum):
    """When a subscriber's messages leave."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"


class HeldBy(StrEnum):
    """What keeps a message back until its `due_at`."""

    QUIET_HOURS = "quiet_hours"
    THROTTLE = "throttle"
    DIGEST = "digest"


class Status(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily stretch of local time, over midnight when it starts later than it ends."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Someone who is told. `address` is an e-mail address or a webhook's URL, and is never printed or stored."""

    name: str
    channel: str
    address: str
    timezone: str = "UTC"
    mode: Mode = Mode.IMMEDIATE
    quiet_hours: QuietHours | None = None
    digest_at: time = time(8)
    max_per_hour: int = 20
    group_wait: timedelta = timedelta(0)
    group_interval: timedelta = timedelta(minutes=5)

    def __repr__(self) -> str:
        """Name the subscriber without its address, which may be a secret."""
        return f"Subscriber({self.name!r}, {self.channel!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the outbox: alerts of one story, or a digest, for one subscriber.

    Its id never changes, so a repeat is recognisable; alerts join it until `attempts` is above 0.
    """

    message_id: str
    subscriber: str
    channel: str
    story_id: str | None
    alert_ids: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    held_by: HeldBy | None = None
    status: Status = Status.PENDING
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An alert with what a reader wants beside it. `sources` counts the independent sources of its story."""

    alert: Alert
    title: str | None
    url: str
    outlet: str
    country: str | None
    published_at: datetime | None
    official_role: str | None
    official_side: str | None
    sources: int = 1
    cue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered message, ready for any channel."""

    message_id: str
    subject: str
    text: str
    html: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """It may go through later, at the earliest `after` from now when the channel said so."""

    error: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It will never go through as it is."""

    error: str


Receipt = Sent | TryLater | Refused
