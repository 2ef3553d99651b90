"""The publishers of benchmarks/acquire.py, in a process of their own: each feed on a loopback address of its own.

Answers after 30 ms, with an ETag, and 304 to who sends it back. Prints its port; ends with its standard input.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from html import escape
from pathlib import Path

from extractors.records import Feed, Unreadable
from extractors.syndication.feeds import parse_feed

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "feeds"
LATENCY_SECONDS = 0.03


def bodies() -> list[bytes]:
    """Return real feeds where they are, else feeds made of the seed articles."""
    if CORPUS.is_dir():
        found = [path.read_bytes() for path in sorted(CORPUS.iterdir()) if path.suffix not in {".jsonl", ".html"}]
        return [body for body in found if comes_to_rest(parse_feed(body))]
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    return [made(texts, copies) for copies in range(1, 6)]


def comes_to_rest(feed: Feed | Unreadable) -> bool:
    """Tell whether a feed is asked in each pass, and only whether it changed; a broken one is asked for in full."""
    return isinstance(feed, Feed) and bool(feed.entries) and not (feed.skip_hours or feed.skip_days)


def made(texts: list[str], copies: int) -> bytes:
    """Return an RSS feed with each text so many times, as full-text feeds have it."""
    items = "".join(
        f"<item><title>{escape(text[:80])}</title><link>https://herald.example/{copy}/{place}</link>"
        f"<guid>{copy}-{place}</guid><description>{escape(text)}</description></item>"
        for copy in range(copies)
        for place, text in enumerate(texts)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>".encode()


class Publisher(asyncio.Protocol):
    """One connection: reads requests, answers each a little later."""

    def __init__(self, feeds: list[tuple[bytes, bytes]]) -> None:
        """Serve these feeds, (body, ETag) each."""
        self._feeds, self._received = feeds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            asyncio.get_running_loop().call_later(LATENCY_SECONDS, self._answer, request)

    def _answer(self, request: bytes) -> None:
        path = request.split(b" ", 2)[1]
        if b"/robots.txt" in path:
            self._transport.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            return
        body, etag = self._feeds[int(path.rpartition(b"/")[2] or 0) % len(self._feeds)]
        if etag in request:
            self._transport.write(b"HTTP/1.1 304 Same\r\nETag: " + etag + b"\r\n\r\n")
        else:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % (etag, len(body)) + body)


async def serve() -> None:
    """Listen on every loopback address until standard input ends."""
    feeds = [(body, b'"' + hashlib.sha256(body).hexdigest()[:16].encode() + b'"') for body in bodies()]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Publisher(feeds), "0.0.0.0", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
