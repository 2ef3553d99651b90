from __future__ import annotations

from datetime import UTC, datetime

from flows.tables import fitted

COLUMNS = ("outlet", "newest", "outlet")
ROWS = (("Herald", datetime(2026, 3, 4, 12, tzinfo=UTC), "x\x1b[31m"), ("Post", None, "z"))


def test_what_fits_is_a_table():
    """As wide as the terminal, or where there is none, an answer is a table."""
    whole = fitted(COLUMNS, ROWS, None)
    assert whole.splitlines()[2] == "Herald  2026-03-04T12:00:00Z  x\ufffd[31m"
    widest = max(map(len, whole.splitlines()))
    assert fitted(COLUMNS, ROWS, widest) == whole
    assert fitted(COLUMNS, ROWS, widest - 1) != whole


def test_what_is_too_wide_is_a_name_and_a_value_a_line():
    """In a narrow terminal each row is a block, with every column, and nothing the terminal would obey."""
    first, second = fitted(COLUMNS, ROWS, 20).split("\n\n")
    assert first.splitlines() == ["outlet    Herald", "newest    2026-03-04T12:00:00Z", "outlet_2  x\ufffd[31m"]
    assert second.splitlines()[0] == "outlet    Post"


def test_a_table_without_rows_stays_one():
    """Where nothing was found the columns are shown, however narrow the terminal."""
    assert fitted(COLUMNS, (), 5) == fitted(COLUMNS, (), None)
