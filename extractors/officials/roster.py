"""A watchlist: who holds which office when, and what topics, organisations and places are called. Reads no file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from extractors.text.words import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An office held from `since` to the day before `until`; None where unknown or open. `title` is its own name."""

    role: str
    country: str
    since: date | None = None
    until: date | None = None
    title: str | None = None

    def covers(self, on: date) -> bool:
        """Tell whether the office was held on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A person of the roster. `aliases` are every full spelling, and surnames that need no first name (`bare`).

    `given` and `surnames` are the spellings of each part; `gender` is "m" or "f".
    """

    official_id: str
    name: str
    country: str
    side: str
    gender: str
    aliases: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    bare: bool = True
    terms: tuple[Term, ...] = ()

    @property
    def surname(self) -> str | None:
        """The surname as the canonical name has it."""
        return self.surnames[0] if self.surnames else None

    def held(self, role: str, country: str) -> bool:
        """Tell whether this person held the office at any time."""
        return any(term.role == role and term.country == country for term in self.terms)

    def term_on(self, on: date | None) -> Term | None:
        """Return the office to name the person by: the one held on that day, listed first; without a day the first."""
        held = [term for term in self.terms if on is None or term.covers(on)]
        return held[0] if held else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """How an office is spoken of.

    `titles` stand after a country ("Ukrainian foreign minister") or before it ("foreign minister of Ukraine"); in
    `forms` a * is the country as an adjective or possessive; `fixed` are (country, phrase) that name it themselves.
    Where it is `shared` several hold it at once.
    """

    role: str
    titles: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject and the phrases that show it."""

    topic: str
    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A negotiation, open from `since` to the day before `until`, and what shows that words are about it.

    `places` and `words` each show it alone, and so does one of its `parties` that is one of its places; two parties do
    together, unless they are no `pair` but have other matters too. `venues`, `hints` and `officials`, by id, do beside
    a party.
    """

    process_id: str
    name: str
    parties: tuple[str, ...]
    officials: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    pair: bool = True

    def covers(self, on: date) -> bool:
        """Tell whether it was open on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An institution, outlet or alliance."""

    ref_id: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBody:
    """A part of a state that speaks for itself, as every country may have one: its army, its foreign ministry.

    `forms` stand beside a country ("the Israeli army", "army of Israel"); `fixed` are (country, name) that need none.
    Who holds the office `spoken_by` says what it says.
    """

    body: str
    forms: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    spoken_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A country, region, city or building."""

    ref_id: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country, or a body that has offices as a country has; `metonyms` speak for it ("Kyiv’s top diplomat")."""

    code: str
    name: str
    side: str
    names: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()
    is_place: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """Everything watched. `version` changes with any character of the texts it came from."""

    countries: tuple[Country, ...]
    roles: tuple[Role, ...]
    officials: tuple[Official, ...]
    topics: tuple[Topic, ...]
    organisations: tuple[Organisation, ...]
    bodies: tuple[StateBody, ...]
    places: tuple[NamedPlace, ...]
    processes: tuple[Process, ...]
    decoys: tuple[str, ...]
    given_names: tuple[str, ...]
    version: str
    _officials: dict[str, Official] = field(repr=False, compare=False)

    def official(self, text: str) -> Official | None:
        """Return whoever has this id, name, alias or unshared surname, whatever its case and accents."""
        return self._officials.get(name_key(text))

    def topic(self, text: str) -> Topic | None:
        """Return the topic of this id or name."""
        return next(
            (topic for topic in self.topics if name_key(text) in {name_key(topic.topic), name_key(topic.name)}), None
        )

    def country(self, code: str) -> Country | None:
        """Return the country of this code."""
        return next((country for country in self.countries if country.code == code), None)

    def holder(self, role: str, country: str, on: date) -> Official | None:
        """Return who held the office on that day: of several the one who came last, None where two came together.

        Nobody is the holder of an office that several hold at once.
        """
        if any(each.shared for each in self.roles if each.role == role):
            return None
        terms = [
            (term.since or date.min, official)
            for official in self.officials
            for term in official.terms
            if (term.role, term.country) == (role, country) and term.covers(on)
        ]
        latest = max((since for since, _ in terms), default=date.min)
        holders = [official for since, official in terms if since == latest]
        return holders[0] if len(holders) == 1 else None


def name_key(text: str) -> str:
    """Return what spellings of a name share, whatever its case, accents and hyphens."""
    return " ".join(fold(text.casefold()).replace("-", " ").split())
