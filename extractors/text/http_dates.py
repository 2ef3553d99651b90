"""Dates and waits as HTTP headers have them (RFC 9110, 5.6.7 and 10.2.3). What feeds write is another matter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def http_date(value: str | None) -> datetime | None:
    """Read a date of a header; None for what is none."""
    try:
        read = parsedate_to_datetime(value or "")
        read = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, IndexError):
        return None
    return read


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long Retry-After asks to wait, in seconds or until a date; None when it says nothing readable."""
    text = (value or "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return timedelta(seconds=int(text))
    until = http_date(text)
    return None if until is None else max(timedelta(0), until - now)
