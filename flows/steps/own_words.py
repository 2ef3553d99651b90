"""What a feed itself says of an entry, and when that is the article rather than the page behind it. Fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape, unescape
from urllib.parse import urlsplit

from extractors.records import Page, Unreadable, UnreadableReason
from extractors.text.identity import plain_words
from extractors.text.plaintext import plain
from flows.processes.workers import Workers
from warehouse.entries import PendingEntry

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
