from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.records import Arrival
from extractors.records import Article, Reading
from flows.steps.relate import sketch
from tests.batches import countries, take_in
from tests.story_examples import BODY, TOLD, Told, forecast
from tests.warehouse_examples import HOUR, NOW, new_warehouse
from warehouse.records import ReadArticle
from warehouse.store import writing

# When each was published, whatever the order of arrival.
TIMES = {told.name: NOW + place * timedelta(minutes=5) for place, told in enumerate(TOLD)}


def read(told, **changes):
    """Return an article of the set as it was read."""
    article = Article(
        article_id=told.name,
        url=f"http://127.0.0.1/{told.name}",
        outlet=told.outlet,
        feed_id=None,
        title=told.title,
        author=told.author,
        published_at=changes.get("published_at", TIMES.get(told.name, NOW)),
        first_seen_at=changes.get("seen_at", NOW + HOUR),
        language="en",
        text=changes.get("text", told.text),
    )
    reading = Reading(mentions=(), title_mentions=(), statements=(), sentences=(), extractor_version="x")
    return ReadArticle(article=article, reading=reading, arrival=Arrival.POLLED)


def partition(session):
    """Return the articles of each story."""
    return {frozenset(row[0]) for row in session.rows("SELECT list(article_id) FROM articles GROUP BY story_id")}


EXPECTED = {frozenset(told.name for told in TOLD if told.story == story) for story in {told.story for told in TOLD}}


@settings(max_examples=2, deadline=None)
@given(st.permutations(TOLD), st.integers(1, len(TOLD)))
def test_the_order_of_arrival_does_not_matter(order, size):
    """However the articles arrive, one by one or together, the same ones tell one story, with the same labels."""
    with TemporaryDirectory() as folder, writing(new_warehouse(Path(folder))) as session:
        for start in range(0, len(order), size):
            take_in(session, *map(read, order[start : start + size]))
        assert partition(session) == EXPECTED
        found = dict(session.rows("SELECT article_id, [copy_kind, source] FROM articles"))
        assert found == {told.name: [told.kind, told.source] for told in TOLD}
        sources = dict(session.rows("SELECT articles, independent_sources FROM stories WHERE articles > 1"))
        assert sources == {5: 1, 3: 2}


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def test_a_story_goes_on_under_its_first_name(session):
    """What joins two stories makes them one, named by the article that arrived first."""
    ends = (Told(name="a", outlet="A", text="\n".join(BODY[:3]), story="", kind="", source=""),)
    ends += (Told(name="b", outlet="B", text="\n".join(BODY[3:]), story="", kind="", source=""),)
    bridge = Told(name="c", outlet="C", text="\n".join(BODY), story="", kind="", source="")
    for place, told in enumerate((*ends, bridge)):
        related = take_in(session, read(told, seen_at=NOW + place * HOUR)).related
    assert (related.story("c"), related.joined_stories) == ("a", {"b": "a", "c": "a"})
    assert partition(session) == {frozenset("abc")}


def test_what_is_known_changes_nothing(session):
    """An article that comes again is told its story, and no row is written."""
    take_in(session, read(TOLD[0], seen_at=NOW), read(TOLD[1]))
    before = session.rows("FROM articles ORDER BY ALL"), session.rows("FROM story_keys ORDER BY ALL")
    assert take_in(session, read(TOLD[1])).situation.saved[0].story_id == "wire"
    assert (session.rows("FROM articles ORDER BY ALL"), session.rows("FROM story_keys ORDER BY ALL")) == before


def test_a_revision_keeps_its_story_and_is_related_anew(session):
    """Changed words are found by their new keys, and the story an article told stays its story."""
    take_in(session, read(TOLD[0], seen_at=NOW), read(TOLD[1]))
    revised = read(TOLD[1], text=f"{TOLD[1].text}\nThe list was published in the evening by both sides.")
    assert take_in(session, revised).related.story("reprint") == "wire"
    assert session.rows("SELECT revision, copy_kind, source FROM articles WHERE article_id = 'reprint'") == [
        (2, "wire_copy", "reuters")
    ]
    assert session.rows("SELECT count(*) FROM story_keys WHERE article_id = 'reprint'") == [(1,)]


def test_copies_are_looked_for_in_what_arrived_lately(session):
    """Keys are dropped when no copy can be expected any more, so that looking stays cheap."""
    take_in(session, read(TOLD[0]))
    late = NOW + timedelta(days=9)
    take_in(session, read(TOLD[8], published_at=late, seen_at=late))
    assert session.rows("SELECT article_id FROM story_keys") == [("namesake",)]


def test_a_text_too_short_to_compare_is_a_story_of_its_own(session):
    """Two stubs with the same words are not taken for copies."""
    stubs = [Told(name=name, outlet=name, text="Subscribe to read.", story="", kind="", source="") for name in "ab"]
    take_in(session, *map(read, stubs))
    assert partition(session) == {frozenset("a"), frozenset("b")}


def test_quotations_of_an_opening_only_join_reports():
    """What is quoted far down is no occasion to know a story by."""
    told = next(told for told in TOLD if told.name == "agency")
    assert sketch(read(told), countries()).spoken
    assert not sketch(read(replace(told, text=forecast(4, 1, 60) * 6 + told.text)), countries()).spoken
