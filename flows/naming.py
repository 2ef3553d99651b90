"""What topics, sides and stances are called where people read of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What an official does who has taken a stance, after a name.
STANCES: Mapping[str, str] = {
    "accept": "accepts",
    "offer": "offers",
    "demand": "demands",
    "condition": "sets conditions",
    "reject": "rejects",
    "threaten": "threatens",
}
# Words that sides and topics are written with otherwise than they are named.
_CALLED = {word: word.upper() for word in ("us", "eu", "un", "nato", "uk", "iaea")} | {"istanbul": "Istanbul"}


def called(name: str) -> str:
    """Return a topic, side or party as people write it."""
    return " ".join(_CALLED.get(word, word) for word in re.split("[-_ ]", name))


def headed(name: str) -> str:
    """Return a topic as it stands at the head of something."""
    return called(name)[:1].upper() + called(name)[1:]


def side(name: str) -> str:
    """Return a side as people write it; "other" tells a reader nothing."""
    return "" if name == "other" else headed(name)


def stance(name: str | None) -> str:
    """Return what somebody does who has this stance; the other stances are no positions, and stand as they are."""
    return STANCES.get(name or "", (name or "").replace("_", " "))
