"""Records of what articles are to each other: whose words they are, who stands where, what is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from extractors.records import Span

# Whose positions are drawn together: an official's, on a topic, in a negotiation or in none.
About = tuple[str, str, str | None]
# News in the calendar: of what kind, what has become of it, on which day, in which negotiation, else where.
Entry = tuple[str, str, date | None, str | None]


class CopyKind(StrEnum):
    """How an article came by its story: its own words, or whose."""

    ORIGINAL = "original"
    WIRE_COPY = "wire_copy"
    SAME_OWNER = "same_owner"
    CITING = "citing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Whose words a text says it is made of: ids of publishers, agencies and owners.

    `publisher` is whose page it is, `credit` the agency it is taken from, `cites` the source its news goes back to.
    """

    publisher: str
    credit: str | None = None
    cites: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article as a teller of a story. Articles with one `body_id` share a body; `at` is when it was published."""

    article_id: str
    story_id: str
    body_id: str
    at: datetime
    credits: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a telling is: `source` is the root its news goes back to, so that copies count once."""

    article_id: str
    copy_kind: CopyKind
    parent_article_id: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An article as far as other articles on the same happening are looked for, in any language.

    `headline` are keys of what its headline names and of the words that tell something, `opening` of headline and
    beginning. `voice` is the official who is quoted in the headline, else most at the beginning, or None; `heard` are
    all who are quoted there. `title` is the headline as printed, empty where there is none.
    """

    article_id: str
    title: str
    language: str | None
    publisher: str
    told_at: datetime
    seen_at: datetime
    headline: tuple[int, ...]
    opening: tuple[int, ...]
    voice: str | None
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a statement says, plain: small letters, no marks, one blank between words.

    `quoted` are the stretches in quotation marks, cut where words were left out or put in.
    """

    plain: str
    quoted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A statement as far as other reports of it are looked for. `name` is the utterance's while it stands alone.

    `speaker` is an official_id, else the name in small letters; `said_at` when its article was published, else arrived.
    `sentences` are what it says as its meaning is compared: of people and bodies of the watchlist alone.
    """

    statement_id: str
    name: str
    speaker: str
    said_at: datetime
    seen_at: datetime
    words: Words
    keys: tuple[int, ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A statement as far as somebody contests it: what it says, and on which topics.

    It `denies` by its words ("denied that …"), or is `negated` and so may deny what another says.
    """

    said: Wording
    topics: tuple[str, ...]
    denies: bool
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One report of the stance an official takes on a topic; `place` is where it starts in its article.

    `at` is when the article was published, else arrived. It is `narrated` where an outlet tells in its own words what
    he does ("abandoned his call"), and has nothing that he said.
    """

    official_id: str
    topic: str
    statement_id: str
    utterance_id: str
    at: datetime
    stance: str
    confidence: float | None = None
    denied: bool = False
    place: int = 0
    article_id: str = ""
    process_id: str | None = None
    narrated: bool = False
    outlet: str = ""

    @property
    def about(self) -> About:
        """Return whose position on what it may change."""
        return self.official_id, self.topic, self.process_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A stretch of one stance. `statements` counts utterances, `reports` the statements of articles.

    `contested_statement_id` is the first statement of the opposite by him or by his side, None when there is none.
    """

    official_id: str
    topic: str
    stance: str
    since: datetime
    until: datetime
    statements: int
    reports: int
    first_statement_id: str
    last_statement_id: str
    confidence: float | None
    contested_statement_id: str | None = None
    process_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A change of stance; `confirmed_statement_id` is None while one statement of high confidence stands alone."""

    official_id: str
    topic: str
    from_stance: str
    to_stance: str
    shifted_at: datetime
    before_statement_id: str
    after_statement_id: str
    confirmed_statement_id: str | None
    contested: bool
    process_id: str | None = None


class TalkKind(StrEnum):
    """What stands in the calendar."""

    MEETING = "meeting"
    DEADLINE = "deadline"
    TRUCE = "truce"


class TalkStatus(StrEnum):
    """What a sentence says has become of it."""

    ANNOUNCED = "announced"
    CONFIRMED = "confirmed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A meeting, deadline or truce that a sentence names. Nothing that the sentence does not say is filled in.

    `surface` names it, `place` and `dated` are where and when, all in the article's text; `starts_on` and `ends_on` are
    the days that `dated` comes to. `parties` are ids of officials, else names of countries and organisations,
    `process_id` is the negotiation it belongs to.
    """

    kind: TalkKind
    status: TalkStatus
    past_round: bool
    sentence: Span
    surface: Span
    dated: Span | None
    starts_on: date | None
    ends_on: date | None
    place: str | None
    parties: tuple[str, ...]
    process_id: str | None = None

    @property
    def entry(self) -> Entry:
        """Return what tells the news of it from other news of the calendar."""
        return self.kind, self.status, self.starts_on, self.process_id or self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class WordKeys:
    """What a form of a word is found by in a search: `asked` are the keys it means in a question, `answers` its own.

    Who asks for a form is answered by all forms that have one of the keys he means.
    """

    form: str
    asked: tuple[str, ...]
    answers: tuple[str, ...]


class CorrectedField(StrEnum):
    """What somebody puts right in a reading; the values are public."""

    SPEAKER = "speaker"
    TOPIC = "topic"
    STANCE = "stance"
    DROP = "drop"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody put right: in what one article reports in these `words`, or whom a name (`words`) means.

    `was` and `is_now` are official ids, topics (a topic dropped, one added) or stances, None for nobody and nothing.
    A name is put right in the articles of one `outlet`, or of all. `gone_at` is since when the words stand there no
    more.
    """

    correction_id: str
    words: str
    field: CorrectedField
    author: str
    made_at: datetime
    article_id: str | None = None
    url: str | None = None
    outlet: str | None = None
    was: str | None = None
    is_now: str | None = None
    undone_at: datetime | None = None
    gone_at: datetime | None = None
