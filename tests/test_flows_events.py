from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.slack_blocks import payload
from alerts.letters import render
from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Skimmer
from tests.alert_desk import Desk, found
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


HEADS = {
    "herald": "Peskov outlines truce at sea before Odesa port talks",
    "courier": "Truce at sea outlined by Peskov ahead of Odesa port talks",
    "evening": "Kremlin budget passes second reading in Duma",
}
SAID = {
    "herald": "“A truce at sea may begin on Friday, if the port stays open to ships of all flags,” Peskov said.",
    "courier": "“Nobody has asked us yet who is to watch over the truce along the coast,” Peskov told reporters.",
    "evening": "“Money for the front is there whether a truce is signed this year or never,” Peskov said of the vote.",
}


def report(name):
    """Return an article in an outlet's own words, with a sentence of the speaker's that no other has."""
    return found(name, SAID[name], outlet=name.capitalize(), title=HEADS[name], published_at=None)


def test_what_is_told_of_one_event_is_one_message(desk):
    """Two outlets have two sentences of one briefing: two stories and two alerts, told at once in one letter."""
    desk.take_in(report("herald"), report("courier"), report("evening"))
    assert desk.rows("SELECT count(DISTINCT story_id), count(*) FROM alerts") == [(3, 3)]
    other, both = sorted(desk.send(), key=lambda message: len(message.alert_ids))
    assert (len(both.alert_ids), len(other.alert_ids)) == (2, 1)
    told = render(both, desk.notices(both), timezone="UTC")
    assert told.text.startswith("2 alerts from 2 articles on one event\n")
    assert [head in told.text for head in HEADS.values()] == [True, True, False]


def test_what_comes_later_on_an_event_is_in_its_thread(desk):
    """Another story's alert replies to the first message on their event, in mail and chat; the cooldown is the story's."""
    desk.take_in(report("herald"), report("evening"))
    first = next(message for message in desk.send() if message.event_id == "herald")
    desk.after(minutes=40).take_in(report("courier"))
    (second,) = desk.send()
    assert (desk.count("alerts"), second.thread_of, second.event_id) == (3, first.message_id, "herald")


def test_messages_on_one_event_keep_apart_in_time(desk):
    """What comes within five minutes of a message on its event waits, and all that comes meanwhile is one message."""
    desk.take_in(report("herald"))
    desk.send()
    desk.after(minutes=1).take_in(report("courier"))
    assert desk.send() == ()
    assert len(desk.after(minutes=4).send()) == 1


def test_a_digest_heads_the_articles_of_an_event_by_its_headline(tmp_path):
    """In a digest articles on one event stand together, under the headline of the first, the others by subject."""
    with Desk(tmp_path, subscriber='mode = "hourly"') as desk:
        desk.take_in(report("evening"), report("herald"))
        desk.after(minutes=5).take_in(report("courier"))
        (digest,) = desk.after(hours=1).send()
        letter = render(digest, desk.notices(digest), timezone="UTC")
    assert f"{HEADS['herald']}: 2 alerts\n“truce” · Dmitry Peskov: 1 alert\n" in letter.text
    heads = [line for line in letter.text.splitlines() if line in HEADS.values()]
    assert heads[:1] == [HEADS["herald"]]
    assert heads[-1] == HEADS["evening"]
    titles = [block["text"]["text"] for block in payload(letter)["blocks"] if block["type"] == "header"]
    assert titles[1:] == [HEADS["herald"], "“truce” · Dmitry Peskov"]


@pytest.mark.slow
def test_headlines_meet_in_meaning(desk, skimmer):
    """Articles with headlines alike in meaning, in other languages too, are on one happening, those of others are not."""
    for report in DAY:
        desk.take_in(skimmed(skimmer, report))
    found = {frozenset(row[0]) for row in desk.rows("SELECT list(article_id) FROM articles GROUP BY event_id")}
    assert found == {frozenset(report.name for report in DAY if report.on == on) for on in {each.on for each in DAY}}
