"""Letters to Slack by incoming webhook. The webhook's address is a secret: never shown, never logged."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from alerts.channels.blocks import payload
from alerts.message_records import Letter, Receipt, Refused, Sent, Subscriber, TryLater
from extractors.urls import is_http_url

_ANSWER_BYTES = 1024
# Slack says what it minds in one word, such as `invalid_payload`; anything else in an answer is not repeated.
_WORD = re.compile(rb"[a-z][a-z_]{2,40}")
_FOR_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}

_posting: ContextVar[bool] = ContextVar("posting", default=False)


def _not_while_posting(_: logging.LogRecord) -> bool:
    return not _posting.get()


class Slack:
    """The channel `slack`."""

    def __init__(self, web: httpx.Client, *, now: Callable[[], datetime]) -> None:
        """Keep the web client and the clock that reads dates in Retry-After."""
        self._web = web
        self._now = now
        # httpx logs the address of each request, which here is the secret; adding a filter twice changes nothing.
        logging.getLogger("httpx").addFilter(_not_while_posting)

    def send(self, letter: Letter, subscriber: Subscriber) -> Receipt:
        """Post the letter to the subscriber's webhook."""
        if not is_http_url(subscriber.address):
            return Refused(error="the webhook's address is no http(s) address")
        try:
            with self._posted(letter, subscriber) as answer:
                return _receipt(answer, self._now())
        except httpx.TimeoutException:
            return TryLater(error="timed out")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return TryLater(error=f"no answer: {type(error).__name__}")

    @contextmanager
    def _posted(self, letter: Letter, subscriber: Subscriber) -> Iterator[httpx.Response]:
        """Post without following a redirect and without a line in the log; the answer's body is not read yet."""
        body = payload(letter, timezone=subscriber.timezone)
        token = _posting.set(True)
        try:
            with self._web.stream("POST", subscriber.address, json=body, follow_redirects=False) as answer:
                yield answer
        finally:
            _posting.reset(token)


def _receipt(answer: httpx.Response, now: datetime) -> Receipt:
    status = answer.status_code
    if answer.is_success:
        return Sent()
    if status in _FOR_NOW or answer.is_server_error:
        return TryLater(error=f"HTTP {status}", after=retry_after(answer.headers.get("Retry-After"), now))
    return Refused(error=f"HTTP {status}{_said(answer)}")


def _said(answer: httpx.Response) -> str:
    """Return the one word of the answer; no more than a kilobyte of it is read, and nothing is unpacked."""
    start = next(answer.iter_raw(_ANSWER_BYTES), b"").strip()
    return f": {start.decode('ascii')}" if _WORD.fullmatch(start) else ""


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait, in seconds or until a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if re.fullmatch(r"\d{1,9}", value.strip(), re.ASCII):
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(timedelta(0), (until if until.tzinfo else until.replace(tzinfo=UTC)) - now)
