"""Answers on stdout: an aligned table, or JSON. Text from the web never reaches the terminal as it came."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from rich.cells import cell_len, set_cell_size

from flows.times import moment
from warehouse.queries import terminal_safe

T = TypeVar("T")
# What a table shows of each record: the names of its columns, and what stands in them.
Columns = Mapping[str, Callable[[T], object]]
WIDEST = 80


def columned(columns: Columns[T], records: Iterable[T]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return the names of the columns, and a row for each record."""
    return tuple(columns), [tuple(value(record) for value in columns.values()) for record in records]


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return an aligned table; a cell of more than 80 columns is cut with an ellipsis."""
    shown = [list(columns), *([cell(value) for value in row] for row in rows)]
    widths = [max(cell_len(line[n]) for line in shown) for n in range(len(columns))]
    shown.insert(1, ["─" * width for width in widths])
    return "\n".join("  ".join(map(set_cell_size, line, widths)).rstrip() for line in shown)


def fitted(columns: Sequence[str], rows: Sequence[Sequence[object]], width: int | None) -> str:
    """Return a table, or where it is wider than the terminal's `width` each row as names and values."""
    whole = table(columns, rows)
    if width is None or not rows or max(map(cell_len, whole.splitlines())) <= width:
        return whole
    return "\n\n".join(listing(dict(zip(_distinct(columns), row, strict=True))) for row in rows)


def _distinct(columns: Sequence[str]) -> list[str]:
    """Return names of which none stands twice."""
    return [f"{name}_{n}" if name in columns[:n] else name for n, name in enumerate(columns)]


def terminal_width() -> int | None:
    """Return how wide the terminal is that an answer goes to; None when it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cell(value: object) -> str:
    """Return a value as it stands in a table."""
    if isinstance(value, datetime):
        return moment(value) or ""
    text = terminal_safe("" if value is None else str(value)).replace("\n", " ")
    return text if cell_len(text) <= WIDEST else set_cell_size(text, WIDEST - 1).rstrip() + "…"


def json_array(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as one array of objects, times in RFC 3339."""
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=plain, ensure_ascii=False)


def plain(value: object) -> object:
    """Return what JSON can say for a value that it can't."""
    return moment(value) if isinstance(value, datetime) else str(value)


def listing(pairs: Mapping[str, object]) -> str:
    """Return names and values, one pair a line."""
    width = max(map(len, pairs), default=0)
    return "\n".join(f"{name:<{width}}  {cell(value)}" for name, value in pairs.items())
