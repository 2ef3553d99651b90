"""Names found in text as names are written: case counts, spelling variants and Cyrillic case endings do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from extractors.records import Span
from extractors.text.words import Token, Trie, fold, is_cyrillic, remembered, tokens, without_possessive

Target = TypeVar("Target")

# Capitals that may stand beside a name or title in a headline or sentence without being part of a name.
_NO_NAME_WORDS = """
about accepts accuses addresses admits after against agrees amid and announces appeals april are arrives as asks at
august backs before blames blasts but by calls can claims condemns confirms could criticizes december declares
defends demands denies denounces discusses dismisses during expects february for friday from gets gives goes had
hails has have heads her hints his holds hopes i in insists into is its january july june lands leaves makes march
may meets met might monday must near no not november october of offers on or over plans pledges praises proposes
reacts reiterates rejects reveals rules said saturday says seeks sees september sets should signals signs slams
speaks suggests sunday takes talks tells thanks that their threatens thursday to told travels tuesday turns under
urges visits vows wants warns was wednesday welcomes were who will wins wishes with would yet
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_BLANK = r"[^\S\n\r\v\f\x1c-\x1f\x85\u2028\u2029]"
_WITHIN = re.compile(rf"{_BLANK}{{1,8}}|[-‐‑–]")
_AFTER_ABBREVIATION = re.compile(rf"\.{_BLANK}?")
_PLURAL_POSSESSIVE = re.compile(rf"['’]{_BLANK}")
_ABBREVIATION = 2  # letters at most ("U.S.", "St. Petersburg"), or one of these
_ABBREVIATIONS = {"Mrs", "Gen", "Sen"}
# Case endings of Russian and Ukrainian names, longest first; a stem keeps three letters ("Путина", "Зеленскому").
_CASES = "ией ією ием ієм ого ому ему его ові еві єві ия ию ии ія ію ії ою ым им ім ом ем єм їм ой ый ий ій"
_CASES += " а я у ю ы и і ї е є о й ь"
_ENDINGS = tuple(_CASES.split())
_STEM = 3


@dataclass(frozen=True, slots=True)
class TextWords:
    """A text as words: their keys for names, and whether nothing but a blank, hyphen or initial's dot follows each."""

    text: str
    words: tuple[Token, ...]
    keys: tuple[tuple[str, ...], ...]
    runs_on: tuple[bool, ...]

    def __len__(self) -> int:
        """Count the words."""
        return len(self.words)

    def span(self, first: int, last: int) -> Span:
        """Return the characters from one word to another, without the last one's possessive."""
        end = self.words[last].end
        word = self.words[last].text
        return Span(self.words[first].start, end - 2 if is_possessive(word) else end)

    def reads_as_name(self, at: int) -> bool:
        """Tell whether the word begins with a capital that a title, headline or sentence would not give it."""
        word = self.words[at].text
        return word[0].isupper() and fold(word).lower() not in _NO_NAME


@dataclass(frozen=True, slots=True)
class FoundName(Generic[Target]):
    """What is called by the words `first` to `last`, both included."""

    targets: tuple[Target, ...]
    first: int
    last: int


class NameIndex(Generic[Target]):
    """Names and what they name; a longer name hides the shorter ones inside it."""

    def __init__(self) -> None:
        """Begin with no names."""
        self._root: Trie[Target] = Trie()

    def add(self, name: str, target: Target) -> None:
        """Let `name` name `target`: as written, in capitals, or with its last word in capitals ("Dmitry PESKOV")."""
        words = [_written(token.text) for token in tokens(name)]
        for spelling in _spellings(words):
            node = self._root.at(spelling)
            if words and target not in node.ends:
                node.ends.append(target)

    def longest(self, text: TextWords, first: int) -> FoundName[Target] | None:
        """Return the longest name that begins at the word `first`."""
        nodes, found = [self._root], None
        if self._root.after.keys().isdisjoint(text.keys[first]):
            return None
        for at in range(first, len(text)):
            reached = [(key, node.after[key]) for node in nodes for key in text.keys[at] if key in node.after]
            if named := [node for _, node in reached if node.ends]:
                found = FoundName(tuple(target for node in named for target in node.ends), first, at)
            ends = is_possessive(text.words[at].text)
            nodes = [node for key, node in reached if not ends or is_possessive(key)]
            if not nodes or not text.runs_on[at]:
                break
        return found

    def find(self, text: TextWords) -> Iterator[FoundName[Target]]:
        """Yield the names from left to right, none overlapping another."""
        reached = 0
        for at in self.beginnings(text):
            if at >= reached and (found := self.longest(text, at)):
                yield found
                reached = found.last + 1

    def beginnings(self, text: TextWords) -> list[int]:
        """Return the words that a name may begin with, in order."""
        firsts = self._root.after.keys()
        return [at for at, keys in enumerate(text.keys) if not firsts.isdisjoint(keys)]


def read_words(text: str) -> TextWords:
    """Return `text` as words to look names up in."""
    words = tokens(text)
    runs_on = [text[left.end : right.start] == " " or _runs_on(text, left, right) for left, right in pairwise(words)]
    return TextWords(text, words, tuple([_keys(word.text) for word in words]), (*runs_on, False)[: len(words)])


def is_possessive(word: str) -> bool:
    """Tell whether a word as printed ends in 's."""
    return word.endswith(("'s", "’s", "'S", "’S", "ʼs"))


def _runs_on(text: str, left: Token, right: Token) -> bool:
    between = text[left.end : right.start]
    if between.startswith("."):
        is_abbreviation = len(left.text) <= _ABBREVIATION or left.text in _ABBREVIATIONS
        return is_abbreviation and _AFTER_ABBREVIATION.fullmatch(between) is not None
    if between.startswith(("'", "’")):
        return left.text[-1] == "s" and _PLURAL_POSSESSIVE.fullmatch(between) is not None
    return _WITHIN.fullmatch(between) is not None


@remembered
def _keys(word: str) -> tuple[str, ...]:
    """Return what a word of a text may stand for: itself, itself without 's, and its stem in Cyrillic."""
    folded = fold(word)
    plain = without_possessive(folded)
    return tuple({folded, plain, _stem(plain)} if is_cyrillic(plain) else {folded, plain})


def _written(word: str) -> str:
    """Return the key of a word of a name: initials in Cyrillic (НАТО) have no endings."""
    plain = fold(word)
    return _stem(plain) if is_cyrillic(plain) and not plain.isupper() else plain


def _stem(word: str) -> str:
    lower = word.lower()
    for ending in _ENDINGS:
        if lower.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _spellings(words: Sequence[str]) -> set[tuple[str, ...]]:
    shouted = tuple(word.upper() for word in words)
    spellings = {tuple(words), shouted, (*words[:-1], *shouted[-1:])}
    return spellings | {(each[0].capitalize(), *each[1:]) for each in spellings if each and each[0].islower()}
