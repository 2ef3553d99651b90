"""Sitemaps, of news too, as feeds; and the sitemaps that an index names. Read piece by piece, never fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.text.dates import parse_date
from extractors.text.encodings import decoded, unpacked
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, resolved_link

MAX_BYTES = 60_000_000  # sitemaps.org allows 50 MB
MAX_ADDRESSES = 50_000  # and as many addresses in one file
# A sitemap of news holds two days; what changed before is the rest of the site.
RECENT = timedelta(days=2)
MAX_RECENT = 1_000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_ROOT = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_OTHER_ROOT = re.compile(r"<(?![?!])[\w.:-]+")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEAD = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSitemap:
    """A sitemap that an index names; `modified` is when one of its pages last changed, None when it does not say."""

    url: str
    modified: datetime | None


def sitemap_kind(text: str) -> str | None:
    """Return "urlset" or "sitemapindex" when that is what the text begins with."""
    first = _OTHER_ROOT.search(text[:_HEAD])
    root = _ROOT.match(text, first.start()) if first else None
    return root[1].lower() if root else None


def parse_sitemap(text: str, *, url: str = "", most: int = MAX_ADDRESSES) -> Feed | Unreadable:
    """Return a sitemap's pages as a feed's entries, in file order; an index is no feed, and says what it names."""
    if sitemap_kind(text) == "sitemapindex":
        first = next(_children(text, url), None)
        named = f"; it names a sitemap at {first.url}" if first else ""
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=f"an index of sitemaps{named}")
    entries = tuple(islice(_entries(text, url), most + 1))
    problem = f"only the first {most} addresses are read" if len(entries) > most else None
    return Feed(format="sitemap", title=None, entries=entries[:most], problem=problem)


def parse_news(
    body: bytes, *, url: str = "", content_type: str | None = None, at: datetime | None = None
) -> Feed | Unreadable:
    """Return the pages of a sitemap that are dated within two days before `at`, the newest first, as a feed's entries.

    A page is dated by its publication, else by its last change. What has no date at all cannot tell what is new. An
    index leads to the sitemap of news that it names, else to the newest, else to the first.
    """
    sitemap = read_sitemap(body, url=url, content_type=content_type)
    if isinstance(sitemap, tuple):
        others = [each for each in sitemap if each.url != url]
        best = max(others, key=lambda each: (_is_of_news(each.url), each.modified or _LONG_AGO), default=None)
        if best is None:
            return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail="an index of sitemaps that names none")
        return Feed(format="sitemap", title=None, entries=(), leads_to=best.url)
    if isinstance(sitemap, Unreadable) or at is None:
        return sitemap
    dated = [(date, entry) for entry in sitemap.entries if (date := entry.published or entry.updated)]
    if sitemap.entries and not dated:
        said = f"none of {len(sitemap.entries)} pages has a date, so nothing tells which are new"
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=said)
    recent = sorted(((date, entry) for date, entry in dated if at - date <= RECENT), key=lambda each: each[0])
    entries = tuple(entry for _, entry in reversed(recent))
    problem = f"only the newest {MAX_RECENT} of {len(entries)} pages are read" if len(entries) > MAX_RECENT else None
    return Feed(format="sitemap", title=None, entries=entries[:MAX_RECENT], problem=problem or sitemap.problem)


def read_sitemap(
    body: bytes, *, url: str = "", content_type: str | None = None
) -> Feed | tuple[ChildSitemap, ...] | Unreadable:
    """Read a sitemap's bytes, gzip included: its pages, or the sitemaps an index names."""
    raw = unpacked(body, MAX_BYTES)
    if isinstance(raw, Unreadable):
        return raw
    text = decoded(raw, content_type).lstrip("\ufeff \t\r\n")
    kind = sitemap_kind(text)
    if kind is None:
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail="no sitemap")
    return (
        tuple(islice(_children(text, url), MAX_ADDRESSES)) if kind == "sitemapindex" else parse_sitemap(text, url=url)
    )


def _is_of_news(url: str) -> bool:
    return "news" in urlsplit(url).path.rpartition("/")[2].lower()


def _entries(text: str, url: str) -> Iterator[Entry]:
    for found in _elements(text, "url"):
        link = resolved_link(url, found.get("loc", ""))
        if link and is_http_url(link):
            yield Entry(
                entry_id=None,
                link=link,
                title=plain(found.get("title")),
                published=parse_date(found.get("publication_date", "")),
                updated=parse_date(found.get("lastmod", "")),
            )


def _children(text: str, url: str) -> Iterator[ChildSitemap]:
    for found in _elements(text, "sitemap"):
        link = resolved_link(url, found.get("loc", ""))
        if link and is_http_url(link):
            yield ChildSitemap(url=link, modified=parse_date(found.get("lastmod", "")))


def _elements(text: str, name: str) -> Iterator[dict[str, str]]:
    """Yield the texts of each element's children by local name, the first of each, and forget it."""
    # No entity is resolved, nothing is loaded, and what is broken is read as far as it goes.
    events: Any = etree.iterparse(
        io.BytesIO(_XML_DECLARATION.sub("", text).encode(errors="replace")),
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        for _, element in events:
            if _local(element) == name:
                yield _texts(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError:
        return


def _texts(element: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element.iter(etree.Element):
        # An image's address is no page's.
        if (child.text or "").strip() and not _inside(child, element, "image", "video"):
            found.setdefault(_local(child), child.text.strip())
    return found


def _inside(child: Any, element: Any, *names: str) -> bool:
    parent = child.getparent()
    return parent is not None and parent is not element and _local(parent) in names


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()
