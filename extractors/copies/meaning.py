"""Which statements of one speaker say one thing in other words, by the vectors of their sentences. Pure.

What is told by words alone stands in `sameness`. A pair is judged by itself, so no order of arrival changes it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from extractors.copies.apart import (
    alike_but_for_words,
    apart,
    figures_left,
    is_one_language,
    is_within,
    lack_unlike,
    names_left,
    of_others,
    opposed,
    replaced,
)
from extractors.copies.gist import Gist, gist
from extractors.copies.sameness import SAID_ONCE
from extractors.relation_records import Assertion, Wording
from extractors.text.vectors import Vector, matrix

# How near two sentences are that say one thing, measured on invented ones (tests/said_alike.toml) and on a real day.
NEAR = 0.53
NEAR_TRANSLATED = 0.44
# Nearer where most of their words are the same, but for one or the other: that brings others near as well.
ALIKE_WORDED = 0.05
_DIGITS = 4
NEAR_REPLACED = 0.93  # where one word in place of another is all that differs: opposites are as near as .92
LEFT_OVER = 0.12  # nearer for each figure that only one of them has
NAME_LEFT = 0.02  # and for each name: a retelling leaves out whom its paragraph has named
LEFT_OVER_TRANSLATED = 0.15
# Two statements begin with the same sentence, which is all of one of them or half of both: what two speeches have in
# common besides is not one thing said. Where a sentence is beyond doubt the same it may stand anywhere, and be a third.
COVERED = 0.5
COVERED_SURELY = 0.3
SURE = 0.7
# All of one statement, wherever it stands in the other.
COVERED_WHOLLY = 0.15
SURE_WHOLLY = 0.65

# How near a denial is to what it denies: an explicit one ("denied that …"), and what only says the opposite.
NEAR_DENIAL = 0.45
NEAR_OPPOSITE = 0.6
_FIRST_PERSON = re.compile(r"\b(?:we|us|our)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """One sentence of a statement."""

    said: Wording
    sentence: str


def said_alike(
    fresh: Sequence[Wording], known: Sequence[Wording], vectors: Mapping[str, Vector], *, again: bool = False
) -> Iterator[tuple[Wording, Wording]]:
    """Yield the pairs of statements that say one thing, the first of each fresh; what has no vector has no pair.

    They are said within the time in which a thing is said once; where it is said `again`, the second is from before.
    """
    speakers: defaultdict[str, tuple[list[_Line], list[_Line]]] = defaultdict(lambda: ([], []))
    for place, said in chain(((0, each) for each in fresh), ((1, each) for each in known)):
        speakers[said.speaker][place].extend(_Line(said, line) for line in said.sentences if line in vectors)
    for own, others in speakers.values():
        if own:
            yield from _pairs(own, [*own, *others], vectors, again=again)


def without_opposites(
    pairs: Iterable[tuple[Wording, Wording]], known: Iterable[Wording], vectors: Mapping[str, Vector]
) -> Iterator[tuple[Wording, Wording]]:
    """Yield those pairs of statements that say one thing which bring no two together that say the opposite.

    Of `known` statements those of one name are together already. Where two that are opposed are each like a third, it
    goes with the one that was said first.
    """
    groups: dict[str, list[Wording]] = {}
    for each in known:
        groups.setdefault(each.name, []).append(each)
    stored = {each.statement_id: groups[each.name] for group in groups.values() for each in group}
    ordered = sorted(pairs, key=lambda pair: sorted((each.said_at, each.statement_id) for each in pair))
    for one, other in ordered:
        ours, theirs = (stored.setdefault(each.statement_id, [each]) for each in (one, other))
        if ours is not theirs:
            if any(_says_opposite(here, there, vectors) for here in ours for there in theirs):
                continue
            ours.extend(theirs)
            stored.update((each.statement_id, ours) for each in theirs)
        yield one, other


def _says_opposite(one: Wording, other: Wording, vectors: Mapping[str, Vector]) -> bool:
    """Tell whether a sentence of one statement turns one of the other's around which it does not say as well."""
    return any(
        _turns(line, against, vectors)
        and not any(_is_one(line, each, _nearness(line, each, vectors)) for each in other.sentences)
        and not any(_is_one(against, each, _nearness(against, each, vectors)) for each in one.sentences)
        for line in one.sentences
        for against in other.sentences
    )


def _turns(one: str, other: str, vectors: Mapping[str, Vector]) -> bool:
    some, others = gist(one), gist(other)
    if not opposed(some, others) or of_others(some, others):
        return False
    return _nearness(one, other, vectors) >= (NEAR_OPPOSITE if is_one_language(some, others) else NEAR_TRANSLATED)


def contradicted(
    asserted: Iterable[Assertion], vectors: Mapping[str, Vector], home_of: Callable[[str], str]
) -> Iterator[tuple[Assertion, Assertion]]:
    """Yield each claim with its denial by another: the same turned around, on one topic, within the time of one thing.

    `home_of` tells by a speaker who "we" are for him: "we are ready" of one side does not contradict the other's. Who
    names another country denies what that one says, and nothing that his own people say.
    """
    about: defaultdict[str, list[_Stand]] = defaultdict(list)
    for each in asserted:
        home = home_of(each.said.speaker)
        stand = _Stand(each, home, tuple(_seen_by_others(line, home) for line in each.said.sentences))
        for topic in each.topics:
            about[topic].append(stand)
    for stands in about.values():
        for denial in stands:
            if denial.made.denies or denial.made.negated:
                yield from ((claim.made, denial.made) for claim in stands if _contradicts(denial, claim, vectors))


@dataclass(frozen=True, slots=True)
class _Stand:
    """An assertion, and what each of its sentences is compared by with those of others."""

    made: Assertion
    home: str
    gists: tuple[Gist, ...]


def _contradicts(denial: _Stand, claim: _Stand, vectors: Mapping[str, Vector]) -> bool:
    ours, theirs = denial.made.said, claim.made.said
    if ours.speaker == theirs.speaker or claim.made.denies or abs(ours.said_at - theirs.said_at) > SAID_ONCE:
        return False
    enough = NEAR_DENIAL if denial.made.denies else NEAR_OPPOSITE
    return any(
        opposed(one, other)
        and not of_others(one, other)
        and not (claim.home == denial.home and one.names - {denial.home})
        and _nearness(line, against, vectors) >= enough
        for line, one in zip(ours.sentences, denial.gists, strict=True)
        for against, other in zip(theirs.sentences, claim.gists, strict=True)
    )


def _nearness(one: str, other: str, vectors: Mapping[str, Vector]) -> float:
    if one not in vectors or other not in vectors:
        return -1.0
    rows = matrix([vectors[one], vectors[other]])
    return round(float(rows[0] @ rows[1]), _DIGITS)


def _seen_by_others(sentence: str, home: str) -> Gist:
    """Return what a sentence is compared by with those of others, for whom "we" is a name."""
    own = gist(sentence)
    return replace(own, names=own.names | {home}) if _FIRST_PERSON.search(sentence) else own


def _pairs(
    own: Sequence[_Line], all_lines: Sequence[_Line], vectors: Mapping[str, Vector], *, again: bool
) -> Iterator[tuple[Wording, Wording]]:
    """Yield the pairs among the statements of one speaker."""
    rows = matrix([vectors[line.sentence] for line in all_lines])
    # What is near to within rounding is so in whatever company it was computed.
    nearness = (rows[: len(own)] @ rows.T).round(_DIGITS)
    shared: defaultdict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    ends: dict[tuple[str, str], tuple[Wording, Wording]] = {}
    nearest: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one_place, other_place in zip(*(nearness >= NEAR_TRANSLATED).nonzero(), strict=True):
        one, other = own[one_place], all_lines[other_place]
        key = one.said.statement_id, other.said.statement_id
        near = float(nearness[one_place, other_place])
        if key[0] != key[1] and _is_apart(one, other) is again and _is_one(one.sentence, other.sentence, near):
            nearest[key] = max(near, nearest[key])
            shared[key][0].add(one.sentence)
            shared[key][1].add(other.sentence)
            ends[key] = one.said, other.said
    for key, (ours, theirs) in shared.items():
        one_said, other_said = ends[key]
        parts = sorted((_part(ours, one_said), _part(theirs, other_said)))
        is_sure = nearest[key] >= SURE and parts[0] >= COVERED_SURELY
        is_whole = nearest[key] >= SURE_WHOLLY and parts[0] >= COVERED_WHOLLY and parts[1] >= 1
        begins = one_said.sentences[0] in ours and other_said.sentences[0] in theirs
        if is_sure or is_whole or (begins and (parts[0] >= COVERED or parts[1] >= 1)):
            yield ends[key]


def _is_apart(one: _Line, other: _Line) -> bool:
    return abs(one.said.said_at - other.said.said_at) > SAID_ONCE


def _is_one(one: str, other: str, nearness: float) -> bool:
    """Tell whether two sentences say the same."""
    some, others = gist(one), gist(other)
    return (nearness >= near_enough(some, others) or is_within(some, others)) and not apart(some, others)


def near_enough(one: Gist, other: Gist) -> float:
    """Return how near two sentences have to be that say the same, of those that nothing else sets apart."""
    names, figures = names_left(one, other), figures_left(one, other)
    if not is_one_language(one, other):
        # What is lacking ("no peace without …") is compared by its names alone across languages.
        return NEAR_TRANSLATED + LEFT_OVER_TRANSLATED * (names + figures + lack_unlike(one, other))
    near = NEAR_REPLACED if replaced(one, other) else NEAR + ALIKE_WORDED * alike_but_for_words(one, other)
    return near + NAME_LEFT * names + LEFT_OVER * figures


def _part(sentences: set[str], said: Wording) -> float:
    """Return how much of a statement these sentences are, in words."""
    return sum(len(each.split()) for each in sentences) / sum(len(each.split()) for each in said.sentences)
