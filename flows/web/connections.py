"""Connections in: each to an address that was checked, for one request, then closed. Judges nothing that comes."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cached_property

import httpcore
import httpx

from flows.web.addresses import Guard

Headers = Sequence[tuple[bytes, bytes]]
PORTS = {"http": 80, "https": 443}


class Connections:
    """Sends requests, each over a connection of its own: a host is asked again after seconds, when servers hang up.

    httpx's client does much more than that, and takes three times as long. It sends no cookie, knows no proxy, follows
    no redirect, and its own limits of time are none: the caller's counts.
    """

    def __init__(self, allow_hosts: Iterable[str], *, headers: Headers = (), at_once: int = 8) -> None:
        """Exempt hosts given as "host" or "host:port", send `headers` each time, and resolve so many names at once.

        The event loop's own threads are few: a name server that does not answer would hold up all hosts with them.
        """
        self._headers = [(b"Connection", b"close"), *headers]
        self._guard = Guard(allow_hosts)
        self._resolvers = ThreadPoolExecutor(at_once, thread_name_prefix="resolver")

    def close(self) -> None:
        """Wait for no name server any more."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Return whose certificates count; they take a while to load, and only https needs them."""
        trust = httpx.create_ssl_context()
        trust.set_alpn_protocols(["http/1.1"])
        return trust

    @asynccontextmanager
    async def answer(self, url: httpx.URL, headers: Headers) -> AsyncIterator[httpcore.Response]:
        """Ask for an http(s) address; yield the answer, its body still to come. Raises httpcore's errors."""
        if url.scheme not in PORTS:
            raise httpcore.UnsupportedProtocol
        port = url.port or PORTS[url.scheme]
        place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)
        stream = await self._connected(url, port)
        async with httpcore.AsyncHTTP11Connection(place.origin, stream) as connection:
            sent = [(b"Host", url.netloc), *self._headers, *headers]
            yield await connection.handle_async_request(httpcore.Request("GET", place, headers=sent))

    async def _connected(self, url: httpx.URL, port: int) -> Stream:
        """Connect to the first checked address that answers.

        So neither a redirect nor a name server that changes its answer can lead inside.
        """
        host = url.raw_host.decode("ascii")
        trust, name = (self._trust, host) if url.scheme == "https" else (None, None)
        loop, reason = asyncio.get_running_loop(), f"{host} has no address"
        for address in await loop.run_in_executor(self._resolvers, self._guard.addresses, host, port):
            try:
                return Stream(*await asyncio.open_connection(address, port, ssl=trust, server_hostname=name))
            except ssl.SSLError as error:
                raise httpcore.ConnectError(str(error)) from error
            except OSError as error:
                # The error's own words name the address.
                reason = os.strerror(error.errno) if error.errno else str(error)
        raise httpcore.ConnectError(reason)


class Stream(httpcore.AsyncNetworkStream):
    """A connection as httpcore reads and writes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over an open connection."""
        self._reader, self._writer = reader, writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 (httpcore's)
        """Return what comes next; nothing at the end."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 (httpcore's)
        """Send a request, which is smaller than any buffer; what goes wrong is met when its answer is read."""
        self._writer.write(buffer)

    async def aclose(self) -> None:
        """Hang up at once, without a farewell that the server would have to answer."""
        self._writer.transport.abort()
