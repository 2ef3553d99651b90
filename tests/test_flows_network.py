from __future__ import annotations

import errno
import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpcore
import httpx
import pytest

from flows.config.configuration import FetchTable
from flows.web.fetch import fetch_outcomes, webhook_client
from flows.web.network import by_turns
from flows.web.results import Fetched, FetchFailure, FetchResult, NotModified, Request
from tests.certificates import certificate, self_signed
from tests.servers import HttpServer, Reply
from tests.test_flows_fetching import table


def fetched(url: str, *servers: HttpServer, **validators: str) -> FetchResult:
    """Ask for an address of servers that may be asked."""
    allowed = [f"127.0.0.1:{server.port}" for server in servers]
    fetch = table(timeout_seconds=10, allow_hosts=allowed)
    (outcome,) = fetch_outcomes([Request(key="k", url=url, accept="*/*", **validators)], fetch)
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize("vouched", [True, False], ids=["vouched for", "self-signed"])
def test_only_a_certificate_that_someone_vouches_for_is_believed(vouched, monkeypatch):
    """Over https a body comes from a server whose certificate is trusted; another's is a failure with its reason."""
    if vouched:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate()[0]))
    with HttpServer(tls=self_signed()) as server:
        server.reply("/", Reply(body=b"x" * 300_000))
        outcome = fetched(f"https://127.0.0.1:{server.port}/", server)
    if vouched:
        assert isinstance(outcome, Fetched)
        assert outcome.body == b"x" * 300_000
    else:
        assert isinstance(outcome, FetchFailure)
        assert "certificate verify failed" in outcome.detail


def test_validators_of_any_bytes_go_back_as_they_came():
    """A server may write what it likes into an ETag: it is kept and sent byte for byte."""
    odd = '"\u00e9\u00ff\u00c3\u00a9"'
    with HttpServer() as server:
        server.reply("/", Reply(headers=(("ETag", odd),), body=b"x"), Reply(304))
        first = fetched(server.url(), server)
        assert isinstance(first, Fetched)
        assert first.etag == odd
        assert isinstance(fetched(server.url(), server, etag=odd), NotModified)
        assert server.requests[1].headers["if-none-match"] == odd


def test_a_validator_that_no_header_can_hold_harms_nobody():
    """What was stored by an older version is sent as well as it can be; the feed is asked all the same."""
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x"))
        assert isinstance(fetched(server.url(), server, etag='"\u20ac"'), Fetched)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        pytest.param("there", "/a/there", id="relative to the page"),
        pytest.param("/there?x=1#part", "/there?x=1", id="relative to the host"),
        pytest.param("/caf\u00c3\u00a9", "/caf%C3%A9", id="bytes of UTF-8"),
    ],
)
def test_redirects_of_every_spelling_are_followed(location, path):
    """Where a redirect leads is found as browsers find it."""
    with HttpServer() as server:
        server.reply("/a/here", Reply(302, (("Location", location),)))
        server.reply(path.partition("?")[0], Reply(body=b"x"))
        assert isinstance(fetched(server.url("/a/here"), server), Fetched)
        assert server.requests[1].path == path


def test_a_redirect_to_no_address_is_a_failure_that_may_pass():
    """An address that cannot be read is the server's fault, and may be mended."""
    with HttpServer() as server:
        server.reply("/", Reply(302, (("Location", "http://outside.example:port/"),)))
        outcome = fetched(server.url(), server)
    assert isinstance(outcome, FetchFailure)
    assert outcome.detail.startswith("Invalid URL in location header")
    assert not outcome.permanent


def test_a_name_and_password_in_an_address_are_for_its_server_alone():
    """They are sent to the server they stand before, and not to where it redirects."""
    with HttpServer() as server, HttpServer() as other:
        server.reply("/", Reply(302, (("Location", other.url()),)))
        other.reply("/", Reply(body=b"x"))
        outcome = fetched(server.url().replace("//", "//desk:s3%20cret@"), server, other)
        assert isinstance(outcome, Fetched)
        assert server.requests[0].headers["authorization"] == "Basic ZGVzazpzMyBjcmV0"
        assert "authorization" not in other.requests[0].headers


def test_headers_that_come_twice_count_together():
    """Two lines of one header are one list (RFC 9110), as freshness needs it."""
    lines = (("Cache-Control", "public"), ("Cache-Control", "max-age=600"))
    with HttpServer() as server:
        server.reply("/", Reply(headers=lines, body=b"x"))
        outcome = fetched(server.url(), server)
    assert isinstance(outcome, Fetched)
    assert outcome.fresh_for is not None
    assert outcome.fresh_for.total_seconds() == 600


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(b"", "Server disconnected without sending a response.", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "peer closed", id="half a body"),
        pytest.param(b"220 smtp.example ESMTP\r\n\r\n", "illegal status line", id="another protocol"),
    ],
)
def test_an_answer_that_breaks_off_is_a_reason(said, expected):
    """However an answer ends before its end, it is a line."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(said)

    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    fetch = table(allow_hosts=[f"127.0.0.1:{port}"])
    (outcome,) = fetch_outcomes([Request(key="k", url=f"http://127.0.0.1:{port}/", accept="*/*")], fetch)
    thread.join(10)
    listener.close()
    assert isinstance(outcome, FetchFailure)
    assert expected in outcome.detail


NAME = "outlet.example"


@contextmanager
def silent(host: str, port: int) -> Iterator[None]:
    """Listen where nobody ever answers: with its queue full, the system drops who else wants to connect."""
    waiting = []
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, port))
        listener.listen(0)
        for _ in range(3):
            one = socket.socket(listener.family)
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect((host, port))
            waiting.append(one)
        try:
            yield
        finally:
            for one in waiting:
                one.close()


def named(monkeypatch, *addresses: str) -> None:
    """Let the name server know these addresses of the outlet."""
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, port, **_: [(0, 0, 0, "", (address, port)) for address in addresses]
    )


def settings(port: int, **changes: object) -> FetchTable:
    """Return fetch settings that let the outlet be asked, wherever it is."""
    return table(**{"timeout_seconds": 6, "allow_hosts": [f"{NAME}:{port}"], **changes})


def outlet_asked(port: int, **changes: object) -> tuple[FetchResult, float]:
    """Ask the outlet; return what came and how many seconds it took."""
    begun = time.monotonic()
    request = Request(key="k", url=f"http://{NAME}:{port}/", accept="*/*")
    (outcome,) = fetch_outcomes([request], settings(port, **changes))
    return outcome, time.monotonic() - begun


def test_a_host_whose_first_address_is_dead_is_read_from_its_second(monkeypatch):
    """Where an address drops what is sent to it, the next is tried after a moment (RFC 8305), well within the limit."""
    with HttpServer() as server, silent("127.0.0.2", server.port):
        server.reply("/", Reply(body=b"<rss/>"))
        named(monkeypatch, "127.0.0.2", "127.0.0.1")
        outcome, seconds = outlet_asked(server.port)
        assert isinstance(outcome, Fetched)
        assert outcome.body == b"<rss/>"
        assert seconds < 3
        assert [asked.headers["host"] for asked in server.requests] == [f"{NAME}:{server.port}"]


def test_a_webhook_whose_first_address_is_dead_is_posted_to_its_second(monkeypatch):
    """What channels post goes the same way."""
    with HttpServer() as server, silent("127.0.0.2", server.port):
        server.reply("/", Reply(body=b"taken"))
        named(monkeypatch, "127.0.0.2", "127.0.0.1")
        with webhook_client(settings(server.port)) as web:
            answer = web.post(f"http://{NAME}:{server.port}/", json={"a": 1})
        assert (answer.status_code, answer.content) == (200, b"taken")
        assert [(asked.headers["host"], asked.body) for asked in server.requests] == [
            (f"{NAME}:{server.port}", b'{"a":1}')
        ]


@pytest.mark.parametrize("dead", ["127.0.0.2", "::1"], ids=["IPv4", "IPv6"])
def test_an_address_that_refuses_costs_no_wait(dead, monkeypatch):
    """Where nobody listens at the first address, the second is tried at once."""
    monkeypatch.setattr("flows.web.network.NEXT_AFTER_SECONDS", 60)
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x"))
        named(monkeypatch, dead, "127.0.0.1")
        assert isinstance(outlet_asked(server.port)[0], Fetched)


def test_a_machine_without_ipv6_reads_hosts_that_have_it(monkeypatch):
    """Addresses that no route leads to are passed over, however many come first."""
    connect = httpcore.AnyIOBackend.connect_tcp
    tried = []

    async def routed(self, host, *rest):
        tried.append(host)
        if ":" in host:
            raise httpcore.ConnectError from OSError(errno.ENETUNREACH, "no route to 2001:db8::1")
        return await connect(self, host, *rest)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", routed)
    monkeypatch.setattr("flows.web.network.NEXT_AFTER_SECONDS", 60)
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x"))
        named(monkeypatch, "2001:db8::1", "2001:db8::2", "127.0.0.1")
        assert isinstance(outlet_asked(server.port)[0], Fetched)
    assert tried == ["2001:db8::1", "127.0.0.1"]


def test_a_host_whose_addresses_are_all_dead_is_a_failure_in_time(monkeypatch):
    """Where none answers, the limit for the whole request holds; where all refuse, that is the reason."""
    with HttpServer() as server, silent("127.0.0.2", server.port), silent("127.0.0.3", server.port):
        named(monkeypatch, "127.0.0.2", "127.0.0.3")
        outcome, seconds = outlet_asked(server.port, timeout_seconds=0.6)
        assert isinstance(outcome, FetchFailure)
        assert outcome.detail == "timeout after 0.6 s"
        assert seconds < 3
        named(monkeypatch, "127.0.0.4", "127.0.0.5")
        outcome, _ = outlet_asked(server.port)
        assert isinstance(outcome, FetchFailure)
        assert outcome.detail == "Connection refused"
        with webhook_client(settings(server.port)) as web, pytest.raises(httpx.ConnectError, match="refused"):
            web.post(f"http://{NAME}:{server.port}/", json={})


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param("6: 1 2 4: 3", "1 3 2", id="one family may be cut off as a whole"),
        pytest.param("4: 1 2 6: 3 4 5", "1 3 2 4 5", id="the first one's family first"),
        pytest.param("4: 1 2 3", "1 2 3", id="one family, as it came"),
    ],
)
def test_families_take_turns(addresses, expected):
    """Addresses are tried with both families in turn (RFC 8305, section 4)."""
    family, spelled = "", {}
    for word in addresses.split():
        if word.endswith(":"):
            family = word
        else:
            spelled[word] = f"2001:db8::{word}" if family == "6:" else f"192.0.2.{word}"
    assert by_turns(list(spelled.values())) == [spelled[word] for word in expected.split()]


@pytest.mark.slow
def test_what_a_host_is_asked_for_takes_one_handshake(monkeypatch):
    """A feed, its site's robots.txt and a page come over one connection, where the server keeps it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate()[0]))
    with HttpServer(tls=self_signed(), keep=True) as server:
        url = f"https://127.0.0.1:{server.port}"
        for path in ("/feed", "/page"):
            server.reply(path, Reply(body=b"x"))
        requests = [
            Request(key="f", url=f"{url}/feed", accept="*/*"),
            Request(key="p", url=f"{url}/page", accept="*/*", crawls=True),
        ]
        outcomes = fetch_outcomes(requests, table(server))
        assert [type(outcome) for outcome in outcomes] == [Fetched, Fetched]
        assert {asked.path for asked in server.requests} == {"/feed", "/robots.txt", "/page"}
        assert server.connections == 1


def test_a_kept_connection_that_has_ended_is_no_failure():
    """A server may end a connection just when it is used again: the request is made over another."""
    with HttpServer(keep=True) as server:
        server.reply("/", Reply(body=b"x"), Reply(reset=True), Reply(body=b"y"))
        requests = [Request(key=key, url=server.url(), accept="*/*") for key in "ab"]
        first, second = fetch_outcomes(requests, table(server))
        assert isinstance(first, Fetched)
        assert isinstance(second, Fetched)
        assert (first.body, second.body) == (b"x", b"y")
        assert server.connections == 2


def test_what_was_posted_is_not_posted_again_by_itself():
    """A server that ends a kept connection may have taken what it was sent: its sender decides what to do."""
    with HttpServer(keep=True) as server:
        server.reply("/", Reply(body=b"taken"), Reply(reset=True), Reply(body=b"twice"))
        with webhook_client(FetchTable.model_validate({"allow_hosts": [f"127.0.0.1:{server.port}"]})) as web:
            assert web.post(server.url()).content == b"taken"
            with pytest.raises(httpx.HTTPError):
                web.post(server.url())
        assert (len(server.requests), server.connections) == (2, 1)


def test_a_new_connection_that_ends_is_not_tried_for_ever():
    """A server that hangs up on everyone is asked once."""
    with HttpServer(keep=True) as server:
        server.reply("/", Reply(reset=True))
        assert isinstance(fetched(server.url(), server), FetchFailure)
        assert len(server.requests) == 1


def test_a_server_that_stalls_at_its_handshake_holds_no_connection():
    """Who is connected to and says nothing to TLS is left for good when the time is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        port = listener.getsockname()[1]
        fetch = table(timeout_seconds=1, allow_hosts=[f"127.0.0.1:{port}"])
        (outcome,) = fetch_outcomes([Request(key="k", url=f"https://127.0.0.1:{port}/", accept="*/*")], fetch)
        assert isinstance(outcome, FetchFailure)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            while connection.recv(65_536):
                """Its greeting, then its end."""
    gc.collect()
