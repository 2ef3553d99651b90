"""What makes two texts one body: keys to find likely copies by, and the comparison that confirms them. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from zlib import crc32

from datasketch import MinHash  # type: ignore[import-untyped]  # ships no types

from extractors.text.identity import plain_words

SHINGLE = 4  # words: what two texts share by chance is next to nothing, and one changed word breaks four
PERMUTATIONS = 96
# 24 bands of 4: of pairs with half of their shingles in common 79 % meet in a band, of those with 0.6 96 %
# (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4). Copies with less share whole sentences.
ROWS = 4
SENTENCES = 32
SENTENCE_WORDS = 8
TOLD = 0.6  # of a text: what is quoted further down is background

FEWEST = 20  # words: below that, nothing can be said
OPENING = 60  # words
ALIKE = 0.4  # of all shingles of both: one body, edited
CONTAINED = 0.5  # of the shingles of the shorter: one body, cut or added to
OPENED = 0.4  # of the shingles of the longer one's opening: it is the longer one that was cut, not put together
CUT = 2.5  # times as long: from here on the opening has to agree
ALIKE_AT_HOME = 0.6  # what one publisher's pages have in common may be its furniture
FIGURES = 4  # as many different numbers make a table, a forecast or a list of results
SAME_FIGURES = 0.5

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[”\"’'»)\]]*\s+|\n+")
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„\n]{20,600})[”\"»]")
_DIGIT = re.compile(r"\d")
_POSITIVE = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts of a text that comparing needs."""

    words: int
    shingles: frozenset[str]
    opening: frozenset[str]
    figures: frozenset[str]


def fingerprint(text: str) -> tuple[int, ...]:
    """Return the keys under which copies of `text` are found, equal on every machine: positive 63-bit numbers.

    Edited copies meet in the bands of a MinHash, shortened ones in a whole sentence. A text too short to compare
    has none.
    """
    words = plain_words(text).split()
    if len(words) < FEWEST:
        return ()
    return tuple(dict.fromkeys((*_band_keys(words), *_sentence_keys(text))))


def shape(text: str) -> Shape:
    """Return what comparing needs of a text."""
    words = plain_words(text).split()
    return Shape(
        words=len(words),
        shingles=frozenset(_shingles(words)),
        opening=frozenset(_shingles(words[:OPENING])),
        figures=frozenset(word for word in words if _DIGIT.search(word)),
    )


def shares_body(one: Shape, other: Shape, *, at_home: bool) -> bool:
    """Tell whether two texts are one body: copied, edited, cut or added to. The order does not matter.

    `at_home`: both are one publisher's, whose pages have furniture in common. Pages of one template, whose numbers
    differ, are no copies; nor is a round-up a copy of what it gathers.
    """
    shorter, longer = sorted((one, other), key=lambda shape: (shape.words, len(shape.shingles)))
    if shorter.words < FEWEST or not _same_figures(shorter, longer):
        return False
    shared = len(shorter.shingles & longer.shingles)
    alike = shared / len(shorter.shingles | longer.shingles)
    opened = _part(longer.opening, shorter.shingles) >= OPENED
    if at_home:
        return alike >= ALIKE_AT_HOME and opened
    contained = shared / len(shorter.shingles) >= CONTAINED
    return alike >= ALIKE or (contained and (opened or longer.words < CUT * shorter.words))


def _same_figures(shorter: Shape, longer: Shape) -> bool:
    return len(shorter.figures) < FIGURES or _part(shorter.figures, longer.figures) >= SAME_FIGURES


def _part(some: frozenset[str], whole: frozenset[str]) -> float:
    return len(some & whole) / len(some) if some else 0.0


def _shingles(words: list[str]) -> Iterator[str]:
    return (" ".join(words[start : start + SHINGLE]) for start in range(max(len(words) - SHINGLE + 1, 1)))


def _band_keys(words: list[str]) -> Iterator[int]:
    sketch = MinHash(num_perm=PERMUTATIONS, scheme="affine32", hashfunc=crc32)
    sketch.update_batch([shingle.encode(errors="replace") for shingle in set(_shingles(words))])
    minima = sketch.hashvalues.astype(">u4")
    for start in range(0, PERMUTATIONS, ROWS):
        yield _key(b"band", bytes([start]), minima[start : start + ROWS].tobytes())


def _sentence_keys(text: str) -> Iterator[int]:
    plain = (plain_words(sentence) for sentence in _SENTENCE_END.split(text))
    long_ones = (sentence for sentence in plain if sentence.count(" ") >= SENTENCE_WORDS - 1)
    return (_key(b"sentence", sentence.encode(errors="replace")) for sentence in islice(long_ones, SENTENCES))


def quotation_keys(text: str) -> tuple[int, ...]:
    """Return keys of the words quoted where the news is told, a sentence each, whoever said them."""
    quoted = (plain_words(found[1]) for found in _QUOTED.finditer(text, 0, int(TOLD * len(text))))
    long_ones = (words for words in quoted if words.count(" ") >= SENTENCE_WORDS - 1)
    return tuple(dict.fromkeys(_key(b"quotation", words.encode(errors="replace")) for words in long_ones))


def word_keys(stretches: Iterable[str]) -> tuple[int, ...]:
    """Return a key for each stretch of plain words, once, in order."""
    return tuple(dict.fromkeys(_key(b"words", stretch.encode(errors="replace")) for stretch in stretches))


def _key(*parts: bytes) -> int:
    digest = hashlib.blake2b(b"\x1f".join(parts), digest_size=8).digest()
    return int.from_bytes(digest, "big") & _POSITIVE
