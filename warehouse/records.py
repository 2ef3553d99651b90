"""The records between the pass and the warehouse: feeds, entries, articles, the outbox's state, runs, health."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from alerts.records import Arrival, HeldBy, Notice, Status
from extractors.records import Article, Entry, Reading


class FeedHealth(StrEnum):
    """The state of a feed that analysts and `feeds list` see."""

    NEW = "new"
    FINE = "fine"
    FAILING = "failing"
    UNWATCHED = "unwatched"


class Outcome(StrEnum):
    """What saving an article came to: new, its words had changed, or known as it is."""

    NEW = "new"
    REVISED = "revised"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFeed:
    """A feed as the configuration has it."""

    feed_id: str
    url: str
    outlet: str
    country: str | None
    every: timedelta
    max_every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is known of a feed before it is asked: validators exactly as the server gave them."""

    feed: WatchedFeed
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    consecutive_failures: int
    first_poll: bool
    last_polled_at: datetime | None = None
    last_new_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFeed:
    """A feed that is or was watched, as `feeds list` shows it."""

    feed_id: str
    url: str
    outlet: str
    country: str | None
    state: FeedHealth
    last_polled_at: datetime | None
    next_poll_at: datetime | None
    consecutive_failures: int
    last_error: str | None
    last_new_at: datetime | None
    entries_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry of a poll with its names: the same `entry_hash` under a known `entry_key` is nothing new."""

    entry_key: str
    entry_hash: str
    url: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a feed gave. `error` None and no entries is an unchanged feed (`not_modified`).

    A poll fails when it has an error and no entries: the validators stay as they were. With entries (a body that broke
    off) the error is only noted, and the validators become what stands here; so do they when the feed was changed.
    An unchanged feed keeps those it does not send again.
    """

    feed_id: str
    polled_at: datetime
    next_poll_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    not_modified: bool = False
    entries: tuple[NewEntry, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry whose page has not been read yet; it arrived at `seen_at`."""

    entry_key: str
    feed_id: str
    outlet: str
    url: str
    entry: Entry
    first_poll: bool
    attempts: int
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailure:
    """A page that could not be had or read. `retry_at` None: never again."""

    entry_key: str
    feed_id: str
    reason: str
    retry_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """An article with what was read in it, and the entry it settles."""

    article: Article
    reading: Reading
    arrival: Arrival
    entry_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedArticle:
    """What became of an article; `first_seen_at` is when its first revision arrived."""

    article_id: str
    outcome: Outcome
    revision: int
    story_id: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialTerm:
    """A person of the watchlist and one term of office, `role_to` excluded; without office one row without role."""

    official_id: str
    name: str
    country: str | None
    side: str | None
    role: str | None
    role_from: date | None
    role_to: date | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where an alert stands with one subscriber."""

    message_id: str
    subscriber: str
    channel: str
    status: Status
    held_by: HeldBy | None
    attempts: int
    last_error: str | None
    due_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAlert:
    """An alert of the log, with what a reader wants beside it and its deliveries."""

    notice: Notice
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """A count for each outcome of each stage of one pass."""

    feeds_due: int = 0
    feeds_changed: int = 0
    feeds_unchanged: int = 0
    feeds_failed: int = 0
    entries_new: int = 0
    pages_fetched: int = 0
    pages_failed: int = 0
    pages_unreadable: int = 0
    articles_new: int = 0
    articles_revised: int = 0
    articles_known: int = 0
    statements: int = 0
    matches: int = 0
    alerts: int = 0
    messages_sent: int = 0
    messages_retried: int = 0
    messages_dead: int = 0

    def __add__(self, other: RunCounts) -> RunCounts:
        """Add count by count."""
        names = [field.name for field in fields(self)]
        return RunCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pass. `finished_at` and `counts` are None while it runs, and for ever when it was killed."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    counts: RunCounts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Numbers that tell whether Talkwatch is well; to judge them is `status`'s business.

    `oldest_due_at` is the `due_at` of the message that should have left longest ago, None when none is overdue;
    `failing_feeds` are addresses with their errors.
    """

    last_started_at: datetime | None
    last_finished_at: datetime | None
    unfinished_runs: int
    feeds: int
    feeds_new: int
    feeds_failing: int
    failing_feeds: tuple[tuple[str, str], ...]
    last_new_at: datetime | None
    entries_pending: int
    entries_failed: int
    articles: int
    alerts: int
    messages_waiting: int
    messages_dead: int
    oldest_due_at: datetime | None
