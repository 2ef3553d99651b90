from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.deciding import alert_id, decide, past_alert
from alerts.matching import find_matches
from alerts.records import Arrival, Decision, Match, PastAlert, Reason
from extractors.records import Article
from tests.alert_examples import NOW, article, compiled, read, rule

OWN = article("Peskov on a ceasefire.")
HOURS = st.integers(-1, 60).map(lambda hours: timedelta(hours=hours))


def match(**changes: Any) -> Match:
    """Return Peskov's match in the article, changed."""
    (found,) = find_matches(compiled(), OWN, read(OWN))
    return Match(**{name: getattr(found, name) for name in found.__slots__} | changes)


def past(hours: float = 1, **changes: Any) -> PastAlert:
    """Return an alert fired some hours ago, from another article on the same story."""
    plain = {"rule": "ceasefire", "article_id": "a0", "official_id": "dmitry-peskov", "story_id": "story1"}
    return PastAlert(**(plain | {"fired_at": NOW - timedelta(hours=hours), "utterance_id": None} | changes))


def decided(
    own: Match,
    *history: PastAlert,
    source: Article = OWN,
    arrival: Arrival = Arrival.POLLED,
    sources: int = 1,
    **changes: Any,
) -> Decision:
    """Decide about a match under a rule."""
    return decide(
        rule(**changes),
        own,
        article=source,
        arrival=arrival,
        story_id="story1",
        now=NOW,
        past=history,
        sources=sources,
    )


@pytest.mark.parametrize(
    ("reason", "own", "history", "circumstances"),
    [
        pytest.param("new", {}, [], {}, id="new: the first of its rule, official and story"),
        pytest.param("new", {}, [past(rule="other")], {}, id="new: another rule's alert is none of ours"),
        pytest.param("new", {}, [past(official_id="x")], {}, id="new: another official's alert starts no cooldown"),
        pytest.param("new", {}, [past(story_id="story2")], {}, id="new: another story's alert starts no cooldown"),
        pytest.param("cooldown", {}, [past(5.9)], {}, id="cooldown: within six hours of the last alert"),
        pytest.param("new_match", {}, [past(6)], {}, id="new_match: when the cooldown is over"),
        pytest.param("cooldown", {}, [past(9), past(1)], {}, id="cooldown: from the last alert, not the first"),
        pytest.param("new_match", {}, [past(0)], {"cooldown": timedelta(0)}, id="new_match: a rule without a cooldown"),
        pytest.param(
            "repeat", {}, [past(90, article_id="a1")], {}, id="repeat: fired from this article, however long ago"
        ),
        pytest.param("repeat", {"excluded_by": "x"}, [past(article_id="a1")], {}, id="repeat goes before excluded"),
        pytest.param("excluded", {"excluded_by": "hockey"}, [], {}, id="excluded: an excluded phrase stands near"),
        pytest.param(
            "same_utterance",
            {"utterance_id": "u"},
            [past(47, utterance_id="u", story_id="s2")],
            {"cooldown": timedelta(0)},
            id="same_utterance: the same words within 48 hours, whatever the story and the cooldown",
        ),
        pytest.param(
            "new_match", {"utterance_id": "u"}, [past(48, utterance_id="u")], {}, id="the words again after 48 hours"
        ),
        pytest.param("new_match", {}, [past(7)], {}, id="same_utterance: never for matches without a statement"),
        pytest.param(
            "new",
            {"utterance_id": "u"},
            [past(0, utterance_id="u", article_id="a1", official_id="x")],
            {},
            id="words alert each official of one article",
        ),
        pytest.param(
            "too_old",
            {},
            [],
            {"source": article(published_at=NOW - timedelta(hours=48, seconds=1))},
            id="too_old: over max_age",
        ),
        pytest.param(
            "new", {}, [], {"source": article(published_at=NOW - timedelta(hours=48))}, id="new: just within max_age"
        ),
        pytest.param(
            "new",
            {},
            [],
            {"source": article(published_at=NOW - timedelta(days=9), first_seen_at=NOW - timedelta(days=8))},
            id="age runs to the arrival, not to the decision",
        ),
        pytest.param(
            "new",
            {},
            [],
            {"source": article(published_at=NOW - timedelta(days=900)), "max_age": None},
            id="no max_age, no limit",
        ),
        pytest.param(
            "undated",
            {},
            [],
            {"source": article(published_at=None), "arrival": Arrival.FIRST_POLL},
            id="undated: without a date on its feed's first poll",
        ),
        pytest.param(
            "new", {}, [], {"source": article(published_at=None)}, id="without a date later on it counts as new"
        ),
        pytest.param(
            "new",
            {},
            [],
            {"source": article(published_at=None), "arrival": Arrival.FIRST_POLL, "max_age": None},
            id="a rule without max_age minds no missing date",
        ),
        pytest.param(
            "below_corroboration",
            {},
            [],
            {"sources": 1, "min_independent": 2},
            id="below_corroboration: too few sources",
        ),
        pytest.param("new", {}, [], {"sources": 2, "min_independent": 2}, id="sources enough"),
        pytest.param(
            "imported",
            {"excluded_by": "x"},
            [past(article_id="a1")],
            {"arrival": Arrival.IMPORTED},
            id="imported goes first",
        ),
    ],
)
def test_reason(reason: str, own: dict[str, Any], history: list[PastAlert], circumstances: dict[str, Any]) -> None:
    """Each match gets the first reason that holds; only new and new_match make an alert."""
    decision = decided(match(**own), *history, **circumstances)
    assert decision.reason == reason
    assert (decision.alert is not None) is (reason in {"new", "new_match"})


def test_an_alert_carries_its_match_and_a_stable_id() -> None:
    """The alert has rule, version and evidence; its id does not depend on the version, and its past recalls it."""
    own = match(utterance_id="u")
    fired = decided(own, version="v1").alert
    assert fired is not None
    assert (fired.rule_version, fired.evidence, fired.excerpt) == ("v1", own.evidence, own.excerpt)
    assert fired.alert_id == alert_id("ceasefire", "a1", "dmitry-peskov")
    assert len(fired.alert_id) == 16
    assert fired.alert_id != alert_id("ceasefire", "a1", "vladimir-putin")
    assert decided(own, past_alert(fired)).reason is Reason.REPEAT


PASTS = st.builds(
    past,
    hours=st.integers(0, 60),
    rule=st.sampled_from(["ceasefire", "other"]),
    article_id=st.sampled_from(["a0", "a1"]),
    official_id=st.sampled_from(["dmitry-peskov", "x"]),
    story_id=st.sampled_from(["story1", "story2"]),
    utterance_id=st.sampled_from([None, "u"]),
)


CIRCUMSTANCES = st.fixed_dictionaries(
    {
        "source": (st.none() | HOURS).map(lambda age: article(published_at=None if age is None else NOW - age)),
        "arrival": st.sampled_from(Arrival),
        "sources": st.integers(1, 3),
        "min_independent": st.just(2),
    }
)
MATCHES = st.builds(match, excluded_by=st.sampled_from([None, "x"]), utterance_id=st.sampled_from([None, "u"]))


@settings(deadline=None)
@given(own=MATCHES, history=st.lists(PASTS, max_size=6), circumstances=CIRCUMSTANCES)
def test_every_match_gets_exactly_one_reason(
    own: Match, history: list[PastAlert], circumstances: dict[str, Any]
) -> None:
    """Whatever the circumstances there is one reason, the same each time, whatever the history's order."""
    decision = decided(own, *history, **circumstances)
    assert decision.reason in Reason
    assert decision.reason.fires is (decision.alert is not None)
    assert decision == decided(own, *history, **circumstances) == decided(own, *history[::-1], **circumstances)
