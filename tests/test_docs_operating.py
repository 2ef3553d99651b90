"""The table of docs/operating.md that says what becomes of a message, each answer in it given by a real server."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import httpx
import pytest

from alerts.channels import CHANNELS, Equipment, built
from alerts.message_records import Blocked, Receipt, Refused, TryLater
from tests.alert_examples import NOW, letter
from tests.certificates import self_signed
from tests.conftest import ROOT
from tests.servers import CUT, DROP, HANG, KEEP_THEN_DROP, HttpServer, Reply, SmtpSink, closed_port

pytestmark = pytest.mark.slow

OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
KINDS = {"this message": Refused, "the channel": Blocked, "nothing for long": TryLater}
DROPS = {"drop at RCPT": ("RCPT", DROP), "drop in DATA": ("DATA", CUT), "drop after DATA": ("DATA", KEEP_THEN_DROP)}


def cases() -> Iterator[object]:
    """Yield each answer of the table with its channel and what it is wrong with."""
    section = OPERATING.split("## When a message does not go through\n")[1].split("\n## ")[0]
    for channel, answers, wrong in re.findall(r"^\| ([\w -]+) \| (`.*?) \| ([\w ]+) \|", section, re.MULTILINE):
        for answer in re.findall(r"`(.*?)`", answers):
            yield pytest.param(channel, answer, KINDS[wrong], id=f"{channel}: {answer}")


def by_mail(answer: str) -> Receipt:
    """Send a letter to a mail server that answers so."""
    with SmtpSink(
        password="right" if answer == "535 at AUTH" else None, tls=self_signed() if "certificate" in answer else None
    ) as sink:
        if answer == "silence":
            sink.answer("MAIL", HANG)
        elif answer in DROPS:
            sink.answer(*DROPS[answer])
        elif answer[0].isdigit() and "AUTH" not in answer:
            code, _, step = answer.partition(" at ")
            sink.answer(step, f"{code} said so")
        table = {
            "host": sink.host,
            "port": closed_port() if answer == "nobody listens" else sink.port,
            "from": "t@example.org",
            "security": "starttls" if answer in {"no STARTTLS", "bad certificate"} else "none",
            "username": "t" if answer == "535 at AUTH" else None,
            "password": "wrong" if answer == "535 at AUTH" else None,
        }
        with httpx.Client() as web:
            return sent(
                "email",
                Equipment(now=lambda: NOW, web=web, timeout=0.3 if answer == "silence" else 5),
                table,
                to="desk@example.org",
            )


def sent(name: str, equipment: Equipment, table: dict[str, object], **keys: str) -> Receipt:
    """Send a letter by a channel to a subscriber with these keys of its own."""
    kind = CHANNELS[name]
    channel = built([name], {name: kind.table(**table)}, equipment)[name]
    return channel.send(letter(), kind.subscriber(name="desk", channel=name, **keys))


def reply_for(channel: str, answer: str) -> Reply:
    """Return what an HTTP server says for an answer of the table."""
    if answer == "silence":
        return Reply(gate=threading.Event())
    if answer == "reset":
        return Reply(reset=True)
    status, _, word = answer.partition(" ")
    body = f'{{"ok":false,"error":"{word}"}}' if channel == "slack as a bot" else word
    return Reply(int(status) if status.isdigit() else 200, body=body.encode())


def over_http(channel: str, answer: str) -> Receipt:
    """Send a letter to a web server that answers so."""
    tls = self_signed() if "certificate" in answer else None
    with HttpServer(tls=tls) as server, httpx.Client(timeout=0.3 if answer == "silence" else 5) as web:
        for path in ("/hook", "/api/chat.postMessage"):
            server.reply(path, reply_for(channel, answer))
        host = f"127.0.0.1:{closed_port() if answer == 'nobody listens' else server.port}"
        scheme = "https" if tls else "http"
        hook, equipment = f"{scheme}://{host}/hook", Equipment(now=lambda: NOW, web=web)
        match channel:
            case "apprise":
                address = f"json{'s' if tls else ''}://{host}/hook?cto=0.3&rto=0.3"
                return sent("apprise", equipment, {}, url=address)
            case "slack":
                return sent("slack", equipment, {}, webhook_url=hook)
            case "slack as a bot":
                return sent("slack", equipment, {"api_url": f"{scheme}://{host}/api/"}, to="#talks", token="x")
        return sent(channel, equipment, {}, url=hook, secret="x")


@pytest.mark.parametrize(("channel", "answer", "kind"), list(cases()))
def test_the_table_says_what_happens(channel: str, answer: str, kind: type) -> None:
    """Each answer in the table is classed as the table says."""
    receipt = by_mail(answer) if channel == "e-mail" else over_http(channel, answer)
    assert isinstance(receipt, kind), receipt


def test_the_table_is_read() -> None:
    """There are as many cases as there are answers in it."""
    assert len(list(cases())) > 60
