"""The calendar of talks: meetings, deadlines and truces that an article's sentences announce or tell of. Pure.

Rather silent than wrong: what a sentence does not say outright is no entry, and a date it does not name stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from extractors.datings import Dating, find_datings
from extractors.history import OLD, is_historical
from extractors.position_records import Talk, TalkKind, TalkStatus
from extractors.records import Mention, MentionKind, Span
from extractors.talk_cues import (
    AFTER,
    AHEAD,
    BEFORE,
    CONFIRMS,
    EVENTS,
    MEETS,
    OTHER_TALKS,
    PASSING,
    UNCONFIRMED,
    UNREAL,
    WEAK,
)

_LONGEST = 700  # characters of a sentence
_NEAR = 90  # characters between a noun or its verb and the date
_BEFORE_NOUN = 80
_BREAK = re.compile(
    r"[;:()—“”\"]|,(?!\s(?:19|20)\d\d)|\b(?:that|which|who|where|when|while|but|after|before|since|because|said|told)\b"
)
_SAYING = re.compile(r"\b(?:said|says|told|tells|wrote|announced|confirmed|added|reported|according)\b")
_IN = re.compile(r"\b(?:in|at)\s(?:the\s)?(?:[a-z]+\s(?:city|capital|resort)\s(?:of\s)?)?$")
_LEADING = re.compile(r"(?:On|In|By|At|Last|Next|This|Late|Early|Back|Earlier|And|\s|“)*$")
_POSSESSIVE = re.compile(r"(?:[’']s?)?\s(?:[\w’'-]+\s){0,4}$")
# "the 2010 Astana Summit": the date is of that one.
_ANOTHER = re.compile(
    r"(?:[’']s?)?\s(?:[\w-]+\s){0,2}(?:[Ss]ummit|[Tt]alks|[Mm]eeting|[Nn]egotiations|[Cc]onference)\b"
)
_SUMMIT = re.compile(r"\s(?:[Ss]ummit|[Cc]onference)\b")
# Talks that are named after these are about them, wherever they are.
_SUBJECTS = frozenset({"ukraine", "russia", "gaza", "israel", "iran", "europe", "middle-east", "united-states"})
_NOUN_NEAR = 30  # characters
_TO = re.compile(r"\b(?:to|until|till|for)\s(?:the\s|early\s|late\s)?$")
_MOVES = frozenset({TalkStatus.POSTPONED, TalkStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """A noun or verb that names a meeting, deadline or truce, and what its sentence says has become of it.

    The words that say so end at `verb_end`, at the noun's own end where they stand before it.
    """

    kind: TalkKind
    status: TalkStatus
    at: Span
    verb_end: int
    in_passing: bool = False


def find_talks(
    text: str, sentences: Sequence[Span], mentions: Sequence[Mention], *, on: date | None
) -> tuple[Talk, ...]:
    """Return the entries that the sentences hold, in order; `on` is the day the article was published."""
    return tuple(
        dict.fromkeys(
            talk
            for sentence in sentences
            if sentence.end - sentence.start <= _LONGEST and text[sentence.end - 1 : sentence.end] != "?"
            for talk in _in_sentence(text, sentence, mentions, on)
        )
    )


def _in_sentence(text: str, sentence: Span, mentions: Sequence[Mention], on: date | None) -> Iterator[Talk]:
    events = list(_events(text, sentence))
    own = [mention for mention in mentions if sentence.covers(mention.span)] if events else []
    seen: set[tuple[object, ...]] = set()
    for event in events:
        dating = _dating(text, sentence, event, on)
        is_dated = dating is not None or not (event.in_passing or event.kind is not TalkKind.MEETING)
        if not is_dated or _contradicts(event, dating, on):
            continue
        talk = _talk(text, sentence, event, dating=dating, own=own, on=on)
        key = (talk.kind, talk.starts_on, talk.place)
        if key not in seen and _tells(text, talk, own):
            seen.add(key)
            yield talk


def _tells(text: str, talk: Talk, own: Sequence[Mention]) -> bool:
    """Tell whether an entry says who, when or where, and is one of diplomats."""
    if WEAK.search(talk.surface.slice(text)):
        return bool(talk.parties) or any(mention.kind is MentionKind.OFFICIAL for mention in own)
    return bool(talk.parties or talk.dated or talk.place)


def _events(text: str, sentence: Span) -> Iterator[_Event]:
    for kind, pattern in EVENTS.items():
        for noun in pattern.finditer(text, sentence.start, sentence.end):
            start = max(sentence.start, noun.start() - _BEFORE_NOUN)
            event = _told(text, sentence, kind, Span(*noun.span()))
            if event is not None and not OTHER_TALKS.search(text, start, noun.start()):
                yield event
    for status, pattern in MEETS.items():
        for verb in pattern.finditer(text, sentence.start, sentence.end):
            if not _is_unreal(text, sentence, verb.start()):
                yield _Event(kind=TalkKind.MEETING, status=status, at=Span(*verb.span()), verb_end=verb.end())


def _told(text: str, sentence: Span, kind: TalkKind, noun: Span) -> _Event | None:
    """Return what is told of a noun: by the verb after it, by the verb before it, or in passing."""
    lead = text[max(sentence.start, noun.start - _BEFORE_NOUN) : noun.start]
    if not _is_unreal(text, sentence, noun.start):
        for status, phrase in AFTER[kind]:
            found = phrase.match(text, noun.end, sentence.end)
            if found:
                own = _confirmed(text, sentence, status, noun)
                return _Event(kind=kind, status=own, at=noun, verb_end=found.end())
        for status, phrase in BEFORE[kind]:
            if phrase.search(lead):
                own = _confirmed(text, sentence, status, noun)
                return _Event(kind=kind, status=own, at=noun, verb_end=noun.end)
    return _passing(kind, noun, lead, text[sentence.start : noun.start])


def _passing(kind: TalkKind, noun: Span, lead: str, before: str) -> _Event | None:
    if kind is TalkKind.MEETING and not AHEAD.search(before):
        for status, phrase in PASSING:
            if phrase.search(lead):
                return _Event(kind=kind, status=status, at=noun, verb_end=noun.end, in_passing=True)
    return None


def _confirmed(text: str, sentence: Span, status: TalkStatus, noun: Span) -> TalkStatus:
    if status is not TalkStatus.ANNOUNCED:
        return status
    confirms = CONFIRMS.search(text, sentence.start, noun.start)
    if confirms is None or UNCONFIRMED.search(text, sentence.start, confirms.start()):
        return status
    return TalkStatus.CONFIRMED


def _is_unreal(text: str, sentence: Span, at: int) -> bool:
    """Tell whether the clause up to the noun wishes, proposes or denies."""
    clause = max((found.end() for found in _BREAK.finditer(text, sentence.start, at)), default=sentence.start)
    return UNREAL.search(text, clause, at) is not None


def _dating(text: str, sentence: Span, event: _Event, on: date | None) -> Dating | None:
    """Return the date that belongs to an event: beside its noun or verb, or opening its sentence."""
    ahead = event.status is not TalkStatus.HELD
    datings = find_datings(text, sentence, on, ahead=ahead)
    fitting = [dating for dating in datings if _belongs(text, sentence, event, dating.span)]
    # Of the day something was to be and the day it is moved to, the latter is in the calendar.
    is_moved = event.status is TalkStatus.POSTPONED
    return min(
        fitting,
        key=lambda dating: (is_moved and dating.span.start < event.verb_end, _apart(dating.span, event.at)),
        default=None,
    )


def _apart(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end)


def _belongs(text: str, sentence: Span, event: _Event, dating: Span) -> bool:
    if _ANOTHER.match(text, dating.end, sentence.end):
        return dating.end <= event.at.start and dating.end + _NOUN_NEAR >= event.at.start
    if dating.start >= event.verb_end:
        between = text[event.verb_end : dating.start]
        near = len(between) <= _NEAR and not _BREAK.search(between)
        return near and (event.status not in _MOVES or _TO.search(between) is not None)
    if dating.start >= event.at.end:
        return not _BREAK.search(text, event.at.end, dating.start)
    if dating.end <= event.at.start and _POSSESSIVE.fullmatch(text, dating.end, event.at.start):
        return not _SAYING.search(text, dating.end, event.at.start)
    opens = _LEADING.fullmatch(text, sentence.start, dating.start) is not None and not event.in_passing
    return opens and not _SAYING.search(text, dating.end, event.at.start)


def _contradicts(event: _Event, dating: Dating | None, on: date | None) -> bool:
    """Tell whether the date cannot be that of the event: what was held does not lie ahead."""
    first = dating.first if dating else None
    return event.status is TalkStatus.HELD and on is not None and first is not None and first > on


def _place(text: str, event: _Event, own: Sequence[Mention]) -> Mention | None:
    """Return where: the first place that stands "in" the event's clause, else the one that it is named after."""
    places = [mention for mention in own if mention.kind is MentionKind.PLACE]
    for mention in places:
        after = mention.span.start >= event.at.end
        between = Span(event.at.end, mention.span.start) if after else Span(mention.span.end, event.at.start)
        stands_in = _IN.search(text, max(0, mention.span.start - 40), mention.span.start)
        if stands_in and not _BREAK.search(between.slice(text)):
            return mention
    named = (mention for mention in places if mention.span.end == event.at.start - 1)
    return next((mention for mention in named if mention.ref_id not in _SUBJECTS), None)


def _talk(
    text: str, sentence: Span, event: _Event, *, dating: Dating | None, own: Sequence[Mention], on: date | None
) -> Talk:
    place = _place(text, event, own)
    last = dating.last if dating else None
    is_over = on is not None and last is not None and last < on - OLD
    return Talk(
        kind=event.kind,
        status=event.status,
        past_round=is_over or (event.status is TalkStatus.HELD and is_historical(text, sentence, event.at, on)),
        sentence=sentence,
        surface=event.at,
        dated=dating.span if dating else None,
        starts_on=dating.first if dating else None,
        ends_on=last,
        place=place.name if place else None,
        parties=tuple(_parties(text, event, place, own)),
    )


def _parties(text: str, event: _Event, place: Mention | None, own: Sequence[Mention]) -> Iterator[str]:
    """Yield who stands in the same clause, once; who only says so is no party."""
    named: dict[str, None] = {}
    for mention in own:
        if mention is place or mention.kind not in {MentionKind.OFFICIAL, MentionKind.PLACE, MentionKind.ORGANISATION}:
            continue
        first, last = sorted((mention.span, event.at))
        between = Span(first.end, max(first.end, last.start))
        if mention.span.meets(event.at) or _BREAK.search(between.slice(text)) or _is_where(text, mention):
            continue
        named.setdefault(mention.ref_id or mention.name)
    yield from named


def _is_where(text: str, mention: Mention) -> bool:
    """Tell a place where something is, such as "in Rome" or "Astana Summit", from a party."""
    stands_in = _IN.search(text, max(0, mention.span.start - 40), mention.span.start)
    return mention.kind is MentionKind.PLACE and bool(stands_in or _SUMMIT.match(text, mention.span.end))
