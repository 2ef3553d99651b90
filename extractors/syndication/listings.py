"""What is wrong with how a feed lists its entries, though it can be read. Looks at the feed alone, at a time given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from extractors.records import Entry, Feed
from extractors.text.urls import hides_target, is_http_url, page_key


class ListingFault(Enum):
    """What is wrong: what is decided on. People are told the fault's words."""

    BYTES = "broken"
    NO_LINKS = "nothing leads anywhere"
    ONE_GUID = "one guid for all"
    ONE_LINK = "one link for all"
    HIDDEN = "links that hide where they lead"
    AHEAD = "dates to come"


# Clocks differ by so much; more is another time zone's, or a wrong one.
_CLOCKS_APART = timedelta(minutes=10)
_SEVERAL = 2
# Of so many entries one name for all is no chance.
_ALL = 3
_TWO_DAYS = 48


def listing_faults(feed: Feed, now: datetime) -> dict[ListingFault, str]:
    """Return what is wrong with a feed's bytes and with its entries, each with words for people."""
    entries = feed.entries
    found = {
        ListingFault.BYTES: feed.problem,
        ListingFault.NO_LINKS: _no_links(entries),
        ListingFault.ONE_GUID: _one_guid(entries),
        ListingFault.ONE_LINK: _one_link(entries),
        ListingFault.HIDDEN: _hidden(entries),
        ListingFault.AHEAD: _dated_ahead(entries, now),
    }
    return {fault: words for fault, words in found.items() if words}


def listing_problem(feed: Feed, now: datetime) -> str | None:
    """Return all that is wrong in a line, None for nothing."""
    return "; ".join(listing_faults(feed, now).values()) or None


def _no_links(entries: Sequence[Entry]) -> str | None:
    if not entries or any(entry.link and is_http_url(entry.link) for entry in entries):
        return None
    return f"none of {len(entries)} entries has a link, so there is nothing to read"


def _one_guid(entries: Sequence[Entry]) -> str | None:
    guids = [entry.entry_id for entry in entries]
    if len(guids) < _ALL or len(set(guids)) > 1 or guids[0] is None:
        return None
    return f"all {len(guids)} entries have one guid; they are told apart by link and title"


def _one_link(entries: Sequence[Entry]) -> str | None:
    pages = [page_key(entry.link) for entry in entries if entry.link]
    if len(pages) < _ALL or len(set(pages)) > 1:
        return None
    return f"all {len(pages)} entries lead to one page; what it does not hold is read in the feed"


def _hidden(entries: Sequence[Entry]) -> str | None:
    hidden = sum(bool(entry.link and hides_target(entry.link)) for entry in entries)
    if not hidden:
        return None
    return f"{hidden} of {len(entries)} links hide where they lead, so headlines alone are read; watch the outlets' own"


def _dated_ahead(entries: Sequence[Entry], now: datetime) -> str | None:
    """Say that a feed is regularly in the future: several of its entries are, or all that have a date."""
    dates = [date for entry in entries if (date := entry.published or entry.updated)]
    ahead = [date - now for date in dates if date - now > _CLOCKS_APART]
    if not ahead or len(ahead) < min(_SEVERAL, len(dates)):
        return None
    hours, minutes = divmod(int(max(ahead).total_seconds()) // 60, 60)
    by = f"{hours} h {minutes} min" if hours < _TWO_DAYS else f"{hours // 24} days"
    return f"{len(ahead)} of {len(dates)} dates are in the future, by up to {by}"
