"""The records between the pass and the warehouse: feeds' states, polls, entries to read, a run's counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.records import Arrival
from extractors.records import Article, Entry, Reading


class FeedHealth(StrEnum):
    """The state of a feed that analysts and `feeds list` see."""

    NEW = "new"
    FINE = "fine"
    FAILING = "failing"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a feed gave. `error` None and no entries is an unchanged feed (`not_modified`)."""

    feed_id: str
    polled_at: datetime
    next_poll_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    not_modified: bool = False
    entries: tuple[Entry, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry whose page has not been read yet."""

    entry_key: str
    feed_id: str
    outlet: str
    url: str
    entry: Entry
    first_poll: bool
    attempts: int


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
