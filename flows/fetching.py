"""The only door in: feeds and pages over HTTP, each bounded in bytes and time, each host paced."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from urllib.parse import urlsplit

import httpcore
import httpx

from flows.addresses import GuardedBackend
from flows.configuration import FetchTable

CHUNK = 65_536
MAX_REDIRECTS = 5
FEED_TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to fetch; `key` is the caller's. Validators are sent exactly as they were given."""

    key: str
    url: str
    accept: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body, decoded from its transfer coding, and the headers that matter."""

    key: str
    url: str
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """Nothing came, with the reason in a line; `permanent` when asking again is no use."""

    key: str
    reason: str
    permanent: bool = False


Outcome = Fetched | NotModified | FetchFailure


def user_agent(contact: str | None) -> str:
    """Name the program and whom to write to."""
    return f"Talkwatch/{version('talkwatch')}" + (f" (+{contact.removeprefix('mailto:')})" if contact else "")


def headers_of(request: Request) -> dict[str, str]:
    """Return the headers of a request: validators only when the server gave some."""
    wanted = {"Accept": request.accept, "If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: value for name, value in wanted.items() if value}


@asynccontextmanager
async def http_client(fetch: FetchTable) -> AsyncIterator[httpx.AsyncClient]:
    """Open the guarded client: no cookies, no proxy from the environment, no scheme but http(s)."""
    transport = httpx.AsyncHTTPTransport()
    # httpx offers no argument for the network backend; this is the one httpcore documents.
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001
        ssl_context=httpx.create_ssl_context(),
        max_connections=fetch.concurrency,
        network_backend=GuardedBackend(fetch.allow_hosts),
    )
    async with httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        timeout=fetch.timeout_seconds,
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": user_agent(fetch.contact), "Accept-Encoding": "gzip, deflate"},
    ) as client:
        yield client


class BodyTooLarge(Exception):
    """More decoded bytes than `max_body_mb`."""


class OddEncoding(Exception):
    """A Content-Encoding that was not asked for."""


def decompressor(encoding: str) -> Callable[[bytes, int], bytes]:
    """Return a bounded decoder; httpx's own unpacks a bomb before anyone can count."""
    match encoding.strip().lower():
        case "" | "identity":
            return lambda chunk, _limit: chunk
        case "gzip" | "x-gzip" | "deflate":
            return inflated(zlib.decompressobj(zlib.MAX_WBITS | 32))
        case other:
            raise OddEncoding(f"Content-Encoding {other[:40]} was not asked for")


def inflated(unpacker: zlib._Decompress) -> Callable[[bytes, int], bytes]:
    """Return a decoder of gzip or zlib data that never gives more than it is asked for."""

    def unpack(chunk: bytes, limit: int) -> bytes:
        return unpacker.decompress(unpacker.unconsumed_tail + chunk, limit)

    return unpack


async def bounded_body(response: httpx.Response, limit: int) -> bytes:
    """Return the decoded body; raise BodyTooLarge past `limit` bytes."""
    unpack = decompressor(response.headers.get("content-encoding", ""))
    body = bytearray()
    async for chunk in response.aiter_raw(CHUNK):
        body += unpack(chunk, limit + 1 - len(body))
        if len(body) > limit:
            raise BodyTooLarge(f"larger than {limit // 1_000_000} MB")
    return bytes(body)


async def fetch_one(client: httpx.AsyncClient, request: Request, fetch: FetchTable) -> Outcome:
    """Fetch one address; whatever goes wrong outside this program is a FetchFailure."""
    try:
        async with asyncio.timeout(fetch.timeout_seconds):
            async with client.stream("GET", request.url, headers=headers_of(request)) as response:
                return await outcome_of(request, response, int(fetch.max_body_mb * 1_000_000))
    except TimeoutError:
        return FetchFailure(key=request.key, reason=f"timeout after {fetch.timeout_seconds:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.ConnectError, zlib.error, BodyTooLarge, OddEncoding) as error:
        return FetchFailure(key=request.key, reason=reason_of(error), permanent=isinstance(error, httpx.InvalidURL))


async def outcome_of(request: Request, response: httpx.Response, limit: int) -> Outcome:
    """Read an answer: its body, "not modified", or what it refuses with."""
    if response.status_code == httpx.codes.NOT_MODIFIED and (request.etag or request.last_modified):
        return NotModified(key=request.key)
    if response.status_code != httpx.codes.OK:
        gone = response.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}
        return FetchFailure(key=request.key, reason=f"HTTP {response.status_code}", permanent=gone)
    return Fetched(
        key=request.key,
        url=str(response.url),
        body=await bounded_body(response, limit),
        content_type=response.headers.get("content-type"),
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
    )


REASONS: tuple[tuple[type[Exception], str], ...] = (
    (zlib.error, "broken compression"),
    (httpx.TooManyRedirects, f"more than {MAX_REDIRECTS} redirects"),
    (httpx.TimeoutException, "timeout"),
    (httpx.UnsupportedProtocol, "leads to an address that is not http(s)"),
)


def reason_of(error: Exception) -> str:
    """Say in a short line what went wrong, without the address."""
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason
    return str(error.__cause__ or error)[:160] or type(error).__name__


class Pacer:
    """Keeps the hosts' peace: so many at once, so long between starts, nothing started after the deadline."""

    def __init__(self, fetch: FetchTable, now: Callable[[], float], stopping: Callable[[], bool]) -> None:
        """Count from `now`, a monotonic clock in seconds; `stopping` ends the pass early."""
        self._fetch = fetch
        self._now = now
        self._stopping = stopping
        self._ends = now() + fetch.pass_seconds
        self._places = asyncio.Semaphore(fetch.concurrency)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._next: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[bool]:
        """Wait for this host's turn; yield whether there is still time."""
        host = urlsplit(url).netloc.lower()
        async with self._hosts.setdefault(host, asyncio.Semaphore(self._fetch.per_host)):
            starts = max(self._now(), self._next.get(host, 0))
            if starts >= self._ends:
                yield False
                return
            self._next[host] = starts + self._fetch.delay_seconds
            await asyncio.sleep(starts - self._now())
            async with self._places:
                yield self._now() < self._ends and not self._stopping()


async def fetch_all(
    requests: Sequence[Request],
    fetch: FetchTable,
    *,
    on_done: Callable[[], None] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[Outcome, ...]:
    """Fetch what the pass has time for; what it has not is simply not among the outcomes."""
    pacer = Pacer(fetch, asyncio.get_running_loop().time, stopping)
    async with http_client(fetch) as client:

        async def one(request: Request) -> Outcome | None:
            async with pacer.turn(request.url) as in_time:
                outcome = await fetch_one(client, request, fetch) if in_time else None
            on_done()
            return outcome

        outcomes = await asyncio.gather(*(one(request) for request in requests))
    return tuple(outcome for outcome in outcomes if outcome is not None)


def fetch_outcomes(
    requests: Sequence[Request],
    fetch: FetchTable,
    *,
    on_done: Callable[[], None] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[Outcome, ...]:
    """Fetch from plain code, in an event loop of its own."""
    return asyncio.run(fetch_all(requests, fetch, on_done=on_done, stopping=stopping)) if requests else ()


def retry_delay(failures: int, every: timedelta, longest: timedelta) -> timedelta:
    """Return how long to wait after so many failures in a row: linearly longer, at least a minute."""
    return min(max(every, timedelta(minutes=1)) * max(failures, 1), max(longest, timedelta(minutes=1)))
