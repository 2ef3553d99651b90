"""Texts of articles that nobody wrote, with words as frequent as in real ones, so that search and storage are tried.

The commonest words are those of the seeds, by how often they stand there; then come those that the language model
knows, then pairs of them for the names and coinages that no dictionary ends with. The n-th word is drawn in proportion
to 1/n up to some thousands and to 1/n² from there (Ferrer i Cancho and Solé, 2001): `the` is one word in fourteen, and
new ones never stop coming.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors.speech.parsing import load_model

ROOT = Path(__file__).resolve().parent.parent
# Where the words that are everybody's end, and how much of a text is made of them.
_KERNEL = 8_000
_KERNEL_SHARE = log(_KERNEL) / (log(_KERNEL) + 1)
# An article has its statements, each a sentence, between sentences of which most begin with an official's name.
STATEMENTS, MENTIONING, PLAIN = 3, 7, 2
# A story is told by so many articles, in which so many things are said, each in three of them.
ARTICLES = UTTERANCES = 5
_SHORTEST, _LONGEST = 8, 32
_HEADLINE = 9
# Characters of the model's words that are taken: it knows numbers and addresses too.
_LENGTHS = range(3, 16)
# The second halves of coinages are taken so far apart; there are no more than these.
_STRIDE, _MOST = 37, 10**9
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article with the spans of its sentences, and who says what about what, and is named, where.

    Officials, topics (-1 for none) and the utterances of the story are numbers.
    """

    title: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    statements: tuple[tuple[int, int, int, int, int], ...]
    mentions: tuple[tuple[int, int, int], ...]


@cache
def vocabulary() -> tuple[str, ...]:
    """Return words, the commonest first."""
    seeds = " ".join(path.read_text("utf-8").lower() for path in sorted((ROOT / "seeds").glob("*.txt")))
    common = [word for word, _ in Counter(_WORD.findall(seeds)).most_common()]
    others = (word for word in sorted(load_model().vocab.strings) if word.isascii() and word.isalpha())
    lower = [word.lower() for word in others if len(word) in _LENGTHS]
    np.random.default_rng(0).shuffle(lower)
    return tuple(dict.fromkeys([*common, *lower]))


class Newsdesk:
    """Writes articles, story by story: the five articles of one report each three of its five utterances."""

    def __init__(self, names: Sequence[str], topics: Sequence[str], seed: int = 1) -> None:
        """Begin; officials are quoted and named by Zipf too, topics evenly, in half of what is said."""
        self._words = np.array(vocabulary(), dtype=object)
        self._names, self._topics = names, topics
        self._luck = np.random.default_rng(seed)

    def stories(self, count: int) -> Iterator[Told]:
        """Write the articles of so many stories, in their order."""
        for _ in range(count):
            said = list(
                zip(
                    range(UTTERANCES),
                    self._people(UTTERANCES),
                    self._subjects(UTTERANCES),
                    self._phrases(UTTERANCES),
                    strict=True,
                )
            )
            for number in range(ARTICLES):
                yield self._article([said[(number + each) % UTTERANCES] for each in range(STATEMENTS)])

    def _article(self, said: Sequence[tuple[int, int, int, str]]) -> Told:
        title, *phrases = self._phrases(1 + MENTIONING + PLAIN)
        written = _Writing()
        for number, (phrase, official) in enumerate(zip(phrases, self._people(len(phrases)), strict=True)):
            if number < STATEMENTS:
                utterance, speaker, topic, words = said[number]
                written.quote(utterance, speaker, topic, words if topic < 0 else f"{self._topics[topic]} {words}")
                written.name(speaker, self._names[speaker])
                written.end(" said.")
            if number < MENTIONING:
                written.name(official, self._names[official])
                written.end(f" {phrase}.")
            else:
                written.end(f"{phrase.capitalize()}.")
        return written.told(" ".join(title.split()[:_HEADLINE]).capitalize())

    def _phrases(self, count: int) -> list[str]:
        lengths = self._luck.integers(_SHORTEST, _LONGEST, count)
        ranks = _ranks(self._luck.random(int(lengths.sum())))
        known = len(self._words)
        words = self._words[ranks % known]
        coined = ranks >= known
        words[coined] += self._words[(ranks[coined] // known * _STRIDE) % known]
        found = words.tolist()
        return [" ".join(found[end - length : end]) for length, end in zip(lengths, np.cumsum(lengths), strict=True)]

    def _people(self, count: int) -> list[int]:
        return (np.exp(self._luck.random(count) * np.log(len(self._names))).astype(int) - 1).tolist()

    def _subjects(self, count: int) -> list[int]:
        drawn = self._luck.integers(0, 2 * len(self._topics), count).tolist()
        return [each if each < len(self._topics) else -1 for each in drawn]


def _ranks(drawn: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how common words are, 0 for the commonest, from numbers between 0 and 1."""
    kernel = _KERNEL ** np.minimum(drawn / _KERNEL_SHARE, 1)
    beyond = _KERNEL * (1 - _KERNEL_SHARE) / (1 - np.maximum(drawn, _KERNEL_SHARE))
    return np.where(drawn < _KERNEL_SHARE, kernel, np.minimum(beyond, _MOST)).astype(np.int64) - 1


class _Writing:
    """A text as far as it is written."""

    def __init__(self) -> None:
        self._text, self._begun = "", 0
        self._sentences: list[tuple[int, int]] = []
        self._statements: list[tuple[int, int, int, int, int]] = []
        self._mentions: list[tuple[int, int, int]] = []

    def quote(self, utterance: int, official: int, topic: int, words: str) -> None:
        """Write what is quoted of somebody; the sentence goes on."""
        self._text += "“"
        start = len(self._text)
        self._text += words
        self._statements.append((utterance, official, topic, start, len(self._text)))
        self._text += ",” "

    def name(self, official: int, name: str) -> None:
        """Write somebody's name."""
        self._mentions.append((official, len(self._text), len(self._text) + len(name)))
        self._text += name

    def end(self, words: str) -> None:
        """Write the rest of a sentence."""
        self._text += words
        self._sentences.append((self._begun, len(self._text)))
        self._text += " "
        self._begun = len(self._text)

    def told(self, title: str) -> Told:
        """Return the article."""
        return Told(
            title=title,
            text=self._text.rstrip(),
            sentences=tuple(self._sentences),
            statements=tuple(self._statements),
            mentions=tuple(self._mentions),
        )
