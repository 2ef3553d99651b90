"""Whether two sentences cannot say one thing, however near they lie: what a vector of meaning hardly sees. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import combinations

from extractors.copies.gist import Gist, Letters, sides_of
from extractors.copies.sameness import in_common

_SKELETON = 2  # consonants by which a name is known in another script
_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэёіїєґ", "abvgdeziiklmnoprstufhyeeiieg", strict=True))
    | {"ж": "j", "ц": "ts", "ч": "c", "ш": "c", "щ": "c", "ю": "u", "я": "a", "ь": "", "ъ": ""}
)
# How one sound is written in several ways: the first of each stands for all.
_SOUNDS = (
    ("", "kh"),
    ("f", "ph"),
    ("k", "ck|q|c(?=[^eiyh]|$)"),
    ("c", "tch|ch|sh"),
    ("s", "c(?=[eiy])"),
    ("j", "dzh|zh|dj"),
    ("ks", "x"),
)
_VOWELS = re.compile(r"[^bcdfgjklmnprstvz]")
_MOSTLY = 0.6  # of the longer words in common, from where on it tells who does what
_SWAP = 2  # names that stand where the other stood, or in another case
_CASELESS = 4  # letters of a name that its cases share
_WITHIN = 6  # words that mean something, of which two sentences have no such row by chance
_FRAME = 1  # words around the one that is replaced
_UNNAMED = 0.5  # of a name, for all that are meant by "both countries"
_SHARED = 0.25  # of the words of a clause that the other sentence has as well
_SPOKEN_OF = 0.5  # of a condition, in the sentence that makes none
# The row of the opposites that an order of events may tell better.
_BEFORE = frozenset(side for each in sides_of(("before",)) for side in (each, -each))


Ordered = tuple[frozenset[str], frozenset[str]] | None
_WAYS = ("from", "to")


class _Order(Enum):
    """Whether two sentences tell of one order, or of the other."""

    ONE = "one"
    OTHER = "other"


def apart(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences cannot say one thing, however near they are. The order does not matter."""
    return (
        of_others(one, other)
        or opposed(one, other)
        or _swapped(one, other)
        or _conditional(one, other)
        or _lack_others(one, other)
        or _differ_in_degree(one, other)
        or _differ_in_time(one, other)
    )


def of_others(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are about other figures, names or things: neither denies the other."""
    return (
        _differ(one.figures, other.figures)
        or _differ(one.names, other.names)
        or _differ(one.kinds, other.kinds)
        or _differ_in_others(one, other)
    )


def opposed(one: Gist, other: Gist) -> bool:
    """Tell whether what one sentence says the other turns around: by a "not", or by the opposite word."""
    told = _BEFORE if _order(one.sequence, other.sequence) is _Order.ONE else frozenset()
    here, there = ({side for side in each.sides - told if -side not in each.sides} for each in (one, other))
    is_turned = any(-side in there for side in here) or _is_prefixed(one, other)
    return _differ_in_nots(one, other) != is_turned


def _differ_in_nots(one: Gist, other: Gist) -> bool:
    """Tell whether one of two sentences has a "not" in what both speak of: one may go on with something else."""
    if one.negated == other.negated or not is_one_language(one, other):
        return one.negated != other.negated
    longer, shorter = sorted((one, other), key=lambda each: (len(each.clauses), sorted(each.words)), reverse=True)
    shared = [negated for told, negated in longer.clauses if not told or in_common(told, shorter.told) > _SHARED]
    return shorter.negated != (sum(shared) % 2 == 1) if shared and len(longer.clauses) > len(shorter.clauses) else True


def _is_prefixed(one: Gist, other: Gist) -> bool:
    """Tell whether one sentence has a word of the other's turned around, which it has not itself."""
    return bool(one.turned & other.words - one.words or other.turned & one.words - other.words)


def _swapped(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences of much the same words give them to others: who acts on whom, what comes first."""
    if not is_one_language(one, other) or in_common(one.told, other.told) < _MOSTLY:
        return False
    return (
        _parts_swapped(one, other)
        or _ways_swapped(one, other)
        or _order(one.sequence, other.sequence) is _Order.OTHER
        or _order(one.compared, other.compared) is _Order.OTHER
    )


def replaced(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are the same but for one word, for which the other has none that is known as the same.

    "Our demands were met" and "were ignored" are rather near: only much nearer ones say one thing.
    """
    if not is_one_language(one, other) or one.figures != other.figures or one.negated != other.negated:
        return False
    ours, theirs = set(one.course), set(other.course)
    is_one_word = _is_one_word(ours - theirs, theirs - ours) or _is_one_word(
        ours - theirs - one.names, theirs - ours - other.names
    )
    if not is_one_word or len(ours & theirs) < _FRAME:
        return False
    return _in_order(one.course, other.course) >= len(ours & theirs) and not _on_one_side(one, other)


def _is_one_word(own: set[str], others: set[str]) -> bool:
    return len(own) == len(others) == 1


def _on_one_side(one: Gist, other: Gist) -> bool:
    """Tell whether what only one of two sentences has stands on the same side of opposites as what the other has."""
    return not sides_of(one.words - other.words).isdisjoint(sides_of(other.words - one.words))


def is_one_language(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are in the same language, as far as its letters tell."""
    return one.letters is other.letters


def names_left(one: Gist, other: Gist) -> float:
    """Return how many names only one of two sentences has: "both countries" may be those, and all count as a half."""
    own = ((len(here.names - there.names), there.unnamed) for here, there in ((one, other), (other, one)))
    return sum(min(count, _UNNAMED) if unnamed else count for count, unnamed in own)


def figures_left(one: Gist, other: Gist) -> int:
    """Return how many figures only one of two sentences has."""
    return len(one.figures ^ other.figures)


def lack_unlike(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are each of what there is not without something, and name nothing of it in common."""
    return bool(one.lacking and other.lacking) and one.lacking.isdisjoint(other.lacking)


def is_within(one: Gist, other: Gist) -> bool:
    """Tell whether all that one of two sentences says stands in the other, in its order: what a shorter report kept."""
    part, whole = sorted((one.course, other.course), key=len)
    return is_one_language(one, other) and len(part) >= _WITHIN and _in_order(part, whole) == len(part)


def alike_but_for_words(one: Gist, other: Gist) -> float:
    """Return how much of the longer words of the one with fewer is in both; 0 where either has no words of its own."""
    if one.told <= other.told or other.told <= one.told:
        return 0.0
    return in_common(one.told, other.told)


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether each has what the other has not: one that names less may be shorter."""
    return not one <= other and not other <= one


def _differ_in_others(one: Gist, other: Gist) -> bool:
    if (one.letters is Letters.LATIN) is (other.letters is Letters.LATIN):
        return bool(one.others - other.others - other.told) and bool(other.others - one.others - one.told)
    here, there = ({_skeleton(name)[:_SKELETON] for name in each.others} for each in (one, other))
    return bool(here) and bool(there) and here.isdisjoint(there)


def _parts_swapped(one: Gist, other: Gist) -> bool:
    """Tell whether one sentence is more like the other when two parties change places in it."""
    if one.letters is not Letters.LATIN:
        return _cases_swapped(one, other)
    if any(each.acting for each in one.parties) != any(each.acting for each in other.parties):
        return False
    named = {each.name for each in one.parties} | one.others | other.others
    shared = sorted(named.intersection(one.course, other.course))
    plain = _in_order(one.course, other.course)
    turned = (_in_order(_exchanged(one.course, *pair), other.course) for pair in combinations(shared, 2))
    return any(each >= plain + _SWAP for each in turned)


def _cases_swapped(one: Gist, other: Gist) -> bool:
    """Tell whether two parties are in other cases, or one of two that have changed places: "США" has no cases."""
    here, there = ({each.name: each.form for each in told.parties} for told in (one, other))
    shared = [name for name in here if name in there]
    inflected = sum(_is_inflected(here[name], there[name]) for name in shared)
    return inflected >= _SWAP or (inflected == 1 and shared != [name for name in there if name in here])


def _in_order(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the most words of one sentence that stand in the other in the same order."""
    best = [0] * (len(other) + 1)
    for word in one:
        above = best
        best = [0]
        for place, against in enumerate(other):
            best.append(above[place] + 1 if word == against else max(above[place + 1], best[place]))
    return best[-1]


def _exchanged(course: Sequence[str], one: str, other: str) -> list[str]:
    """Return a course with two parties in each other's places."""
    places = {one: other, other: one}
    return [places.get(word, word) for word in course]


def _is_inflected(one: str, other: str) -> bool:
    return one != other and one[:_CASELESS] == other[:_CASELESS]


def _order(here: Ordered, there: Ordered) -> _Order | None:
    """Tell what two sentences say of what comes first ("first …, then …", "than"); None where one says nothing."""
    if here is None or there is None:
        return None
    if here[0] & there[1] and here[1] & there[0]:
        return _Order.OTHER
    return _Order.ONE if here[0] & there[0] and here[1] & there[1] else None


def _ways_swapped(one: Gist, other: Gist) -> bool:
    """Tell whether what comes from one and goes to another goes the other way in the other sentence."""
    here, there = ({way: {name for each, name in told.ways if each == way} for way in _WAYS} for told in (one, other))
    return bool(here["from"] & there["to"] and here["to"] & there["from"])


def _differ_in_degree(one: Gist, other: Gist) -> bool:
    """Tell whether one sentence says it of all, as a must or a fact, and the other of some, as a may or a thought."""
    if one.negated or other.negated:
        return False
    here, there = ({each for each in told.degrees if -each not in told.degrees} for told in (one, other))
    unreal = one.unreal != other.unreal and is_one_language(one, other)
    return unreal or any(-each in there for each in here)


def _differ_in_time(one: Gist, other: Gist) -> bool:
    """Tell whether one sentence says that something was done which in the other is still to come."""
    return any((here.coming - here.done) & (there.done - there.coming) for here, there in ((one, other), (other, one)))


def _conditional(one: Gist, other: Gist) -> bool:
    """Tell whether only one of two sentences holds if something comes first that the other does not speak of."""
    if one.condition is not None and other.condition is not None:
        return False
    asked, plain = (one.condition, other.told) if one.condition is not None else (other.condition, one.told)
    return asked is not None and (not is_one_language(one, other) or _part(asked, plain) < _SPOKEN_OF)


def _lack_others(one: Gist, other: Gist) -> bool:
    """Tell whether two sentences are each of what there is not without something, and not without the same."""
    return is_one_language(one, other) and lack_unlike(one, other)


def _part(some: frozenset[str], whole: frozenset[str]) -> float:
    return len(some & whole) / len(some) if some else 0.0


def _skeleton(name: str) -> str:
    """Return the consonants of a name, the same for however it is written in Latin or Cyrillic letters."""
    sounds = name.translate(_LATIN)
    for sound, written in _SOUNDS:
        sounds = re.sub(written, sound, sounds)
    return re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", sounds))
