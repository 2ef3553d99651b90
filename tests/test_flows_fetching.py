from __future__ import annotations

import ast
import asyncio
import gzip
import socket
import subprocess
import sys
import threading
import zlib
from contextlib import closing, suppress
from importlib.metadata import version

import httpcore
import httpx
import pytest

from flows.config.configuration import FetchTable
from flows.web.fetch import fetch_outcomes, user_agent, webhook_client
from flows.web.network import Guard, GuardedBackend, is_public
from flows.web.pacing import Pacer
from flows.web.results import Fetched, FetchFailure, FetchResult, NotModified, Request
from tests.conftest import ROOT
from tests.servers import HttpServer, Reply, closed_port


def table(server: HttpServer | None = None, **changes: object) -> FetchTable:
    """Return fetch settings that let this server be asked without delay."""
    allowed = (f"127.0.0.1:{server.port}",) if server else ()
    return FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": allowed, **changes})


def fetched(server: HttpServer, path: str = "/", **changes: object) -> FetchResult:
    """Fetch one path of the server."""
    (outcome,) = fetch_outcomes([Request(key="k", url=server.url(path), accept="*/*")], table(server, **changes))
    return outcome


def reason(outcome: FetchResult) -> str:
    """Return why nothing came."""
    assert isinstance(outcome, FetchFailure)
    return outcome.detail


def test_a_body_comes_with_its_validators():
    """The body, its type and both validators arrive exactly as the server gave them."""
    headers = (("ETag", 'W/"a b"'), ("Last-Modified", "whenever"), ("Content-Type", "text/xml; charset=x"))
    with HttpServer() as server:
        server.reply("/", Reply(headers=headers, body=b"<rss/>"))
        outcome = fetched(server)
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.etag, outcome.last_modified) == (b"<rss/>", 'W/"a b"', "whenever")
    assert outcome.content_type == "text/xml; charset=x"


def test_validators_are_echoed_and_304_is_no_body():
    """What the server gave is sent back byte for byte, and its 304 is "not modified"."""
    with HttpServer() as server:
        server.reply("/", Reply(304))
        request = Request(key="k", url=server.url(), accept="*/*", etag='W/"a b"', last_modified="whenever")
        (outcome,) = fetch_outcomes([request], table(server))
    assert isinstance(outcome, NotModified)
    assert server.requests[0].headers["if-none-match"] == 'W/"a b"'
    assert server.requests[0].headers["if-modified-since"] == "whenever"


def test_an_unasked_304_is_a_failure():
    """A 304 to a request without validators is an error, not an unchanged feed."""
    with HttpServer() as server:
        server.reply("/", Reply(304))
        assert reason(fetched(server)) == "HTTP 304, though nothing was held"


def test_what_a_request_says_of_us():
    """Requests name the program and the contact, and send no cookie but a chain's own, no referrer, no validator."""
    with HttpServer() as server:
        server.reply("/", Reply(302, (("Location", "/there"), ("Set-Cookie", "a=b"))))
        server.reply("/there", Reply(body=b"x", headers=(("Set-Cookie", "c=d"),)))
        fetched(server, contact="mailto:desk@example.org")
        fetched(server, "/there", contact="mailto:desk@example.org")
        asked = [request.headers for request in server.requests]
    assert [request.path for request in server.requests] == ["/", "/there", "/there"]
    assert [headers.pop("cookie", None) for headers in asked] == [None, "a=b", None]
    assert {headers["user-agent"] for headers in asked} == {user_agent("mailto:desk@example.org")}
    assert not {"cookie", "referer", "if-none-match", "if-modified-since"} & {name for one in asked for name in one}
    said = [user_agent(None), user_agent("mailto:desk@example.org")]
    assert said == [f"Talkwatch/{version('talkwatch')}", f"Talkwatch/{version('talkwatch')} (+desk@example.org)"]


def test_redirects_are_followed_to_where_they_lead():
    """The outcome's address is the last one."""
    with HttpServer() as server:
        server.reply("/", Reply(301, (("Location", "/b"),)))
        server.reply("/b", Reply(body=b"x"))
        outcome = fetched(server)
        assert isinstance(outcome, Fetched)
        assert outcome.url == server.url("/b")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(Reply(500), "HTTP 500", id="server error"),
        pytest.param(Reply(301, (("Location", "/"),)), "more than 5 redirects", id="redirect loop"),
        pytest.param(Reply(302, (("Location", "file:///etc/passwd"),)), "leads to an address that is not http(s)", id="to a file"),
        pytest.param(Reply(302, (("Location", "http://169.254.169.254/"),)), "169.254.169.254 leads to a private address; if that is meant, add it to allow_hosts", id="to a metadata service"),
        pytest.param(Reply(302, (("Location", "http://127.0.0.1:1/"),)), "127.0.0.1 leads to a private address; if that is meant, add it to allow_hosts", id="to another port of an allowed host"),
        pytest.param(Reply(headers=(("Content-Encoding", "gzip, gzip"),), body=b"x"), "Content-Encoding gzip, gzip was not asked for", id="stacked encodings"),
        pytest.param(Reply(headers=(("Content-Encoding", "br"),), body=b"x"), "Content-Encoding br was not asked for", id="unasked encoding"),
        pytest.param(Reply(headers=(("Content-Encoding", "gzip"),), body=b"no gzip"), "broken compression", id="broken gzip"),
        pytest.param(Reply(body=b"x" * 2_000_000), "larger than 1 MB", id="too large"),
        pytest.param(Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(bytes(40_000_000), 1)), "larger than 1 MB", id="gzip bomb"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_reason(reply, expected):
    """Each fault of a server is one short line, never an exception."""
    with HttpServer() as server:
        server.reply("/", reply)
        assert reason(fetched(server, max_body_mb=1)) == expected


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_is_final(status):
    """What is not there is not asked for again; a server's own fault is."""
    with HttpServer() as server:
        server.reply("/", Reply(status))
        outcome = fetched(server)
        assert isinstance(outcome, FetchFailure)
        assert outcome.permanent


def test_a_cut_body_is_a_failure():
    """A body shorter than promised is not taken for whole."""
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x" * 1000, sent=10))
        assert "broken answer" in reason(fetched(server)) or "peer closed" in reason(fetched(server))


def test_a_refused_connection_and_an_unknown_host_are_reasons():
    """Nobody listening, and a name nobody knows, are lines too."""
    port = closed_port()
    allowed = FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": [f"127.0.0.1:{port}"]})
    urls = (f"http://127.0.0.1:{port}/", "http://nowhere.invalid/")
    refused, unknown = fetch_outcomes([Request(key=url, url=url, accept="*/*") for url in urls], allowed)
    assert reason(refused)
    assert "cannot resolve nowhere.invalid" in reason(unknown)


def test_a_slow_server_ends_at_the_limit():
    """The limit is for the whole request, whatever arrives in between."""
    gate = threading.Event()

    def drip():
        yield b"x"
        gate.wait()

    with HttpServer() as server:
        server.reply("/", Reply(body=drip(), gate=None))
        try:
            assert reason(fetched(server, timeout_seconds=0.3)) == "timeout after 0.3 s"
        finally:
            gate.set()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_bodies_are_unpacked(encoding):
    """Gzip and deflate, which we ask for, are understood."""
    packed = gzip.compress(b"hello") if encoding == "gzip" else zlib.compress(b"hello")
    with HttpServer() as server:
        server.reply("/", Reply(headers=(("Content-Encoding", encoding),), body=packed))
        outcome = fetched(server)
        assert isinstance(outcome, Fetched)
        assert outcome.body == b"hello"


PRIVATE = {
    "loopback": "127.0.0.1",
    "loopback, IPv6": "::1",
    "mapped": "::ffff:127.0.0.1",
    "this host": "0.0.0.0",
    "this host, IPv6": "::",
    "private, class A": "10.1.2.3",
    "private, class B": "172.16.0.1",
    "private, class C": "192.168.1.1",
    "link-local, where clouds keep their secrets": "169.254.169.254",
    "shared by a provider's customers": "100.64.0.1",
    "IPv4-compatible": "::127.0.0.1",
    "IPv4-compatible, in hexadecimal": "::a00:1",
    "IPv4-translated": "::ffff:0:7f00:1",
    "behind NAT64": "64:ff9b::7f00:1",
    "behind a network's own NAT64": "64:ff9b:1::a00:1",
    "6to4": "2002:7f00:1::",
    "6to4 of a private network": "2002:c0a8:101::1",
    "Teredo, its client": "2001:0:5db8:d822:0:0:80ff:fffe",
    "Teredo, its server": "2001:0:a00:1:0:0:a247:27dd",
    "link-local, IPv6": "fe80::1%eth0",
    "site-local": "fec0::1",
    "site-local, its last": "feff::1",
    "unique local": "fc00::1",
    "multicast": "224.0.0.1",
    "multicast, IPv6": "ff02::1",
    "anycast to 6to4 relays": "192.88.99.1",
    "of the protocols' own": "192.0.0.8",
    "of the protocols' own, anycast": "192.0.0.9",
    "of the protocols' own, IPv6": "2001:1::1",
    "for benchmarks": "198.18.0.1",
    "for benchmarks, IPv6": "2001:2::1",
    "overlay identifiers": "2001:20::1",
    "documentation": "203.0.113.1",
    "documentation, IPv6": "2001:db8::1",
    "documentation, the newer": "3fff::1",
    "segment routing": "5f00::1",
    "discarded": "100::1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
}


@pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE)
def test_inner_addresses_are_not_public(address):
    """What leads inside a network, or to nobody, is refused, also wrapped in another address."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("93.184.216.34", id="IPv4"),
        pytest.param("2606:2800:220:1::1", id="IPv6"),
        pytest.param("2a00:1450:4001::1", id="of European registries"),
        pytest.param("2001:4860:4860::8888", id="beside the ranges of protocols"),
        pytest.param("::ffff:93.184.216.34", id="mapped"),
        pytest.param("2002:5db8:d822::1", id="6to4"),
    ],
)
def test_outer_addresses_are_public(address):
    """An ordinary address is not refused."""
    assert is_public(address)


SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::ffff:0:7f00:1]",
    "2130706433",
    "0x7f.1",
    "0",
    "169.254.169.254",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_inner_address_is_asked(host):
    """However an inner address is spelt, nothing is sent to it."""
    with HttpServer() as server:
        url = f"http://{host}:{server.port}/"
        (outcome,) = fetch_outcomes([Request(key="k", url=url, accept="*/*")], table(timeout_seconds=5))
        assert isinstance(outcome, FetchFailure)
        assert server.requests == []


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    """A name that leads both outside and inside is refused as a whole."""
    resolving(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(httpcore.ConnectError, match="leads to a private address"):
        Guard(()).addresses("mixed.example", 80)


def test_the_checked_address_is_the_one_connected(monkeypatch):
    """A name server that changes its answer can't lead inside: a name is resolved once, and what was checked is used."""
    resolving(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    connected: list[str] = []

    async def connect(_self, host, *_args):
        connected.append(host)
        raise httpcore.ConnectError("no network in tests")

    async def asked():
        with closing(GuardedBackend((), at_once=1)) as backend:
            await backend.connect_tcp("rebinding.example", 80)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError, match="no network"):
        asyncio.run(asked())
    assert connected == ["93.184.216.34"]


def resolving(monkeypatch, *answers):
    """Let the name server give these answers in turn."""
    left = list(answers)

    def getaddrinfo(_host, port, **_kwargs):
        return [(0, 0, 0, "", (address, port)) for address in left.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_host_is_asked_so_many_at_once_and_no_sooner_than_its_delay(monkeypatch):
    """One host gets its requests one after the other, each its delay after the one before; another host need not wait."""
    clock, starts = [100.0], []

    async def sleep(seconds):
        clock[0] += max(seconds, 0)

    async def ask(pacer, url):
        async with pacer.turn(url) as in_time:
            starts.append((url, clock[0], in_time))

    async def ask_all():
        pacer = Pacer(table(delay_seconds=5, pass_seconds=12), lambda: clock[0], lambda: False)
        for url in (
            "http://a.example/1",
            "http://b.example/1",
            "http://a.example/2",
            "http://a.example/3",
            "http://a.example/4",
        ):
            await ask(pacer, url)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(ask_all())
    assert starts == [
        ("http://a.example/1", 100.0, True),
        ("http://b.example/1", 100.0, True),
        ("http://a.example/2", 105.0, True),
        ("http://a.example/3", 110.0, True),
        ("http://a.example/4", 110.0, False),
    ]


def test_a_host_has_one_request_at_a_time():
    """While one request to a host is unanswered, the next one waits."""
    at_once, most = [0], [0]

    async def ask(pacer):
        async with pacer.turn("http://a.example/"):
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            await asyncio.sleep(0)
            at_once[0] -= 1

    async def ask_all():
        pacer = Pacer(table(), asyncio.get_running_loop().time, lambda: False)
        await asyncio.gather(*(ask(pacer) for _ in range(5)))

    asyncio.run(ask_all())
    assert most == [1]


def test_what_the_pass_has_no_time_for_stays_undone():
    """Requests that would start after the end of the pass are neither sent nor failed."""
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x"))
        requests = [Request(key=str(n), url=server.url(f"/?{n}"), accept="*/*") for n in range(3)]
        outcomes = fetch_outcomes(requests, table(server, delay_seconds=60, pass_seconds=30))
    assert [outcome.key for outcome in outcomes] == ["0"]
    assert len(server.requests) == 1


def test_a_pass_that_is_stopping_asks_no_more():
    """Once asked to stop, nothing new is fetched."""
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x"))
        request = Request(key="k", url=server.url(), accept="*/*")
        assert fetch_outcomes([request], table(server), stopping=lambda: True) == ()
        assert server.requests == []


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        pytest.param((301,), True, id="moved for good"),
        pytest.param((308, 301), True, id="twice for good"),
        pytest.param((302,), False, id="only for now"),
        pytest.param((301, 302), False, id="for good, then only for now"),
        pytest.param((303,), False, id="see other"),
        pytest.param((307, 308), False, id="for now, then for good"),
    ],
)
def test_only_a_chain_of_permanent_redirects_tells_of_a_move(statuses, moved):
    """The address is said to have moved when every hop says "for good"."""
    with HttpServer() as server:
        for hop, status in enumerate(statuses):
            server.reply(f"/{hop}", Reply(status, (("Location", f"/{hop + 1}"),)))
        server.reply(f"/{len(statuses)}", Reply(body=b"x"))
        outcome = fetched(server, "/0")
        assert isinstance(outcome, Fetched)
        assert outcome.moved_to == (server.url(f"/{len(statuses)}") if moved else None)


def test_every_hop_is_a_turn():
    """A redirect's hops are requests too: each is made in its host's turn, so with a delay of its own."""
    with HttpServer() as server:
        server.reply("/", Reply(301, (("Location", "/b"),)))
        server.reply("/b", Reply(body=b"x"))
        outcome = fetched(server, delay_seconds=90, pass_seconds=30, timeout_seconds=30)
        assert reason(outcome) == "no time left to follow its redirects"
        assert [asked.path for asked in server.requests] == ["/"]


def test_what_is_under_way_goes_before_what_has_not_begun():
    """Where time is short each redirect is followed at once, so that none of what was begun is given up."""
    with HttpServer() as server:
        for n in range(20):
            server.reply(f"/old-{n}", Reply(302, (("Location", f"/new-{n}"),)))
            server.reply(f"/new-{n}", Reply(body=b"x"))
        requests = [Request(key=str(n), url=server.url(f"/old-{n}"), accept="*/*", crawls=True) for n in range(20)]
        outcomes = fetch_outcomes(requests, table(server, delay_seconds=0.15, pass_seconds=2, timeout_seconds=30))
        asked = [asked.path for asked in server.requests]
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert 0 < len(outcomes) < 20
    assert sum("old" in path for path in asked) == len(outcomes)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param((("X-Long", "x" * 70_000),), "headers larger than 64 KB", id="one long line"),
        pytest.param((("X-Long", "x" * 300_000),), "headers larger than 64 KB", id="a line beyond every buffer"),
        pytest.param((("X", "y"),) * 10_000, "more than 1,000 header lines", id="10,000 lines"),
    ],
)
def test_headers_are_bounded(headers, expected):
    """Headers that only mean to hurt are one line of failure."""
    with HttpServer() as server:
        server.reply("/", Reply(headers=headers, body=b"x"))
        assert reason(fetched(server)) == expected


def drip(stop, first):
    """Serve `first` on a raw socket, then a byte at a time until told to stop; return the listening socket."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(first)
            while not stop.wait(0.02):
                connection.sendall(b"x")

    thread = threading.Thread(target=serve)
    thread.start()
    return listener, thread


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"", id="before the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", id="within a header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", id="within the body"),
        pytest.param(b"HTTP/1.1 500 No\r\nContent-Length: 99999\r\n\r\n", id="within an error's body"),
    ],
)
def test_a_dripping_server_ends_at_the_limit(first):
    """However slowly a server goes on, and wherever, the whole request has one deadline."""
    stop = threading.Event()
    listener, thread = drip(stop, first)
    port = listener.getsockname()[1]
    fetch = FetchTable.model_validate(
        {"delay_seconds": 0, "timeout_seconds": 0.7, "allow_hosts": [f"127.0.0.1:{port}"]}
    )
    request = Request(key="k", url=f"http://127.0.0.1:{port}/", accept="*/*")
    try:
        (outcome,) = fetch_outcomes([request], fetch)
    finally:
        stop.set()
        thread.join(10)
        listener.close()
    assert reason(outcome) in {"timeout after 0.7 s", "HTTP 500"}


# A process that fetches one harmless page, then what it is given; it prints the reasons and the growth of its memory.
MEASURED = """
import resource, sys
from flows.config.configuration import FetchTable
from flows.web.fetch import Request, fetch_outcomes
base, *paths = sys.argv[1:]
fetch = FetchTable.model_validate({"delay_seconds": 0, "timeout_seconds": 5, "allow_hosts": [base.split("/")[2]]})
def ask(path):
    return fetch_outcomes([Request(key="k", url=base + path, accept="*/*")], fetch)[0]
ask("/harmless")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in paths:
    print(getattr(ask(path), "detail", "fetched"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def endless():
    """Yield a body that never ends, in its chunks."""
    while True:
        yield b"10000\r\n" + b"x" * 65_536 + b"\r\n"


@pytest.mark.slow
def test_bombs_cost_no_memory():
    """Bombs of every encoding, an endless body and a lying length are refused in a line each, within 64 MB."""
    zeros = gzip.compress(bytes(100_000_000), 1)
    bombs = {
        "/gzip": (Reply(headers=(("Content-Encoding", "gzip"),), body=zeros), "larger than 10 MB"),
        "/gzip-gzip": (Reply(headers=(("Content-Encoding", "gzip, gzip"),), body=gzip.compress(zeros)), "was not asked for"),
        "/gzip-3": (Reply(headers=(("Content-Encoding", "gzip, gzip, gzip"),), body=gzip.compress(gzip.compress(zeros))), "was not asked for"),
        "/br": (Reply(headers=(("Content-Encoding", "br"),), body=b"\x00" * 632), "was not asked for"),
        "/zstd": (Reply(headers=(("Content-Encoding", "zstd"),), body=b"\x28\xb5\x2f\xfd" * 4_000), "was not asked for"),
        "/deflate": (Reply(headers=(("Content-Encoding", "deflate"),), body=zlib.compress(bytes(100_000_000), 1)), "larger than 10 MB"),
        "/endless": (Reply(headers=(("Transfer-Encoding", "chunked"),), body=endless()), "larger than 10 MB"),
        "/too-long": (Reply(body=bytes(50_000_000)), "larger than 10 MB"),
        "/too-short": (Reply(headers=(("Content-Length", "99999999999"),), body=iter([b"x"])), "peer closed"),
    }  # fmt: skip
    with HttpServer() as server:
        server.reply("/harmless", Reply(body=b"x"))
        for path, (reply, _) in bombs.items():
            server.reply(path, reply)
        command = [sys.executable, "-c", MEASURED, server.url("").rstrip("/"), *bombs]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)
    *reasons, kilobytes = done.stdout.splitlines()
    for (path, (_, expected)), said in zip(bombs.items(), reasons, strict=True):
        assert expected in said, path
    assert int(kilobytes) < 64_000


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_webhook_reaches_inside_either(host):
    """The client for what channels post has the same guard, and follows no redirect."""
    with HttpServer() as server:
        server.reply("/", Reply(302, (("Location", "/there"),)))
        with webhook_client(table()) as web, pytest.raises(httpx.ConnectError):
            web.post(f"http://{host}:{server.port}/", json={})
        assert server.requests == []
        with webhook_client(table(server)) as web:
            assert web.post(server.url()).status_code == 302
        assert [asked.path for asked in server.requests] == ["/"]


# Where a connection may be opened: the door in, the channels out, and what starts servers of our own.
DOORS = {
    "flows.web.fetch": "the only way in",
    "flows.web.network": "its guard and its connections",
    "flows.prefect_server": "asks our own server whether it is well",
    "flows.demo.servers": "the demo's own servers on loopback",
    "flows.readiness": "asks before serving whether mail servers, webhooks and Prefect's server can be reached",
    "flows.supervision": "tells systemd, on its own socket, that it lives",
    "flows.assistants": "answers on standard input and output",
    "warehouse.locking": "asks for this machine's name alone",
    "flows.pages.server": "serves the pages, on loopback unless told otherwise",
    "flows.processes.pool": "a pair of sockets to its own processes",
}
OPENERS = {
    "socket",
    "socketserver",
    "smtplib",
    "requests",
    "urllib3",
    "aiohttp",
    "ftplib",
    "http.client",
    "http.server",
    "aiosmtpd",
    "urllib.request",
    "anyio",
    "uvicorn",
}
CLIENTS = {"Client", "AsyncClient", "HTTPTransport", "AsyncHTTPTransport", "ConnectionPool", "AsyncConnectionPool", "SyncBackend", "AnyIOBackend", "HTTPConnection", "AsyncHTTPConnection", "get", "post", "request", "stream", "open_connection", "create_connection"}  # fmt: skip


def opens_connections(source: str) -> bool:
    """Tell whether a module imports what opens connections, or makes a client of httpx, httpcore or asyncio."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module or ""]
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            names = (
                ["socket"]
                if node.func.value.id in {"httpx", "httpcore", "asyncio"} and node.func.attr in CLIENTS
                else []
            )
        else:
            continue
        if any(name == opener or name.startswith(f"{opener}.") for name in names for opener in OPENERS):
            return True
    return False


def test_there_is_one_door_in():
    """No module opens connections but the door in, the channels out, and those that serve this machine."""
    packages = ("flows", "extractors", "warehouse", "alerts")
    modules = [path.relative_to(ROOT) for package in packages for path in (ROOT / package).rglob("*.py")]
    opening = {".".join(path.with_suffix("").parts) for path in modules if opens_connections((ROOT / path).read_text())}
    assert {name for name in opening - set(DOORS) if not name.startswith("alerts.channels.")} == set()
    assert {"flows.web.fetch", "flows.web.network", "alerts.channels.email"} <= opening
