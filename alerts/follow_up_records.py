"""The records of follow-ups and silences. Datetimes are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.records import Alert, News


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert with what was told of it last: its words, corrected where they were, when, and with how many sources.

    `roots` are the independent sources it was last known to have, by name; empty when they were never counted.
    """

    alert: Alert
    sources: int
    told_sources: int
    told_at: datetime
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something new about an alert. `alert` has the words to show: its own, or those that are new.

    `attributed_to` is whose they are by now where somebody put that right, None for nobody known.
    """

    follow_up_id: str
    alert: Alert
    news: News
    noted_at: datetime
    sources: int
    attributed_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """A message that tells an alert to a subscriber. `is_open`: it was not tried yet; `thread` is where replies go."""

    alert_id: str
    event_id: str
    subscriber: str
    is_open: bool
    thread: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A rule kept from firing from `starts_at` until before `ends_at`.

    None names every rule, official, subscriber or story. `message_id` is the message by whose link it was asked for.
    """

    silence_id: str
    rule: str | None
    starts_at: datetime
    ends_at: datetime
    author: str
    official_id: str | None = None
    subscriber: str | None = None
    reason: str | None = None
    story_id: str | None = None
    message_id: str | None = None
