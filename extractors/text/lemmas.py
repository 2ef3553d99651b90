"""What all forms of a word share, in the language of its article: the one answer to "is this the phrase's word?".

English goes by the stems of `words`, Arabic, Hebrew and Persian by affixes (`lemmas.toml`), others by simplemma's
dictionaries, each of which is loaded when its language is first met. A key is something to compare, not always a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from extractors.text.languages import main_language
from extractors.text.tables import tables
from extractors.text.words import base, fold, is_cyrillic, remembered, without_possessive

Keys = Callable[[str], tuple[str, ...]]

_LANGUAGES = 64  # more than there are dictionaries
_SHORTEST = 3  # letters of a stem; of fewer too many words are made
# Two codes of one written language each.
_DICTIONARIES = {"no": "nb", "sr": "hbs", "hr": "hbs", "bs": "hbs"}
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "bg", "mk", "be", "sr"), "CYRILLIC"),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb"), "ARABIC"),
    **dict.fromkeys(("he", "yi"), "HEBREW"),
    "el": "GREEK",
    "hy": "ARMENIAN",
    "ka": "GEORGIAN",
    "hi": "DEVANAGARI",
}
# Participles lead to their verb in two steps: "rejetées", "rejeté", "rejeter".
_TWO_STEPS = frozenset({"fr", "es", "it", "pt", "ca", "ro"})
_GERUND = re.compile(r"[a-z]{3,}ings?")
_FINAL_LETTERS = str.maketrans("ךםןףץ", "כמנפצ")
_PERSIAN_LETTERS = str.maketrans("يىكة", "ییکه")
_ARABIC_LETTERS = str.maketrans("ىة", "يه")
_TURKISH_CAPITALS = str.maketrans("Iİ", "ıi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflection:
    """How a language's words are compared: a phrase's word is found where one of its keys is one of a text's word.

    `alone` are the keys of a word that is all of its phrase.
    """

    of_phrase: Keys
    alone: Keys
    of_text: Keys


@cache
def inflection(language: str | None) -> Inflection:
    """Return how words of a language are compared; of one without dictionary and rules as they stand, but for case."""
    code = main_language(language)
    if code == "en":
        return Inflection(of_phrase=_base, alone=remembered(_noun), of_text=remembered(_english))
    if code in _AFFIXES:
        affixes = _Affixes(code)
        of_phrase = remembered(affixes.of_phrase)
        return Inflection(of_phrase=of_phrase, alone=of_phrase, of_text=remembered(affixes.of_text))
    keys = remembered(_Dictionary(code).keys if has_dictionary(code) else _as_it_stands)
    return Inflection(of_phrase=keys, alone=keys, of_text=keys)


def may_be_of(word: str, language: str | None) -> bool:
    """Tell whether a word can stand in a text of a language: by its letters, and the dictionary where there is one.

    A word with a capital may be a name, and a name is of every language with its letters.
    """
    code = main_language(language)
    own, script = _script(word), _SCRIPTS.get(code, "LATIN" if has_dictionary(code) or code == "en" else None)
    if script is None or own is None or own != script:
        return script is None or own is None
    if script != "LATIN" or code == "en" or word[0].isupper() or not has_dictionary(code):
        return True
    name = _DICTIONARIES.get(code, code)
    return _dictionaries().get_dictionary(name).get(word) is not None


def _script(word: str) -> str | None:
    """Return the script of a word's first letter, None for a figure."""
    return unicodedata.name(word[0], "").split(" ")[0] if word[:1].isalpha() else None


@cache
def has_dictionary(code: str) -> bool:
    """Tell whether the lemmatiser has a language; loads no dictionary."""
    return _DICTIONARIES.get(code, code) in import_module(_FACTORIES).SUPPORTED_LANGUAGES


_FACTORIES = "simplemma.strategies.dictionaries.dictionary_factory"


def _as_it_stands(word: str) -> tuple[str, ...]:
    return (without_possessive(fold(word.casefold())),)


def _base(word: str) -> tuple[str, ...]:
    return (base(word),)


def _noun(word: str) -> tuple[str, ...]:
    """Return the key of a word alone; one in -ing is a noun: who looks for a meeting wants none of "met"."""
    plain = without_possessive(fold(word.casefold()))
    return (plain.removesuffix("s"),) if _GERUND.fullmatch(plain) else (base(word),)


def _english(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((base(word), *_noun(word))))


class _Dictionary:
    """The words of a language by simplemma: the dictionary's, and by its rules what is in no dictionary."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._is_cyrillic = _SCRIPTS.get(code) == "CYRILLIC"

    def keys(self, word: str) -> tuple[str, ...]:
        # An English phrase in an index of Russian ones asks for no Russian dictionary.
        if is_cyrillic(word) != self._is_cyrillic:
            return _as_it_stands(word)
        word = _straight(word.translate(_TURKISH_CAPITALS).lower() if self._code == "tr" else word)
        lemma = self._lemma(word.capitalize() if word.isupper() and len(word) > 1 else word)
        return (fold(lemma.casefold()),)

    def _lemma(self, word: str) -> str:
        lemma = str(_lemmatizer().lemmatize(word, lang=_DICTIONARIES.get(self._code, self._code)))
        if self._code in _TWO_STEPS:
            return str(_lemmatizer().lemmatize(lemma, lang=self._code))
        if self._code == "tr" and lemma == word:
            return _turkish(word)
        return lemma


def _straight(word: str) -> str:
    return re.sub("[’ʼ`]", "'", word)


def _turkish(word: str) -> str:
    """Return a word that the dictionary has in no such form, without its plural, possessive and case."""
    suffixes = _lists()["tr"]["suffixes"]
    stem = next(
        (word[: -len(end)] for end in suffixes if word.endswith(end) and len(word) - len(end) > _SHORTEST), word
    )
    return str(_lemmatizer().lemmatize(stem, lang="tr"))


@cache
def _dictionaries() -> Any:
    """Return the dictionaries as they are packed: a seventh of the memory (Russian 20 MB), and one is never dropped."""
    factories = import_module("simplemma.strategies.dictionaries.stream_dictionary_factory")
    return factories.StreamDictionaryFactory(cache_max_size=_LANGUAGES)


@cache
def _lemmatizer() -> Any:
    simplemma, strategies = import_module("simplemma"), import_module("simplemma.strategies")
    strategy = strategies.DefaultStrategy(dictionary_factory=_dictionaries())
    return simplemma.Lemmatizer(lemmatization_strategy=strategy)


@cache
def _lists() -> dict[str, Any]:
    return tables("extractors.text", "lemmas.toml")


_AFFIXES = {"ar": _ARABIC_LETTERS, "he": _FINAL_LETTERS, "fa": _PERSIAN_LETTERS}


class _Affixes:
    """The words of a language whose particles and endings are written with them."""

    def __init__(self, code: str) -> None:
        own = _lists()[code]
        self._code = code
        self._letters = _AFFIXES[code]
        self._prefixes: tuple[str, ...] = tuple(own["prefixes"])
        self._endings: dict[str, str] = {self._plain(end): put for end, put in own["endings"].items()}
        groups = (line.split() for line in own["plurals"].replace("\n", ";").split(";"))
        self._singular: dict[str, str] = {form: group[0] for group in groups for form in group[1:]}

    def of_phrase(self, word: str) -> tuple[str, ...]:
        """Return the keys of a phrase's word: Arabic is written with or without its article, and else as it stands."""
        plain = self._plain(word)
        if self._code != "ar":
            return tuple(dict.fromkeys(self._stems(plain))) if self._code == "fa" else (self._stem(plain),)
        bare = plain.removeprefix("ال") if len(plain) > _SHORTEST + 1 else plain
        return (self._singular.get(bare, bare),)

    def of_text(self, word: str) -> tuple[str, ...]:
        """Return what a word of a text may be a form of."""
        return tuple(dict.fromkeys(key for bare in self._unprefixed(self._plain(word)) for key in self._of(bare)))

    def _of(self, bare: str) -> Iterable[str]:
        return (self._stem(bare),) if self._code == "he" else self._stems(bare)

    def _plain(self, word: str) -> str:
        return fold(word).translate(self._letters)

    def _unprefixed(self, word: str) -> Iterator[str]:
        yield word
        for prefix in self._prefixes:
            rest = word.removeprefix(prefix)
            if rest != word and len(rest) >= (_SHORTEST if len(word) > _SHORTEST + 1 else 2):  # "האש": the fire
                yield rest

    def _stems(self, word: str) -> Iterator[str]:
        """Yield a word and what is left of it without each ending it may have."""
        yield self._singular.get(word, word)
        for end, put in self._endings.items():
            rest = word.removesuffix(end)
            if rest != word and len(rest) >= _SHORTEST:
                yield self._singular.get(rest + put, rest + put)
                if put:
                    yield self._singular.get(rest, rest)

    def _stem(self, word: str) -> str:
        """Return a word without its longest ending: as much in a phrase as in a text."""
        fitting = (end for end in self._endings if word.endswith(end) and len(word) - len(end) >= _SHORTEST - 1)
        end = max(fitting, key=len, default="")
        stem = word.removesuffix(end) + self._endings.get(end, "") if end else word
        return self._singular.get(stem, stem)
