from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.newsroom import NOW, OTHER, SAID, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow

WORDS = {
    "a": "Dmitry Peskov said a ceasefire was possible. It was his first word on it.",
    "b": "Volodymyr Zelenskyy rejected a truce. He spoke in Kyiv in the evening.",
    "c": "Emmanuel Macron called for a ceasefire. Paris would help to watch over it.",
}
EVERY = timedelta(minutes=45)


@pytest.fixture
def room(tmp_path):
    """An outlet all of whose news stands on one page, which is no article of any of it."""
    with newsroom(tmp_path) as opened:
        opened.outlet.reply("/news", page("Press service: all statements", ("Choose a day in the calendar.",)))
        yield opened


def item(room, name, *, link="/news", guid="{0}", text=True, minutes=30) -> str:
    """Return an item; {0} in its link and guid is its name, ^ in the guid the server's address."""
    url, named = room.outlet.url(link.format(name)), guid.format(name).replace("^", room.outlet.url(""))
    at = format_datetime(NOW - timedelta(minutes=minutes))
    said = f"<description>{WORDS[name]}</description>" if text else ""
    named = f"<guid isPermaLink='false'>{named}</guid>" if guid else ""
    return f"<item><title>Statement {name}</title><link>{url}</link>{named}<pubDate>{at}</pubDate>{said}</item>"


def listed(*items) -> Reply:
    """Return a feed of these items."""
    return Reply(body=f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode())


def poll(room, *items) -> None:
    """Do a pass with a feed of these items."""
    room.outlet.reply("/rss.xml", listed(*items))
    room.run()
    room.now += EVERY


def told(room) -> set[object]:
    """Return the officials whom alerts were about."""
    return {official for (official,) in room.rows("SELECT official_id FROM alerts")}


ALL = {"dmitry-peskov", "volodymyr-zelenskyy", "emmanuel-macron"}
SHAPES = [
    pytest.param({"guid": "^/news#{0}"}, id="guids that differ after #"),
    pytest.param({"link": "/news#{0}", "guid": ""}, id="links that differ after #, without guids"),
    pytest.param({"link": "/news#{0}", "guid": "^/news"}, id="links that differ after #, and one guid"),
    pytest.param({"guid": "{0}"}, id="one link, plain guids"),
    pytest.param({"guid": "always"}, id="one link and one guid, told apart by their titles"),
    pytest.param({"guid": ""}, id="one link and no guid"),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_items_that_share_a_page_are_each_read(room, shape):
    """Each item that a feed adds is an article with its own words and alert, whatever the items share."""
    a, b, c = (item(room, name, **shape) for name in "abc")
    for items in ([a], [c, b, a], [c, b, a]):
        poll(room, *items)
    assert told(room) == ALL
    assert room.rows("SELECT count(*), count(DISTINCT url), count(DISTINCT article_id) FROM articles") == [(3, 3, 3)]
    assert room.rows("SELECT count(*) FROM article_revisions WHERE revision > 1") == [(0,)]


@pytest.mark.parametrize("shape", SHAPES)
def test_items_that_share_a_page_are_each_read_at_once(room, shape):
    """They are told apart in a feed's first answer too, and its repeats are not."""
    a, b, c = (item(room, name, **shape) for name in "abc")
    poll(room, c, b, a, a)
    assert told(room) == ALL
    assert room.rows("SELECT sum(entries_new), sum(entries_known), sum(entries_unlinked) FROM runs") == [(3, 1, 0)]


def test_one_guid_for_all_loses_nothing(room):
    """Entries of one guid and several pages are each fetched, however they come in."""
    for name in "abc":
        room.outlet.reply(f"/{name}", page(f"Statement {name}", (WORDS[name], *OTHER)))
    a, b, c = (item(room, name, link="/{0}", guid="always", text=False) for name in "abc")
    for items in ([a], [b, a], [c, b]):
        poll(room, *items)
    assert told(room) == ALL
    assert [len(room.outlet.asked(f"/{name}")) for name in "abc"] == [1, 1, 1]


@pytest.mark.parametrize("guids", [("^/news#0", "^/news#1"), ("^/news", "^/news#1"), ("^/news?x=1#0", "^/news?x=1#3")])
def test_an_item_whose_name_changes_after_the_hash_is_the_same(room, guids):
    """One name that takes another's place is one item, as some outlets count their updates."""
    room.outlet.reply("/news", page("Statement a", (WORDS["a"], *OTHER)))
    for minutes, guid in zip((30, 20), guids, strict=True):
        poll(room, item(room, "a", guid=guid, minutes=minutes))
    assert room.rows("SELECT count(*) FROM entries") == [(1,)]
    assert room.rows("SELECT count(*) FROM articles") == [(1,)]
    assert room.rows("SELECT count(*) FROM alerts") == [(1,)]


def test_a_live_page_is_read_again_when_its_feed_adds_a_place_on_it(room):
    """A new `#p2` is the page again, with what was added: one article, in two revisions."""
    room.outlet.reply("/news", page("Talks, as they go", OTHER), page("Talks, as they go", (*OTHER, *SAID)))
    first, second = (item(room, name, link="/news#{0}", guid="^/news#{0}", text=False) for name in "ab")
    poll(room, first)
    assert told(room) == set()
    poll(room, second, first)
    assert told(room) == {"dmitry-peskov", "volodymyr-zelenskyy"}
    assert room.rows("SELECT count(*), max(revision), min(url) FROM articles") == [(1, 2, room.outlet.url("/news"))]
    assert len(room.outlet.asked("/news")) == 2


def test_a_home_page_is_no_article_of_what_leads_to_it(room):
    """Where all links lead to a home page, which lists all headlines, the feed's own words are the articles."""
    teasers = tuple(f"Statement {name}, and what else was said that day in the city." for name in "abc")
    room.outlet.reply("/", page("The Herald", (*teasers, *OTHER)))
    poll(room, *(item(room, name, link="/") for name in "abc"))
    assert told(room) == ALL
