from __future__ import annotations

import gzip
import re
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest

from extractors.text.identity import feed_id
from tests.conftest import ROOT
from tests.newsroom import NOW, OTHER, feed, newsroom, page
from tests.servers import HttpServer, Reply
from warehouse.feeds import FeedHealth

pytestmark = pytest.mark.slow

GUIDE = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading of the guide."""
    section = GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section.splitlines()
        if line.startswith("| ")
    ]
    return rows[1:]


def good(server, *, more=b"", headers=()):
    """Return a feed with one entry."""
    return Reply(headers=headers, body=feed(server, {"/entry": "An entry"}).replace(b"</title>", b"</title>" + more, 1))


SILENT = "says nothing until the time is over"  # the one that a busy machine may not be taken for
# Each way to fail of the guide's tables: what a path of the server answers, to its first request and the ones after.
FEEDS = {
    "answers 304 to the validators it gave": lambda s, _g: (good(s, headers=(("ETag", '"1"'),)), Reply(304)),
    "sends the same bytes again": lambda s, _g: (good(s), good(s)),
    "answers 304 though nothing was held": lambda _s, _g: (Reply(304),),
    "answers 403": lambda _s, _g: (Reply(403),),
    "answers 404": lambda _s, _g: (Reply(404),),
    "answers 410": lambda _s, _g: (Reply(410),),
    "answers 429 with Retry-After: 3600": lambda _s, _g: (Reply(429, (("Retry-After", "3600"),)),),
    "answers 429 and does not say for how long": lambda _s, _g: (Reply(429),),
    "answers 500": lambda _s, _g: (Reply(500),),
    "answers 503 with Retry-After: 3600": lambda _s, _g: (Reply(503, (("Retry-After", "3600"),)),),
    "redirects in a loop": lambda s, _g: (Reply(301, (("Location", s.url("/case")),)),),
    "redirects to a private address": lambda _s, _g: (Reply(302, (("Location", "http://169.254.169.254/"),)),),
    "redirects to a file": lambda _s, _g: (Reply(302, (("Location", "file:///etc/passwd"),)),),
    "redirects for good to the feed": lambda _s, _g: (Reply(301, (("Location", "/rss.xml"),)),),
    "cuts the body off": lambda _s, _g: (Reply(body=b"<rss" + b"x" * 1_000, sent=10),),
    "cuts the feed off after an entry": lambda s, _g: (Reply(body=feed(s, {"/talks": "One", "/harvest": "Two"})[:-90]),),
    SILENT: lambda _s, gate: (Reply(gate=gate),),
    "closes the connection": lambda _s, _g: (Reply(reset=True),),
    "sends a gzip bomb": lambda _s, _g: (Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(bytes(50_000_000), 1)),),
    "sends brotli": lambda _s, _g: (Reply(headers=(("Content-Encoding", "br"),), body=b"x"),),
    "sends 10,000 header lines": lambda _s, _g: (Reply(headers=(("X", "y"),) * 10_000, body=b"x"),),
    "sends an HTML page": lambda _s, _g: (page("Not a feed", OTHER),),
    "sends nothing": lambda _s, _g: (Reply(),),
    "sends max-age=7200": lambda s, _g: (good(s, headers=(("Cache-Control", "max-age=7200"),)),),
    "asks by ttl for two hours": lambda s, _g: (good(s, more=b"<ttl>120</ttl>"),),
}  # fmt: skip


def listing(number: int, *, link: str = "/e{0}", guid: str = "g{0}", hours: int = -1) -> bytes:
    """Return a feed of so many entries; in a link or guid {0} is the entry's number."""
    at = format_datetime(NOW + timedelta(hours=hours))
    item = f"<item><title>Title {{0}}</title>{link and f'<link>http://127.0.0.1:1{link}</link>'}<guid isPermaLink='false'>{guid}</guid><pubDate>{at}</pubDate></item>"
    return (
        "<rss version='2.0'><channel>" + "".join(item.format(n) for n in range(number)) + "</channel></rss>"
    ).encode()


LISTINGS = {
    "has no links at all": listing(3, link=""),
    "has one guid for all": listing(3, guid="same"),
    "has one link for all": listing(3, link="/all"),
    "is in the future": listing(3, hours=3),
    "breaks off after some entries": listing(3)[:-90],
}
PAGES = {
    "answers 404": {"/case": Reply(404)},
    "answers 410": {"/case": Reply(410)},
    "answers 403": {"/case": Reply(403)},
    "answers 500": {"/case": Reply(500)},
    "closes the connection": {"/case": Reply(reset=True)},
    "sends a PDF": {"/case": Reply(headers=(("Content-Type", "application/pdf"),), body=b"%PDF-1.4 \x00\x01")},
    "sends an empty page": {"/case": Reply(headers=(("Content-Type", "text/html"),), body=b" ")},
    "disallows it in robots.txt": {"/case": page("Not for us", OTHER), "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /case")},
    "fails to send robots.txt": {"/case": page("Not yet", OTHER), "/robots.txt": Reply(500)},
}  # fmt: skip


@pytest.fixture
def room(tmp_path):
    """An outlet whose own feed is good."""
    with newsroom(tmp_path) as opened:
        opened.outlet.reply("/rss.xml", Reply(body=feed(opened.outlet, {})))
        opened.configuration.write_text(opened.configuration.read_text().replace("[fetch]", "[fetch]\nmax_body_mb = 1"))
        yield opened


@pytest.mark.parametrize("row", table("A feed's failures"), ids=lambda row: row[0])
def test_a_feed_that_fails_so_shows_what_the_guide_says(room, row):
    """Each row of the guide's table of feeds is what the warehouse shows after that poll."""
    case, state, error, again = row
    gate = threading.Event()
    with HttpServer() as server:
        replies = FEEDS[case](server, gate)
        server.reply("/case", *replies)
        server.reply("/rss.xml", good(server))
        text = room.configuration.read_text().replace("allow_hosts = [", f'allow_hosts = ["127.0.0.1:{server.port}", ')
        if case == SILENT:
            text = text.replace("[fetch]", "[fetch]\ntimeout_seconds = 1")
        case_feed = f'[[feeds]]\nurl = "{server.url("/case")}"\noutlet = "Case"\nevery = "10m"\n'
        room.configuration.write_text(text + case_feed)
        for _ in replies:
            room.run()
            room.now += timedelta(minutes=11)
        gate.set()
        name = feed_id(server.url("/case"))
    sql = "select state, last_error, date_diff('second', last_polled_at, next_poll_at) from feeds where feed_id = "
    ((is_state, is_error, seconds),) = room.rows(f"{sql}'{name}'")
    assert is_state == state
    assert is_error is None if error == "–" else error in str(is_error)
    minutes = int(again.removesuffix("m"))
    assert minutes <= seconds / 60 <= 1.05 * minutes + 1


@pytest.mark.parametrize("row", table("A feed that answers and has something wrong"), ids=lambda row: row[0])
def test_a_feed_that_is_listed_so_shows_what_the_guide_says(room, row):
    """Each row of the guide's table of odd feeds is what the warehouse shows, also when it has not changed since."""
    case, state, error = row
    room.outlet.reply("/rss.xml", Reply(body=LISTINGS[case]))
    for _ in range(2):
        room.run()
        ((is_state, is_error),) = room.rows("select state, last_error from feeds")
        assert is_state == state
        assert error in str(is_error)
        room.now += timedelta(minutes=25)


@pytest.mark.parametrize("row", table("Pages of articles"), ids=lambda row: row[0])
def test_a_page_that_fails_so_shows_what_the_guide_says(room, row):
    """Each row of the guide's table of pages is what the warehouse shows after that pass."""
    case, state, reason = row
    for path, reply in PAGES[case].items():
        room.outlet.reply(path, reply)
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {"/case": "A case"})))
    room.run()
    ((is_state, is_reason),) = room.rows("select state, reason from entries")
    assert is_state == state
    assert reason in str(is_reason)


def test_the_guide_and_the_cases_are_the_same():
    """Every case has its row and every row its case, and every state is explained."""
    assert [row[0] for row in table("A feed's failures")] == list(FEEDS)
    assert [row[0] for row in table("A feed that answers and has something wrong")] == list(LISTINGS)
    assert [row[0] for row in table("Pages of articles")] == list(PAGES)
    assert [re.sub("`", "", row[0]) for row in table("States")] == [state.value for state in FeedHealth]
