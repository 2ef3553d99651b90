"""The one line that says what happened: who, the cue as printed, the words said, where, and how many sources.

Labels and counts are ours, every other word stands in the source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alerts.message_records import HeldBy, Message, Notice
from alerts.passages import CUT, around, cut, first_evidence, shown
from alerts.records import Alert, News, Place, Scope
from extractors.speech.lexicon import CUE_VERBS

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
