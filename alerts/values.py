"""How values are written in `talkwatch.toml`: pydantic types for its keys, and the table that all its tables are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from extractors.text.languages import code_meant, is_code
from extractors.text.urls import is_http_url

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"(\d{1,6})([smhd])")
LONGEST = timedelta(days=36_500)
SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
SIZE = re.compile(r"(\d{1,6}) ?(MB|GB|TB)")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Table(BaseModel):
    """A table of the file: unknown keys are mistakes, and no error or repr shows a value, which may be a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show nothing."""
        return []


def is_open(value: str | None) -> bool:
    """Tell whether a value still holds a placeholder, because this command may not send."""
    return bool(value and PLACEHOLDER.search(value))


def duration(value: object) -> object:
    """Read "90s", "5m", "6h" or "2d"."""
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match:
        return short_enough(timedelta(**{UNITS[match[2]]: int(match[1])}))
    if isinstance(value, timedelta):
        return value
    raise ValueError('write a whole number and s, m, h or d, for example "10m"')


def short_enough(value: timedelta) -> timedelta:
    """Refuse a duration with which no date can be reckoned."""
    if value > LONGEST:
        raise ValueError(f'write at most "{LONGEST.days}d"')
    return value


def optional_duration(value: object) -> object:
    """Read a duration, or "none" for no limit."""
    return None if value is None or value == "none" else duration(value)


def size(value: object) -> object:
    """Read "500MB" or "5GB" as bytes."""
    match = SIZE.fullmatch(value) if isinstance(value, str) else None
    if match:
        return int(match[1]) * SIZES[match[2]]
    raise ValueError('write a whole number and MB, GB or TB, for example "5GB"')


def listed(value: object) -> object:
    """Take one name for a list of it: `officials = "any"`."""
    return (value,) if isinstance(value, str) else value


def clock(value: object) -> object:
    """Read "08:00"."""
    match = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match:
        return time(int(match[1]), int(match[2]))
    if isinstance(value, time):
        return value
    raise ValueError('write a time of day, for example "08:00"')


def known_timezone(value: str) -> str:
    """Accept a name of the time zone database."""
    if value in available_timezones():
        return value
    raise ValueError('write a name of the time zone database, for example "Europe/Kyiv"')


def web_address(value: str) -> str:
    """Accept an absolute http(s) URL."""
    if is_http_url(value):
        return value
    raise ValueError('write an absolute address, for example "https://outlet.example/rss.xml"')


def one_line(value: str) -> str:
    """Accept text that can stand in a header and on a terminal: printable, on one line, not blank."""
    if value.strip() and value.isprintable():
        return value
    raise ValueError("write a name of printable characters on one line")


def language_code(value: str) -> str:
    """Accept a language of ISO 639-1."""
    if is_code(value):
        return value
    raise ValueError(f'write languages in two small letters, for example "{code_meant(value) or "en"}"')


def once_filled(check: Callable[[str], str]) -> AfterValidator:
    """Return a check that waits until a value's placeholders are filled."""
    return AfterValidator(lambda value: value if is_open(value) else check(value))


Duration = Annotated[timedelta, BeforeValidator(duration), Field(gt=timedelta(0))]
Wait = Annotated[timedelta, BeforeValidator(duration)]
OptionalDuration = Annotated[timedelta | None, BeforeValidator(optional_duration)]
Size = Annotated[int, BeforeValidator(size)]
Clock = Annotated[time, BeforeValidator(clock)]
Timezone = Annotated[str, AfterValidator(known_timezone)]
WebAddress = Annotated[str, once_filled(web_address)]
Name = Annotated[str, AfterValidator(one_line)]
Language = Annotated[str, AfterValidator(language_code)]
Phrases = Annotated[tuple[Name, ...], Field(min_length=1)]
