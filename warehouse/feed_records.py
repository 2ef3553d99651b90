"""The records between the pass and the warehouse on the way in: feeds, polls, robots.txt, hosts and entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from extractors.records import Entry


class FeedHealth(StrEnum):
    """The state of a feed that analysts and `feeds list` see."""

    NEW = "new"
    FINE = "fine"
    SLOW = "slow"
    QUIET = "quiet"
    FAILING = "failing"
    GONE = "gone"
    UNWATCHED = "unwatched"


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
class FeedCourse:
    """How a feed has behaved so far, which decides when and where it is asked next.

    `moved_to` is where `moved_times` polls in a row were led for good since `moved_since`; `current_url` is where it is
    asked instead of its configured address; `skip_days` count from Monday, 0.
    """

    state: FeedHealth = FeedHealth.NEW
    dull_polls: int = 0
    usual_gap: timedelta | None = None
    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    current_url: str | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_times: int = 0
    gone_since: datetime | None = None


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
    course: FeedCourse = FeedCourse()


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
    """An entry of a poll: the same `entry_hash` under a known `entry_key` is nothing new.

    `names` are all it can be known by, the surest first; under one that is known it is that entry.
    """

    entry_key: str
    entry_hash: str
    url: str
    entry: Entry
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a feed gave. `error` None and no entries is an unchanged feed (`not_modified`).

    A poll fails when it has an error and no entries: the validators stay as they were. With entries (a body that broke
    off) the error is only noted, and the validators become what stands here; so do they when the feed was changed.
    An unchanged feed keeps those it does not send again, and `forget` drops them all. Without a `course` the feed's
    state is "failing" or "fine", and the rest of what is known of it stays.
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
    forget: bool = False
    course: FeedCourse | None = None


class RobotsState(StrEnum):
    """What is known of a site's robots.txt: its rules count, there is none, or it could not be had yet."""

    RULES = "rules"
    NONE = "none"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """The robots.txt of a site, `origin` being its scheme, host and port; asked for again at `next_at`."""

    origin: str
    state: RobotsState
    body: str | None
    asked_at: datetime
    next_at: datetime
    failures: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPace:
    """When a server, as host:port, was last asked, and until when it wants to be left alone."""

    host: str
    last_started_at: datetime | None = None
    parked_until: datetime | None = None


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
