"""What a page is asked with, and what every sheet has in common: a heading, a template, and a list as its main part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from warehouse.shown.listing import Listing

# Rows of a list on one page.
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What a page is asked with: names from its address, filters, the time, and the zone that days are of."""

    now: datetime
    timezone: str
    names: Mapping[str, str]
    filters: Mapping[str, str]

    def filter(self, name: str) -> str | None:
        """Return a filter's value; None where it is not set."""
        return self.filters.get(name, "").strip() or None

    def day(self, name: str) -> datetime | None:
        """Return the midnight at which a day begins; None where no day is named."""
        try:
            named = date.fromisoformat(self.filters.get(name, ""))
        except ValueError:
            return None
        return self.midnight(named)

    def midnight(self, day: date) -> datetime:
        """Return when a day begins."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def today(self) -> date:
        """Return the day it is."""
        return self.now.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def number(self) -> int:
        """Return which page of a long list is asked for, counted from 1."""
        asked = self.filters.get("page", "1")
        return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1  # noqa: PLR2004 (digits)

    @property
    def cut(self) -> dict[str, Any]:
        """Return which rows of a long list that page has, as its question takes them."""
        return {"most": MOST, "from": (self.number - 1) * MOST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a template is given; `number` is which page of its list it is."""

    template: ClassVar[str]
    heading: str
    number: int = 1

    @property
    def main(self) -> Listing[Any] | None:
        """Return the list that the page's feeds and its csv hold."""
        return next((value for each in fields(self) if isinstance(value := getattr(self, each.name), Listing)), None)

    @property
    def has_more(self) -> bool:
        """Tell whether the list may go on after this page."""
        return self.main is not None and len(self.main) == MOST
