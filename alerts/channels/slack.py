"""Letters to Slack, by incoming webhook or as a bot. The webhook's address and the token are secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime

import httpx

from alerts.channels.blocks import Block, payload
from alerts.channels.posting import Answer, post, receipt_of
from alerts.channels.slack_words import CHANNELS_FAULT, FOR_NOW, MESSAGES_FAULT
from alerts.message_records import Blocked, Letter, Receipt, Refused, Sent, Subscriber, TryLater

API = "https://slack.com/api/"
# Slack says what it minds in one word, such as `invalid_payload`; anything else in an answer is not repeated.
_WORD = re.compile(r"[a-z]+(?:_[a-z]+){0,8}")


class Slack:
    """The channel `slack`: to a webhook, or, where the subscriber has a secret, as the bot whose token that is."""

    # Slack takes one message a second in one channel, and refuses more with 429.
    seconds_between = 1.0

    def __init__(self, web: httpx.Client, *, now: Callable[[], datetime], api: str = API) -> None:
        """Keep the web client, the clock that reads dates in Retry-After, and where Slack's API is."""
        self._web = web
        self._now = now
        self._api = api

    def send(self, letter: Letter, subscriber: Subscriber) -> Receipt:
        """Post the letter."""
        body = payload(letter, timezone=subscriber.timezone)
        if subscriber.secret is not None:
            return self._as_bot(body, letter, subscriber.address, subscriber.secret)
        answer = post(self._web, subscriber.address, now=self._now(), json=body)
        return _hooked(answer) if isinstance(answer, Answer) else answer

    def _as_bot(self, body: Block, letter: Letter, to: str, token: str) -> Receipt:
        if not token.isascii() or not token.isprintable():
            return Blocked(error="the token has characters outside ASCII")
        body["channel"] = to
        if letter.thread_ref:
            body["thread_ts"] = letter.thread_ref
        headers = {"Authorization": f"Bearer {token}"}
        answer = post(self._web, f"{self._api}chat.postMessage", now=self._now(), headers=headers, json=body)
        return _posted(answer) if isinstance(answer, Answer) else answer


def _hooked(answer: Answer) -> Receipt:
    """Class what a webhook answered, which says its one word as the whole body."""
    said = answer.body.strip().decode("ascii", errors="replace")
    word = said if _WORD.fullmatch(said) else ""
    receipt = receipt_of(answer, f": {word}" if word else "")
    return Blocked(error=receipt.error) if isinstance(receipt, Refused) and word in CHANNELS_FAULT else receipt


def _posted(answer: Answer) -> Receipt:
    """Class what the API answered, which is 200 with `ok` false for most that goes wrong."""
    receipt = receipt_of(answer)
    if not isinstance(receipt, Sent):
        return receipt
    said = _said(answer.body)
    if said.get("ok") is True:
        return Sent(ref=str(said["ts"]) if "ts" in said else None)
    word = str(said.get("error", ""))
    error = f"Slack: {word}" if _WORD.fullmatch(word) else "Slack did not take it"
    if word in CHANNELS_FAULT:
        return Blocked(error=error)
    if word in MESSAGES_FAULT:
        return Refused(error=error)
    return TryLater(error=error, after=answer.after, channel=word in FOR_NOW)


def _said(body: bytes) -> dict[str, object]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
