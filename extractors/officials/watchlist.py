"""The watchlist people edit: the package's TOML and a user's additions, checked and merged. Looks at no text.

A mistake is one line that knows its place. What the keys mean stands at the head of `extractors/watchlist.toml`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from itertools import product
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from extractors.officials.entries import (
    TABLES,
    BodyEntry,
    CountryEntry,
    OfficialEntry,
    ProcessEntry,
    RoleEntry,
    TermEntry,
    Texts,
    ThingEntry,
    TopicEntry,
    WatchlistEntry,
)
from extractors.officials.phrases import alternatives
from extractors.officials.roster import (
    Country,
    NamedPlace,
    Official,
    Organisation,
    Process,
    Role,
    StateBody,
    Term,
    Topic,
    Watchlist,
    name_key,
)
from extractors.text.words import fold, is_cyrillic, nearest_word

__all__ = ["Official", "Term", "Watchlist", "WatchlistProblem", "load_watchlist", "slug"]

R = TypeVar("R")


class WatchlistProblem(ValueError):
    """What is wrong with a watchlist: which entry, what, and what to write instead.

    `place` leads to it in the TOML numbered `source`, such as `("officials", 0, "gender")`; both unknown at first.
    """

    source: int | None = None
    place: tuple[int | str, ...] = ()


def load_watchlist(*extra: str | Mapping[str, Any]) -> Watchlist:
    """Return the watchlist that comes with the package, with a user's TOML, text or tables, added.

    Raises WatchlistProblem for the first mistake, whose `source` is 1 for the first of `extra`.
    """
    texts = [each for each in extra if isinstance(each, str)]
    return _loaded(*extra) if len(texts) < len(extra) else _of_texts(*texts)


def _loaded(*extra: str | Mapping[str, Any]) -> Watchlist:
    own = files("extractors").joinpath("watchlist.toml").read_text(encoding="utf-8")
    merged = _Merged()
    for number, source in enumerate([own, *extra]):
        try:
            merged.add(number, _parsed(source) if isinstance(source, str) else source)
        except WatchlistProblem as problem:
            problem.source = number
            raise
    texts = [own, *(each if isinstance(each, str) else json.dumps(each, default=str) for each in extra)]
    return _watchlist(merged, sha256("\0".join(texts).encode()).hexdigest()[:16])


# A pass asks for it thrice, and to parse it takes a tenth of a second each time.
_of_texts = lru_cache(maxsize=2)(_loaded)


def slug(name: str) -> str:
    """Return the id a name makes: lower-case ASCII with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name).lower().replace("'", "")).strip("-")


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WatchlistProblem(f"the watchlist is not valid TOML: {error}") from None


_LISTS = ("decoys", "given_names")
_KINDS = {
    "string_type": "text in quotes",
    "tuple_type": "a list",
    "bool_type": "true or false",
    "date_type": "a date such as 2024-09-05",
    "dict_type": "a table",
    "model_type": "a table",
}


@dataclass(slots=True)
class _Merged:
    """The entries of all sources by table and id, and where each was written last."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {table: {} for table in TABLES})
    lists: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(_LISTS, ()))
    origins: dict[tuple[str, str], tuple[int, tuple[int | str, ...]]] = field(default_factory=dict)

    def add(self, number: int, source: Mapping[str, Any]) -> None:
        """Add the tables of one source."""
        for table, value in source.items():
            if table in _LISTS:
                self.lists[table] += _texts(table, value)
                continue
            if table not in TABLES:
                raise _problem(_unknown("the watchlist", "table", table, (*TABLES, *_LISTS)), table)
            if not isinstance(value, list):
                raise _problem(f"[[{table}]] must be a list", table)
            for index, entry in enumerate(value):
                entry_id = self._merge(table, index, entry)
                self.origins[table, entry_id] = (number, (table, index))

    def _merge(self, table: str, index: int, entry: Any) -> str:
        """Add an entry, or its lists to those of the entry of that id and its other values in place of theirs.

        Returns its id.
        """
        if not isinstance(entry, dict):
            raise _problem(f"[[{table}]] must be a table", table, index)
        model = TABLES[table]
        entry_id = _id_of(table, index, entry)
        _check_shape(model, {**entry, model.key: entry_id}, f'{table} "{entry_id}"', (table, index))
        merged = self.tables[table].setdefault(entry_id, {model.key: entry_id})
        for key, value in entry.items():
            merged[key] = [*merged.get(key, []), *value] if isinstance(value, list) else value
        return entry_id

    def built(self, table: str, make: Callable[[Any, str], R]) -> tuple[R, ...]:
        """Return a table's records."""
        records = []
        for entry_id, entry in self.tables[table].items():
            where = f'{table} "{entry_id}"'
            try:
                records.append(make(_whole(TABLES[table], entry, where), where))
            except WatchlistProblem as problem:
                problem.source, problem.place = self.origins[table, entry_id]
                raise
        return tuple(records)


def _problem(line: str, *place: int | str) -> WatchlistProblem:
    problem = WatchlistProblem(line)
    problem.place = place
    return problem


def _unknown(where: str, what: str, word: str, known: Iterable[str]) -> str:
    known = list(known)
    near = nearest_word(word, known)
    hint = f'; did you mean "{near}"?' if near else f"; there are {', '.join(known)}"
    return f'{where}: unknown {what} "{word}"{hint}'


def _check_known(word: str, known: Iterable[str], where: str, what: str) -> None:
    known = list(known)
    if word not in known:
        raise WatchlistProblem(_unknown(where, what, word, known))


def _texts(name: str, value: Any) -> tuple[str, ...]:
    try:
        return TypeAdapter(Texts).validate_python(value)
    except ValidationError as error:
        kind = "a list of texts in quotes" if error.errors()[0]["loc"] else "a list"
        raise _problem(f"{name} must be {kind}", name) from None


def _id_of(table: str, index: int, entry: Mapping[str, Any]) -> str:
    model = TABLES[table]
    default = entry.get(model.made_from) if model.made_from else None
    entry_id = entry.get(model.key) or (slug(default) if isinstance(default, str) else None)
    if not isinstance(entry_id, str):
        needed = model.made_from or model.key
        raise _problem(f'an entry of [[{table}]] needs "{needed}", text in quotes', table, index)
    if model.made_from and entry_id != slug(entry_id):
        line = f'{table} "{entry_id}": an id is lower-case ASCII with hyphens: "{slug(entry_id)}"'
        raise _problem(line, table, index, "id")
    return entry_id


def _check_shape(
    model: type[WatchlistEntry], entry: Mapping[str, Any], where: str, place: tuple[int | str, ...]
) -> None:
    """Raise WatchlistProblem for a key that the table has not, or a value of another kind; one may add to another."""
    try:
        model.model_validate(entry)
    except ValidationError as error:
        wrong = [each for each in error.errors() if each["type"] != "missing" or len(each["loc"]) > 1]
        if wrong:
            raise _problem(_explained(model, wrong[0], where), *place, *wrong[0]["loc"][:1]) from None


def _whole(model: type[WatchlistEntry], entry: Mapping[str, Any], where: str) -> WatchlistEntry:
    """Return a merged entry, which lacks nothing that it must have."""
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise WatchlistProblem(_explained(model, error.errors()[0], where)) from None


def _explained(model: type[BaseModel], error: ErrorDetails, where: str) -> str:
    """Say in one line what is wrong with an entry's key, or with one of its terms."""
    key, *inside = error["loc"]
    if key == "terms" and inside:
        where, model = f"{where}, a term", TermEntry
        key, inside = (inside[1], []) if inside[1:] else ("", [])
    if error["type"] == "extra_forbidden":
        return _unknown(where, "key", str(key), model.model_fields)
    if error["type"] == "missing":
        return f'{where}: "{key}" is missing'
    if key == "fixed" and inside:
        key, inside = f"fixed.{inside[0]}", inside[1:]
    kind = "a list of texts in quotes" if inside else _KINDS.get(error["type"], error["msg"])
    return f'{where}: "{key}" must be {kind}' if key else f"{where} must be {kind}"


def _check_order(entry: TermEntry | ProcessEntry, where: str) -> None:
    if entry.since and entry.until and entry.since >= entry.until:
        line = f'"since" must be before "until", {entry.since} is not before {entry.until}'
        raise WatchlistProblem(f"{where}: {line}")


def _watchlist(merged: _Merged, version: str) -> Watchlist:
    countries = {each.code: each for each in merged.built("countries", _country)}
    roles = merged.built("roles", lambda entry, where: _role(entry, countries, where))
    known_roles = [role.role for role in roles]
    officials = merged.built("officials", lambda entry, where: _official(entry, countries, known_roles, where))
    ids = {name: official.official_id for official in officials for name in (official.official_id, official.name)}
    of_countries = (each for each in countries.values() if each.is_place)
    places = merged.built("places", lambda entry, where: NamedPlace(**_named(entry, countries, where)))
    return Watchlist(
        countries=tuple(countries.values()),
        roles=roles,
        officials=officials,
        topics=merged.built("topics", lambda entry, _: _topic(entry)),
        organisations=merged.built(
            "organisations", lambda entry, where: Organisation(**_named(entry, countries, where))
        ),
        bodies=merged.built("bodies", lambda entry, where: _body(entry, countries, known_roles, where)),
        places=(*map(_country_as_place, of_countries), *places),
        processes=merged.built("processes", lambda entry, where: _process(entry, ids, where)),
        decoys=merged.lists["decoys"],
        given_names=merged.lists["given_names"],
        version=version,
        _officials=_by_name(officials),
    )


def _country(entry: CountryEntry, _: str) -> Country:
    return Country(**entry.model_dump(exclude={"place"}), is_place=entry.place)


def _country_as_place(country: Country) -> NamedPlace:
    aliases = (country.name, *country.names)
    return NamedPlace(ref_id=slug(country.name), name=country.name, aliases=aliases, country=country.code)


def _role(entry: RoleEntry, countries: Mapping[str, Country], where: str) -> Role:
    for form in entry.forms:
        if form.split().count("*") != 1:
            raise WatchlistProblem(f'{where}: the form "{form}" needs one word * for the country')
    return Role(**entry.model_dump(exclude={"fixed"}), fixed=_fixed(entry.fixed, countries, where))


def _fixed(
    fixed: Mapping[str, Sequence[str]], countries: Mapping[str, Country], where: str
) -> tuple[tuple[str, str], ...]:
    """Return the names that need no country beside them, each with its country."""
    for code in fixed:
        _check_known(code, countries, where, "country")
    return tuple((code, phrase) for code, phrases in fixed.items() for phrase in phrases)


def _body(entry: BodyEntry, countries: Mapping[str, Country], roles: Sequence[str], where: str) -> StateBody:
    if entry.spoken_by is not None:
        _check_known(entry.spoken_by, roles, where, "role")
    fixed = _fixed(entry.fixed, countries, where)
    return StateBody(body=entry.body, forms=entry.forms, fixed=fixed, spoken_by=entry.spoken_by)


def _topic(entry: TopicEntry) -> Topic:
    return Topic(topic=entry.topic, name=entry.name, phrases=_phrases(entry.phrases))


def _process(entry: ProcessEntry, ids: Mapping[str, str], where: str) -> Process:
    for name in entry.officials:
        _check_known(name, ids, where, "official")
    _check_order(entry, where)
    return Process(
        process_id=entry.id,
        name=entry.name,
        parties=tuple(dict.fromkeys(entry.parties)),
        officials=tuple(dict.fromkeys(ids[name] for name in entry.officials)),
        places=_phrases(entry.places),
        venues=_phrases(entry.venues),
        words=_phrases(entry.words),
        hints=_phrases(entry.hints),
        since=entry.since,
        until=entry.until,
        pair=entry.pair,
    )


def _phrases(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase for pattern in patterns for phrase in alternatives(pattern)))


def _named(entry: ThingEntry, countries: Mapping[str, Country], where: str) -> dict[str, Any]:
    if entry.country is not None:
        _check_known(entry.country, countries, where, "country")
    aliases = tuple(dict.fromkeys((entry.name, *entry.aliases)))
    return {"ref_id": entry.id, "name": entry.name, "aliases": aliases, "country": entry.country}


def _official(entry: OfficialEntry, countries: Mapping[str, Country], roles: Sequence[str], where: str) -> Official:
    _check_known(entry.country, countries, where, "country")
    if entry.gender not in {"m", "f"}:
        raise WatchlistProblem(f'{where}: "gender" must be "m" or "f"')
    pairs = product(entry.given, entry.surname)
    full = [f"{first} {last}" for first, last in pairs if is_cyrillic(first) == is_cyrillic(last)]
    names = (entry.name, *entry.aliases, *full, *(entry.surname if entry.bare else ()))
    return Official(
        official_id=entry.id,
        name=entry.name,
        country=entry.country,
        side=entry.side or countries[entry.country].side,
        gender=entry.gender,
        aliases=tuple(dict.fromkeys(names)),
        given=entry.given,
        surnames=entry.surname,
        bare=entry.bare,
        terms=tuple(_term(each, entry.country, countries, roles, f"{where}, a term") for each in entry.terms),
    )


def _term(term: TermEntry, home: str, countries: Mapping[str, Country], roles: Sequence[str], where: str) -> Term:
    country = term.country or home
    _check_known(term.role, roles, where, "role")
    _check_known(country, countries, where, "country")
    _check_order(term, where)
    return Term(role=term.role, country=country, since=term.since, until=term.until, title=term.title)


def _by_name(officials: Iterable[Official]) -> dict[str, Official]:
    """Map every way to name one person; a surname two people share names neither."""
    found: dict[str, Official] = {}
    surnames: dict[str, list[Official]] = {}
    for official in officials:
        for surname in {name_key(each) for each in official.surnames}:
            surnames.setdefault(surname, []).append(official)
        own = {name_key(each) for each in (official.official_id, official.name, *official.aliases)}
        for name in own - {name_key(each) for each in official.surnames}:
            if (other := found.setdefault(name, official)) is not official:
                raise WatchlistProblem(
                    f'officials "{official.official_id}": the name "{name}" is already that of "{other.official_id}"'
                )
    return {name: sharing[0] for name, sharing in surnames.items() if len(sharing) == 1} | found
