from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Unreadable
from extractors.syndication.discovery import ListedOutline, parse_opml, write_opml
from tests.hanging import stopped_after

LIST = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1"><head><title>Mine</title></head><body>
<outline text="World">
  <outline text="Caf\xe9 &amp; News" title="other" type="rss" xmlUrl="https://a.example/rss" htmlUrl="https://a.example/"/>
  <outline title="B" xmlurl=" https://b.example/atom "/>
</outline>
<outline text="a folder only"/><outline xmlUrl="ftp://c.example/x"/>
</body></opml>"""


def test_feeds_of_a_list_come_in_its_order():
    """With the folders they are in; a feed is called by its text, else its title."""
    assert parse_opml(LIST) == (
        ListedOutline(url="https://a.example/rss", name="Café & News", folders=("World",)),
        ListedOutline(url="https://b.example/atom", name="B", folders=("World",)),
        ListedOutline(url="ftp://c.example/x", name=None),
    )


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_what_is_written_is_read_again(feeds):
    """Whatever feeds are called, a written list is a list with as many feeds."""
    written = write_opml(
        [ListedOutline(url=f"https://a.example/{n}", name=name) for n, (name, _) in enumerate(feeds)], "x"
    )
    read = parse_opml(written.encode())
    assert [feed.url for feed in read] == [f"https://a.example/{n}" for n in range(len(feeds))]


def test_folders_are_written_and_read_again():
    """Nested as they were, a folder once, feeds without one before them."""
    feeds = [
        ListedOutline(url="https://a.example/1", name="A", folders=("World", "Near & far")),
        ListedOutline(url="https://a.example/2", name="B"),
        ListedOutline(url="https://a.example/3", name="C", folders=("World",)),
        ListedOutline(url="https://a.example/4", name="D", folders=("Other", "Near & far")),
    ]
    written = write_opml(feeds, "x")
    assert written.count('text="World"') == 1
    assert sorted(parse_opml(written.encode()), key=lambda feed: feed.url) == feeds


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        pytest.param(b"<rss version='2.0'/>", "it begins with <rss>", id="a feed"),
        pytest.param(b"", "no OPML", id="nothing"),
        pytest.param(b"https://a.example/rss", "no OPML", id="a list of addresses"),
        pytest.param(b"<opml><body><outline></body></opml>", "no OPML", id="broken"),
        pytest.param(b"\x00\xff\xfe", "no OPML", id="noise"),
    ],
)
def test_what_is_no_list_is_refused(body, detail):
    """What cannot be read as OPML says so in one line."""
    refused = parse_opml(body)
    assert isinstance(refused, Unreadable)
    assert detail in refused.detail
    assert "\n" not in refused.detail


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
            b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">]>'
            b"<opml><body>&e;&e;&e;<outline xmlUrl='https://a.example/'/></body></opml>",
            id="billion laughs",
        ),
        pytest.param(
            b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body>&x;<outline xmlUrl="https://a.example/"/>'
            b"</body></opml>",
            id="an external entity",
        ),
        pytest.param(b"<opml>" + b"<outline>" * 100_000, id="deep nesting"),
        pytest.param(b"<opml>" + b"<outline xmlUrl='https://a.example/'/>" * 100_000 + b"</opml>", id="endless"),
    ],
)
def test_hostile_lists_are_bounded(body):
    """Entities, depth and length cost little, and bring in nothing from elsewhere."""
    with stopped_after(20):
        read = parse_opml(body)
    assert "root:" not in repr(read)
    assert isinstance(read, Unreadable) or len(read) <= 10_000


@given(st.binary(), st.integers(0, len(LIST)))
def test_no_bytes_make_it_raise(noise, place):
    """Bytes put anywhere into a list break at most that list."""
    parse_opml(LIST[:place] + noise + LIST[place:])
