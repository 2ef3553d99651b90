"""The words that are shown: what of a source's text, with its marks, and the one line that says what happened.

Removes what would deceive a reader. Labels and counts are ours, every other word stands in the source.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.message_records import HeldBy, Message, Notice
from alerts.records import Alert, Evidence, News, Place, Scope
from extractors.speech.lexicon import CUE_VERBS

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
SUBJECT_CHARS = 180
_HOUR = 60  # minutes
_HEADLINE_CHARS = 90
_WORDS_CHARS = 110
_CUE_CHARS = 30
_BEFORE_CUE = 40  # characters in which a "not" can turn the cue round

_HELD = {
    HeldBy.QUIET_HOURS: "Held during your quiet hours: ",
    HeldBy.THROTTLE: "Held because your messages an hour were used up: ",
    HeldBy.DIGEST: "Digest: ",
}
_NEWS = {
    News.CORROBORATED: "More sources: ",
    News.CORRECTED: "Words changed: ",
    News.ADDED: "More said: ",
    News.REPEATED: "Still reported: ",
}
_SCOPES = tuple(Scope)
_PAST = frozenset({"said", "wrote", "swore", "forbade", "foresaw", "made", "gave", "sought", "began", "withdrew"})
# These ask for more than the words said: somebody who was told, something that was put so.
_UNFIT = frozenset({"cited", "quoted", "based", "asked for", "reported"})
_ENDS = re.compile(r"[.!?”\"»]")  # of a sentence or a quotation: a "not" before it is another's
_TURNED = re.compile(r"\b(?:not|never|no|nor|neither|hardly|declined|refused|failed)\b|n[’']t\b", re.IGNORECASE)


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


def around(text: str, at: int, limit: int) -> str:
    """Return about `limit` characters of `text` around the character `at`, cut between words, "…" at each cut."""
    if len(text) <= limit:
        return text
    start = max(0, min(at - limit // 3, len(text) - limit))
    start = start and (text.find(" ", start, at) + 1 or start)
    return (CUT if start else "") + cut(text[start:], limit)


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


def subject_line(message: Message, notices: Sequence[Notice]) -> str:
    """Return what a message is about: its strongest alert, how many more there are, and what held it."""
    first = min(notices, key=lambda notice: _SCOPES.index(notice.alert.scope))
    told = late(message) + (_NEWS[first.news] if first.news else "") + told_by(first)
    if len(notices) == 1:
        return cut(told, SUBJECT_CHARS)
    if message.held_by is None:
        more = f" (and {counted(len(notices) - 1, 'more alert')})"
        return cut(told, SUBJECT_CHARS - len(more)) + more
    return cut(f"{heading(message, notices)}. {told.removeprefix(late(message))}", SUBJECT_CHARS)


def heading(message: Message, notices: Sequence[Notice]) -> str:
    """Return how many alerts a message holds and what held it; empty for a single alert that nothing held."""
    if message.held_by is None and len(notices) == 1 and message.late_by is None:
        return ""
    articles = len({notice.alert.article_id for notice in notices})
    held = _HELD[message.held_by] if message.held_by else ""
    return f"{late(message)}{held}{counted(len(notices), 'alert')} from {counted(articles, 'article')}"


def late(message: Message) -> str:
    """Return by how much a message is late, because nothing was there to send it at its time; empty when it is not."""
    if message.late_by is None:
        return ""
    minutes = int(message.late_by.total_seconds()) // 60
    return f"Late by {f'{minutes // 60} h' if minutes >= _HOUR else f'{minutes} min'}: "


def told_by(notice: Notice) -> str:
    """Return what one alert tells, in the source's words: what was said, or which phrase stands near whom."""
    where = shown(notice.outlet) + (f", {notice.sources} sources" if notice.sources > 1 else "")
    words = words_said(notice.alert)
    if words is not None:
        return f"{shown(notice.alert.official)}{_cue(notice.alert)} “{words}” — {where}"
    proof = first_evidence(notice.alert, "keyword")
    keyword = shown(proof.surface if proof else notice.alert.keyword)
    headline = f": {cut(shown(notice.title).strip(), _HEADLINE_CHARS)}" if notice.title else ""
    return f"{shown(notice.alert.official)} · “{keyword}” — {where}{headline}"


def words_said(alert: Alert) -> str | None:
    """Return the official's own words around the phrase, "…" where they are cut; None when another speaks."""
    words, keyword = first_evidence(alert, "words"), first_evidence(alert, "keyword")
    if alert.scope is not Scope.SPEAKS or words is None or keyword is None:
        return None
    said = shown(around(words.surface, keyword.span.start - words.span.start, _WORDS_CHARS)).strip()
    whole = first_evidence(alert, "statement") or words
    before = CUT if whole.span.start < words.span.start and not said.startswith(CUT) else ""
    after = CUT if whole.span.end > words.span.end and not said.endswith(CUT) else ""
    return before + said + after


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cue(alert: Alert) -> str:
    """Return the cue as printed where it reads well between a name and the words said, else a colon."""
    proof = first_evidence(alert, "cue")
    cue = shown(proof.surface).strip() if proof else ""
    if proof is None or not _is_finite(cue) or _is_turned(alert, proof.place, proof.span.start):
        return ":"
    return f" {cue}"


def _is_finite(cue: str) -> bool:
    """Tell whether a cue is a verb that can follow its subject: "ruled out", "says", not "saying" or "a warning"."""
    first, folded = cue.casefold().partition(" ")[0], cue.casefold()
    stems = {first.removesuffix("s"), first.removesuffix("es"), f"{first.removesuffix('ies')}y"}
    present = first.endswith("s") and bool(stems & CUE_VERBS)
    return len(cue) <= _CUE_CHARS and folded not in _UNFIT and (present or first.endswith("ed") or first in _PAST)


def _is_turned(alert: Alert, place: Place, at: int) -> bool:
    """Tell whether a word before the cue turns it round: "did not rule out", "has never said"."""
    end = at - alert.excerpt_span.start
    before = alert.excerpt[max(0, end - _BEFORE_CUE) : max(0, end)]
    return place is not alert.place or end < 0 or bool(_TURNED.search(_ENDS.split(before)[-1]))
