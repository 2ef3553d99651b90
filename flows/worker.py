"""What runs in a worker's process: parse one body after the other, within the time and memory it is given."""

from __future__ import annotations

import contextlib
import resource
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from extractors.feeds import parse_feed
from extractors.pages import clean_page
from extractors.records import Feed, Page, Unreadable, UnreadableReason

TOO_MUCH = Unreadable(reason=UnreadableReason.BROKEN, detail="took too much memory")
_FIRST = b"<html lang=en><h1>First</h1><p>1 May 2022</p><p>One went on. Two went on. Three went on.</p></html>"
_PARSERS = {"feed": parse_feed, "page": clean_page}


def work(pipe: int, seconds: float, headroom_bytes: int) -> None:
    """Answer until the pipe is closed. An item that takes more than `seconds` of processor time ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    # What parsers load when they are first used is not an item's to pay for.
    clean_page(_FIRST)
    limit_memory(headroom_bytes)
    with Connection(pipe) as connection, contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            kind, body, url, content_type = connection.recv()
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = parsed(kind, body, url, content_type)
            signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send(answer)


def parsed(kind: str, body: bytes, url: str, content_type: str | None) -> Feed | Page | Unreadable:
    """Parse one body; running out of memory is an answer like others."""
    try:
        answer = _PARSERS[kind](body, url=url, content_type=content_type)
    except MemoryError:
        return TOO_MUCH
    return TOO_MUCH if isinstance(answer, Unreadable) and answer.detail.endswith("MemoryError") else answer


def limit_memory(headroom_bytes: int) -> None:
    """Let the process have this much more address space than it has now, and leave no core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # no /proc, as on macOS, where the limit would not be kept either
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + headroom_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
