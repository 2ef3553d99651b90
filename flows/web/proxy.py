"""An HTTP proxy on the way out, asked to connect to an address that was checked here (RFC 9110, 9.3.6: CONNECT)."""

from __future__ import annotations

import re
from base64 import b64encode

import httpcore
import httpx

# A proxy's answer to CONNECT: yes, in so many bytes at most.
ACCEPTED = re.compile(rb"HTTP/1\.[01] 2\d\d")
LONGEST_HEAD = 8_192


async def tunnel(
    stream: httpcore.AsyncNetworkStream, proxy: httpx.URL, address: str, port: int
) -> httpcore.AsyncNetworkStream:
    """Turn a connection to the proxy into one to an address; raise ConnectError when the proxy refuses."""
    try:
        await stream.write(connect_request(proxy, address, port))
        check(await head_of(stream))
    except BaseException:
        await stream.aclose()
        raise
    return stream


def check(head: bytes) -> None:
    """Raise ConnectError unless a proxy has made the connection."""
    if not ACCEPTED.match(head):
        said = "".join(filter(str.isprintable, head.partition(b"\r\n")[0][:80].decode("latin-1")))
        raise httpcore.ConnectError(f"the proxy refuses: {said}" if said else "the proxy does not answer as one")


def connect_request(proxy: httpx.URL, address: str, port: int) -> bytes:
    """Return what asks a proxy for a connection."""
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.userinfo:
        pair = f"{proxy.username}:{proxy.password}".encode()
        lines.append(f"Proxy-Authorization: Basic {b64encode(pair).decode()}")
    return "\r\n".join([*lines, "", ""]).encode()


async def head_of(stream: httpcore.AsyncNetworkStream) -> bytes:
    """Return a proxy's answer and not a byte of what follows it; nothing for what is none."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = await stream.read(1)
        if not more or len(head) > LONGEST_HEAD:
            return b""
        head += more
    return head
