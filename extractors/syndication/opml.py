"""Lists of feeds as other readers write them (OPML 1.0 and 2.0): in and out. Nothing in them is fetched or resolved."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
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
    """A feed of a list: its address as written, what the list calls it, and its folders, the outermost first."""

    url: str
    name: str | None
    folders: tuple[str, ...] = ()


def parse_opml(body: bytes) -> tuple[ListedOutline, ...] | Unreadable:
    """Return the feeds of a list in its order, with their folders; whatever its bytes, nothing is raised."""
    if len(body) > MAX_BYTES:
        return Unreadable(reason=UnreadableReason.TOO_LARGE, detail=f"over {MAX_BYTES // 1_000_000} MB")
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
