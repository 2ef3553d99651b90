from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.wording import after, side

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        pytest.param(30, "", id="what is a month old goes without saying"),
        pytest.param(31, "after 1 month", id="from then on it is said"),
        pytest.param(120, "after 4 months", id="in months"),
        pytest.param(730, "after 2 years", id="from two years on in years"),
    ],
)
def test_how_long_after(days, told):
    """A change says how long after what stood before it came, where that is no news of these days."""
    assert after(NOW - timedelta(days=days), NOW) == told


def test_a_side_as_people_write_it():
    """Sides are written alike wherever they are read; "other" tells a reader nothing."""
    assert [side(name) for name in ("us", "ukraine", "mediator", "other")] == ["US", "Ukraine", "Mediator", ""]
