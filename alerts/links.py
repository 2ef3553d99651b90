"""Links in messages that do one deed for one subscriber: what each means, signed, and read again. Pure.

A link tells all that its page shows, so that nothing has to be looked up for who holds it; whose signature does not fit
is told nothing at all.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from alerts.message_records import Message, Notice

# So long a link works.
GOOD_FOR = timedelta(days=30)
_CHARS = 4000  # of a link at most


class What(StrEnum):
    """What a link is for."""

    RIGHT = "right"
    WRONG = "wrong"
    MUTE = "mute"
    STOP = "stop"


class About(StrEnum):
    """What is muted: the alert's story, its official whatever the rule, or its rule."""

    STORY = "story"
    PERSON = "person"
    RULE = "rule"


SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A deed as a message offers it, to one subscriber; one that stops messages is about no alert.

    `shared` is whether more than one person reads what he gets: a channel of Slack.
    """

    what: What
    subscriber: str
    message_id: str
    made_at: datetime
    alert_id: str = ""
    rule: str = ""
    official_id: str = ""
    official: str = ""
    story_id: str = ""
    shared: bool = False

    @property
    def is_over(self) -> datetime:
        """Return from when on it does nothing."""
        return self.made_at + GOOD_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDeed:
    """What somebody did by a link, when; of a mute what he muted, and for how long."""

    link: Link
    at: datetime
    about: About | None = None
    span: str = ""


def signed(link: Link, key: bytes) -> str:
    """Return a link as it stands in an address."""
    said = json.dumps(_packed(link), ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(said)}.{_text(_mac(said, key))}"


def read(token: str, key: bytes) -> Link | None:
    """Return the link that an address holds; None for one that was not signed with this key."""
    said, _, mac = token.partition(".")
    if len(token) > _CHARS or not token.isascii():
        return None
    try:
        words, given = _bytes(said), _bytes(mac)
    except (ValueError, binascii.Error):
        return None
    # The signature as it is written too: base 64 has several spellings of the same bytes.
    if not hmac.compare_digest(_mac(words, key), given) or f"{_text(words)}.{_text(given)}" != token:
        return None
    return _unpacked(json.loads(words))


def links_for(
    message: Message, notice: Notice, key: bytes, now: datetime, *, shared: bool
) -> Iterator[tuple[str, str]]:
    """Yield what a reader can say of an alert, each as it is called with the link as it stands in an address."""
    alert = notice.alert
    link = Link(
        what=What.RIGHT,
        subscriber=message.subscriber,
        message_id=message.message_id,
        made_at=now.replace(microsecond=0),
        alert_id=alert.alert_id,
        rule=alert.rule,
        official_id=alert.official_id,
        official=alert.official,
        story_id=alert.story_id,
        shared=shared,
    )
    for what in (What.RIGHT, What.WRONG, What.MUTE):
        yield what, signed(replace(link, what=what), key)


def stop_link(message: Message, key: bytes, now: datetime, *, shared: bool) -> str:
    """Return the link that stops a subscriber's messages, as it stands in an address."""
    link = Link(
        what=What.STOP,
        subscriber=message.subscriber,
        message_id=message.message_id,
        made_at=now.replace(microsecond=0),
        shared=shared,
    )
    return signed(link, key)


def written(deed: LinkDeed) -> str:
    """Return a deed as a line of JSON."""
    said = {**asdict(deed), "link": _packed(deed.link), "at": deed.at.isoformat()}
    return json.dumps(said, ensure_ascii=False)


def deed_in(text: str) -> LinkDeed:
    """Return the deed that a line of JSON holds; raise ValueError, KeyError or TypeError for one that holds none."""
    said = json.loads(text)
    about = About(said["about"]) if said["about"] else None
    return LinkDeed(
        link=_unpacked(said["link"]), at=datetime.fromisoformat(said["at"]), about=about, span=str(said["span"])
    )


def _packed(link: Link) -> list[object]:
    return [str(link.what), *(getattr(link, name) for name in _TEXTS), int(link.made_at.timestamp()), int(link.shared)]


def _unpacked(said: list[object]) -> Link:
    what, *texts, made_at, shared = said
    words = dict(zip(_TEXTS, map(str, texts), strict=True))
    moment = datetime.fromtimestamp(int(str(made_at)), UTC)
    return Link(what=What(str(what)), made_at=moment, shared=bool(shared), **words)


_TEXTS = tuple(each.name for each in fields(Link) if each.name not in {"what", "made_at", "shared"})


def _mac(said: bytes, key: bytes) -> bytes:
    return hmac.new(key, said, sha256).digest()


def _text(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
