"""Whose act words tell of: the speaker's own, in his or his country's name, or another's. Knows no stance."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from extractors.officials.countries import NamedCountry
from extractors.records import Span

# How who is named is written where stances are read: the speaker's country with its people, and all others.
OWN, OTHER = "⟨own⟩", "⟨other⟩"

_REACH = 300  # characters that a subject may stand before its act
_ACTOR = re.compile(rf"{OWN}|{OTHER}|\b(?:I|we|he|she|they|it|you)\b", re.IGNORECASE)
_HE = re.compile(r"\b(?:he|she|it|they)\b", re.IGNORECASE)
_THEIRS = frozenset({OTHER, "you"})
_OURS = frozenset({OWN, "i", "we"})
_NO_SUBJECT = re.compile(
    r"\b(?:of|to|with|by|for|from|in|on|against|at|between|towards?|about|into|over|than|without)\s(?:the\s|its\s|his\s)?$",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.;!?…][”\"’']?\s")
_CLOSE = re.compile(r"(?:[’'](?:s|m|d|ve|re|ll)\b)?(?:\s(?!not\b|never\b|to\b)[\w-]+){0,4}\s?")
_SUPPOSED = re.compile(r"\b(?:if|unless|until|once|whether|when|before|after)\s$", re.IGNORECASE)


def voiced(text: str, spans: Sequence[Span], named: Sequence[NamedCountry], own: str | None, *, is_direct: bool) -> str:
    """Return the words of `spans`, with who is named in them written as one's own or as others.

    `own` is the speaker's country; where it is not known countries stay as they are. Who says "he" or "it" means
    another, where it is his own words: `is_direct`.
    """
    words = " ".join(_voiced(text, span, named, own) for span in spans)
    first = words.find(OWN) if OWN in words else len(words)
    return _HE.sub(OTHER, words[:first]) + words[first:] if is_direct else words


def _voiced(text: str, span: Span, named: Sequence[NamedCountry], own: str | None) -> str:
    inside = named[bisect_left(named, span.start, key=_start) : bisect_left(named, span.end, key=_start)]
    parts, at = [], span.start
    for each in inside if own is not None else ():
        parts += [text[at : each.span.start], OWN if each.code == own else OTHER]
        at = each.span.end
    return "".join((*parts, text[at : span.end]))


def _start(named: NamedCountry) -> int:
    return named.span.start


def is_own(words: str, at: int) -> bool | None:
    """Tell whether the act at `at` of words as `voiced` is the speaker's, another's (False), or nobody's by name.

    Of a sentence the last who stands before the act as a subject may; "he" and "it" are the other who was named.
    """
    actor = _last(words, at)
    if actor is None:
        return None
    name = actor.group().lower()
    if name in _OURS or name in _THEIRS:
        return name in _OURS
    return _last(words, actor.start(), only=OTHER) is None


def is_close(words: str, at: int) -> bool:
    """Tell whether who acts at `at` stands right before it, with no other clause between, and no "if" before."""
    actor = _last(words, at)
    if actor is None or _SUPPOSED.search(words, max(0, actor.start() - 8), actor.start()):
        return False
    return _CLOSE.fullmatch(words, actor.end(), at) is not None


def _last(words: str, at: int, *, only: str | None = None) -> re.Match[str] | None:
    """Return the last subject before `at` in its sentence."""
    reach = max(0, at - _REACH)
    start = max((stop.end() for stop in _STOP.finditer(words, reach, at)), default=reach)
    found = [each for each in _ACTOR.finditer(words, start, at) if not _NO_SUBJECT.search(words, start, each.start())]
    return next((each for each in reversed(found) if only is None or each.group() == only), None)
