"""What a feed tells of an entry that it lists: the article in its own words, and whose the page is that it led to.

Fetches nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urlsplit

from extractors.records import Page, Unreadable, UnreadableReason
from extractors.text.identity import plain_words
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, registered_domain
from flows.processes.workers import Workers
from warehouse.entries import PendingEntry
from warehouse.feeds import WatchedFeed

# A page that holds so many words of the beginning of what a feed says is the page of that.
OPENING = 8
# So many words after the headline are the name of an outlet, as aggregators have it.
NAME_WORDS = 4
# What a page has that came and has no text for us; what is gone or refused may be no news any more.
EMPTY_HANDED = frozenset({UnreadableReason.NO_ARTICLE, UnreadableReason.CONSENT, UnreadableReason.PAYWALL})


def said_of(entry: PendingEntry) -> str:
    """Return the words that a feed has for an entry beside its headline; none where they are the headline again."""
    said, title = plain(entry.entry.content_html) or "", plain_words(entry.entry.title or "")
    words = plain_words(said)
    again = bool(title) and words.startswith(title) and len(words[len(title) :].split()) <= NAME_WORDS
    return "" if again or words in title else said


def shares_page(entry: PendingEntry, leading: Iterable[PendingEntry]) -> bool:
    """Tell whether other items of its feed, with other headlines, lead to an entry's page as well."""
    title = plain_words(entry.entry.title or "")
    others = (other for other in leading if other.feed_id == entry.feed_id and other.entry_key != entry.entry_key)
    return entry.shares or any(plain_words(other.entry.title or "") != title for other in others)


def is_elsewhere(entry: PendingEntry, page: Page, *, shared: bool) -> bool:
    """Tell whether a page that can be read is not the article of an entry, and what its feed says is.

    It holds neither its headline nor what the feed says, and says less, or is the page of other entries too. A home
    page holds all headlines.
    """
    said = said_of(entry)
    if not said or page.posts:
        return False
    words = f" {plain_words(page.title or '')} {plain_words(page.text)} "
    title = plain_words(entry.entry.title or "")
    if " ".join(plain_words(said).split()[:OPENING]) in words:
        return False
    if urlsplit(entry.url).path in {"", "/"} and not urlsplit(entry.url).query:
        return True
    return not (title and f" {title} " in words) and (shared or len(said) > len(page.text))


def own_page(workers: Workers, entry: PendingEntry, language: str | None, *, bare: bool) -> Page | None:
    """Return what a feed says of an entry as a page, None for nothing; a headline alone does where `bare` is enough.

    `language` is what its articles are said to be in.
    """
    said, title = said_of(entry), entry.entry.title
    if not said:
        return Page(text=title, title=title, language=workers.language_of(title, language)) if bare and title else None
    head = f"<meta charset='utf-8'><meta property='og:type' content='article'><title>{escape(title or '')}</title>"
    body = f"<article><h1>{escape(title or '')}</h1>{entry.entry.content_html}</article>"
    html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(errors="replace")
    page = workers.clean_page(html, url=entry.url, content_type="text/html; charset=utf-8", language=language)
    if isinstance(page, Page):
        return page
    is_short = isinstance(page, Unreadable) and page.reason is UnreadableReason.NO_ARTICLE
    return Page(text=said, title=title, language=workers.language_of(said, language)) if is_short else None


def own_post(workers: Workers, entry: PendingEntry, language: str | None) -> Page | None:
    """Return a post of a channel as a page, its words as they stand, None where it has none."""
    text, title = unescape(entry.entry.content_html or ""), entry.entry.title
    return Page(text=text, title=title, language=workers.language_of(text, language)) if text.strip() else None


def headline_of(leading: Sequence[PendingEntry]) -> str | None:
    """Return the headline under which feeds list a page."""
    return next((entry.entry.title for entry in leading if entry.entry.title), None)


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
