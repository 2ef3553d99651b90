"""Whether two texts are the same words: two articles one body, two passages one, two reports one utterance. Pure.

All three go by the same plain words, by sequences of a few of them (shingles), by figures and by words that turn a
sentence around; what differs are the thresholds.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from functools import lru_cache

from extractors.relation_records import Wording, Words
from extractors.text.identity import plain_words

# Bodies: whole articles.
BODY_SHINGLE = 4  # words: what two texts share by chance is next to nothing, and one changed word breaks four
BODY_WORDS = 20  # below that, nothing can be said
OPENING = 60  # words
BODY_ALIKE = 0.4  # of all shingles of both: one body, edited
CONTAINED = 0.5  # of the shingles of the shorter: one body, cut or added to
OPENED = 0.4  # of the shingles of the longer one's opening: it is the longer one that was cut, not put together
CUT = 2.5  # times as long: from here on the opening has to agree
ALIKE_AT_HOME = 0.6  # what one publisher's pages have in common may be its furniture
FIGURES = 4  # as many different numbers make a table, a forecast or a list of results
SAME_FIGURES = 0.5

# Passages and reports: a sentence or two. What is said again later than this is said anew, and told anew.
SAID_ONCE = timedelta(hours=48)
SHINGLE = 3  # words
PASSAGE_WORDS = 6  # below that, nothing can be said
PASSAGE_ALIKE = 0.8  # of the shingles of the shorter: one word changed in a sentence of twenty is below it

LONG = 8  # words in a row that nobody says twice by chance within days
SHORT = 5  # words in a row that settle it where the rest agrees
AGREED = 0.5  # of the telling words around such a stretch, or of the shingles of the shorter paraphrase
NEAR = 0.6  # of the shingles of the shorter quotation: one of them was edited; of its words: both were cut
PARAPHRASED = 0.8  # of all telling words of two paraphrases
PART = 0.1  # of the longer report: a phrase out of a whole speech is not that speech
_TELLING = 2  # telling words that a stretch in common must have
_FEWEST = 5  # telling words of a paraphrase that can be compared
_LETTERS = 4
_LONGEST = 300  # words that are laid side by side

_ENDING = re.compile(r"(?<=...)(?:ing|ed|es|s)$")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """that this with from have been will would were they their them there than then into also some such only very
        more most just over your ours could should because about after which what when where while said says does dont
        wont being other another these those upon must shall need""",
    )
)
# The words by which two wordings of one sentence turn out to say the opposite, apostrophes left out.
_TURNING = re.compile(
    r"no|not|never|nor|none|neither|nobody|nothing|without|cannot|cant|den(?:y|ied|ies)|refus\w+|reject\w*|ruled"
    r"|(?:do|does|did|is|are|was|were|has|have|had|wo|would|ca|could|should)nt"
)
_POSITIVE = (1 << 63) - 1


def shingles(words: Sequence[str], size: int) -> Iterator[str]:
    """Yield each few words in a row; none of fewer."""
    return (" ".join(words[start : start + size]) for start in range(len(words) - size + 1))


def telling_words(words: str) -> frozenset[str]:
    """Return the stems of the longer of some plain words, without those that stand everywhere."""
    return frozenset(_ENDING.sub("", word) for word in words.split() if is_telling(word))


def is_telling(word: str) -> bool:
    """Tell whether a plain word is a longer one that does not stand everywhere."""
    return len(word) >= _LETTERS and word not in _COMMON


def _figures(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if any(map(str.isdigit, word)))


def _turning(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if _TURNING.fullmatch(word))


def _part(some: frozenset[str], whole: frozenset[str]) -> float:
    """Return how much of some words or shingles is in others."""
    return len(some & whole) / len(some) if some else 0.0


def in_common(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of the fewer words or shingles is in the more."""
    return _part(*sorted((one, other), key=len))


@dataclass(frozen=True, slots=True)
class BodyShape:
    """The parts of an article's text that comparing needs."""

    words: int
    shingles: frozenset[str]
    opening: frozenset[str]
    figures: frozenset[str]


def shape(text: str) -> BodyShape:
    """Return what comparing needs of a text."""
    words = plain_words(text).split()
    return BodyShape(
        words=len(words),
        shingles=frozenset(shingles(words, BODY_SHINGLE)),
        opening=frozenset(shingles(words[:OPENING], BODY_SHINGLE)),
        figures=_figures(words),
    )


def shares_body(one: BodyShape, other: BodyShape, *, at_home: bool) -> bool:
    """Tell whether two texts are one body: copied, edited, cut or added to. The order does not matter.

    `at_home`: both are one publisher's, whose pages have furniture in common. Pages of one template, whose numbers
    differ, are no copies; nor is a round-up a copy of what it gathers.
    """
    shorter, longer = sorted((one, other), key=lambda shape: (shape.words, len(shape.shingles)))
    if shorter.words < BODY_WORDS or not _same_figures(shorter, longer):
        return False
    shared = len(shorter.shingles & longer.shingles)
    alike = shared / len(shorter.shingles | longer.shingles)
    opened = _part(longer.opening, shorter.shingles) >= OPENED
    if at_home:
        return alike >= ALIKE_AT_HOME and opened
    contained = shared / len(shorter.shingles) >= CONTAINED
    return alike >= BODY_ALIKE or (contained and (opened or longer.words < CUT * shorter.words))


def _same_figures(shorter: BodyShape, longer: BodyShape) -> bool:
    return len(shorter.figures) < FIGURES or _part(shorter.figures, longer.figures) >= SAME_FIGURES


@dataclass(frozen=True, slots=True)
class _Passage:
    shingles: frozenset[str]
    marks: frozenset[str]
    words: int


@lru_cache(maxsize=4096)
def _passage(text: str) -> _Passage:
    words = plain_words(text).split()
    return _Passage(frozenset(shingles(words, SHINGLE)), _figures(words) | _turning(words), len(words))


def passage_shingles(text: str) -> frozenset[str]:
    """Return the shingles of a passage: two that are alike have some in common."""
    return _passage(text).shingles


def alike(one: str, other: str) -> bool:
    """Tell whether one passage stands in the other, cut or lightly edited; one other figure tells them apart.

    The order does not matter.
    """
    shorter, longer = sorted((_passage(one), _passage(other)), key=lambda each: (each.words, sorted(each.shingles)))
    if shorter.words < PASSAGE_WORDS:
        return False
    if shorter.shingles <= longer.shingles:
        return True
    return shorter.marks == longer.marks and _part(shorter.shingles, longer.shingles) >= PASSAGE_ALIKE


def same_words(one: Words, other: Words) -> bool:
    """Tell whether two reports of one speaker, of about one time, are of one utterance. The order does not matter."""
    if one.plain == other.plain or _takes_from(one, other) or _takes_from(other, one):
        return True
    some, others = one.plain.split(), other.plain.split()
    if _figures(some) != _figures(others) or bool(_turning(some)) != bool(_turning(others)):
        return False
    return _is_edited(one, other) or _is_paraphrase(one, other)


def said_again(fresh: Iterable[Wording], earlier: Iterable[Wording]) -> Iterator[tuple[Wording, Wording]]:
    """Yield what is said now with what its speaker said in the same words more than 48 hours before."""
    holders: defaultdict[tuple[str, int], list[Wording]] = defaultdict(list)
    for said in earlier:
        for key in said.keys:
            holders[said.speaker, key].append(said)
    for said in fresh:
        near = {id(each): each for key in said.keys for each in holders.get((said.speaker, key), ())}
        for each in near.values():
            if said.said_at - each.said_at > SAID_ONCE and same_words(said.words, each.words):
                yield said, each


def _takes_from(part: Words, whole: Words) -> bool:
    """Tell whether a stretch that `part` quotes stands in `whole`, long enough or with enough around it that agrees."""
    if len(part.plain) < PART * len(whole.plain):
        return False
    held = [
        piece for piece in part.quoted if f" {piece} " in f" {whole.plain} " and len(telling_words(piece)) >= _TELLING
    ]
    longest = max(held, key=_count, default="")
    if _count(longest) >= LONG:
        return True
    return _count(longest) >= SHORT and _agrees(
        telling_words(part.plain) - telling_words(longest), telling_words(whole.plain)
    )


def _agrees(rest: frozenset[str], whole: frozenset[str]) -> bool:
    return len(rest) < _TELLING or len(rest & whole) >= AGREED * len(rest)


def _is_edited(one: Words, other: Words) -> bool:
    """Tell whether two quotations are alike but for a word here and there, or for what each leaves out."""
    if min(sum(map(_count, each.quoted)) for each in (one, other)) < LONG:
        return False
    if in_common(_all_shingles(one.quoted), _all_shingles(other.quoted)) >= NEAR:
        return True
    is_cut = max(len(one.quoted), len(other.quoted)) > 1
    return is_cut and _in_order(" ".join(one.quoted).split(), " ".join(other.quoted).split())


def _in_order(one: list[str], other: list[str]) -> bool:
    """Tell whether most words of the shorter stand in the longer in the same order, telling ones among them."""
    if max(len(one), len(other)) > _LONGEST:
        return False
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    common = [word for block in blocks for word in one[block.a : block.a + block.size]]
    return len(common) >= NEAR * min(len(one), len(other)) and len(telling_words(" ".join(common))) >= 2 * _TELLING


def _is_paraphrase(one: Words, other: Words) -> bool:
    some, others = telling_words(one.plain), telling_words(other.plain)
    if min(len(some), len(others)) < _FEWEST or len(some & others) < PARAPHRASED * len(some | others):
        return False
    return in_common(_all_shingles((one.plain,)), _all_shingles((other.plain,))) >= AGREED


def _all_shingles(stretches: Iterable[str]) -> frozenset[str]:
    return frozenset(shingle for stretch in stretches for shingle in shingles(stretch.split(), SHINGLE))


def _count(words: str) -> int:
    return len(words.split())


def word_keys(stretches: Iterable[str]) -> tuple[int, ...]:
    """Return a key for each stretch of plain words, once, in order."""
    return tuple(dict.fromkeys(key_of(b"words", stretch.encode(errors="replace")) for stretch in stretches))


def key_of(*parts: bytes) -> int:
    """Return a positive 63-bit number, equal on every machine."""
    digest = hashlib.blake2b(b"\x1f".join(parts), digest_size=8).digest()
    return int.from_bytes(digest, "big") & _POSITIVE
