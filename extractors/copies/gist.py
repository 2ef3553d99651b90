"""What two sentences that may say one thing must agree in, whatever their words: figures, names, and yes or no. Pure.

A vector of meaning hardly sees any of it: "ready" and "not ready" lie as near each other as a translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from extractors.copies.sameness import in_common
from extractors.text.tables import tables
from extractors.text.words import base, fold, is_cyrillic, is_mostly_cyrillic

_TABLES = tables("extractors.copies", "gist.toml")
_WORD = re.compile(r"[^\W_]+(?:[.,'’ʼ-][^\W_]+)*")
_GROUPED = re.compile(r"(?<=\d)[,\u00a0\u202f ](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")
_KEPT = 8192  # sentences
_STEM = 5  # letters that the inflected forms of a Slavic word share
_SHORT = 3  # letters of words that tell nothing
_KEY = 2  # letters by which words are looked up in a list
_SKELETON = 2  # consonants by which a name is known in another script

_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэёіїєґ", "abvgdeziiklmnoprstufhyeeiieg", strict=True))
    | {"ж": "j", "ц": "ts", "ч": "c", "ш": "c", "щ": "c", "ю": "u", "я": "a", "ь": "", "ъ": ""}
)
# How one sound is written in several ways: the first of each stands for all.
_SOUNDS = (
    ("", "kh"),
    ("f", "ph"),
    ("k", "ck|q|c(?=[^eiyh]|$)"),
    ("c", "tch|ch|sh"),
    ("s", "c(?=[eiy])"),
    ("j", "dzh|zh|dj"),
    ("ks", "x"),
)
_UKRAINIAN = re.compile("[іїєґ]")
_VOWELS = re.compile(r"[^bcdfgjklmnprstvz]")


class Letters(Enum):
    """Whose letters a sentence is written in."""

    LATIN = "latin"
    RUSSIAN = "russian"
    UKRAINIAN = "ukrainian"


class _Words:
    """A list of words, stems and phrases, and what each stands for."""

    def __init__(self, listed: Mapping[str, str]) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, words in listed.items():
            for phrase in words.split():
                parts = tuple(phrase.split("_"))
                self._phrases.setdefault(parts[0][:_KEY], []).append((parts, name))

    def all_in(self, words: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
        """Yield what stands where, from left to right: its name, its first word, and the word after it."""
        place = 0
        while place < len(words):
            size, name = self._at(words, place)
            if size:
                yield name, place, place + size
            place += max(size, 1)

    def _at(self, words: tuple[str, ...], place: int) -> tuple[int, str]:
        """Return how many words of the list stand at a place, and for what; the longest phrase wins."""
        found = (
            (len(parts), name)
            for parts, name in self._phrases.get(words[place][:_KEY], ())
            if len(parts) <= len(words) - place and all(map(_fits, parts, words[place : place + len(parts)]))
        )
        return max(found, default=(0, ""))


def _fits(listed: str, word: str) -> bool:
    return word.startswith(listed[:-1]) if listed.endswith("*") else word == listed


_TURNING = _Words({name: _TABLES[name] for name in ("negating", "agreeing", "harmless")})
_NAMES, _KINDS, _NUMBERS = (_Words(_TABLES[name]) for name in ("names", "kinds", "numbers"))
_SIDES = tuple((_Words({"": left}), _Words({"": right})) for left, right in _TABLES["opposites"])


@dataclass(frozen=True, slots=True)
class Gist:
    """What a sentence is compared by beside its vector.

    `names` are of those that are listed, `kinds` of things, `others` names as they are written. `told` are stems of all
    its longer words. `sides` are the opposites of which it has a word: 1 or -1, 2 or -2, … by their place in the list.
    """

    letters: Letters
    figures: frozenset[str]
    names: frozenset[str]
    kinds: frozenset[str]
    others: frozenset[str]
    told: frozenset[str]
    negated: bool
    sides: frozenset[int]


@lru_cache(maxsize=_KEPT)
def gist(sentence: str) -> Gist:
    """Return what a sentence is compared by."""
    printed = tuple(_WORD.findall(_GROUPED.sub("", fold(sentence)).replace("’", "'")))
    words = tuple(word.lower().removesuffix("'s") for word in printed)
    named = list(_NAMES.all_in(words))
    listed = {place for _, start, end in named for place in range(start, end)}
    return Gist(
        letters=_letters(words),
        figures=frozenset(_figures(words)),
        names=frozenset(name for name, _, _ in named),
        kinds=frozenset(name for name, _, _ in _KINDS.all_in(words)),
        others=frozenset(_stem(words[place]) for place in _capitals(printed) if place not in listed),
        told=frozenset(_stem(word) for word in words if len(word) > _SHORT),
        negated=_is_negated(words),
        sides=frozenset(_sides(words)),
    )


def apart(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences cannot say one thing, however near they are. The order does not matter."""
    return of_others(one, other) or opposed(one, other)


def of_others(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are about other figures, names or things: neither denies the other."""
    return (
        _differ(one.figures, other.figures)
        or _differ(one.names, other.names)
        or _differ(one.kinds, other.kinds)
        or _differ_in_others(one, other)
    )


def opposed(one: Gist, other: Gist) -> bool:
    """Tell whether what one sentence says the other turns around: by a "not", or by the opposite word."""
    here, there = ({side for side in each.sides if -side not in each.sides} for each in (one, other))
    is_turned = any(-side in there for side in here)
    return (one.negated != other.negated) != is_turned


def is_one_language(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are in the same language, as far as its letters tell."""
    return one.letters is other.letters


def left_over(one: Gist, other: Gist) -> int:
    """Return how many names and figures only one of two sentences has."""
    return len(one.names ^ other.names) + len(one.figures ^ other.figures)


def alike_but_for_words(one: Gist, other: Gist) -> float:
    """Return how much of the longer words of the one with fewer is in both; 0 where either has no words of its own."""
    if one.told <= other.told or other.told <= one.told:
        return 0.0
    return in_common(one.told, other.told)


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether each has what the other has not: one that names less may be shorter."""
    return not one <= other and not other <= one


def _differ_in_others(one: Gist, other: Gist) -> bool:
    if (one.letters is Letters.LATIN) is (other.letters is Letters.LATIN):
        return bool(one.others - other.others - other.told) and bool(other.others - one.others - one.told)
    here, there = ({_skeleton(name)[:_SKELETON] for name in each.others} for each in (one, other))
    return bool(here) and bool(there) and here.isdisjoint(there)


def _letters(words: tuple[str, ...]) -> Letters:
    if not is_mostly_cyrillic(words):
        return Letters.LATIN
    return Letters.UKRAINIAN if any(_UKRAINIAN.search(word) for word in words) else Letters.RUSSIAN


def _capitals(printed: tuple[str, ...]) -> Iterator[int]:
    """Yield the places of words that are names by their first letter, the first word's left out."""
    for place, (_, word) in enumerate(pairwise(printed), 1):
        if word[:1].isupper() and len(word) > 1:
            yield place


def _figures(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        yield from (figure.replace(",", ".") for figure in _FIGURE.findall(word))
    yield from (name for name, _, _ in _NUMBERS.all_in(words))


def _is_negated(words: tuple[str, ...]) -> bool:
    found = [name for name, _, _ in _TURNING.all_in(words)]
    turns = found.count("negating") + sum(word.endswith("n't") for word in words)
    return (turns or int("agreeing" in found)) % 2 == 1


def _sides(words: tuple[str, ...]) -> Iterator[int]:
    for number, (left, right) in enumerate(_SIDES, 1):
        if any(left.all_in(words)):
            yield number
        if any(right.all_in(words)):
            yield -number


def _stem(word: str) -> str:
    return word[:_STEM] if is_cyrillic(word) else base(word)


def _skeleton(name: str) -> str:
    """Return the consonants of a name, the same for however it is written in Latin or Cyrillic letters."""
    sounds = name.translate(_LATIN)
    for sound, written in _SOUNDS:
        sounds = re.sub(written, sound, sounds)
    return re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", sounds))
