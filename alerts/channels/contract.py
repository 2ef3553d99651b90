"""What a channel is: a class with its settings, their checks and how it sends. Knows none of them by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

import httpx

from alerts.message_records import Letter, Receipt
from alerts.subscribers import Fault, Subscriber
from alerts.values import Table, is_open
from extractors.text.urls import is_http_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What channels work with: the clock, and a guarded web client without proxies or redirects.

    One answer of a server may take `timeout` seconds, a whole delivery `seconds`: what takes longer is tried again
    later. A channel that speaks HTTP uses `web` and nothing else, so that no message leaves for a private address.
    """

    now: Callable[[], datetime]
    web: httpx.Client
    timeout: float = 20.0
    seconds: float = 60.0


S = TypeVar("S", bound=Subscriber)
T = TypeVar("T", bound=Table)


class Channel(ABC, Generic[S, T]):
    """A way out. What fails is a receipt, never an exception, and no receipt or repr holds an address or a secret.

    `subscriber` is the model of its `[[subscribers]]` tables, `table` that of `[channels.NAME]`. Their fields are the
    keys, each with its description, which stands in docs/configuration.md. All who are told by a `shared` channel use
    one server: what is wrong with it is wrong for all of them. What one subscriber of a channel that is `read_by_many`
    gets is read by others too. `seconds_between` is the least time between two messages that the service behind it
    wants.
    """

    subscriber: ClassVar[type[Subscriber]]
    table: ClassVar[type[Table]] = Table
    shared: ClassVar[bool] = False
    read_by_many: ClassVar[bool] = False
    seconds_between: ClassVar[float] = 0.0

    def __init__(self, table: T, equipment: Equipment) -> None:
        """Keep the settings and what to work with; nothing is connected yet."""
        self._table = table
        self._equipment = equipment

    def __repr__(self) -> str:
        """Name the channel only."""
        return f"{type(self).__name__}()"

    def stop_address(self, subscriber: S) -> str | None:  # noqa: ARG002 (most channels have none)
        """Return where a reader can stop his messages, an address of the web or of mail; None where nowhere."""
        return None

    def server(self, subscriber: S) -> tuple[str, int] | None:  # noqa: ARG002 (not every channel knows)
        """Return where it connects to, host and port; None where it does not know."""
        return None

    @abstractmethod
    def send(self, letter: Letter, subscriber: S) -> Receipt:
        """Send the letter, and say what became of it."""


def server_of(url: str) -> tuple[str, int] | None:
    """Return the host and port of a web address; None where it has none."""
    parts = urlsplit(url)
    return (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)) if parts.hostname else None


def url_faults(key: str, url: str | None) -> Iterator[Fault]:
    """Find what is wrong with a web address."""
    if not url:
        yield key, f"needs {key}"
    elif not is_open(url) and not is_http_url(url):
        yield key, f"{key} is no http(s) address"
