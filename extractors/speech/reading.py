"""From an article to its reading: skimmed first, which is cheap, and parsed where the gate finds that it is worth it.

`Reader(watchlist).read(article)` does it all. A pass skims behind a `Gate` and lets another process finish the skims.
Puts the parts together; finds nothing itself, and knows no rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from extractors.officials.countries import Countries
from extractors.officials.mentions import Asked, finder_for
from extractors.officials.phrases import PhraseIndex, TextWords, read_words
from extractors.officials.processes import Bearings, own_processes, process_finder_for
from extractors.officials.roster import Process
from extractors.officials.watchlist import Watchlist
from extractors.records import Article, Depth, Mention, MentionKind, Page, Reading, Span, Statement
from extractors.speech.entities import find_entities
from extractors.speech.glued import own_text
from extractors.speech.owners import owned
from extractors.speech.parsing import Frame, build_frames, load_model, model_version, parsed_sentences
from extractors.speech.parties import Background, Party
from extractors.speech.quotations import Quotation, find_quotations
from extractors.speech.repairs import parse_rightly
from extractors.speech.sentences import PARAGRAPH, asides
from extractors.speech.slavic.reading import statements_in
from extractors.speech.slavic.words import is_readable
from extractors.speech.speakers import Cast
from extractors.speech.statements import find_statements
from extractors.speech.tagging import Tags, has_tagger, load_tagger
from extractors.text.datelines import Dateline, find_datelines
from extractors.text.dates import day_of
from extractors.text.identity import article_id
from extractors.text.languages import is_english
from extractors.text.negation import is_negated_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

# What stands for the code that reads: how it reads a fixed text, the weights it has learned, the words it goes by.
READ_AS = (
    "golden.json",
    "cue_weights.json",
    "resolver_weights.json",
    "tagger.toml",
    "speech/asides.toml",
    "speech/lexicon.toml",
    "speech/slavic/ru.toml",
    "speech/slavic/uk.toml",
    "speech/stances.toml",
    "text/datelines.toml",
    "text/lemmas.toml",
    "text/negation.toml",
)
# Characters. The longest articles have 60,000; what goes on beyond is a book, a log or an attack.
LONGEST_READ = 200_000
# A place or an institution by itself opens nothing: half of all news names one. A rule that names one has phrases too.
_WORTH_READING = {MentionKind.OFFICIAL, MentionKind.TOPIC}
_QUOTED = {MentionKind.OFFICIAL, MentionKind.ORGANISATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An article to be read. Offsets of the reading count in `text`; `owner` speaks in a post of his own."""

    article_id: str
    title: str | None
    text: str
    published_at: datetime | None
    language: str | None
    owner: Party | None = None

    @property
    def is_english(self) -> bool:
        """Tell whether the language model can read it; what names no language is taken for English."""
        return is_english(self.language)


def unread(found: Article | Page, owner: Party | None = None) -> Unread:
    """Return as much of an article as reading needs, or of a page that has no identity yet; `owner` speaks in it."""
    if isinstance(found, Page):
        name, published_at = article_id(found.url or "file:"), found.published
    else:
        name, published_at = found.article_id, found.published_at
    title, text, language = found.title, found.text, found.language
    return Unread(article_id=name, title=title, text=text, published_at=published_at, language=language, owner=owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skim:
    """What is found in an article without the language model. `depth` is full where it is to be read on.

    `paragraphs` and `sentences` are its own words: no datelines, captions, credits or comments. `bearings` tell which
    negotiation they are about.
    """

    article: Unread
    mentions: tuple[Mention, ...]
    title_mentions: tuple[Mention, ...]
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]
    extractor_version: str
    depth: Depth
    dateline: str | None
    bearings: Bearings
    tagging: bool

    def as_reading(self, depth: Depth) -> Reading:
        """Return the article as one that is read no further, for the reason `depth` gives."""
        return Reading(
            mentions=self.mentions,
            title_mentions=self.title_mentions,
            statements=(),
            sentences=self.sentences,
            extractor_version=self.extractor_version,
            depth=depth,
            dateline=self.dateline,
            process_id=self.bearings.process_id,
        )

    def with_processes(self, statements: Iterable[Statement], own: Mapping[str, Process]) -> tuple[Statement, ...]:
        """Return statements, each with the negotiation it is about.

        Where nothing tells, who speaks of a topic speaks of the one that is his `own`.
        """
        on = day_of(self.article.published_at)

        def process_of(said: Statement) -> str | None:
            told = self.bearings.of(said.spans, self.sentences, self.paragraphs)
            home = own.get(said.speaker_id or "") if said.topics and told is None else None
            return home.process_id if home and (on is None or home.covers(on)) else told

        return tuple(replace(each, process_id=process_of(each)) for each in statements)


class Skimmer:
    """Skims articles with one watchlist; whatever is in English is to be read on."""

    def __init__(self, watchlist: Watchlist, *, tagging: bool = True) -> None:
        """Index the watchlist; without `tagging` what is skimmed is read on by the rules alone."""
        self._finder = finder_for(watchlist)
        self._processes = process_finder_for(watchlist)
        self._tagging = tagging
        self._version = extractor_version(watchlist, tagging=tagging)

    def skim(self, article: Unread) -> Skim:
        """Return what needs no language model."""
        return self._skimmed(article, *_texts(article))

    def _skimmed(self, article: Unread, words: TextWords, title_words: TextWords) -> Skim:
        on = day_of(article.published_at)
        found, in_title = self._finder.find_in(words, title_words, on=on)
        own = _own_paragraphs(article)
        datelines = find_datelines(words.text, own, [each.span for each in found if each.kind in _QUOTED])
        paragraphs, sentences = own_text(words.text, _without(own, datelines))
        mentions = _outside(found, datelines)
        title = [Span(0, len(title_words.text))]
        return Skim(
            article=article,
            mentions=_weighed(words.text, sentences, mentions),
            title_mentions=_weighed(title_words.text, title, in_title),
            paragraphs=paragraphs,
            sentences=sentences,
            extractor_version=self._version,
            depth=Depth.FULL if article.is_english or is_readable(article.language) else Depth.NOT_ENGLISH,
            dateline=datelines[0].shown.slice(words.text) if datelines else None,
            bearings=self._processes.bearings((words, mentions, sentences), (title_words, in_title, title), on),
            tagging=self._tagging,
        )


class Gate(Skimmer):
    """Shut to an article that names no official, no topic and none of the rules' own phrases: it is left unread.

    Nothing is lost to the rules: none of them matches where none of its phrases stands.
    """

    def __init__(self, watchlist: Watchlist, phrases: Iterable[PhraseIndex] = (), *, tagging: bool = True) -> None:
        """Index the watchlist; `phrases` are those of every rule."""
        super().__init__(watchlist, tagging=tagging)
        self._phrases = tuple({id(index): index for index in phrases}.values())

    def skim(self, article: Unread) -> Skim:
        """Return what needs no language model, and whether the article is worth reading on."""
        texts = _texts(article)
        skim = self._skimmed(article, *texts)
        if skim.depth is not Depth.FULL or self._opens(skim, texts):
            return skim
        return replace(skim, depth=Depth.LEFT_UNREAD)

    def _opens(self, skim: Skim, texts: Sequence[TextWords]) -> bool:
        if any(each.kind in _WORTH_READING for each in (*skim.mentions, *skim.title_mentions)):
            return True
        return any(
            index.find(words.text, words.words, language=words.language) for words in texts for index in self._phrases
        )


def extractor_version(watchlist: Watchlist, *, tagging: bool = True) -> str:
    """Name all that a reading depends on: our code, the watchlist and the models."""
    code = code_version(tagging=tagging and has_tagger())
    return f"{code}+{watchlist.version}+{model_version()}"


@cache
def code_version(*, tagging: bool = True) -> str:
    """Name the code that reads by what it makes of the golden text, which a test compares with what it makes of it.

    Who reads without the tagger reads otherwise, though its own part of the code is the same.
    """
    texts = [files("extractors").joinpath(name).read_text(encoding="utf-8") for name in READ_AS]
    return sha256("\0".join(texts if tagging else [*texts, "rules"]).encode()).hexdigest()[:12]


def _texts(article: Unread) -> tuple[TextWords, TextWords]:
    return read_words(article.text, article.language), read_words(article.title or "", article.language)


def _own_paragraphs(article: Unread) -> tuple[Span, ...]:
    foreign = {span.start for span in asides(article.text, article.title)}
    paragraphs = (Span(*match.span()) for match in PARAGRAPH.finditer(article.text))
    return tuple(paragraph for paragraph in paragraphs if paragraph.start not in foreign)


def _without(paragraphs: Sequence[Span], datelines: Sequence[Dateline]) -> tuple[Span, ...]:
    """Return the paragraphs without the datelines that they begin with; nothing is left of some."""
    ends = {line.span.start: line.span.end for line in datelines}
    cut = (Span(ends.get(each.start, each.start), each.end) for each in paragraphs)
    return tuple(each for each in cut if each.start < each.end)


def _outside(mentions: Sequence[Mention], datelines: Sequence[Dateline]) -> tuple[Mention, ...]:
    """Return the mentions that stand in no dateline; these are in order and apart, so only one can be met."""
    starts = [line.span.start for line in datelines]
    before = (bisect_left(starts, each.span.end) - 1 for each in mentions)
    return tuple(
        each for each, at in zip(mentions, before, strict=True) if at < 0 or not each.span.meets(datelines[at].span)
    )


def _weighed(text: str, sentences: Sequence[Span], mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the mentions, of which those of topics know whether the words of their sentence negate them."""
    return tuple(
        replace(each, negated=True)
        if each.kind is MentionKind.TOPIC and is_negated_in(text, sentences, each.span)
        else each
        for each in mentions
    )


def is_slavic(article: Unread) -> bool:
    """Tell an article that is read by the grammar of Russian and Ukrainian."""
    return not article.is_english and is_readable(article.language)


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
        """Index as much of the watchlist as finishing a skim needs."""
        self._watchlist = watchlist
        self._countries = Countries(watchlist)
        self._background = Background.of(watchlist)
        self._own_processes = own_processes(watchlist)

    @cached_property
    def version(self) -> str:
        """Name all that a reading depends on: our code, the watchlist and the model."""
        return extractor_version(self._watchlist)

    @cached_property
    def _skimmer(self) -> Skimmer:
        return Skimmer(self._watchlist)

    def read(self, article: Unread) -> Reading:
        """Return the reading of an article; what is not English is not parsed."""
        (reading,) = self.read_all([article])
        return reading

    def read_all(self, articles: Iterable[Unread]) -> list[Reading]:
        """Return the readings of several articles, in their order."""
        return self.finish([self._skimmer.skim(article) for article in articles])

    def finish(self, skims: Sequence[Skim]) -> list[Reading]:
        """Return the readings of skimmed articles, in their order; parsed together, which is faster."""
        outlines = [_outline(skim) for skim in skims]
        frames = [frame for outline in outlines for frame in outline.frames]
        docs = parse_rightly(load_model(), frames) if frames else iter(())
        readings = [self._reading(outline, [(frame, next(docs)) for frame in outline.frames]) for outline in outlines]
        return [self._finished(skim, reading) for skim, reading in zip(skims, readings, strict=True)]

    def _finished(self, skim: Skim, reading: Reading) -> Reading:
        """Return a reading with what the owner of a post says in it, each statement with its negotiation."""
        whole = owned(reading, skim.article, skim.mentions, self._countries)
        return replace(whole, statements=skim.with_processes(whole.statements, self._own_processes))

    def _reading(self, outline: _Outline, parsed: Sequence[tuple[Frame, Doc]]) -> Reading:
        skim, text = outline.skim, outline.skim.article.text
        if skim.depth is not Depth.FULL:
            return skim.as_reading(skim.depth)
        if is_slavic(skim.article):
            return replace(skim.as_reading(Depth.FULL), statements=self._slavic(skim), cut_at=outline.cut_at)
        mentions = _merged(skim.mentions, find_entities(text, parsed, skim.mentions))
        sentences = (sentence for frame, doc in parsed for sentence in parsed_sentences(frame, doc))
        return replace(
            skim.as_reading(Depth.FULL),
            mentions=mentions,
            statements=find_statements(
                skim.article.article_id,
                text,
                sentences=sentences,
                quotations=outline.quotations,
                cast=Cast(text, mentions, self._background, asked=self._asked(skim.article)),
                mentions=skim.mentions,
                own=skim.sentences,
                countries=self._countries,
                tags=self._tags(outline),
            ),
            cut_at=outline.cut_at,
        )

    def _asked(self, article: Unread) -> Asked:
        on = day_of(article.published_at)
        return finder_for(self._watchlist).asked(lambda: read_words(article.text, article.language), on)

    def _tags(self, outline: _Outline) -> Tags | None:
        tagger = load_tagger() if outline.skim.tagging else None
        if tagger is None:
            return None
        end = len(outline.skim.article.text) if outline.cut_at is None else outline.cut_at
        paragraphs = [each for each in outline.skim.paragraphs if each.end <= end]
        return tagger.tags(outline.skim.article.text, paragraphs, outline.quotations)

    def _slavic(self, skim: Skim) -> tuple[Statement, ...]:
        article = skim.article
        return statements_in(
            article.article_id,
            article.text,
            language=(article.language or "").lower()[:2],
            paragraphs=skim.paragraphs,
            sentences=[each for each in skim.sentences if each.end <= LONGEST_READ],
            mentions=skim.mentions,
            watchlist=self._watchlist,
            on=day_of(article.published_at),
        )


def _outline(skim: Skim) -> _Outline:
    text = skim.article.text
    if skim.depth is not Depth.FULL:
        return _Outline(skim=skim)
    cut_at = _cut(skim)
    if is_slavic(skim.article):
        return _Outline(skim=skim, cut_at=cut_at)
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
