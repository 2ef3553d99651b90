"""What is asked of servers and what comes of it: the records between the door in and the steps of a pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to fetch; `key` is the caller's. Validators are sent exactly as they were given.

    One that `crawls` is subject to robots.txt.
    """

    key: str
    url: str
    accept: str
    etag: str | None = None
    last_modified: str | None = None
    crawls: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """Nothing came, with the reason in a line; `permanent` when asking again is no use.

    `wait` is how long the server asks to be left alone. `forget`: validators led to it, so they are worth nothing.
    `loops`: redirects lead nowhere. `disallowed` and `postponed` are robots.txt's doing: not to be read, or not before
    `wait` is over.
    """

    key: str
    reason: str
    permanent: bool = False
    status: int | None = None
    wait: timedelta | None = None
    forget: bool = False
    loops: bool = False
    disallowed: bool = False
    postponed: bool = False
    asked_at: datetime | None = None


Outcome = Fetched | NotModified | FetchFailure
