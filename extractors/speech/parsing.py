"""Frames through the language model, many at a time, and the sentences that come out. Decides nothing about speech."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from extractors.speech.frames import Frame
from extractors.speech.syntax import ParsedSentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

BATCH = 8  # frames: larger batches take more memory and, beyond the processor's caches, more time


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
