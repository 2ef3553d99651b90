"""What runs where hostile bytes are parsed: one after the other, within the time and memory that each is given."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

from extractors.html.pages import clean_page
from extractors.records import Unreadable, UnreadableReason
from extractors.syndication.discovery import announced_feeds
from extractors.syndication.feeds import parse_feed
from extractors.syndication.sitemaps import read_sitemap
from extractors.text.plaintext import clean_text, decode_text
from flows.processes.limits import limit_memory, limit_time

# How long a process whose pipe was closed may take to end by itself.
_GRACE_SECONDS = 0.1
TOO_MUCH = Unreadable(reason=UnreadableReason.BROKEN, detail="took too much memory")
_FIRST = b"<html lang=en><h1>First</h1><p>1 May 2022</p><p>One went on. Two went on. Three went on.</p></html>"


def clean_file(body: bytes, **_: object) -> object:
    """Read a text file, or say that it is none."""
    text = decode_text(body)
    return clean_text(text) if text is not None else Unreadable(reason=UnreadableReason.NOT_TEXT, detail="no text")


_PARSERS: dict[str, Callable[..., object]] = {
    "feed": parse_feed,
    "page": clean_page,
    "text": clean_file,
    "sitemap": read_sitemap,
    "links": announced_feeds,
}


def breed(control: int, seconds: float, headroom_bytes: int) -> None:
    """Load what parsers need, then fork a worker for each pipe that is handed over, and end those that are named."""
    # What parsers load when they are first used is not an item's to pay for, and is shared by all.
    clean_page(_FIRST)
    clean_page(_FIRST.replace(b" lang=en", b""))
    gc.collect()
    gc.freeze()
    with Connection(control) as orders, contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            pid = orders.recv()
            orders.send(ended(pid) if pid else forked(orders, seconds, headroom_bytes))


def forked(orders: Connection, seconds: float, headroom_bytes: int) -> int:
    """Return the id of a new process, which works at the pipe that is handed over."""
    pipe = recv_handle(orders)
    pid = os.fork()
    if pid:
        os.close(pipe)
        return pid
    try:
        os.close(orders.fileno())
        limit_memory(headroom_bytes)
        work(pipe, seconds)
    finally:
        os._exit(0)


def ended(pid: int) -> int:
    """Let a process end, end it if it does not, and return how it ended."""
    patience = time.monotonic() + _GRACE_SECONDS
    while time.monotonic() < patience:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_GRACE_SECONDS / 50)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work(pipe: int, seconds: float) -> None:
    """Answer until the pipe is closed. An item that takes more than `seconds` of processor time ends the process."""
    with Connection(pipe) as connection, contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            kind, body, url, content_type = connection.recv()
            with limit_time(seconds):
                answer = parsed(kind, body, url, content_type)
            connection.send(answer)


def parsed(kind: str, body: bytes, url: str, content_type: str | None) -> object:
    """Parse one body; running out of memory is an answer like others."""
    try:
        answer = _PARSERS[kind](body, url=url, content_type=content_type)
    except MemoryError:
        return TOO_MUCH
    return TOO_MUCH if isinstance(answer, Unreadable) and answer.detail.endswith("MemoryError") else answer
