from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import httpcore
import httpx
import pytest

from flows.acquire.feed_checks import discovered
from flows.config.configuration import FetchTable
from flows.problems import WorkProblem
from flows.web.fetch import FEED_TYPES, PAGE_TYPES, fetch_outcomes, webhook_client
from flows.web.results import FetchFailure, Request
from tests.servers import HttpServer, Reply

PUBLIC = "93.184.216.34"
RESOLVE, CONNECT = socket.getaddrinfo, httpcore.AnyIOBackend.connect_tcp


def table(*servers: HttpServer) -> FetchTable:
    """Return fetch settings that let these servers be asked."""
    allowed = [f"127.0.0.1:{server.port}" for server in servers]
    return FetchTable.model_validate({"delay_seconds": 0, "timeout_seconds": 5, "allow_hosts": allowed})


def feed(url: str, _site: HttpServer) -> str:
    """Ask for a feed, and return why there is none."""
    return failure(url, table(), FEED_TYPES)


def page(url: str, _site: HttpServer) -> str:
    """Ask for a page."""
    return failure(url, table(), PAGE_TYPES, crawls=True)


def robots(url: str, site: HttpServer) -> str:
    """Ask for a page whose site's robots.txt lies at the address."""
    leads(site, "/robots.txt", url)
    return failure(site.url("/page"), table(site), PAGE_TYPES, crawls=True)


def discovery(url: str, site: HttpServer) -> str:
    """Look for the feeds of a site whose home page lies at the address."""
    leads(site, "/", url)
    with pytest.raises(WorkProblem) as problem:
        discovered(site.url("/"))
    return str(problem.value)


def webhook(url: str, _site: HttpServer) -> str:
    """Post to the address."""
    with webhook_client(table()) as web:
        try:
            return f"HTTP {web.post(url, json={}).status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return str(error)


def failure(url: str, fetch: FetchTable, accept: str, *, crawls: bool = False) -> str:
    """Return why nothing came."""
    (outcome,) = fetch_outcomes([Request(key="k", url=url, accept=accept, crawls=crawls)], fetch)
    assert isinstance(outcome, FetchFailure)
    return outcome.detail


def leads(site: HttpServer, path: str, url: str) -> None:
    """Let a path lead to an address."""
    site.reply(path, Reply(302, (("Location", url),)))


Door = Callable[[str, HttpServer], str]
DOORS = [pytest.param(door, id=door.__name__) for door in (feed, page, robots, discovery, webhook)]
SPELLINGS = {
    "an address": "http://127.0.0.1:{port}/",
    "a name": "http://localhost:{port}/",
    "IPv6": "http://[::1]:{port}/",
    "mapped IPv6": "http://[::ffff:127.0.0.1]:{port}/",
    "one number": "http://2130706433:{port}/",
    "hexadecimal": "http://0x7f.1:{port}/",
    "octal": "http://0177.0.0.1:{port}/",
    "nothing": "http://0:{port}/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "a user before it": "http://outside.invalid@127.0.0.1:{port}/",
    "a backslash": "http://127.0.0.1:{port}\\@outside.invalid/",
    "behind NAT64": "http://[64:ff9b::7f00:1]:{port}/",
    "shared by a provider": "http://100.64.0.1/",
    "a file": "file:///etc/passwd",
    "a zone": "http://[fe80::1%25lo]:{port}/",
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_no_door_leads_inside(door: Door, spelling):
    """However an inner address is spelt, and whichever door it is given to, nothing is sent there."""
    with HttpServer() as inside, HttpServer() as site:
        assert not door(spelling.replace("{port}", str(inside.port)), site).startswith("HTTP 2")
        assert inside.requests == []


TARGETS = ["http://127.0.0.1:{port}/", "http://169.254.169.254/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("door", [feed, page, webhook], ids=lambda door: door.__name__)
def test_no_redirect_leads_inside(door: Door, target, monkeypatch):
    """A server that may be asked leads nobody to one that may not; a webhook's is not followed at all."""
    with HttpServer() as inside, HttpServer() as site:
        leads(site, "/there", target.replace("{port}", str(inside.port)))
        allowed = table(site)
        monkeypatch.setattr(f"{__name__}.table", lambda *_servers: allowed)
        why = door(site.url("/there"), site)
        assert inside.requests == []
        assert "/there" in [asked.path for asked in site.requests]
    assert why == "HTTP 302" if door is webhook else "private address" in why or "not http(s)" in why


def resolving(monkeypatch, *answers):
    """Let the name server say these of outside.example in turn, and note whom a connection is opened to."""
    left, connected = list(answers), []

    def getaddrinfo(host, port, **options):
        if host != "outside.example":
            return RESOLVE(host, port, **options)
        return [(0, 0, 0, "", (address, port)) for address in left.pop(0)]

    async def connect(self, host, *rest):
        if host.startswith("127."):
            return await CONNECT(self, host, *rest)
        connected.append(host)
        raise httpcore.ConnectError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return connected


@pytest.mark.parametrize("door", DOORS)
def test_a_name_that_leads_inside_too_is_refused_as_a_whole(door: Door, monkeypatch):
    """One private address among a name's public ones is enough, at every door."""
    connected = resolving(monkeypatch, *[[PUBLIC, "10.0.0.1"]] * 5)
    with HttpServer() as site:
        assert "private address" in door("http://outside.example/", site)
    assert connected == []


@pytest.mark.parametrize("door", DOORS)
def test_a_name_server_that_changes_its_answer_leads_nowhere(door: Door, monkeypatch):
    """The address that was checked is the one that is connected to, at every door."""
    connected = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"], ["127.0.0.1"])
    with HttpServer() as site:
        door("http://outside.example/", site)
    assert connected == [PUBLIC]


@pytest.mark.parametrize("door", [feed, webhook], ids=lambda door: door.__name__)
def test_the_name_is_still_what_a_certificate_is_for(door: Door, monkeypatch):
    """Though it is the address that is connected to, the name is what the server has to prove."""
    asked = []

    class Stream(httpcore.AsyncNetworkStream):
        async def start_tls(self, ssl_context, server_hostname=None, timeout=None):  # noqa: ARG002, ASYNC109 (httpcore's)
            asked.append((server_hostname, ssl_context.verify_mode, ssl_context.check_hostname))
            raise httpcore.ConnectError("no network in tests")

        async def aclose(self):
            """Do nothing."""

    async def connect(_self, host, *_):
        assert host == PUBLIC
        return Stream()

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (PUBLIC, 443))])
    with HttpServer() as site:
        door("https://outside.example/", site)
    assert asked == [("outside.example", ssl.CERT_REQUIRED, True)]
