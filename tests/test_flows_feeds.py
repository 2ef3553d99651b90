from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from extractors.records import Feed
from extractors.syndication.discovery import AnnouncedFeed
from flows.acquire.feed_checks import advice_on, checked, discovered
from flows.cli.feeds import CHECKED, interval, spelled
from flows.config.settings import load_settings
from flows.problems import UsageProblem, WorkProblem
from flows.tables import columned
from tests.servers import HttpServer, Reply
from tests.test_flows_fetching import fetched
from warehouse.feeds import WatchedFeed

RSS = b"""<rss version="2.0"><channel><title>Herald</title><ttl>60</ttl><item><title>x</title><link>https://a.example/1</link>
<pubDate>Wed, 04 Mar 2026 09:00:00 GMT</pubDate></item></channel></rss>"""
HOME = (
    b'<html><head><link rel="alternate" type="application/rss+xml" title="World" href="/rss.xml"></head><body/></html>'
)
WATCHED = WatchedFeed(
    feed_id="f", url="https://a.example/", outlet="A", country=None, every=timedelta(minutes=10), max_every=timedelta(1)
)


@pytest.fixture
def site():
    """Return a site with a feed, a home page that names it, and less."""
    with HttpServer() as opened:
        opened.reply("/rss.xml", Reply(body=RSS))
        opened.reply("/", Reply(headers=(("Content-Type", "text/html"),), body=HOME))
        opened.reply("/empty", Reply(body=b"<rss version='2.0'><channel><title>E</title></channel></rss>"))
        opened.reply(
            "/bare", Reply(headers=(("Content-Type", "text/html"),), body=b"<html><body>No feeds</body></html>")
        )
        opened.reply("/gone", Reply(404))
        opened.reply("/moved", Reply(301, headers=(("Location", opened.url("/rss.xml")),)))
        yield opened


def check(site, tmp_path, path):
    """Check a feed at this path and return its row by column, without outlet and address."""
    path = tmp_path.joinpath("talkwatch.toml"), path
    fetch = f'[fetch]\ndelay_seconds = 0\nallow_hosts = ["127.0.0.1:{site.port}"]\n'
    path[0].write_text(
        f'{fetch}[[feeds]]\nurl = "{site.url(path[1])}"\noutlet = "O"\nevery = "10m"\n', encoding="utf-8"
    )
    names, (row,) = columned(CHECKED, checked(load_settings(path[0])))
    assert (names[0], names[-1]) == ("outlet", "url")
    return dict(zip(names[1:-1], row[1:-1], strict=True))


def test_a_good_feed_is_told_with_its_interval(site, tmp_path):
    """Format, entries, newest entry and both intervals are told, and nothing is wrong."""
    assert check(site, tmp_path, "/rss.xml") == {
        "ok": True,
        "reachable": True,
        "format": "rss 2.0",
        "entries": 1,
        "newest": datetime(2026, 3, 4, 9, tzinfo=UTC),
        "interval": "10m, asks for 1h",
        "problem": None,
        "advice": None,
    }


@pytest.mark.parametrize(
    ("path", "ok_and_reachable", "said"),
    [
        pytest.param("/", (False, True), ("not_a_feed", 'it is a page; write url = "{}/rss.xml" instead'), id="a page"),
        pytest.param("/bare", (False, True), ("not_a_feed", None), id="a page that names no feed"),
        pytest.param("/empty", (True, True), ("no entries", None), id="an empty feed"),
        pytest.param(
            "/gone", (False, False), ("HTTP 404", "talkwatch feeds discover {}/"), id="a page that is not there"
        ),
        pytest.param(
            "/moved", (True, True), (None, 'it has moved; write url = "{}/rss.xml"'), id="a feed that has moved"
        ),
    ],
)
def test_what_is_wrong_comes_with_what_to_write(site, tmp_path, path, ok_and_reachable, said):
    """Each fault of a feed has its words, and where there is one its remedy."""
    problem, advice = said
    row = check(site, tmp_path, path)
    assert (row["ok"], row["reachable"]) == ok_and_reachable
    assert (row["problem"] or "").startswith(problem or "")
    expected = advice and advice.format(site.url("/").rstrip("/"))
    assert row["advice"] == expected if expected is None else expected in row["advice"]


def test_a_home_page_names_its_feeds(site):
    """Discovery gives title and address; a feed's own address gives that feed."""
    assert discovered(site.url("/")) == (AnnouncedFeed(url=site.url("/rss.xml"), title="World", declared=True),)
    assert discovered(site.url("/rss.xml")) == (AnnouncedFeed(url=site.url("/rss.xml"), title="Herald", declared=True),)
    assert discovered(site.url("/bare")) == ()


@pytest.mark.parametrize(
    ("path", "problem"),
    [pytest.param("/gone", WorkProblem, id="not there"), pytest.param(None, UsageProblem, id="no address")],
)
def test_discovery_says_what_kept_it(site, path, problem):
    """What cannot be fetched or asked is one line."""
    with pytest.raises(problem):
        discovered(site.url(path) if path else "outlet.example")


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        pytest.param(Reply(404), "feeds discover", id="gone"),
        pytest.param(Reply(403), "contact", id="refused"),
        pytest.param(Reply(401), "login", id="wants a login"),
        pytest.param(Reply(302, (("Location", "http://127.0.0.1:1/"),)), "allow_hosts", id="private"),
        pytest.param(Reply(302, (("Location", "file:///etc"),)), None, id="no advice"),
    ],
)
def test_advice_fits_the_reason(reply, advice):
    """An operator is told what to change, where anything can be changed, for what a server really answered."""
    with HttpServer() as server:
        server.reply("/", reply)
        failure = fetched(server)
    said = advice_on(failure, "https://a.example/rss")
    assert said is None if advice is None else advice in said


def test_intervals_are_spelled_as_in_the_configuration():
    """The largest whole unit is taken; what a feed asks for is told only when it is longer."""
    assert [spelled(timedelta(seconds=n)) for n in (1, 90, 600, 7200, 86400)] == ["1s", "90s", "10m", "2h", "1d"]
    short = Feed(format="rss", title=None, entries=(), ttl=timedelta(minutes=1))
    assert interval(WATCHED, short) == "10m"
