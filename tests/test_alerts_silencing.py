from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.follow_up_records import Silence
from alerts.silencing import hears, silence_id, silenced
from tests.alert_examples import NOW

HOUR = timedelta(hours=1)


def silence(**changes: Any) -> Silence:
    """Return a silence of the rule for the hour around now."""
    plain = {"silence_id": "s", "rule": "ceasefire", "starts_at": NOW - HOUR, "ends_at": NOW + HOUR, "author": "ann"}
    return Silence(**(plain | changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, True, id="the rule, for everyone"),
        pytest.param({"rule": "truce"}, False, id="another rule"),
        pytest.param({"official_id": "dmitry-peskov"}, True, id="the official"),
        pytest.param({"official_id": "x"}, False, id="another official"),
        pytest.param({"subscriber": "desk"}, True, id="the subscriber"),
        pytest.param({"subscriber": "other"}, False, id="another subscriber"),
        pytest.param({"starts_at": NOW}, True, id="from its first moment"),
        pytest.param({"starts_at": NOW + timedelta(microseconds=1)}, False, id="not before"),
        pytest.param({"ends_at": NOW + timedelta(microseconds=1)}, True, id="to its last"),
        pytest.param({"ends_at": NOW}, False, id="not at its end"),
    ],
)
def test_silences(changes: dict[str, Any], expected: bool) -> None:
    """A silence covers its rule, official and subscriber, from its start until before its end."""
    hushed = silenced([silence(**changes)], rule="ceasefire", official_id="dmitry-peskov", now=NOW)
    assert hears("desk", hushed) is not expected


def test_silences_have_names_of_their_own() -> None:
    """What a silence is about, and when it began, names it."""
    names = {silence_id("a", NOW), silence_id("b", NOW), silence_id("a", NOW, "x"), silence_id("a", NOW, None, "x")}
    assert len(names) == 4
    assert silence_id("a", NOW, None, None) == silence_id("a", NOW, None, None)
