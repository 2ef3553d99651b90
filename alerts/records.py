"""The records of matches, decisions, alerts, follow-ups and silences. Datetimes are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from extractors.records import Span


class Scope(StrEnum):
    """How near a phrase and an official must be for a match, strongest first."""

    SPEAKS = "speaks"
    ACTS = "acts"
    STATEMENT = "statement"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    ARTICLE = "article"
    # Of an alert on what an official has not said any more: it stands on what he said last.
    SILENT = "silent"


class Severity(StrEnum):
    """How urgent a rule is; high goes out in quiet hours too."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Reason(StrEnum):
    """Why an alert did or did not fire. The first two fire."""

    NEW = "new"
    NEW_MATCH = "new_match"
    REPEAT = "repeat"
    SAME_UTTERANCE = "same_utterance"
    COOLDOWN = "cooldown"
    SILENCED = "silenced"
    TOO_OLD = "too_old"
    UNDATED = "undated"
    HISTORICAL = "historical"
    EXCLUDED = "excluded"
    BELOW_CORROBORATION = "below_corroboration"
    DUPLICATE = "duplicate"
    NOT_FIRST = "not_first"
    NO_CHANGE = "no_change"
    FEEDS_UNPROVEN = "feeds_unproven"
    WORDS_UNSEEN = "words_unseen"
    IMPORTED = "imported"

    @property
    def fires(self) -> bool:
        """Tell whether a decision with this reason is an alert."""
        return self in {Reason.NEW, Reason.NEW_MATCH}


class News(StrEnum):
    """What is new about an alert that was told: more sources, its words changed or added to, or told again as asked.

    Or somebody put right who is meant.
    """

    CORROBORATED = "corroborated"
    CORRECTED = "corrected"
    ADDED = "added"
    REPEATED = "repeated"
    REATTRIBUTED = "reattributed"


class Arrival(StrEnum):
    """How an article came to us, as far as alerting cares."""

    POLLED = "polled"
    FIRST_POLL = "first_poll"
    INGESTED = "ingested"
    IMPORTED = "imported"
    # Cleaned again from the page that was kept: no change of the outlet's, and no news.
    REPLAYED = "replayed"


class Change(StrEnum):
    """What a rule may wait for: a change of stance, a contradiction, a claim denied, talks, a first time, a spate."""

    SHIFT = "shift"
    CONTESTED = "contested"
    DISPUTE = "dispute"
    TALKS = "talks"
    FIRST = "first"
    SPIKE = "spike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What something said has brought: on which topic, by which official; of a shift from and to which stance.

    `official_id` is None where who says it is not known here.
    """

    change: Change
    official_id: str | None
    topic: str
    from_stance: str | None = None
    to_stance: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardReport:
    """One report of something that an official said; `is_on` tells whether it is on the topic in question.

    `said_at` is when the first report of it was published, `seen_at` when this one arrived.
    """

    utterance_id: str
    article_id: str
    feed_id: str | None
    said_at: datetime
    seen_at: datetime
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How well a feed was listened to: when it was not asked or gave no answer, and in which hours it brought articles.

    A gap that lasts has no end.
    """

    feed_id: str
    gaps: tuple[tuple[datetime, datetime | None], ...]
    brought_at: tuple[datetime, ...]


class Place(StrEnum):
    """Which of an article's two texts a span counts in."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One proof of a match: `what` stands at `span` of the title or text.

    `what` is keyword, official, speaker, cue, statement or words (its part that holds the phrase), sentence (the
    phrase's), quoted (a part of the statement in quotation marks), part (of one that is split), other (another's
    statement that holds the phrase too), where (a phrase of that clause), negation (the words that negate), historical
    (what is told as history), together (who says it with him), also (who else is named there) or exclude.
    """

    what: str
    place: Place
    span: Span
    surface: str
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One rule × article × official.

    `keyword`, `excerpt` and the first evidence are the strongest match's; `excerpt` is whole sentences verbatim.
    `official` names all whom the rule wants and who say it as one, `official_id` is one of them.
    `excluded_by` is the phrase that cancels it. `negated` is about the strongest match, `historical` about them all:
    it rests on history alone, on which its rule does not fire. `utterance_ids` name all that is said in it,
    `leading_ids` what is said as near as in the strongest match, whose `stance` and `denied` are given.
    """

    rule: str
    article_id: str
    official_id: str
    official: str
    keyword: str
    scope: Scope
    place: Place
    excerpt: str
    excerpt_span: Span
    evidence: tuple[Evidence, ...]
    utterance_id: str | None = None
    excluded_by: str | None = None
    negated: bool = False
    historical: bool = False
    utterance_ids: tuple[str, ...] = ()
    leading_ids: tuple[str, ...] = ()
    stance: str | None = None
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A match that fired, as it is stored and sent. `follows_alert_id` is the story's alert before it.

    Where several say it as one, `official` names them all and `official_id` is the first of them.
    """

    alert_id: str
    rule: str
    rule_version: str
    article_id: str
    story_id: str
    fired_at: datetime
    severity: Severity
    keyword: str
    official_id: str
    official: str
    scope: Scope
    place: Place
    excerpt: str
    excerpt_span: Span
    reason: Reason
    evidence: tuple[Evidence, ...]
    utterance_id: str | None = None
    utterance_ids: tuple[str, ...] = ()
    stance: str | None = None
    denied: bool = False
    follows_alert_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one match, fired or not; `told_by` is the alert that had told it already."""

    rule: str
    article_id: str
    official_id: str
    decided_at: datetime
    reason: Reason
    alert: Alert | None = None
    told_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAlert:
    """As much of an earlier alert as deciding needs. `reaches` tells whether it was sent, or is still to be."""

    rule: str
    article_id: str
    official_id: str
    story_id: str
    fired_at: datetime
    utterance_id: str | None
    utterance_ids: tuple[str, ...] = ()
    excerpt: str = ""
    stance: str | None = None
    denied: bool = False
    alert_id: str | None = None
    reaches: bool = True
    official: str = ""
    keyword: str = ""


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
