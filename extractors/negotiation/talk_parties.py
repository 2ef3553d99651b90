"""Who meets, and where: the countries, institutions and officials in the clause that tells of talks. Knows no dates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.officials.countries import Countries, NamedCountry, Naming
from extractors.records import Mention, MentionKind, Span

BREAK = re.compile(
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
EARLIER = 3  # sentences in which "the two sides" may have been named


def place_of(text: str, event: Span, mentions: Sequence[Mention]) -> Mention | None:
    """Return where: the first place that stands "in" the event's clause, else the one that it is named after."""
    places = [mention for mention in mentions if mention.kind is MentionKind.PLACE]
    for mention in places:
        if _stands_in(text, mention.span) and not _is_parted(text, event, mention.span):
            return mention
    named = (mention for mention in places if mention.span.end == event.start - 1)
    return next((mention for mention in named if mention.ref_id not in _SUBJECTS), None)


def parties_of(
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


def clause_of(text: str, sentence: Span, event: Span) -> Span:
    """Return the stretch of a sentence around an event that no break parts from it; a list of names is none."""
    before = (found for found in BREAK.finditer(text, sentence.start, event.start) if not _is_list(text, found))
    after = (found for found in BREAK.finditer(text, event.end, sentence.end) if not _is_list(text, found))
    start = max((found.end() for found in before), default=sentence.start)
    return Span(start, next((found.start() for found in after), sentence.end))


def _is_list(text: str, found: re.Match[str]) -> bool:
    return _LISTED.match(text, found.start()) is not None


def two_sides(text: str, clause: Span, countries: Countries, earlier: Sequence[Span]) -> tuple[str, ...]:
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
    return BREAK.search(text, first.end, max(first.end, last.start)) is not None
