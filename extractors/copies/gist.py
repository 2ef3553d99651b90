"""What two sentences that may say one thing are compared by beside their vectors: figures, names, yes or no, … Pure.

A vector of meaning hardly sees any of it: "ready" and "not ready" lie as near each other as a translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from extractors.text.tables import tables
from extractors.text.words import base, fold, is_cyrillic, is_mostly_cyrillic

TABLES = tables("extractors.copies", "gist.toml")
_WORD = re.compile(r"[^\W_]+(?:[.,'’ʼ-][^\W_]+)*")
_GROUPED = re.compile(r"(?<=\d)[,\u00a0\u202f ](?=\d{3}(?!\d))")
# Where a sentence goes on with something else.
_JOINT = re.compile(
    r"[,;:—–]|\b(?:and|but|while|whereas|although|though|because|и|но|а|однако|хотя|і|й|та|але|проте|хоча)\b"
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")
_KEPT = 8192  # sentences
_STEM = 5  # letters that the inflected forms of a Slavic word share
_SHORT = 3  # letters of words that tell nothing
# Words after which something will be done, and those that may stand between.
_WILL = frozenset({"will", "shall", "will've"})
_ABOUT = frozenset({"going", "about", "is", "are", "due", "set", "poised"})
_AUXILIARY = frozenset({"be", "been", "also", "soon", "now", "only", "have", "not", "never"})
# After these a form that could be of the past is none, or is not over.
_BARE = frozenset({"be", "being", "is", "are", "to", "will", "get", "gets"})
_PAST = re.compile(r"\w{3}(?:[аеиіоуыяє]л|[ауоіия]в|л[аои])(?:с[яь])?$")
_NOT_PAST = re.compile(r"\w{3}(?:(?<!ни)[еёи]м|[еєёи]т|[уюая]т|[уюаяи]ть|[еи]мо|[аиоуюї]є|[аеи]мо|аст)(?:с[яь])?$")
_FROM = frozenset({"from", "by", "из", "от", "з", "із", "від"})
_TO = frozenset({"to", "into", "towards", "в", "во", "к", "ко", "на", "до", "у"})
_KEY = 2  # letters by which words are looked up in a list

# Parts of a word that turn it around.
_TURNED = ("un", "in", "im", "il", "ir", "dis", "non", "mis", "не")
_GRAMMAR = frozenset(TABLES["grammar"]["words"].split())
_BACK = frozenset(TABLES["grammar"]["back"].split())
_THAN = frozenset({"than", "чем", "нежели", "ніж"})
_WITHOUT = frozenset({"without", "except", "без", "кроме", "крім", "окрім"})
_LACKED = 5  # words that tell what is lacking
_LATER = frozenset({"after", "после", "після"})
_SEQUENCE = _LATER | {"before", "then", "until", "затем", "потом", "потім", "перед", "прежде", "до"}
# The country, not the pronoun.
_COUNTRIES, _COUNTRY = frozenset({"US", "US's"}), "usa"
_ROW = frozenset({"and", "or", "the", "&", "и", "или", "і", "й", "та", "або"})
_PERSONS = {word: name for name, words in TABLES["persons"].items() for word in words.split()}
_UKRAINIAN = re.compile("[іїєґ]")


class Letters(Enum):
    """Whose letters a sentence is written in."""

    LATIN = "latin"
    RUSSIAN = "russian"
    UKRAINIAN = "ukrainian"


class Phrases:
    """A list of words, stems and phrases, and what each stands for."""

    def __init__(self, listed: Mapping[str, str]) -> None:
        """Take what each name stands for: words, stems ending in *, and phrases joined by _, with blanks between."""
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

    def any_in(self, words: tuple[str, ...]) -> frozenset[str]:
        """Return all that anything in these words stands for, phrases within phrases too."""
        return frozenset(name for place in range(len(words)) for _, name in self._all_at(words, place))

    def _at(self, words: tuple[str, ...], place: int) -> tuple[int, str]:
        """Return how many words of the list stand at a place, and for what; the longest phrase wins."""
        return max(self._all_at(words, place), default=(0, ""))

    def _all_at(self, words: tuple[str, ...], place: int) -> Iterator[tuple[int, str]]:
        for parts, name in self._phrases.get(words[place][:_KEY], ()):
            if len(parts) <= len(words) - place and all(map(_fits, parts, words[place : place + len(parts)])):
                yield len(parts), name


def _fits(listed: str, word: str) -> bool:
    return word.startswith(listed[:-1]) if listed.endswith("*") else word == listed


_TURNING = Phrases({name: TABLES[name] for name in ("negating", "agreeing", "harmless")})
_NAMES, _KINDS, _NUMBERS = (Phrases(TABLES[name]) for name in ("names", "kinds", "numbers"))
_CONDITIONS = Phrases({name: TABLES["conditions"][name] for name in ("conditional", "unconditional")})
# The first row that has a word is the word's.
_SYNONYMS = Phrases({f"{-number:04}": row for number, row in enumerate(TABLES["synonyms"], -999)})
_HYPOTHETICAL, _UNNAMED = Phrases(TABLES["hypothetical"]), Phrases(TABLES["unnamed"])


def _rows(name: str) -> Phrases:
    """Return the rows of a table, left sides by their numbers from 1 on and right sides by the negative ones."""
    numbered = enumerate(TABLES[name], 1)
    return Phrases(
        {str(side): words for row, (left, right) in numbered for side, words in ((row, left), (-row, right))}
    )


_OPPOSITES, _DEGREES = _rows("opposites"), _rows("degrees")
_MULTIPLES = frozenset({"100", "1000", "1000000"})

# A name in a sentence, its first word, and the word after it.
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts or is acted on: one of the listed names, or "we" and "they".

    `form` is the word as it stands, whose ending tells his part in Slavic languages. `acting` tells that he acts though
    he comes later ("by Ukraine").
    """

    name: str
    form: str
    acting: bool


@dataclass(frozen=True, slots=True)
class Gist:
    """What a sentence is compared by beside its vector.

    `names` are of those that are listed, `kinds` of things, `others` names as they are written. `told` are stems of all
    its longer words. `sides` are the opposites of which it has a word: 1 or -1, 2 or -2, … by their place in the list.
    `turned` are what words were made of that are turned around by their parts ("illegal", "fruitless"); `words` are
    all, in small letters. `parties` are those who act or are acted on, in order; `course` stems of what means
    something, in order, parties by their names, those in a row ("Russia and Ukraine") as one. `condition` are stems of
    what has to come first ("if …"), `sequence` of what comes before what, `compared` of what is more than what; None
    where nothing does. `degrees` are like `sides`, of how much is said. `coming` are stems of what will be done, `done`
    of what was; `ways` are names with where something comes "from", and "to" where it goes. `unreal` is what would have
    been. `lacking` is like `course`, of what stands after "without", in no order. `unnamed` tells that it speaks of
    somebody without a name ("both countries"). `clauses` are its parts: stems of their longer words, none where they
    speak of what was said before, and whether there is a "not" in them.
    """

    letters: Letters
    figures: frozenset[str]
    names: frozenset[str]
    kinds: frozenset[str]
    others: frozenset[str]
    told: frozenset[str]
    negated: bool
    sides: frozenset[int]
    turned: frozenset[str]
    words: frozenset[str]
    parties: tuple[Actor, ...]
    course: tuple[str, ...]
    condition: frozenset[str] | None
    sequence: tuple[frozenset[str], frozenset[str]] | None
    compared: tuple[frozenset[str], frozenset[str]] | None
    degrees: frozenset[int]
    coming: frozenset[str]
    done: frozenset[str]
    ways: frozenset[tuple[str, str]]
    unreal: bool
    lacking: frozenset[str]
    unnamed: bool
    clauses: tuple[tuple[frozenset[str], bool], ...]


@lru_cache(maxsize=_KEPT)
def gist(sentence: str) -> Gist:
    """Return what a sentence is compared by."""
    printed = _printed(sentence)
    words = _small(printed)
    named = list(_NAMES.all_in(words))
    parties = _placed(words, named)
    listed = {place for _, start, end in named for place in range(start, end)}
    others = {place: stem(words[place]) for place in _capitals(printed) if place not in listed}
    return Gist(
        letters=_letters(words),
        figures=frozenset(_figures(_without_unnamed(words))),
        names=frozenset(name for name, _, _ in named),
        kinds=frozenset(name for name, _, _ in _KINDS.all_in(words)),
        others=frozenset(others.values()),
        told=_long_stems(words),
        negated=_is_negated(words),
        sides=_sides(words, _OPPOSITES),
        turned=frozenset(_turned(words)),
        words=frozenset(words),
        parties=tuple(_actor(words, name, start) for name, start, _ in parties),
        course=tuple(_course(words, parties)),
        condition=_condition(words),
        sequence=_sequence(words, _SEQUENCE),
        compared=_sequence(words, _THAN),
        degrees=_sides(words, _DEGREES),
        coming=frozenset(_coming(words)),
        done=frozenset(_done(words)),
        ways=frozenset(_ways(words, {**others, **{start: name for name, start, _ in named}})),
        unreal=any(name == "unreal" for name, _, _ in _HYPOTHETICAL.all_in(words)),
        lacking=frozenset(_lacking(words)),
        unnamed=bool(_UNNAMED.any_in(words)),
        clauses=tuple(_clauses(sentence)),
    )


def names_in(text: str) -> frozenset[str]:
    """Return which of those that are listed a text names, in whatever form: "Kyiv", "Ukrainians", «украинский»."""
    return frozenset(name for name, _, _ in _NAMES.all_in(_small(_printed(text))))


def _printed(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_ungrouped(text).replace("’", "'")))


def _ungrouped(text: str) -> str:
    """Return a text in plain letters, its figures in one piece: no comma parts "1,000"."""
    return _GROUPED.sub("", fold(text))


def _small(printed: Iterable[str]) -> tuple[str, ...]:
    return tuple(_COUNTRY if word in _COUNTRIES else word.lower().removesuffix("'s") for word in printed)


def _letters(words: tuple[str, ...]) -> Letters:
    if not is_mostly_cyrillic(words):
        return Letters.LATIN
    return Letters.UKRAINIAN if any(_UKRAINIAN.search(word) for word in words) else Letters.RUSSIAN


def _capitals(printed: tuple[str, ...]) -> Iterator[int]:
    """Yield the places of words that are names by their first letter, the first word's left out."""
    for place, (_, word) in enumerate(pairwise(printed), 1):
        if word[:1].isupper() and len(word) > 1:
            yield place


def _figures(words: tuple[str, ...]) -> list[str]:
    """Return the numbers of a sentence, those in words too: "six thousand" and "6 million" are one each."""
    named = {start: (name, end) for name, start, end in _NUMBERS.all_in(words)}
    found: list[str] = []
    begun = -1  # where a number would go on
    for place, word in enumerate(words):
        name, end = named.get(place, ("", place + 1))
        figures = [figure.replace(",", ".") for figure in _FIGURE.findall(word)]
        if name in _MULTIPLES and place == begun:
            found[-1] = f"{float(found[-1]) * int(name):.15g}"
        else:
            found += [name] if name else figures
        begun = end if name or figures else -1
    return found


def _without_unnamed(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without those that speak of somebody unnamed: "two countries" is no figure."""
    unnamed = {place for _, start, end in _UNNAMED.all_in(words) for place in range(start, end)}
    return tuple("" if place in unnamed else word for place, word in enumerate(words))


def _placed(words: tuple[str, ...], named: Sequence[Place]) -> list[Place]:
    """Return who acts or is acted on, from left to right."""
    persons = ((_PERSONS[word], place, place + 1) for place, word in enumerate(words) if word in _PERSONS)
    return sorted([*named, *persons], key=lambda each: each[1])


def _actor(words: tuple[str, ...], name: str, start: int) -> Actor:
    return Actor(name=name, form=words[start], acting="by" in words[max(0, start - 2) : start])


def _course(words: tuple[str, ...], parties: Sequence[Place]) -> Iterator[str]:
    row: list[str] = []
    end = 0
    for name, start, stop in parties:
        between = words[end:start]
        if row and not _ROW.issuperset(between):
            yield "&".join(sorted(row))
            row = []
        yield from _meant(between)
        row.append(name)
        end = stop
    if row:
        yield "&".join(sorted(row))
    yield from _meant(words[end:])


def _meant(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the stems of words that mean something by themselves and turn nothing around."""
    told = (word for word in words if len(word) >= _SHORT and word not in _GRAMMAR and not _turns(word))
    return map(_sense, told)


@lru_cache(maxsize=_KEPT)
def _sense(word: str) -> str:
    """Return what the forms of a word share, and those that mean the same."""
    return next((f"={row}" for row, _, _ in _SYNONYMS.all_in((word,))), stem(word))


def _turns(word: str) -> bool:
    return word.endswith("n't") or any(_TURNING.all_in((word,)))


def _condition(words: tuple[str, ...]) -> frozenset[str] | None:
    """Return stems of what has to come first and was not spoken of before, None where nothing has to."""
    start, end = next(((start, end) for name, start, end in _CONDITIONS.all_in(words) if name == "conditional"), (0, 0))
    return _long_stems(words[end:]) - _long_stems(words[:start]) if end else None


def _lacking(words: tuple[str, ...]) -> Iterator[str]:
    """Yield stems and names of what a sentence says there has to be or is no part of it."""
    for place, word in enumerate(words):
        if word in _WITHOUT:
            lacked = words[place + 1 : place + 1 + _LACKED]
            yield from _course(lacked, list(_NAMES.all_in(lacked)))


def _sequence(words: tuple[str, ...], between: frozenset[str]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return stems of what comes first and of what comes after it, None where no order is told."""
    place = next((place for place, word in enumerate(words) if place and word in between), None)
    if place is None:
        return None
    left, right = _long_stems(words[:place]), _long_stems(words[place + 1 :])
    return (right - left, left - right) if words[place] in _LATER else (left - right, right - left)


def _is_negated(words: tuple[str, ...]) -> bool:
    found = [name for name, _, _ in _TURNING.all_in(words)]
    turns = found.count("negating") + sum(word.endswith("n't") for word in words)
    return (turns or int("agreeing" in found)) % 2 == 1


def _clauses(sentence: str) -> Iterator[tuple[frozenset[str], bool]]:
    for clause in _JOINT.split(_ungrouped(sentence)):
        words = _small(_printed(clause))
        if told := _long_stems(words):
            yield frozenset() if _BACK.intersection(words) else told, _is_negated(words)


def _sides(words: tuple[str, ...], rows: Phrases) -> frozenset[int]:
    return frozenset(map(int, rows.any_in(words)))


def _coming(words: tuple[str, ...]) -> Iterator[str]:
    """Yield stems of what a sentence says will be done."""
    for place, word in enumerate(words[:-1]):
        if word in _WILL or word.endswith("'ll") or (word == "to" and words[place - 1] in _ABOUT and place):
            yield next((stem(each) for each in words[place + 1 :] if each not in _AUXILIARY), "")
    yield from (stem(word) for word in words if _NOT_PAST.search(word))


def _done(words: tuple[str, ...]) -> Iterator[str]:
    """Yield stems of what a sentence says was done."""
    for before, word in pairwise(("", *words)):
        if is_cyrillic(word):
            if _PAST.search(word):
                yield stem(word)
        elif word not in {base(word), base(word) + "e"} and not word.endswith(("ing", "s")) and before not in _BARE:
            yield stem(word)


def _ways(words: tuple[str, ...], names: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Yield names after "from" or "by", and after "to"."""
    for place, name in names.items():
        before = next((word for word in reversed(words[:place]) if word != "the"), "")
        if before in _FROM or before in _TO:
            yield ("from" if before in _FROM else "to"), name


def _long_stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_sense(word) for word in words if len(word) > _SHORT)


def _turned(words: tuple[str, ...]) -> Iterator[str]:
    """Yield what words were made of that are turned around by their parts, of those that no list has."""
    for word in words:
        if not _is_negated((word,)):
            made_of = [word.removeprefix(prefix) for prefix in _TURNED if word.startswith(prefix)]
            made_of += [f"{word[:-4]}ful", word[:-4]] if word.endswith("less") else []
            yield from (each for each in made_of if len(each) > _SHORT)


def sides_of(words: Iterable[str]) -> frozenset[int]:
    """Return the opposites of which these words are, each taken by itself: 1 or -1, 2 or -2, … by their place."""
    return frozenset(side for word in words for side in _sides((word,), _OPPOSITES))


def stem(word: str) -> str:
    """Return what the forms of a word share."""
    return word[:_STEM] if is_cyrillic(word) else base(word)
