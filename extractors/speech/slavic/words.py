"""A text's words with what each can be: part of speech, case, gender, number. One analyser a language, loaded late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

from extractors.records import Span

# An initial is a word with its full stop, which ends nothing.
_INITIAL = r"[A-ZА-ЯЁІЇЄҐ]\.(?=[ \xa0]?[A-ZА-ЯЁІЇЄҐ][.\w])"
_TOKEN = re.compile(rf"\b{_INITIAL}|\w+(?:[-'’ʼ.]\w+)*|[^\w\s]")
_KNOWN = 50_000  # word forms kept analysed: a day's news has fewer
# Letters that only one of the two languages has.
_RUSSIAN, _UKRAINIAN = frozenset("ыэёъ"), frozenset("іїєґ")
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct", "voct")
UNKNOWN = "unknown"  # the mark of a word that is in no dictionary, as most names are
_FEW = frozenset(["два", "три", "четыре", "оба"])
_LETTERS = frozenset({"Init"})
_BY_DICTIONARY = ["DictionaryAnalyzer"]
# Endings of Ukrainian adverbial participles, each with those that the verb may have.
_GERUNDS = (
    ("вшись", ("тися",)), ("вши", ("ти",)), ("ючись", ("тися", "ватися")), ("жучи", ("зати",)), ("шучи", ("сати",)),
    ("ючи", ("ти", "вати")), ("ячи", ("ити", "іти")), ("учи", ("ти",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a word form can be. Cases, genders and numbers are OpenCorpora's: nomn, masc, plur."""

    lemma: str
    pos: str
    marks: frozenset[str]

    def has(self, *marks: str) -> bool:
        """Tell whether it has every one of these marks."""
        return self.marks.issuperset(marks)


@dataclass(frozen=True, slots=True)
class WordForm:
    """A word or a mark of a text. A mark has no senses."""

    text: str
    span: Span
    senses: tuple[Sense, ...]

    @property
    def lower(self) -> str:
        """Return the word in lower case."""
        return self.text.lower()

    @property
    def is_word(self) -> bool:
        """Tell a word, or number, from a mark."""
        return self.text[0].isalnum()

    @property
    def is_name(self) -> bool:
        """Tell a word that begins with a capital."""
        return self.text[:1].isupper()

    @property
    def is_initial(self) -> bool:
        """Tell a letter that stands for a name."""
        return self.text[-1] == "."

    def is_a(self, *parts: str) -> bool:
        """Tell whether it can be one of these parts of speech."""
        return any(sense.pos in parts for sense in self.senses)

    def can(self, *marks: str) -> bool:
        """Tell whether one of its senses has all these marks."""
        return any(sense.has(*marks) for sense in self.senses)

    def can_be(self, marks: Iterable[str]) -> bool:
        """Tell whether one of these marks is among those of its senses."""
        return any(mark in sense.marks for sense in self.senses for mark in marks)

    @property
    def lemmas(self) -> frozenset[str]:
        """Return the dictionary forms it can have."""
        return _lemmas(self.senses)


def language_of_words(text: str, otherwise: str) -> str:
    """Return "ru" or "uk" by the letters of a paragraph, `otherwise` where it has none that tells."""
    letters = text.lower()
    russian, ukrainian = (sum(map(letters.count, own)) for own in (_RUSSIAN, _UKRAINIAN))
    return otherwise if russian == ukrainian else "ru" if russian > ukrainian else "uk"


@cache
def is_readable(language: str | None) -> bool:
    """Tell whether a language is one of these, and its dictionary is installed; loads nothing."""
    code = (language or "").lower()[:2]
    return code in {"ru", "uk"} and all(find_spec(name) for name in ("pymorphy3", f"pymorphy3_dicts_{code}"))


def tokens_of(text: str, span: Span, language: str) -> tuple[WordForm, ...]:
    """Return the words and marks of a stretch of `text`, with offsets in it."""
    found = _TOKEN.finditer(text, span.start, span.end)
    return tuple(WordForm(match[0], Span(*match.span()), _senses_of(match[0], language)) for match in found)


def nominative(words: Sequence[WordForm], language: str, in_case: str = "nomn") -> str:
    """Return a name or description, found in a case, as a dictionary of names would have it: in the nominative.

    What hangs on its noun in the genitive stays so, and so does what its dictionary has no form of.
    """
    head = head_of(words)
    if in_case != "nomn" and language == "ru" and words and words[0].is_a("NUMR"):
        return " ".join([_nominative(words[0], language, in_case), *_counted(words[1:], words[0], head - 1)])
    forms = (_nominative(word, language, in_case) if at <= head else word.text for at, word in enumerate(words))
    return " ".join(forms)


def _counted(words: Sequence[WordForm], number: WordForm, head: int) -> Iterator[str]:
    """Yield the words behind a Russian number in the nominative: "два чиновника", "шесть чиновников"."""
    few = not _FEW.isdisjoint(number.lemmas)
    for at, word in enumerate(words):
        found = next((each for each in _analyser("ru").parse(word.text) if each.tag.POS == "NOUN"), None)
        counted = found.inflect({"gent", "sing" if few else "plur"}) if found and at == head else None
        yield counted.word if counted else word.text


def head_of(words: Sequence[WordForm]) -> int:
    """Return the place of a description's noun, behind which nothing stands in its case; that of a name is its end."""
    return next((at for at, word in enumerate(words) if word.is_a("NOUN") and not word.is_name), len(words))


def shared_case(words: Iterable[WordForm]) -> str:
    """Return the first case in which all of these words can stand."""
    able = [case for case in CASES if all(word.can(case) or not word.senses for word in words)]
    return able[0] if able else "nomn"


def _nominative(word: WordForm, language: str, in_case: str) -> str:
    analyser = _analyser(language)
    if analyser is None or in_case == "nomn":
        return word.text
    for parse in analyser.parse(word.text):
        if in_case in parse.tag.grammemes and (form := parse.inflect({"nomn"})):
            return _cased(form.word, word.text)
    return word.text


def _cased(word: str, like: str) -> str:
    return word.upper() if like.isupper() and len(like) > 1 else word.capitalize() if like[:1].isupper() else word


@lru_cache(maxsize=_KNOWN)
def _lemmas(senses: tuple[Sense, ...]) -> frozenset[str]:
    return frozenset(sense.lemma for sense in senses)


def _senses_of(word: str, language: str) -> tuple[Sense, ...]:
    """Return what a word can be; a capital tells nothing but of a letter, which may be an initial."""
    return _senses(word if len(word) == 1 else word.lower(), language) if word[0].isalpha() else ()


@lru_cache(maxsize=_KNOWN)
def _senses(word: str, language: str) -> tuple[Sense, ...]:
    analyser = _analyser(language)
    if analyser is None or word[-1] == ".":
        return ()
    parses = analyser.parse(word)
    # Who guesses at a word adds himself to the dictionary that he asks about its parts.
    is_known = any([type(by).__name__ for by, *_ in parse.methods_stack] == _BY_DICTIONARY for parse in parses)
    senses = (
        Sense(_lemma(parse, language), part, marks if is_known else marks | {UNKNOWN})
        for parse in parses
        for part, marks in _read(parse.tag)
    )
    return tuple(dict.fromkeys(senses))


@lru_cache(maxsize=_KNOWN)
def _read(tag: Any) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the part of speech of a tag with its marks, nothing for one of a letter or a number."""
    if not tag.POS or tag.grammemes & _LETTERS:
        return ()
    marks = frozenset(map(str, tag.grammemes))
    # The Ukrainian dictionary names no case where a noun stands as the dictionary has it.
    if tag.POS == "NOUN" and marks.isdisjoint(CASES):
        marks |= {"nomn"}
    # It takes infinitives for verbs like others.
    return (("INFN" if "infn" in marks else str(tag.POS), marks),)


def _lemma(parse: Any, language: str) -> str:
    """Return the dictionary form; the Ukrainian dictionary keeps adverbial participles by themselves."""
    lemma = str(parse.normal_form).replace("ё", "е")
    return _infinitive(lemma) if language == "uk" and parse.tag.POS == "GRND" else lemma


def _infinitive(gerund: str) -> str:
    """Return the verb of a Ukrainian adverbial participle: сказавши, називаючи, стверджуючи, кажучи."""
    for ending, endings in _GERUNDS:
        if gerund.endswith(ending):
            stem = gerund[: -len(ending)]
            known = (stem + each for each in endings if _analyser("uk").word_is_known(stem + each))
            return next(known, gerund)
    return gerund


@cache
def _analyser(language: str | None) -> Any:
    """Return the analyser of a language; None where it, or its dictionary, is not installed."""
    try:
        import pymorphy3  # noqa: PLC0415 (16 MB and a third of a second, for texts that need it)

        return pymorphy3.MorphAnalyzer(lang=language)
    except (ImportError, ValueError):
        return None
