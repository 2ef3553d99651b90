"""The TOML of a watchlist, checked and merged with a user's additions, as roster records. Reads no file itself."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeVar

from extractors.officials.roster import Country, Official, Organisation, Place, Role, Term, Topic
from extractors.officials.watchlist_shape import (
    LISTS,
    TABLES,
    TERM,
    Entry,
    WatchlistProblem,
    Where,
    at,
    expect_kind,
    expect_known,
    expect_required,
    expect_shape,
    slug,
    texts_in,
)
from extractors.text.words import is_cyrillic

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All the records of one or more watchlist texts."""

    countries: tuple[Country, ...]
    roles: tuple[Role, ...]
    officials: tuple[Official, ...]
    topics: tuple[Topic, ...]
    organisations: tuple[Organisation, ...]
    places: tuple[Place, ...]
    decoys: tuple[str, ...]
    given_names: tuple[str, ...]


def read_watchlist(sources: Sequence[str | Entry]) -> Contents:
    """Return the records of TOML texts or tables, later ones adding to earlier.

    Raises WatchlistProblem for the first mistake.
    """
    merged = _Merged()
    for number, source in enumerate(sources):
        try:
            merged.add(number, _parsed(source) if isinstance(source, str) else source)
        except WatchlistProblem as problem:
            problem.source = number
            raise
    return _contents(merged)


@dataclass(slots=True)
class _Merged:
    """The entries of all sources by table and id, and where each was written last."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {table: {} for table in TABLES})
    lists: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in LISTS})
    origins: dict[tuple[str, str], tuple[int, Where]] = field(default_factory=dict)

    def add(self, number: int, source: Entry) -> None:
        """Add the tables of one source."""
        for table, value in source.items():
            with at(table):
                expect_known(table, (*TABLES, *LISTS), "the watchlist", "table")
                expect_kind(value, list, f"[[{table}]]" if table in TABLES else table)
                if table in LISTS:
                    self.lists[table] += texts_in(value, table)
                    continue
                for index, entry in enumerate(value):
                    with at(index):
                        entry_id = _merge(self.tables[table], table, entry)
                    self.origins[table, entry_id] = (number, (table, index))

    def built(self, table: str, make: Callable[[Entry], Record]) -> tuple[Record, ...]:
        """Return a table's records."""
        records = []
        for entry_id, entry in self.tables[table].items():
            try:
                expect_required(table, entry_id, entry)
                records.append(make(entry))
            except WatchlistProblem as problem:
                problem.source, problem.place = self.origins[table, entry_id]
                raise
        return tuple(records)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WatchlistProblem(f"the watchlist is not valid TOML: {error}") from None


def _merge(known: dict[str, dict[str, Any]], table: str, entry: Any) -> str:
    """Add an entry, or its lists to those of the entry of that id and its other values in place of theirs.

    Returns its id.
    """
    shape = TABLES[table]
    expect_kind(entry, dict, f"[[{table}]]")
    default = entry.get(shape.made_from) if shape.made_from else None
    entry_id = entry.get(shape.key) or (slug(default) if isinstance(default, str) else None)
    if not isinstance(entry_id, str):
        raise WatchlistProblem(f'an entry of [[{table}]] needs "{shape.made_from or shape.key}", text in quotes')
    where = f'{table} "{entry_id}"'
    expect_shape(entry, shape, where)
    if shape.made_from and entry_id != slug(entry_id):
        raise WatchlistProblem(f'{where}: an id is lower-case ASCII with hyphens: "{slug(entry_id)}"')
    merged = known.setdefault(entry_id, {shape.key: entry_id})
    for key, value in entry.items():
        merged[key] = [*merged.get(key, []), *value] if isinstance(value, list) else value
    return entry_id


def _contents(merged: _Merged) -> Contents:
    countries = {country.code: country for country in merged.built("countries", _country)}
    roles = merged.built("roles", lambda entry: _role(entry, countries))
    known_roles = [role.role for role in roles]
    return Contents(
        countries=tuple(countries.values()),
        roles=roles,
        officials=merged.built("officials", lambda entry: _official(entry, countries, known_roles)),
        topics=merged.built("topics", _topic),
        organisations=merged.built(
            "organisations", lambda entry: Organisation(**_named(entry, countries, "organisations"))
        ),
        places=merged.built("places", lambda entry: Place(**_named(entry, countries, "places"))),
        decoys=tuple(merged.lists["decoys"]),
        given_names=tuple(merged.lists["given_names"]),
    )


def _country(entry: Entry) -> Country:
    return Country(
        code=entry["code"],
        name=entry["name"],
        side=entry["side"],
        names=tuple(entry.get("names", ())),
        demonyms=tuple(entry.get("demonyms", ())),
        metonyms=tuple(entry.get("metonyms", ())),
        is_place=entry.get("place", True),
    )


def _role(entry: Entry, countries: Mapping[str, Country]) -> Role:
    where = f'roles "{entry["role"]}"'
    fixed = []
    for code, phrases in entry.get("fixed", {}).items():
        expect_known(code, countries, where, "country")
        expect_kind(phrases, list, f'{where}: "fixed.{code}"')
        fixed += [(code, phrase) for phrase in texts_in(phrases, f'{where}: "fixed.{code}"')]
    for form in entry.get("forms", ()):
        if form.split().count("*") != 1:
            raise WatchlistProblem(f'{where}: the form "{form}" needs one word * for the country')
    return Role(
        role=entry["role"],
        titles=tuple(entry.get("titles", ())),
        forms=tuple(entry.get("forms", ())),
        fixed=tuple(fixed),
        shared=entry.get("shared", False),
    )


def _topic(entry: Entry) -> Topic:
    return Topic(topic=entry["topic"], name=entry["name"], phrases=tuple(dict.fromkeys(entry["phrases"])))


def _named(entry: Entry, countries: Mapping[str, Country], table: str) -> dict[str, Any]:
    country = entry.get("country")
    if country is not None:
        expect_known(country, countries, f'{table} "{entry["id"]}"', "country")
    aliases = tuple(dict.fromkeys((entry["name"], *entry.get("aliases", ()))))
    return {"ref_id": entry["id"], "name": entry["name"], "aliases": aliases, "country": country}


def _official(entry: Entry, countries: Mapping[str, Country], roles: Sequence[str]) -> Official:
    where = f'officials "{entry["id"]}"'
    expect_known(entry["country"], countries, where, "country")
    if entry["gender"] not in {"m", "f"}:
        raise WatchlistProblem(f'{where}: "gender" must be "m" or "f"')
    given, surnames = tuple(entry.get("given", ())), tuple(entry.get("surname", ()))
    bare = entry.get("bare", True)
    full = [f"{first} {last}" for first, last in product(given, surnames) if is_cyrillic(first) == is_cyrillic(last)]
    names = (entry["name"], *entry.get("aliases", ()), *full, *(surnames if bare else ()))
    return Official(
        official_id=entry["id"],
        name=entry["name"],
        country=entry["country"],
        side=entry.get("side", countries[entry["country"]].side),
        gender=entry["gender"],
        aliases=tuple(dict.fromkeys(names)),
        given=given,
        surnames=surnames,
        bare=bare,
        terms=tuple(_term(term, entry, countries, roles, where) for term in entry.get("terms", ())),
    )


def _term(term: Any, entry: Entry, countries: Mapping[str, Country], roles: Sequence[str], where: str) -> Term:
    where = f"{where}, a term"
    expect_kind(term, dict, where)
    expect_shape(term, TERM, where)
    if "role" not in term:
        raise WatchlistProblem(f'{where}: "role" is missing')
    country = term.get("country", entry["country"])
    expect_known(term["role"], roles, where, "role")
    expect_known(country, countries, where, "country")
    since, until = term.get("since"), term.get("until")
    if since and until and since >= until:
        raise WatchlistProblem(f'{where}: "since" must be before "until", {since} is not before {until}')
    return Term(role=term["role"], country=country, since=since, until=until, title=term.get("title"))
