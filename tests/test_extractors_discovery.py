from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.syndication.discovery import AnnouncedFeed, announced_feeds
from tests.hanging import stopped_after

HOME = """<!doctype html><html><head><base href="/en/">
<link rel=alternate type="application/rss+xml" title="World &amp; talks" href="rss.xml">
<link rel="alternate" type='application/atom+xml' href='https://feeds.a.example/atom?x=1&amp;y=2'>
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="stylesheet" type="text/css" href="feed.css"><!-- <link type="application/rss+xml" href="/old.xml"> -->
</head><body><a href="/rss/politics">Politics</a> <a href="rss.xml">again</a> <a href="https://b.example/rss">theirs</a>
<a href="javascript:feed()">no</a><a href="/articles/feeding-the-birds">birds</a></body></html>"""


def test_a_page_names_its_feeds():
    """Declared feeds come first, then links on the site that look like feeds; comments and other sites' do not."""
    assert announced_feeds(HOME.encode(), url="https://www.a.example/") == (
        AnnouncedFeed(url="https://www.a.example/en/rss.xml", title="World & talks", declared=True),
        AnnouncedFeed(url="https://feeds.a.example/atom?x=1&y=2", title=None, declared=True),
        AnnouncedFeed(url="https://www.a.example/rss/politics", title=None, declared=False),
    )


@pytest.mark.parametrize("page", [b"", b"<rss/>", b"\x00\xff", b"<link type='application/rss+xml'>", b"%PDF-1.4"])
def test_a_page_may_name_none(page):
    """What names no feed gives none."""
    assert announced_feeds(page, url="https://a.example/") == ()


@given(st.text(), st.integers(0, len(HOME)))
def test_no_page_makes_it_raise(noise, place):
    """Whatever stands on a page, only usable addresses come out of it."""
    found = announced_feeds(HOME[:place] + noise + HOME[place:], url="https://a.example/")
    assert all(feed.url.startswith(("http://", "https://")) for feed in found)


@pytest.mark.parametrize(
    "piece", ["<link ", "<a href='", "<!--", "<link type=application/rss+xml href=/f>", "<a href=/rss>"]
)
def test_time_grows_with_the_page_only(piece):
    """A hostile page of a megabyte is done with in a moment, and names no more than fifty feeds."""
    with stopped_after(20):
        found = announced_feeds((piece * 1_000_000)[:1_000_000], url="https://a.example/")
    assert len(found) <= 50
