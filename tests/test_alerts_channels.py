"""One contract for every channel in CHANNELS: what becomes of a letter is a receipt, and no secret is ever shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from alerts.channels import CHANNELS, Channel, Equipment, route_of
from alerts.channels.email import EmailConfig
from alerts.message_records import Blocked, Receipt, Refused, Sent, Subscriber, TryLater
from extractors.records import Span
from tests.alert_examples import NOW, alert, letter, notice
from tests.certificates import self_signed
from tests.servers import DROP, HANG, HttpServer, Reply, SmtpSink, closed_port

pytestmark = pytest.mark.slow

SECRETS = ("s3cret", "desk-s3cret@example.org")
HOOK = "/services/T0/B0/s3cret"
METHOD = "/api/chat.postMessage"

SMTP_CUES = {
    "in passing": ("DATA", "451 4.3.0 s3cret later"),
    "too fast": ("RCPT", "450 4.2.1 desk-s3cret@example.org too fast"),
    "the message": ("RCPT", "550 5.1.1 desk-s3cret@example.org unknown"),
    "the channel": ("MAIL", "550 5.7.1 s3cret may not send"),
    "timeout": ("MAIL", HANG),
    "reset": ("RCPT", DROP),
}
HTTP_REPLIES = {
    "in passing": Reply(503, body=HOOK.encode()),
    "too fast": Reply(429, (("Retry-After", "7"),)),
    "the message": Reply(400, body=HOOK.encode()),
    "the channel": Reply(404, body=HOOK.encode()),
    "login": Reply(401),
    "reset": Reply(reset=True),
}


@dataclass(frozen=True)
class Fixture:
    """A channel on a server of its own, whom it tells, and how often the server took a letter."""

    channel: Channel
    who: Subscriber
    taken: Callable[[], int]

    def send(self, text: str = "words") -> Receipt:
        """Send a letter about a text of a source."""
        own = alert(excerpt=text, excerpt_span=Span(0, len(text)), evidence=())
        return self.channel.send(letter(notice(own, title=text)), self.who)


@contextmanager
def email_fixture(case: str) -> Iterator[Fixture]:
    """Serve a case by e-mail."""
    tls = self_signed() if case == "tls" else None
    with SmtpSink(password="s3cret", tls=tls) as sink:
        if case in SMTP_CUES:
            sink.answer(*SMTP_CUES[case])
        server = EmailConfig(
            host=sink.host,
            port=closed_port() if case == "refused" else sink.port,
            security="starttls" if tls else "none",
            from_address="T <t@example.org>",
            username="t",
            password="wrong-s3cret" if case == "login" else "s3cret",
            timeout=0.3 if case == "timeout" else 5,
        )
        with httpx.Client() as web:
            channel = CHANNELS["email"](Equipment(now=lambda: NOW, web=web, email=server))
        who = Subscriber(name="desk", channel="email", address="desk-s3cret@example.org")
        yield Fixture(channel, who, lambda: len(sink.mails))


@contextmanager
def web_fixture(name: str, case: str, **who: str) -> Iterator[Fixture]:
    """Serve a case over HTTP; `who` says how the subscriber is told, URL standing for the server's address."""
    tls = self_signed() if case == "tls" else None
    with HttpServer(tls=tls) as server, httpx.Client(timeout=0.3 if case == "timeout" else 5) as web:
        gate = threading.Event() if case == "timeout" else None
        for path in (HOOK, METHOD):
            server.reply(path, HTTP_REPLIES.get(case, Reply(body=b'{"ok":true,"ts":"1.0"}', gate=gate)))
        port = closed_port() if case == "refused" else server.port
        at = {"HOST": f"127.0.0.1:{port}", "SCHEME": "https" if tls else "http", "HOOK": HOOK}
        filled = {key: value.format(**at) for key, value in who.items()}
        api = filled.pop("api", "")
        channel = CHANNELS[name](Equipment(now=lambda: NOW, web=web, slack_api=api))
        yield Fixture(channel, Subscriber(name="talks", channel=name, **filled), lambda: len(server.requests))


def slack_fixture(case: str) -> AbstractContextManager[Fixture]:
    """Serve a case by Slack's incoming webhook."""
    return web_fixture("slack", case, address="{SCHEME}://{HOST}{HOOK}")


def bot_fixture(case: str) -> AbstractContextManager[Fixture]:
    """Serve a case as a bot in Slack."""
    return web_fixture("slack", case, address="#talks", secret="xoxb-s3cret", api="{SCHEME}://{HOST}/api/")


def webhook_fixture(case: str) -> AbstractContextManager[Fixture]:
    """Serve a case by a signed webhook."""
    return web_fixture("webhook", case, address="{SCHEME}://{HOST}{HOOK}", secret="signing-s3cret")


def apprise_fixture(case: str) -> AbstractContextManager[Fixture]:
    """Serve a case through Apprise's own JSON service."""
    quick = "?cto=0.3&rto=0.3" if case == "timeout" else ""
    return web_fixture("apprise", case, address=f"json{'s' if case == 'tls' else ''}://{{HOST}}{{HOOK}}{quick}")


FIXTURES = {
    "email": email_fixture,
    "slack": slack_fixture,
    "slack as a bot": bot_fixture,
    "webhook": webhook_fixture,
    "apprise": apprise_fixture,
}
IN_PASSING, FOR_ALL = TryLater(error=""), TryLater(error="", channel=True)
CASES = {
    "success": Sent(),
    "in passing": FOR_ALL,
    "too fast": TryLater(error="", channel=True, after=timedelta(seconds=7)),
    "the message": Refused(error=""),
    "the channel": Blocked(error=""),
    "login": Blocked(error=""),
    "timeout": FOR_ALL,
    "reset": FOR_ALL,
    "refused": FOR_ALL,
    "tls": Blocked(error=""),
}
# A mail server's passing refusals are about one message; Apprise tells neither Retry-After nor what TLS said.
OTHERWISE = {
    ("email", "in passing"): IN_PASSING,
    ("email", "too fast"): IN_PASSING,
    ("email", "reset"): IN_PASSING,
    ("slack as a bot", "success"): Sent(ref="1.0"),
    ("apprise", "too fast"): FOR_ALL,
    ("apprise", "tls"): FOR_ALL,
}


def test_every_channel_is_under_this_contract() -> None:
    """A channel without a fixture here has no contract."""
    assert {name.split()[0] for name in FIXTURES} == CHANNELS.keys()


@pytest.mark.parametrize("name", FIXTURES)
@pytest.mark.parametrize("case", CASES)
def test_contract(name: str, case: str, caplog: pytest.LogCaptureFixture) -> None:
    """Each outcome is a receipt of its class, and neither it nor log nor repr shows a secret or an address."""
    caplog.set_level(logging.DEBUG)
    with FIXTURES[name](case) as fixture:
        receipt = fixture.send()
        shown = repr(receipt) + repr(fixture.channel) + repr(fixture.who)
    plain = receipt if isinstance(receipt, Sent) else replace(receipt, error="")
    assert plain == OTHERWISE.get((name, case), CASES[case])
    own_logs = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail"))
    assert not [secret for secret in SECRETS if secret in shown + own_logs]
    assert isinstance(receipt, Sent) or receipt.error


@pytest.mark.parametrize("name", FIXTURES)
def test_too_long_a_text_is_cut_not_refused(name: str) -> None:
    """A page of a hundred thousand characters still makes a letter that goes out."""
    with FIXTURES[name]("success") as fixture:
        assert isinstance(fixture.send("<ceasefire & talks> " * 5_000), Sent)
        assert fixture.taken() == 1


@pytest.mark.parametrize("name", FIXTURES)
def test_a_channel_can_be_used_again_after_a_failure(name: str) -> None:
    """A failure leaves no connection or state behind that spoils the next letter."""
    with FIXTURES[name]("in passing") as fixture:
        assert isinstance(fixture.send(), TryLater)
        again = fixture.send()
    assert isinstance(again, Sent if name == "email" else TryLater)


def test_email_without_its_table_is_a_plain_error() -> None:
    """A channel that lacks its configuration says which table is missing."""
    with httpx.Client() as web, pytest.raises(ValueError, match=r"channels\.email"):
        CHANNELS["email"](replace(Equipment(now=lambda: NOW, web=web), email=None))


def test_what_fails_together_has_one_name() -> None:
    """All who are told by e-mail share the mail server; a webhook is its subscriber's alone."""
    mail = [Subscriber(name=name, channel="email", address=f"{name}@example.org") for name in ("a", "b")]
    hooks = [Subscriber(name=name, channel="slack", address="https://x.example") for name in ("a", "b")]
    assert {route_of(who) for who in mail} == {"email"}
    assert {route_of(who) for who in hooks} == {"slack:a", "slack:b"}
