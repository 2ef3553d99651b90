"""The records between the pass and the warehouse: articles, stories, the outbox's state, runs and health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.message_records import HeldBy, Notice, Status
from alerts.records import Arrival, Scope
from extractors.records import Article, Post, Reading, Span
from extractors.relation_records import Telling


class Outcome(StrEnum):
    """What saving an article came to: new, its words had changed, known as it is, or its words were read otherwise."""

    NEW = "new"
    REVISED = "revised"
    KNOWN = "known"
    REREAD = "reread"

    @property
    def replaces(self) -> bool:
        """Tell whether what was read in the article before is replaced."""
        return self in {Outcome.REVISED, Outcome.REREAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """An article with what was read in it, and the entry it settles; with `again` it is stored, and read otherwise."""

    article: Article
    reading: Reading
    arrival: Arrival
    entry_key: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWords:
    """An article's newest words as they are stored, with its sentences and the posts of a live blog."""

    title: str | None
    text: str
    sentences: tuple[Span, ...] = ()
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
class Precision:
    """How many alerts of a rule in one scope people found right, and how many wrong."""

    rule: str
    scope: Scope
    right: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRight:
    """How often people found right and wrong what was read of a speaker or a topic, its `kind`."""

    kind: str
    name: str
    right: int
    wrong: int
