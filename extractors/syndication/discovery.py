"""Where feeds are named: by a page that announces or links to them, by a reader's list (OPML 1.0 and 2.0, in and out).

Nothing named there is fetched or resolved.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from extractors.records import Unreadable, UnreadableReason
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

MAX_LIST_BYTES = 20_000_000
MAX_FEEDS = 10_000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOutline:
    """A feed of a list: its address as written, what the list calls it, and its folders, the outermost first."""

    url: str
    name: str | None
    folders: tuple[str, ...] = ()


def parse_opml(body: bytes) -> tuple[ListedOutline, ...] | Unreadable:
    """Return the feeds of a list in its order, with their folders; whatever its bytes, nothing is raised."""
    if len(body) > MAX_LIST_BYTES:
        return Unreadable(reason=UnreadableReason.TOO_LARGE, detail=f"over {MAX_LIST_BYTES // 1_000_000} MB")
    try:
        return _outlines(body)
    except etree.LxmlError as error:
        detail = str(error).partition(" (<string>")[0] or "no XML"
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"no OPML: {detail[:200]}")


def write_opml(feeds: Iterable[ListedOutline], title: str) -> str:
    """Return feeds as a list that other readers import."""
    outlines = "\n".join(_folder(list(feeds), depth=0))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head><title>{escape(title)}</title></head>\n  <body>\n{outlines}\n  </body>\n</opml>"
    )


def _folder(feeds: Sequence[ListedOutline], depth: int) -> Iterator[str]:
    """Yield the lines of a folder: its own feeds, then each folder in it, where its first feed stands."""
    indent = "  " * (depth + 2)
    for feed in feeds:
        if len(feed.folders) == depth:
            name, url = _attribute(feed.name or feed.url), _attribute(feed.url)
            yield f'{indent}<outline type="rss" text={name} xmlUrl={url}/>'
    for name in dict.fromkeys(feed.folders[depth] for feed in feeds if len(feed.folders) > depth):
        yield f"{indent}<outline text={_attribute(name)}>"
        yield from _folder([feed for feed in feeds if feed.folders[depth : depth + 1] == (name,)], depth + 1)
        yield f"{indent}</outline>"


def _attribute(text: str) -> str:
    return quoteattr("".join(character for character in text if character.isprintable()))


def _outlines(body: bytes) -> tuple[ListedOutline, ...] | Unreadable:
    # No entity is resolved and nothing is loaded; libxml2 itself refuses nesting deeper than 256.
    events: Any = etree.iterparse(
        io.BytesIO(body.strip()), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    found: list[ListedOutline] = []
    within: list[str | None] = []
    root = None
    for event, element in events:
        root = root or _local(element)
        if root != "opml":
            return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=f"no OPML: it begins with <{root[:40]}>")
        is_outline = _local(element) == "outline"
        if event == "end":
            if is_outline:
                within.pop()
            element.clear()
            continue
        if is_outline:
            attributes = {name.lower(): value for name, value in element.attrib.items()}
            name = plain(attributes.get("text")) or plain(attributes.get("title"))
            url = attributes.get("xmlurl", "").strip()
            if url and len(found) < MAX_FEEDS:
                found.append(ListedOutline(url=url, name=name, folders=tuple(filter(None, within))))
            within.append(None if url else name)
    return tuple(found)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()
