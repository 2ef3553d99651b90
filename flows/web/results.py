"""What is asked of servers and what comes of it: the records, and how an answer is read, bounded. Asks nobody."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from http import HTTPStatus

import httpcore
import httpx

from extractors.html.redirects import leads_to
from extractors.text.dates import http_date, retry_after
from flows.config.configuration import FeedTable
from flows.web.network import ForbiddenAddress, Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to fetch; `key` is the caller's. Validators are sent exactly as they were given.

    One that `crawls` is subject to robots.txt. `feed` says how the feed's own server wants to be asked; none of it is
    sent to any other, wherever redirects lead.
    """

    key: str
    url: str
    accept: str
    etag: str | None = None
    last_modified: str | None = None
    crawls: bool = False
    feed: FeedTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body, decoded from its transfer coding, and the headers that matter.

    `fresh_for` is how long the server says it stays as it is, `moved_to` where nothing but permanent redirects led,
    `asked_at` when its last request was started.
    """

    key: str
    url: str
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fresh_for: timedelta | None = None
    moved_to: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed, and for how long that will be so."""

    key: str
    etag: str | None = None
    last_modified: str | None = None
    fresh_for: timedelta | None = None
    moved_to: str | None = None
    asked_at: datetime | None = None


class FetchReason(Enum):
    """Why nothing came of a request: what is decided on. What people are told is the failure's detail."""

    STATUS = "refused with a status"
    UNASKED = "not modified, though nothing was held"
    UNREADABLE = "a body that is not what was asked for"
    BROKEN = "an answer that breaks the rules, or breaks off"
    TOO_LARGE = "more than is read"
    TIMEOUT = "not whole in time"
    UNTRUSTED = "a certificate that nobody vouches for"
    UNREACHABLE = "no address, nobody there, or nobody to be trusted"
    PRIVATE = "leads to a private address"
    NO_ADDRESS = "nothing that could be asked"
    ODD_SCHEME = "leads to what is not http(s)"
    REDIRECTS = "leads on and on"
    OUT_OF_TIME = "no time to follow where it leads"
    DISALLOWED = "robots.txt does not allow it"
    LISTED = "not asked for: where it is listed stands all there is"
    POSTPONED = "robots.txt can't be had yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """Nothing came: why, and `detail` in a line that is stored and shown.

    `wait` is how long the server asks to be left alone, or until its robots.txt is asked for again.
    """

    key: str
    reason: FetchReason
    detail: str
    status: int | None = None
    wait: timedelta | None = None
    asked_at: datetime | None = None

    @property
    def permanent(self) -> bool:
        """Tell whether asking again is no use."""
        final = {FetchReason.NO_ADDRESS, FetchReason.DISALLOWED, FetchReason.LISTED}
        return self.reason in final or self.status in FINAL


FetchResult = Fetched | NotModified | FetchFailure


def as_failure(outcome: NotModified | FetchFailure) -> FetchFailure:
    """Return why nothing came; to whoever holds nothing, "not modified" is a failure too."""
    if isinstance(outcome, FetchFailure):
        return outcome
    return FetchFailure(key=outcome.key, reason=FetchReason.UNASKED, detail="not modified")


Unpack = Callable[[bytes, int], bytes]


class BodyTooLarge(Exception):
    """More decoded bytes than `max_body_mb`."""


class OddEncoding(Exception):
    """A Content-Encoding that was not asked for."""


def decompressor(encoding: str) -> Unpack:
    """Return a bounded decoder; httpx's own unpacks a bomb before anyone can count."""
    match encoding.strip().lower():
        case "" | "identity":
            return lambda chunk, _limit: chunk
        case "gzip" | "x-gzip" | "deflate":
            return inflated(zlib.decompressobj(zlib.MAX_WBITS | 32))
        case other:
            raise OddEncoding(f"Content-Encoding {other[:40]} was not asked for")


def inflated(unpacker: zlib._Decompress) -> Unpack:
    """Return a decoder of gzip or zlib data that never gives more than it is asked for."""

    def unpack(chunk: bytes, limit: int) -> bytes:
        return unpacker.decompress(unpacker.unconsumed_tail + chunk, limit)

    return unpack


async def bounded_body(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Return the decoded body; raise BodyTooLarge past `limit` bytes, OddEncoding, zlib.error."""
    unpack = decompressor(encoding)
    body = bytearray()
    async for chunk in chunks:
        body += unpack(chunk, limit + 1 - len(body))
        if len(body) > limit:
            raise BodyTooLarge(f"larger than {limit / 1_000_000:g} MB")
    return bytes(body)


# The longest wait that a server or feed is granted; what the operator configured may be longer.
CAP = timedelta(days=1)
CHUNK = 65_536
DRAIN_SECONDS = 0.5
MAX_HEADER_BYTES = 65_536
MAX_HEADER_LINES = 1_000
LONG_HEAD = "headers larger than 64 KB"
# Header values come and go as they are, whatever characters they were meant to be.
BYTES = "latin-1"
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,18})\"?", re.IGNORECASE)
_FRESH_NO_MORE = re.compile(r"(?:^|,)\s*(?:no-cache|no-store)\s*(?:,|$)", re.IGNORECASE)
REDIRECTS = frozenset({*range(301, 304), 307, 308})
PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
FINAL = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
PLEAS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """An answer that lies elsewhere; `by_page` when a page says so, not the server."""

    url: str
    permanent: bool
    by_page: bool = False


class HeadersTooLarge(Exception):
    """More header bytes or lines than any honest server sends."""


EXPECTED = (
    *(httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, httpx.InvalidURL, zlib.error),
    *(BodyTooLarge, OddEncoding, HeadersTooLarge),
)
REASONS: tuple[tuple[type[Exception], FetchReason, str | None], ...] = (
    (zlib.error, FetchReason.BROKEN, "broken compression"),
    (httpcore.ReadError, FetchReason.BROKEN, "connection closed without an answer"),
    (httpcore.UnsupportedProtocol, FetchReason.ODD_SCHEME, "leads to an address that is not http(s)"),
    (ForbiddenAddress, FetchReason.PRIVATE, None),
    (Untrusted, FetchReason.UNTRUSTED, None),
    (httpcore.ConnectError, FetchReason.UNREACHABLE, None),
    (httpx.InvalidURL, FetchReason.NO_ADDRESS, None),
    (BodyTooLarge, FetchReason.TOO_LARGE, None),
    (HeadersTooLarge, FetchReason.TOO_LARGE, None),
)


def failure_of(key: str, error: Exception) -> FetchFailure:
    """Say what went wrong, in a short line without the address."""
    if is_endless_head(error):
        return FetchFailure(key=key, reason=FetchReason.TOO_LARGE, detail=LONG_HEAD)
    words = str(error)[:160] or type(error).__name__
    for kind, reason, said in REASONS:
        if isinstance(error, kind):
            return FetchFailure(key=key, reason=reason, detail=said or words)
    return FetchFailure(key=key, reason=FetchReason.BROKEN, detail=words)


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
        raise HeadersTooLarge(LONG_HEAD)
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


def freshness(cache_control: str | None, expires: str | None, date: str | None, now: datetime) -> timedelta | None:
    """Return how long an answer is fresh by its headers (RFC 9111): max-age, else Expires; None when neither says.

    Below nothing for one that was stale when it came; of what is above a day `next_poll_at` takes a day.
    """
    control = cache_control or ""
    if _FRESH_NO_MORE.search(control):
        return None
    if stated := _MAX_AGE.search(control):
        return timedelta(seconds=min(int(stated[1]), int(CAP.total_seconds())))
    until = http_date(expires)
    return None if until is None else until - (http_date(date) or now)


async def result_of(
    request: Request, url: httpx.URL, response: httpcore.Response, now: datetime, limit: int
) -> FetchResult | Redirect:
    """Read the answer from `url`: its body, "not modified", where it lies instead, or what it refuses with."""
    status, headers = response.status, headers_in(response)
    etag, last_modified = headers.get("etag") or None, headers.get("last-modified") or None
    fresh_for = freshness(headers.get("cache-control"), headers.get("expires"), headers.get("date"), now)
    if status == HTTPStatus.NOT_MODIFIED:
        if request.etag or request.last_modified:
            return NotModified(key=request.key, etag=etag, last_modified=last_modified, fresh_for=fresh_for)
        said = "HTTP 304, though nothing was held"
        return FetchFailure(key=request.key, status=status, reason=FetchReason.UNASKED, detail=said)
    if status != HTTPStatus.OK:
        await drain(response)
        if redirect := redirect_of(url, status, headers.get("location")):
            return redirect
        asked = retry_after(headers.get("retry-after"), now) if status in PLEAS else None
        wait = None if asked is None else min(asked, CAP)
        said = f"HTTP {status}"
        return FetchFailure(key=request.key, reason=FetchReason.STATUS, detail=said, status=status, wait=wait)
    body = await bounded_body(response.aiter_stream(), headers.get("content-encoding", ""), limit)
    if there := leads_to(body, str(url), again="set-cookie" in headers):
        return Redirect(url=there, permanent=False, by_page=True)
    return Fetched(
        key=request.key,
        url=str(url),
        body=body,
        content_type=headers.get("content-type"),
        etag=etag,
        last_modified=last_modified,
        fresh_for=fresh_for,
    )
