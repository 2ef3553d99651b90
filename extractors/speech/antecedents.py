"""Whom a pronoun or a description stands for: all who have appeared are weighed, and the likeliest is taken.

What counts for whom are numbers in resolver_weights.json, fitted by benchmarks/train_resolver.py on texts in which
annotators say who is who. Knows appearances, no grammar and no text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp
from operator import attrgetter

from extractors.speech.parties import NOBODY, Party
from extractors.text.tables import weights_in

REACH = 100  # appearances that a phrase may look back over
WEIGHTS = "resolver_weights.json"
_MOST = 3  # sentences, paragraphs and ranks are counted up to here


class Part(StrEnum):
    """What somebody is to the sentence he appears in."""

    SUBJECT = "subject"  # of what the sentence itself asserts
    INNER = "inner"  # subject of a clause inside another
    OBJECT = "object"
    OWNER = "owner"
    OTHER = "other"
    QUOTED = "quoted"


# Who is only named: between quotation marks, or as the one whose somebody is.
_BESIDE = frozenset({Part.QUOTED, Part.OWNER})
_ACTING = frozenset({Part.SUBJECT, Part.INNER})
# What counts of somebody who has several parts in one sentence: the first of these.
_BY_RANK = (Part.SUBJECT, Part.INNER, Part.OBJECT, Part.OWNER, Part.OTHER, Part.QUOTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """Somebody at one place of the text; `spoke` tells the subject of a verb of saying, `by_name` no pronoun."""

    party: Party
    place: int
    sentence: int
    paragraph: int
    part: Part
    spoke: bool = False
    by_name: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase that stands for somebody: a "he", "it" or "they", or a "noun" such as "the minister".

    `hints` are what tells that a noun means nobody who has been named.
    """

    kind: str
    place: int
    sentence: int
    paragraph: int
    part: Part
    speaks: bool = False
    hints: Sequence[str] = ()


# How a phrase fits a party: by its gender, by what the article or the roster calls it; None for who cannot be meant.
Fit = Callable[[Party], str | None]


@dataclass(frozen=True, slots=True)
class Antecedent:
    """One who may be meant: his appearances before the phrase, the last first, and how it fits him."""

    appearances: list[Appearance]
    fit: str


class Scene:
    """All who have appeared in a text so far, in its order."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._appeared: list[Appearance] = []

    def add(self, appearance: Appearance) -> None:
        """Take in one who appears after all the others."""
        self._appeared.append(appearance)

    def recast(self, place: int, party: Party) -> None:
        """Let the one who appeared at a place be another."""
        at = bisect_left(self._appeared, place, key=attrgetter("place"))
        while at < len(self._appeared) and self._appeared[at].place == place:
            self._appeared[at] = replace(self._appeared[at], party=party)
            at += 1

    def meant(self, phrase: Phrase, fit: Fit) -> list[Party]:
        """Return who may be meant, the likeliest first, each with its `likelihood`; among them perhaps nobody."""
        candidates = self.candidates(phrase, fit)
        parties = [each.appearances[0].party for each in candidates]
        if phrase.kind == "noun":
            parties.append(NOBODY)
        known = weights_in(WEIGHTS)
        weights = [sum(known.get(name, 0.0) for name in row) for row in features(phrase, candidates)]
        odds = [exp(weight - max(weights)) for weight in weights]
        found = [replace(party, likelihood=odd / sum(odds)) for party, odd in zip(parties, odds, strict=True)]
        return sorted(found, key=attrgetter("likelihood"), reverse=True)

    def nearer(self, phrase: Phrase, fit: Fit, usual: Party) -> Party:
        """Return the usual bearer of an office, or the one other who acts in the phrase’s own paragraph.

        "President Zelensky thanked Rome. … Trump said no. “I am unhappy,” the president told reporters."
        """
        here = [each for each in self.candidates(phrase, fit) if each.appearances[0].paragraph == phrase.paragraph]
        acted = [
            each.appearances[0].party
            for each in here
            if any(one.part in _ACTING and one.paragraph == phrase.paragraph for one in each.appearances)
        ]
        is_here = any(each.appearances[0].party.name == usual.name for each in here)
        return usual if is_here or len(acted) != 1 else acted[0]

    def alone(self, phrase: Phrase) -> Party | None:
        """Return the one person of this paragraph's last sentence with any, or of the paragraph before, if he acts."""
        seen = [each for each in self._before(phrase) if each.party.is_person and each.party.name]
        near = [each for each in seen if each.part not in _BESIDE and phrase.paragraph - each.paragraph in {0, 1}]
        here = [each for each in near if each.paragraph == phrase.paragraph]
        found = [each for each in here if each.sentence == here[-1].sentence] if here else near
        is_one = len({each.party.name for each in found}) == 1 and any(each.part is Part.SUBJECT for each in found)
        return found[-1].party if is_one else None

    def candidates(self, phrase: Phrase, fit: Fit) -> list[Antecedent]:
        """Return who has appeared before a phrase and fits it, whoever did last first."""
        found: dict[str, Antecedent] = {}
        for each in reversed(self._before(phrase)):
            name = each.party.name
            if name in found:
                found[name].appearances.append(each)
            elif name and (fits := fit(each.party)) is not None:
                found[name] = Antecedent([each], fits)
        return list(found.values())

    def _before(self, phrase: Phrase) -> list[Appearance]:
        """Return the appearances that a phrase may look back over, in their order."""
        at = bisect_left(self._appeared, phrase.place, key=attrgetter("place"))
        return self._appeared[max(0, at - REACH) : at]


def features(phrase: Phrase, candidates: Sequence[Antecedent]) -> Iterator[list[str]]:
    """Yield what is weighed of each candidate, and last, where the phrase is a noun, of nobody.

    Who speaks is seldom the one a text is about: there it does not count how often somebody is named.
    """
    most = max((len(each.appearances) for each in candidates), default=0)
    subjects = _ranks(candidates, lambda each: each.part is Part.SUBJECT)
    speakers = _ranks(candidates, lambda each: each.spoke)
    latest = _latest(phrase, candidates)
    for rank, each in enumerate(candidates):
        row = [*_own(phrase, each), f"rank {min(rank, _MOST)}", f"subject {subjects[rank]}"]
        if each in latest:
            row.append("one of several" if len(latest) > 1 else "alone")
        if phrase.speaks:
            yield [*row, f"speaks, speaker {speakers[rank]}"]
        else:
            yield [*row, *_prominence(each, is_most=len(each.appearances) == most > 1)]
    if phrase.kind == "noun":
        yield ["nobody", *(f"nobody {hint}" for hint in phrase.hints)]


def _own(phrase: Phrase, candidate: Antecedent) -> Iterator[str]:
    last = candidate.appearances[0]
    part = min((each.part for each in candidate.appearances if each.sentence == last.sentence), key=_BY_RANK.index)
    apart = min(phrase.sentence - last.sentence, _MOST)
    yield f"{phrase.kind} {candidate.fit}"
    yield f"noun apart {apart}" if phrase.kind == "noun" else f"apart {apart}"
    yield f"paragraphs {min(phrase.paragraph - last.paragraph, _MOST)}"
    yield f"{part} {'before' if apart else 'beside'}"
    yield f"{part} apart {apart}"


def _latest(phrase: Phrase, candidates: Sequence[Antecedent]) -> list[Antecedent]:
    """Return who appears in the last sentence before the phrase's own in which any of them does for the last time."""
    last = max((at for each in candidates if (at := each.appearances[0].sentence) < phrase.sentence), default=None)
    return [each for each in candidates if any(one.sentence == last for one in each.appearances)]


def _prominence(candidate: Antecedent, *, is_most: bool) -> Iterator[str]:
    yield "by name" if candidate.appearances[0].by_name else "by pronoun"
    if is_most:
        yield "most"
    if not candidate.appearances[-1].sentence:
        yield "from the first"


def _ranks(candidates: Sequence[Antecedent], did: Callable[[Appearance], bool]) -> list[int]:
    """Return for each candidate how many others did a thing later; more than that where he never did.

    In one sentence it is done last in its main clause: "Boehler denied that Trump had said so".
    """
    last = [max((_order(each) for each in one.appearances if did(each)), default=None) for one in candidates]
    order = sorted((each for each in last if each is not None), reverse=True)
    return [_MOST + 1 if each is None else min(order.index(each), _MOST) for each in last]


def _order(one: Appearance) -> tuple[int, bool, int]:
    return one.sentence, one.part is Part.SUBJECT, one.place
