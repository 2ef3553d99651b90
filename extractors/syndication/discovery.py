"""The feeds that a page announces: those it declares, then those it links to. Looks at the page alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

from extractors.records import Unreadable
from extractors.text.encodings import decoded, unpacked
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, resolved_link, same_site

MAX_BYTES = 5_000_000
MOST = 50
_TAGS = 10_000

_TAG = re.compile(r"<(link|a|base)\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json", re.IGNORECASE)
_FEED_ADDRESS = re.compile(
    r"(?:^|[/._-])(?:rss|feeds?|atom|rdf)(?:[/._-]|$)|[/_-](?:rss|feed|atom)\w{0,12}\.(?:xml|json)$", re.IGNORECASE
)
# Comments on articles are no news.
_COMMENTS = re.compile(r"comments?(?:/|-)?(?:feed|rss)|/comments?/", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedFeed:
    """A feed that a page names. `declared`: the page says it is one; otherwise its address looks like one's."""

    url: str
    title: str | None
    declared: bool


def announced_feeds(html: bytes | str, *, url: str, content_type: str | None = None) -> tuple[AnnouncedFeed, ...]:
    """Return the feeds a page names, each once: the declared ones first, in page order; feeds of comments left out."""
    if isinstance(html, bytes):
        body = unpacked(html, MAX_BYTES)
        if isinstance(body, Unreadable):
            return ()
        html = decoded(body, content_type)
    found = sorted(_found(_without_comments(html[:MAX_BYTES]), url), key=lambda feed: not feed.declared)
    first: dict[str, AnnouncedFeed] = {}
    for feed in found:
        first.setdefault(feed.url, feed)
    return tuple(first.values())[:MOST]


def _found(html: str, base: str) -> Iterator[AnnouncedFeed]:
    site = base
    for tag in islice(_TAG.finditer(html), _TAGS):
        attributes = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[2])}
        href = resolved_link(base, attributes["href"]) if attributes.get("href") else None
        if href is None or not is_http_url(href) or _COMMENTS.search(href):
            continue
        match tag[1].lower():
            case "base":
                base = href
            case "link" if _FEED_TYPE.search(attributes.get("type", "")):
                yield AnnouncedFeed(url=href, title=plain(attributes.get("title")), declared=True)
            case "a" if _FEED_ADDRESS.search(href.partition("?")[0]) and same_site(site, href):
                yield AnnouncedFeed(url=href, title=plain(attributes.get("title")), declared=False)


def _without_comments(html: str) -> str:
    """Return a page without what is commented out; a comment that never ends takes the rest with it."""
    before, *comments = html.split("<!--")
    return before + "".join(comment.partition("-->")[2] for comment in comments)
