from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from extractors.text.dates import http_date, retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("30", 30, id="seconds"),
        pytest.param("0", 0, id="no wait"),
        pytest.param("Sat, 21 Nov 2026 12:06:00 GMT", 60, id="a date"),
        pytest.param("Sat, 21 Nov 2026 12:06:00 -0000", 60, id="a date of no zone is in UTC"),
        pytest.param("Sat, 21 Nov 2026 11:00:00 GMT", 0, id="a date gone by"),
        pytest.param("soon", None, id="not understood"),
        pytest.param("-5", None, id="not negative"),
        pytest.param("9" * 40, None, id="not for ever"),
        pytest.param(f"Sat, 21 Nov {'9' * 20} 12:06:00 GMT", None, id="no year that there is"),
        pytest.param(None, None, id="not there"),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    """Retry-After is read as seconds or as a date."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(value, datetime(2026, 11, 21, 12, 5, tzinfo=UTC)) == expected


def test_a_date_without_a_zone_is_in_utc(monkeypatch):
    """A header's date means the same on a machine that lives in another zone."""
    noon = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    try:
        assert http_date("Sat, 21 Nov 2026 12:00:00 -0000") == noon
        assert http_date("Sat, 21 Nov 2026 14:00:00 +0200") == noon
    finally:
        monkeypatch.undo()
        time.tzset()
