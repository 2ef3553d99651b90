"""Identifiers and fingerprints: short digests of content, equal on every machine and in every run."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from extractors.records import Entry, Span
from extractors.urls import canonical_url

# 64 bits: two of ten million articles collide with a chance of one in 400,000.
DIGITS = 16

# Soft hyphens, zero-width marks and every apostrophe vanish: "don’t", "don't" and "dont" are one word.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff'’‘ʼ`´′]")
_WORD = re.compile(r"\w+")


def feed_id(url: str) -> str:
    """Name a feed by its configured address, as written but for white space around it."""
    return _digest("feed", url.strip())


def article_id(url: str) -> str:
    """Name an article by its canonical address, so that tracking parameters make no second article."""
    return _digest("article", canonical_url(url))


def entry_key(feed_id: str, entry: Entry) -> str:
    """Name an entry within its feed: by its guid, else its link, else its title, else its content."""
    named = {"guid": entry.entry_id, "link": entry.link, "title": entry.title, "content": entry.content_html}
    kind, value = next(((kind, value) for kind, value in named.items() if value), ("empty", ""))
    return _digest("entry", feed_id, kind, value)


def entry_hash(entry: Entry) -> str:
    """Return what changes when the entry's title, link, dates or content did."""
    return _digest(
        "state",
        entry.title or "",
        entry.link or "",
        _moment(entry.published),
        _moment(entry.updated),
        entry.content_html or "",
    )


def statement_id(article_id: str, spans: Iterable[Span]) -> str:
    """Name a statement by its article and the stretches said; their order does not matter."""
    return _digest("statement", article_id, *(f"{span.start}-{span.end}" for span in sorted(spans)))


def utterance_id(speaker: str | None, text: str) -> str:
    """Name words by a speaker: equal whatever the case, quotation marks, punctuation or white space around them."""
    return _digest("utterance", _words(speaker or ""), _words(text))


def text_hash(text: str) -> str:
    """Return a fingerprint of the words alone: markup, punctuation and white space may change under it."""
    return _digest("text", _words(text))


def body_hash(body: bytes) -> str:
    """Return a fingerprint of a body's bytes."""
    return hashlib.sha256(body).hexdigest()[:DIGITS]


def _words(text: str) -> str:
    """Return the words of `text`, case folded and separated by one space."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_WORD.findall(plain))


def _moment(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _digest(*parts: str) -> str:
    # Lone surrogates reach here from broken feeds; they must have an identity too.
    joined = "\x1f".join(parts).encode("utf-8", errors="surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:DIGITS]
