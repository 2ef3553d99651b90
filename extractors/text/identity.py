"""Identifiers and fingerprints: short digests of content, equal on every machine and in every run."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from extractors.records import Entry, Span
from extractors.text.urls import canonical_url, fragment_of, is_http_url, page_key

# 64 bits: two of ten million articles collide with a chance of one in 400,000.
DIGITS = 16

# Soft hyphens, zero-width marks and every apostrophe vanish: "don’t", "don't" and "dont" are one word.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff'’‘ʼ`´′]")
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^<>]*>")
# Fewer words than these may be a feed's phrase for every entry.
_TELLING_WORDS = 20


def feed_id(url: str) -> str:
    """Name a feed by its configured address, as written but for white space around it."""
    return _digest("feed", url.strip())


def article_id(url: str) -> str:
    """Name an article by its page, so that tracking parameters and AMP or mobile twins make no second article."""
    return _digest("article", page_key(url))


def entry_key(feed_id: str, entry: Entry) -> str:
    """Name an entry within its feed: by its guid, else its link, else its title, else its content."""
    named = {"guid": entry.entry_id, "link": entry.link, "title": entry.title, "content": entry.content_html}
    kind, value = next(((kind, value) for kind, value in named.items() if value), ("empty", ""))
    return _entry_name(feed_id, kind, value)


def entry_names(feed_id: str, entry: Entry) -> tuple[str, ...]:
    """Return every name an entry can be known by in its feed, the surest first: its key, its link, its content.

    A feed that gives out new guids or new addresses is seen through by the names that stayed. Content names an entry
    only together with its title and date: what recurs daily under one headline is new each day.
    """
    names = [entry_key(feed_id, entry)]
    if entry.link:
        names.append(_entry_name(feed_id, "link", entry.link))
    words = _content_words(entry)
    if entry.title and entry.published and len(words.split()) >= _TELLING_WORDS:
        names.append(_digest("entry", feed_id, "told", plain_words(entry.title), _moment(entry.published), words))
    return tuple(dict.fromkeys(names))


def exact_names(feed_id: str, entry: Entry) -> tuple[str, ...]:
    """Return the names by which an entry is told from those that stand beside it, the surest first.

    They keep what comes after `#`, and take guid, link and title together: a feed may give all its entries one guid, or
    one link. A name that differs after `#` alone is another entry's only where both stand in one answer.
    """
    guid, link = entry.entry_id or "", entry.link or ""
    whole = _digest("entry", feed_id, "whole", guid, exact_url(link), plain_words(entry.title or ""))
    parts = {"exact guid": guid, "exact link": link}
    exact = (_digest("entry", feed_id, kind, exact_url(url)) for kind, url in parts.items() if fragment_of(url))
    return (whole, *exact)


def link_name(feed_id: str, url: str) -> str:
    """Return the name that all entries of a feed which lead to one page share."""
    return _entry_name(feed_id, "link", url)


def exact_url(url: str | None) -> str:
    """Return a page's one name, with what comes after `#`."""
    fragment = fragment_of(url or "")
    return page_key(url or "") + (f"#{fragment}" if fragment else "")


def item_id(url: str) -> str:
    """Name an article that is part of a page: by the page, and what comes after `#`."""
    return _digest("article", exact_url(url))


def item_url(entry: Entry, entry_key: str) -> str:
    """Return the address of an entry that shares its page with others: its own, else the page's with its key."""
    page = entry.link or ""
    own = [url for url in (page, entry.entry_id or "") if fragment_of(url) and page_key(url) == page_key(page)]
    return f"{canonical_url(page)}#{fragment_of(own[0]) if own else entry_key}"


def names_of_page(entry_key: str, url: str, entry: Entry) -> tuple[str, str]:
    """Return the names that an entry's article has: that of its page, or of its place where others share the page."""
    return article_id(url), item_id(item_url(entry, entry_key))


def entry_hash(entry: Entry) -> str:
    """Return what changes when the entry's title, page, dates or words did; markup and tracking in it may change."""
    return _digest(
        "state",
        entry.title or "",
        exact_url(entry.link) if _is_place(fragment_of(entry.link or "")) else page_key(entry.link or ""),
        _moment(entry.published),
        _moment(entry.updated),
        _content_words(entry),
    )


def statement_id(article_id: str, spans: Iterable[Span]) -> str:
    """Name a statement by its article and the stretches said; their order does not matter."""
    return _digest("statement", article_id, *(f"{span.start}-{span.end}" for span in sorted(spans)))


def utterance_id(speaker: str | None, text: str) -> str:
    """Name words by a speaker: equal whatever the case, quotation marks, punctuation or white space around them."""
    return _digest("utterance", plain_words(speaker or ""), plain_words(text))


def utterance_name(utterance_id: str, statement_id: str) -> str:
    """Name words that were said again: by themselves and by the first statement that reports them this time."""
    return _digest("utterance", utterance_id, statement_id)


def text_hash(text: str) -> str:
    """Return a fingerprint of the words alone: markup, punctuation and white space may change under it."""
    return _digest("text", plain_words(text))


def body_hash(body: bytes) -> str:
    """Return a fingerprint of a body's bytes."""
    return hashlib.sha256(body).hexdigest()[:DIGITS]


def _entry_name(feed_id: str, kind: str, value: str) -> str:
    return _digest("entry", feed_id, kind, page_key(value) if is_http_url(value) else value)


def _is_place(fragment: str) -> bool:
    """Tell a place on a page from what says how a reader came: "#p2", "#xtor=RSS-3208"."""
    return bool(fragment) and "=" not in fragment


def _content_words(entry: Entry) -> str:
    return plain_words(_TAG.sub(" ", entry.content_html or ""))


def plain_words(text: str) -> str:
    """Return the words of `text`, case folded and separated by one space."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_WORD.findall(plain))


def _moment(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _digest(*parts: str) -> str:
    # Lone surrogates reach here from broken feeds; they must have an identity too.
    joined = "\x1f".join(parts).encode("utf-8", errors="surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:DIGITS]
