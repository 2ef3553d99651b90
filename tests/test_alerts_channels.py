"""One contract for every channel in CHANNELS: what becomes of a letter is a receipt, and no secret is ever shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.channels import CHANNELS, GROUP, AnyChannel, Equipment, built, channel_named, route_of
from alerts.channels.webhook import Webhook
from alerts.message_records import Blocked, Receipt, Refused, Sent, TryLater
from alerts.subscribers import Subscriber
from extractors.records import Span
from tests.alert_examples import NOW, alert, letter, notice
from tests.certificates import self_signed
from tests.servers import DROP, HANG, HttpServer, Reply, SmtpSink, closed_port

pytestmark = pytest.mark.slow

Keys = Mapping[str, Any]
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

    channel: AnyChannel
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
        table = {
            "host": sink.host,
            "port": closed_port() if case == "refused" else sink.port,
            "security": "starttls" if tls else "none",
            "from": "T <t@example.org>",
            "username": "t",
            "password": "wrong-s3cret" if case == "login" else "s3cret",
        }
        with httpx.Client() as web:
            to = {"to": "desk-s3cret@example.org"}
            yield fixture("email", web, case, table=table, keys=to, taken=lambda: len(sink.mails))


@contextmanager
def over_http(name: str, keys: Keys, table: Keys, case: str) -> Iterator[Fixture]:
    """Serve a case over HTTP to a subscriber with these keys; both hold HOST, SCHEME and HOOK of the server."""
    tls = self_signed() if case == "tls" else None
    with HttpServer(tls=tls) as server, httpx.Client(timeout=0.3 if case == "timeout" else 5) as web:
        gate = threading.Event() if case == "timeout" else None
        for path in (HOOK, METHOD):
            server.reply(path, HTTP_REPLIES.get(case, Reply(body=b'{"ok":true,"ts":"1.0"}', gate=gate)))
        port = closed_port() if case == "refused" else server.port
        at = {"HOST": f"127.0.0.1:{port}", "SCHEME": "https" if tls else "http", "HOOK": HOOK}
        table, keys = ({key: value.format(**at) for key, value in each.items()} for each in (table, keys))
        yield fixture(name, web, case, table=table, keys=keys, taken=lambda: len(server.requests))


def fixture(name: str, web: httpx.Client, case: str, *, table: Keys, keys: Keys, taken: Callable[[], int]) -> Fixture:
    """Build a channel from its table, and a subscriber from his keys, as the configuration does."""
    kind = CHANNELS[name]
    equipment = Equipment(now=lambda: NOW, web=web, timeout=0.3 if case == "timeout" else 5)
    channel = built([name], {name: kind.table.model_validate(table)}, equipment)[name]
    who = kind.subscriber.model_validate({"name": "talks", "channel": name, **keys})
    return Fixture(channel, who, taken)


def through_apprise(case: str) -> AbstractContextManager[Fixture]:
    """Serve a case through Apprise's own JSON service."""
    quick = "?cto=0.3&rto=0.3" if case == "timeout" else ""
    url = f"json{'s' if case == 'tls' else ''}://{{HOST}}{{HOOK}}{quick}"
    return over_http("apprise", {"url": url}, {}, case)


ADDRESS = "{SCHEME}://{HOST}{HOOK}"
FIXTURES: dict[str, Callable[[str], AbstractContextManager[Fixture]]] = {
    "email": email_fixture,
    "slack": partial(over_http, "slack", {"webhook_url": ADDRESS}, {}),
    "slack as a bot": partial(
        over_http, "slack", {"to": "#talks", "token": "xoxb-s3cret"}, {"api_url": "{SCHEME}://{HOST}/api/"}
    ),
    "webhook": partial(over_http, "webhook", {"url": ADDRESS, "secret": "signing-s3cret"}, {}),
    "apprise": through_apprise,
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


def test_a_channel_without_its_table_is_a_plain_error() -> None:
    """A channel that lacks its configuration says which table is missing."""
    with httpx.Client() as web, pytest.raises(ValueError, match=r"no \[channels\.email\]"):
        built(["email"], {}, Equipment(now=lambda: NOW, web=web))


def test_what_fails_together_has_one_name() -> None:
    """All who are told by e-mail share the mail server; a webhook is its subscriber's alone."""
    people = [Subscriber(name=name, channel=channel) for channel in ("email", "slack") for name in ("a", "b")]
    assert [route_of(who) for who in people] == ["email", "email", "slack:a", "slack:b"]


class Pigeon(Webhook):
    """A channel of somebody else's."""


def test_another_package_may_offer_a_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an installed package names under `talkwatch.channels` is a channel as ours are, in the configuration too."""
    about = tmp_path / "pigeon-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\npigeon = {__name__}:Pigeon\nstone = os:path\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert channel_named("pigeon") is Pigeon
        assert channel_named("stone") is None
    finally:
        channel_named.cache_clear()
