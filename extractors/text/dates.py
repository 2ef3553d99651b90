"""Dates as feeds, pages and headers write them, read only where one reading is certain. Asks no clock.

The days that sentences name are read in `datings`; the months' names are those of `months`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from extractors.text.months import DIRECTION_MARKS, english_months, month_number, relative_day, worded_day

# An English month as prose and datelines have it. "Mar" is one before a figure or bracket: "in Mar-a-Lago" is none.
MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.|(?=,?\s[\d(]))|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)

# Hours east of Greenwich. Names that several zones share have the meaning that RFC 822 or the wires give them.
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0,
    "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2, "CAT": 2,
    "EEST": 3, "MSK": 3, "TRT": 3, "EAT": 3, "GST": 4, "MSD": 4, "PKT": 5, "IST": 5.5, "WIB": 7, "ICT": 7,
    "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "NST": -3.5, "ADT": -3, "AST": -4, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7,
    "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10, "МСК": 3,
}  # fmt: skip

_MARKS = re.compile(f"[{DIRECTION_MARKS}]")

# Before 1971 stand the zeros of other people's clocks, beyond 2199 their overflows.
_YEARS = range(1971, 2200)
_LONGEST = 100

_TIME = re.compile(
    r"(?<!\d)(\d{1,2})(?::|(?<=\d)h)(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?(?:\s*([ap])\.?m\b\.?)?(?!\d)", re.IGNORECASE
)
# What follows the time of day in German, French, Hungarian and Russian.
_CLOCK_WORD = re.compile(r"^(?:uhr|hrs?|h|óra\w*|ч(?:ас\w*)?)\b\.?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT|UT)?\s*([+\-−])(\d{1,2})(?::?(\d\d))?(?:\s*[A-Z]{1,5})?", re.IGNORECASE)
_WEEKDAY = r"(?:[^\W\d_]+(?:-[^\W\d_]+)?[.,\s]+)?"
_OF = r"[.,\s-]+(?:d[eiu]\s+|of\s+)?"
_MONTH = r"(?P<name>[^\W\d_]+)\.?"
_FORMS = (
    re.compile(r"(?P<year>\d{4})(?P<_mark>[-/.年])(?P<month>\d{1,2})(?:(?P=_mark)|月)(?P<day>\d{1,2})日?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º)?{_OF}{_MONTH}{_OF}(?P<year>\d{{4}}|\d\d)"),
    re.compile(rf"{_WEEKDAY}{_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[,\s]+(?P<year>\d{{4}})"),
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})\.?"),
    re.compile(r"(?P<year>\d{4})\.\s(?P<month>\d{1,2})\.\s(?P<day>\d{1,2})\.?"),
)
_SLASHED = re.compile(r"(?P<one>\d{1,2})/(?P<other>\d{1,2})/(?P<year>\d{4})")
_YEAR_LAST = re.compile(r"(?:(.*)\s)?(\d{4})")
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?")
_AROUND = re.compile(
    r"^[\s,]+|(?:(?<=\d)T|[\s,|/·-]|\b(?:at|um|alle|ore|à|o|в|о|об|om|kl\.?|klo|saat)|(?:\b|(?<=\s))[гр]\.)+$"
)


# Whose clock it is that a time of day without a zone is read on: that of what is being parsed as a whole.
_CLOCK: ContextVar[tzinfo] = ContextVar("_CLOCK", default=UTC)


@contextmanager
def clock_of(timezone: str | None) -> Iterator[None]:
    """Take times of day without a zone as those of an IANA time zone, not of UTC, in what is read within."""
    token = _CLOCK.set(ZoneInfo(timezone) if timezone else UTC)
    try:
        yield
    finally:
        _CLOCK.reset(token)


def parse_date(text: str | None) -> datetime | None:
    """Read a date in UTC; a time without a zone is taken as UTC or `clock_of`, a day without a time as midnight UTC.

    None where the text has no certain reading: 10/11/2020, an offset of +3000, a zone nobody knows, no year.
    """
    text = _BASIC.sub(_spread, re.sub(r"\([^()]*\)", " ", _MARKS.sub("", text or "")).strip())
    if not text or len(text) > _LONGEST:
        return None
    time = _TIME.search(text)
    before, after = (text[: time.start()], text[time.end() :]) if time else (text, "")
    after = _CLOCK_WORD.sub("", after.strip(" ,;"), count=1).strip()
    if time and not before.strip():
        # the time first: "14:30, 29 ноября 2026"
        before, after = after.lstrip("/|·- "), ""
    year_last = _YEAR_LAST.fullmatch(after)
    if year_last:
        # "Thu Jul 28 10:15:00 GMT 2022", as Unix and Java print it
        after, before = year_last[1] or "", f"{before} {year_last[2]}"
    day, zone = _day(_AROUND.sub("", before)), _zone(after)
    if day is None or zone is None:
        return None
    return _moment(day, time, zone if time or after else UTC)


def shown_date(text: str, now: datetime | None) -> datetime | None:
    """Read the date that a page shows at `now`: as `parse_date` does, or "today" or "yesterday" and a time of day.

    Those are days of the clock that times without a zone are read on. Without `now` any time tells that it is a date.
    """
    found = parse_date(text)
    time = _TIME.search(text) if found is None and len(text) <= _LONGEST else None
    words = text if time is None else f"{text[: time.start()]} {_CLOCK_WORD.sub('', text[time.end() :].strip(' ,;'))}"
    back = relative_day(words) if found is None and len(text) <= _LONGEST else None
    if back is None:
        return found
    zone = _CLOCK.get()
    day = (now or datetime(_YEARS[0], 1, 2, tzinfo=UTC)).astimezone(zone).date() - timedelta(days=back)
    return _moment((day.year, day.month, day.day), time, zone if time else UTC)


def english_month(name: str) -> int:
    """Return the number of a month that `MONTH` matches."""
    return english_months()[name.rstrip(".").casefold()]


def day_of(moment: datetime | None) -> date | None:
    """Return the day, in its own zone, of a moment that may not be known."""
    return moment.date() if moment else None


def has_time(text: str | None) -> bool:
    """Tell whether a date says the time of day."""
    return bool(text and _TIME.search(text))


def _spread(basic: re.Match[str]) -> str:
    year, month, day, hour, minute, second = basic.groups(default="00")
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}"


def _moment(day: tuple[int, int, int], time: re.Match[str] | None, zone: tzinfo) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in time.group(1, 2, 3)) if time else (0, 0, 0)
    if time and time[4]:
        hour = hour % 12 + (12 if time[4].lower() == "p" else 0)
    try:
        # A leap second is the second before it.
        return datetime(*day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> tuple[int, int, int] | None:
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        return _either_way(int(slashed["one"]), int(slashed["other"]), int(slashed["year"]))
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            parts = match.groupdict()
            month = int(parts["month"]) if "month" in parts else month_number(parts["name"])
            return _checked(_full_year(parts["year"]), month, int(parts["day"]))
    worded = worded_day(text)
    return _checked(*worded) if worded else None


def _either_way(one: int, other: int, year: int) -> tuple[int, int, int] | None:
    """Read day/month or month/day where only one of the two can be meant."""
    if one != other and max(one, other) <= 12:  # noqa: PLR2004  (months of a year)
        return None
    return _checked(year, min(one, other), max(one, other))


def _checked(year: int, month: int | None, day: int) -> tuple[int, int, int] | None:
    return (year, month, day) if month and year in _YEARS else None


def _full_year(text: str) -> int:
    # RFC 2822: two digits up to 49 are this century's.
    return int(text) if len(text) > len("99") else int(text) + (2000 if int(text) < 50 else 1900)  # noqa: PLR2004 (the pivot of RFC 2822)


def _zone(text: str) -> tzinfo | None:
    if not text:
        return _CLOCK.get()
    if text.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[text.upper()]))
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    hours, minutes = int(match[2]), int(match[3] or 0)
    if hours > 14 or minutes not in {0, 15, 30, 45}:  # noqa: PLR2004  (the farthest zone, Kiribati)
        return None
    return timezone(timedelta(hours=hours, minutes=minutes) * (1 if match[1] == "+" else -1))


def http_date(value: str | None) -> datetime | None:
    """Read the date of an HTTP header (RFC 9110, 5.6.7); None for what is none."""
    try:
        read = parsedate_to_datetime(value or "")
        read = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, IndexError):
        return None
    return read


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long Retry-After (RFC 9110, 10.2.3) asks to wait, in seconds or until a date; None for neither."""
    text = (value or "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return timedelta(seconds=int(text))
    until = http_date(text)
    return None if until is None else max(timedelta(0), until - now)
