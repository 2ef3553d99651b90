"""Whose an article is that a feed led to: who wrote it, not who listed it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from extractors.records import Page
from extractors.text.urls import is_http_url, registered_domain
from warehouse.entries import PendingEntry
from warehouse.feeds import WatchedFeed


class Outlets:
    """The outlets that are watched, by the sites of their feeds."""

    def __init__(self, feeds: Iterable[WatchedFeed]) -> None:
        """Take the feeds of the configuration."""
        named = defaultdict(set)
        self._sites = {feed.feed_id: site(feed.url) for feed in feeds}
        for feed in feeds:
            named[self._sites[feed.feed_id]].add(feed.outlet)
        # A site that several outlets have their feeds on is nobody's.
        self._outlets = {name: outlets.pop() for name, outlets in named.items() if len(outlets) == 1}

    def outlet_of(self, entry: PendingEntry, page: Page, url: str) -> str:
        """Return whose a page at `url` is.

        Away from its feed's site it is the watched outlet's whose site it is, else whom the feed names as the source.
        Where the feed's own link led away, a page names its site itself. All else is the outlet's whose feed it is.
        """
        own, there = self._sites.get(entry.feed_id), site(url)
        if there != own and there in self._outlets:
            return self._outlets[there]
        led_away = there != own and site(entry.url) == own
        return entry.entry.source or (page.site_name if led_away else None) or entry.outlet


@lru_cache(maxsize=4_096)
def site(url: str) -> str | None:
    """Return the registered domain of an address, its host where there is none. It takes a while."""
    if not is_http_url(url):
        return None
    return registered_domain(url) or url.split("/")[2].lower()
