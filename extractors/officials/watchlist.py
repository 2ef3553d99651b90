"""The watchlist people edit: who and what is looked for, and who held which office when. Looks at no text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import Any

from extractors.officials.roster import Country, Official, Organisation, Place, Role, Term, Topic
from extractors.officials.watchlist_file import Contents, read_watchlist
from extractors.officials.watchlist_shape import WatchlistProblem, slug
from extractors.text.words import fold

__all__ = [
    "Country",
    "Official",
    "Organisation",
    "Place",
    "Role",
    "Term",
    "Topic",
    "Watchlist",
    "WatchlistProblem",
    "load_watchlist",
    "slug",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist(Contents):
    """Everything watched. `version` changes with any character of the texts it came from."""

    version: str
    _officials: dict[str, Official] = field(repr=False, compare=False)

    def official(self, text: str) -> Official | None:
        """Return whoever has this id, name, alias or unshared surname, whatever its case and accents."""
        return self._officials.get(_key(text))

    def topic(self, text: str) -> Topic | None:
        """Return the topic of this id or name."""
        return next((topic for topic in self.topics if _key(text) in {_key(topic.topic), _key(topic.name)}), None)

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


def load_watchlist(*extra: str | Mapping[str, Any]) -> Watchlist:
    """Return the watchlist that comes with the package, with a user's TOML, text or tables, added.

    Raises WatchlistProblem, whose `source` is 1 for the first of `extra`.
    """
    own = files("extractors").joinpath("watchlist.toml").read_text(encoding="utf-8")
    contents = read_watchlist([own, *extra])
    texts = [own, *(each if isinstance(each, str) else json.dumps(each, default=str) for each in extra)]
    own_fields = {each.name: getattr(contents, each.name) for each in fields(contents)}
    return Watchlist(
        **{**own_fields, "places": _places(contents)},
        version=sha256("\0".join(texts).encode()).hexdigest()[:16],
        _officials=_by_name(contents.officials),
    )


def _places(contents: Contents) -> tuple[Place, ...]:
    """Return the places with the countries among them."""
    countries = (country for country in contents.countries if country.is_place)
    named = [
        Place(ref_id=slug(each.name), name=each.name, aliases=(each.name, *each.names), country=each.code)
        for each in countries
    ]
    return (*named, *contents.places)


def _by_name(officials: Iterable[Official]) -> dict[str, Official]:
    """Map every way to name one person; a surname two people share names neither."""
    found: dict[str, Official] = {}
    surnames: dict[str, list[Official]] = {}
    for official in officials:
        for surname in {_key(each) for each in official.surnames}:
            surnames.setdefault(surname, []).append(official)
        own = {_key(each) for each in (official.official_id, official.name, *official.aliases)}
        for name in own - {_key(each) for each in official.surnames}:
            if (other := found.setdefault(name, official)) is not official:
                raise WatchlistProblem(
                    f'officials "{official.official_id}": the name "{name}" is already that of "{other.official_id}"'
                )
    return {name: sharing[0] for name, sharing in surnames.items() if len(sharing) == 1} | found


def _key(text: str) -> str:
    return " ".join(fold(text.casefold()).replace("-", " ").split())
