"""What of an article is found without the language model: the watchlist's mentions and its own sentences.

Every article is skimmed, most are read no further: this has to stay cheap. Knows no rule and no statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from extractors.officials.mentions import MentionFinder
from extractors.officials.names import Words, read_words
from extractors.officials.watchlist import Watchlist
from extractors.records import Depth, Mention, MentionKind, Reading, Span
from extractors.speech.bodies import asides
from extractors.speech.nlp import model_version
from extractors.speech.quotations import PARAGRAPH
from extractors.speech.sentences import find_sentences

VERSION = "4"  # of the code that reads: raise it when the same text may be read otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An article to be read. Offsets of the reading count in `text`."""

    article_id: str
    title: str | None
    text: str
    published_at: datetime | None
    language: str | None

    @property
    def is_english(self) -> bool:
        """Tell whether the language model can read it; what names no language is taken for English."""
        return self.language is None or self.language.lower().startswith("en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Skim:
    """A skimmed article. `paragraphs` and `sentences` are its own words: no captions, credits or comments."""

    article: Unread
    words: Words
    title_words: Words
    mentions: tuple[Mention, ...]
    title_mentions: tuple[Mention, ...]
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]


class Skimmer:
    """Skims articles with one watchlist."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the watchlist."""
        self._finder = MentionFinder(watchlist)
        self.version = extractor_version(watchlist)

    def skim(self, article: Unread) -> Skim:
        """Return what needs no language model."""
        on = article.published_at.date() if article.published_at else None
        paragraphs = _own_paragraphs(article)
        words, title_words = read_words(article.text), read_words(article.title or "")
        mentions = self._finder.find_in(words, on=on)
        return Skim(
            article=article,
            words=words,
            title_words=title_words,
            mentions=mentions,
            title_mentions=self._finder.find_in(title_words, on=on, known=_officials(mentions)),
            paragraphs=paragraphs,
            sentences=find_sentences(article.text, paragraphs),
        )

    def reading(self, skim: Skim, depth: Depth) -> Reading:
        """Return a skimmed article as one that is read no further, for the reason `depth` gives."""
        return Reading(
            mentions=skim.mentions,
            title_mentions=skim.title_mentions,
            statements=(),
            sentences=skim.sentences,
            extractor_version=self.version,
            depth=depth,
        )


def extractor_version(watchlist: Watchlist) -> str:
    """Name all that a reading depends on: our code, the watchlist and the model."""
    return f"{VERSION}+{watchlist.version}+{model_version()}"


def _own_paragraphs(article: Unread) -> tuple[Span, ...]:
    foreign = {span.start for span in asides(article.text, article.title)}
    paragraphs = (Span(*match.span()) for match in PARAGRAPH.finditer(article.text))
    return tuple(paragraph for paragraph in paragraphs if paragraph.start not in foreign)


def _officials(mentions: Iterable[Mention]) -> frozenset[str]:
    return frozenset(each.ref_id for each in mentions if each.kind is MentionKind.OFFICIAL and each.ref_id)
