"""Whether two passages are one: the same words, cut or lightly edited. Pure; one other figure tells them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from extractors.text.identity import plain_words
from extractors.text.sameness import turning_words

SHINGLE = 3  # words: a passage is a sentence or two
FEWEST = 6  # words: below that, nothing can be said
ALIKE = 0.8  # of the shingles of the shorter: one word changed in a sentence of twenty is below it

_FIGURE = re.compile(r"[^\W\d]*\d\w*")


@dataclass(frozen=True, slots=True)
class Passage:
    """What comparing needs of a passage."""

    shingles: frozenset[str]
    telling: frozenset[str]
    words: int


@lru_cache(maxsize=4096)
def passage(text: str) -> Passage:
    """Return what comparing needs: sequences of words, and the figures and words that turn a sentence around."""
    words = plain_words(text).split()
    shingles = (" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1))
    figures = frozenset(word for word in words if _FIGURE.fullmatch(word))
    return Passage(shingles=frozenset(shingles), telling=figures | turning_words(words), words=len(words))


def alike(one: str, other: str) -> bool:
    """Tell whether one passage stands in the other, cut or lightly edited; the order does not matter."""
    shorter, longer = sorted((passage(one), passage(other)), key=lambda each: (each.words, sorted(each.shingles)))
    if shorter.words < FEWEST:
        return False
    if shorter.shingles <= longer.shingles:
        return True
    shared = len(shorter.shingles & longer.shingles)
    return shorter.telling == longer.telling and shared >= ALIKE * len(shorter.shingles)
