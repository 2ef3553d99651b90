from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.syndication.feeds import parse_feed
from extractors.syndication.sitemaps import ChildSitemap, parse_news, read_sitemap
from tests.hanging import stopped_after

NEWS = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made today -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc> https://a.example/world/1?a=1&amp;b=2 </loc><lastmod>2026-03-04T10:30:00+03:00</lastmod>
    <image:image><image:loc>https://a.example/1.jpg</image:loc><image:title>A picture</image:title></image:image>
    <news:news><news:publication><news:name>A</news:name><news:language>en</news:language></news:publication>
      <news:publication_date>2026-03-04T09:00:00Z</news:publication_date>
      <news:title>Talks &amp; truce</news:title></news:news></url>
  <url><loc>/world/2</loc></url>
  <url><loc>javascript:alert(1)</loc></url>
</urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://a.example/s/2026-03.xml.gz</loc><lastmod>2026-03-04</lastmod></sitemap>
<sitemap><loc>s/old.xml</loc></sitemap></sitemapindex>"""
ENTRIES = (
    Entry(
        entry_id=None,
        link="https://a.example/world/1?a=1&b=2",
        title="Talks & truce",
        published=datetime(2026, 3, 4, 9, tzinfo=UTC),
        updated=datetime(2026, 3, 4, 7, 30, tzinfo=UTC),
    ),
    Entry(entry_id=None, link="https://a.example/world/2", title=None, published=None, updated=None),
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(NEWS, id="as it stands"),
        pytest.param(gzip.compress(NEWS), id="in gzip"),
        pytest.param(NEWS.decode().replace("UTF-8", "UTF-16").encode("utf-16"), id="in UTF-16"),
        pytest.param(NEWS.removesuffix(b"</urlset>"), id="cut off after its entries"),
    ],
)
def test_a_news_sitemap_is_a_feed(body):
    """Pages, titles and dates come as a feed's do; a picture's address is no page's."""
    feed = parse_feed(body, url="https://a.example/news.xml")
    assert isinstance(feed, Feed)
    assert (feed.format, feed.entries) == ("sitemap", ENTRIES)
    assert read_sitemap(body, url="https://a.example/news.xml") == feed


def test_an_index_names_sitemaps():
    """Of an index the sitemaps come, with the day they changed where it says so."""
    assert read_sitemap(INDEX, url="https://a.example/index.xml") == (
        ChildSitemap(url="https://a.example/s/2026-03.xml.gz", modified=datetime(2026, 3, 4, tzinfo=UTC)),
        ChildSitemap(url="https://a.example/s/old.xml", modified=None),
    )


def test_an_index_is_no_feed():
    """Watched as a feed an index is refused, and says what could be."""
    refused = parse_feed(INDEX, url="https://a.example/index.xml")
    assert isinstance(refused, Unreadable)
    assert refused.detail == "an index of sitemaps; it names a sitemap at https://a.example/s/2026-03.xml.gz"


@pytest.mark.parametrize(
    "body",
    [pytest.param(b"<rss><channel/></rss>", id="a feed"), pytest.param(b"<html>", id="a page"), b"", b"\x00\xff"],
)
def test_what_is_no_sitemap_says_so(body):
    """Other bytes are refused with a reason."""
    refused = read_sitemap(body)
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.NOT_A_FEED


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
            + b"]><urlset><url><loc>https://a.example/&j;</loc></url></urlset>",
            id="billion laughs",
        ),
        pytest.param(
            b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.example/</loc>'
            b"<title>&x;</title></url></urlset>",
            id="an external entity",
        ),
        pytest.param(b"<urlset>" + b"<url>" * 100_000, id="deep nesting"),
        pytest.param(b"<urlset>" + b"<url><loc>https://a.example/</loc></url>" * 60_000, id="more than is allowed"),
        pytest.param(b"<urlset><url>" + b"<loc>x</loc>" * 50_000 + b"</url></urlset>", id="one endless entry"),
    ],
)
def test_hostile_sitemaps_are_bounded(body):
    """Bombs, entities and depth cost little, and bring in nothing from elsewhere."""
    with stopped_after(20):
        told = repr(read_sitemap(body))
    assert "root:" not in told
    assert len(told) < 20_000_000


@given(st.binary(), st.integers(0, len(NEWS)))
def test_no_bytes_make_it_raise(noise, place):
    """Bytes put anywhere into a sitemap break at most that sitemap."""
    for body in (NEWS, INDEX):
        read_sitemap(body[:place] + noise + body[place:])


def test_of_a_watched_sitemap_the_last_two_days_are_news():
    """The newest come first; what changed before, and what has no date beside what has one, is the rest of the site."""
    pages = "".join(
        f"<url><loc>https://a.example/{n}</loc><lastmod>2026-03-0{n}T12:00:00Z</lastmod></url>" for n in (1, 3, 4)
    )
    body = f"<urlset>{pages}<url><loc>https://a.example/about</loc></url></urlset>".encode()
    feed = parse_news(body, at=datetime(2026, 3, 4, 18, tzinfo=UTC))
    assert isinstance(feed, Feed)
    assert [entry.link for entry in feed.entries] == ["https://a.example/4", "https://a.example/3"]


def index(*sitemaps):
    """Return an index of sitemaps, each a name and the day of March when it changed."""
    parts = (
        f"<sitemap><loc>https://a.example/{name}</loc>{f'<lastmod>2026-03-0{day}</lastmod>' if day else ''}</sitemap>"
        for name, day in sitemaps
    )
    return f"<sitemapindex>{''.join(parts)}</sitemapindex>".encode()


@pytest.mark.parametrize(
    ("sitemaps", "leads_to"),
    [
        pytest.param([("1.xml", 1), ("3.xml", 3), ("2.xml", 2)], "3.xml", id="the newest"),
        pytest.param([("posts.xml", 3), ("pages.xml", 3)], "posts.xml", id="of equals the first"),
        pytest.param([("posts.xml", 3), ("news-sitemap.xml", None)], "news-sitemap.xml", id="that of news"),
        pytest.param([("a.xml", None), ("b.xml", None)], "a.xml", id="without dates the first"),
        pytest.param([("index.xml", 4), ("a.xml", None)], "a.xml", id="never itself"),
    ],
)
def test_a_watched_index_leads_to_a_sitemap(sitemaps, leads_to):
    """An index has no entries of its own; it leads to the sitemap in which new pages stand."""
    found = parse_news(index(*sitemaps), url="https://a.example/index.xml", at=datetime(2026, 3, 4, tzinfo=UTC))
    assert isinstance(found, Feed)
    assert (found.entries, found.leads_to) == ((), f"https://a.example/{leads_to}")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(
            b"<urlset><url><loc>https://a.example/1</loc></url></urlset>", "none of 1 pages has a date", id="no dates"
        ),
        pytest.param(b"<sitemapindex></sitemapindex>", "an index of sitemaps that names none", id="an empty index"),
        pytest.param(b"<rss><channel/></rss>", "no sitemap", id="a feed"),
    ],
)
def test_a_sitemap_that_cannot_be_watched_says_why(body, why):
    """What tells nothing of what is new is refused, with what to write instead where there is something."""
    found = parse_news(body, at=datetime(2026, 3, 4, tzinfo=UTC))
    assert isinstance(found, Unreadable)
    assert why in found.said
