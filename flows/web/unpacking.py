"""Bodies out of their Content-Encoding, never more than asked for: a bomb costs no memory. Knows no network."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable

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
