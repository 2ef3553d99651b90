from __future__ import annotations

from tests.tables_page import PAGE, page


def test_every_table_view_and_column_is_documented_and_no_other():
    """docs/tables.md names each table, view and column there is with its comment, and none that is not there."""
    assert PAGE.read_text(encoding="utf-8") == page(), "`make tables` writes it anew"
