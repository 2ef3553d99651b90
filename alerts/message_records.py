"""The records of messages, letters and receipts. Datetimes are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.records import Alert, News


class HeldBy(StrEnum):
    """What keeps a message back until its `due_at`."""

    QUIET_HOURS = "quiet_hours"
    THROTTLE = "throttle"
    DIGEST = "digest"
    BRIEFING = "briefing"


class Status(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the outbox: alerts of one event, or a digest, for one subscriber.

    Its id never changes, so a repeat is recognisable; alerts join it until `attempts` is above 0. `thread_of` names the
    message to the same subscriber that it follows up, None when it starts a thread of its own. `tried_since` is when it
    was first tried, or revived.
    """

    message_id: str
    subscriber: str
    channel: str
    event_id: str | None
    alert_ids: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    held_by: HeldBy | None = None
    status: Status = Status.PENDING
    attempts: int = 0
    thread_of: str | None = None
    follow_up_ids: tuple[str, ...] = ()
    late_by: timedelta | None = None
    tried_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPosition:
    """Where an official stood on a topic before: `stance` as last stated, `stated_at` when, in which words of whom."""

    topic: str
    stance: str
    stated_at: datetime
    words: str = ""
    outlet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What another says against what an alert tells (`denies`), or what that denies; the text is a report's."""

    speaker: str
    text: str
    said_at: datetime
    denies: bool


@dataclass(frozen=True, slots=True)
class NewSource:
    """An outlet that has what an alert tells, with its article."""

    outlet: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An alert with what a reader wants beside it.

    `official_role` is the office the roster names first at the article's date, `official_country` the code of its
    country. `sources` counts the independent sources it has by now and `roots` names them, `other_outlets` are those
    that tell it too, the earliest first, and `positions` are the official's last ones on the topics of his statement.
    `news` is what is new about an alert that was told before; its excerpt and evidence are then those of the new words,
    and `new_sources` are the independent ones that came since; `attributed_to` is whose words they are by now, where
    somebody put that right. `language` is the article's; where it is not English,
    `in_english` is the earliest report in English of the same utterance. `contradictions` are what others say against
    it, or what it denies. `primary` is the outlet that has it first hand, such as the office's own page. `event_id`
    is the happening that its article is on, `event_title` the headline of the first article on that. `deeds` are links
    by which its reader says what he thinks of it, each with its name. `fuller` are the same words as the longest report
    of them has them, where that has more of them than this article.
    """

    alert: Alert
    title: str | None
    url: str
    outlet: str
    country: str | None
    published_at: datetime | None
    official_role: str | None
    official_side: str | None
    official_country: str | None = None
    sources: int = 1
    cue: str | None = None
    other_outlets: tuple[str, ...] = ()
    positions: tuple[KnownPosition, ...] = ()
    roots: tuple[str, ...] = ()
    news: News | None = None
    attributed_to: str | None = None
    new_sources: tuple[NewSource, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    language: str | None = None
    in_english: NewSource | None = None
    primary: str | None = None
    event_id: str = ""
    event_title: str | None = None
    fuller: str | None = None
    deeds: tuple[tuple[str, str], ...] = ()


class Opinion(StrEnum):
    """What somebody thought of an alert; the values are public."""

    RIGHT = "right"
    WRONG = "wrong"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What somebody thought of an alert. On the command line it is nobody's, and made in no message."""

    alert_id: str
    verdict: Opinion
    marked_at: datetime
    why: str | None = None
    subscriber: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorNotice:
    """What the operator is told about Talkwatch itself. `message_id` is None where no message can tell him."""

    notice_id: str
    key: str
    subject: str
    text: str
    noted_at: datetime
    ended_at: datetime | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of a source, verbatim, with where they stand; `label` says in ours what they are."""

    label: str
    words: str
    outlet: str
    said_at: datetime
    url: str
    sources: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingItem:
    """One thing that is new: what, in our words, and the words that it stands on."""

    head: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingPart:
    """What is new on one topic, or ahead."""

    title: str
    items: tuple[BriefingItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as a PNG, and what it shows in words."""

    name: str
    title: str
    words: str
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """What came between two times; `counts` are how many of what, `coverage` says what was read and what was not."""

    since: datetime
    until: datetime
    parts: tuple[BriefingPart, ...]
    counts: tuple[tuple[int, str], ...]
    coverage: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered message, ready for any channel.

    `notices` are empty for what is about Talkwatch itself, and for a briefing, which is in `briefing` by its parts.
    `subject` is the same for all of a thread, `line` is what this one tells. `footer` says why it is sent and how to
    stop that. `thread_of` is the id of the message that it follows up, `thread_ref` the channel's own name for that
    one. At `one_click` a POST stops the messages (RFC 8058).
    """

    message_id: str
    subject: str
    text: str
    html: str
    notices: tuple[Notice, ...]
    line: str
    footer: tuple[str, ...] = ()
    thread_of: str | None = None
    thread_ref: str | None = None
    one_click: str | None = None
    briefing: Briefing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel in trouble. `blocked_at` is None while the trouble may pass by itself."""

    route: str
    failures: int
    failing_since: datetime
    blocked_at: datetime | None
    next_try_at: datetime
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The channel took it; `ref` is the channel's own name for it, where follow-ups need one."""

    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """It may go through later, at the earliest `after` from now when the channel said so.

    With `channel` nothing got through to speak of: other messages would fare no better now.
    """

    error: str
    after: timedelta | None = None
    channel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The channel takes nothing until someone mends it: a login, a certificate, a webhook that is gone."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It will never go through as it is; others may."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooBig(Refused):
    """It will never go through whole; in parts it may."""


Receipt = Sent | TryLater | Blocked | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a message stands after a try, and its channel: `state` is None when that is well.

    `due_at` None leaves the message its place in the queue.
    """

    status: Status
    error: str | None = None
    due_at: datetime | None = None
    ref: str | None = None
    state: ChannelState | None = None
