"""The records this package hands out. Spans are half-open character ranges; datetimes are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class UnreadableReason(StrEnum):
    """Why content is no feed or no article; stored and shown, so the values are public."""

    EMPTY = "empty"
    NOT_A_FEED = "not_a_feed"
    NOT_TEXT = "not_text"
    NO_ARTICLE = "no_article"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    SOFT_404 = "soft_404"
    CONSENT = "consent_wall"
    PAYWALL = "paywall_stub"


class MentionKind(StrEnum):
    """What a mention names."""

    OFFICIAL = "official"
    TOPIC = "topic"
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"


class StatementKind(StrEnum):
    """How much of a statement stands in quotation marks: all, none, or some."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class Depth(StrEnum):
    """How far an article was read, or why no further than its mentions; stored and shown, so the values are public."""

    FULL = "full"
    LEFT_UNREAD = "left_unread"
    NOT_ENGLISH = "not_english"
    TOOK_TOO_LONG = "took_too_long"
    TOOK_TOO_MUCH = "took_too_much"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (excluded) of a text."""

    start: int
    end: int

    def slice(self, text: str) -> str:
        """Return the stretch of `text` this span covers."""
        return text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Tell whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Span) -> bool:
        """Tell whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def moved(self, by: int) -> Span:
        """Return the span in a text that has `by` more characters before it: that of what was found in a part."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Content that is no feed or no article: an expected failure, with its reason."""

    reason: UnreadableReason
    detail: str = ""

    @property
    def said(self) -> str:
        """Return the reason in a line, with its detail where there is one."""
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, as the feed has it: `link` absolute where the file lets one know.

    `source` is whose it is, where a feed of other outlets' news says so.
    """

    entry_id: str | None
    link: str | None
    title: str | None
    published: datetime | None
    updated: datetime | None
    author: str | None = None
    content_html: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A parsed feed. `ttl` is how long it asks not to be asked again; `problem` what was wrong with its bytes.

    It asks not to be asked in `skip_hours` (UTC) and on `skip_days`, Monday being 0. An index has no entries of its own
    and `leads_to` where they are; a page that lists others may have a `next_page` of older ones.
    """

    format: str
    title: str | None
    entries: tuple[Entry, ...]
    ttl: timedelta | None = None
    problem: str | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    leads_to: str | None = None
    next_page: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a live blog: the characters of the page's text that are its own, and when it was put up."""

    span: Span
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page or file says, cleaned. `url` is the page's own absolute canonical address, if it names one.

    `posts` are those of a live blog, in the order of the text; other pages have none.
    """

    text: str
    title: str | None = None
    author: str | None = None
    published: datetime | None = None
    language: str | None = None
    url: str | None = None
    site_name: str | None = None
    updated: datetime | None = None
    section: str | None = None
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """The lines of one of a site's recent articles, hashed: those that may be boilerplate, in order.

    `own` are its longest lines, by which a reprint or a revision is known.
    """

    article_id: str
    hashes: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page with its identity. `text` is what every offset counts in; `posts` are a live blog's, in its order."""

    article_id: str
    url: str
    outlet: str
    feed_id: str | None
    title: str | None
    author: str | None
    published_at: datetime | None
    first_seen_at: datetime
    language: str | None
    text: str
    updated_at: datetime | None = None
    section: str | None = None
    posts: tuple[Post, ...] = ()

    @property
    def word_count(self) -> int:
        """Words separated by white space."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name, role noun or topic phrase as printed at `span`; `ref_id` is NULL off the watchlist.

    `negated` is about topics alone: whether the words of its sentence negate it ("no ceasefire").
    """

    kind: MentionKind
    ref_id: str | None
    name: str
    surface: str
    span: Span
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Who said what. `text` runs from the first word said to the last; `spans` are the parts said.

    `statement_id` names these words in this article, `utterance_id` the same words by the same speaker anywhere.
    `negated` tells that all it is about is negated, `denied` is about the saying ("did not say that …"). `resolved_by`
    names the rule that found the speaker, and `confidence` (0 to 1) how often it is right. `process_id` is the
    negotiation it is about, None for none.
    """

    statement_id: str
    utterance_id: str
    speaker: str | None
    speaker_id: str | None
    speaker_surface: str | None
    cue: str | None
    kind: StatementKind
    text: str
    span: Span
    spans: tuple[Span, ...]
    topics: tuple[str, ...]
    stance: str | None = None
    speaker_span: Span | None = None
    cue_span: Span | None = None
    addressee_span: Span | None = None
    occasion_span: Span | None = None
    condition_span: Span | None = None
    negated: bool = False
    modality: str | None = None
    denied: bool = False
    resolved_by: str | None = None
    confidence: float | None = None
    process_id: str | None = None

    def speakers(self, named: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of all who say it, in order: each of several who speak as one; `named` are ids by name."""
        refs = (self.speaker_id, *(named.get(name) for name in (self.speaker or "").split("; ")))
        return tuple(dict.fromkeys(ref for ref in refs if ref is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that was read in one article.

    Of one that is not `depth` full there are the watchlist's mentions only. No statement was looked for from `cut_at`
    on. `sentences` are the article's own, in order: datelines, captions, credits and comments are in none of them, so
    nothing in those is ever matched. `dateline` is the first as printed: "ISTANBUL, Nov 29 (Reuters)". `process_id` is
    the negotiation that the article is about, None for none.
    """

    mentions: tuple[Mention, ...]
    title_mentions: tuple[Mention, ...]
    statements: tuple[Statement, ...]
    sentences: tuple[Span, ...]
    extractor_version: str
    depth: Depth = Depth.FULL
    cut_at: int | None = None
    dateline: str | None = None
    process_id: str | None = None
