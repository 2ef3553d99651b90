from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.apprise import plain
from alerts.channels.contract import Equipment
from alerts.channels.webhook import Webhook, WebhookSubscriber, document, signed
from alerts.message_records import Blocked, NewSource, Sent
from alerts.plain_letters import SAMPLE_SUBJECT, SAMPLE_TEXT, plain_letter
from alerts.records import Reason, Severity
from alerts.values import Table
from tests.alert_examples import EXCERPT, NOW, alert, letter, notice
from tests.conftest import ROOT
from tests.servers import HttpServer, Reply

SECRET = "sign-s3cret"
PREFIXED = "whsec_" + base64.b64encode(b"sign-s3cret").decode()
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def webhook(web: httpx.Client) -> Webhook:
    """Return the channel."""
    return Webhook(Table(), Equipment(now=lambda: datetime.now(UTC), web=web))


def checker() -> Any:
    """Return the function that the documents offer for checking a message."""
    (snippet,) = re.findall(r"```python\n(.*?)```", CONFIGURATION, re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet, names)
    return names["is_genuine"]


def described(document: dict[str, Any]) -> set[str]:
    """Return the keys of a document as the documents name them."""
    inner = {f"alerts[].{key}" for each in document["alerts"] for key in each}
    return set(document) | inner


@pytest.mark.slow
@pytest.mark.parametrize("secret", [SECRET, PREFIXED])
def test_what_is_posted_passes_the_check_in_the_documents(secret: str) -> None:
    """The snippet takes what was sent, and refuses another body, another secret, and what is old."""
    with HttpServer() as server, httpx.Client() as web:
        server.reply("/hook", Reply(204))
        who = WebhookSubscriber(name="hook", channel="webhook", url=server.url("/hook"), secret=secret)
        assert webhook(web).send(letter(), who) == Sent()
        (asked,) = server.requests
    genuine = checker()
    assert genuine(asked.headers, asked.body, secret)
    standardwebhooks.Webhook(PREFIXED).verify(asked.body, dict(asked.headers))
    assert genuine(asked.headers, asked.body, SECRET)
    assert not genuine(asked.headers, asked.body + b" ", secret)
    assert not genuine(asked.headers, asked.body, "another")
    assert not genuine({**asked.headers, "webhook-id": "another"}, asked.body, secret)
    assert not genuine({**asked.headers, "webhook-timestamp": str(int(time.time()) - 301)}, asked.body, secret)
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == document(letter())


def test_an_old_message_is_not_genuine() -> None:
    """A message that was rightly signed, and kept for later, is refused by its time."""
    old = signed("m1", datetime.fromtimestamp(time.time() - 301, UTC), "{}", SECRET)
    assert not checker()(old, b"{}", SECRET)


def test_the_documents_name_every_key() -> None:
    """The table of the body's keys names exactly those there are."""
    section = CONFIGURATION.split("## A webhook's messages\n")[1].split("\n## ")[0].split("The body")[1]
    named = {key for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for key in re.findall(r"`(.*?)`", row)}
    assert named == described(document(letter()))


def test_each_key_holds_what_it_is_called() -> None:
    """Of an alert no two values of which are the same, each stands under its own name."""
    told = notice(
        alert(severity=Severity.HIGH, reason=Reason.NEW_MATCH),
        language="uk",
        published_at=NOW - timedelta(hours=3),
        primary="Kremlin",
        event_id="event1",
        in_english=NewSource("AFP", "https://afp.example/1"),
        fuller="There will be no truce",
    )
    assert document(letter(told))["alerts"] == [
        {
            "alert_id": "00000000000000a1",
            "rule": "ceasefire",
            "rule_version": "v1",
            "severity": "high",
            "fired_at": "2026-11-21T12:05:00Z",
            "reason": "new_match",
            "keyword": "ceasefire",
            "scope": "speaks",
            "official_id": "dmitry-peskov",
            "official": "Dmitry Peskov",
            "role": "Kremlin spokesperson",
            "side": "russia",
            "excerpt": EXCERPT,
            "story_id": "story1",
            "event_id": "event1",
            "sources": 2,
            "primary_source": "Kremlin",
            "article_id": "a1",
            "title": "Kremlin rules out truce before talks",
            "url": "https://outlet.example/talks?id=7",
            "outlet": "Outlet",
            "country": "TR",
            "language": "uk",
            "in_english": {"outlet": "AFP", "url": "https://afp.example/1"},
            "fuller": "There will be no truce",
            "published_at": "2026-11-21T09:05:00Z",
        }
    ]


def test_a_message_without_alerts_says_so() -> None:
    """What is about Talkwatch itself is a notice; a follow-up names what it follows."""
    sample = plain_letter("m1", SAMPLE_SUBJECT, SAMPLE_TEXT)
    assert (document(sample)["kind"], document(letter())["kind"]) == ("notice", "alerts")
    assert document(replace(letter(), thread_of="m0"))["thread_of"] == "m0"


@pytest.mark.parametrize("secret", ["", "whsec_"])
def test_without_a_secret_nothing_is_sent(secret: str) -> None:
    """An unsigned message would teach its receiver to take any, and an empty key signs nothing."""
    with httpx.Client() as web:
        who = WebhookSubscriber(name="hook", channel="webhook", url="https://x.example/", secret=secret)
        assert webhook(web).send(letter(), who) == Blocked(error="there is no secret to sign with")


@given(text=st.text(), rule=st.text())
def test_any_text_makes_a_document(text: str, rule: str) -> None:
    """Whatever stands in a source, the body is JSON in ASCII, and the excerpt comes back as it was."""
    made = document(letter(notice(alert(rule=rule), title=text)))
    raw = json.dumps(made).encode("ascii")
    assert json.loads(raw)["alerts"][0]["title"] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<!channel> now", "<\u200b!channel> now", id="everybody, in Slack"),
        pytest.param("@everyone and @here", "@\u200beveryone and @\u200bhere", id="everybody, in Discord"),
        pytest.param("<https://evil.example|bank>", "<\u200bhttps://evil.example|bank>", id="a link in Slack's markup"),
        pytest.param("[bank](https://evil.example)", "[bank]\u200b(https://evil.example)", id="a link in Markdown"),
        pytest.param("3 < 4, a@ b", "3 < 4, a@ b", id="the rest stays"),
    ],
)
def test_what_apprise_passes_on_is_no_markup(text: str, expected: str) -> None:
    """A character of no width keeps services from reading a mention or a link; the words stay as they are."""
    assert plain(text) == expected
    assert plain(text).replace("\u200b", "") == text
