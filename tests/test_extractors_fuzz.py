from __future__ import annotations

import gzip
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors.html.pages import clean_page
from extractors.records import Feed, Page, Unreadable
from extractors.syndication.feeds import parse_feed
from tests.hanging import stopped_after

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
DEADLINE_SECONDS = 5

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>The Herald</title><ttl>30</ttl><item><title>Talks &amp; talks</title><link>https://herald.example/1</link>
<guid>urn:1</guid><pubDate>Wed, 30 Mar 2022 10:00:00 GMT</pubDate><dc:creator>Ann</dc:creator>
<description><![CDATA[<p>Peskov: “a long way”.</p>]]></description></item></channel></rss>""".encode()
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Talks go on | The Herald</title>
<meta property="og:title" content="Talks go on"><meta name="author" content="By Ann Author and Ben Byline">
<script type="application/ld+json">{"@type": ["LiveBlogPosting"], "headline": "Talks go on", "author": [{"name": "Ann"}],
"datePublished": "2022-03-30T10:00:00Z", "liveBlogUpdate": [{"headline": "One", "articleBody": "Two."}]}</script></head>
<body><nav>Home</nav><article><h1>Talks go on</h1><p class="byline">By <a rel="author" href="/author/1">Ann Author</a></p>
<time datetime="2022-03-30T10:00:00Z">30 March 2022</time><p>Talks went on in Istanbul.</p><figure><figcaption>x</figcaption>
</figure><p>“There is a long way to go,” Peskov said.</p><ul><li>One</li></ul><p>A summit is not planned.</p></article>
<div id="comments"><p>First!</p></div></body></html>""".encode()
# What breaks parsers: ends, openings, controls, other encodings, numbers out of range.
SPLINTERS = [
    b"<", b">", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"</", b"<!DOCTYPE", b"<?xml", b"&#0;", b"&#x110000;", b"&", b'"', b"'",
    b"\x00", b"\xff\xfe", b"\x1f\x8b", b"\xed\xa0\x80", b"\r\n", b"{", b"[", b"null", b"-1", b"9" * 400, b"1e999",
    b'{"@type":', b"<script>", b"<svg>", b"<template>", b"<table><div>", b"xmlns:x='y'", b"<feed>", b"<rss>", b"\xe2\x80\xae",
]  # fmt: skip


def files(kind: str) -> list[bytes]:
    """Return the corpus's files, as they come over the network."""
    folder = CORPUS / kind
    if kind == "feeds":
        return [path.read_bytes() for path in sorted(folder.glob("*")) if path.suffix != ".jsonl"]
    return [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.gz"))]


def mutated(body: bytes, chance: random.Random) -> bytes:
    """Return a body with stretches cut, doubled, moved or overwritten."""
    mutant = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        start, length = chance.randrange(len(mutant) + 1), chance.choice((1, 8, 200, 5_000))
        piece = chance.choice(
            (b"", bytes(mutant[start : start + length]) * 2, chance.choice(SPLINTERS), chance.randbytes(8))
        )
        mutant[start : start + chance.choice((0, length))] = piece
    return bytes(mutant[: chance.choice((len(mutant), chance.randrange(len(mutant) + 1)))])


def in_time(parse, body: bytes):
    """Parse a body, within the deadline."""
    with stopped_after(DEADLINE_SECONDS):
        return parse(body)


def check_page(answer: object) -> None:
    """Hold a page to what its record promises."""
    assert isinstance(answer, Page | Unreadable)
    if isinstance(answer, Page):
        assert answer.text
        assert all(line.strip() for line in answer.text.split("\n"))
        assert all(moment is None or moment.tzinfo for moment in (answer.published, answer.updated))
        spans = [post.span for post in answer.posts]
        assert all(0 <= span.start < span.end <= len(answer.text) for span in spans)
        assert all(one.end < other.start for one, other in pairwise(spans))
        assert all(answer.text[max(span.start - 1, 0)] == "\n" or not span.start for span in spans)


def check_feed(answer: object) -> None:
    """Hold a feed to what its record promises."""
    assert isinstance(answer, Feed | Unreadable)
    if isinstance(answer, Feed):
        moments = [moment for entry in answer.entries for moment in (entry.published, entry.updated)]
        assert all(moment is None or moment.tzinfo for moment in moments)


def splintered(body: bytes) -> st.SearchStrategy[bytes]:
    """Draw a body with splinters in some places."""
    places = st.lists(st.tuples(st.integers(0, len(body)), st.sampled_from(SPLINTERS)), max_size=6)

    def broken(splinters: list[tuple[int, bytes]]) -> bytes:
        ends = [0, *(place for place, _ in sorted(splinters)), len(body)]
        pieces = [body[start:end] for start, end in pairwise(ends)]
        return b"".join(
            piece + splinter for piece, splinter in zip(pieces, [*(s for _, s in sorted(splinters)), b""], strict=True)
        )

    return places.map(broken)


@given(st.one_of(st.binary(max_size=300), splintered(PAGE)))
@example(b"<html><time datetime='2022-03-30T10:00:00Z'>")
@example(PAGE.replace(b'"liveBlogUpdate": [', b'"liveBlogUpdate": [[], null, 7, '))
@example(PAGE.replace(b'[{"name": "Ann"}]', b'{"@id": "x", "name": {"name": [1, null]}}'))
@settings(max_examples=150, deadline=None)
def test_any_page_is_answered(body):
    """Whatever a page's bytes, there is an article or a reason, and no exception."""
    check_page(in_time(clean_page, body))


@given(st.one_of(st.binary(max_size=300), splintered(FEED)))
@settings(max_examples=150, deadline=None)
def test_any_feed_is_answered(body):
    """Whatever a feed's bytes, there are entries or a reason, and no exception."""
    check_feed(in_time(parse_feed, body))


def spliced(body: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return the beginning of one body and the end of another, as a broken cache serves them."""
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]


def packed(body: bytes, chance: random.Random) -> bytes:
    """Return a body packed, and cut off or damaged on its way."""
    whole = bytearray(gzip.compress(body, 1))
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])


def recoded(body: bytes, chance: random.Random) -> bytes:
    """Return a body in another encoding than it says."""
    return body.decode("utf-8", "replace").encode(chance.choice(("utf-16", "cp1251", "shift_jis", "utf-7")), "replace")


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real feeds and pages is not beside this checkout")
@pytest.mark.parametrize(
    ("kind", "parse", "check", "rounds"),
    [
        pytest.param("feeds", parse_feed, check_feed, 4, id="feeds"),
        pytest.param("pages", clean_page, check_page, 2, id="pages"),
    ],
)
def test_mutations_of_real_files_are_answered(kind, parse, check, rounds):
    """Real files with stretches cut, doubled, moved and overwritten raise nothing and take no five seconds."""
    chance = random.Random(20221122)
    for body in files(kind):
        for _ in range(rounds):
            check(in_time(parse, mutated(body, chance)))


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real feeds and pages is not beside this checkout")
@pytest.mark.parametrize(
    ("kind", "parse", "check"),
    [
        pytest.param("feeds", parse_feed, check_feed, id="feeds"),
        pytest.param("pages", clean_page, check_page, id="pages"),
    ],
)
def test_real_files_damaged_on_their_way_are_answered(kind, parse, check):
    """A real file joined to another's end, packed and cut off, or in another encoding than it says is no exception."""
    chance = random.Random(20221123)
    bodies = files(kind)
    for number, body in enumerate(bodies):
        damage = (spliced(body, chance.choice(bodies), chance), packed(body, chance), recoded(body, chance))
        check(in_time(parse, damage[number % len(damage)]))
        check(in_time(parse, mutated(damage[(number + 1) % len(damage)], chance)))
