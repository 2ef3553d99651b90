"""Who may speak: a party, its words, how it was found who is meant, and what is known of officials before reading."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from math import exp
from typing import TYPE_CHECKING

from extractors.officials.roster import Official
from extractors.officials.watchlist import Watchlist
from extractors.records import Mention, MentionKind, Span
from extractors.speech.lexicon import (
    ALLIANCES,
    ANY_OFFICE,
    BLOCS,
    CALLED_ALLIANCES,
    CALLED_BLOCS,
    CALLED_COUNTRIES,
    CALLED_MOVEMENTS,
    CALLED_PLACES,
    CALLED_TOGETHER,
    COLLEAGUES,
    MOVEMENTS,
    PEOPLE,
    TRADES,
    gender_of_name,
    gender_of_role,
    gender_of_titles,
    is_role,
)
from extractors.speech.syntax import says_he
from extractors.text.spans import start_of, starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

    from extractors.speech.parsing import ParsedSentence


class Resolution(StrEnum):
    """How it was found who is meant; stored and shown."""

    NAME = "name"
    SURNAME = "surname"
    ROLE = "role"
    APPOSITION = "apposition"
    METONYM = "metonym"
    PRONOUN = "pronoun"
    INHERITED = "inherited"
    GROUP = "group"
    OWNER = "owner"
    NONE = "none"


# How often a rule names the right speaker where the words are right: benchmarks/resolving.py, on annotated news (the
# phrase) and the seeds (the person). For a pronoun the phrase is right in 0.98, its person in 0.9 of those.
CERTAINTY = {
    Resolution.NAME: 0.97,
    Resolution.SURNAME: 0.98,
    Resolution.ROLE: 0.89,
    Resolution.APPOSITION: 0.95,
    Resolution.METONYM: 0.8,
    Resolution.PRONOUN: 0.88,
    Resolution.INHERITED: 0.88,
    Resolution.GROUP: 0.92,
    Resolution.OWNER: 0.97,
    Resolution.NONE: 0.87,
}


# How often the person is the right one where the phrase is, for what stands for a name.
_STANDS_FOR = {Resolution.INHERITED: 0.95, Resolution.ROLE: 0.95}
PEOPLE_NAMED = (MentionKind.OFFICIAL, MentionKind.PERSON)
BODIES_NAMED = (MentionKind.ORGANISATION, MentionKind.PLACE)
_NAMED = frozenset({Resolution.NAME, Resolution.SURNAME, Resolution.APPOSITION, Resolution.METONYM})
# Log-odds that the phrase beside the words is who says them, and what they gain by how far the tagger hears it as a
# source: from 530 statements of articles that it had not learned from. A name is likelier than anything else.
_BY_NAME, _OTHERWISE = (0.5, 2.8), (-0.2, 3.3)
# "The Russian diplomat" and "his Turkish counterpart" are no presidents; "the French" are no one man.
_HEADS = frozenset({"president", "chancellor", "king", "emir", "pope", "ruler"})
_ALL_OF_THEM = ("sh", "ch", "se", "ss")
_ONCE = frozenset({"former", "ex", "retired", "onetime", "erstwhile"})
_PARTICLE = 3  # letters of "van", "al" or "von" in a name
_AND = "; "  # between the names of those who speak as one
UNSURE = 0.5  # confidence below which nobody is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whoever a phrase means. `name` is None for a pronoun that nothing resolves; `gender` is "m", "f" or None.

    `likelihood` is how likely this is whom a pronoun or a description stands for.
    """

    name: str | None
    ref_id: str | None = None
    gender: str | None = None
    is_person: bool = False
    is_many: bool = False
    is_place: bool = False
    resolution: Resolution = Resolution.NONE
    likelihood: float = 1.0

    @property
    def names(self) -> list[str]:
        """Return the name, or those of several who speak as one."""
        return self.name.split(_AND) if self.name else []

    @property
    def is_known(self) -> bool:
        """Tell one who has a name, not a description: "Macron and a diplomat" is Macron."""
        return self.name is not None and self.resolution not in {Resolution.NONE, Resolution.GROUP}


def confidence_in(party: Party, heard: float | None) -> float:
    """Return how likely a speaker is the right one, from 0 to 1; `heard` is how likely the tagger takes him for one."""
    resolution = party.resolution
    if heard is None:
        return round(CERTAINTY[resolution] * party.likelihood, 2)
    base, gain = _BY_NAME if resolution in _NAMED else _OTHERWISE
    return round(_STANDS_FOR.get(resolution, 1.0) * party.likelihood / (1 + exp(-(base + gain * heard))), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A party with the words that name it at this place."""

    party: Party
    surface: str
    span: Span


NOBODY = Party(name=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known before reading: of each official by id, of each people by how it is called, whose seat is where.

    `titles` are the words of which the names of offices are made, but for what any official may be called.
    """

    genders: Mapping[str, str]
    offices: Mapping[str, frozenset[str]]
    homes: Mapping[str, str | None]
    peoples: Mapping[str, str]
    seats: Mapping[str, str]
    countries: frozenset[str]
    titles: frozenset[str]

    @classmethod
    def of(cls, watchlist: Watchlist) -> Background:
        """Return what a watchlist tells."""
        titles = {role.role: role.titles for role in watchlist.roles}
        return cls(
            genders={each.official_id: each.gender for each in watchlist.officials},
            offices={each.official_id: _offices(each, titles) for each in watchlist.officials},
            homes={each.official_id: each.country for each in watchlist.officials},
            peoples=dict(_peoples(watchlist)),
            seats={seat: country.name for country in watchlist.countries for seat in country.metonyms},
            titles=frozenset(word for title in chain(*titles.values()) for word in title.lower().split()) - ANY_OFFICE,
            countries=frozenset(country.name for country in watchlist.countries if country.is_place),
        )

    def may_be(self, one: Party, noun: str) -> str | None:
        """Tell by what "the country", "the territory", "the bloc" or "the movement" may be a party; None where not."""
        sorts = {
            CALLED_COUNTRIES: one.name in self.countries,
            CALLED_PLACES: one.is_place and one.name not in self.countries,
            CALLED_BLOCS: one.name in BLOCS,
            CALLED_ALLIANCES: one.name in ALLIANCES,
            CALLED_MOVEMENTS: one.name in MOVEMENTS,
        }
        return "named" if any(noun in nouns and holds for nouns, holds in sorts.items()) else None


def _peoples(watchlist: Watchlist) -> Iterator[tuple[str, str]]:
    """Yield the words by which somebody is a country's: "russian", "turkish", "kremlin"."""
    for country in watchlist.countries:
        yield from ((name.lower(), country.code) for name in (*country.demonyms, *country.metonyms, country.name))
    for body in watchlist.organisations:
        if body.country is not None:
            yield from ((alias.lower(), body.country) for alias in body.aliases)


def _offices(official: Official, titles: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the nouns by which all that an official has ever been is called: "minister", "president"."""
    held = (title for term in official.terms for title in (*titles.get(term.role, ()), term.title or term.role))
    return frozenset(word.lower() for title in held for word in title.replace("_", " ").split())


def joined(named: Sequence[Party]) -> Party:
    """Return several who speak as one; the first of the roster lends the id."""
    return Party(
        name=_AND.join(dict.fromkeys(str(one.name) for one in named)),
        ref_id=next((one.ref_id for one in named if one.ref_id), None),
        is_person=all(one.is_person for one in named),
        is_many=True,
        resolution=Resolution.GROUP,
    )


def sort_of(one: Party, kind: str) -> str | None:
    """Tell what an "it" or "they" would mean in a party; None where it cannot."""
    if one.is_many:
        return "many" if kind == "they" else None
    if one.is_person:
        return None
    return "named" if one.is_known else "described" if kind == "it" else None


def are_called(one: Party, noun: str, count: int) -> str | None:
    """Tell those named together who may be "the three leaders", "the two countries"; a `count` of 0 is any number."""
    if not one.is_many or len(one.names) < 2 or count not in {0, len(one.names)}:  # noqa: PLR2004 - two are several
        return None
    if one.is_person:  # but "the officials" are not the king and queen
        return "many" if is_role(noun) and (count or noun == "leader") else None
    return "many" if noun in CALLED_TOGETHER else None


def naming_rule(mention: Mention) -> Resolution:
    """Tell a name in full, a surname alone and an office: "Ukraine’s foreign minister" has a word in small letters."""
    words = mention.surface.split()
    if any(word[:1].islower() and len(word) > _PARTICLE for word in words) or words[-1].lower() in PEOPLE:
        return Resolution.ROLE
    return Resolution.NAME if len(words) > 1 or mention.surface == mention.name else Resolution.SURNAME


class Named:
    """The people and bodies that the mentions of one article name. A name of unknown gender takes one on."""

    def __init__(self, mentions: Sequence[Mention], known: Background) -> None:
        """Take the mentions of the article, and what is known of their people and places."""
        self._mentions = [mention for mention in mentions if mention.kind is not MentionKind.TOPIC]
        self._starts = [mention.span.start for mention in self._mentions]
        self._genders, self._seats = dict(known.genders), known.seats
        self._bodies: list[tuple[str, Party]] = []

    def inside(self, span: Span) -> Sequence[Mention]:
        """Return the mentions that begin in a stretch of the text, in order."""
        return starting_in(self._mentions, span, start_of)

    def people_in(self, spans: Sequence[Span]) -> frozenset[str]:
        """Return the names of the people that some stretches of the text call by name."""
        return frozenset(each.name for span in spans for each in self.inside(span) if each.kind in PEOPLE_NAMED)

    def at(self, sentence: ParsedSentence, token: Token, kinds: tuple[MentionKind, ...]) -> Mention | None:
        """Return the mention a token is the head of: "Putin" in "Putin’s aide" is no mention of the aide."""
        place = sentence.place(token)
        nearest = bisect_right(self._starts, place) - 1
        for at in range(nearest, max(-1, nearest - 3), -1):
            mention = self._mentions[at]
            if mention.kind in kinds and mention.span.start <= place < mention.span.end:
                return mention
        return None

    def party(self, mention: Mention, token: Token | None) -> Party:
        """Return whom a mention names; a title before `token` tells the gender of who is on no roster."""
        is_human = mention.ref_id is None and token is not None and says_he(token)  # the model takes him for a body
        if mention.kind in BODIES_NAMED and not is_human:
            is_place = mention.kind is MentionKind.PLACE
            seat = self._seats.get(mention.name) if is_place else None
            rule = Resolution.METONYM if seat else Resolution.NAME
            is_place = is_place and mention.ref_id is not None  # the model takes many a noun for a place
            body = Party(name=seat or mention.name, is_place=is_place, resolution=rule)
            if mention.kind is MentionKind.ORGANISATION:
                self._bodies.append((f" {mention.surface.lower()}", body))
            return body
        titles = [child.lower_ for child in token.children] if token is not None and mention.ref_id is None else []
        gender = gender_of_titles(titles)
        gender = self._genders.setdefault(mention.name, gender) if gender else self.gender(mention)
        rule = naming_rule(mention)
        return Party(name=mention.name, ref_id=mention.ref_id, gender=gender, is_person=True, resolution=rule)

    def titled(self, sentence: ParsedSentence, head: Token, text: str) -> Party | None:
        """Return the Boehler of "Special Envoy for Hostage Response Adam Boehler", whose title has a name in it."""
        if head.pos_ != "PROPN" or not is_role(head.lemma_.lower()):
            return None
        for mention in self.inside(sentence.span(head, head.right_edge)):
            before_it = text[: mention.span.start].rsplit(maxsplit=1)[-1]
            if mention.kind in PEOPLE_NAMED and before_it[0].isupper() and before_it[-1].isalpha():
                return replace(self.party(mention, None), resolution=Resolution.APPOSITION)
        return None

    def body(self, noun: str) -> Party | None:
        """Return the body that "the ministry" is: the last that was asked for of those whose names end so."""
        return next((body for surface, body in reversed(self._bodies) if surface.endswith(f" {noun}")), None)

    def gender(self, one: Party | Mention) -> str | None:
        """Return "m" or "f" as the roster, the article or the name itself tells, None where none does."""
        return self._genders.get(one.ref_id or str(one.name)) or gender_of_name(str(one.name))

    def take(self, one: Party, gender: str) -> None:
        """Take in that a pronoun has told the gender of who is on no roster."""
        if one.ref_id is None:
            self._genders.setdefault(str(one.name), gender)


class Callings:
    """What an article calls whom: the "negotiator" it gave to a name, and the roles it gave to nobody it names."""

    def __init__(self, known: Background) -> None:
        """Begin with what the roster's people have been; `last` and `unnamed` are by role."""
        self._known = known
        self._called: set[tuple[str | None, str]] = set()
        self.last: dict[str, Party] = {}
        self.unnamed: set[str] = set()

    def learn(self, roles: Sequence[str], party: Party | None) -> None:
        """Remember whose roles these are."""
        if party is not None:
            self.last.update(dict.fromkeys(roles, party))
            self._called.update((party.name, role) for role in roles)

    def fit(self, one: Party, role: str) -> str | None:
        """Tell by whom somebody is called a role: by the article, the roster, his trade, or nobody as far as known."""
        if not (one.is_person and one.is_known) or one.is_many or not _agrees(one, role):
            return None
        if (one.name, role) in self._called:
            return "called last" if self.last[role].name == one.name else "called"
        offices = self._known.offices.get(one.ref_id or "")
        if offices is not None:
            return "held" if role in offices else "official" if role in ANY_OFFICE else None
        return "trade" if role in TRADES | ANY_OFFICE else "stranger"

    def held(self, one: Party, role: str) -> str | None:
        """Tell by what somebody holds an office, by the article or the roster; None for who does not."""
        by = self.fit(one, role)
        return by if by in {"called last", "called", "held"} else None

    def suits(self, one: Party, words: Sequence[str]) -> bool:
        """Tell whether nothing keeps him from being "the retired general": no office, people or gender of others."""
        home = self._known.homes.get(one.ref_id or "")
        is_others = words[-1] in self._known.titles and _ONCE.isdisjoint(words)
        return (
            one.is_known
            and not one.is_many
            and not (is_others or words[-1] in self.unnamed or words[-1] in self.last)
            and _agrees(one, words[-1])
            and (home is None or set(self._peoples_in(words).values()) <= {home})
        )

    def recall(self, one: Party, words: Sequence[str]) -> str | None:
        """Tell who is all that "Russian diplomat", "Estonian" or "deputy prime minister" says, as far as is known."""
        offices = self._known.offices.get(one.ref_id or "")
        is_strangers = words[-1] in self.unnamed and words[-1] not in _HEADS | {"minister"}
        if offices is None or one.is_many or is_strangers or not _agrees(one, words[-1]):
            return None
        peoples = self._peoples_in(words)
        called = {"spokesperson" if word.startswith("spokes") else word for word in words if word not in peoples}
        if not called and words[-1].endswith(_ALL_OF_THEM):
            return None
        if any(code != self._known.homes.get(one.ref_id or "") for code in peoples.values()):
            return None
        if peoples and offices.isdisjoint(_HEADS):
            called -= ANY_OFFICE | COLLEAGUES
        return "held" if called <= offices and (called or peoples) else None

    def _peoples_in(self, words: Sequence[str]) -> dict[str, str]:
        """Return the words by which somebody is a country's, each with its code."""
        return {word: self._known.peoples[word] for word in words if word in self._known.peoples}


def _agrees(one: Party, role: str) -> bool:
    """Tell whether a noun may be said of somebody by his gender, as far as either has one."""
    return gender_of_role(role) in {one.gender, None}
