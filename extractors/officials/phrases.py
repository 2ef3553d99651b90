"""Phrases found in text whatever their inflection, case, hyphens and quote marks. Knows no topic and no watchlist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.records import Span
from extractors.text.words import Token, Trie, base, fold, forms, remembered, tokens, without_possessive

__all__ = ["Hit", "PhraseIndex", "Token", "tokens"]

_MARKS = "\"'“”„‟«»‘’‚‛`´\\[\\]"
# Between two words of a phrase stand blanks (no line's end) and quote marks, or one hyphen; no stop, comma or dash.
_SOFT = re.compile(rf"[{_MARKS}]*[-‐‑–][{_MARKS}]*|(?:[^\S\n\r\v\f\x1c-\x1f\x85\u2028\u2029]|[{_MARKS}])+")
_EXACTLY = "="
_ANY = ("",)
_AFTER_INITIAL = re.compile(r"\.[^\S\n\r\v\f\x1c-\x1f\x85\u2028\u2029]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase of `key` found at `span`; `phrase` is as the index was given it."""

    key: str
    phrase: str
    span: Span


_Phrases = Trie[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Words:
    """A text as words."""

    text: str
    words: Sequence[Token]

    def runs_on(self, at: int) -> bool:
        """Tell whether nothing keeps a word and the next from being one phrase."""
        return at + 1 < len(self.words) and _runs_on(self.text, self.words[at], self.words[at + 1])

    def letter(self, at: int) -> str:
        """Return the first letter of a word, none past the last."""
        return _folded(self.words[at].text[0]) if at < len(self.words) else ""

    def joined(self, at: int) -> str:
        """Return the key of a word written as one with the next."""
        return base(self.words[at].text + self.words[at + 1].text)


class PhraseIndex:
    """Phrases by key, looked up word by word: time grows with the text, not with the number of phrases.

    A word after = in a phrase stands exactly so but for its case: "=talks" is neither "talk" nor "talked".
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Index the phrases of each key; one without a word in it is never found."""
        self._root: _Phrases = Trie()
        for key, wordings in phrases.items():
            for wording in wordings:
                for words in _spellings(wording):
                    self._add(words, key, wording)
        self._halves: dict[str, set[str]] = {}
        for first in self._root.after:
            for half, following in _halves(first):
                self._halves.setdefault(half, set()).add(following)
        self._begins = remembered(self._beginning)

    def _add(self, words: Sequence[str], key: str, wording: str) -> None:
        ends = self._root.at(words).ends
        if all(known != key for known, _ in ends):
            ends.append((key, wording))

    def find(self, text: str, words: Sequence[Token] | None = None) -> tuple[Hit, ...]:
        """Return the hits by start: of one key at one start only the longest, of different keys all.

        `words` are the text's tokens, where they are known already.
        """
        read, begins = _Words(text, tokens(text) if words is None else words), self._begins
        likely = [(at, following) for at, word in enumerate(read.words) if (following := begins(word.text))]
        firsts = (at for at, following in likely if following is _ANY or read.letter(at + 1) in following)
        return tuple(hit for first in firsts for hit in self._hits(read, first))

    def _beginning(self, word: str) -> Collection[str]:
        """Return the letters that may follow this word where a phrase begins; none where no phrase begins with it.

        Any, where the word is itself a phrase's; else it may be one with the next, as "cease" with "fire".
        """
        own = not self._root.after.keys().isdisjoint(_keys(word))
        return _ANY if own else self._halves.get(fold(word.casefold()), ())

    def _hits(self, text: _Words, first: int) -> Iterator[Hit]:
        found: dict[str, tuple[int, str]] = {}
        reached = [(self._root, first)]
        while reached:
            node, at = reached.pop()
            for key, phrase in node.ends:
                found[key] = max(found.get(key, (0, "")), (at, phrase))
            if node.after and at < len(text.words) and (at == first or text.runs_on(at - 1)):
                reached += _steps(node, text, at)
        for key, (end, phrase) in sorted(found.items()):
            yield Hit(key=key, phrase=phrase, span=Span(text.words[first].start, _end(text.words[end - 1])))


def _steps(node: _Phrases, text: _Words, at: int) -> Iterator[tuple[_Phrases, int]]:
    """Yield where the word at `at`, alone or joined with the next, leads."""
    for key in _keys(text.words[at].text):
        if one := node.after.get(key):
            yield one, at + 1
    if text.runs_on(at) and (two := node.after.get(text.joined(at))):
        yield two, at + 2


@remembered
def _folded(letter: str) -> str:
    return fold(letter.casefold())[:1]


def _halves(key: str) -> Iterator[tuple[str, str]]:
    """Yield the first of two words that are a phrase's word when they are written as one, and the next one's letter."""
    for form in forms(key):
        yield from ((form[:end], form[end]) for end in range(1, len(form)))


def _spellings(wording: str) -> Iterator[tuple[str, ...]]:
    """Yield a phrase's words as keys, then with two neighbours written as one: "cease fire", "ceasefire"."""
    words = tokens(wording)
    keys = [_exact(word.text) if wording[: word.start].endswith(_EXACTLY) else base(word.text) for word in words]
    if keys:
        yield tuple(keys)
    for at, (left, right) in enumerate(pairwise(words)):
        yield (*keys[:at], base(left.text + right.text), *keys[at + 2 :])


@remembered
def _keys(word: str) -> tuple[str, str]:
    """Return what a word of a text may stand for in a phrase: its base, and itself."""
    return base(word), _exact(word)


def _exact(word: str) -> str:
    return _EXACTLY + without_possessive(fold(word)).lower()


def _runs_on(text: str, left: Token, right: Token) -> bool:
    """Tell whether nothing between two words keeps them from being one phrase; "U.S. aid" runs on, "war. Aid" not."""
    between = text[left.end : right.start]
    if between == " " or _SOFT.fullmatch(between):
        return True
    is_initial = len(left.text) == 1 and _AFTER_INITIAL.fullmatch(between) is not None
    return is_initial and (between == "." or right.text[0].islower())


def _end(word: Token) -> int:
    """Return where a phrase that ends in this word ends: before the word's possessive."""
    return word.end - 2 if without_possessive(fold(word.text)) != fold(word.text) else word.end
