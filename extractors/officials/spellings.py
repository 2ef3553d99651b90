"""What words are found by in a search: their stems in their language, and the names that they are spellings of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from extractors.officials.phrases import name_stem
from extractors.officials.watchlist import Watchlist
from extractors.relation_records import WordKeys
from extractors.text.lemmas import inflection
from extractors.text.words import fold, is_cyrillic, tokens, without_possessive

# Russian and Ukrainian letters in Latin ones, and then what spellings of one name differ in made the same in both:
# "Podolyak" and "Подоляк", "Syrskyi" and "Сырский".
_LATIN = dict(zip("абвгґдеёєжзиійклмнопрстуфхцчшщъыьэюяї", [
    "a", "b", "v", "g", "g", "d", "e", "e", "e", "z", "z", "i", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t",
    "u", "f", "g", "c", "c", "s", "s", "", "i", "", "e", "iu", "ia", "i",
], strict=True))  # fmt: skip
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("shch|sch|sh", "s"), ("tch|ch|tz|ts", "c"), ("zh|j(?=[aeou])", "z"), ("kh|gh|h", "g"), ("w", "v"),
        ("[yj]e|ie", "e"), ("[yj]o|io", "e"), ("[iyj]+", "i"), (r"(.)\1", r"\1"), ("(?<=sk|ck|zk)i+$", ""),
    )
)  # fmt: skip
_SHORTEST = 4  # letters of a name that is looked for in the other script
_PARTICLE = re.compile("[a-zà-ÿ]{1,4}'")  # l'accord, dell'accordo
_REMEMBERED = 65_536


@lru_cache(maxsize=2)
def spellings_for(watchlist: Watchlist) -> Spellings:
    """Return how a watchlist's names are spelt, indexed once a process, with the keys of words met before."""
    return Spellings(watchlist)


class Spellings:
    """What each form of a word is found by; knows how the watchlist's people are spelt."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the names of the watchlist's people."""
        self._names: dict[str, set[str]] = defaultdict(set)
        self.forms: frozenset[str] = frozenset()
        for official in watchlist.officials:
            for spellings in (official.surnames, official.given):
                self._add(spellings)
        self.keys = lru_cache(_REMEMBERED)(self._keys)

    def _add(self, spellings: tuple[str, ...]) -> None:
        """Let the spellings of one name be the first of them."""
        words = [[fold(token.text).casefold() for token in tokens(each)] for each in spellings]
        for each in words:
            if len(each) == len(words[0]):
                self.forms |= {*each}
                for word, first in zip(each, words[0], strict=True):
                    self._names[name_stem(word)].add(first)

    def _keys(self, form: str, language: str) -> WordKeys:
        """Return what a form in lower case is found by in texts of a language; "" is any, for names."""
        inflected, plain = inflection(language or None), without_possessive(fold(form))
        bare = _PARTICLE.sub("", form) or form
        asked = [*inflected.alone(bare), *self._named(plain), *_sounds(plain, other=True)]
        answers = [
            *inflected.of_text(bare), *inflected.alone(bare), plain, fold(bare), *self._named(plain), *_sounds(plain)
        ]  # fmt: skip
        if language == "de":  # its dictionary has nouns with their capitals
            asked += inflected.alone(bare.capitalize())
            answers += inflected.of_text(bare.capitalize())
        return WordKeys(form=form, asked=_distinct(asked), answers=_distinct(answers))

    def _named(self, plain: str) -> Iterator[str]:
        for key in {plain, name_stem(plain)}:
            yield from self._names.get(key, ())


def _sounds(plain: str, *, other: bool = False) -> Iterator[str]:
    """Yield the key by which a name is found in the `other` script, or from there."""
    cyrillic = is_cyrillic(plain)
    sound = "".join(_LATIN.get(letter, letter) for letter in name_stem(plain)) if cyrillic else plain
    if sound.isascii() and sound.isalpha():
        for pattern, same in _SOUNDS:
            sound = pattern.sub(same, sound)
        if len(sound) >= _SHORTEST:
            yield f"{'latin' if cyrillic == other else 'cyrillic'}:{sound}"


def _distinct(keys: list[str]) -> tuple[str, ...]:
    return tuple(sorted({key for key in keys if key}))
