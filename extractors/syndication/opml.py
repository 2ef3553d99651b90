"""Lists of feeds as other readers write them (OPML 1.0 and 2.0): in and out. Nothing in them is fetched or resolved."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from extractors.records import Unreadable, UnreadableReason
from extractors.text.plaintext import plain

MAX_BYTES = 20_000_000
MAX_FEEDS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOutline:
    """A feed of a list: its address as written, and what the list calls it."""

    url: str
    name: str | None


def parse_opml(body: bytes) -> tuple[ListedOutline, ...] | Unreadable:
    """Return the feeds of a list in its order, folders left out; whatever its bytes, nothing is raised."""
    if len(body) > MAX_BYTES:
        return Unreadable(reason=UnreadableReason.TOO_LARGE, detail=f"over {MAX_BYTES // 1_000_000} MB")
    try:
        return _outlines(body)
    except etree.LxmlError as error:
        detail = str(error).partition(" (<string>")[0] or "no XML"
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"no OPML: {detail[:200]}")


def write_opml(feeds: Iterable[ListedOutline], title: str) -> str:
    """Return feeds as a list that other readers import."""
    outlines = "".join(
        f'    <outline type="rss" text={_attribute(feed.name or feed.url)} xmlUrl={_attribute(feed.url)}/>\n'
        for feed in feeds
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head><title>{escape(title)}</title></head>\n  <body>\n{outlines}  </body>\n</opml>"
    )


def _attribute(text: str) -> str:
    return quoteattr("".join(character for character in text if character.isprintable()))


def _outlines(body: bytes) -> tuple[ListedOutline, ...] | Unreadable:
    # No entity is resolved and nothing is loaded; libxml2 itself refuses nesting deeper than 256.
    events: Any = etree.iterparse(
        io.BytesIO(body.strip()), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    found: list[ListedOutline] = []
    root = None
    for event, element in events:
        root = root or _local(element)
        if root != "opml":
            return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=f"no OPML: it begins with <{root[:40]}>")
        if event == "end":
            element.clear()
        elif _local(element) == "outline" and len(found) < MAX_FEEDS:
            found += _listed({name.lower(): value for name, value in element.attrib.items()})
    return tuple(found)


def _listed(attributes: dict[str, str]) -> list[ListedOutline]:
    url = attributes.get("xmlurl", "").strip()
    name = plain(attributes.get("text")) or plain(attributes.get("title"))
    return [ListedOutline(url=url, name=name)] if url else []


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()
