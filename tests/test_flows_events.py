from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Skimmer
from tests.alert_desk import Desk
from tests.batches import take_in
from tests.event_examples import DAY, skimmed
from tests.story_examples import TOLD
from tests.test_flows_relating import read
from tests.warehouse_examples import NOW, new_warehouse
from warehouse.store import writing

# Headlines in other languages have too little in common with these to be tied by words alone.
ENGLISH = [report for report in DAY if report.language == "en"]
EXPECTED = {frozenset(report.name for report in ENGLISH if report.on == on) for on in {each.on for each in ENGLISH}}


@pytest.fixture(scope="module")
def skimmer() -> Skimmer:
    """Return what finds names in articles."""
    return Skimmer(load_watchlist())


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def partition(session):
    """Return the articles of each event."""
    return {frozenset(row[0]) for row in session.rows("SELECT list(article_id) FROM articles GROUP BY event_id")}


@settings(max_examples=3, deadline=None)
@given(order=st.permutations(ENGLISH), size=st.integers(1, len(ENGLISH)))
def test_the_order_of_arrival_does_not_matter(skimmer, order, size):
    """However articles arrive, one by one or together, the same ones are on one happening, and each event is counted."""
    with TemporaryDirectory() as folder, writing(new_warehouse(Path(folder))) as session:
        for start in range(0, len(order), size):
            take_in(session, *(skimmed(skimmer, report) for report in order[start : start + size]))
        assert partition(session) == EXPECTED
        counted = session.rows("SELECT event_id, articles, stories, outlets FROM events ORDER BY ALL")
        asked = session.rows(
            "SELECT event_id, count(*), count(DISTINCT story_id), count(DISTINCT outlet) FROM articles GROUP BY ALL ORDER BY ALL"
        )
        assert counted == asked


def test_an_event_is_named_by_its_first_article(session, skimmer):
    """The row of an event has its first headline, its arrivals from the first to the last, and who tells of it."""
    take_in(session, *(skimmed(skimmer, report) for report in DAY[:2]))
    row = session.row(
        "SELECT title, first_seen_at, last_seen_at, articles, stories, outlets, independent_sources FROM events"
    )
    assert row == (DAY[0].title, NOW, NOW + DAY[1].after, 2, 2, 2, 2)
    assert partition(session) == {frozenset({"visit-1", "visit-2"})}


def test_a_story_is_within_one_event(session):
    """The copies of one text are on one happening, whatever their headlines say."""
    take_in(session, *(read(told) for told in TOLD))
    assert session.rows("SELECT story_id FROM articles GROUP BY story_id HAVING count(DISTINCT event_id) > 1") == []
    assert session.rows("SELECT sum(articles) FROM events") == [(len(TOLD),)]


def test_a_later_article_joins_its_event(session, skimmer):
    """What arrives later goes into the event under its first name, and an event that is another stays alone."""
    first, last = (skimmed(skimmer, report) for report in DAY[:2])
    apart = skimmed(skimmer, next(report for report in DAY if report.on == "budget"))
    take_in(session, first, apart)
    take_in(session, last)
    assert session.rows("SELECT event_id, articles FROM events ORDER BY ALL") == [("budget", 1), ("visit-1", 2)]
    assert session.rows("FROM event_links") == [("visit-2", "visit-1")]


@pytest.fixture
def desk(tmp_path):
    """Return a desk that takes articles in."""
    with Desk(tmp_path) as opened:
        yield opened


@pytest.mark.slow
def test_headlines_meet_in_meaning(desk, skimmer):
    """Articles with headlines alike in meaning, in other languages too, are on one happening, those of others are not."""
    for report in DAY:
        desk.take_in(skimmed(skimmer, report))
    found = {frozenset(row[0]) for row in desk.rows("SELECT list(article_id) FROM articles GROUP BY event_id")}
    assert found == {frozenset(report.name for report in DAY if report.on == on) for on in {each.on for each in DAY}}
