"""The `where` of a rule: all, any, none and near over a stretch of an article, read from its table and judged.

Knows no official and no scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from alerts.layout import Layout
from alerts.records import Evidence
from extractors.officials.exceptions import Hit
from extractors.officials.phrases import PhraseIndex
from extractors.records import Span
from extractors.text.words import did_you_mean


class Joint(StrEnum):
    """How the parts of a clause are joined."""

    ALL = "all"
    ANY = "any"
    NONE = "none"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on a stretch of text. `parts` are phrases and clauses; those of NEAR are phrases.

    `words` is how many words may stand between the phrases of NEAR.
    """

    joint: Joint
    parts: tuple[str | Clause, ...]
    words: int = 0


# Words that may stand between two phrases of `near` when the rule does not say.
WORDS = 10
MOST_WORDS = 1000
DEEPEST = 10
_FEW = 5
JOINTS = tuple(str(joint) for joint in Joint)
EXAMPLE = 'for example { any = ["truce", "ceasefire"], none = ["football"] }'


def clause(value: object) -> object:
    """Read a `where` table; several keys in one table must all hold. Raises ValueError."""
    return value if value is None or isinstance(value, Clause) else joined(value, 1)


def joined(value: object, depth: int) -> Clause:
    """Read one table of a clause."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"write a table, {EXAMPLE}")
    if depth > DEEPEST:
        raise ValueError(f"clauses stand in each other more than {DEEPEST} deep; write it flatter")
    known = (*JOINTS, "words")
    for key in value:
        if key not in known:
            raise ValueError(f"unknown key {key}{did_you_mean(str(key), known)}; there are {', '.join(known)}")
    if "words" in value and "near" not in value:
        raise ValueError('words is for near: { near = ["ceasefire", "Kursk"], words = 8 }')
    parts = tuple(each for key in value if key != "words" for each in parts_of(str(key), value, depth))
    return parts[0] if len(parts) == 1 else Clause(Joint.ALL, parts)


def parts_of(key: str, table: Mapping[str, object], depth: int) -> Iterator[Clause]:
    """Yield the clause of one key of a table."""
    listed = table[key]
    if not isinstance(listed, list | tuple) or not listed:
        raise ValueError(f'{key} takes a list that is not empty, for example {key} = ["ceasefire", "truce"]')
    if key == Joint.NEAR:
        yield near(listed, table.get("words", WORDS))
    else:
        yield Clause(Joint(key), tuple(part(each, key, depth) for each in listed))


def part(value: object, key: str, depth: int) -> str | Clause:
    """Read a phrase or a table in a list."""
    return joined(value, depth + 1) if isinstance(value, Mapping) else phrase(value, key)


def near(listed: list[object] | tuple[object, ...], words: object) -> Clause:
    """Read `near` and its `words`."""
    if not isinstance(words, int) or isinstance(words, bool) or not 0 <= words <= MOST_WORDS:
        raise ValueError(f"words is how many may stand between: a whole number from 0 to {MOST_WORDS}")
    return Clause(Joint.NEAR, tuple(phrase(each, "near") for each in listed), words)


def phrase(value: object, key: str) -> str:
    """Read a phrase."""
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    raise ValueError(f'{key} takes phrases of printable characters, for example {key} = ["ceasefire", "Kursk"]')


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a clause is looked for: parts of an article's texts."""

    parts: tuple[tuple[Layout, Span], ...]

    def hits(self, phrases: PhraseIndex, key: str) -> Iterator[tuple[Layout, Hit]]:
        """Yield where a phrase stands, in the order of the parts."""
        for layout, span in self.parts:
            for _, hit in layout.hits(phrases, (key,)):
                if span.covers(hit.span):
                    yield layout, hit


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """Whether a clause holds: `failed` is the innermost part that does not, None when it does.

    `proofs` are the phrases it rests on, or those it must not have.
    """

    failed: str | Clause | None
    proofs: tuple[Evidence, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether the clause holds."""
        return self.failed is None


def phrases_in(clause: Clause | None) -> Iterator[str]:
    """Yield every phrase of a clause."""
    for part in clause.parts if clause else ():
        yield from (part,) if isinstance(part, str) else phrases_in(part)


def judge(part: str | Clause, stretch: Stretch, phrases: PhraseIndex) -> ClauseResult:
    """Say whether a clause or phrase holds in a stretch, with the first hit of each phrase that shows it."""
    if isinstance(part, str):
        found = next(stretch.hits(phrases, part), None)
        return ClauseResult(None, (_proof(*found),)) if found else ClauseResult(part)
    return _JUDGES[part.joint](part, stretch, phrases)


def _all(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> ClauseResult:
    verdicts = [judge(part, stretch, phrases) for part in clause.parts]
    failed = next((verdict for verdict in verdicts if not verdict.holds), None)
    return failed or ClauseResult(None, tuple(proof for verdict in verdicts for proof in verdict.proofs))


def _any(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> ClauseResult:
    verdicts = (judge(part, stretch, phrases) for part in clause.parts)
    return next((verdict for verdict in verdicts if verdict.holds), ClauseResult(clause))


def _none(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> ClauseResult:
    verdicts = (judge(part, stretch, phrases) for part in clause.parts)
    held = next((verdict for verdict in verdicts if verdict.holds), None)
    return ClauseResult(clause, held.proofs) if held else ClauseResult(None)


def _near(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> ClauseResult:
    keys = [part for part in clause.parts if isinstance(part, str)]
    for layout, span in stretch.parts:
        one = Stretch(((layout, span),))
        found = sorted((hit for key in keys for _, hit in one.hits(phrases, key)), key=lambda hit: hit.span)
        for together in _windows(found, len(set(keys))):
            if _words_between(layout, together) <= clause.words:
                return ClauseResult(None, tuple(_proof(layout, hit) for hit in together))
    return ClauseResult(clause)


def _windows(hits: Sequence[Hit], wanted: int) -> Iterator[list[Hit]]:
    """Yield, for each hit, the closest hits of all the keys up to it, in the order of the text."""
    latest: dict[str, Hit] = {}
    for hit in hits:
        latest[hit.key] = hit
        if len(latest) == wanted:
            yield sorted(latest.values(), key=lambda each: each.span)


def _words_between(layout: Layout, hits: Sequence[Hit]) -> int:
    """Count the words between hits in order; what overlaps has none between."""
    return sum(layout.words_between(one.span, other.span) for one, other in pairwise(hits))


def _proof(layout: Layout, hit: Hit) -> Evidence:
    return Evidence(what="where", place=layout.place, span=hit.span, surface=hit.span.slice(layout.text), ref=hit.key)


_JUDGES: Mapping[Joint, Callable[[Clause, Stretch, PhraseIndex], ClauseResult]] = {
    Joint.ALL: _all,
    Joint.ANY: _any,
    Joint.NONE: _none,
    Joint.NEAR: _near,
}


def lack_of(result: ClauseResult) -> str:
    """Say what is missing for a clause to hold, or what is there and must not be."""
    proof = f' ("{result.proofs[0].surface}")' if result.proofs else ""
    if isinstance(result.failed, str):
        return f'does not hold "{result.failed}"{proof}'
    assert result.failed is not None
    told = few([part if isinstance(part, str) else "a clause" for part in result.failed.parts])
    match result.failed.joint:
        case Joint.NONE:
            return f"holds what none forbids: {told}{proof}"
        case Joint.NEAR:
            return f"has {told} nowhere within {result.failed.words} words of each other{proof}"
    return f"holds none of {told}{proof}"


def few(names: Sequence[str]) -> str:
    """Return a few names in quotation marks."""
    once = list(dict.fromkeys(names))
    told = ", ".join(f'"{name}"' for name in once[:_FEW])
    return f"{told} and {len(once) - _FEW} more" if len(once) > _FEW else told
