"""Who is told, and when: what every `[[subscribers]]` table may hold. Each channel adds the keys of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from alerts.values import Clock, Language, Name, Table, Timezone, Wait
from extractors.text.languages import main_language

QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")

# A key, what is wrong in it and what to write instead.
Fault = tuple[str, str]


class Mode(StrEnum):
    """When a subscriber's messages leave."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    BRIEFING = "briefing"


class FirstPass(StrEnum):
    """How a subscriber gets what a new deployment's first pass finds, where that is much."""

    SUMMARY = "summary"
    EACH = "each"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily stretch of local time, over midnight when it starts later than it ends."""

    starts: time
    ends: time


def quiet_stretch(value: object) -> object:
    """Read "22:00-06:00"."""
    match = QUIET.fullmatch(value) if isinstance(value, str) else None
    if match:
        hours = [int(part) for part in match.groups()]
        return QuietHours(starts=time(hours[0], hours[1]), ends=time(hours[2], hours[3]))
    if value is None or isinstance(value, QuietHours):
        return value
    raise ValueError('write two times of day, for example "22:00-06:00"')


class Subscriber(Table):
    """Someone who is told: the keys that all have. No repr shows what the channel's own keys hold."""

    name: Name
    channel: Name = Field(description="one of those below, each with keys of its own")
    mode: Mode = Field(Mode.IMMEDIATE, description="`immediate`, `hourly`, `daily`, `briefing`")
    quiet_hours: Annotated[QuietHours | None, BeforeValidator(quiet_stretch)] = Field(
        None, description='`"22:00-06:00"`: messages wait until they end'
    )
    languages: tuple[Language, ...] = Field(
        (), description='only what articles in these languages say, `["en", "uk"]`; follow-ups come in any'
    )
    timezone: Timezone = Field("UTC", description="for quiet hours, digests, and the times shown")
    digest_at: Clock = Field(time(8), description="when daily digests and briefings leave")
    max_per_hour: int = Field(20, ge=1, description="what is over it comes in one digest")
    first_pass: FirstPass = Field(
        FirstPass.SUMMARY,
        description="`summary`: what a new deployment's first pass finds, where it would be more than five messages, "
        "comes in one; `each`: message by message",
    )
    group_wait: Wait = Field(timedelta(0), description="how long an event's first message is held for more")
    group_interval: Wait = Field(timedelta(minutes=5), description="least time between two messages on one event")

    corrections: bool = Field(False, description="whether to be told when somebody puts right whom an alert was about")

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        """Show who it is, and no address."""
        return [("name", self.name), ("channel", self.channel)]

    def reads(self, language: str | None) -> bool:
        """Tell whether articles in a language are for this subscriber; what names none is taken for English."""
        return not self.languages or main_language(language) in self.languages

    def faults(self) -> Iterator[Fault]:
        """Yield what keeps a subscriber from being reached, as far as his own keys show it and their types do not."""
        yield from ()
