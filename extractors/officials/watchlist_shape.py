"""What the tables of a watchlist may hold, and what to say of one that holds something else. Builds no record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from extractors.text.words import fold

Entry = Mapping[str, Any]


Where = tuple[int | str, ...]


class WatchlistProblem(ValueError):
    """What is wrong with a watchlist: which entry, what, and what to write instead.

    `place` leads to it in the TOML numbered `source`, such as `("officials", 0, "gender")`; both unknown at first.
    """

    source: int | None = None
    place: Where = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What an entry of a table may hold: `key` names the entry, `made_from` what the key is made of by default."""

    key: str
    fields: Mapping[str, type]
    required: tuple[str, ...] = ()
    made_from: str | None = None


TABLES = {
    "countries": Table(
        key="code",
        fields={
            "code": str, "name": str, "side": str, "names": list, "demonyms": list, "metonyms": list, "place": bool,
        },
        required=("name", "side"),
    ),
    "roles": Table(key="role", fields={"role": str, "titles": list, "forms": list, "fixed": dict, "shared": bool}),
    "officials": Table(
        key="id",
        fields={
            "id": str, "name": str, "country": str, "side": str, "gender": str, "given": list, "surname": list,
            "aliases": list, "bare": bool, "terms": list,
        },
        required=("name", "country", "gender"),
        made_from="name",
    ),
    "topics": Table(
        key="topic", fields={"topic": str, "name": str, "phrases": list}, required=("name", "phrases")
    ),
    "organisations": Table(
        key="id", fields={"id": str, "name": str, "aliases": list, "country": str}, required=("name",), made_from="name"
    ),
    "places": Table(
        key="id", fields={"id": str, "name": str, "aliases": list, "country": str}, required=("name",), made_from="name"
    ),
}  # fmt: skip
LISTS = ("decoys", "given_names")
TERM = Table(key="role", fields={"role": str, "country": str, "since": date, "until": date, "title": str})
_KINDS = {
    str: "text in quotes",
    list: "a list",
    bool: "true or false",
    date: "a date such as 2024-09-05",
    dict: "a table",
}


def slug(name: str) -> str:
    """Return the id a name makes: lower-case ASCII with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name).lower().replace("'", "")).strip("-")


@contextmanager
def at(part: int | str) -> Iterator[None]:
    """Let a problem found inside know that it is at this table, entry or key."""
    try:
        yield
    except WatchlistProblem as problem:
        problem.place = (part, *problem.place)
        raise


def expect_shape(entry: Entry, shape: Table, where: str) -> None:
    """Raise WatchlistProblem for a key that the table has not, or a value of another kind."""
    for key, value in entry.items():
        with at(key):
            expect_known(key, shape.fields, where, "key")
            expect_kind(value, shape.fields[key], f'{where}: "{key}"')
            if isinstance(value, list) and key != "terms":
                texts_in(value, f'{where}: "{key}"')


def expect_known(word: str, known: Iterable[str], where: str, what: str) -> None:
    """Raise WatchlistProblem for a word that is none of those known, with the nearest."""
    known = list(known)
    if word not in known:
        near = get_close_matches(word, known, 1, 0.4)
        hint = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(known)}"
        raise WatchlistProblem(f'{where}: unknown {what} "{word}"{hint}')


def expect_kind(value: Any, kind: type, where: str) -> None:
    """Raise WatchlistProblem for a value of another kind."""
    # A TOML date with a time of day is a date to isinstance, and would not compare with one.
    if not isinstance(value, kind) or (kind is date and type(value) is not date):
        raise WatchlistProblem(f"{where} must be {_KINDS[kind]}")


def texts_in(value: Sequence[Any], where: str) -> list[str]:
    """Return a list of texts; raise WatchlistProblem for one with anything else in it."""
    if not all(isinstance(item, str) and item.strip() for item in value):
        raise WatchlistProblem(f"{where} must be a list of texts in quotes")
    return list(value)


def expect_required(table: str, entry_id: str, entry: Entry) -> None:
    """Raise WatchlistProblem for a whole entry that lacks what it must have."""
    for key in TABLES[table].required:
        if key not in entry:
            raise WatchlistProblem(f'{table} "{entry_id}": "{key}" is missing')
