from __future__ import annotations

import gzip
import json
import sys
from datetime import UTC, datetime, timedelta
from importlib import util
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import Feed, Unreadable, UnreadableReason
from extractors.syndication import feeds
from extractors.syndication.feeds import parse_feed

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>World &amp; Talks</title><link>https://a.example/world</link><ttl>15</ttl>
<item>
<title>Kremlin: &lt;b&gt;“no ceasefire”&lt;/b&gt; for now</title>
<link>https://a.example/2022/03/30/talks?id=1&amp;utm_source=rss</link>
<guid isPermaLink="false">a-1</guid>
<pubDate>Wed, 30 Mar 2022 12:00:00 +0300</pubDate>
<dc:creator>Ann Author</dc:creator>
<description>Short.</description>
<content:encoded><![CDATA[<p>The whole text.</p>]]></content:encoded>
</item>
<item>
<title>Київ: переговори</title>
<link>/relative/2</link>
<pubDate>2022/3/29 10:00</pubDate>
</item>
</channel>
</rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">A &amp;amp; B</title>
<entry><id>tag:a.example,2022:1</id><title>One</title><link rel="enclosure" href="https://a.example/1.mp3"/>
<link href="https://a.example/1"/><published>2022-03-30T10:00:00+02:00</published><updated>2022-03-30T11:00:00Z</updated></entry>
<entry><id>urn:uuid:2</id><title>Two</title><updated>2022-03-31T11:00:00Z</updated></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="https://a.example/"><title>A</title><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel>
<item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link><dc:date>2022-03-30T10:00:00Z</dc:date></item>
</rdf:RDF>"""
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "A",
    "items": [
        {
            "id": 1,
            "url": "/1",
            "title": "One &amp; two",
            "content_html": "<p>x</p>",
            "date_published": "2022-03-30T10:00:00Z",
            "authors": [{"name": "Ann"}, {"name": "Ben"}],
        },
        {"id": "https://a.example/2", "author": {"name": "Cy"}, "date_modified": "yesterday"},
        "nonsense",
    ],
}


def item(inside: str) -> bytes:
    """Return a feed of one item."""
    return f'<rss version="2.0"><channel><title>A</title><item>{inside}</item></channel></rss>'.encode()


def only_entry(body: bytes, url: str = "https://a.example/rss.xml"):
    """Parse a feed of one entry."""
    feed = parse_feed(body, url=url)
    assert isinstance(feed, Feed)
    (entry,) = feed.entries
    return entry


def test_an_rss_feed_is_read():
    """Title, link, dates, author, content and waiting time come out as the feed means them."""
    feed = parse_feed(RSS.encode(), url="https://a.example/rss.xml")
    assert isinstance(feed, Feed)
    assert (feed.format, feed.title, feed.ttl, feed.problem) == (
        "rss 2.0",
        "World & Talks",
        timedelta(minutes=15),
        None,
    )
    first, second = feed.entries
    assert (first.entry_id, first.title) == ("a-1", "Kremlin: “no ceasefire” for now")
    assert first.link == "https://a.example/2022/03/30/talks?id=1&utm_source=rss"
    assert first.published == datetime(2022, 3, 30, 9, tzinfo=UTC)
    assert (first.author, first.content_html) == ("Ann Author", "<p>The whole text.</p>")
    assert (second.entry_id, second.link, second.title) == (None, "https://a.example/relative/2", "Київ: переговори")
    assert second.published == datetime(2022, 3, 29, 10, tzinfo=UTC)


def test_an_atom_feed_is_read():
    """The page's link wins over the enclosure's, and an id that is no address is no link."""
    feed = parse_feed(ATOM.encode())
    assert isinstance(feed, Feed)
    assert (feed.format, feed.title) == ("atom 1.0", "A & B")
    first, second = feed.entries
    assert first.link == "https://a.example/1"
    assert first.published == datetime(2022, 3, 30, 8, tzinfo=UTC)
    assert first.updated == datetime(2022, 3, 30, 11, tzinfo=UTC)
    assert (second.entry_id, second.link, second.published) == ("urn:uuid:2", None, None)
    assert second.updated == datetime(2022, 3, 31, 11, tzinfo=UTC)


def test_an_rdf_feed_is_read():
    """In RSS 1.0 dc:date is when an entry was published, and sy: says how often to come."""
    feed = parse_feed(RDF.encode())
    assert isinstance(feed, Feed)
    assert (feed.format, feed.ttl) == ("rss 1.0", timedelta(minutes=30))
    assert feed.entries[0].published == datetime(2022, 3, 30, 10, tzinfo=UTC)
    assert feed.entries[0].updated is None


def test_a_json_feed_is_read():
    """JSON Feed gives the same records as XML."""
    feed = parse_feed(json.dumps(JSON).encode(), url="https://a.example/feed.json")
    assert isinstance(feed, Feed)
    assert feed.format == "json feed 1.1"
    first, second = feed.entries
    assert (first.entry_id, first.link, first.title) == ("1", "https://a.example/1", "One & two")
    assert (first.author, first.content_html) == ("Ann, Ben", "<p>x</p>")
    assert (second.link, second.author, second.updated) == ("https://a.example/2", "Cy", None)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(RSS.encode()), id="gzip that nobody declared"),
        pytest.param(RSS.encode("utf-16"), id="UTF-16 with its mark"),
        pytest.param(RSS.replace("UTF-8", "utf-16").encode("utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(RSS.encode("utf-16-be"), id="big-endian UTF-16 without its mark"),
        pytest.param(RSS.replace("UTF-8", "utf-16").encode(), id="UTF-8 that calls itself UTF-16"),
        pytest.param(RSS.replace("UTF-8", "us-ascii").encode(), id="UTF-8 that calls itself ASCII"),
        pytest.param(RSS.replace("UTF-8", "no-such-thing").encode(), id="UTF-8 under an unknown name"),
        pytest.param(RSS.encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param(b"\n\n " + RSS.encode(), id="white space before the declaration"),
        pytest.param(b"<!-- <?xml twice --><?xml?xml ??>" + RSS.encode(), id="two broken declarations"),
        pytest.param(
            RSS.replace("Short.", "Short.\x0b\x00 &#0; &#xFFFFFFF; &#55296; &#x1F;").encode(), id="forbidden characters"
        ),
        pytest.param(RSS.replace('version="2.0"', "version=2.0").encode(), id="an attribute without quotation marks"),
    ],
)
def test_a_badly_wrapped_feed_is_read_all_the_same(body):
    """Encodings, wrappings and characters that stop parsers cost no entry and no letter of a title."""
    feed = parse_feed(body, url="https://a.example/rss.xml")
    assert isinstance(feed, Feed)
    assert [entry.title for entry in feed.entries] == ["Kremlin: “no ceasefire” for now", "Київ: переговори"]
    assert feed.title == "World & Talks"


def test_the_server_s_charset_counts_where_the_bytes_are_not_utf_8():
    """A declared single-byte encoding is used, the server's before the document's."""
    body = RSS.encode("cp1251")
    feed = parse_feed(body, content_type='text/xml; charset="windows-1251"')
    assert isinstance(feed, Feed)
    assert feed.entries[1].title == "Київ: переговори"
    declared = parse_feed(RSS.replace("UTF-8", "windows-1251").encode("cp1251"))
    assert isinstance(declared, Feed)
    assert declared.entries[1].title == "Київ: переговори"


def test_one_bad_byte_spoils_one_character():
    """A feed in UTF-8 with a byte of something else is still read as UTF-8."""
    feed = parse_feed(RSS.encode().replace(b"Short.", b"Caf\xe9."))
    assert isinstance(feed, Feed)
    assert feed.entries[1].title == "Київ: переговори"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param("<guid>urn:uuid:1</guid>", None, id="a guid that is no address is no link"),
        pytest.param("<guid>12345</guid>", None, id="a bare guid is not resolved into one"),
        pytest.param("<guid>https://a.example/1</guid>", "https://a.example/1", id="a guid that is an address is one"),
        pytest.param(
            '<guid isPermaLink="false">https://a.example/?p=1</guid>',
            "https://a.example/?p=1",
            id="even where it says no",
        ),
        pytest.param(
            "<guid>https://a.example/a b</guid>", "https://a.example/a%20b", id="a space in a guid is escaped"
        ),
        pytest.param(
            "<guid>https://a.example/b c</guid><link>https://a.example/b c</link>",
            "https://a.example/b%20c",
            id="a link that is the guid",
        ),
        pytest.param("<link>../1</link>", "https://a.example/1", id="a relative link stands on the feed's address"),
        pytest.param("<link>javascript:alert(1)</link>", None, id="another scheme is no link"),
        pytest.param("<link>http://[::1</link>", None, id="a malformed address is no link"),
        pytest.param(
            "<link>https://a.example/a b</link>", "https://a.example/a%20b", id="a space in a link is escaped"
        ),
        pytest.param("<link>https://a.example/\n1</link>", "https://a.example/1", id="a line break in a link goes"),
    ],
)
def test_a_link_is_a_page_s_address(inside, expected):
    """Only what leads to a page over http(s) is a link."""
    assert only_entry(item(f"<title>T</title>{inside}")).link == expected


def test_an_alternate_that_is_the_id_too_is_the_page():
    """A page that is the entry's id as well stays its link beside an alternate of another type."""
    links = '<link href="https://a.example/1"/><link type="text/plain" href="https://a.example/1.txt"/>'
    entry = f"<entry><id>https://a.example/1</id><title>T</title>{links}</entry>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert only_entry(feed.encode()).link == "https://a.example/1"


def test_an_entry_of_words_alone_is_an_entry():
    """RSS 0.92 allows an item that is nothing but a description; an item of nothing is none."""
    feed = parse_feed(item("<description>They met.</description></item><item>"))
    assert isinstance(feed, Feed)
    assert [(entry.title, entry.link, entry.content_html) for entry in feed.entries] == [(None, None, "They met.")]


def test_a_json_feed_s_links_stand_on_its_site():
    """A relative link of a JSON feed that came from nowhere and does not name itself stands on its home page."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://a.example/",
        "items": [{"url": "/1"}],
    }
    assert only_entry(json.dumps(feed).encode(), url="").link == "https://a.example/1"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<description>Two sentences. Of its own.</description>{}", "Two sentences. Of its own."),
        ("{}<description>Short.</description>", "Short."),
        ("{0}<description>Short.</description>{0}", "Short."),
        ("<media:group>{}</media:group><description>Short.</description>", "Short."),
        ("<media:group>{}</media:group>", "A caption that is longer than all the rest. It goes on and on."),
    ],
)
def test_the_words_under_a_picture_are_no_text_of_the_entry(inside, expected):
    """A caption counts only where an entry has no words of its own, as videos have."""
    words = "<media:description>A caption that is longer than all the rest. It goes on and on.</media:description>"
    media = f'<media:content url="https://a.example/x.jpg">{words}</media:content>'
    body = item(inside.format(media)).replace(b"<rss", b'<rss xmlns:media="http://search.yahoo.com/mrss/"', 1)
    assert only_entry(body).content_html == expected


HOME = "<link>https://outlet.com/world/</link>"
ATOM_HOME = '<link href="https://outlet.com/world/"/><link rel="self" href="https://feeds.proxy.net/outlet"/>'


@pytest.mark.parametrize(
    ("body", "url", "expected"),
    [
        pytest.param(f"<rss><channel>{HOME}<item><link>/1</link></item></channel></rss>", "", "https://outlet.com/1", id="a file"),
        pytest.param(f"<rss><channel>{HOME}<item><link>1</link></item></channel></rss>", "https://mirror.org/outlet.xml", "https://outlet.com/world/1", id="a mirror's copy"),
        pytest.param(f"<rss><channel>{HOME}<item><link>/1</link></item></channel></rss>", "https://www.outlet.com/rss/a.xml", "https://www.outlet.com/1", id="the outlet's own site"),
        pytest.param("<rss><channel><link>/</link><item><link>/1</link></item></channel></rss>", "https://mirror.org/outlet.xml", "https://mirror.org/1", id="a site that is not named"),
        pytest.param(f"<feed xmlns='http://www.w3.org/2005/Atom'>{ATOM_HOME}<entry><id>1</id><link href='/1'/></entry></feed>", "https://mirror.org/a", "https://outlet.com/1", id="Atom: the site before the feed's own address"),
        pytest.param(f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://base.com/x/'><title>T</title>{ATOM_HOME}<entry><id>1</id><link href='1'/></entry></feed>", "https://mirror.org/a", "https://base.com/x/1", id="Atom: a base that is stated"),
        pytest.param('{"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://outlet.com/", "items": [{"url": "/1"}]}', "https://mirror.org/a.json", "https://outlet.com/1", id="JSON: a mirror's copy"),
    ],
)  # fmt: skip
def test_relative_links_stand_on_the_outlet_s_site(body, url, expected):
    """A feed that came from another site, or from nowhere, has its relative links on the site that it names its own."""
    feed = parse_feed(body.encode(), url=url)
    assert isinstance(feed, Feed)
    assert [entry.link for entry in feed.entries] == [expected]


def test_a_relative_link_without_a_base_stays_as_written():
    """What can't be resolved yet is kept for the one who knows the feed's address."""
    assert only_entry(item("<title>T</title><link>/1</link>"), url="").link == "/1"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("Tom &amp;amp; Ann", "Tom & Ann", id="escaped twice"),
        pytest.param("<![CDATA[<em>Live:</em> talks]]>", "Live: talks", id="markup in CDATA"),
        pytest.param("a\n  b\u00a0c", "a b c", id="white space collapses"),
        pytest.param("Ã‰lysÃ©e: â€œnonâ€\x9d", "Élysée: “non”", id="mojibake is repaired"),
        pytest.param("peace\u00c2", "peace", id="half a space is repaired"),
        pytest.param("3 &lt; 4", "3 < 4", id="a sign is no tag"),
        pytest.param("a\u202eb\u200b", "ab", id="invisible marks go"),
        pytest.param(" ", None, id="an empty title is none"),
    ],
)
def test_a_title_is_one_line_of_plain_text(written, expected):
    """Titles come without entities, tags and line breaks."""
    assert only_entry(item(f"<link>https://a.example/1</link><title>{written}</title>")).title == expected


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        pytest.param(b" \n", UnreadableReason.EMPTY, "no bytes", id="nothing"),
        pytest.param(
            b"<!-- x --><!DOCTYPE html><html><head><title>Sign in</title>"
            b'<link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>',
            UnreadableReason.NOT_A_FEED,
            "an HTML page titled “Sign in”; it names a feed at https://a.example/rss.xml",
            id="a page in place of a feed, with the feed it names",
        ),
        pytest.param(
            b"<sitemapindex><sitemap><loc>/1.xml</loc></sitemap></sitemapindex>",
            UnreadableReason.NOT_A_FEED,
            "an index of sitemaps; it names a sitemap at https://a.example/1.xml",
            id="an index of sitemaps",
        ),
        pytest.param(b"Not found", UnreadableReason.NOT_A_FEED, "no XML", id="words"),
        pytest.param(b'{"error": 404}', UnreadableReason.NOT_A_FEED, "no JSON Feed", id="other JSON"),
        pytest.param(b'{"version": ', UnreadableReason.BROKEN, "does not parse", id="broken JSON"),
        pytest.param(b"[" * 100_000, UnreadableReason.BROKEN, "does not parse", id="JSON nested to the ceiling"),
        pytest.param(b"%PDF-1.7\x00\x01", UnreadableReason.NOT_TEXT, "no XML", id="a PDF"),
        pytest.param(b"\x1f\x8b\x08broken", UnreadableReason.BROKEN, "gzip", id="broken gzip"),
        pytest.param(b"http://127.0.0.1:9/feed", UnreadableReason.NOT_A_FEED, "no XML", id="an address is not fetched"),
        pytest.param(__file__.encode(), UnreadableReason.NOT_A_FEED, "no XML", id="a file's name is not opened"),
    ],
)
def test_what_is_no_feed_has_a_reason(body, reason, detail):
    """Content that is no feed comes back with what it is instead."""
    answer = parse_feed(body, url="https://a.example/")
    assert isinstance(answer, Unreadable)
    assert answer.reason is reason
    assert detail in answer.detail


def test_a_body_that_is_a_file_s_name_does_not_open_it(tmp_path, monkeypatch):
    """As feedparser opens files whose name it is given, it is never given one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "<rss>").write_text(RSS, "utf-8")
    feed = parse_feed(b"<rss>")
    assert isinstance(feed, Feed)
    assert feed.entries == ()


def test_a_gzip_bomb_costs_no_more_than_the_limit():
    """Unpacking stops at the limit."""
    answer = parse_feed(gzip.compress(b"<rss>" + b" " * (feeds.MAX_BYTES + 1)))
    assert isinstance(answer, Unreadable)
    assert answer.reason is UnreadableReason.TOO_LARGE


def test_an_entity_bomb_stays_small():
    """Nested entities are not expanded and none is fetched from outside."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "boom"><!ENTITY x SYSTEM "file:///etc/passwd">{levels}]>'
    feed = parse_feed(RSS.replace("?>\n", f"?>{bomb}", 1).replace("Short.", "&l9;&x;").encode())
    assert isinstance(feed, Feed)
    assert len(repr(feed)) < 5_000
    assert "root:" not in repr(feed)


def test_what_came_of_a_cut_off_feed_is_used():
    """Entries before the cut are kept, a last one without its link is not, and the feed says so."""
    cut = RSS[: RSS.index("/relative/2") + 5].encode()
    feed = parse_feed(cut, url="https://a.example/")
    assert isinstance(feed, Feed)
    assert [entry.entry_id for entry in feed.entries] == ["a-1"]
    assert feed.problem == "cut off before its end"


def test_a_feed_that_is_not_well_formed_says_where():
    """The problem names the line for the one who runs the feed."""
    feed = parse_feed(RSS.replace("Short.", "a & b").encode())
    assert isinstance(feed, Feed)
    assert len(feed.entries) == 2
    assert feed.problem
    assert "line 11" in feed.problem


def test_entries_are_capped(monkeypatch):
    """A feed of any length costs the work of the cap, and says what is left out."""
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 1)
    feed = parse_feed(RSS.encode())
    assert isinstance(feed, Feed)
    assert len(feed.entries) == 1
    assert feed.problem == "only the first 1 of 2 entries are read"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("<ttl>90</ttl>", timedelta(minutes=90), id="minutes"),
        pytest.param("<ttl>0</ttl>", None, id="zero says nothing"),
        pytest.param("<ttl>-5</ttl>", None, id="negative says nothing"),
        pytest.param("<ttl>soon</ttl>", None, id="words say nothing"),
        pytest.param("<ttl>999999999</ttl>", timedelta(days=365), id="at most a year"),
    ],
)
def test_a_ttl_is_minutes_or_nothing(written, expected):
    """A waiting time that makes no sense is none."""
    feed = parse_feed(item("").replace(b"<item>", f"{written}<item>".encode()))
    assert isinstance(feed, Feed)
    assert feed.ttl == expected


def test_a_parser_that_gives_up_is_a_reason(monkeypatch):
    """Whatever feedparser raises at hostile bytes is an unreadable feed, not an end of the run."""

    def give_up(*_, **__):
        raise RecursionError

    monkeypatch.setattr(feedparser, "parse", give_up)
    answer = parse_feed(RSS.encode())
    assert answer == Unreadable(reason=UnreadableReason.BROKEN, detail="the parser gave up: RecursionError")


@given(
    st.one_of(
        st.binary(),
        st.binary().map(b"<rss><item>".__add__),
        st.text().map(str.encode),
        st.text().map(item),
    )
)
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise(body):
    """Any bytes are a feed or have a reason."""
    assert isinstance(parse_feed(body, url="https://a.example/"), Feed | Unreadable)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_mutation_makes_it_raise(data):
    """A real feed with stretches cut, doubled or overwritten is a feed or has a reason."""
    body = bytearray(data.draw(st.sampled_from([RSS.encode(), ATOM.encode(), RDF.encode(), json.dumps(JSON).encode()])))
    for _ in range(data.draw(st.integers(1, 4))):
        start, length = data.draw(st.integers(0, len(body))), data.draw(st.integers(0, 60))
        body[start : start + length] = data.draw(st.one_of(st.binary(max_size=20), st.just(bytes(body[:length]))))
    answer = parse_feed(bytes(body), url="https://a.example/", content_type=data.draw(st.none() | st.text()))
    if isinstance(answer, Feed):
        assert all(entry.published is None or entry.published.tzinfo for entry in answer.entries)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real feeds is not beside this checkout")
def test_real_feeds_are_read_right():
    """Of 40 real feeds every count, link and title is right, and 99 of 100 dates."""
    gold = [json.loads(line) for line in (CORPUS / "feeds" / "expected.jsonl").read_text("utf-8").splitlines()]
    spec = util.spec_from_file_location("corpus_eval", CORPUS / "corpus_eval.py")
    judge = util.module_from_spec(spec)
    sys.modules[spec.name] = judge
    spec.loader.exec_module(judge)
    scores = [judge.score_feed(expected, predicted(expected["file"])) for expected in gold]
    assert [score["file"] for score in scores if not score["n_ok"] or score["links"] != score["link_hit"]] == []
    assert [score["file"] for score in scores if score["title_n"] != score["title_hit"]] == []
    assert sum(score["date_hit"] for score in scores) >= 0.99 * sum(score["date_n"] for score in scores)


def predicted(name: str):
    """Parse a file of the corpus as its judge wants it."""
    feed = parse_feed((CORPUS / "feeds" / name).read_bytes())
    entries = feed.entries if isinstance(feed, Feed) else ()
    return {
        "entries": [
            {
                "link": row.link,
                "title": row.title,
                "published": row.published and row.published.isoformat(),
                "updated": row.updated and row.updated.isoformat(),
            }
            for row in entries
        ]
    }
