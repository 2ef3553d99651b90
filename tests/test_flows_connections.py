from __future__ import annotations

import socket
import threading

import pytest

from flows.config.configuration import FetchTable
from flows.web.fetching import Fetched, FetchFailure, NotModified, Outcome, Request, fetch_outcomes
from tests.certificates import certificate, self_signed
from tests.servers import HttpServer, Reply


def fetched(url: str, *servers: HttpServer, **validators: str) -> Outcome:
    """Ask for an address of servers that may be asked."""
    allowed = [f"127.0.0.1:{server.port}" for server in servers]
    fetch = FetchTable.model_validate({"delay_seconds": 0, "timeout_seconds": 10, "allow_hosts": allowed})
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
        assert "certificate verify failed" in outcome.reason


def test_a_connection_is_for_one_request():
    """Servers are told that the connection ends with the answer, and who waits for its end sees it at once."""
    with HttpServer() as server:
        server.reply("/", Reply(body=b"x"))
        fetched(server.url(), server)
        assert server.requests[0].headers["connection"] == "close"


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
    assert outcome.reason.startswith("Invalid URL in location header")
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
    fetch = FetchTable.model_validate({"delay_seconds": 0, "allow_hosts": [f"127.0.0.1:{port}"]})
    (outcome,) = fetch_outcomes([Request(key="k", url=f"http://127.0.0.1:{port}/", accept="*/*")], fetch)
    thread.join(10)
    listener.close()
    assert isinstance(outcome, FetchFailure)
    assert expected in outcome.reason
