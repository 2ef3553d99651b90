"""The records between the pass and the warehouse: feeds, entries, articles, the outbox's state, runs, health."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from alerts.records import Arrival, HeldBy, Notice, Status
from extractors.records import Article, Entry, Reading, Telling


class FeedHealth(StrEnum):
    """The state of a feed that analysts and `feeds list` see."""

    NEW = "new"
    FINE = "fine"
    SLOW = "slow"
    QUIET = "quiet"
    FAILING = "failing"
    GONE = "gone"
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
class StoryKeys:
    """What copies of an article are found by; `at` is when it was published, else when it arrived."""

    article_id: str
    publisher: str
    at: datetime
    seen_at: datetime
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """A telling with its words and the keys it is found by."""

    telling: Telling
    title: str | None
    text: str
    keys: tuple[int, ...]


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
    entries_listed: int = 0
    entries_known: int = 0
    entries_unlinked: int = 0
    pages_asked: int = 0
    pages_disallowed: int = 0
    articles_from_feeds: int = 0

    def __add__(self, other: RunCounts) -> RunCounts:
        """Add count by count."""
        names = [field.name for field in fields(self)]
        return RunCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def residue(self) -> int:
        """Entries that no count accounts for: fetched is not stored + duplicate + filtered + failed."""
        listed = self.entries_new + self.entries_known + self.entries_unlinked
        stored = self.articles_new + self.articles_revised
        refused = self.pages_disallowed + self.pages_unreadable + self.pages_failed
        return abs(self.entries_listed - listed) + abs(self.pages_asked - stored - self.articles_known - refused)


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
