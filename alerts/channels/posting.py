"""Posting to addresses that are secrets: no redirect is followed, no log shows one, what fails is told in our words."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from alerts.message_records import Blocked, Receipt, Refused, Sent, TooBig, TryLater
from extractors.text.dates import retry_after
from extractors.text.urls import is_http_url

ANSWER_BYTES = 64 * 1024
ANSWER_SECONDS = 20.0
_FOR_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# The address is gone, moved or not ours to post to: the next message would fare no better.
_CHANNELS_FAULT = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    HTTPStatus.GONE,
}

# A logger's filter does not see what its children log.
_TALKATIVE = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: its status, how long it asks to wait, and the beginning of its body, as it was sent."""

    status: int
    after: timedelta | None
    body: bytes


def not_while_quiet(_: logging.LogRecord) -> bool:
    """Let a record pass, but not while a secret is being used."""
    return not _quiet.get()


@contextmanager
def quiet(*loggers: str) -> Iterator[None]:
    """Keep these loggers, which show addresses, silent in this thread."""
    for name in loggers:
        logging.getLogger(name).addFilter(not_while_quiet)  # adding it twice changes nothing
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def post(
    web: httpx.Client, url: str, *, now: datetime, headers: Mapping[str, str] | None = None, **content: Any
) -> Answer | TryLater | Blocked:
    """Post `content` (httpx's `json` or `content`) and return the answer, or why there is none."""
    return ask(web, "POST", url, now=now, headers=headers, **content)


def ask(
    web: httpx.Client, method: str, url: str, *, now: datetime, headers: Mapping[str, str] | None = None, **content: Any
) -> Answer | TryLater | Blocked:
    """Make a request and return the answer, or why there is none."""
    if not is_http_url(url):
        return Blocked(error="the address is no http(s) address")
    plain = {**(headers or {}), "Accept-Encoding": "identity"}
    try:
        with (
            quiet(*_TALKATIVE),
            web.stream(method, url, headers=plain, follow_redirects=False, **content) as answer,
        ):
            after = retry_after(answer.headers.get("Retry-After"), now)
            return Answer(status=answer.status_code, after=after, body=_beginning(answer))
    except httpx.TimeoutException:
        return TryLater(error="timed out", channel=True)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        return _without_answer(error)


def receipt_of(answer: Answer | TryLater | Blocked, said: str = "") -> Receipt:
    """Class what `post` returned: an answer by its status; `said` is what more may be told of it."""
    if not isinstance(answer, Answer):
        return answer
    error = f"HTTP {answer.status}{said}"
    if answer.status in _FOR_NOW or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater(error=error, after=answer.after, channel=True)
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent()
    if answer.status < HTTPStatus.BAD_REQUEST or answer.status in _CHANNELS_FAULT:
        return Blocked(error=error)
    too_big = answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return TooBig(error=error) if too_big else Refused(error=error)


def tls_fault(error: BaseException) -> str | None:
    """Say what was wrong with TLS, where that was the cause: a certificate, a version; a line cut off is neither."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return f"TLS failed: {cause.reason or type(cause).__name__}"
    return None


def _without_answer(error: Exception) -> TryLater | Blocked:
    tls = tls_fault(error)
    if tls:
        return Blocked(error=tls)
    if any(isinstance(cause, PermissionError) for cause in causes(error)):
        return Blocked(error="the address leads inside this network; if that is meant, add it to allow_hosts")
    return TryLater(error=f"no answer: {type(error).__name__}", channel=True)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _beginning(answer: httpx.Response) -> bytes:
    """Return the beginning of a body: so many bytes, for so many seconds, nothing unpacked.

    The status came before it, so a body that breaks off changes nothing.
    """
    body, ends = b"", time.monotonic() + ANSWER_SECONDS
    with suppress(httpx.HTTPError, httpx.StreamError):
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) >= ANSWER_BYTES or time.monotonic() > ends:
                break
    return body[:ANSWER_BYTES]
