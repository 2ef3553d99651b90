"""The calendar of talks: meetings, deadlines and truces that an article's sentences announce or tell of. Pure.

Rather silent than wrong: what a sentence does not say outright is no entry, and a date it does not name stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from extractors.negotiation.talk_cues import (
    AFTER,
    AHEAD,
    BEFORE,
    CONFIRMS,
    DENIED,
    DIPLOMATS,
    EVENTS,
    MEETS,
    OTHER_TALKS,
    PASSING,
    UNCONFIRMED,
    UNREAL,
    WEAK,
)
from extractors.negotiation.talk_parties import BREAK, EARLIER, clause_of, parties_of, place_of, two_sides
from extractors.officials.countries import Countries
from extractors.position_records import Talk, TalkKind, TalkStatus
from extractors.records import Mention, MentionKind, Span
from extractors.text.datings import OLD, Dating, find_datings, is_historical

_LONGEST = 700  # characters of a sentence
_NEAR = 90  # characters between a noun or its verb and the date
_BEFORE_NOUN = 80
_SAYING = re.compile(r"\b(?:said|says|told|tells|wrote|announced|confirmed|added|reported|according)\b")
_LEADING = re.compile(r"(?:On|In|By|At|Last|Next|This|Late|Early|Back|Earlier|And|\s|“)*$")
_POSSESSIVE = re.compile(r"(?:[’']s?)?\s(?:[\w’'-]+\s){0,4}$")
# "the 2010 Astana Summit": the date is of that one.
_ANOTHER = re.compile(
    r"(?:[’']s?)?\s(?:[\w-]+\s){0,2}(?:[Ss]ummit|[Tt]alks|[Mm]eeting|[Nn]egotiations|[Cc]onference)\b"
)
_NOUN_NEAR = 30  # characters
_TO = re.compile(r"\b(?:to|until|till|for)\s(?:the\s|early\s|late\s)?$")
_NOT = re.compile(r"\bnot\b|n[’']t\b")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A sentence with what it mentions, the sentences before it, and the day its article is of."""

    text: str
    sentence: Span
    mentions: Sequence[Mention]
    earlier: Sequence[Span]
    countries: Countries
    on: date | None


def find_talks(
    text: str, sentences: Sequence[Span], mentions: Sequence[Mention], *, countries: Countries, on: date | None
) -> tuple[Talk, ...]:
    """Return the entries that the sentences hold, in order; `on` is the day the article was published."""
    found: dict[Talk, None] = {}
    for number, sentence in enumerate(sentences):
        if sentence.end - sentence.start <= _LONGEST and text[sentence.end - 1 : sentence.end] != "?":
            events = list(_events(text, sentence))
            own = [mention for mention in mentions if sentence.covers(mention.span)] if events else []
            earlier = sentences[max(0, number - EARLIER) : number]
            line = _Line(text=text, sentence=sentence, mentions=own, earlier=earlier, countries=countries, on=on)
            found |= dict.fromkeys(_told_of(line, events))
    return tuple(found)


def _told_of(line: _Line, events: Sequence[_Event]) -> Iterator[Talk]:
    seen: set[tuple[object, ...]] = set()
    for event in events:
        dating = _dating(line.text, line.sentence, event, line.on)
        is_dated = dating is not None or not (event.in_passing or event.kind is not TalkKind.MEETING)
        if not is_dated or _contradicts(event, dating, line.on):
            continue
        talk = _talk(line, event, dating)
        key = (talk.kind, talk.starts_on, talk.place)
        if key not in seen and _tells(line, talk):
            seen.add(key)
            yield talk


def _tells(line: _Line, talk: Talk) -> bool:
    """Tell whether an entry says who, when or where, and is one of diplomats."""
    if WEAK.search(talk.surface.slice(line.text)) and not talk.parties:
        is_official = any(mention.kind is MentionKind.OFFICIAL for mention in line.mentions)
        return is_official or DIPLOMATS.search(line.text, line.sentence.start, line.sentence.end) is not None
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
    clause = max((found.end() for found in BREAK.finditer(text, sentence.start, at)), default=sentence.start)
    return bool(UNREAL.search(text, clause, at) or DENIED.search(text[sentence.start : clause]))


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
        near = len(between) <= _NEAR and not BREAK.search(between)
        is_off = event.status in _MOVES and not _NOT.search(text, event.at.end, event.verb_end)
        return near and (not is_off or _TO.search(between) is not None)
    if dating.start >= event.at.end:
        return event.status in _MOVES or not BREAK.search(text, event.at.end, dating.start)
    if dating.end <= event.at.start and _POSSESSIVE.fullmatch(text, dating.end, event.at.start):
        return not _SAYING.search(text, dating.end, event.at.start)
    opens = _LEADING.fullmatch(text, sentence.start, dating.start) is not None and not event.in_passing
    return opens and not _SAYING.search(text, dating.end, event.at.start)


def _contradicts(event: _Event, dating: Dating | None, on: date | None) -> bool:
    """Tell whether the date cannot be that of the event: what was held does not lie ahead."""
    first = dating.first if dating else None
    return event.status is TalkStatus.HELD and on is not None and first is not None and first > on


def _talk(line: _Line, event: _Event, dating: Dating | None) -> Talk:
    text, on = line.text, line.on
    clause = clause_of(text, line.sentence, event.at)
    place = place_of(text, event.at, line.mentions)
    parties = parties_of(text, clause, line.mentions, line.countries, place)
    last = dating.last if dating else None
    is_over = on is not None and last is not None and last < on - OLD
    return Talk(
        kind=event.kind,
        status=event.status,
        past_round=is_over or (event.status is TalkStatus.HELD and is_historical(text, line.sentence, event.at, on)),
        sentence=line.sentence,
        surface=event.at,
        dated=dating.span if dating else None,
        starts_on=dating.first if dating else None,
        ends_on=last,
        place=place.name if place else None,
        parties=parties or two_sides(text, clause, line.countries, line.earlier),
    )
