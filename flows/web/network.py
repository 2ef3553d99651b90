"""Connections in and out: each to an address that was checked, the next one tried soon where one does not answer.

Feeds, pages and webhooks pass the same guard, on the address that is really used: neither a redirect nor a name server
that changes its answer can lead inside.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, zip_longest
from ssl import SSLContext
from typing import Any, TypeVar

import httpcore
import httpx

from flows.web.proxy import tunnel

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
T = TypeVar("T")

# How long one address is waited for before the next is tried beside it (RFC 8305, section 8).
NEXT_AFTER_SECONDS = 0.25
# A host's next request comes after its delay, of 5 seconds by default; servers keep a connection for as long or longer.
KEPT_SECONDS = 15.0

# All that is routed on the public internet (RFC 4291, 2.4). What stands outside leads to this machine, its network, or,
# as IPv4-compatible, IPv4-translated and NAT64 addresses, to an IPv4 address behind a gateway of that network.
OUTER = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("2000::/3"))
# Ranges that reach inside a network, or nobody, although some Pythons call them global.
INNER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
)


class ForbiddenAddress(httpcore.ConnectError, PermissionError):
    """A host that leads to a private address and is not in `allow_hosts`.

    Channels, which do not know this class, tell it from a line that is down by its being a PermissionError.
    """


def is_public(text: str) -> bool:
    """Tell whether an IP address, as text, belongs to the public internet, and what is wrapped in it too."""
    address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    inside = wrapped(address)
    if inside:
        return all(map(is_public, inside))
    inner = any(address in net for net in INNER)
    return address.is_global and any(address in net for net in OUTER) and not inner


def wrapped(address: Address) -> list[str]:
    """Return the IPv4 addresses inside a mapped, 6to4 or Teredo one, where the packet would go."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    return [str(each) for each in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if each]


class Untrusted(httpcore.ConnectError):
    """A server whose certificate nobody vouches for."""


class Guard:
    """Decides which of a host's addresses may be connected to. A host is resolved once, and all it has are checked."""

    def __init__(self, allow_hosts: Iterable[str]) -> None:
        """Exempt hosts given as "host" or "host:port"."""
        self._allowed = frozenset(host.lower() for host in allow_hosts)

    def allows(self, host: str, port: int) -> bool:
        """Tell whether the operator exempted this host."""
        shown = f"[{host}]" if ":" in host else host
        return bool({host.lower(), shown.lower(), f"{shown}:{port}".lower()} & self._allowed)

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the checked addresses of a host; raise ForbiddenAddress when one of them is private."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(
                f"cannot resolve {host}: {getattr(error, 'strerror', None) or error}"
            ) from error
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no address")
        if not self.allows(host, port) and not all(is_public(address) for address in addresses):
            raise ForbiddenAddress(f"{host} leads to a private address; if that is meant, add it to allow_hosts")
        return addresses


def by_turns(addresses: Sequence[str]) -> list[str]:
    """Return addresses with both families in turn, the first one's first: one family may be cut off as a whole."""
    first = [address for address in addresses if (":" in address) is (":" in addresses[0])]
    other = [address for address in addresses if address not in first]
    return [address for address in chain.from_iterable(zip_longest(first, other)) if address]


async def first_of(attempts: Iterable[Callable[[], Awaitable[T]]], dropped: Callable[[T], Awaitable[None]]) -> T:
    """Return what the first attempt to succeed gives; raise what the last to fail raised.

    Each begins when the one before it has failed, or has taken a while (RFC 8305). What comes too late is `dropped`.
    """
    waiting, running = list(attempts), set[asyncio.Future[T]]()
    failure: BaseException | None = None
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.ensure_future(waiting.pop(0)()))
            limit = NEXT_AFTER_SECONDS if waiting else None
            done, _ = await asyncio.wait(running, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                failure = each.exception()
                running.discard(each)
                if failure is None:
                    running |= done - {each}
                    return each.result()
    finally:
        for each in running:
            each.cancel()
        for late in await asyncio.gather(*running, return_exceptions=True):
            if not isinstance(late, BaseException):
                await dropped(late)
    raise failure or httpcore.ConnectError("no address")


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to one of the addresses that were checked: the first that answers."""

    def __init__(self, allow_hosts: Iterable[str], *, at_once: int, proxy: str | None = None) -> None:
        """Exempt hosts given as "host" or "host:port", and resolve so many names at once; go by an HTTP proxy.

        The event loop's own threads are few: a name server that does not answer would hold up all hosts with them.
        """
        self._guard = Guard(allow_hosts)
        self._inner = httpcore.AnyIOBackend()
        self._proxy = httpx.URL(proxy) if proxy else None
        self._resolvers = ThreadPoolExecutor(at_once, thread_name_prefix="resolver")

    def close(self) -> None:
        """Wait for no name server any more."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect; the whole of it may take `timeout` seconds."""

        async def connected(address: str) -> httpcore.AsyncNetworkStream:
            try:
                # What is exempt from the guard is inside, where no proxy leads.
                if self._proxy and not self._guard.allows(host, port):
                    stream = await self._inner.connect_tcp(self._proxy.host, self._proxy.port or 80)
                    return await tunnel(stream, self._proxy, address, port)
                return await self._inner.connect_tcp(address, port, None, local_address, socket_options)
            except httpcore.ConnectError as error:
                raise without_address(error) from error

        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                addresses = await loop.run_in_executor(self._resolvers, self._guard.addresses, host, port)
                attempts = [lambda address=address: connected(address) for address in by_turns(addresses)]
                return GuardedStream(await first_of(attempts, httpcore.AsyncNetworkStream.aclose))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} did not answer") from error


def without_address(error: httpcore.ConnectError) -> httpcore.ConnectError:
    """Return an error that says what was wrong, not with which address, which the system's own words name."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno:
            return httpcore.ConnectError(os.strerror(cause.errno))
        cause = cause.__cause__ or cause.__context__
    return error


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that is closed whatever ends its TLS handshake: a server that stalls there holds no descriptor."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        """Take over an open connection."""
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's)
        """Return what comes next; nothing at the end."""
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's)
        """Send."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Hang up."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's)
    ) -> httpcore.AsyncNetworkStream:
        """Go on over TLS, with who can prove to be `server_hostname`."""
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException as error:
            await self._inner.aclose()
            if is_untrusted(error):
                raise Untrusted(str(error)) from error
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore wants to know."""
        return self._inner.get_extra_info(info)


def is_untrusted(error: BaseException | None) -> bool:
    """Tell whether a TLS handshake ended at the server's certificate."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def trust(verify: bool | str) -> SSLContext:
    """Return who is believed: who the system's authorities vouch for, those of a file, or anybody."""
    if verify is True:
        return httpx.create_ssl_context()
    try:
        context = ssl.create_default_context(cafile=verify or None)
    except OSError as error:
        raise Untrusted(f"verify: {verify}: {error.strerror or 'no certificate is in it'}") from None
    if verify is False:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Connections:
    """Connections to many hosts, kept for a while; so many in use at once. It knows no cookie or redirect."""

    def __init__(self, allow_hosts: Iterable[str], *, at_once: int, proxy: str | None = None) -> None:
        """Exempt hosts given as "host" or "host:port"; go by an HTTP proxy to all others."""
        self._backend = GuardedBackend(allow_hosts, at_once=at_once, proxy=proxy)
        self._at_once = at_once
        self._pools: dict[bool | str, httpcore.AsyncConnectionPool] = {}

    def _pool(self, verify: bool | str) -> httpcore.AsyncConnectionPool:
        """Return the connections to servers that prove who they are in this way; raise Untrusted for no such file."""
        if verify not in self._pools:
            self._pools[verify] = httpcore.AsyncConnectionPool(
                ssl_context=trust(verify),
                max_connections=2 * self._at_once,
                keepalive_expiry=KEPT_SECONDS,
                network_backend=self._backend,
            )
        return self._pools[verify]

    async def send(self, request: httpcore.Request, *, verify: bool | str = True) -> httpcore.Response:
        """Send a request and return the answer, its body still to come; close it. Raises httpcore's errors.

        `verify` False takes any certificate, a path names the file of those that vouch for it.

        Where a kept connection turns out to have ended meanwhile, a GET goes over another; what was posted may have
        been taken all the same, and whether to post it again is not ours to say (RFC 9110, 9.2.2).
        """
        fresh = False

        async def note(event: str, _info: object) -> None:
            nonlocal fresh
            fresh = fresh or event == "connection.connect_tcp.started"

        request.extensions = {**request.extensions, "trace": note}
        while True:
            try:
                return await self._pool(verify).handle_async_request(request)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                if fresh or request.method != b"GET":
                    raise

    async def aclose(self) -> None:
        """Close them all."""
        self._backend.close()
        for pool in self._pools.values():
            await pool.aclose()


class GuardedTransport(httpx.BaseTransport):
    """Lets httpx's plain client, in any thread, send over guarded connections; these live in a thread of their own."""

    def __init__(self, allow_hosts: Iterable[str], *, at_once: int, seconds: float, proxy: str | None = None) -> None:
        """Exempt hosts given as "host" or "host:port"; give a request so many seconds up to its answer's last byte."""
        self._connections = Connections(allow_hosts, at_once=at_once, proxy=proxy)
        self._seconds = seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="posting", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], ends: float | None = None) -> T:
        """Do something where the connections are; raise httpcore's errors as httpx's of the same name.

        What is not done when the loop's clock shows `ends` is a ReadTimeout: each read of an answer that drips is in
        time.
        """

        async def in_time() -> T:
            try:
                async with asyncio.timeout_at(ends):
                    return await work
            except TimeoutError as error:
                raise httpcore.ReadTimeout("not answered in time") from error

        with as_httpx():
            return asyncio.run_coroutine_threadsafe(in_time(), self._loop).result()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body is still to come."""
        url = request.url
        place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method, place, headers=request.headers.raw, content=request.read(), extensions=request.extensions
        )
        ends = self._loop.time() + self._seconds
        answer = self.run(self._connections.send(asked), ends)
        return httpx.Response(answer.status, headers=answer.headers, stream=Body(self, answer, ends))

    def close(self) -> None:
        """Close the connections."""
        self.run(self._connections.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Body(httpx.SyncByteStream):
    """An answer's body, chunk by chunk."""

    def __init__(self, transport: GuardedTransport, answer: httpcore.Response, ends: float) -> None:
        """Read what comes over this transport, until its clock shows `ends`."""
        self._transport, self._answer, self._ends = transport, answer, ends

    def __iter__(self) -> Iterator[bytes]:
        """Yield it as it comes, nothing unpacked."""
        chunks = self._answer.aiter_stream()

        async def following() -> bytes:
            return await anext(chunks, b"")

        while chunk := self._transport.run(following(), self._ends):
            yield chunk

    def close(self) -> None:
        """Read no further."""
        self._transport.run(self._answer.aclose())


@contextmanager
def as_httpx() -> Iterator[None]:
    """Raise httpcore's errors as httpx's of the same name, as httpx's own transports do."""
    try:
        yield
    except Exception as error:
        for kind in type(error).__mro__:
            if kind.__module__ == "httpcore" and hasattr(httpx, kind.__name__):
                raise getattr(httpx, kind.__name__)(str(error)) from error
        raise
