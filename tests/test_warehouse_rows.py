"""The codec between records and columns: what goes into a file comes out of it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import warehouse
from extractors.records import Span
from warehouse.rows import Columns
from warehouse.session import Session

NOW = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)


class Kind(StrEnum):
    """A kind."""

    ONE = "one"
    TWO = "two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A record within a record."""

    part_kind: Kind
    span: Span
    surface: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A record whose every field may be missing."""

    state: Kind = Kind.TWO
    gap: timedelta | None = None
    hours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A record with a field of each type that a column can hold."""

    name: str
    count: int
    share: float | None
    said_at: datetime
    held_on: date | None
    every: timedelta
    kind: Kind
    other_kind: Kind | None
    cue_span: Span
    speaker_span: Span | None
    words: tuple[str, ...]
    kinds: tuple[Kind, ...]
    spans: tuple[Span, ...]
    parts: tuple[Part, ...]
    course: Course = Course()
    denied: bool = False
    topics: tuple[str, ...] = ()


WHOLE = Columns(Whole, names={"name": "title", "surface": "printed"})


def stored_columns() -> Iterator[tuple[str, Columns[Any]]]:
    """Yield all columns that a module of the warehouse keeps records in."""
    yield "example", WHOLE
    for found in pkgutil.iter_modules(warehouse.__path__):
        module = importlib.import_module(f"warehouse.{found.name}")
        for name, value in vars(module).items():
            if isinstance(value, Columns):
                yield f"{found.name}.{name}", value


COLUMNS = [pytest.param(columns, id=name) for name, columns in stored_columns()]
_DRAWN: dict[object, st.SearchStrategy[Any]] = {
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    timedelta: st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: st.floats(allow_nan=False),
    str: st.text(st.characters(codec="utf-8"), max_size=9),
}


def drawn(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of a field's type."""
    own = [kind for kind in get_args(hint) if kind is not NoneType]
    if hint in _DRAWN:
        return _DRAWN[hint]
    if get_origin(hint) is tuple:
        return st.lists(drawn(own[0]), max_size=3).map(tuple)
    if own:
        return st.none() | drawn(own[0])
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: drawn(hints[field.name]) for field in fields(hint)})
    return st.sampled_from(hint)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Give a session on a database file."""
    path: Path = tmp_path_factory.mktemp("rows") / "rows.duckdb"
    with closing(duckdb.connect(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield Session(connection)


@pytest.mark.parametrize("columns", COLUMNS)
def test_what_goes_into_a_file_comes_out_of_it(session: Session, columns: Columns[Any]) -> None:
    """Every record that is stored is the same when it was written to a DuckDB file and read from it."""
    table = ", ".join(f'"{name}" {kind}' for name, kind in columns.types.items())
    session.run(f"CREATE OR REPLACE TABLE stored ({table})")

    @settings(max_examples=20)
    @given(st.lists(drawn(columns.kind), min_size=1, max_size=3))
    def holds(records: list[Any]) -> None:
        session.run("TRUNCATE stored")
        session.insert("stored", [f'"{name}"' for name in columns.names], map(columns.row, records))
        read = session.rows("FROM stored")
        for record, row in zip(records, read, strict=True):
            values = columns.values(row)
            assert values == {name: getattr(record, name) for name in values}

    holds()


def test_each_field_has_its_columns() -> None:
    """A span has two columns, a duration one of seconds, a record within a record its own, and a list one."""
    assert WHOLE.types == {
        "title": "VARCHAR",
        "count": "BIGINT",
        "share": "DOUBLE",
        "said_at": "TIMESTAMPTZ",
        "held_on": "DATE",
        "every_seconds": "BIGINT",
        "kind": "VARCHAR",
        "other_kind": "VARCHAR",
        "cue_start_char": "INTEGER",
        "cue_end_char": "INTEGER",
        "speaker_start_char": "INTEGER",
        "speaker_end_char": "INTEGER",
        "words": "VARCHAR[]",
        "kinds": "VARCHAR[]",
        "spans": "STRUCT(start_char INTEGER, end_char INTEGER)[]",
        "parts": "STRUCT(part_kind VARCHAR, start_char INTEGER, end_char INTEGER, printed VARCHAR)[]",
        "state": "VARCHAR",
        "gap_seconds": "BIGINT",
        "hours": "BIGINT[]",
        "denied": "BOOLEAN",
        "topics": "VARCHAR[]",
    }


def test_null_of_an_old_row_is_the_default() -> None:
    """A row from before a column was there reads as if the field had not been given, its lists as empty."""
    known = {"title": "a", "count": 1, "said_at": NOW, "every_seconds": 60, "kind": "one", "cue_start_char": 1}
    row = [{**known, "cue_end_char": 2}.get(name) for name in WHOLE.names]
    assert WHOLE.record(row) == Whole(
        name="a",
        count=1,
        share=None,
        said_at=NOW,
        held_on=None,
        every=timedelta(minutes=1),
        kind=Kind.ONE,
        other_kind=None,
        cue_span=Span(1, 2),
        speaker_span=None,
        words=(),
        kinds=(),
        spans=(),
        parts=(),
        course=Course(state=Kind.TWO, gap=None, hours=()),
        denied=False,
        topics=(),
    )


def test_null_where_a_value_must_be_is_no_value() -> None:
    """NULL in the column of a field that must have a value raises instead of passing for one."""
    with pytest.raises(ValueError, match="None is not a valid Kind"):
        Columns(Part).record([None, 1, 2, "a"])


def test_some_fields_are_columns_and_others_are_given() -> None:
    """Columns of some fields leave the others to whoever makes the record."""
    some = Columns(Part, without=["surface"])
    assert some.names == Columns(Part, only=["part_kind", "span"]).names == ("part_kind", "start_char", "end_char")
    assert some.record(["one", 1, 2], surface="x") == Part(part_kind=Kind.ONE, span=Span(1, 2), surface="x")


def test_columns_stand_in_queries() -> None:
    """Columns name themselves in a query, with their table, and in what a known key is to become."""
    some = Columns(Part)
    assert str(some) == "part_kind, start_char, end_char, surface"
    assert some.of("p") == "p.part_kind, p.start_char, p.end_char, p.surface"
    clash = (
        "ON CONFLICT (start_char, end_char) DO UPDATE SET part_kind = excluded.part_kind, surface = excluded.surface"
    )
    assert some.replaced("start_char", "end_char") == clash


def test_what_no_column_can_hold_is_refused_at_once() -> None:
    """A field of a type that has no column is a mistake when the columns are drawn up, not when a row is written."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Odd:
        found: dict[str, int]

    with pytest.raises(TypeError, match="found: no column can hold"):
        Columns(Odd)


def test_two_fields_never_share_a_column() -> None:
    """A record within a record whose column has the name of another is refused."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Double:
        state: str
        course: Course

    with pytest.raises(TypeError, match="state"):
        Columns(Double)
