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
    MOVES,
    OTHER_TALKS,
    PASSING,
    UNCONFIRMED,
    UNREAL,
    WEAK,
)
from extractors.officials.countries import Countries, NamedCountry, Naming
from extractors.records import Mention, MentionKind, Span
from extractors.relation_records import Talk, TalkKind, TalkStatus
from extractors.text.datings import OLD, Dating, find_datings, is_historical

_LONGEST = 700  # characters of a sentence
_NEAR = 90  # characters between a noun or its verb and the date
_BEFORE_NOUN = 80
_SAYING = re.compile(r"\b(?:said|says|told|tells|wrote|announced|confirmed|added|reported|according)\b")
# Who is heard at a conference meets nobody by it.
_SPOKEN_AT = re.compile(r"(?i)^(?!.*\bpeace\b).*(?:conference|summit)")
_HEARD = re.compile(r"\b(?:said|says|told|spoke|speaking|address\w*|speech|remarks|called|urged|warned|interview)\b")
_LEADING = re.compile(r"(?:On|In|By|At|Last|Next|This|Late|Early|Back|Earlier|And|\s|“)*$")
_POSSESSIVE = re.compile(r"(?:[’']s?)?\s(?:[\w’'-]+\s){0,4}$")
# "the 2010 Astana Summit": the date is of that one.
_ANOTHER = re.compile(
    r"(?:[’']s?)?\s(?:[\w-]+\s){0,2}(?:[Ss]ummit|[Tt]alks|[Mm]eeting|[Nn]egotiations|[Cc]onference)\b"
)
_NOUN_NEAR = 30  # characters
_TO = re.compile(r"\b(?:to|until|till|for)\s(?:the\s|early\s|late\s)?$")
_NOT = re.compile(r"\bnot\b|n[’']t\b")

_BREAK = re.compile(
    r"[;:()—“”\"]|,(?!\s(?:19|20)\d\d)|\b(?:that|which|who|where|when|while|but|after|before|since|because|said|told)\b"
)
_IN = re.compile(
    r"\b(?:(?:in|at)|(?:travel|fly|go|head|return|come|came|went)\w*\s(?:back\s)?to)\s(?:the\s)?"
    r"(?:[a-z]+\s(?:city|capital|resort)\s(?:of\s)?)?$"
)
_AROUND = re.compile(r"\b(?:to|from|near|outside|inside|around|across|over|of)\s(?:the\s)?$")
_SUMMIT = re.compile(r"\s(?:[Ss]ummit|[Cc]onference)\b")
_REACH = 40  # characters before a name
# Talks that are named after these are about them, wherever they are.
_SUBJECTS = frozenset({"ukraine", "russia", "gaza", "israel", "iran", "europe", "middle-east", "united-states"})
# Whose people or talks an adjective makes a country's: "Russian and Ukrainian negotiators", "Israeli delegation".
_WAR = "strikes?|attacks?|troops|forces|missiles?|drones?|shelling|fire|army|offensive|invasion|on|in|against|for"
_ITS_PEOPLE = re.compile(
    rf"(?:[\s–-](?!(?:{_WAR})\b)[\w’']{{1,30}}){{0,4}}?[\s–-]"
    r"(?:negotiat\w{1,8}|delegat\w{1,8}|officials?|talks|sides?|teams?|diplomats?|ministers?|presidents?|premiers?|chancellors?|leaders?|envoys?|representatives?|mediators?|counterparts?|generals?|spies|intelligence"
    r"|advisers?|aides?|governments?|parties|meetings?|summits?|consultations)\b"
)
# What an official's name follows: "U.S. envoy Steve Witkoff" names one party, not two.
_OFFICE = re.compile(
    r"(?:[’']s?)?(?:\s[\w-]+){0,3}?\s(?i:minister|president|envoy|secretary|secretary of state|negotiator|spokes\w+"
    r"|advis[eo]r|aide|leader|chancellor|premier|diplomat|ambassador|general)\s"
)
_LISTED = re.compile(r",\s(?:the\s)?[A-Z][\w.’-]+(?:\s[A-Z][\w.’-]+)?(?:,|,?\sand\s|\s\w+\sand\s)")
_BOTH = re.compile(
    r"\b(?:the two|both|the)\s(?:warring\s)?(?:sides|countries|delegations|parties|nations|capitals|neighbou?rs)\b",
    re.IGNORECASE,
)
_EARLIER = 3  # sentences in which "the two sides" may have been named


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
            earlier = sentences[max(0, number - _EARLIER) : number]
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
    return _passing(kind, noun, lead, text[sentence.start : noun.start], noun.slice(text))


def _passing(kind: TalkKind, noun: Span, lead: str, before: str, words: str) -> _Event | None:
    is_heard = _SPOKEN_AT.search(words) is not None and _HEARD.search(before) is not None
    if kind is TalkKind.MEETING and not is_heard and not AHEAD.search(before):
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
        near = len(between) <= _NEAR and not _BREAK.search(between)
        is_off = event.status in MOVES and not _NOT.search(text, event.at.end, event.verb_end)
        return near and (not is_off or _TO.search(between) is not None)
    if dating.start >= event.at.end:
        return event.status in MOVES or not _BREAK.search(text, event.at.end, dating.start)
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
    clause = _clause_of(text, line.sentence, event.at)
    place = _place_of(text, event.at, line.mentions)
    parties = _parties_of(text, clause, line.mentions, line.countries, place)
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
        parties=parties or _two_sides(text, clause, line.countries, line.earlier),
    )


def _place_of(text: str, event: Span, mentions: Sequence[Mention]) -> Mention | None:
    """Return where: the first place that stands "in" the event's clause, else the one that it is named after."""
    places = [mention for mention in mentions if mention.kind is MentionKind.PLACE]
    for mention in places:
        if _stands_in(text, mention.span) and not _is_parted(text, event, mention.span):
            return mention
    named = (mention for mention in places if mention.span.end == event.start - 1)
    return next((mention for mention in named if mention.ref_id not in _SUBJECTS), None)


def _parties_of(
    text: str, clause: Span, mentions: Sequence[Mention], countries: Countries, place: Mention | None
) -> tuple[str, ...]:
    """Return the ids of who stands in the clause of an event, each once, in order; who only says so is no party.

    `mentions` are those of its sentence, `place` is where it is.
    """
    bodies = {MentionKind.OFFICIAL, MentionKind.ORGANISATION}
    own = [mention for mention in mentions if mention.kind in bodies and clause.covers(mention.span)]
    taken = [*(mention.span for mention in own), *([place.span] if place else [])]
    lands = (each for each in countries.find(text, clause) if _is_party(text, each))
    named = [(mention.span, mention.ref_id or mention.name) for mention in own]
    named += [(each.span, countries.ref_id(each.code)) for each in lands if not _is_taken(text, each.span, taken)]
    return tuple(dict.fromkeys(ref_id for _, ref_id in sorted(named)))


def _clause_of(text: str, sentence: Span, event: Span) -> Span:
    """Return the stretch of a sentence around an event that no break parts from it; a list of names is none."""
    before = (found for found in _BREAK.finditer(text, sentence.start, event.start) if not _is_list(text, found))
    after = (found for found in _BREAK.finditer(text, event.end, sentence.end) if not _is_list(text, found))
    start = max((found.end() for found in before), default=sentence.start)
    return Span(start, next((found.start() for found in after), sentence.end))


def _is_list(text: str, found: re.Match[str]) -> bool:
    return _LISTED.match(text, found.start()) is not None


def _two_sides(text: str, clause: Span, countries: Countries, earlier: Sequence[Span]) -> tuple[str, ...]:
    """Return who "the two sides" of a clause are: the two countries that the sentences `earlier` named last."""
    if not _BOTH.search(text, clause.start, clause.end):
        return ()
    for sentence in reversed(earlier):
        lands = (each for each in countries.find(text, sentence) if _is_party(text, each))
        sides = tuple(dict.fromkeys(countries.ref_id(each.code) for each in lands))
        if sides:
            return sides if len(sides) == 2 else ()  # noqa: PLR2004 - the two sides
    return ()


def _is_party(text: str, named: NamedCountry) -> bool:
    if _stands_in(text, named.span) or _SUMMIT.match(text, named.span.end):
        return False
    if named.how is Naming.ADJECTIVE:
        return _ITS_PEOPLE.match(text, named.span.end) is not None
    before = max(0, named.span.start - _REACH)
    return named.how is not Naming.CAPITAL or not _AROUND.search(text, before, named.span.start)


def _is_taken(text: str, span: Span, taken: Sequence[Span]) -> bool:
    """Tell what is part of another name, or an official's office: "U.S. envoy Steve Witkoff"."""
    return any(span.meets(other) or _OFFICE.fullmatch(text, span.end, other.start) for other in taken)


def _stands_in(text: str, span: Span) -> bool:
    return _IN.search(text, max(0, span.start - _REACH), span.start) is not None


def _is_parted(text: str, one: Span, other: Span) -> bool:
    first, last = sorted((one, other))
    return _BREAK.search(text, first.end, max(first.end, last.start)) is not None
