"""The only door in: feeds, pages and robots.txt over HTTP, each bounded in bytes and time, each host in its turn."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Self

import httpcore
import httpx

from alerts.values import is_open
from flows.config.configuration import FeedTable, FetchTable
from flows.times import utc_now
from flows.web.network import Connections, GuardedTransport
from flows.web.pacing import PORTS, Errand, Pacer, host_of
from flows.web.politeness import allows, crawl_delay, origin_of, parking_time, robots_file
from flows.web.results import (
    BYTES,
    EXPECTED,
    Fetched,
    FetchFailure,
    FetchReason,
    FetchResult,
    Redirect,
    Request,
    failure_of,
    result_of,
)
from warehouse.hosts import RobotsFile, RobotsState

MAX_REDIRECTS = 5
MAX_COOKIE_BYTES = 8_192
# Each sender posts one thing at a time; no more senders than this are at work.
POSTS_AT_ONCE = 64
FEED_TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
TEXT_TYPES = "text/plain, */*;q=0.5"


@cache
def user_agent(contact: str | None) -> str:
    """Name the program and whom to write to."""
    return f"Talkwatch/{version('talkwatch')}" + (f" (+{contact.removeprefix('mailto:')})" if contact else "")


def table_for(request: Request, url: str) -> FeedTable | None:
    """Return how the server at `url` wants to be asked, where it is the feed's own, by name and port."""
    return request.feed if request.feed and host_of(request.feed.url) == host_of(url) else None


def headers_of(
    request: Request, url: httpx.URL, contact: str | None, cookies: httpx.Cookies | None = None
) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request: validators only when the server gave some, cookies only those of this chain.

    What is secret goes to the feed's own server.
    """
    feed = table_for(request, str(url))
    named = request.feed.user_agent if request.feed else None
    wanted = {
        "User-Agent": named or user_agent(contact),
        "Accept": request.accept,
        "Accept-Encoding": "gzip, deflate",
        "If-None-Match": request.etag,
        "If-Modified-Since": request.last_modified,
        "Cookie": cookies_for(url, cookies) if cookies else None,
    }
    if url.userinfo:
        wanted["Authorization"] = f"Basic {b64encode(f'{url.username}:{url.password}'.encode()).decode()}"
    if feed and feed.login and not is_open(feed.login):
        wanted["Authorization"] = f"Basic {b64encode(feed.login.encode()).decode()}"
    if feed:
        wanted |= {name: value for name, value in feed.headers.items() if not is_open(value)}
    headers = [(name.encode(), value.encode(BYTES, errors="replace")) for name, value in wanted.items() if value]
    return [(b"Host", url.netloc), *headers]


def cookies_for(url: httpx.URL, cookies: httpx.Cookies) -> str | None:
    """Return the cookies that a server gets: its own, none when they are more than an honest one gives."""
    asking = httpx.Request("GET", url)
    cookies.set_cookie_header(asking)
    value: str | None = asking.headers.get("cookie")
    return value if value and len(value) <= MAX_COOKIE_BYTES else None


def keep_cookies(cookies: httpx.Cookies, url: httpx.URL, response: httpcore.Response) -> None:
    """Keep the cookies that come with a redirect, for what lies behind it."""
    given = [(name, value) for name, value in response.headers if name.lower() == b"set-cookie"]
    if given:
        cookies.extract_cookies(httpx.Response(response.status, headers=given, request=httpx.Request("GET", url)))


def connections(fetch: FetchTable) -> Connections:
    """Return the guarded way to servers; close it in the end."""
    return Connections(fetch.allow_hosts, at_once=fetch.concurrency, proxy=fetch.proxy)


def webhook_client(fetch: FetchTable) -> httpx.Client:
    """Return the guarded client for what channels post: no redirect, no cookie, no private address."""
    return httpx.Client(
        transport=GuardedTransport(
            fetch.allow_hosts, at_once=POSTS_AT_ONCE, seconds=fetch.timeout_seconds, proxy=fetch.proxy
        ),
        trust_env=False,
        timeout=fetch.timeout_seconds,
        follow_redirects=False,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": user_agent(fetch.contact)},
    )


class Fetcher:
    """Fetches in turns: redirect by redirect, each hop where its host and its robots.txt let it."""

    def __init__(
        self,
        connections: Connections,
        fetch: FetchTable,
        pacer: Pacer,
        *,
        clock: Callable[[], datetime] = utc_now,
        robots: Iterable[RobotsFile] = (),
        on_start: Callable[[str, str, datetime], None] = lambda _host, _key, _at: None,
        on_robots: Callable[[RobotsFile], None] = lambda _file: None,
        on_park: Callable[[str, timedelta], None] = lambda _host, _wait: None,
        parked: Mapping[str, timedelta] | None = None,
    ) -> None:
        """Begin with what is known of `robots`; report who is asked, what is learnt, and who is to be left alone.

        `parked` hosts said "too many requests" when they were asked last, and were left alone for so long.
        """
        self._connections, self._fetch, self._pacer, self._clock = connections, fetch, pacer, clock
        self._files = {file.origin: file for file in robots}
        self._asking: dict[str, asyncio.Lock] = {}
        self._parked = dict(parked or {})
        self._on_start, self._on_robots, self._on_park = on_start, on_robots, on_park
        self._limit = int(fetch.max_body_mb * 1_000_000)

    async def fetch(self, request: Request, errand: Errand | None = None) -> FetchResult | None:
        """Fetch one thing, following up to five redirects; None when the pass has no time for it."""
        errand = errand or (Errand.PAGE if request.crawls else Errand.FEED)
        url, left, hops, asked_at = request.url, self._fetch.timeout_seconds, 0, None
        permanent, by_page, cookies = True, False, httpx.Cookies()
        while hops <= MAX_REDIRECTS:
            if request.crawls and (refused := await self._refusal(request, url)) is not None:
                return refused if isinstance(refused, FetchFailure) else None
            async with self._pacer.turn(
                url, Errand.HOP if hops else errand, grace=self._fetch.timeout_seconds if hops else 0
            ) as in_time:
                if not in_time:
                    return None if not hops else out_of_time(request, asked_at)
                asked_at, begun = self._clock(), asyncio.get_running_loop().time()
                self._on_start(host_of(url), request.key, asked_at)
                answer = await self._ask(request, url, asked_at, left, cookies)
                left -= asyncio.get_running_loop().time() - begun
            if not isinstance(answer, Redirect):
                answer = unvalidated(answer) if by_page else answer
                return self._settled(answer, url, moved_to=url if hops and permanent else None, asked_at=asked_at)
            url, hops, permanent = answer.url, hops + 1, permanent and answer.permanent
            by_page = by_page or answer.by_page
            if answer.by_page:
                request = replace(request, etag=None, last_modified=None)
        said = f"more than {MAX_REDIRECTS} redirects"
        return FetchFailure(key=request.key, reason=FetchReason.REDIRECTS, detail=said, asked_at=asked_at)

    async def _ask(
        self, request: Request, url: str, now: datetime, seconds: float, cookies: httpx.Cookies
    ) -> FetchResult | Redirect:
        """Make one request at `now`, to `url`; whatever goes wrong outside this program is a FetchFailure."""
        try:
            place = httpx.URL(url)
            asked = httpcore.Request(
                "GET", address_of(place), headers=headers_of(request, place, self._fetch.contact, cookies)
            )
            feed = table_for(request, url)
            sent = self._connections.send(asked, verify=feed.verify if feed else True)
            async with asyncio.timeout(seconds), aclosing(await sent) as response:
                answer = await result_of(request, place, response, now, self._limit)
                if isinstance(answer, Redirect):
                    keep_cookies(cookies, place, response)
                return answer
        except TimeoutError:
            said = f"timeout after {self._fetch.timeout_seconds:g} s"
            return FetchFailure(key=request.key, reason=FetchReason.TIMEOUT, detail=said)
        except EXPECTED as error:
            return failure_of(request.key, error)

    def _settled(
        self, answer: FetchResult, url: str, *, moved_to: str | None, asked_at: datetime | None
    ) -> FetchResult:
        """Add where and when it was asked; a host that says "too many requests" is parked, not only the feed."""
        host = host_of(url)
        if isinstance(answer, FetchFailure) and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = parking_time(answer.wait, self._parked.get(host))
            self._parked[host] = wait
            self._pacer.park(host, wait.total_seconds())
            self._on_park(host, wait)
            return replace(answer, wait=wait, asked_at=asked_at)
        self._parked.pop(host, None)
        if not isinstance(answer, FetchFailure):
            return replace(answer, moved_to=moved_to, asked_at=asked_at)
        return replace(answer, asked_at=asked_at)

    async def _refusal(self, request: Request, url: str) -> FetchFailure | bool | None:
        """Return why robots.txt keeps us from a page, None when it does not, True when there is no time to ask."""
        try:
            file = await self._robots(origin_of(url), request.feed)
        except httpx.InvalidURL as error:
            return failure_of(request.key, error)
        if file is None:
            return True
        if file.state is RobotsState.WAIT:
            said, wait = f"robots.txt: {file.last_error}", file.next_at - self._clock()
            return FetchFailure(key=request.key, reason=FetchReason.POSTPONED, detail=said, wait=wait)
        self._pacer.slow(host_of(url), crawl_delay(file))
        if allows(file, url):
            return None
        said = "robots.txt does not allow it"
        return FetchFailure(key=request.key, reason=FetchReason.DISALLOWED, detail=said)

    async def _robots(self, origin: str, feed: FeedTable | None) -> RobotsFile | None:
        # Not a task of its own: a page has to stand in its host's line at once, or feeds would always be before it.
        async with self._asking.setdefault(origin, asyncio.Lock()):
            known = self._files.get(origin)
            if known and known.next_at > self._clock():
                return known
            return await self._ask_robots(origin, known, feed)

    async def _ask_robots(self, origin: str, known: RobotsFile | None, feed: FeedTable | None) -> RobotsFile | None:
        request = Request(key=origin, url=f"{origin}/robots.txt", accept=TEXT_TYPES, feed=feed)
        outcome = await self.fetch(request, Errand.PAGE)
        if outcome is None:
            return None
        self._files[origin] = file = robots_file(origin, outcome, self._clock(), known)
        self._on_robots(file)
        return file


def unvalidated(answer: FetchResult) -> FetchResult:
    """Return an answer without its validators: the page that led to it would take them for its own."""
    return replace(answer, etag=None, last_modified=None) if isinstance(answer, Fetched) else answer


def address_of(url: httpx.URL) -> httpcore.URL:
    """Return an http(s) address as httpcore has it; raise UnsupportedProtocol for another."""
    if url.scheme not in PORTS:
        raise httpcore.UnsupportedProtocol
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def out_of_time(request: Request, asked_at: datetime | None) -> FetchFailure:
    """Say that an answer lay behind a redirect that there was no time to follow."""
    said = "no time left to follow its redirects"
    return FetchFailure(key=request.key, reason=FetchReason.OUT_OF_TIME, detail=said, asked_at=asked_at)


async def fetch_all(
    requests: Sequence[Request],
    fetch: FetchTable,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[FetchResult, ...]:
    """Fetch what there is time for; what there is not is simply not among the outcomes."""
    async with aclosing(connections(fetch)) as opened:
        fetcher = Fetcher(opened, fetch, Pacer(fetch, asyncio.get_running_loop().time, stopping))
        outcomes = await asyncio.gather(*map(fetcher.fetch, requests))
    return tuple(outcome for outcome in outcomes if outcome is not None)


class Visit:
    """Asks one thing after another from plain code, each host in its turn over all that is asked."""

    def __init__(self, fetch: FetchTable) -> None:
        """Ask nothing yet."""
        self._fetch = fetch

    def __enter__(self) -> Self:
        """Open the way to servers."""
        self._runner = asyncio.Runner()
        self._opened = connections(self._fetch)
        pacer = Pacer(self._fetch, self._runner.get_loop().time, lambda: False)
        self._fetcher = Fetcher(self._opened, self._fetch, pacer)
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._runner.run(self._opened.aclose())
        self._runner.close()

    def ask(self, requests: Sequence[Request]) -> list[FetchResult]:
        """Return what comes of each, in their order; what there is no time for has that as its reason."""
        outcomes = self._runner.run(self._asked(requests))
        return [outcome or out_of_time(request, None) for request, outcome in zip(requests, outcomes, strict=True)]

    async def _asked(self, requests: Sequence[Request]) -> list[FetchResult | None]:
        return list(await asyncio.gather(*map(self._fetcher.fetch, requests)))


def fetch_outcomes(
    requests: Sequence[Request],
    fetch: FetchTable,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[FetchResult, ...]:
    """Fetch from plain code, in an event loop of its own."""
    return asyncio.run(fetch_all(requests, fetch, stopping=stopping)) if requests else ()
