from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse_examples import new_warehouse
from warehouse.harmless import plain, terminal_safe
from warehouse.published import publish
from warehouse.queries import query
from warehouse.results import QueryResult, write_result


def result_of(*values, kind="VARCHAR"):
    """Return a result of one column."""
    return QueryResult(columns=("x",), types=(kind,), rows=tuple((value,) for value in values))


def written(result, output_format):
    """Return what a result is written as."""
    out = io.BytesIO()
    write_result(result, output_format, out)
    return out.getvalue()


def csv_cells(*values):
    """Return the cells that a reader of the CSV gets."""
    rows = list(csv.reader(io.StringIO(written(result_of(*values), "csv").decode(), newline="")))
    assert rows[0] == ["x"]
    return [row[0] if row else "" for row in rows[1:]]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        pytest.param('plain, "quoted"\nand long', 'plain, "quoted"\nand long', id="quotes, commas and lines survive"),
        pytest.param("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1", id="a formula is prefixed"),
        pytest.param("@SUM(1)", "'@SUM(1)", id="an at sign is prefixed"),
        pytest.param("+1 (555) call", "'+1 (555) call", id="a plus that is no number is prefixed"),
        pytest.param("-5", "-5", id="a negative number in text is none"),
        pytest.param("+1.5e3", "+1.5e3", id="a number with a sign and power is none"),
        pytest.param("－１", "'－１", id="a full-width minus is prefixed"),
        pytest.param("\t=1", "' =1", id="a tab does not hide a formula"),
        pytest.param("\r=1", "' =1", id="a carriage return does not either"),
        pytest.param("a=b", "a=b", id="a sign within is harmless"),
        pytest.param(-5, "-5", id="a number is a number"),
        pytest.param(None, "", id="NULL is an empty cell"),
        pytest.param(True, "true", id="a truth value as SQL writes it"),
        pytest.param(["=a", 1], '["=a", 1]', id="a list is JSON"),
        pytest.param("\x1b[31m\u202egnp", "\ufffd[31m\ufffdgnp", id="what a terminal obeys is replaced"),
    ],
)
def test_csv_cells_are_harmless(value, cell):
    """A spreadsheet takes no cell for a formula and a terminal obeys none."""
    assert csv_cells(value) == [cell]


@given(st.text())
def test_any_text_keeps_its_length_and_acts_on_no_terminal(text):
    """terminal_safe leaves newlines and harmless characters, but no control and nothing that turns text around."""
    safe = terminal_safe(text)
    assert len(safe) == len(text)
    assert not [each for each in safe if unicodedata.category(each) == "Cc" and each != "\n"]
    assert not [each for each in safe if unicodedata.bidirectional(each) in {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI"}]
    assert all(now in {was, "\ufffd", " "} for was, now in zip(text, safe, strict=True))


@given(st.lists(st.text(), min_size=1))
def test_json_says_any_text_unchanged_in_harmless_characters(values):
    """JSON is one array of objects that reads back as it was, and its bytes act on no terminal."""
    out = written(result_of(*values), "json").decode()
    assert json.loads(out) == [{"x": value} for value in values]
    assert terminal_safe(out) == out


KYIV = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(datetime(2024, 5, 24, 9, tzinfo=UTC), "2024-05-24T09:00:00Z", id="a time in UTC ends in Z"),
        pytest.param(datetime(2024, 5, 24, 9, tzinfo=KYIV), "2024-05-24T07:00:00Z", id="another zone becomes UTC"),
        pytest.param(datetime(2024, 5, 24, 9), "2024-05-24T09:00:00", id="a time without zone claims none"),  # noqa: DTZ001 (that is the point)
        pytest.param(date(2024, 5, 24), "2024-05-24", id="a date"),
        pytest.param(time(9, 30), "09:30:00", id="a time of day"),
        pytest.param(timedelta(days=1, hours=2), "1 day, 2:00:00", id="an interval is text"),
        pytest.param(Decimal("1.5"), 1.5, id="a decimal is a number"),
        pytest.param(float("nan"), None, id="no number is null"),
        pytest.param(float("inf"), None, id="infinity is null"),
        pytest.param(2**70, 2**70, id="a huge number keeps its digits"),
        pytest.param(b"\x00\xff", "AP8=", id="bytes are base64"),
        pytest.param({"a": [datetime(2024, 5, 24, tzinfo=UTC)]}, {"a": ["2024-05-24T00:00:00Z"]}, id="nested values"),
        pytest.param({1: "x"}, {"1": "x"}, id="keys of a map are text"),
    ],
)
def test_values_are_said_as_json_can(value, said):
    """Each kind of value has its JSON."""
    assert plain(value) == said


def test_equal_column_names_are_kept_apart():
    """Two columns of one name both reach JSON and Parquet."""
    result = QueryResult(columns=("a", "a", "A"), types=("INTEGER",) * 3, rows=((1, 2, 3),))
    assert json.loads(written(result, "json")) == [{"a": 1, "a_2": 2, "A_3": 3}]
    assert written(result, "parquet").startswith(b"PAR1")


EVERY_TYPE = """
SELECT NULL AS nothing, [NULL] AS nothings, [1, 2] AS list, {'a': 1, 'b c': 'x'} AS struct, MAP {'k': 1} AS map,
    1.5 AS decimal, 1.5::DOUBLE AS double, 2::HUGEINT AS huge, true AS truth, 'я' AS text, '{}'::JSON AS json,
    TIMESTAMPTZ '2024-05-24 09:00:00Z' AS at, [TIMESTAMPTZ '2024-05-24 09:00:00Z'] AS ats, DATE '2024-05-24' AS day,
    TIME '09:00' AS clock, TIMESTAMP '2024-05-24 09:00:00' AS plain_at, INTERVAL 1 DAY AS span, 'x'::BLOB AS bytes,
    uuid() AS id, 'x'::ENUM('x', 'y') AS choice, 'infinity'::DOUBLE AS endless, DATE '9999-12-31' + 400 AS far,
    '"' AS "a ""quoted"" name"
FROM range(2)
"""


@pytest.fixture(scope="module")
def every_type(tmp_path_factory):
    """Return a result with a column of each type."""
    folder = new_warehouse(tmp_path_factory.mktemp("var"))
    publish(folder)
    return query(folder, EVERY_TYPE)


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_every_type_can_be_written(every_type, output_format):
    """No type of value fails in any format."""
    assert written(every_type, output_format)


def test_json_lines_up_with_csv(every_type):
    """Both have every row and column."""
    assert len(json.loads(written(every_type, "json"))) == 2
    rows = list(csv.reader(io.StringIO(written(every_type, "csv").decode())))
    assert [len(row) for row in rows] == [len(every_type.columns)] * 3


def test_parquet_keeps_types_and_values(every_type, tmp_path):
    """Lists, structs, times with their zone and names survive into Parquet."""
    (tmp_path / "x.parquet").write_bytes(written(every_type, "parquet"))
    with duckdb.connect() as connection:
        relation = connection.execute(f"SELECT struct, list, \"at\", text FROM '{tmp_path / 'x.parquet'}'")
        types = [str(column[1]) for column in relation.description]
        rows = relation.fetchall()
    assert types == ['STRUCT(a INTEGER, "b c" VARCHAR)', "INTEGER[]", "TIMESTAMP WITH TIME ZONE", "VARCHAR"]
    assert rows == [({"a": 1, "b c": "x"}, [1, 2], datetime(2024, 5, 24, 9, tzinfo=UTC), "я")] * 2


def test_an_empty_answer_is_valid_in_every_format():
    """No rows are a header, an empty array, or a Parquet file without rows."""
    empty = result_of()
    assert written(empty, "csv") == b"x\n"
    assert written(empty, "json") == b"[]\n"
    assert written(empty, "parquet").startswith(b"PAR1")
