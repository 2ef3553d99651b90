"""Answers on stdout: an aligned table, or JSON. Text from the web never reaches the terminal as it came."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

from rich.cells import cell_len, set_cell_size

from flows.times import moment
from warehouse.harmless import json_text, terminal_safe
from warehouse.results import batched, distinct

T = TypeVar("T")
# What a table shows of each record: the names of its columns, and what stands in them.
Columns = Mapping[str, Callable[[T], object]]
WIDEST = 80
# A column that is cut to fit a terminal keeps as much.
NARROWEST = 10
MEASURED = 1000


def columned(columns: Columns[T], records: Iterable[T]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return the names of the columns, and a row for each record."""
    return tuple(columns), [tuple(value(record) for value in columns.values()) for record in records]


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return an aligned table; a cell of more than 80 columns is cut with an ellipsis."""
    return "\n".join(streamed(columns, rows))


def streamed(columns: Sequence[str], rows: Iterable[Sequence[object]], width: int | None = None) -> Iterator[str]:
    """Yield the lines of a table; in a terminal that is narrower, a block of names and values for each row.

    The first thousand rows decide which it is, and how wide columns are; what is wider later stands out.
    """
    batches = batched((tuple(row) for row in rows), MEASURED)
    first = next(batches, [])
    widths = widths_of(columns, first)
    every = chain(first, chain.from_iterable(batches))
    if width is not None and first and line_width(widths) > width:
        names = distinct(columns)
        for number, row in enumerate(every, 1):
            yield f"{f'── {number} ':─<{width}}"
            yield listing(dict(zip(names, row, strict=True)), width)
        return
    yield aligned(columns, widths)
    yield "  ".join("─" * each for each in widths)
    for row in every:
        yield aligned(map(cell, row), widths)


def fitted(
    columns: Sequence[str], rows: Sequence[Sequence[object]], width: int | None, spare: Sequence[str] = ()
) -> str:
    """Return a table that is no wider than the terminal.

    The `spare` columns go, in their order, until it fits; then the widest are cut.
    """
    kept = list(range(len(columns)))
    widths = widths_of(columns, rows)
    for name in spare:
        if width is not None and line_width(widths[n] for n in kept) > width:
            kept.remove(columns.index(name))
    sizes = cut_to(width, [widths[n] for n in kept])
    names, left = [columns[n] for n in kept], [[row[n] for n in kept] for row in rows]
    if width is not None and line_width(sizes) > width:
        return "\n".join(streamed(names, left, width))
    shown = [names, ["─" * size for size in sizes], *(list(map(cell, row)) for row in left)]
    return "\n".join(aligned(map(shortened, line, sizes), sizes) for line in shown)


def cut_to(width: int | None, widths: list[int]) -> list[int]:
    """Return the widths with the widest made narrower, as long as they are too many together."""
    sizes = list(widths)
    while width is not None and sizes and line_width(sizes) > width and max(sizes) > NARROWEST:
        sizes[sizes.index(max(sizes))] -= 1
    return sizes


def widths_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[int]:
    """Return how wide each column is."""
    lines = [columns, *(list(map(cell, row)) for row in rows)]
    return [max(map(cell_len, column)) for column in zip(*lines, strict=True)]


def line_width(widths: Iterable[int]) -> int:
    """Return how wide a line of such columns is."""
    sizes = list(widths)
    return sum(sizes) + 2 * max(0, len(sizes) - 1)


def aligned(cells: Iterable[str], widths: Sequence[int]) -> str:
    """Return cells as a line; one that is wider than its column is whole."""
    padded = (
        text if cell_len(text) > size else set_cell_size(text, size) for text, size in zip(cells, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def terminal_width() -> int | None:
    """Return how wide the terminal is that an answer goes to; None when it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cell(value: object) -> str:
    """Return a value as it stands in a table."""
    if isinstance(value, datetime):
        return moment(value) or ""
    return shortened(terminal_safe("" if value is None else str(value)).replace("\n", " "), WIDEST)


def shortened(text: str, width: int) -> str:
    """Return a text cut with an ellipsis where it is wider."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def json_array(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as one array of objects, times in RFC 3339."""
    return json_text([dict(zip(columns, row, strict=True)) for row in rows], default=said_in_json)


def said_in_json(value: object) -> object:
    """Return what JSON can say for a value that it can't."""
    return moment(value) if isinstance(value, datetime) else str(value)


def listing(pairs: Mapping[str, object], width: int | None = None) -> str:
    """Return names and values, one pair a line, cut to the width of a terminal."""
    names = max(map(len, pairs), default=0)
    lines = (f"{name:<{names}}  {cell(value)}" for name, value in pairs.items())
    return "\n".join(line.rstrip() if width is None else shortened(line.rstrip(), width) for line in lines)
