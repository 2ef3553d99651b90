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

from flows.web.intervals import freshness, retry_after
from flows.web.outcomes import Fetched, FetchFailure, NotModified, Outcome, Request
from flows.web.unpacking import BodyTooLarge, OddEncoding, bounded_body

CHUNK = 65_536
DRAIN_SECONDS = 0.5
MAX_HEADER_BYTES = 65_536
MAX_HEADER_LINES = 1_000
# Header values come and go as they are, whatever characters they were meant to be.
BYTES = "latin-1"
REDIRECTS = frozenset({*range(301, 304), 307, 308})
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
    *(httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, httpx.InvalidURL, zlib.error),
    *(BodyTooLarge, OddEncoding, HeadersTooLarge),
)
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (zlib.error, "broken compression"),
    (httpcore.ReadError, "connection closed without an answer"),
    (httpcore.UnsupportedProtocol, "leads to an address that is not http(s)"),
)


def reason_of(error: Exception) -> str:
    """Say in a short line what went wrong, without the address."""
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason
    if is_endless_head(error):
        return "headers larger than 64 KB"
    words = str(error)
    return words[:160] or type(error).__name__


def is_endless_head(error: Exception) -> bool:
    """Tell whether h11, whose errors httpcore wraps, gave up on headers that were too long (RFC 6585's 431)."""
    hint = getattr(error.args[0] if error.args else None, "error_status_hint", None)
    return bool(hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)


async def drain(response: httpcore.Response) -> None:
    """Read the few words that come with a refusal, so that the connection ends in peace."""
    read = 0
    with suppress(TimeoutError, *EXPECTED):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if read > CHUNK:
                    return


def headers_in(response: httpcore.Response) -> dict[str, str]:
    """Return headers by their lower-case names, byte for byte as characters; raise HeadersTooLarge for an attack."""
    raw = response.headers
    if len(raw) > MAX_HEADER_LINES:
        raise HeadersTooLarge(f"more than {MAX_HEADER_LINES:,} header lines")
    if sum(len(name) + len(value) + 4 for name, value in raw) > MAX_HEADER_BYTES:
        raise HeadersTooLarge("headers larger than 64 KB")
    headers: dict[str, str] = {}
    for name, value in ((name.lower().decode(BYTES), value.decode(BYTES)) for name, value in raw):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def redirect_of(url: httpx.URL, status: int, location: str | None) -> Redirect | None:
    """Return where an answer from `url` lies instead, if it does; raise RemoteProtocolError when that is no address."""
    if status not in REDIRECTS or location is None:
        return None
    try:
        target = httpx.URL(location.encode(BYTES).decode(errors="replace"))
        if target.scheme and not target.host:
            target = target.copy_with(host=url.host)
        there = str(url.join(target) if target.is_relative_url else target)
    except httpx.InvalidURL as error:
        raise httpcore.RemoteProtocolError(f"Invalid URL in location header: {error}.") from error
    return Redirect(url=there, permanent=status in PERMANENT)


async def outcome_of(
    request: Request, url: httpx.URL, response: httpcore.Response, now: datetime, limit: int
) -> Outcome | Redirect:
    """Read the answer from `url`: its body, "not modified", where it lies instead, or what it refuses with."""
    status, headers = response.status, headers_in(response)
    etag, last_modified = headers.get("etag") or None, headers.get("last-modified") or None
    fresh_for = freshness(headers.get("cache-control"), headers.get("expires"), headers.get("date"), now)
    if status == HTTPStatus.NOT_MODIFIED:
        if request.etag or request.last_modified:
            return NotModified(key=request.key, etag=etag, last_modified=last_modified, fresh_for=fresh_for)
        return FetchFailure(key=request.key, status=status, reason="HTTP 304, though nothing was held", forget=True)
    if status != HTTPStatus.OK:
        await drain(response)
        if redirect := redirect_of(url, status, headers.get("location")):
            return redirect
        wait = retry_after(headers.get("retry-after"), now) if status in PLEAS else None
        return FetchFailure(
            key=request.key, reason=f"HTTP {status}", permanent=status in FINAL, status=status, wait=wait
        )
    return Fetched(
        key=request.key,
        url=str(url),
        body=await bounded_body(response.aiter_stream(), headers.get("content-encoding", ""), limit),
        content_type=headers.get("content-type"),
        etag=etag,
        last_modified=last_modified,
        fresh_for=fresh_for,
    )
