from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.following import Event, follow_up, quoted, tier
from alerts.records import Evidence, Match, News, Place, ToldAlert
from extractors.records import Span
from tests.alert_examples import EXCERPT, NOW, alert, rule

HOUR = timedelta(hours=1)
WORDS = "There will be no cease-fire before talks"


def told(**changes: Any) -> ToldAlert:
    """Return an alert told seven hours ago with one source."""
    own = alert(fired_at=NOW - 7 * HOUR, utterance_id="u", utterance_ids=("u",))
    return replace(ToldAlert(alert=own, sources=1, told_sources=1, told_at=own.fired_at), **changes)


def match(words: str = WORDS, *, quote: str = "“", **changes: Any) -> Match:
    """Return the rule's match in a revision that quotes these words."""
    own = alert()
    excerpt = f"{quote}{words},” Peskov said on Friday."
    span = Span(101, 101 + len(words))
    plain = Match(
        rule="ceasefire",
        article_id="a1",
        official_id="dmitry-peskov",
        official="Dmitry Peskov",
        keyword="ceasefire",
        scope=own.scope,
        place=Place.TEXT,
        excerpt=excerpt,
        excerpt_span=Span(100, 100 + len(excerpt)),
        evidence=(Evidence(what="words", place=Place.TEXT, span=span, surface=words),),
        utterance_id="u",
        utterance_ids=("u",),
        leading_ids=("u",),
    )
    return replace(plain, **changes)


def news(*, wish: dict[str, Any] | None = None, **changes: Any) -> str | None:
    """Return what is new about the alert."""
    found = follow_up(Event(**({"rule": rule(**(wish or {})), "told": told(), "now": NOW} | changes)))
    return found and str(found.news)


NO_LONGER = "There will be some cease-fire before talks"
ELSE = {"utterance_ids": ("u", "v"), "leading_ids": ("u", "v")}


@pytest.mark.parametrize(
    ("expected", "event"),
    [
        pytest.param(None, {}, id="nothing has come"),
        pytest.param("corroborated", {"told": told(sources=2)}, id="a second source"),
        pytest.param(None, {"told": told(sources=3, told_sources=2)}, id="a third, of which the rule says nothing"),
        pytest.param(None, {"told": told(sources=1, told_sources=2)}, id="a source less"),
        pytest.param(
            "corroborated",
            {"told": told(sources=6, told_sources=2), "wish": {"follow_ups": (2, 5)}},
            id="more than the next count",
        ),
        pytest.param(None, {"told": told(sources=2), "wish": {"follow_ups": ()}}, id="a rule that wants none"),
        pytest.param(None, {"match": match(), "text": EXCERPT}, id="a revision with the same words"),
        pytest.param(
            "corrected", {"match": match(NO_LONGER), "text": f"“{NO_LONGER},” he said."}, id="other words quoted"
        ),
        pytest.param(
            None, {"match": match(NO_LONGER), "text": f"{WORDS}. {NO_LONGER}."}, id="the words told still stand there"
        ),
        pytest.param(
            None, {"match": match("no cease-fire before"), "text": "no cease-fire before"}, id="the words told are cut"
        ),
        pytest.param(
            None, {"match": match("Apples are ripe and sweet"), "text": "Apples."}, id="words that are not like them"
        ),
        pytest.param(
            None, {"match": match(NO_LONGER, quote=" "), "text": NO_LONGER}, id="words that nobody quotes any more"
        ),
        pytest.param("added", {"match": match(**ELSE), "text": EXCERPT}, id="something else is said"),
        pytest.param(
            None, {"match": match(**ELSE), "text": EXCERPT, "wish": {"cooldown": 8 * HOUR}}, id="within the cooldown"
        ),
        pytest.param(
            "added",
            {"match": match(**ELSE, denied=True), "text": EXCERPT, "wish": {"cooldown": 8 * HOUR}},
            id="a denial within the cooldown",
        ),
        pytest.param(
            "corrected",
            {"match": match(NO_LONGER), "text": NO_LONGER, "told": told(sources=2)},
            id="a correction comes before a count",
        ),
        pytest.param("repeated", {"reported": True, "wish": {"repeat": 7 * HOUR}}, id="told again when asked"),
        pytest.param(None, {"reported": True, "wish": {"repeat": 7.1 * HOUR}}, id="not before its time"),
        pytest.param(None, {"wish": {"repeat": HOUR}}, id="not when nobody reports it"),
        pytest.param(None, {"reported": True}, id="not when nobody asks"),
        pytest.param(
            None,
            {"told": told(alert=replace(told().alert, fired_at=NOW - 48 * HOUR), sources=2)},
            id="two days after the alert",
        ),
    ],
)
def test_news(expected: str | None, event: dict[str, Any]) -> None:
    """An alert is followed up only with something new, the weightiest kind of it."""
    assert news(**event) == expected


def test_a_follow_up_shows_the_new_words_and_remembers_what_was_said() -> None:
    """A correction has the passage of the revision; the utterances it holds count as told from then on."""
    own = match(NO_LONGER, utterance_ids=("v",), leading_ids=("v",))
    found = follow_up(Event(rule=rule(), told=told(), now=NOW, match=own, text=NO_LONGER))
    assert found is not None
    assert (found.alert.excerpt, found.alert.evidence) == (own.excerpt, own.evidence)
    assert (found.alert.alert_id, found.alert.utterance_ids) == (told().alert.alert_id, ("u", "v"))
    added = follow_up(Event(rule=rule(), told=told(), now=NOW, match=match(**ELSE), added=match("More"), text=EXCERPT))
    assert added is not None
    assert (added.alert.excerpt, added.alert.utterance_ids) == (match("More").excerpt, ("u", "v"))
    counted = follow_up(Event(rule=rule(), told=told(sources=2), now=NOW))
    assert counted is not None
    assert (counted.alert, counted.sources, counted.news) == (told().alert, 2, News.CORROBORATED)
    assert counted.follow_up_id != found.follow_up_id


def test_tiers_and_quotations() -> None:
    """Counts that are reached are counted, and words count as quoted when a quotation mark opens them."""
    assert [tier((2, 5), sources) for sources in (1, 2, 4, 5, 9)] == [0, 1, 1, 2, 2]
    assert quoted(alert()) == (WORDS,)
    assert quoted(match(quote=" ")) == ()
