from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

import pytest
from rich.cells import cell_len

from flows.tables import fitted, streamed

COLUMNS = ("outlet", "newest", "outlet")
ROWS = (("Herald", datetime(2026, 3, 4, 12, tzinfo=UTC), "x\x1b[31m"), ("Post", None, "z"))


def test_what_fits_is_a_table():
    """As wide as the terminal, or where there is none, an answer is a table."""
    whole = fitted(COLUMNS, ROWS, None)
    assert whole.splitlines()[2] == "Herald  2026-03-04T12:00:00Z  x\ufffd[31m"
    widest = max(map(len, whole.splitlines()))
    assert fitted(COLUMNS, ROWS, widest) == "\n".join(streamed(COLUMNS, ROWS, widest)) == whole
    assert fitted(COLUMNS, ROWS, widest - 1) != whole


def test_the_least_important_columns_go_first():
    """In a narrow terminal the spare columns go in their order, as many as must; what is left is cut where it is wide."""
    columns, rows = ("id", "title", "reason"), [("a1", "Peskov speaks of a truce", "new"), ("b2", "No", "repeat")]
    spare = ("reason", "id")
    assert fitted(columns, rows, 40, spare) == fitted(columns, rows, None)
    assert fitted(columns, rows, 30, spare).splitlines() == [
        "id  title",
        "──  ────────────────────────",
        "a1  Peskov speaks of a truce",
        "b2  No",
    ]
    assert fitted(columns, rows, 14, spare).splitlines() == ["title", "─" * 14, "Peskov speaks…", "No"]


@pytest.mark.parametrize("width", [21, 30, 41])
def test_a_table_is_no_wider_than_the_terminal(width):
    """Whatever stands in it, wide characters included, no line is wider than the terminal."""
    lines = fitted(("名前", "b", "c"), [("外務省" * 9, "x" * 30, "y" * 70)], width).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_an_answer_that_is_too_wide_is_a_name_and_a_value_a_line():
    """In a narrow terminal each row of a query is a block, with every column, and nothing the terminal would obey."""
    assert list(streamed(COLUMNS, ROWS, 30)) == [
        "── 1 ─────────────────────────",
        "outlet    Herald\nnewest    2026-03-04T12:00:00Z\noutlet_2  x\ufffd[31m",
        "── 2 ─────────────────────────",
        "outlet    Post\nnewest\noutlet_2  z",
    ]
    assert [line for piece in streamed(COLUMNS, ROWS, 20) for line in piece.splitlines()][2] == "newest    2026-03-0…"


def test_what_is_wider_than_the_first_thousand_rows_stands_out():
    """A long answer is printed as it comes: later cells are whole, whatever the width of their column."""
    rows = chain([("a", "b")] * 1000, [("wider", "b")])
    assert list(streamed(("x", "y"), rows))[-2:] == ["a  b", "wider  b"]


def test_a_table_without_rows_stays_one():
    """Where nothing was found the columns are shown, however narrow the terminal."""
    assert list(streamed(COLUMNS, (), 5)) == list(streamed(COLUMNS, (), None))
