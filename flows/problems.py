"""Mistakes of the person at the keyboard, each one clear line: what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from extractors.text.words import did_you_mean

T = TypeVar("T")


class UsageProblem(Exception):
    """Wrong use or configuration, found before anything is done (exit code 2)."""


class WorkProblem(Exception):
    """The work could not be finished (exit code 1)."""


class PartEnded(WorkProblem):
    """A part that `serve` cannot do without has ended; all of it is to begin anew."""


def check_known(name: str, kind: str, known: Iterable[str]) -> None:
    """Raise UsageProblem, with the nearest right name, when a name is not among those there are."""
    names = list(known)
    if name not in names:
        raise UsageProblem(f'no {kind} "{name}"{did_you_mean(name, names)}')


def the_one(found: Sequence[T], kind: str, beginning: str, hint: str = "") -> T:
    """Return the only one whose id begins so; raise UsageProblem, with a hint at its end, for none and for several."""
    if not beginning.strip():
        raise UsageProblem(f"the id of the {kind} is empty{hint}")
    if len(found) != 1:
        raise UsageProblem(f"{'more than one' if found else 'no'} {kind} whose id begins with {beginning}{hint}")
    return found[0]
