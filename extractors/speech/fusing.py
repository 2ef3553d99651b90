"""What the rules draft and what the tagger hears, made one: what stands, within which bounds, and what is added.

The thresholds were set on articles that neither had learned from (`docs/extraction.md`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.records import Span, StatementKind
from extractors.speech.drafts import Draft
from extractors.speech.parsing import ParsedSentence
from extractors.speech.quotations import WORD, Quotation, trimmed
from extractors.speech.reports import cue_in, kind_of, whole
from extractors.speech.syntax import is_hearer, subject
from extractors.speech.tagging import Tagged, Tags

if TYPE_CHECKING:
    from spacy.tokens import Token

# Likelihoods: below which a quotation without a cue is a slogan, from which the tagger's bounds are better, from which
# what no rule has is added, and from which that is said rather than thought or wished.
DOUBTED, SURE, NEW, SPEECH = 0.5, 0.9, 0.85, 0.6
HALF = 0.5  # of the characters of two stretches, for them to be about the same
LEAST = 4  # words of what is added
_STOPS = frozenset(".!?…”\"’')")
_ASKED = re.compile(r"\b(?:ask(?:s|ed|ing)?|question(?:ed)?|pressed)(?: \w+){0,3}[ :,“]*$", re.IGNORECASE)
_LEADS = re.compile(r"\bthat\s*$|[“\"]$")
_TURNS = re.compile(
    r"\b(?:doubt|skeptic|sceptic|den|question|concern|fear|reject|declin|refus|no\b|not\b|n’t)", re.IGNORECASE
)
_DANGLING = re.compile(r"(?<![\s,;])[\s,;]+(?:which|who|whose|and|but|or|while|when|as|to|of)$")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the tagger hears reported: the words said, and the tokens that are its cue and its speaker."""

    span: Span
    kind: StatementKind
    cue: Token
    speaker: Token


def heard_in(text: str, sentence: ParsedSentence, tags: Tags, quotations: Sequence[Quotation]) -> Iterator[Heard]:
    """Yield what the tagger is sure is reported within a sentence, with whoever it takes for the speaker, in order.

    `quotations` are those that begin in it; what is nothing but quoted is left to the rules, and so are headlines.
    """
    place = sentence.whole()
    if text[place.end - 1] not in _STOPS:
        return
    cues, sources = tags.cues(place), tags.sources(place)
    for stretch in tags.contents(place):
        span = trimmed(text, stretch.span)
        kind = kind_of(text, [span], quotations)
        if (
            kind is StatementKind.DIRECT
            or not _is_sure(text, span, stretch, tags)
            or _ASKED.search(text, place.start, span.start)
        ):
            continue
        reports = _nearest(span, cues)
        cue = cue_in(_tokens(sentence, reports))
        speaker = _head(_tokens(sentence, _nearest(reports.span if reports else span, sources)))
        if cue is not None and speaker is not None and not is_hearer(speaker):
            yield Heard(span, kind, cue, _whole(speaker, cue))


def _is_sure(text: str, span: Span, stretch: Tagged, tags: Tags) -> bool:
    words = len(WORD.findall(text, span.start, span.end))
    return words >= LEAST and stretch.likelihood >= NEW and tags.speech(span) >= SPEECH


def _nearest(span: Span, others: Sequence[Tagged]) -> Tagged | None:
    apart = [each for each in others if not each.span.meets(span)]
    return min(apart, key=lambda each: max(each.span.start - span.end, span.start - each.span.end), default=None)


def _tokens(sentence: ParsedSentence, stretch: Tagged | None) -> list[Token]:
    if stretch is None:
        return []
    return [each for each in sentence if stretch.span.start <= sentence.place(each) < stretch.span.end]


def _whole(speaker: Token, cue: Token) -> Token:
    """Return the statement of "the statement from France and Canada reiterated", of which only a part is heard."""
    whole = subject(cue)
    is_part = whole is not None and whole.left_edge.i <= speaker.i <= whole.right_edge.i
    return whole if whole is not None and is_part else speaker


def _head(tokens: Sequence[Token]) -> Token | None:
    """Return the token that the others hang on."""
    places = {each.i for each in tokens}
    return next((each for each in tokens if each.dep_ == "ROOT" or each.head.i not in places), None)


def fused(text: str, drafts: Sequence[Draft], tags: Tags, quotations: Sequence[Quotation]) -> list[Draft]:
    """Return the drafts that stand, within the better bounds: those of the rules, and what is heard beside them."""
    kept = [draft for draft in drafts if not draft.is_heard and _stands(draft, tags)]
    for draft in kept:
        if draft.kind is not StatementKind.DIRECT and not draft.is_act:
            others = [span for each in kept for span in (*each.spans, each.cue) if span and span not in draft.spans]
            draft.spans = [_bounded(text, span, tags, others, quotations) for span in draft.spans]
            draft.kind = kind_of(text, draft.spans, quotations)
    taken = [span for draft in kept for span in draft.spans]
    kept += [draft for draft in drafts if draft.is_heard and not _meet(draft.spans, taken)]
    for draft in kept:
        draft.heard = _naming(draft, tags)
    return kept


def _naming(draft: Draft, tags: Tags) -> float | None:
    """Return how likely the speaker’s words name a source; None of words unheard, signed or inherited."""
    is_heard = draft.verb is not None and max(map(tags.likelihood, draft.spans)) >= DOUBTED
    return tags.naming(draft.speaker.span) if is_heard else None


def _stands(draft: Draft, tags: Tags) -> bool:
    """Tell what is said from a slogan or a title; what has a cue has been weighed with what is heard already."""
    return draft.cue is not None or max(map(tags.likelihood, draft.spans)) >= DOUBTED


def _meet(spans: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(span.meets(other) for span in spans for other in others)


def _bounded(text: str, span: Span, tags: Tags, others: Sequence[Span], quotations: Sequence[Quotation]) -> Span:
    """Return the tagger's bounds of some words where it is sure of about the same, else their own."""
    stretch, share = tags.same(span)
    if stretch is None or share < HALF or stretch.likelihood < SURE:
        return span
    start = stretch.span.start if _is_idle(text, span, stretch.span, tags) else span.start
    end = stretch.span.end if tags.is_sharp(stretch.span.end) else span.end
    better = whole(trimmed(text, _finished(text, Span(start, end))), quotations)
    return span if start >= end or _meet([better], others) else better


def _is_idle(text: str, span: Span, better: Span, tags: Tags) -> bool:
    """Tell a beginning that says no more than its cue: "the point that", "to say," before a mark.

    Without "doubt that" words turn round.
    """
    lead = text[span.start : better.start]
    return bool(_LEADS.search(lead)) and not _TURNS.search(lead) and tags.is_sharp(better.start)


def _finished(text: str, span: Span) -> Span:
    """Leave out a word at the end that something should follow."""
    loose = _DANGLING.search(span.slice(text))
    return Span(span.start, span.start + loose.start()) if loose else span
