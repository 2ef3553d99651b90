"""Letters through Apprise to any service it knows, as plain text. Its addresses hold secrets and are never shown."""

from __future__ import annotations

import importlib
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from pydantic import Field

from alerts.channels.contract import Channel, Equipment
from alerts.channels.posting import Answer, quiet, receipt_of
from alerts.message_records import Blocked, Letter, Receipt, Sent, TryLater
from alerts.subscribers import Fault, Subscriber
from alerts.values import Table
from alerts.wording import cut

# Apprise says only whether it went well; the status stands in its log, as `error=404`.
_STATUS = re.compile(r"error=(\d{3})\b")
# What services read as a mention of everybody, a link of its own making, or markup: told apart from our text by a
# character of no width, which leaves the words as they are.
_MARKUP = re.compile(r"<(?=[!@#/\w])|@(?=\w)|\](?=\()")
_NO_WIDTH = "\u200b"
_ROOM = 8  # for what Apprise puts between title and body where a service knows no title


class AppriseSubscriber(Subscriber):
    """Someone who is told through a service that Apprise knows."""

    url: str = Field(description="what Apprise is given; usually a secret", examples=["ntfy://topic"])

    def faults(self) -> Iterator[Fault]:
        """Find that Apprise is not installed, or given nothing."""
        if not self.url:
            yield "url", 'needs url, as Apprise writes it, for example "ntfy://topic"'
        if find_spec("apprise") is None:
            yield "channel", "is told through Apprise, which is not installed; install talkwatch[apprise]"


class Apprise(Channel[AppriseSubscriber, Table]):
    """The channel `apprise`."""

    subscriber = AppriseSubscriber
    seconds_between = 1.0

    def __init__(self, table: Table, equipment: Equipment) -> None:
        """Load Apprise, which only those who use it need; raise ImportError when it is not installed."""
        super().__init__(table, equipment)
        with warnings.catch_warnings():
            # At its first address it loads every service, one of which looks for a module that newer Pythons lack.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._library: Any = importlib.import_module("apprise")
            self._asset = self._library.AppriseAsset(app_id="Talkwatch", app_desc="Talkwatch", async_mode=False)
            self._library.Apprise.instantiate("json://localhost", asset=self._asset)

    def send(self, letter: Letter, subscriber: AppriseSubscriber) -> Receipt:
        """Hand the letter's text to the service that the address names."""
        with _listening() as heard, quiet("urllib3.connectionpool", "urllib3.util.retry", "requests"):
            service = self._library.Apprise.instantiate(subscriber.url, asset=self._asset)
            if not service:
                return Blocked(error="the address is none that Apprise knows")
            title = plain(letter.line)[: service.title_maxlen or None]
            room = service.body_maxlen - len(title) - _ROOM
            body = cut(plain(letter.text), room)
            taken = self._notify(service, title, body)
        return _receipt(taken, heard)

    def _notify(self, service: Any, title: str, body: str) -> bool:
        """Send, taking whatever one of a hundred services raises for a failure."""
        try:
            return bool(service.notify(body=body, title=title, body_format=self._library.NotifyFormat.TEXT))
        except Exception:  # noqa: BLE001 (each service is somebody else's code; its errors may hold the address)
            return False


def plain(text: str) -> str:
    """Return `text` so that no service reads a mention, a link or a tag in it."""
    return _MARKUP.sub(lambda match: match[0] + _NO_WIDTH, text)


def _receipt(taken: bool, heard: list[int]) -> Receipt:
    if taken:
        return Sent()
    if not heard:
        return TryLater(error="the service did not take it", channel=True)
    return receipt_of(Answer(status=heard[-1], after=None, body=b""))


@contextmanager
def _listening() -> Iterator[list[int]]:
    """Hear the statuses in Apprise's log of this thread; keep its lines, which show addresses, from being written."""
    heard: list[int] = []
    thread = threading.get_ident()

    def hear(record: logging.LogRecord) -> bool:
        if record.thread != thread:
            return True
        heard.extend(int(status) for status in _STATUS.findall(record.getMessage()))
        return False

    logger = logging.getLogger("apprise")
    logger.addFilter(hear)
    try:
        yield heard
    finally:
        logger.removeFilter(hear)
