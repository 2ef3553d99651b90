"""An article's whole reading: mentions, statements and sentences. Puts the parts together; finds nothing itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.officials.countries import Countries
from extractors.officials.watchlist import Watchlist
from extractors.records import Depth, Mention, Reading, Span
from extractors.speech.entities import find_entities
from extractors.speech.frames import Frame, build_frames
from extractors.speech.nlp import load_model
from extractors.speech.parsing import parse, parsed_sentences
from extractors.speech.quotations import Quotation, find_quotations
from extractors.speech.resolution import Cast
from extractors.speech.skimming import Skim, Skimmer, Unread
from extractors.speech.statements import find_statements

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["LONGEST_READ", "Reader", "Unread"]

# Characters. The longest articles have 60,000; what goes on beyond is a book, a log or an attack.
LONGEST_READ = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """An article about to be parsed: the frames of its own sentences, those before `cut_at` where it is too long."""

    skim: Skim
    quotations: tuple[Quotation, ...] = ()
    frames: tuple[Frame, ...] = ()
    cut_at: int | None = None


class Reader:
    """Reads articles with one watchlist. The language model is loaded at the first article that needs it."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the watchlist."""
        self._skimmer = Skimmer(watchlist)
        self._countries = Countries(watchlist)
        self._genders = {official.official_id: official.gender for official in watchlist.officials}
        self._seats = {seat: country.name for country in watchlist.countries for seat in country.metonyms}

    @property
    def version(self) -> str:
        """Name all that a reading depends on: our code, the watchlist and the model."""
        return self._skimmer.version

    def read(self, articles: Sequence[Unread]) -> list[Reading]:
        """Return the readings of the articles, in their order; what is not English is not parsed."""
        outlines = [_outline(self._skimmer.skim(article)) for article in articles]
        frames = [frame for outline in outlines for frame in outline.frames]
        docs = iter(_parsed(frames))
        return [self._reading(outline, [(frame, next(docs)) for frame in outline.frames]) for outline in outlines]

    def _reading(self, outline: _Outline, parsed: Sequence[tuple[Frame, Doc]]) -> Reading:
        skim, text = outline.skim, outline.skim.article.text
        if not skim.article.is_english:
            return self._skimmer.reading(skim, Depth.NOT_ENGLISH)
        mentions = _merged(skim.mentions, find_entities(text, parsed, skim.mentions))
        sentences = (sentence for frame, doc in parsed for sentence in parsed_sentences(frame, doc))
        cast = Cast(text, mentions, self._genders, self._seats)
        return Reading(
            mentions=mentions,
            title_mentions=skim.title_mentions,
            statements=find_statements(
                skim.article.article_id,
                text,
                sentences=sentences,
                quotations=outline.quotations,
                cast=cast,
                mentions=skim.mentions,
                countries=self._countries,
            ),
            sentences=skim.sentences,
            extractor_version=self.version,
            cut_at=outline.cut_at,
        )


def _outline(skim: Skim) -> _Outline:
    text = skim.article.text
    if not skim.article.is_english:
        return _Outline(skim=skim)
    cut_at = _cut(skim)
    end = len(text) if cut_at is None else cut_at
    quotations = _within(skim.paragraphs, find_quotations(text[:end]))
    sentences = [sentence for sentence in skim.sentences if sentence.end <= end]
    frames = build_frames(text, skim.paragraphs, sentences, quotations)
    return _Outline(skim=skim, quotations=quotations, frames=frames, cut_at=cut_at)


def _cut(skim: Skim) -> int | None:
    """Return the end of the last sentence that is read; None where all are."""
    if not skim.sentences or skim.sentences[-1].end <= LONGEST_READ:
        return None
    return max((each.end for each in skim.sentences if each.end <= LONGEST_READ), default=0)


def _parsed(frames: Sequence[Frame]) -> Iterator[Doc]:
    return parse(load_model(), frames) if frames else iter(())


def _within(paragraphs: Sequence[Span], quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    starts = [paragraph.start for paragraph in paragraphs]
    own = []
    for quotation in quotations:
        at = bisect_right(starts, quotation.outer.start) - 1
        if at >= 0 and paragraphs[at].covers(quotation.outer):
            own.append(quotation)
    return tuple(own)


def _merged(watched: Sequence[Mention], named: Sequence[Mention]) -> tuple[Mention, ...]:
    return tuple(sorted((*watched, *named), key=lambda each: (each.span, each.kind, each.ref_id or "")))
