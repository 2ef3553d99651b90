from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from alerts.lulls import Lull, LullState, lull, lull_told
from alerts.records import HeardReport, Listening, Reason
from alerts.rules import Rule

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIVE = timedelta(days=5)


def ago(days: float) -> datetime:
    """Return the moment so many days ago."""
    return NOW - timedelta(days=days)


def on(*days: float, feed: str | None = "a", late: float = 0, name: str = "") -> list[HeardReport]:
    """Return things said on the topic so many days ago, each by a feed, `late` days after it was published."""
    return [heard(each, feed=feed, late=late, name=name, is_on=True) for each in days]


def besides(*days: float, feed: str | None = "a") -> list[HeardReport]:
    """Return other things said so many days ago."""
    return [heard(each, feed=feed, is_on=False) for each in days]


def heard(days: float, *, feed: str | None, is_on: bool, late: float = 0, name: str = "") -> HeardReport:
    """Return a report of something said so many days ago, which arrived `late` days after."""
    said = name or f"{is_on} {days}"
    return HeardReport(
        utterance_id=said, article_id=f"{feed} {said}", feed_id=feed, said_at=ago(days), seen_at=ago(days - late), is_on=is_on
    )  # fmt: skip


def well(name: str = "a", *gaps: tuple[float, float | None], brought: tuple[float, ...] = (6, 3, 1)) -> Listening:
    """Return a feed with gaps from so many days ago until so many (None: still), that brought something then."""
    ends = tuple((ago(began), None if ended is None else ago(ended)) for began, ended in gaps)
    return Listening(feed_id=name, gaps=ends, brought_at=tuple(map(ago, brought)))


OFTEN = on(24, 20, 17, 14, 11, 8, 6)
MEANWHILE = besides(4, 2, 1)
BY_TWO = [*OFTEN, *on(24, 20, 17, 14, 11, 8, 6, feed="b")]


@pytest.mark.parametrize(
    ("said", "feeds", "silent", "expected"),
    [
        # Silences
        pytest.param([*OFTEN, *MEANWHILE], [well()], FIVE, LullState.PROVEN, id="silent for longer than asked, all seen"),
        pytest.param([*OFTEN, *MEANWHILE], [well()], timedelta(days=6), LullState.PROVEN, id="silent for just as long"),
        pytest.param([*OFTEN, *MEANWHILE], [well()], timedelta(days=7), LullState.SPOKEN, id="not yet as long as that"),
        pytest.param([*OFTEN, *on(2), *MEANWHILE], [well()], FIVE, LullState.SPOKEN, id="said something since"),
        pytest.param([*OFTEN, *on(-1), *MEANWHILE], [well()], FIVE, LullState.PROVEN, id="what has not arrived is not known"),
        pytest.param([*OFTEN, *on(-1, late=-1.5), *MEANWHILE], [well()], FIVE, LullState.SPOKEN, id="a date of tomorrow has been said"),
        pytest.param([*OFTEN, *on(6, feed="c", late=5, name="True 6"), *MEANWHILE], [well(), well("c")], FIVE, LullState.PROVEN, id="a late copy of the last words is none since"),
        pytest.param([*OFTEN, *on(2, late=3), *MEANWHILE], [well()], FIVE, LullState.PROVEN, id="said since, and not arrived yet"),
        # Habit
        pytest.param([*on(6), *MEANWHILE], [well()], FIVE, LullState.SELDOM, id="spoke of it once"),
        pytest.param([*on(24, 14, 6), *MEANWHILE], [well()], FIVE, LullState.SELDOM, id="on three days of four weeks"),
        pytest.param([*on(20.1, 20.2, 20.3, 6), *MEANWHILE], [well()], FIVE, LullState.SELDOM, id="often, on two days"),
        pytest.param([*on(9, 8, 7, 6), *MEANWHILE], [well()], FIVE, LullState.SELDOM, id="for one week only"),
        pytest.param([*on(16, 12, 9, 6), *MEANWHILE], [well()], FIVE, LullState.PROVEN, id="for twice as long as the silence"),
        pytest.param([*on(24, 20, 17, 11, 8, 6), *MEANWHILE], [well()], FIVE, LullState.PAUSES, id="paused for as long before"),
        pytest.param([*on(90, 84, 60, 55, 50), *on(6), *MEANWHILE], [well()], FIVE, LullState.SELDOM, id="had been asked about it in spring"),
        pytest.param([*on(90), *OFTEN, *MEANWHILE], [well()], FIVE, LullState.PROVEN, id="a pause before the habit is none"),
        pytest.param([*on(90, 80, 70, 60, 50, 40, 30), *besides(20, 8, 2)], [well(brought=(3,))], timedelta(days=28), LullState.PROVEN, id="who speaks of it every ten days, after four weeks"),
        pytest.param(MEANWHILE, [well()], FIVE, None, id="never spoke of it"),
        # Other words
        pytest.param(OFTEN, [well()], FIVE, LullState.WORDS_UNSEEN, id="nothing else was seen"),
        pytest.param([*OFTEN, *besides(1)], [well()], FIVE, LullState.WORDS_UNSEEN, id="one other thing was"),
        pytest.param([*OFTEN, *besides(5, 4, 3.5)], [well()], FIVE, LullState.WORDS_UNSEEN, id="none in its second half"),
        pytest.param([*OFTEN, *besides(10, 8, 7)], [well()], FIVE, LullState.WORDS_UNSEEN, id="other words of before"),
        # Feeds
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (5, 3))], FIVE, LullState.FEEDS_UNPROVEN, id="its feed failed for two days of it"),
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (3, None))], FIVE, LullState.FEEDS_UNPROVEN, id="its feed fails still"),
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (5, 4.8), (3, 2.8))], FIVE, LullState.PROVEN, id="its feed missed some hours"),
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (5, 4.6), (3, 2.6))], FIVE, LullState.FEEDS_UNPROVEN, id="its feed missed hours again and again"),
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (20, 10))], FIVE, LullState.PROVEN, id="its feed failed before"),
        pytest.param([*OFTEN, *MEANWHILE], [well(brought=(5, 4))], FIVE, LullState.FEEDS_UNPROVEN, id="its feed answers and brings nothing any more"),
        pytest.param([*OFTEN, *MEANWHILE], [], FIVE, LullState.FEEDS_UNPROVEN, id="its feed is not known"),
        pytest.param([*on(24, 20, 17, 14, 11, 8, 6, feed=None), *besides(4, 1, feed=None)], [well()], FIVE, LullState.FEEDS_UNPROVEN, id="files brought it, and no feed"),
        pytest.param([*BY_TWO, *MEANWHILE], [well("a", (5, None)), well("b")], FIVE, LullState.PROVEN, id="another feed that had all of it was well"),
        pytest.param([*OFTEN, *on(19, 6.5, feed="b"), *MEANWHILE], [well("a"), well("b", (5, None))], FIVE, LullState.FEEDS_UNPROVEN, id="a feed that had a quarter alone failed"),
        pytest.param([*OFTEN, *on(19, feed="b"), *MEANWHILE], [well("a"), well("b", (5, None))], FIVE, LullState.PROVEN, id="a feed that had an eighth alone failed"),
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (8, 5.5))], FIVE, LullState.PROVEN, id="a gap counts by what of it lies in the silence"),
        pytest.param([*OFTEN, *MEANWHILE], [well("a", (8, 4))], FIVE, LullState.FEEDS_UNPROVEN, id="and so does a longer one"),
    ],
)  # fmt: skip
def test_silences(said, feeds, silent, expected):
    """A silence is one after a habit alone, and proven where feeds that carried it were well and other words were seen."""
    found = lull(said, feeds, silent, NOW)
    assert (found and found.state) == expected


def test_the_order_of_what_was_heard_tells_nothing():
    """However reports stand, the silence is the same, and stands on the articles with the last words."""
    said = [*BY_TWO, *MEANWHILE]
    found, other = (lull(each, [well(), well("b")], FIVE, NOW) for each in (said, said[::-1]))
    assert found == other
    assert isinstance(found, Lull)
    assert found.article_ids == ("a True 6", "b True 6")
    assert (found.days, found.covered, found.others) == (7, 7, 3)


@pytest.mark.parametrize(
    ("said", "feeds", "expected"),
    [
        pytest.param([*OFTEN, *MEANWHILE], [well()], "a proven silence", id="proven"),
        pytest.param([*OFTEN, *on(2)], [well()], "2 days ago; the rule asks for 5 days", id="spoken"),
        pytest.param([*on(24, 14, 6)], [well()], "3 days of the 28 before, which is no habit", id="seldom"),
        pytest.param([*on(24, 20, 17, 11, 8, 6)], [well()], "and paused for 6 days among them", id="pauses"),
        pytest.param([*OFTEN], [], "0 of the 7 things said then came by feeds that were well since, which proves no", id="feeds"),
        pytest.param([*OFTEN, *besides(1)], [well()], "but 1 other thing said by the same official was seen since, the last on 2026-11-19 12:00Z, which", id="words"),
    ],
)  # fmt: skip
def test_a_silence_says_why(said, feeds, expected):
    """What proves a silence, or holds it back, is told with its numbers."""
    found = lull(said, feeds, FIVE, NOW)
    assert found is not None
    assert expected in lull_told(found, FIVE)


def test_what_holds_a_silence_back_is_a_reason():
    """Only what is a silence and not proven is decided; who speaks, or seldom did, is no match at all."""
    held = {each: each.held_back for each in LullState if each.held_back}
    assert held == {
        LullState.FEEDS_UNPROVEN: Reason.FEEDS_UNPROVEN,
        LullState.WORDS_UNSEEN: Reason.WORDS_UNSEEN,
    }


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"silent": "1h"}, 'between "6h" and "60d"', id="a coffee break"),
        pytest.param({"silent": "90d"}, 'between "6h" and "60d"', id="who has left"),
        pytest.param({"silent": "5d", "on": ("shift",)}, "neither keywords nor on nor first", id="beside a change"),
        pytest.param({"silent": "5d", "first": "30d"}, "neither keywords nor on nor first", id="beside a first time"),
        pytest.param({"silent": "5d", "keywords": ("truce",)}, "neither keywords nor on nor first", id="beside words"),
        pytest.param({"silent": "5d", "topics": ()}, "write keywords, or topics", id="about nothing"),
    ],
)
def test_a_rule_on_silence_waits_for_nothing_else(keys, expected):
    """What no silence could be told by is refused, with what to write."""
    plain = {"name": "r", "officials": "any", "subscribers": ("desk",), "topics": ("ceasefire",)}
    assert Rule.model_validate({**plain, "silent": "5d"}).silent == FIVE
    with pytest.raises(ValidationError, match=expected):
        Rule.model_validate({**plain, **keys})
