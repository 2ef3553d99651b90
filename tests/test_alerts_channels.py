"""One contract for every channel in CHANNELS: what becomes of a letter is a receipt, and no secret is ever shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx
import pytest

from alerts.channels import CHANNELS, Channel, Equipment
from alerts.channels.email import EmailConfig
from alerts.message_records import Receipt, Refused, Sent, Subscriber, TryLater
from extractors.records import Span
from tests.alert_examples import NOW, alert, letter, notice
from tests.servers import HANG, HttpServer, Reply, SmtpSink, closed_port

pytestmark = pytest.mark.slow

SECRETS = ("s3cret", "desk-s3cret@example.org")
HOOK = "/services/T0/B0/s3cret"
GATE = threading.Event()

SMTP_CUES = {
    "4xx": ("DATA", "451 4.3.0 s3cret later"),
    "429": ("RCPT", "450 4.2.1 desk-s3cret@example.org too fast"),
    "5xx": ("RCPT", "550 5.1.1 desk-s3cret@example.org unknown"),
    "timeout": ("MAIL", HANG),
}
HTTP_REPLIES = {
    "success": Reply(body=b"ok"),
    "4xx": Reply(503, body=HOOK.encode()),
    "429": Reply(429, (("Retry-After", "1"),)),
    "5xx": Reply(404, body=HOOK.encode()),
    "timeout": Reply(gate=GATE),
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
    with SmtpSink(password="s3cret") as sink:
        if case in SMTP_CUES:
            sink.answer(*SMTP_CUES[case])
        port = closed_port() if case == "refused" else sink.port
        server = EmailConfig(
            host=sink.host,
            port=port,
            security="none",
            from_address="T <t@example.org>",
            username="t",
            password="s3cret",
            timeout=0.3 if case == "timeout" else 5,
        )
        with httpx.Client() as web:
            channel = CHANNELS["email"](Equipment(now=lambda: NOW, web=web, email=server))
        who = Subscriber(name="desk", channel="email", address="desk-s3cret@example.org")
        yield Fixture(channel, who, lambda: len(sink.mails))


@contextmanager
def slack_fixture(case: str) -> Iterator[Fixture]:
    """Serve a case by webhook."""
    with HttpServer() as server, httpx.Client(timeout=0.3 if case == "timeout" else 5) as web:
        server.reply(HOOK, HTTP_REPLIES.get(case, Reply(body=b"ok")))
        url = f"http://127.0.0.1:{closed_port()}{HOOK}" if case == "refused" else server.url(HOOK)
        channel = CHANNELS["slack"](Equipment(now=lambda: NOW, web=web))
        yield Fixture(channel, Subscriber(name="talks", channel="slack", address=url), lambda: len(server.requests))


FIXTURES = {"email": email_fixture, "slack": slack_fixture}


def test_every_channel_is_under_this_contract() -> None:
    """A channel without a fixture here has no contract."""
    assert FIXTURES.keys() == CHANNELS.keys()


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize(
    ("case", "kind"),
    [
        pytest.param("success", Sent, id="taken"),
        pytest.param("4xx", TryLater, id="a fault for now"),
        pytest.param("429", TryLater, id="too fast"),
        pytest.param("5xx", Refused, id="a fault for good"),
        pytest.param("timeout", TryLater, id="no answer in time"),
        pytest.param("refused", TryLater, id="nobody listens"),
    ],
)
def test_contract(name: str, case: str, kind: type, caplog: pytest.LogCaptureFixture) -> None:
    """Each outcome is a receipt of its class, and neither it nor log nor repr shows a secret or an address."""
    caplog.set_level(logging.DEBUG)
    with FIXTURES[name](case) as fixture:
        receipt = fixture.send()
        shown = repr(receipt) + repr(fixture.channel) + repr(fixture.who)
    assert isinstance(receipt, kind)
    own_logs = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail"))
    assert not [secret for secret in SECRETS if secret in shown + own_logs]


@pytest.mark.parametrize("name", CHANNELS)
def test_too_long_a_text_is_cut_not_refused(name: str) -> None:
    """A page of a hundred thousand characters still makes a letter that goes out."""
    with FIXTURES[name]("success") as fixture:
        assert fixture.send("<ceasefire & talks> " * 5_000) == Sent()
        assert fixture.taken() == 1


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_can_be_used_again_after_a_failure(name: str) -> None:
    """A failure leaves no connection or state behind that spoils the next letter."""
    with FIXTURES[name]("4xx") as fixture:
        assert isinstance(fixture.send(), TryLater)
        again = fixture.send()
    assert isinstance(again, Sent if name == "email" else TryLater)


def test_email_without_its_table_is_a_plain_error() -> None:
    """A channel that lacks its configuration says which table is missing."""
    with httpx.Client() as web, pytest.raises(ValueError, match=r"channels\.email"):
        CHANNELS["email"](replace(Equipment(now=lambda: NOW, web=web), email=None))
