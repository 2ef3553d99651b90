"""Which articles tell one story, and which are copies: keys to find them by, ties, stories of many, labels. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cached_property
from itertools import islice
from typing import TypeVar
from zlib import crc32

from extractors.copies.credits import is_agency
from extractors.copies.sameness import (
    BODY_SHINGLE,
    BODY_WORDS,
    OPENING,
    BodyShape,
    in_common,
    key_of,
    shape,
    shares_body,
    shingles,
)
from extractors.relation_records import CopyKind, Label, Telling
from extractors.text.identity import plain_words

WINDOW = timedelta(days=7)  # between the publications of two copies
SAME_DAY = timedelta(hours=36)  # between two reports of what was said once
COMMON_WORDS = 0.3  # of the shorter headline and opening: both report the same occasion

PERMUTATIONS = 96
# 24 bands of 4: of pairs with half of their shingles in common 79 % meet in a band, of those with 0.6 96 %
# (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4). Copies with less share whole sentences.
ROWS = 4
SENTENCES = 32
SENTENCE_WORDS = 8
TOLD = 0.6  # of a text: what is quoted further down is background

_LETTERS = 4  # what is shorter says nothing about the subject
_SAID = frozenset(
    {"said", "says", "that", "this", "with", "from", "have", "been", "will", "would", "were", "they", "their"}
    | {"about", "after", "which", "what", "when"}
)
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[”\"’'»)\]]*\s+|\n+")
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„\n]{20,600})[”\"»]")


def fingerprint(text: str, *, edited: bool = True) -> tuple[int, ...]:
    """Return the keys under which copies of `text` are found, equal on every machine: positive 63-bit numbers.

    Edited copies meet in the bands of a MinHash, shortened ones in a whole sentence. A text too short to compare
    has none. Whoever can do without copies `edited` throughout has the others in a tenth of the time.
    """
    words = plain_words(text).split()
    if len(words) < BODY_WORDS:
        return ()
    bands = _band_keys(words) if edited else ()
    return tuple(dict.fromkeys((*bands, *_sentence_keys(text))))


def _band_keys(words: list[str]) -> Iterator[int]:
    # It loads SciPy and a client of Redis, half of all that a pass loads; one that finds nothing new does without.
    from datasketch import MinHash  # type: ignore[import-untyped]  # noqa: PLC0415  # ships no types

    sketch = MinHash(num_perm=PERMUTATIONS, scheme="affine32", hashfunc=crc32)
    sketch.update_batch([shingle.encode(errors="replace") for shingle in set(shingles(words, BODY_SHINGLE))])
    minima = sketch.hashvalues.astype(">u4")
    for start in range(0, PERMUTATIONS, ROWS):
        yield key_of(b"band", bytes([start]), minima[start : start + ROWS].tobytes())


def _sentence_keys(text: str) -> Iterator[int]:
    plain = (plain_words(sentence) for sentence in _SENTENCE_END.split(text))
    long_ones = (sentence for sentence in plain if sentence.count(" ") >= SENTENCE_WORDS - 1)
    return (key_of(b"sentence", sentence.encode(errors="replace")) for sentence in islice(long_ones, SENTENCES))


def quotation_keys(text: str) -> tuple[int, ...]:
    """Return keys of the words quoted where the news is told, a sentence each, whoever said them."""
    quoted = (plain_words(found[1]) for found in _QUOTED.finditer(text, 0, int(TOLD * len(text))))
    long_ones = (words for words in quoted if words.count(" ") >= SENTENCE_WORDS - 1)
    return tuple(dict.fromkeys(key_of(b"quotation", words.encode(errors="replace")) for words in long_ones))


class Tie(Enum):
    """What makes two articles one story: one body, or the same words said on the same occasion."""

    BODY = auto()
    EVENT = auto()


@dataclass(frozen=True, kw_only=True)
class StoryText:
    """A telling with its words. `keys` are its fingerprint's and its quotations'; `spoken` the latter, if known."""

    telling: Telling
    title: str | None
    text: str
    keys: frozenset[int]
    spoken: frozenset[int] = frozenset()

    @cached_property
    def shape(self) -> BodyShape:
        """Return the parts of the text that are compared."""
        return shape(self.text)

    @cached_property
    def subject(self) -> frozenset[str]:
        """Return the longer words of headline and opening."""
        words = plain_words(f"{self.title or ''} {' '.join(self.text.split()[:OPENING])}").split()
        return frozenset(word for word in words if len(word) >= _LETTERS and word not in _SAID)


def tie_between(one: StoryText, other: StoryText) -> Tie | None:
    """Tell what makes two articles one story, None when nothing does. A headline in common is no tie."""
    apart = abs(one.telling.at - other.telling.at)
    at_home = one.telling.credits.publisher == other.telling.credits.publisher
    if apart <= WINDOW and shares_body(one.shape, other.shape, at_home=at_home):
        return Tie.BODY
    spoken = one.spoken & other.keys or other.spoken & one.keys
    if spoken and not at_home and apart <= SAME_DAY and in_common(one.subject, other.subject) >= COMMON_WORDS:
        return Tie.EVENT
    return None


_Age = TypeVar("_Age", datetime, tuple[datetime, bool, datetime])


def merged(ages: Mapping[str, _Age], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the new name of each group that pairs join with an older one: the oldest of them gives it.

    `ages` says of every group how old it is; the order of the pairs does not matter.
    """
    parents = {name: name for name in ages}

    def root(name: str) -> str:
        while parents[name] != name:
            parents[name] = name = parents[parents[name]]
        return name

    for one, other in pairs:
        older, younger = sorted((root(one), root(other)), key=lambda name: (ages[name], name))
        parents[younger] = older
    return {name: root(name) for name in ages if root(name) != name}


def labels(story: Sequence[Telling]) -> tuple[Label, ...]:
    """Label the tellings of one story, in order of publication, each with its parent and root."""
    ordered = sorted(story, key=lambda telling: (telling.at, telling.article_id))
    bodies: dict[str, list[Telling]] = {}
    for telling in ordered:
        bodies.setdefault(telling.body_id, []).append(telling)
    roots = {body_id: _root(tellings) for body_id, tellings in bodies.items()}
    return tuple(
        _label(telling, ordered[:place], ordered, bodies[telling.body_id], roots[telling.body_id])
        for place, telling in enumerate(ordered)
    )


def _root(body: Sequence[Telling]) -> str:
    """Return where the news of one body comes from: whom it cites, else credits, else whoever wrote it first."""
    cited = Counter(telling.credits.cites for telling in body if telling.credits.cites)
    if cited and 2 * cited.total() >= len(body):
        return cited.most_common(1)[0][0]
    credited = Counter(telling.credits.credit for telling in body if telling.credits.credit)
    if credited:
        return credited.most_common(1)[0][0]
    publishers = [telling.credits.publisher for telling in body]
    return next(filter(is_agency, publishers), publishers[0])


def _label(
    telling: Telling, earlier: Sequence[Telling], story: Sequence[Telling], body: Sequence[Telling], root: str
) -> Label:
    kind, parent = _kind(telling, earlier, story, body)
    return Label(
        article_id=telling.article_id,
        copy_kind=kind,
        parent_article_id=parent.article_id if parent else None,
        source=root,
    )


def _kind(
    telling: Telling, earlier: Sequence[Telling], story: Sequence[Telling], body: Sequence[Telling]
) -> tuple[CopyKind, Telling | None]:
    own = telling.credits
    first = _first_writer(body)
    sibling = next((other for other in earlier if other.credits.publisher == own.publisher), None)
    if own.credit:
        return CopyKind.WIRE_COPY, _by(own.credit, body) or (first if first is not telling else None)
    if first is not telling and first.credits.publisher != own.publisher:
        return CopyKind.WIRE_COPY, first
    if own.cites:
        return CopyKind.CITING, _by(own.cites, story)
    if sibling:
        return CopyKind.SAME_OWNER, sibling
    return CopyKind.ORIGINAL, None


def _first_writer(body: Sequence[Telling]) -> Telling:
    """Return whose words a body is: an agency's own telling, else the first that credits nobody, else the first."""
    agencies = (telling for telling in body if is_agency(telling.credits.publisher))
    uncredited = (telling for telling in body if telling.credits.credit is None)
    return next(agencies, None) or next(uncredited, None) or body[0]


def _by(name: str, tellings: Sequence[Telling]) -> Telling | None:
    """Return the telling that `name` published, else the first that credits it."""
    published = (telling for telling in tellings if telling.credits.publisher == name)
    credited = (telling for telling in tellings if telling.credits.credit == name)
    return next(published, None) or next(credited, None)
