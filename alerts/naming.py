"""What topics, sides and stances are called where people read of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from alerts.wording import counted

# What an official does who has taken a stance, after a name.
STANCES: Mapping[str, str] = {
    "accept": "accepts",
    "offer": "offers",
    "demand": "demands",
    "condition": "sets conditions",
    "reject": "rejects",
    "threaten": "threatens",
}
# What he does in words that are no position.
_OTHERS: Mapping[str, str] = {"deny": "denies", "doubt": "doubts"}
# A topic whose id is no words for people; words that sides and topics are written with otherwise than they are named.
_TOPICS = {"prisoner-child-exchange": "prisoners and children"}
_CALLED = {word: word.upper() for word in ("us", "eu", "un", "nato", "uk", "iaea")} | {"istanbul": "Istanbul"}
_NEWS_DAYS, _MONTH, _YEAR = 30, 30.4, 365  # so old is what stood before a change that goes without saying


def called(name: str) -> str:
    """Return a topic, side or party as people write it."""
    return _TOPICS.get(name) or " ".join(_CALLED.get(word, word) for word in re.split("[-_ ]", name))


def headed(name: str) -> str:
    """Return a topic as it stands at the head of something."""
    return called(name)[:1].upper() + called(name)[1:]


def side(name: str) -> str:
    """Return a side as people write it; "other" tells a reader nothing."""
    return "" if name == "other" else headed(name)


def stance(name: str | None) -> str:
    """Return what somebody does who has this stance."""
    return STANCES.get(name or "") or _OTHERS.get(name or "", (name or "").replace("_", " "))


def after(before: datetime, now: datetime) -> str:
    """Return how long after something else another came, "after 4 months"; empty where that is no more than a month."""
    days = (now - before).days
    if days <= _NEWS_DAYS:
        return ""
    return f"after {counted(round(days / _MONTH), 'month') if days < 2 * _YEAR else counted(days // _YEAR, 'year')}"
