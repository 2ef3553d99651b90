"""What the rules draft and what the tagger hears, made one: what stands, within which bounds, and what is added.

The thresholds were set on articles that neither had learned from (`docs/extraction.md`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from extractors.records import Span, StatementKind
from extractors.speech.cues import name_right
from extractors.speech.drafts import Draft
from extractors.speech.parsing import ParsedSentence
from extractors.speech.proposals import answered
from extractors.speech.quotations import WORD, Quotation, trimmed, whole
from extractors.speech.reports import cue_in, kind_of
from extractors.speech.syntax import is_hearer, subject
from extractors.speech.tagging import Tagged, Tags

if TYPE_CHECKING:
    from spacy.tokens import Token

# Likelihoods: below which a quotation without a cue is a slogan, from which words are said whatever the rules say (and
# not said below what is left of 1), from which what no rule has is added, and from which that is said rather than
# thought or wished.
DOUBTED, SURE, NEW, SPEECH = 0.5, 0.9, 0.85, 0.6
HALF = 0.5  # of the characters of two stretches, for them to be about the same
LEAST = 4  # words of what is added
LEAST_BEFORE = 3  # words by which a beginning is put forward
_STOP = re.compile(r"[”\"’')\]]{0,3}(?:[,;:—–)”](?=\W)|\s-\s|--)")
_ASIDE = re.compile(
    r"[”\"’']*\s*(?:[—–(]|--?\s|,[”\"’']*\s(?:wh(?:ich|o|om|ose)|an?|the|although|though|despite|amid|even|but it)\b)",
    re.IGNORECASE,
)
_STOPS = frozenset(".!?…”\"’')")
_ASKED = re.compile(r"\b(?:ask(?:s|ed|ing)?|question(?:ed)?|pressed)(?: \w+){0,3}[ :,“]*$", re.IGNORECASE)
_LEADS = re.compile(r"\bthat\s*$|[“\"]$")
# Whom a report cites, right before its words or taken for their beginning.
_CITED = re.compile(
    r"\b(?:citing|quoting) (?:[\w’'-]{1,20} ){0,3}(?:sources?|officials?|people|reports?|media|diplomats?|witnesses)\b"
)
_BACK, _AHEAD = 9, 60  # characters around a beginning
_TURNS = re.compile(
    r"\b(?:doubt|skeptic|sceptic|den|question|concern|fear|claim|report|alleg|accus|rumou?r|specul|suggest|assert|demand|charge|reject|declin|refus|no\b|not\b|n’t)",
    re.IGNORECASE,
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
    cues = [each for each in tags.cues(place) if not any(map(_is_relative, _tokens(sentence, each)))]
    sources = tags.sources(place)
    for stretch in tags.contents(place):
        span = trimmed(text, stretch.span)
        kind = kind_of(text, [span], quotations)
        if (
            kind is StatementKind.DIRECT
            or not _is_sure(text, span, stretch, tags)
            or _ASKED.search(text, place.start, span.start)
            or _is_cited(text, span.start)
        ):
            continue
        reports = _nearest(span, cues)
        cue = cue_in(_tokens(sentence, reports))
        speaker = _head(_tokens(sentence, _nearest(reports.span if reports else span, sources)))
        if cue is not None and speaker is not None and not is_hearer(speaker) and answered(cue) is None:
            inverted = name_right(sentence, cue.i) if cue.i and cue.nbor(-1).text == "," else None  # ", argued Kallas"
            yield Heard(span, kind, cue, inverted or _whole(speaker, cue))


def _is_relative(verb: Token) -> bool:
    """Tell the "says" of "Despite what Trump says, …", which is no report of what follows."""
    return any(child.lower_ == "what" and child.dep_ == "dobj" for child in verb.lefts)


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


def fused(
    text: str, drafts: Sequence[Draft], tags: Tags, quotations: Sequence[Quotation], sentences: Sequence[Span]
) -> list[Draft]:
    """Return the drafts that stand, within the better bounds: those of the rules, and what is heard beside them.

    `quotations` and `sentences` are the article's, in order.
    """
    kept = [draft for draft in drafts if not draft.is_heard and _stands(draft, tags)]
    for draft in kept:
        if draft.kind is not StatementKind.DIRECT and not draft.is_act:
            others = [span for each in kept for span in (*each.spans, each.cue) if span and span not in draft.spans]
            better = (_bounded(text, span, tags, sentences) for span in draft.spans)
            bounds = [whole(trimmed(text, _finished(text, span)), quotations) for span in better]
            draft.spans = [
                span if better.start >= better.end or _meet([better], others) else better
                for span, better in zip(draft.spans, bounds, strict=True)
            ]
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


def _bounded(text: str, span: Span, tags: Tags, sentences: Sequence[Span]) -> Span:
    """Return some words with those that the tagger alone is sure are said, and without those it is sure are not."""
    stretch, share = tags.same(span)
    if stretch is None:
        return span
    at = trimmed(text, stretch.span).start
    start = at if share >= HALF and _begins_better(text, span, at, tags) else span.start
    return Span(start, _end(text, span, tags, sentences))


def _begins_better(text: str, span: Span, at: int, tags: Tags) -> bool:
    """Tell what the rules have lost of a beginning, and one that says no more than its cue: "the point that".

    One or two words before it are whom it is told, or when. Without "doubt that" words turn round.
    """
    if at < span.start:
        lost = Span(at, span.start)
        if lost.slice(text).rstrip().endswith(", that") or _is_cited(text, at):
            return False
        return tags.likelihood(lost) >= SURE and len(WORD.findall(text, at, span.start)) >= LEAST_BEFORE
    lead = text[span.start : at]
    is_idle = tags.likelihood(Span(span.start, at)) <= 1 - SURE or (_LEADS.search(lead) and tags.is_sharp(at))
    return bool(lead and is_idle and not _TURNS.search(lead))


def _is_cited(text: str, at: int) -> bool:
    """Tell the "three sources" of "Reuters, citing three sources, reported that", which say nothing themselves."""
    cited = _CITED.search(text, max(0, at - _BACK), at + _AHEAD)
    return cited is not None and cited.start() < at


def _end(text: str, span: Span, tags: Tags, sentences: Sequence[Span]) -> int:
    """Return the stop of a sentence up to which, from one stop to the next, its words are said.

    The tagger by itself breaks off within a phrase. What the rules have cut off as the writer's own aside stays off.
    """
    end = span.end
    at = bisect_right(sentences, span.end - 1, key=attrgetter("start")) - 1
    last = trimmed(text, Span(span.start, max(end, sentences[at].end))).end if at >= 0 else end
    for stop in () if _ASIDE.match(text, end) else _stops(text, end, last):
        if tags.likelihood(Span(end, stop)) < SURE:
            break
        end = stop
    if end > span.end:
        return end
    cut = (stop for stop in _stops(text, span.start, end) if tags.likelihood(Span(stop, end)) <= 1 - SURE)
    return next(cut, end)


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where a clause may end between two places of a text, the second included, with a word before each."""
    places = (match.start() for match in _STOP.finditer(text, start + 1, end))
    return (at for at in (*places, end) if WORD.search(text, start, at))


def _finished(text: str, span: Span) -> Span:
    """Leave out a word at the end that something should follow."""
    loose = _DANGLING.search(span.slice(text))
    return Span(span.start, span.start + loose.start()) if loose else span
