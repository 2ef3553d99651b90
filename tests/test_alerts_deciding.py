from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.deciding import POLICY, Case, alert_id, decision, past_alert
from alerts.history import History
from alerts.matching import find_matches
from alerts.records import Alert, Arrival, Decision, Match, PastAlert, Reason
from extractors.records import Article
from tests.alert_examples import NOW, article, compiled, read, rule

OWN = article("Peskov on a ceasefire.")
PASSAGE = "Peskov spoke of a ceasefire with reporters in Moscow on Friday evening."
SAID = {"utterance_id": "new words"}
NONE = timedelta(0)
HOURS = st.integers(-1, 60).map(lambda hours: timedelta(hours=hours))


def match(**changes: Any) -> Match:
    """Return Peskov's match in the article, changed."""
    found = found_match()
    return Match(**{name: getattr(found, name) for name in found.__slots__} | changes)


@cache
def found_match() -> Match:
    """Return it as it was found."""
    (found,) = find_matches(compiled(), OWN, read(OWN))
    return found


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
    silenced: bool = False,
    **changes: Any,
) -> Decision:
    """Decide about a match under a rule."""
    case = Case(
        rule=rule(**changes),
        match=own,
        article=source,
        arrival=arrival,
        story_id="story1",
        now=NOW,
        past=History(history),
        sources=sources,
        silenced=silenced,
    )
    return decision(case)


@pytest.mark.parametrize(
    ("reason", "own", "history", "circumstances"),
    [
        pytest.param("new", {}, [], {}, id="new: the first of its rule, official and story"),
        pytest.param("new", {}, [past(rule="other")], {}, id="new: another rule's alert is none of ours"),
        pytest.param("new", {}, [past(official_id="x")], {}, id="new: another official's alert starts no cooldown"),
        pytest.param("new", {}, [past(story_id="story2")], {}, id="new: another story's alert starts no cooldown"),
        pytest.param("cooldown", SAID, [past(5.9)], {}, id="cooldown: within six hours of the last alert"),
        pytest.param("new_match", SAID, [past(6)], {}, id="new_match: when the cooldown is over"),
        pytest.param("cooldown", SAID, [past(9), past(1)], {}, id="cooldown: from the last alert, not the first"),
        pytest.param("new_match", SAID, [past(0)], {"cooldown": NONE}, id="new_match: a rule without a cooldown"),
        pytest.param("new_match", SAID, [past(1, reaches=False)], {}, id="new_match: an alert that reached nobody"),
        pytest.param("cooldown", SAID, [past(2), past(1, reaches=False)], {}, id="cooldown: from one that was sent"),
        pytest.param(
            "new_match",
            SAID | {"stance": "reject"},
            [past(1, stance="offer")],
            {},
            id="new_match: a changed stance breaks a cooldown",
        ),
        pytest.param(
            "cooldown",
            SAID | {"stance": "reject"},
            [past(2, stance="threaten"), past(1, stance="offer")],
            {},
            id="cooldown: a stance that was told lately is none that changed",
        ),
        pytest.param(
            "cooldown", SAID | {"stance": "reject"}, [past(1)], {}, id="cooldown: no stance before, none that changed"
        ),
        pytest.param(
            "cooldown", SAID | {"stance": "assert"}, [past(1, stance="offer")], {}, id="cooldown: assert is no stance"
        ),
        pytest.param("new_match", SAID | {"denied": True}, [past(1)], {}, id="new_match: a denial breaks a cooldown"),
        pytest.param("new_match", SAID | {"stance": "deny"}, [past(1)], {}, id="new_match: whatever it is read from"),
        pytest.param(
            "new_match",
            SAID | {"stance": "accept"},
            [past(1, stance="deny")],
            {},
            id="new_match: and so does taking it back",
        ),
        pytest.param(
            "cooldown", SAID | {"denied": True}, [past(1, stance="deny")], {}, id="cooldown: a denial told already"
        ),
        pytest.param(
            "duplicate", {}, [past(47)], {"cooldown": NONE}, id="duplicate: nobody is heard, the story is told"
        ),
        pytest.param("new_match", {}, [past(48)], {}, id="new_match: the story again after 48 hours"),
        pytest.param("new_match", {"denied": True}, [past(1)], {}, id="new_match: a denial, heard from nobody"),
        pytest.param("duplicate", {"denied": True}, [past(1, denied=True)], {}, id="duplicate: a denial told already"),
        pytest.param(
            "duplicate",
            {"excerpt": PASSAGE + " He gave no date."},
            [past(9, story_id="s2", excerpt=PASSAGE)],
            {"cooldown": NONE},
            id="duplicate: nearly the same passage, whatever the story",
        ),
        pytest.param(
            "new", {"excerpt": PASSAGE}, [past(49, story_id="s2", excerpt=PASSAGE)], {}, id="a passage after 48 hours"
        ),
        pytest.param(
            "duplicate",
            SAID | {"excerpt": PASSAGE},
            [past(9, story_id="s2", excerpt=PASSAGE)],
            {},
            id="duplicate: words said that were told without their speaker",
        ),
        pytest.param(
            "new",
            SAID | {"excerpt": PASSAGE},
            [past(9, story_id="s2", excerpt=PASSAGE, utterance_id="u2")],
            {},
            id="two things said are two, in whatever sentence",
        ),
        pytest.param("historical", {"historical": True}, [], {}, id="historical: it rests on a past round alone"),
        pytest.param(
            "excluded", {"historical": True, "excluded_by": "x"}, [], {}, id="excluded goes before historical"
        ),
        pytest.param("silenced", {}, [], {"silenced": True}, id="silenced: it would have fired"),
        pytest.param("cooldown", SAID, [past(1)], {"silenced": True}, id="cooldown goes before silenced"),
        pytest.param(
            "repeat", {}, [past(90, article_id="a1")], {}, id="repeat: fired from this article, however long ago"
        ),
        pytest.param(
            "cooldown",
            SAID | {"denied": True},
            [past(2, denied=True), past(1)],
            {},
            id="cooldown: one denial of two alerts was told",
        ),
        pytest.param(
            "cooldown",
            SAID | {"stance": "reject"},
            [past(50, stance="offer"), past(1)],
            {},
            id="cooldown: a stance of over two days ago is no longer turned from",
        ),
        pytest.param(
            "new", {}, [], {"arrival": Arrival.FIRST_POLL}, id="new: what is dated fires on the first poll too"
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
        pytest.param(
            "same_utterance",
            {"utterance_id": "u", "utterance_ids": ("u", "v"), "leading_ids": ("u", "v")},
            [past(9, utterance_id="u"), past(8, utterance_id="w", utterance_ids=("w", "v"))],
            {},
            id="same_utterance: all that is said was told, whenever and wherever",
        ),
        pytest.param(
            "new_match",
            {"utterance_id": "u", "utterance_ids": ("u", "v"), "leading_ids": ("u", "v")},
            [past(9, utterance_id="u")],
            {},
            id="new_match: one thing of several was not told",
        ),
        pytest.param(
            "same_utterance",
            {"utterance_id": "u", "utterance_ids": ("u", "v"), "leading_ids": ("u",)},
            [past(9, utterance_id="u")],
            {},
            id="same_utterance: what stands farther off than the strongest match is nothing new",
        ),
        pytest.param(
            "new",
            {"utterance_id": "u"},
            [past(0, utterance_id="u", article_id="a1", official_id="x")],
            {},
            id="words alert each official of one article",
        ),
        pytest.param(
            "same_utterance",
            {"utterance_id": "u", "official": "A X and Dmitry Peskov"},
            [past(0, utterance_id="u", article_id="a1", official_id="x", official="A X and Dmitry Peskov")],
            {},
            id="same_utterance: what several say as one alerts the first of them, by all their names",
        ),
        pytest.param(
            "new",
            {"utterance_id": "v", "official": "A X and Dmitry Peskov"},
            [past(0, utterance_id="u", article_id="a1", official_id="x", official="A X and Dmitry Peskov")],
            {},
            id="but another thing that they say is its own alert",
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
    own = match(utterance_id="u", utterance_ids=("u", "v"), stance="offer", denied=True)
    fired = decided(own).alert
    assert fired is not None
    assert (fired.rule_version, fired.evidence, fired.excerpt) == (rule().version, own.evidence, own.excerpt)
    assert fired.alert_id == alert_id("ceasefire", "a1", "dmitry-peskov")
    assert fired.alert_id == "3d0e83873b2229e6"
    assert alert_id("a", "bc", "d") != alert_id("ab", "c", "d")
    assert fired.alert_id != alert_id("ceasefire", "a1", "vladimir-putin")
    assert decided(own, past_alert(fired)).reason is Reason.REPEAT
    shared = {each.name for each in fields(PastAlert)} & {each.name for each in fields(Alert)}
    assert {name: getattr(past_alert(fired), name) for name in shared} == {
        name: getattr(fired, name) for name in shared
    }


PASTS = st.builds(
    past,
    hours=st.integers(0, 60),
    rule=st.sampled_from(["ceasefire", "other"]),
    article_id=st.sampled_from(["a0", "a1"]),
    official_id=st.sampled_from(["dmitry-peskov", "x"]),
    story_id=st.sampled_from(["story1", "story2"]),
    utterance_id=st.sampled_from([None, "u"]),
    stance=st.sampled_from([None, "offer", "deny"]),
    excerpt=st.sampled_from(["", PASSAGE]),
    reaches=st.booleans(),
)


CIRCUMSTANCES = st.fixed_dictionaries(
    {
        "source": (st.none() | HOURS).map(lambda age: article(published_at=None if age is None else NOW - age)),
        "arrival": st.sampled_from(Arrival),
        "sources": st.integers(1, 3),
        "min_independent": st.just(2),
        "silenced": st.booleans(),
    }
)
MATCHES = st.builds(
    match,
    excluded_by=st.sampled_from([None, "x"]),
    utterance_id=st.sampled_from([None, "u"]),
    stance=st.sampled_from([None, "reject", "deny"]),
    excerpt=st.sampled_from(["Peskov.", PASSAGE]),
    historical=st.booleans(),
)


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


COPIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 47)), min_size=1, max_size=12)


def fired(copies: list[tuple[int, int]], cooldown: timedelta) -> list[tuple[Decision, int]]:
    """Decide about copies of things, each arriving so many hours after now; return the alerts with what they are of.

    Even things are words said, odd ones sentences that nobody says, each told in a story of its own.
    """
    told, history = [], History()
    for number, (thing, hours) in enumerate(sorted(copies, key=lambda each: each[1])):
        said = () if thing % 2 else (f"u{thing}",)
        own = match(article_id=f"a{number}", utterance_id=next(iter(said), None), leading_ids=said, excerpt=f"{number}")
        case = Case(
            rule=rule(cooldown=cooldown),
            match=own,
            article=OWN,
            arrival=Arrival.POLLED,
            story_id=f"story{thing}",
            now=NOW + timedelta(hours=hours),
            past=history,
        )
        made = decision(case)
        if made.alert:
            history.add(past_alert(made.alert))
            told.append((made, thing))
    return told


@settings(deadline=None)
@given(copies=COPIES, data=st.data(), cooldown=st.sampled_from([NONE, timedelta(hours=6), timedelta(hours=60)]))
def test_no_order_of_arrival_changes_the_count_of_alerts(
    copies: list[tuple[int, int]], data: st.DataObject, cooldown: timedelta
) -> None:
    """Within two days each thing is one alert, in whatever order its copies and rewrites arrive."""
    hours = data.draw(st.permutations([at for _, at in copies]))
    shuffled = [(thing, at) for (thing, _), at in zip(copies, hours, strict=True)]
    for arrivals in (copies, shuffled):
        assert sorted(thing for _, thing in fired(arrivals, cooldown)) == sorted({thing for thing, _ in copies})
        assert {decision.reason for decision, _ in fired(arrivals, cooldown)} == {Reason.NEW}


def test_the_alert_that_told_it_is_named() -> None:
    """A decision that does not fire names the alert that had told it; one that does names what it follows."""
    held = decided(match(**SAID), past(1, alert_id="before"))
    assert (held.reason, held.told_by) == (Reason.COOLDOWN, "before")
    follows = decided(match(**SAID), past(9, alert_id="first"), past(7, alert_id="before"))
    assert follows.alert is not None
    assert (follows.alert.follows_alert_id, follows.told_by) == ("before", None)
    assert decided(match(), past(1, article_id="a1", alert_id="own")).told_by == "own"


def test_every_reason_can_be_given() -> None:
    """The policy asks one question for each reason there is, but for those of a silence, which no match has."""
    silences = {Reason.FEEDS_UNPROVEN, Reason.WORDS_UNSEEN}
    assert {question.__name__.lstrip("_") for question in POLICY} == {str(reason) for reason in set(Reason) - silences}
