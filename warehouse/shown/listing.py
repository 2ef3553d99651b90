"""A question and its answer as people are shown it: records, and the query that made them, to be typed again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import dedent
from typing import Generic, TypeVar

from warehouse.harmless import literal
from warehouse.rows import Columns
from warehouse.session import Session

R = TypeVar("R")
_PARAMETER = re.compile(r"\$([a-z_]+)")

# What a question can be asked with.
Value = str | int | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[R]):
    """The answer: records in their order, their columns, and the query with its values written out."""

    records: tuple[R, ...]
    columns: Columns[R]
    sql: str

    def __iter__(self) -> Iterator[R]:
        """Go through the records."""
        return iter(self.records)

    def __len__(self) -> int:
        """Count the records."""
        return len(self.records)

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each record, in the order of its columns."""
        return map(self.columns.row, self.records)


class Question(Generic[R]):
    """A query whose columns are a record's fields, in any order, and what it can be asked with as `$name`."""

    def __init__(self, record: type[R], sql: str) -> None:
        """Take a query that ends without a semicolon."""
        self.columns = Columns(record)
        self.sql = dedent(sql).strip()
        self.names = frozenset(_PARAMETER.findall(self.sql))

    def ask(self, session: Session, **values: Value) -> Listing[R]:
        """Answer it; raise TypeError for a value it does not take, or one that is missing."""
        if self.names != values.keys():
            raise TypeError(f"asked with {sorted(values)}, takes {sorted(self.names)}")
        # Its own order holds: the outer query sorts nothing and joins nothing.
        records = session.records(self.columns, f"SELECT {self.columns} FROM ({self.sql})", values)  # noqa: S608 (our own)
        return Listing(records=records, columns=self.columns, sql=written_out(self.sql, values))


def written_out(sql: str, values: dict[str, Value]) -> str:
    """Return a query with each parameter's value in its place, as a literal."""
    return _PARAMETER.sub(lambda found: literal(values[found[1]]), sql)
