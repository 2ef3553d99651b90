"""How a feed's own server wants to be asked: who we say we are, secrets that only it gets, certificates, a proxy."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading

import pytest

from flows.acquire.feed_checks import checked
from flows.config.settings import load_settings
from flows.problems import UsageProblem
from flows.web.fetch import fetch_outcomes
from flows.web.results import Fetched, FetchReason, Request
from tests.certificates import certificate, self_signed
from tests.servers import HttpServer, Reply

pytestmark = pytest.mark.slow

RSS = b"<rss version='2.0'><channel><title>H</title><item><title>x</title><link>https://a.example/1</link></item></channel></rss>"
SECRETS = 'user_agent = "Desk/1.0"\nheaders = { X-Api-Key = "${KEY}", Cookie = "a=b" }\nlogin = "me:${WORD}"\n'


@pytest.fixture
def site():
    """A server with a feed."""
    with HttpServer() as opened:
        opened.reply("/rss.xml", Reply(body=RSS))
        yield opened


@pytest.fixture
def secrets(monkeypatch):
    """Set what the configuration names."""
    monkeypatch.setenv("KEY", "k3y-s3cret")
    monkeypatch.setenv("WORD", "w0rd-s3cret")


def settings_for(folder, url, keys="", fetch="", *, ports=()):
    """Return the settings of one feed."""
    hosts = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    path = folder / "talkwatch.toml"
    head = f"[fetch]\ndelay_seconds = 0\ntimeout_seconds = 5\nallow_hosts = [{hosts}]\n{fetch}\n"
    path.write_text(f'{head}[[feeds]]\nurl = "{url}"\noutlet = "O"\n{keys}', encoding="utf-8")
    return load_settings(path)


def asked(settings):
    """Ask the feed as a pass does."""
    (feed,) = settings.feeds
    request = Request(key="k", url=feed.url, accept="*/*", feed=settings.table_of(feed.feed_id))
    (outcome,) = fetch_outcomes([request], settings.fetch)
    return outcome


@pytest.mark.usefixtures("secrets")
def test_a_feed_is_asked_as_its_server_wants(site, tmp_path):
    """The name, the headers and the login of its table go with the request, filled in; none shows in a repr."""
    settings = settings_for(tmp_path, site.url("/rss.xml"), SECRETS, ports=[site.port])
    assert isinstance(asked(settings), Fetched)
    (request,) = site.asked("/rss.xml")
    login = base64.b64encode(b"me:w0rd-s3cret").decode()
    found = [request.headers.get(name) for name in ("user-agent", "x-api-key", "cookie", "authorization")]
    assert found == ["Desk/1.0", "k3y-s3cret", "a=b", f"Basic {login}"]
    assert "s3cret" not in repr(settings)


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("status", [301, 302, 307])
def test_no_other_server_is_told_what_is_secret(site, tmp_path, status):
    """Neither the host that a redirect leads to nor another port of the same one gets headers or login."""
    with HttpServer() as other:
        other.reply("/there", Reply(body=RSS))
        site.reply("/rss.xml", Reply(status, (("Location", other.url("/there")),)))
        settings = settings_for(tmp_path, site.url("/rss.xml"), SECRETS, ports=[site.port, other.port])
        assert isinstance(asked(settings), Fetched)
        (request,) = other.asked("/there")
    assert not {"x-api-key", "cookie", "authorization"} & set(request.headers)
    assert "s3cret" not in str(request.headers)


@pytest.mark.usefixtures("secrets")
def test_a_feed_that_has_moved_to_another_server_takes_no_secret_along(site, tmp_path):
    """Where a feed is asked at its new address on another server, the secrets were meant for the old one."""
    settings = settings_for(tmp_path, "https://old.example/rss.xml", SECRETS, ports=[site.port])
    table = settings.table_of(settings.feeds[0].feed_id)
    request = Request(key="k", url=site.url("/rss.xml"), accept="*/*", feed=table)
    fetch_outcomes([request], settings.fetch)
    (seen,) = site.asked("/rss.xml")
    assert "s3cret" not in str(seen.headers)
    assert seen.headers["user-agent"] == "Desk/1.0"


def test_what_is_not_set_is_not_sent(site, tmp_path, monkeypatch):
    """A command that may not send leaves unset placeholders where they are: no server is shown one."""
    monkeypatch.delenv("KEY", raising=False)
    settings = settings_for(tmp_path, site.url("/rss.xml"), SECRETS, ports=[site.port])
    asked(settings)
    (request,) = site.asked("/rss.xml")
    assert "${" not in str(request.headers)
    with pytest.raises(UsageProblem, match=r"KEY.* not set|not set"):
        load_settings(settings.path, sending=True)


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        pytest.param("", "verify", id="a certificate that nobody vouches for"),
        pytest.param("verify = false", None, id="any is taken"),
        pytest.param('verify = "own.crt"', None, id="a file beside the configuration vouches for it"),
        pytest.param('verify = "missing.crt"', "verify", id="a file that is not there"),
    ],
)
def test_a_feed_with_a_certificate_of_its_own(tmp_path, keys, advice):
    """It is refused with what to write, and taken once that is written."""
    (tmp_path / "own.crt").write_bytes(certificate()[0].read_bytes())
    with HttpServer(tls=self_signed()) as server:
        server.reply("/rss.xml", Reply(body=RSS))
        url = f"https://127.0.0.1:{server.port}/rss.xml"
        (answer,) = checked(settings_for(tmp_path, url, keys, ports=[server.port]))
    assert answer.ok is (advice is None)
    assert (answer.advice or "").count("verify = false") == bool(advice)


def test_any_certificate_is_taken_from_the_feeds_own_server_alone(site, tmp_path):
    """Where a redirect leads elsewhere, that server has to prove who it is."""
    with HttpServer(tls=self_signed()) as other:
        site.reply("/rss.xml", Reply(302, (("Location", f"https://127.0.0.1:{other.port}/rss.xml"),)))
        settings = settings_for(tmp_path, site.url("/rss.xml"), "verify = false\n", ports=[site.port, other.port])
        assert asked(settings).reason is FetchReason.UNTRUSTED


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "login = "), (403, "user_agent or headers"), (406, "user_agent or headers")]
)
def test_a_refusal_says_which_setting_would_help(site, tmp_path, status, advice):
    """What a server refuses without them comes with the key to write."""
    site.reply("/rss.xml", Reply(status))
    (answer,) = checked(settings_for(tmp_path, site.url("/rss.xml"), ports=[site.port]))
    assert advice in answer.advice


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        pytest.param('headers = { Host = "x" }', "headers", id="a header of the connection's own"),
        pytest.param('headers = { "X Y" = "x" }', "name of a header", id="no name"),
        pytest.param('headers = { X = "a\\r\\nB: c" }', "talkwatch.toml:9: X: ", id="two headers in one"),
        pytest.param('login = "me"', "name:${PASSWORD}", id="a login without a password"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_the_start(tmp_path, keys, said):
    """Each mistake is a line with its place and what to write."""
    with pytest.raises(UsageProblem) as problem:
        settings_for(tmp_path, "https://a.example/rss.xml", keys)
    assert said in str(problem.value)


class Proxy:
    """An HTTP proxy on loopback that connects to one server, whatever it is asked for, and notes what that was."""

    def __init__(self, port: int, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
        """Lead to a port of this machine, after an answer."""
        self._to, self._answer, self.heads = port, answer, []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def _lead(self, client):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        self.heads.append(head.decode())
        client.sendall(self._answer)
        if b" 200 " not in self._answer:
            client.close()
            return
        with socket.create_connection(("127.0.0.1", self._to)) as server, client:
            threading.Thread(target=pipe, args=(server, client), daemon=True).start()
            pipe(client, server)

    def close(self):
        """Listen no more."""
        self._server.close()


def pipe(source, target):
    """Hand on what comes until nothing does."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)


@pytest.fixture
def resolved(monkeypatch):
    """Let names of this test be known: one outlet outside, one that leads inside."""
    known = {"outlet.example": "93.184.216.34", "inside.example": "10.0.0.7"}
    real = socket.getaddrinfo

    def found(host, port, *args, **named):
        name = known.get(host if isinstance(host, str) else "", host)
        return real(name, port, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.usefixtures("resolved")
def test_by_a_proxy_the_address_is_still_vetted_here(site, tmp_path):
    """The proxy is asked for the address that was checked, with its login; what leads inside never reaches it."""
    proxy = Proxy(site.port)
    key = f'proxy = "http://me:word@127.0.0.1:{proxy.port}"'
    outside = asked(settings_for(tmp_path, "http://outlet.example/rss.xml", fetch=key))
    inside = asked(settings_for(tmp_path, "http://inside.example/rss.xml", fetch=key))
    proxy.close()
    assert isinstance(outside, Fetched)
    assert inside.reason is FetchReason.PRIVATE
    (head,) = proxy.heads
    assert head.startswith("CONNECT 93.184.216.34:80 HTTP/1.1\r\nHost: 93.184.216.34:80\r\nProxy-Authorization: Basic ")
    assert site.asked("/rss.xml")[0].headers["host"] == "outlet.example"


@pytest.mark.usefixtures("resolved")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(b"HTTP/1.1 407 Who are you\r\n\r\n", "the proxy refuses: HTTP/1.1 407 Who are you", id="refused"),
        pytest.param(b"SSH-2.0-x\r\n\r\n", "the proxy refuses: SSH-2.0-x", id="no proxy"),
    ],
)
def test_a_proxy_that_refuses_is_a_failure_with_its_words(site, tmp_path, answer, said):
    """The feed fails, and the reason is the proxy's; its login is not in it."""
    proxy = Proxy(site.port, answer)
    key = f'proxy = "http://me:word@127.0.0.1:{proxy.port}"'
    failure = asked(settings_for(tmp_path, "http://outlet.example/rss.xml", fetch=key))
    proxy.close()
    assert (failure.reason, failure.detail) == (FetchReason.UNREACHABLE, said)


def test_what_is_exempt_from_the_guard_needs_no_proxy(site, tmp_path):
    """A server inside is asked directly."""
    settings = settings_for(tmp_path, site.url("/rss.xml"), fetch='proxy = "http://127.0.0.1:9"', ports=[site.port])
    assert isinstance(asked(settings), Fetched)
