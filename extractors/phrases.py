"""Phrases found in text whatever their inflection, case, hyphens and quote marks. Knows no topic and no watchlist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.records import Span
from extractors.words import Token, base, fold, tokens, without_possessive

__all__ = ["Hit", "PhraseIndex", "Token", "tokens"]

_MARKS = "\"'“”„‟«»‘’‚‛`´\\[\\]"
# Between two words of a phrase stand blanks (no line's end) and quote marks, or one hyphen; no stop, comma or dash.
_SOFT = re.compile(rf"[{_MARKS}]*[-‐‑–][{_MARKS}]*|(?:[^\S\n\r\v\f\x1c-\x1f\x85\u2028\u2029]|[{_MARKS}])+")
_EXACTLY = "="
_AFTER_INITIAL = re.compile(r"\.[^\S\n\r\v\f\x1c-\x1f\x85\u2028\u2029]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase of `key` found at `span`; `phrase` is as the index was given it."""

    key: str
    phrase: str
    span: Span


@dataclass(slots=True)
class _Node:
    after: dict[str, _Node] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)

    def add(self, words: Sequence[str], key: str, phrase: str) -> None:
        node = self
        for word in words:
            node = node.after.setdefault(word, _Node())
        node.ends.setdefault(key, phrase)


@dataclass(frozen=True, slots=True)
class _Words:
    """A text as words: the keys of each, and of each joined with the next where the two run on."""

    words: tuple[Token, ...]
    keys: tuple[tuple[str, str], ...]
    joined: tuple[str | None, ...]


class PhraseIndex:
    """Phrases by key, looked up word by word: time grows with the text, not with the number of phrases.

    A word after = in a phrase stands exactly so but for its case: "=talks" is neither "talk" nor "talked".
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Index the phrases of each key; one without a word in it is never found."""
        self._root = _Node()
        for key, wordings in phrases.items():
            for wording in wordings:
                for words in _spellings(wording):
                    self._root.add(words, key, wording)

    def find(self, text: str) -> tuple[Hit, ...]:
        """Return the hits by start: of one key at one start only the longest, of different keys all."""
        read = _read(text)
        return tuple(hit for first in range(len(read.words)) for hit in self._hits(read, first))

    def _hits(self, text: _Words, first: int) -> Iterator[Hit]:
        found: dict[str, tuple[int, str]] = {}
        reached = [(self._root, first)]
        while reached:
            node, at = reached.pop()
            for key, phrase in node.ends.items():
                found[key] = max(found.get(key, (0, "")), (at, phrase))
            if at < len(text.words) and (at == first or text.joined[at - 1] is not None):
                reached += _steps(node, text, at)
        for key, (end, phrase) in sorted(found.items()):
            yield Hit(key=key, phrase=phrase, span=Span(text.words[first].start, _end(text.words[end - 1])))


def _steps(node: _Node, text: _Words, at: int) -> Iterator[tuple[_Node, int]]:
    """Yield where the word at `at`, alone or joined with the next, leads."""
    for key in text.keys[at]:
        if one := node.after.get(key):
            yield one, at + 1
    if (joined := text.joined[at]) and (two := node.after.get(base(joined))):
        yield two, at + 2


def _spellings(wording: str) -> Iterator[tuple[str, ...]]:
    """Yield a phrase's words as keys, then with two neighbours written as one: "cease fire", "ceasefire"."""
    words = tokens(wording)
    keys = [_exact(word) if wording[: word.start].endswith(_EXACTLY) else base(word.text) for word in words]
    if keys:
        yield tuple(keys)
    for at, (left, right) in enumerate(pairwise(words)):
        yield (*keys[:at], base(left.text + right.text), *keys[at + 2 :])


def _read(text: str) -> _Words:
    words = tokens(text)
    joined = [left.text + right.text if _runs_on(text, left, right) else None for left, right in pairwise(words)]
    return _Words(words, tuple((base(word.text), _exact(word)) for word in words), (*joined, None))


def _exact(word: Token) -> str:
    return _EXACTLY + without_possessive(fold(word.text)).lower()


def _runs_on(text: str, left: Token, right: Token) -> bool:
    """Tell whether nothing between two words keeps them from being one phrase; "U.S. aid" runs on, "war. Aid" not."""
    between = text[left.end : right.start]
    if _SOFT.fullmatch(between):
        return True
    is_initial = len(left.text) == 1 and _AFTER_INITIAL.fullmatch(between) is not None
    return is_initial and (between == "." or right.text[0].islower())


def _end(word: Token) -> int:
    """Return where a phrase that ends in this word ends: before the word's possessive."""
    return word.end - 2 if without_possessive(fold(word.text)) != fold(word.text) else word.end
