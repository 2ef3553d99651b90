"""The records between the pass and the warehouse: articles, stories, the outbox's state, runs and health."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from alerts.message_records import ChannelState, HeldBy, Notice, OperatorNotice, Status
from alerts.records import Arrival
from extractors.records import Article, PageLines, Post, Reading, Telling


class Outcome(StrEnum):
    """What saving an article came to: new, its words had changed, or known as it is."""

    NEW = "new"
    REVISED = "revised"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """An article with what was read in it, and the entry it settles."""

    article: Article
    reading: Reading
    arrival: Arrival
    entry_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWords:
    """An article's newest words as they are stored, with the posts of a live blog."""

    title: str | None
    text: str
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedArticle:
    """What became of an article; `first_seen_at` is when its first revision arrived.

    `before` are the words that a live blog's new revision takes the place of; other articles have none.
    """

    article_id: str
    outcome: Outcome
    revision: int
    story_id: str
    first_seen_at: datetime
    before: StoredWords | None = None


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
class SiteLines:
    """What is known of a site's furniture: the lines of its last pages, oldest first, and the lines learned."""

    site: str
    pages: tuple[PageLines, ...] = ()
    learned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedLine:
    """A line that recurs on a site's pages, and on how many articles' of them it was seen this time."""

    site: str
    line_hash: str
    line: str
    articles: int


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

    @property
    def told(self) -> str:
        """Every count that is not zero, as name=value, and what no count accounts for."""
        values = {**{field.name: getattr(self, field.name) for field in fields(self)}, "residue": self.residue}
        return " ".join(f"{name}={value}" for name, value in values.items() if value)


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

    `oldest_due_at` is since when the oldest message should have left, None when none is overdue; `failing_feeds` are
    addresses with their errors; `channels` are those in trouble, `notices` what the operator was told and lasts.
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
    channels: tuple[ChannelState, ...] = ()
    notices: tuple[OperatorNotice, ...] = ()
    unsubscribed: tuple[str, ...] = ()
    readings_given_up: int = 0
