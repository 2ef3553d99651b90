from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.deciding import hears, is_hushed, silence_id, silenced
from alerts.records import Silence
from tests.alert_examples import NOW, rule

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
        pytest.param({"rule": None}, True, id="every rule"),
        pytest.param({"story_id": "s1"}, True, id="the story"),
        pytest.param({"story_id": "s2"}, False, id="another story"),
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
    hushed = silenced([silence(**changes)], rule="ceasefire", official_id="dmitry-peskov", story_id="s1", now=NOW)
    assert hears("desk", hushed) is not expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([{}], True, id="nobody hears a rule that is silent for everyone"),
        pytest.param([{"subscriber": "desk"}], False, id="one of two still hears it"),
        pytest.param([{"subscriber": "desk"}, {"subscriber": "talks"}], True, id="silent for each of them"),
        pytest.param([{"subscriber": "desk"}, {"subscriber": "talks", "official_id": "x"}], False, id="another official"),
        pytest.param([{"rule": "truce"}], False, id="another rule"),
        pytest.param([{"ends_at": NOW}], False, id="over"),
        pytest.param([], False, id="no silence"),
    ],
)  # fmt: skip
def test_a_rule_is_hushed_when_all_it_tells_are(changes: list[dict[str, Any]], expected: bool) -> None:
    """What somebody still hears is not silenced."""
    told = rule(subscribers=("desk", "talks"))
    assert (
        is_hushed([silence(**each) for each in changes], told, official_id="dmitry-peskov", story_id="s1", now=NOW)
        is expected
    )


def test_silences_have_names_of_their_own() -> None:
    """What a silence is about, and when it began, names it."""
    about = [(), ("x",), ("y",), (None, "x"), ("x", "yz"), ("xy", "z")]
    names = {silence_id("b", NOW), silence_id("a", NOW + HOUR), *(silence_id("a", NOW, *each) for each in about)}
    assert len(names) == 8
    assert {len(name) for name in names} == {8}
    assert silence_id("a", NOW, None, None) == silence_id("a", NOW, None, None)
