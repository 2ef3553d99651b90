"""Letters as signed JSON to any address that takes a POST, signed as standardwebhooks.com says (HMAC-SHA256)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import standardwebhooks
from pydantic import Field

from alerts.channels.contract import Channel, server_of, url_faults
from alerts.channels.posting import post, receipt_of
from alerts.letters import office
from alerts.message_records import Blocked, Letter, Notice, Receipt
from alerts.subscribers import Fault, Subscriber
from alerts.values import Table
from alerts.wording import shown

SCHEMA_VERSION = 1
_PREFIX = "whsec_"


class WebhookSubscriber(Subscriber):
    """Someone who is told by POST, signed with `secret`."""

    url: str = Field(description="where the messages are posted", examples=["https://desk.example/hook"])
    secret: str = Field(description="what its messages are signed with", examples=["${HOOK_SECRET}"])

    def faults(self) -> Iterator[Fault]:
        """Find an address that is none, and a secret that is empty."""
        yield from url_faults("url", self.url)
        if not key_of(self.secret):
            yield "secret", 'needs secret, which its messages are signed with, for example "${HOOK_SECRET}"'


class Webhook(Channel[WebhookSubscriber, Table]):
    """The channel `webhook`."""

    subscriber = WebhookSubscriber

    def server(self, subscriber: WebhookSubscriber) -> tuple[str, int] | None:
        """Return where the receiver is."""
        return server_of(subscriber.url)

    def send(self, letter: Letter, subscriber: WebhookSubscriber) -> Receipt:
        """Post the letter with its signature; a receiver refuses a wrong one, or one that is old."""
        if not key_of(subscriber.secret):
            return Blocked(error="there is no secret to sign with")
        now = self._equipment.now()
        body = json.dumps(document(letter), separators=(",", ":"))
        headers = {"Content-Type": "application/json", **signed(letter.message_id, now, body, subscriber.secret)}
        return receipt_of(post(self._equipment.web, subscriber.url, now=now, headers=headers, content=body))


def signed(message_id: str, at: datetime, body: str, secret: str) -> dict[str, str]:
    """Return the headers that prove a body: its id, the time of this try, and the signature over all three."""
    signature = standardwebhooks.Webhook(key_of(secret)).sign(message_id, at, body)
    return {"webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def key_of(secret: str) -> bytes:
    """Return the key a secret stands for: base 64 after `whsec_`, else its own bytes."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def document(letter: Letter) -> dict[str, Any]:
    """Return the letter as its JSON document; `kind` tells alerts from what is about Talkwatch itself."""
    return {
        "version": SCHEMA_VERSION,
        "id": letter.message_id,
        "kind": "alerts" if letter.notices else "notice",
        "thread_of": letter.thread_of,
        "subject": shown(letter.line),
        "text": letter.text,
        "alerts": [_alert(notice) for notice in letter.notices],
    }


def _alert(notice: Notice) -> dict[str, Any]:
    alert = notice.alert
    return {
        "alert_id": alert.alert_id,
        "rule": alert.rule,
        "rule_version": alert.rule_version,
        "severity": alert.severity,
        "fired_at": _time(alert.fired_at),
        "reason": alert.reason,
        "keyword": alert.keyword,
        "scope": alert.scope,
        "official_id": alert.official_id,
        "official": alert.official,
        "role": office(notice) or None,
        "side": notice.official_side,
        "excerpt": alert.excerpt,
        "story_id": alert.story_id,
        "event_id": notice.event_id,
        "sources": notice.sources,
        "primary_source": notice.primary,
        "article_id": alert.article_id,
        "title": notice.title,
        "url": notice.url,
        "outlet": notice.outlet,
        "country": notice.country,
        "language": notice.language,
        "in_english": notice.in_english and {"outlet": notice.in_english.outlet, "url": notice.in_english.url},
        "fuller": notice.fuller,
        "published_at": notice.published_at and _time(notice.published_at),
    }


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
