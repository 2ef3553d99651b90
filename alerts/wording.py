"""The words that are shown: what of a source's text, and with which marks; and what topics, sides, stances are called.

Removes what would deceive a reader. Labels and counts are ours, every other word stands in the source.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerts.records import Alert, Evidence

CUT = "…"
_BLANKS = "\t\n\v\f\r\x85\u2028\u2029"
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_SURROGATES = range(0xD800, 0xE000)
# Controls, overrides of direction and lone surrogates (which no encoding takes) go; line ends become blanks.
_SHOWN: dict[int, str | None] = {
    **dict.fromkeys((*_CONTROLS, *_SURROGATES, *map(ord, _BIDI))),
    **dict.fromkeys(map(ord, _BLANKS), " "),
}
_OPENING = "“«„"
_DOUBLE = frozenset('“”«»„"')
_PAIRS = ("‘’", "“”")  # by whether the depth is odd

# What an official does who has taken a stance, after a name.
STANCES: Mapping[str, str] = {
    "accept": "accepts",
    "offer": "offers",
    "demand": "demands",
    "condition": "sets conditions",
    "reject": "rejects",
    "threaten": "threatens",
}
# What he does in words that are no position.
_OTHERS: Mapping[str, str] = {"deny": "denies", "doubt": "doubts"}
# A topic whose id is no words for people; words that sides and topics are written with otherwise than they are named.
_TOPICS = {"prisoner-child-exchange": "prisoners and children"}
_CALLED = {word: word.upper() for word in ("us", "eu", "un", "nato", "uk", "iaea")} | {"istanbul": "Istanbul"}
_NEWS_DAYS, _MONTH, _YEAR = 30, 30.4, 365  # so old is what stood before a change that goes without saying


class Mark(StrEnum):
    """Why a stretch of an excerpt stands out."""

    NONE = ""
    KEYWORD = "keyword"
    OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of an excerpt, all of it marked in one way."""

    text: str
    mark: Mark


def shown(text: str) -> str:
    """Return `text` on one line, without control characters, overrides of direction and lone surrogates."""
    return text.translate(_SHOWN)


def cut(text: str, limit: int) -> str:
    """Return `text` with at most `limit` characters, cut between words where there are any, "…" at the cut."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    words = kept.rpartition(" ")[0]
    return (words if len(words) > limit // 2 else kept).rstrip() + CUT


def segments(alert: Alert, limit: int = sys.maxsize, *, beside: Sequence[Alert] = ()) -> tuple[Segment, ...]:
    """Return the alert's excerpt cut into segments, as shown; after `limit` characters it ends with "…".

    What is marked is known by its place, never searched for: evidence inside the excerpt, the strongest first; then
    that of the alerts `beside` it, which have the same excerpt.
    """
    marked = _apart(mark for each in (alert, *beside) for mark in _marks(each))
    pieces = [Segment(shown(alert.excerpt[start:end]), mark) for start, end, mark in _filled(marked, alert.excerpt)]
    return tuple(_within((piece for piece in pieces if piece.text), limit))


def first_evidence(alert: Alert, what: str) -> Evidence | None:
    """Return the strongest match's evidence of one kind."""
    return next((proof for proof in alert.evidence if proof.what == what), None)


def _marks(alert: Alert) -> Iterator[tuple[int, int, Mark]]:
    """Yield the marked stretches, in characters of the excerpt."""
    kinds = {"keyword": Mark.KEYWORD, "official": Mark.OFFICIAL}
    offset = alert.excerpt_span.start
    for proof in alert.evidence:
        if proof.what in kinds and proof.place is alert.place and alert.excerpt_span.covers(proof.span):
            yield proof.span.start - offset, proof.span.end - offset, kinds[proof.what]


def _apart(marks: Iterable[tuple[int, int, Mark]]) -> list[tuple[int, int, Mark]]:
    """Keep of overlapping marks the one that came first; return them in the order of the text."""
    kept: list[tuple[int, int, Mark]] = []
    for mark in marks:
        if all(mark[1] <= other[0] or other[1] <= mark[0] for other in kept):
            kept.append(mark)
    return sorted(kept)


def _filled(marks: Sequence[tuple[int, int, Mark]], text: str) -> Iterator[tuple[int, int, Mark]]:
    """Yield the marks and what stands between them."""
    at = 0
    for start, end, mark in marks:
        yield at, start, Mark.NONE
        yield start, end, mark
        at = end
    yield at, len(text), Mark.NONE


def _within(pieces: Iterable[Segment], limit: int) -> Iterator[Segment]:
    left = limit
    for piece in pieces:
        if len(piece.text) > left:
            yield replace(piece, text=cut(piece.text, max(left, 1)))
            return
        left -= len(piece.text)
        yield piece


def requoted(text: str, depth: int = 0) -> str | None:
    """Return a text with its double quotation marks as “ ”, those inside others as ‘ ’; None where they do not pair.

    `depth` is in how many quotations the text stands itself.
    """
    open_marks: list[str] = [_OPENING[0]] * depth
    told: list[str] = []
    for at, char in enumerate(text):
        if char not in _DOUBLE:
            told.append(char)
        elif _opens(text, at, open_marks):
            open_marks.append(char)
            told.append(_PAIRS[len(open_marks) % 2][0])
        elif len(open_marks) > depth:
            told.append(_PAIRS[len(open_marks) % 2][1])
            open_marks.pop()
        else:
            return None
    return "".join(told) if len(open_marks) == depth else None


def _opens(text: str, at: int, open_marks: Sequence[str]) -> bool:
    """Tell whether a quotation begins at a mark: by its form, or by what it touches where that has none."""
    mark = text[at]
    if mark == "“":
        return open_marks[-1:] != ["„"]
    if mark != '"':
        return mark in _OPENING
    before, after = text[:at][-1:], text[at + 1 : at + 2]
    return not before or (not before.isalnum() and before not in ".,!?…”’»)" and bool(after.strip()))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def called(name: str) -> str:
    """Return a topic, side or party as people write it."""
    return _TOPICS.get(name) or " ".join(_CALLED.get(word, word) for word in re.split("[-_ ]", name))


def headed(name: str) -> str:
    """Return a topic as it stands at the head of something."""
    return called(name)[:1].upper() + called(name)[1:]


def side(name: str) -> str:
    """Return a side as people write it; "other" tells a reader nothing."""
    return "" if name == "other" else headed(name)


def stance(name: str | None) -> str:
    """Return what somebody does who has this stance."""
    return STANCES.get(name or "") or _OTHERS.get(name or "", (name or "").replace("_", " "))


def after(before: datetime, now: datetime) -> str:
    """Return how long after something else another came, "after 4 months"; empty where that is no more than a month."""
    days = (now - before).days
    if days <= _NEWS_DAYS:
        return ""
    return f"after {counted(round(days / _MONTH), 'month') if days < 2 * _YEAR else counted(days // _YEAR, 'year')}"
