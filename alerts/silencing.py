"""What a silence covers, at a moment. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from alerts.follow_up_records import Silence
from alerts.rules import Rule


def silence_id(rule: str | None, starts_at: datetime, *about: str | None) -> str:
    """Name a silence by its rule, what else it is about, and its start."""
    parts = (rule or "", starts_at.isoformat(), *(part or "" for part in about))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def silenced(
    silences: Iterable[Silence], *, rule: str, official_id: str, story_id: str, now: datetime
) -> frozenset[str | None]:
    """Return the subscribers who are to hear nothing of a rule on an official in a story now; None is everyone."""
    return frozenset(
        silence.subscriber
        for silence in silences
        if silence.rule in {None, rule}
        and silence.official_id in {None, official_id}
        and silence.story_id in {None, story_id}
        and silence.starts_at <= now < silence.ends_at
    )


def is_hushed(silences: Iterable[Silence], rule: Rule, *, official_id: str, story_id: str, now: datetime) -> bool:
    """Tell whether nobody whom a rule tells is to hear of an official in a story now."""
    hushed = silenced(silences, rule=rule.name, official_id=official_id, story_id=story_id, now=now)
    return not any(hears(name, hushed) for name in rule.subscribers)


def hears(subscriber: str, hushed: frozenset[str | None]) -> bool:
    """Tell whether a subscriber is left by `silenced`."""
    return None not in hushed and subscriber not in hushed
