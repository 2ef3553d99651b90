"""What a phrase's exceptions take out of its hits: "trade truce", and "the truce" behind it that is the same one.

Knows no watchlist.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import Span

EXCEPT = "!"
_BEFORE, _AFTER = 60, 60  # characters beside a word that tell whether it names something of its own
# Before a word that brings something new on, in the languages that have such words.
_NEW = re.compile(
    r"(?:^|\W)(?i:an?|any|no|another|keine?[nmrs]?|eine?[nmrs]?|une?|aucune?|bir|нов(?:ое|ого|ому|ом))"
    r"(?: (?:[a-zß-ÿа-яіїєґ]|\d)[\w-]*){0,2} $"
)
# What somebody does, which no later noun takes up: "she talks rubbish", and then "the talks".
_DOES = re.compile(r"(?i:he|she|it|who|nobody|everybody|everyone)\b")
_CAPITAL = "[A-ZÀ-ÞĞİŞА-ЯІЇЄҐ]"
# A name right before ("the Gaza truce", "Israel’s fragile truce"), or behind what joins it ("the truce with Hamas").
_NAME_BEFORE = re.compile(rf"(?<![\w-])(?<!\w[’'])[^\W\d_][\w’'-]*,? {_CAPITAL}[\w’'-]*(?: [^\W\d_][\w-]*)? $")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec)"
_NAME_AFTER = re.compile(
    r"^(?: deal| agreement)?,? "
    r"(?:in|between|with|along|across|for|в|между|між|с|на|з|im|zwischen|mit|entre|à|au|en|avec) "
    rf"(?!{_MONTH})(?:the |den |dem |der |la |le |les |l’)?{_CAPITAL}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase of `key` found at `span`."""

    key: str
    span: Span


def meant(text: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the hits without exceptions and what they take out.

    An exception takes out what shares a word with it. Where it took a single word ("trade truce"), it takes the single
    words of its key behind it as well that name nothing of their own ("the truce"), unless the text has another hit.
    """
    others = [hit for hit in hits if hit.key.startswith(EXCEPT)]
    if not others:
        return tuple(hits)
    taken = {(hit.key, at): hit for hit in others for at in range(hit.span.start, hit.span.end)}
    kept: list[Hit] = []
    lent: dict[str, int] = {}
    for hit in hits:
        if hit.key.startswith(EXCEPT):
            continue
        places = range(hit.span.start, hit.span.end)
        exception = next((taken[EXCEPT + hit.key, at] for at in places if (EXCEPT + hit.key, at) in taken), None)
        if exception is None:
            kept.append(hit)
        elif _is_one_word(text, hit) and not _DOES.match(text, exception.span.start):
            lent[hit.key] = min(hit.span.start, lent.get(hit.key, hit.span.start))
    return _without_lent(text, kept, lent) if lent else tuple(kept)


def _without_lent(text: str, hits: Sequence[Hit], lent: dict[str, int]) -> tuple[Hit, ...]:
    """Leave out the hits of a key that all take up what an exception of it brought on at a place of the text."""
    own: defaultdict[str, bool] = defaultdict(bool)
    for hit in hits:
        own[hit.key] |= hit.span.start < lent.get(hit.key, len(text)) or not _takes_up(text, hit)
    return tuple(hit for hit in hits if own[hit.key])


def _takes_up(text: str, hit: Hit) -> bool:
    """Tell "the truce" from "a truce", "the truce in Gaza" and "end the war"; without capitals it cannot be told."""
    if not _is_one_word(text, hit) or text[hit.span.start].lower() == text[hit.span.start].upper():
        return False
    before = text[max(0, hit.span.start - _BEFORE) : hit.span.start]
    after = text[hit.span.end : hit.span.end + _AFTER]
    return not (_NEW.search(before) or _NAME_BEFORE.search(before) or _NAME_AFTER.search(after))


def _is_one_word(text: str, hit: Hit) -> bool:
    return len(hit.span.slice(text).split()) == 1
