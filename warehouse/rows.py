"""The one codec between a record and its columns, drawn once from the dataclass's own fields and types.

A column has its field's name. A Span becomes two (`cue_span`: `cue_start_char`, `cue_end_char`), a timedelta whole
seconds (`every_seconds`), a record its own columns, a tuple a list (of structs, where it holds records). NULL comes
back as None where the field allows that, else as the field's default, or an empty tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from extractors.records import Span

R = TypeVar("R")
Row = tuple[Any, ...]

_SQL: Mapping[object, str] = {
    str: "VARCHAR",
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    datetime: "TIMESTAMPTZ",
    date: "DATE",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A field's columns with their SQL types; what turns its value into theirs, and back, if they are not the same."""

    columns: Mapping[str, str]
    put: Callable[[Any], Iterable[object]] | None = None
    taken: Callable[[Row], Any] | None = None


class Columns(Generic[R]):
    """The columns of a record's fields, of all or `only` some; `names` are those of columns called otherwise."""

    def __init__(
        self,
        record: type[R],
        *,
        names: Mapping[str, str] | None = None,
        only: Collection[str] = (),
        without: Collection[str] = (),
    ) -> None:
        """Draw the columns up; raise TypeError for a field that no column can hold."""
        hints, self.kind = get_type_hints(record), record
        self._plain: list[tuple[str, int]] = []
        self._taken: list[tuple[str, slice, Callable[[Row], Any], Any]] = []
        self._put: list[tuple[str, Callable[[Any], Iterable[object]] | None]] = []
        self.types: dict[str, str] = {}
        for field in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
            if field.name not in without and (not only or field.name in only):
                part = _part(field.name, hints[field.name], names or {})
                self._add(field.name, part, _nothing(field, hints[field.name]))
        self.names = tuple(self.types)

    def _add(self, name: str, part: _Part, nothing: Any) -> None:
        start = len(self.types)
        if twice := self.types.keys() & part.columns.keys():
            raise TypeError(f"{self.kind.__name__}.{name}: there is a column {min(twice)} already")
        self.types |= part.columns
        self._put.append((name, part.put))
        if part.taken is None and (nothing is None or nothing is MISSING):
            self._plain.append((name, start))
        else:
            place = slice(start, start + len(part.columns))
            self._taken.append((name, place, part.taken or itemgetter(0), nothing))

    def __str__(self) -> str:
        """List the columns, as a query names them."""
        return ", ".join(self.names)

    def of(self, table: str) -> str:
        """List the columns of a table that the query calls so."""
        return ", ".join(f"{table}.{name}" for name in self.names)

    def replaced(self, *key: str) -> str:
        """Return the clause of an INSERT by which a row of a known key becomes what is new."""
        news = ", ".join(f"{name} = excluded.{name}" for name in self.names if name not in key)
        return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {news}"

    def row(self, record: R) -> Row:
        """Return a record's values in the order of `names`."""
        row: list[object] = []
        for name, put in self._put:
            value = getattr(record, name)
            if put is None:
                row.append(value)
            else:
                row.extend(put(value))
        return tuple(row)

    def values(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return the fields whose values, in the order of `names`, these are."""
        cells = tuple(row)
        values = {name: cells[place] for name, place in self._plain}
        for name, place, taken, nothing in self._taken:
            own = cells[place]
            is_null = nothing is not MISSING and own.count(None) == len(own)
            values[name] = nothing if is_null else taken(own)
        return values

    def record(self, row: Sequence[Any], **others: Any) -> R:
        """Return the record of the values in the order of `names` and of `others`, fields that no column holds."""
        return self.kind(**self.values(row), **others)


def _part(name: str, hint: Any, names: Mapping[str, str]) -> _Part:
    kind, column = _kind(hint), names.get(name, name)
    if kind in _SQL:
        return _Part({column: _SQL[kind]})
    if get_origin(kind) is tuple:
        return _list(column, get_args(kind)[0], names)
    if kind is timedelta:
        return _Part({f"{column}_seconds": "BIGINT"}, _seconds, lambda cells: timedelta(seconds=cells[0]))
    if kind is Span:
        ends = [f"{column.removesuffix('span')}{end}_char" for end in ("start", "end")]
        return _Part(dict.fromkeys(ends, "INTEGER"), _ends, lambda cells: Span(*cells))
    if is_dataclass(kind):
        inner: Columns[Any] = Columns(kind, names=names)  # type: ignore[arg-type]  # a type, no instance
        nothing = (None,) * len(inner.names)
        return _Part(inner.types, lambda value: nothing if value is None else inner.row(value), inner.record)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Part({column: "VARCHAR"}, taken=lambda cells: kind(cells[0]))
    raise TypeError(f"{name}: no column can hold {hint}")


def _list(column: str, item: Any, names: Mapping[str, str]) -> _Part:
    part = _part("span", item, names)
    put, taken = part.put, part.taken or itemgetter(0)
    if put is None:
        (sql,) = part.columns.values()
        return _Part({column: f"{sql}[]"}, taken=lambda cells: tuple([taken((each,)) for each in cells[0]]))
    keys = tuple(part.columns)
    return _Part(
        {column: f"STRUCT({', '.join(f'{key} {sql}' for key, sql in part.columns.items())})[]"},
        lambda value: ([dict(zip(keys, put(each), strict=True)) for each in value],),
        lambda cells: tuple([taken(tuple([each[key] for key in keys])) for each in cells[0]]),
    )


def _nothing(field: Field[Any], hint: Any) -> Any:
    """Return what a field is when all its columns are NULL; MISSING when its columns say that themselves."""
    kind = _kind(hint)
    if kind is not hint:
        return None
    if is_dataclass(kind) and kind is not Span:
        return MISSING
    return () if field.default is MISSING and get_origin(kind) is tuple else field.default


def _kind(hint: Any) -> Any:
    """Return the type of a value, for an optional one too."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    return kinds[0] if NoneType in get_args(hint) and len(kinds) == 1 else hint


def _seconds(value: timedelta | None) -> tuple[int | None]:
    return (None if value is None else int(value.total_seconds()),)


def _ends(value: Span | None) -> tuple[int | None, int | None]:
    return (None, None) if value is None else (value.start, value.end)
