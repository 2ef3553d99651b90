"""An article's whole reading: mentions, statements and sentences. Puts the parts together; finds nothing itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from extractors.bodies import asides
from extractors.entities import find_entities
from extractors.frames import Frame, build_frames
from extractors.mentions import MentionFinder
from extractors.nlp import load_model, model_version
from extractors.parsing import parse, parsed_sentences
from extractors.quotations import PARAGRAPH, Quotation, find_quotations
from extractors.records import Mention, MentionKind, Reading, Span
from extractors.resolution import Cast
from extractors.sentences import find_sentences
from extractors.statements import find_statements
from extractors.watchlist import Watchlist

if TYPE_CHECKING:
    from spacy.tokens import Doc

VERSION = "2"  # of the code that reads: raise it when the same text may be read otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An article to be read. Offsets of the reading count in `text`."""

    article_id: str
    title: str | None
    text: str
    published_at: datetime | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """What is known of an article before it is parsed."""

    article: Unread
    mentions: tuple[Mention, ...]
    title_mentions: tuple[Mention, ...]
    sentences: tuple[Span, ...]
    quotations: tuple[Quotation, ...]
    frames: tuple[Frame, ...]


class Reader:
    """Reads articles with one watchlist. The language model is loaded at the first article that needs it."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the watchlist."""
        self._finder = MentionFinder(watchlist)
        self._genders = {official.official_id: official.gender for official in watchlist.officials}
        self._seats = {seat: country.name for country in watchlist.countries for seat in country.metonyms}
        self._watchlist = watchlist

    @property
    def version(self) -> str:
        """Name all that a reading depends on: our code, the watchlist and the model."""
        return f"{VERSION}+{self._watchlist.version}+{model_version()}"

    def read(self, articles: Sequence[Unread]) -> list[Reading]:
        """Return the readings of the articles, in their order; what is not English is not parsed."""
        outlines = [self._outline(article) for article in articles]
        frames = [frame for outline in outlines for frame in outline.frames]
        docs = iter(_parsed(frames))
        return [self._reading(outline, [(frame, next(docs)) for frame in outline.frames]) for outline in outlines]

    def _outline(self, article: Unread) -> _Outline:
        text, on = article.text, _day(article.published_at)
        own = _own_paragraphs(article)
        sentences = find_sentences(text, own)
        mentions = self._finder.find(text, on=on)
        quotations = _within(own, find_quotations(text)) if _is_english(article) else ()
        return _Outline(
            article=article,
            mentions=mentions,
            title_mentions=self._finder.find(article.title or "", on=on, known=_officials(mentions)),
            sentences=sentences,
            quotations=quotations,
            frames=build_frames(text, own, sentences, quotations) if _is_english(article) else (),
        )

    def _reading(self, outline: _Outline, parsed: Sequence[tuple[Frame, Doc]]) -> Reading:
        text = outline.article.text
        mentions = _merged(outline.mentions, find_entities(text, parsed, outline.mentions))
        sentences = (sentence for frame, doc in parsed for sentence in parsed_sentences(frame, doc))
        cast = Cast(text, mentions, self._genders, self._seats)
        return Reading(
            mentions=mentions,
            title_mentions=outline.title_mentions,
            statements=find_statements(
                outline.article.article_id,
                text,
                sentences=sentences,
                quotations=outline.quotations,
                cast=cast,
                mentions=outline.mentions,
            ),
            sentences=outline.sentences,
            extractor_version=self.version,
        )


def _parsed(frames: Sequence[Frame]) -> Iterator[Doc]:
    return parse(load_model(), frames) if frames else iter(())


def _is_english(article: Unread) -> bool:
    return article.language is None or article.language.lower().startswith("en")


def _day(published_at: datetime | None) -> date | None:
    return published_at.date() if published_at else None


def _own_paragraphs(article: Unread) -> tuple[Span, ...]:
    """Return the paragraphs that are the article's own words."""
    foreign = {span.start for span in asides(article.text, article.title)}
    paragraphs = (Span(*match.span()) for match in PARAGRAPH.finditer(article.text))
    return tuple(paragraph for paragraph in paragraphs if paragraph.start not in foreign)


def _within(paragraphs: Sequence[Span], quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    starts = [paragraph.start for paragraph in paragraphs]
    own = []
    for quotation in quotations:
        at = bisect_right(starts, quotation.outer.start) - 1
        if at >= 0 and paragraphs[at].covers(quotation.outer):
            own.append(quotation)
    return tuple(own)


def _officials(mentions: Iterable[Mention]) -> frozenset[str]:
    return frozenset(each.ref_id for each in mentions if each.kind is MentionKind.OFFICIAL and each.ref_id)


def _merged(watched: Sequence[Mention], named: Sequence[Mention]) -> tuple[Mention, ...]:
    return tuple(sorted((*watched, *named), key=lambda each: (each.span, each.kind, each.ref_id or "")))
