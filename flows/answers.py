"""Reading what a server answered: bounded headers and bodies, the validators, and reasons in a line. Asks nobody."""

from __future__ import annotations

import asyncio
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import httpcore
import httpx

from flows.intervals import freshness, retry_after
from flows.outcomes import Fetched, FetchFailure, NotModified, Outcome, Request
from flows.unpacking import BodyTooLarge, OddEncoding, bounded_body

CHUNK = 65_536
DRAIN_SECONDS = 0.5
MAX_HEADER_BYTES = 65_536
MAX_HEADER_LINES = 1_000
PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
FINAL = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
PLEAS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """An answer that lies elsewhere."""

    url: str
    permanent: bool


class HeadersTooLarge(Exception):
    """More header bytes or lines than any honest server sends."""


EXPECTED = (
    *(httpx.HTTPError, httpx.InvalidURL, httpcore.ConnectError, zlib.error),
    *(BodyTooLarge, OddEncoding, HeadersTooLarge),
)
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (zlib.error, "broken compression"),
    (httpx.TimeoutException, "timeout"),
    (httpx.ReadError, "connection closed without an answer"),
    (httpx.UnsupportedProtocol, "leads to an address that is not http(s)"),
)


def reason_of(error: Exception) -> str:
    """Say in a short line what went wrong, without the address."""
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason
    words = str(error.__cause__ or error)
    if "Receive buffer too long" in words:
        return "headers larger than 64 KB"
    return words[:160] or type(error).__name__


async def drain(response: httpx.Response) -> None:
    """Read the few words that come with a refusal, so that the connection ends in peace or serves again."""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in response.aiter_raw(CHUNK):
                if response.num_bytes_downloaded > CHUNK:
                    return


def check_headers(response: httpx.Response) -> None:
    """Raise HeadersTooLarge for headers that are meant to hurt."""
    raw = response.headers.raw
    if len(raw) > MAX_HEADER_LINES:
        raise HeadersTooLarge(f"more than {MAX_HEADER_LINES:,} header lines")
    if sum(len(name) + len(value) + 4 for name, value in raw) > MAX_HEADER_BYTES:
        raise HeadersTooLarge("headers larger than 64 KB")


async def outcome_of(request: Request, response: httpx.Response, now: datetime, limit: int) -> Outcome:
    """Read an answer: its body, "not modified", or what it refuses with."""
    status, headers = response.status_code, response.headers
    validators = {"etag": headers.get("etag") or None, "last_modified": headers.get("last-modified") or None}
    fresh_for = freshness(headers.get("cache-control"), headers.get("expires"), headers.get("date"), now)
    if status == HTTPStatus.NOT_MODIFIED:
        if request.etag or request.last_modified:
            return NotModified(key=request.key, fresh_for=fresh_for, **validators)
        return FetchFailure(key=request.key, status=status, reason="HTTP 304, though nothing was held", forget=True)
    if status != HTTPStatus.OK:
        wait = retry_after(headers.get("retry-after"), now) if status in PLEAS else None
        return FetchFailure(
            key=request.key, reason=f"HTTP {status}", permanent=status in FINAL, status=status, wait=wait
        )
    return Fetched(
        key=request.key,
        url=str(response.url),
        body=await bounded_body(response.aiter_raw(CHUNK), headers.get("content-encoding", ""), limit),
        content_type=headers.get("content-type"),
        fresh_for=fresh_for,
        **validators,
    )
