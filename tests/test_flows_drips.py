from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from alerts.channels.contract import Equipment
from alerts.channels.email import Email, EmailTable
from alerts.channels.webhook import Webhook, WebhookSubscriber
from alerts.message_records import Receipt, Sent, TryLater
from alerts.values import Table
from flows.steps.deliver import senders
from flows.web.fetch import webhook_client
from tests.alert_examples import NOW, letter, subscriber
from tests.drips import SMTP, SMTP_STAGES, dripping
from tests.post_office import post_office
from tests.test_flows_fetching import table

pytestmark = pytest.mark.slow

# A read may take much longer than a whole delivery: so only the deadline of the whole can end one that drips.
A_READ, ALL = 30.0, 0.6


def mailed(port: int, security: str = "none") -> Receipt:
    """Send the example letter to a mail server."""
    settings = {"host": "127.0.0.1", "port": port, "security": security, "from": "Talkwatch <t@example.org>"}
    with webhook_client(table()) as web:
        equipment = Equipment(now=lambda: NOW, web=web, timeout=A_READ, seconds=ALL)
        return Email(EmailTable(**settings), equipment).send(letter(), subscriber())


def posted(port: int, scheme: str = "http") -> Receipt:
    """Post the example letter to a webhook."""
    who = WebhookSubscriber(name="d", channel="webhook", url=f"{scheme}://127.0.0.1:{port}/", secret="secret")
    with webhook_client(table(timeout_seconds=ALL, allow_hosts=[f"127.0.0.1:{port}"])) as web:
        return Webhook(Table(), Equipment(now=lambda: NOW, web=web)).send(letter(), who)


@pytest.mark.parametrize("stage", range(len(SMTP_STAGES)), ids=SMTP_STAGES)
def test_a_mail_server_that_drips_is_left_in_time(stage):
    """Wherever it begins to drip, the message is tried later; once it was taken it is sent, whatever comes after."""
    with dripping(SMTP[:stage], b"250-") as port:
        receipt = mailed(port)
    taken = SMTP_STAGES[stage] == "QUIT"
    assert receipt == (Sent() if taken else TryLater(error="not done within 0.6 s", channel=True))


@pytest.mark.parametrize(
    ("security", "answers"),
    [
        pytest.param("tls", (), id="TLS from the first byte"),
        pytest.param("starttls", (SMTP[0], b"250-here\r\n250 STARTTLS\r\n", b"220 go on\r\n"), id="STARTTLS"),
    ],
)
def test_a_mail_server_that_drips_its_handshake_is_left_in_time(security, answers):
    """TLS is shaken in the same time as everything else."""
    with dripping(answers, b"\x16\x03\x03\x40\x00" + b"\x02" * 16_384) as port:
        assert mailed(port, security) == TryLater(error="not done within 0.6 s", channel=True)


@pytest.mark.parametrize(
    ("answers", "drops", "receipt"),
    [
        pytest.param((), b"HTTP/1.1 200 OK", TryLater(error="timed out", channel=True), id="in the status line"),
        pytest.param(
            (b"HTTP/1.1 200 OK\r\n",), b"X-Y: z\r\n", TryLater(error="timed out", channel=True), id="in the header"
        ),
        pytest.param((b"HTTP/1.1 200 OK\r\n\r\n",), b"taken", Sent(), id="in the body, which changes nothing any more"),
        pytest.param(
            (),
            b"HTTP/1.1 103 Early Hints\r\n\r\n",
            TryLater(error="timed out", channel=True),
            id="one provisional answer after another",
        ),
    ],
)
def test_a_webhook_that_drips_is_left_in_time(answers, drops, receipt):
    """Wherever it begins to drip, the request is over when its time is."""
    with dripping(answers, drops, asked_first=True) as port:
        assert posted(port) == receipt


def test_a_webhook_that_drips_its_handshake_is_left_in_time():
    """TLS is shaken in the same time as everything else."""
    with dripping((), b"\x16\x03\x03\x40\x00" + b"\x02" * 16_384) as port:
        assert posted(port, "https") == TryLater(error="timed out", channel=True)


def test_a_channel_that_keeps_no_time_is_left_in_time_too(tmp_path, monkeypatch):
    """Another package's channel may hang for ever: its message is tried later, and no other channel waits for it."""
    monkeypatch.setattr(senders, "DELIVERY_SECONDS", 2.0)
    hangs = threading.Event()
    with post_office(tmp_path) as office:
        monkeypatch.setattr("alerts.channels.slack.Slack.send", lambda *_: hangs.wait())
        office.record(1)
        office.deliver()
        rows = office.rows("select subscriber, status, last_error from messages order by subscriber")
        hangs.set()
    assert rows == [("desk", "sent", None), ("talks", "retry", "not done within 2 s")]


def test_a_pass_goes_on_past_a_mail_server_that_drips(tmp_path, monkeypatch):
    """What goes by other channels has left, and the outbox says what kept the mail."""

    def hurried(**parts):
        return replace(Equipment(**parts), timeout=A_READ, seconds=ALL)

    with post_office(tmp_path) as office, dripping(SMTP[:5], b"250-") as port:
        office.path.write_text(office.path.read_text().replace(f"port = {office.mail.port}", f"port = {port}"))
        monkeypatch.setattr(senders, "Equipment", hurried)
        office.record(1)
        office.deliver()
        rows = office.rows("select subscriber, status, last_error from messages order by subscriber")
    assert rows == [("desk", "retry", "not done within 0.6 s"), ("talks", "sent", None)]
