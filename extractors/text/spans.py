"""Things that have a place in a text, in their order: which begin within a stretch, which stand clear of each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from extractors.records import Span


class Placed(Protocol):
    """Whatever stands somewhere in a text."""

    @property
    def span(self) -> Span:
        """Where it stands."""


Thing = TypeVar("Thing")
PlacedThing = TypeVar("PlacedThing", bound=Placed)


def start_of(thing: Placed) -> int:
    """Return where a thing begins."""
    return thing.span.start


def stripped(text: str, span: Span) -> Span:
    """Return a stretch without the blanks around it; an empty one where it holds nothing else."""
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))


def starting_in(ordered: Sequence[Thing], span: Span, start: Callable[[Thing], int]) -> Sequence[Thing]:
    """Return those of things in order of their `start` that begin within `span`."""
    return ordered[bisect_left(ordered, span.start, key=start) : bisect_left(ordered, span.end, key=start)]


def disjoint(things: Iterable[PlacedThing]) -> tuple[PlacedThing, ...]:
    """Return the things from left to right, none overlapping another: where two begin together the longer one."""
    kept: list[PlacedThing] = []
    for each in sorted(things, key=lambda one: (one.span.start, -one.span.end)):
        if not kept or kept[-1].span.end <= each.span.start:
            kept.append(each)
    return tuple(kept)
