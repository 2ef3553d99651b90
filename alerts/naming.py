"""What the names in a rule stand for: persons, offices, sides, countries and institutions of the watchlist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from extractors.officials.roster import Official, Organisation, Place, Term
from extractors.officials.watchlist import Watchlist
from extractors.text.words import fold

ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Someone or something a rule names. `terms` are the offices that count; None: named whatever the office."""

    ref_id: str
    name: str
    terms: tuple[Term, ...] | None = None

    def holds(self, on: date | None) -> bool:
        """Tell whether this one is meant on that day; without a day an office held at any time counts."""
        return self.terms is None or on is None or any(term.covers(on) for term in self.terms)


def named(text: str, watchlist: Watchlist) -> tuple[Named, ...]:
    """Return whom or what `text` names in a rule's `officials`; nobody when the watchlist has no such name."""
    prefix, colon, value = text.partition(":")
    group = _GROUPS.get(prefix.strip().casefold()) if colon else None
    if group is not None:
        return group(_key(value), watchlist)
    if _key(text) == ANY:
        return tuple(_person(official) for official in watchlist.officials)
    official = watchlist.official(text)
    return (_person(official),) if official else _things(_key(text).removeprefix("the "), watchlist)


def known_names(text: str, watchlist: Watchlist) -> tuple[str, dict[str, str]]:
    """Return what sort of name `text` should have been, and every spelling of that sort with the name to write."""
    prefix, colon, _ = text.partition(":")
    sort = prefix.strip().casefold()
    if colon and sort in _GROUPS:
        values = [f"{sort}:{value}" for value in sorted(set(_values(sort, watchlist)))]
        return sort, dict(zip(values, values, strict=True))
    people = {name: each.name for each in watchlist.officials for name in (each.official_id, *each.aliases, each.name)}
    things = {name: each.name for each in _watched_things(watchlist) for name in (*each.aliases, each.name)}
    return "official", {ANY: ANY, **things, **people}


def _watched_things(watchlist: Watchlist) -> tuple[Organisation | Place, ...]:
    return (*watchlist.organisations, *watchlist.places)


def _person(official: Official) -> Named:
    return Named(ref_id=official.official_id, name=official.name)


def _things(key: str, watchlist: Watchlist) -> tuple[Named, ...]:
    """Return organisations and places of this name: "Kremlin" may be both."""
    return tuple(
        Named(ref_id=each.ref_id, name=each.name)
        for each in _watched_things(watchlist)
        if key in {_key(each.ref_id), _key(each.name), *map(_key, each.aliases)}
    )


def _of_side(key: str, watchlist: Watchlist) -> tuple[Named, ...]:
    return tuple(_person(official) for official in watchlist.officials if _key(official.side) == key)


def _of_country(key: str, watchlist: Watchlist) -> tuple[Named, ...]:
    codes = {each.code for each in watchlist.countries if key in map(_key, (each.code, each.name, *each.names))}
    codes |= {official.country for official in watchlist.officials if _key(official.country) == key}
    return tuple(_person(official) for official in watchlist.officials if official.country in codes)


def _in_role(key: str, watchlist: Watchlist) -> tuple[Named, ...]:
    """Return everyone who ever held the office, with the terms in which he did."""
    roles = {role for role, names in _role_names(watchlist).items() if key in map(_key, names)}
    found = []
    for official in watchlist.officials:
        terms = tuple(term for term in official.terms if term.role in roles or _key(term.title or "") == key)
        if terms:
            found.append(Named(ref_id=official.official_id, name=official.name, terms=terms))
    return tuple(found)


def _role_names(watchlist: Watchlist) -> Mapping[str, set[str]]:
    """Return what each office may be called: its name, its titles, and phrases that name it alone."""
    held = {term.role: {term.role} for official in watchlist.officials for term in official.terms}
    for role in watchlist.roles:
        held.setdefault(role.role, {role.role}).update(role.titles, (phrase for _, phrase in role.fixed))
    return held


def _values(sort: str, watchlist: Watchlist) -> Iterable[str]:
    match sort:
        case "side":
            return (official.side for official in watchlist.officials)
        case "country":
            codes = {official.country for official in watchlist.officials}
            named = (name for each in watchlist.countries if each.code in codes for name in (each.name, *each.names))
            return (*codes, *named)
    return (name for names in _role_names(watchlist).values() for name in names)


def _key(text: str) -> str:
    return " ".join(fold(text.casefold()).replace("-", " ").split())


_GROUPS: Mapping[str, Callable[[str, Watchlist], tuple[Named, ...]]] = {
    "side": _of_side,
    "country": _of_country,
    "role": _in_role,
}
