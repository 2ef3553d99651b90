"""The TOML of a watchlist, checked and merged with a user's additions, as roster records. Reads no file itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import product
from typing import Any

from extractors.roster import Country, Official, Organisation, Place, Role, Term, Topic
from extractors.words import fold, is_cyrillic

Entry = Mapping[str, Any]


class WatchlistProblem(ValueError):
    """What is wrong with a watchlist: which entry, what, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What an entry of a table may hold: `key` names the entry, `made_from` what the key is made of by default."""

    key: str
    fields: Mapping[str, type]
    required: tuple[str, ...] = ()
    made_from: str | None = None


_TABLES = {
    "countries": _Table(
        key="code",
        fields={
            "code": str, "name": str, "side": str, "names": list, "demonyms": list, "metonyms": list, "place": bool,
        },
        required=("name", "side"),
    ),
    "roles": _Table(key="role", fields={"role": str, "titles": list, "forms": list, "fixed": dict, "shared": bool}),
    "officials": _Table(
        key="id",
        fields={
            "id": str, "name": str, "country": str, "side": str, "gender": str, "given": list, "surname": list,
            "aliases": list, "bare": bool, "terms": list,
        },
        required=("name", "country", "gender"),
        made_from="name",
    ),
    "topics": _Table(
        key="topic", fields={"topic": str, "name": str, "phrases": list}, required=("name", "phrases")
    ),
    "organisations": _Table(
        key="id", fields={"id": str, "name": str, "aliases": list, "country": str}, required=("name",), made_from="name"
    ),
    "places": _Table(
        key="id", fields={"id": str, "name": str, "aliases": list, "country": str}, required=("name",), made_from="name"
    ),
}  # fmt: skip
_LISTS = ("decoys", "given_names")
_TERM = _Table(key="role", fields={"role": str, "country": str, "since": date, "until": date, "title": str})
_KINDS = {
    str: "text in quotes",
    list: "a list",
    bool: "true or false",
    date: "a date such as 2024-09-05",
    dict: "a table",
}


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


def slug(name: str) -> str:
    """Return the id a name makes: lower-case ASCII with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name).lower().replace("'", "")).strip("-")


def read_watchlist(texts: Sequence[str]) -> Contents:
    """Return the records of TOML texts, later ones adding to earlier; raise WatchlistProblem for the first mistake."""
    tables: dict[str, dict[str, dict[str, Any]]] = {table: {} for table in _TABLES}
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    for text in texts:
        for table, value in _parsed(text).items():
            _expect_known(table, (*_TABLES, *_LISTS), "the watchlist", "table")
            _expect_kind(value, list, f"[[{table}]]" if table in _TABLES else table)
            if table in _LISTS:
                lists[table] += _texts(value, table)
                continue
            for entry in value:
                _merge(tables[table], table, entry)
    return _contents(tables, lists)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WatchlistProblem(f"the watchlist is not valid TOML: {error}") from None


def _merge(known: dict[str, dict[str, Any]], table: str, entry: Any) -> None:
    """Add an entry, or its lists to those of the entry of that id and its other values in place of theirs."""
    shape = _TABLES[table]
    _expect_kind(entry, dict, f"[[{table}]]")
    default = entry.get(shape.made_from) if shape.made_from else None
    entry_id = entry.get(shape.key) or (slug(default) if isinstance(default, str) else None)
    if not isinstance(entry_id, str):
        raise WatchlistProblem(f'an entry of [[{table}]] needs "{shape.made_from or shape.key}", text in quotes')
    where = f'{table} "{entry_id}"'
    _expect_shape(entry, shape, where)
    if shape.made_from and entry_id != slug(entry_id):
        raise WatchlistProblem(f'{where}: an id is lower-case ASCII with hyphens: "{slug(entry_id)}"')
    merged = known.setdefault(entry_id, {shape.key: entry_id})
    for field, value in entry.items():
        merged[field] = [*merged.get(field, []), *value] if isinstance(value, list) else value


def _expect_shape(entry: Entry, shape: _Table, where: str) -> None:
    for field, value in entry.items():
        _expect_known(field, shape.fields, where, "key")
        _expect_kind(value, shape.fields[field], f'{where}: "{field}"')
        if isinstance(value, list) and field != "terms":
            _texts(value, f'{where}: "{field}"')


def _expect_known(word: str, known: Iterable[str], where: str, what: str) -> None:
    known = list(known)
    if word not in known:
        near = get_close_matches(word, known, 1, 0.4)
        hint = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(known)}"
        raise WatchlistProblem(f'{where}: unknown {what} "{word}"{hint}')


def _expect_kind(value: Any, kind: type, where: str) -> None:
    # A TOML date with a time of day is a date to isinstance, and would not compare with one.
    if not isinstance(value, kind) or (kind is date and type(value) is not date):
        raise WatchlistProblem(f"{where} must be {_KINDS[kind]}")


def _texts(value: Sequence[Any], where: str) -> list[str]:
    if not all(isinstance(item, str) and item.strip() for item in value):
        raise WatchlistProblem(f"{where} must be a list of texts in quotes")
    return list(value)


def _contents(tables: Mapping[str, Mapping[str, Entry]], lists: Mapping[str, list[str]]) -> Contents:
    for table, entries in tables.items():
        for entry_id, entry in entries.items():
            for field in _TABLES[table].required:
                if field not in entry:
                    raise WatchlistProblem(f'{table} "{entry_id}": "{field}" is missing')
    countries = {code: _country(entry) for code, entry in tables["countries"].items()}
    roles = tuple(_role(entry, countries) for entry in tables["roles"].values())
    known_roles = [role.role for role in roles]
    return Contents(
        countries=tuple(countries.values()),
        roles=roles,
        officials=tuple(_official(entry, countries, known_roles) for entry in tables["officials"].values()),
        topics=tuple(_topic(entry) for entry in tables["topics"].values()),
        organisations=tuple(
            Organisation(**_named(entry, countries, "organisations")) for entry in tables["organisations"].values()
        ),
        places=tuple(Place(**_named(entry, countries, "places")) for entry in tables["places"].values()),
        decoys=tuple(lists["decoys"]),
        given_names=tuple(lists["given_names"]),
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
        _expect_known(code, countries, where, "country")
        _expect_kind(phrases, list, f'{where}: "fixed.{code}"')
        fixed += [(code, phrase) for phrase in _texts(phrases, f'{where}: "fixed.{code}"')]
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
        _expect_known(country, countries, f'{table} "{entry["id"]}"', "country")
    aliases = tuple(dict.fromkeys((entry["name"], *entry.get("aliases", ()))))
    return {"ref_id": entry["id"], "name": entry["name"], "aliases": aliases, "country": country}


def _official(entry: Entry, countries: Mapping[str, Country], roles: Sequence[str]) -> Official:
    where = f'officials "{entry["id"]}"'
    _expect_known(entry["country"], countries, where, "country")
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
    _expect_kind(term, dict, where)
    _expect_shape(term, _TERM, where)
    if "role" not in term:
        raise WatchlistProblem(f'{where}: "role" is missing')
    country = term.get("country", entry["country"])
    _expect_known(term["role"], roles, where, "role")
    _expect_known(country, countries, where, "country")
    since, until = term.get("since"), term.get("until")
    if since and until and since >= until:
        raise WatchlistProblem(f'{where}: "since" must be before "until", {since} is not before {until}')
    return Term(role=term["role"], country=country, since=since, until=until, title=term.get("title"))
