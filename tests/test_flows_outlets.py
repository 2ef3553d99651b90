from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from extractors.records import Entry, Page
from extractors.syndication.feeds import parse_feed
from flows.steps.listed import Outlets
from tests.newsroom import NOW, SAID, newsroom, page
from tests.servers import Reply
from tests.warehouse_examples import feed as a_feed
from warehouse.entries import PendingEntry

DATE = f"<pubDate>{format_datetime(NOW - timedelta(hours=1))}</pubDate>"
AGGREGATOR = "https://news.aggregator.com/rss"
FEEDS = (
    replace(a_feed("aggregator"), url=AGGREGATOR, outlet="Aggregator: ceasefire"),
    replace(a_feed("wire"), url="https://feeds.northwire.com/all", outlet="North Wire"),
    replace(a_feed("one"), url="https://one.platform.com/rss", outlet="One"),
    replace(a_feed("two"), url="https://two.platform.com/rss", outlet="Two"),
    replace(a_feed("proxied"), url="https://feeds.proxy.com/herald", outlet="The Herald"),
)


def pending(name: str, link: str, source: str | None = None) -> PendingEntry:
    """Return an entry of a feed."""
    (feed,) = [each for each in FEEDS if each.feed_id == a_feed(name).feed_id]
    return PendingEntry(
        entry_key="k", feed_id=feed.feed_id, outlet=feed.outlet, url=link, entry=Entry(entry_id="e", link=link, title="T", published=None, updated=None, source=source),
        first_poll=False, attempts=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "url", "site_name", "outlet"),
    [
        pytest.param(pending("aggregator", "https://news.aggregator.com/a?1"), "https://www.northwire.com/1", "NW", "North Wire", id="the watched outlet whose site it is"),
        pytest.param(pending("aggregator", "https://www.northwire.com/1", "The Wire"), "https://www.northwire.com/1", None, "North Wire", id="a watched outlet before a source's name"),
        pytest.param(pending("aggregator", "https://news.aggregator.com/a?1", "Daily Post"), "https://post.com/1", "Post", "Daily Post", id="the source"),
        pytest.param(pending("aggregator", "https://news.aggregator.com/a?1", "Daily Post"), "https://news.aggregator.com/a", None, "Daily Post", id="the source of what was not reached"),
        pytest.param(pending("aggregator", "https://news.aggregator.com/a?1"), "https://post.com/1", "Daily Post", "Daily Post", id="the site's own name, where the link led away"),
        pytest.param(pending("aggregator", "https://news.aggregator.com/a?1"), "https://post.com/1", None, "Aggregator: ceasefire", id="nobody is named"),
        pytest.param(pending("aggregator", "https://a.platform.com/1"), "https://one.platform.com/1", None, "Aggregator: ceasefire", id="a site of several outlets"),
        pytest.param(pending("wire", "https://www.northwire.com/1"), "https://www.northwire.com/1", "North Wire | World", "North Wire", id="an outlet's own page"),
        pytest.param(pending("proxied", "https://herald.com/1"), "https://herald.com/1", "Herald Online", "The Herald", id="a feed that stands on another site"),
        pytest.param(pending("one", "https://one.platform.com/1"), "https://one.platform.com/1", None, "One", id="one of several on a site"),
    ],
)  # fmt: skip
def test_the_outlet_is_who_wrote_it(entry, url, site_name, outlet):
    """An article of an aggregator is its outlet's; one of an outlet's own feed is called as the feed is."""
    assert Outlets(FEEDS).outlet_of(entry, Page(text="x", site_name=site_name), url) == outlet


@pytest.mark.parametrize(
    ("item", "source"),
    [
        pytest.param('<source url="https://northwire.com">North Wire</source>', "North Wire", id="another site's"),
        pytest.param(f'<source url="{AGGREGATOR}">Aggregator</source>', None, id="its own"),
        pytest.param("<source>North Wire</source>", None, id="without an address"),
        pytest.param("", None, id="none"),
    ],
)
def test_an_item_s_source_is_read(item, source):
    """What RSS calls the source counts where it is another site's."""
    body = f"<rss version='2.0'><channel><item><title>A</title><link>https://a.example/</link>{item}</item></channel></rss>"
    feed = parse_feed(body.encode(), url=AGGREGATOR)
    assert feed.entries[0].source == source


def test_an_atom_entry_s_source_is_read():
    """An entry that was taken over from another feed names that."""
    source = "<source><id>https://northwire.com/feed</id><title>North Wire</title></source>"
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><id>x</id>{source}</entry></feed>"
    assert parse_feed(body.encode(), url=AGGREGATOR).entries[0].source == "North Wire"


@pytest.mark.slow
def test_an_aggregator_s_item_is_its_outlet_s_from_the_feed_to_the_letter(tmp_path):
    """The article, its alert's subject and its source name the outlet that the feed names."""
    with newsroom(tmp_path) as room:
        link, source = room.outlet.url("/talks"), '<source url="https://northwire.com">North Wire</source>'
        item = f"<item><title>Kremlin names its terms</title><link>{link}</link><guid>1</guid>{DATE}{source}</item>"
        room.outlet.reply("/rss.xml", Reply(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode()))
        room.run()
        assert room.rows("SELECT DISTINCT outlet, source FROM articles") == [("North Wire", "outlet:north wire")]
        assert all("North Wire" in str(mail.message["subject"]) for mail in room.mail.wait_for(1))


@pytest.mark.slow
def test_what_is_told_is_the_original_where_its_copy_came_first(tmp_path):
    """Of a wire's text and its reprint in one pass, the alert is on the wire's, whichever the feed lists first."""
    reprint = tuple(text.replace("the agency", "the Reuters agency") for text in SAID)
    for order in ("reprint original", "original reprint"):
        (tmp_path / order[:3]).mkdir()
        with newsroom(tmp_path / order[:3]) as room:
            room.outlet.reply("/original", page("Kremlin names its terms", SAID))
            room.outlet.reply("/reprint", page("Kremlin names its terms", (*reprint, "(Reuters)")))
            sources = {"original": ("https://reuters.com", "Reuters"), "reprint": ("https://post.com", "Post")}
            items = "".join(
                f"<item><title>Kremlin names its terms</title><link>{room.outlet.url(f'/{name}')}</link><guid>{name}</guid>{DATE}"
                f'<source url="{sources[name][0]}">{sources[name][1]}</source></item>'
                for name in order.split()
            )
            room.outlet.reply("/rss.xml", Reply(body=f"<rss version='2.0'><channel>{items}</channel></rss>".encode()))
            room.run()
            kinds = room.rows("SELECT outlet, copy_kind FROM articles ORDER BY outlet")
            assert kinds == [("Post", "wire_copy"), ("Reuters", "original")]
            told = room.rows("SELECT DISTINCT outlet FROM alerts JOIN articles USING (article_id)")
            assert told == [("Reuters",)]
