from __future__ import annotations

import pytest

from flows.config.configuration import FetchTable
from flows.web.fetch import fetch_outcomes
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request
from tests.newsroom import OTHER, SAID, feed, newsroom, page
from tests.servers import HttpServer, Reply

HTML = (("Content-Type", "text/html"),)


def refresh(target: str, *, cookie: str | None = None) -> Reply:
    """Return a page that leads on."""
    given = (("Set-Cookie", cookie),) if cookie else ()
    body = f"<!doctype html><title>Redirecting</title><meta http-equiv=refresh content='0;url={target}'>"
    return Reply(headers=(*HTML, *given), body=body.encode())


def to(target: str, *cookies: str, status: int = 302) -> Reply:
    """Return a redirect that sets cookies."""
    return Reply(status, (("Location", target), *(("Set-Cookie", cookie) for cookie in cookies)))


def fetched(server: HttpServer, path: str, *, hosts: tuple[HttpServer, ...] = (), **request: object) -> FetchResult:
    """Fetch one path of the server, which is allowed, as others may be."""
    allowed = tuple(f"127.0.0.1:{each.port}" for each in (server, *hosts))
    table = FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": allowed})
    (outcome,) = fetch_outcomes([Request(key="k", url=server.url(path), accept="*/*", **request)], table)
    return outcome


def failed(outcome: FetchResult) -> FetchReason:
    """Return why nothing came."""
    assert isinstance(outcome, FetchFailure)
    return outcome.reason


def test_a_page_that_leads_on_is_followed():
    """What comes is what lies behind the page, under its own address, and it has not moved for good."""
    with HttpServer() as server:
        server.reply("/a", refresh("/b"))
        server.reply("/b", Reply(headers=(("ETag", '"1"'), ("Last-Modified", "then")), body=b"<rss/>"))
        outcome = fetched(server, "/a", etag='"0"', last_modified="then")
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.url, outcome.moved_to) == (b"<rss/>", server.url("/b"), None)
    # The page would say that it has not changed, whatever lies behind it.
    assert (outcome.etag, outcome.last_modified) == (None, None)
    assert "if-none-match" not in server.asked("/b")[0].headers


def test_pages_that_lead_on_count_as_redirects():
    """A chain of more than five is given up, whether servers or pages lead on."""
    with HttpServer() as server:
        for n in range(8):
            server.reply(f"/{n}", refresh(f"/{n + 1}") if n % 2 else to(f"/{n + 1}"))
        assert failed(fetched(server, "/0")) is FetchReason.REDIRECTS
        assert len(server.requests) == 6
        server.reply("/loop", refresh("/pool"))
        server.reply("/pool", refresh("/loop"))
        assert failed(fetched(server, "/loop")) is FetchReason.REDIRECTS


def test_a_page_leads_nowhere_inside():
    """A page that leads to a private address is as little followed as a server that does."""
    with HttpServer() as server, HttpServer() as inside:
        server.reply("/a", refresh(inside.url("/secret")))
        assert failed(fetched(server, "/a")) is FetchReason.PRIVATE
    assert not inside.requests


def test_robots_are_asked_wherever_a_page_leads():
    """A page behind another is subject to its own robots.txt."""
    with HttpServer() as server:
        server.reply("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /story"))
        server.reply("/a", refresh("/story"))
        assert failed(fetched(server, "/a", crawls=True)) is FetchReason.DISALLOWED
    assert not server.asked("/story")


@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        pytest.param("seen=1; Path=/", "seen=1", id="a cookie for the whole site"),
        pytest.param("seen=1", "seen=1", id="a cookie that says no more"),
        pytest.param("seen=1; Path=/elsewhere", None, id="a cookie for another place"),
        pytest.param("seen=1; Domain=other.example", None, id="a cookie for another host"),
        pytest.param("seen=1; Secure; Path=/", None, id="a cookie that only TLS may carry"),
        pytest.param("seen=1; Max-Age=0; Path=/", None, id="a cookie that is over"),
        pytest.param(f"seen={'x' * 9_000}; Path=/", None, id="more than an honest server gives"),
    ],
)
def test_a_cookie_is_carried_along_a_chain(cookie, sent):
    """What a server gives with a redirect it gets back behind it, as far as the cookie is meant for there."""
    with HttpServer() as server:
        server.reply("/a", to("/b", cookie))
        server.reply("/b", Reply(body=b"x"))
        assert isinstance(fetched(server, "/a"), Fetched)
        assert server.asked("/b")[0].headers.get("cookie") == sent


def test_a_wall_that_only_wants_its_cookie_back_opens():
    """There and back with the cookie, by a redirect or by a page that leads to itself."""
    with HttpServer() as server:
        server.reply("/feed", to("/check"), Reply(body=b"<rss/>"))
        server.reply("/check", to("/feed", "seen=1; Path=/", "b=2; Path=/"))
        assert isinstance(fetched(server, "/feed"), Fetched)
        assert server.asked("/feed")[1].headers["cookie"] == "seen=1; b=2"
        server.reply("/self", refresh("/self", cookie="c=3; Path=/"), Reply(body=b"<rss/>"))
        assert isinstance(fetched(server, "/self"), Fetched)
        assert server.asked("/self")[1].headers["cookie"] == "c=3"


def test_a_cookie_is_forgotten_with_its_chain():
    """The next request has none of it, and no other host ever does."""
    with HttpServer() as server, HttpServer() as other:
        server.reply("/a", to(other.url("/b").replace("127.0.0.1", "localhost"), "seen=1; Path=/"))
        other.reply("/b", Reply(body=b"x"))
        allowed = (f"127.0.0.1:{server.port}", f"localhost:{other.port}")
        table = FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": allowed})
        for _ in range(2):
            (outcome,) = fetch_outcomes([Request(key="k", url=server.url("/a"), accept="*/*")], table)
            assert isinstance(outcome, Fetched)
        assert all("cookie" not in each.headers for each in (*server.requests, *other.requests))


@pytest.mark.slow
def test_a_feed_and_its_articles_are_read_behind_pages(tmp_path):
    """A feed whose address answers a page that leads on, and links of an aggregator, come to articles and alerts."""
    with newsroom(tmp_path) as room:
        outlet = room.outlet
        outlet.reply("/rss.xml", refresh("/new.xml"))
        outlet.reply("/new.xml", Reply(body=feed(outlet, {"/out1": "Kremlin names its terms", "/out2": "A festival"})))
        outlet.reply("/out1", refresh("/talks"))
        script = f"<html><script>window.location.replace('{outlet.url('/harvest')}')</script></html>"
        outlet.reply("/out2", Reply(headers=HTML, body=script.encode()))
        outlet.reply("/talks", page("Kremlin names its terms", SAID))
        outlet.reply("/harvest", page("A festival by the river", OTHER))
        room.run()
        found = room.rows("SELECT url FROM articles ORDER BY url")
        assert found == [(outlet.url("/harvest"),), (outlet.url("/talks"),)]
        assert room.rows("SELECT DISTINCT official_id FROM alerts ORDER BY 1") == [
            ("dmitry-peskov",),
            ("volodymyr-zelenskyy",),
        ]
        assert room.rows("SELECT state, last_error, current_url FROM feeds") == [("fine", None, None)]
