"""Dates as HTTP headers have them (RFC 9110, 5.6.7). What feeds and pages write is another matter."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(value: str | None) -> datetime | None:
    """Read a date of a header; None for what is none."""
    try:
        read = parsedate_to_datetime(value or "")
        read = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, IndexError):
        return None
    return read
