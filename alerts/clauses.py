"""The `where` of a rule: all, any, none and near over a stretch of an article. Knows no official and no scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from alerts.layout import Layout
from alerts.records import Clause, Evidence, Joint
from extractors.officials.phrases import Hit, PhraseIndex
from extractors.records import Span


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
class Verdict:
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


def judge(part: str | Clause, stretch: Stretch, phrases: PhraseIndex) -> Verdict:
    """Say whether a clause or phrase holds in a stretch, with the first hit of each phrase that shows it."""
    if isinstance(part, str):
        found = next(stretch.hits(phrases, part), None)
        return Verdict(None, (_proof(*found),)) if found else Verdict(part)
    return _JUDGES[part.joint](part, stretch, phrases)


def _all(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> Verdict:
    verdicts = [judge(part, stretch, phrases) for part in clause.parts]
    failed = next((verdict for verdict in verdicts if not verdict.holds), None)
    return failed or Verdict(None, tuple(proof for verdict in verdicts for proof in verdict.proofs))


def _any(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> Verdict:
    verdicts = (judge(part, stretch, phrases) for part in clause.parts)
    return next((verdict for verdict in verdicts if verdict.holds), Verdict(clause))


def _none(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> Verdict:
    verdicts = (judge(part, stretch, phrases) for part in clause.parts)
    held = next((verdict for verdict in verdicts if verdict.holds), None)
    return Verdict(clause, held.proofs) if held else Verdict(None)


def _near(clause: Clause, stretch: Stretch, phrases: PhraseIndex) -> Verdict:
    keys = [part for part in clause.parts if isinstance(part, str)]
    for layout, span in stretch.parts:
        one = Stretch(((layout, span),))
        found = sorted((hit for key in keys for _, hit in one.hits(phrases, key)), key=lambda hit: hit.span)
        for together in _windows(found, len(set(keys))):
            if _words_between(layout, together) <= clause.words:
                return Verdict(None, tuple(_proof(layout, hit) for hit in together))
    return Verdict(clause)


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


_JUDGES: Mapping[Joint, Callable[[Clause, Stretch, PhraseIndex], Verdict]] = {
    Joint.ALL: _all,
    Joint.ANY: _any,
    Joint.NONE: _none,
    Joint.NEAR: _near,
}
