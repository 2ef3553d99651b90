"""Pages that list others, such as a ministry's press releases: the links of the list as entries. Fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector

from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.syndication.telegram import classes, page_tree
from extractors.text.dates import parse_date, shown_date
from extractors.text.encodings import decoded, unpacked
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, page_key, resolved_link, same_site

MAX_BYTES = 5_000_000
MAX_ENTRIES = 200
FORMAT = "listing"

_MOST_LINKS = 2_000
_UP = 6  # from a link to the element whose children are the list's items
_LEAST = 3  # links of a list
_TELLING = 12  # characters of a headline at least; "Read more" has fewer words, and a tag, a page's number
_FULL = 100  # characters of a headline that count
_DATED = 60  # what a dated link counts more, in characters
_LABEL = 80  # characters of what may be a date
_LOOKED_AT = 300  # elements of an item
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AROUND = frozenset({"nav", "header", "footer", "aside", "form", "script", "style", "noscript"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu"})
_FURNITURE = re.compile(
    r"(?:^|[-_])(?:nav(?:bar|igation)?|menu|footer|breadcrumbs?|sidebar|social|share|lang(?:uage)?s?|pag(?:er|ination)"
    r"|tags?|cookie|banner|related|popular)(?:$|[-_])",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(?:read|learn|see|show|view|load)\s+(?:more|all|on|the\s+full\s+\w+)|more|details|continue(?:\s+reading)?"
    r"|подробнее|читать\s+(?:далее|полностью)|детальніше|читати\s+(?:далі|більше)|докладніше|weiterlesen|mehr(?:\s+lesen)?"
    r"|lire\s+(?:la\s+suite|plus)|en\s+savoir\s+plus|leer\s+más|leggi\s+tutto|devamı(?:nı\s+oku)?|czytaj\s+(?:dalej|więcej)",
    re.IGNORECASE,
)
_PAGING = re.compile(r"(?:^|[-_])(?:pag(?:er|ination|es|ing)|nav-links)(?:$|[-_])", re.IGNORECASE)
_NEXT = re.compile(
    r"^(?:next|older|[›»>→]+$|more|weiter|nächste|suivante?|siguiente|successiv[ao]|sonraki|następn[ay]"
    r"|далее|дальше|следующая|вперед|вперёд|далі|наступна)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class _Link:
    """A link of a page, with the elements around it, the nearest first."""

    element: Any
    url: str
    above: tuple[Any, ...]

    @cached_property
    def words(self) -> str:
        """Return its headline: a heading in it, else its text without a date, else what it is called."""
        heading = next(self.element.iter(*_HEADINGS), None)
        text = _text(heading if heading is not None else self.element)
        return text or plain(self.element.get("title") or self.element.get("aria-label")) or ""

    def headline(self, block: Any) -> str | None:
        """Return its headline; the heading of its `block` where it is a picture, or says no more than "Read more"."""
        if _tells(self.words):
            return self.words
        if not _is_generic(self.words):
            return None
        return next((text for each in block.iter(*_HEADINGS) if _tells(text := _text(each))), None)


@dataclass(frozen=True, kw_only=True)
class _Item:
    """An item of a list: its link, its headline, and the element that holds both."""

    link: _Link
    title: str
    block: Any


def parse_listing(
    body: bytes,
    *,
    url: str = "",
    content_type: str | None = None,
    links: str | None = None,
    at: datetime | None = None,
) -> Feed | Unreadable:
    """Return the links of a page's list as entries, in page order, each page once.

    `links` is a CSS selector of the links, or of what holds one each; without it the list is the one whose headlines
    are most. The date shown beside a link is `updated`, read at time `at`: it tells no more than the day, mostly, and
    its page has the better one. What else a page has (menus, page numbers, topics) is no entry. A page in which no list
    is found is none, or is made otherwise than it was.
    """
    raw = unpacked(body, MAX_BYTES)
    if isinstance(raw, Unreadable):
        return raw
    tree = page_tree(decoded(raw, content_type))
    if tree is None:
        return Unreadable(reason=UnreadableReason.EMPTY, detail="no page")
    found = _selected(tree, url, links) if links else _most_telling(tree, url)
    if isinstance(found, Unreadable):
        return found
    first: dict[str, _Item] = {}
    for item in found:
        first.setdefault(page_key(item.link.url), item)
    entries = tuple(_entry(item, at) for item in islice(first.values(), MAX_ENTRIES))
    title = plain(next((each.text for each in tree.iter("title")), None))
    return Feed(format=FORMAT, title=title, entries=entries, next_page=_next_page(tree, url))


def _selected(tree: Any, url: str, links: str) -> Sequence[_Item] | Unreadable:
    """Return what a selector finds, whatever it says: who writes it knows the page."""
    base = _base(tree, url)
    found = list(islice(CSSSelector(links)(tree), _MOST_LINKS))
    anchors = (each if each.tag == "a" else next(each.iter("a"), None) for each in found)
    meant = [
        (each, _link(anchor, base, url)) for each, anchor in zip(found, anchors, strict=True) if anchor is not None
    ]
    places = {link.element: page_key(link.url) for _, link in meant if link is not None}
    items = []
    for each, link in meant:
        if link is not None:
            block = each if each is not link.element else _own_block(link, places)
            items.append(_Item(link=link, title=link.headline(block) or link.words, block=block))
    if not items:
        said = f"links = “{links[:100]}” finds no link on the page"
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=said)
    return items


def _own_block(link: _Link, places: Mapping[Any, str]) -> Any:
    """Return the largest element around a link that holds none of the others; `places` are the pages they lead to."""
    block, own = link.element, places[link.element]
    for above in link.above[:_UP]:
        if any(places.get(each, own) != own for each in above.iter("a")):
            break
        block = above
    return block


def _most_telling(tree: Any, url: str) -> Sequence[_Item] | Unreadable:
    """Return the items of the list that tells most: links that stand alike in the children of one element."""
    base = _base(tree, url)
    anchors = (_link(each, base, url) for each in islice(tree.iter("a"), _MOST_LINKS))
    groups: dict[tuple[Any, tuple[str, ...]], list[_Item]] = {}
    for link in (each for each in anchors if each is not None and same_site(url, each.url) and not _is_furniture(each)):
        path: tuple[str, ...] = ("a",)
        for block, holder in zip((link.element, *link.above[: _UP - 1]), link.above[:_UP], strict=False):
            if (title := link.headline(block)) is not None:
                groups.setdefault((holder, path), []).append(_Item(link=link, title=title, block=block))
            path = (holder.tag, *path)
    best = max((group for group in groups.values() if _pages_in(group) >= _LEAST), key=_weight, default=None)
    if best is None:
        said = 'no list of links is found on the page; write links = "a CSS selector" of them beside its url'
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=said)
    return best


def _pages_in(items: Sequence[_Item]) -> int:
    return len({item.link.url for item in items})


def _weight(items: Sequence[_Item]) -> int:
    titles = {item.link.url: item for item in items}
    return sum(min(len(item.title), _FULL) + _DATED * (_shown(item.block) is not None) for item in titles.values())


def _link(anchor: Any, base: str, url: str) -> _Link | None:
    """Return a link to another page, None for any other: a place on this page, the page itself, no address."""
    href = resolved_link(base, anchor.get("href") or "") if (anchor.get("href") or "").strip() else None
    if href is None or not is_http_url(href) or page_key(href) == page_key(url):
        return None
    return _Link(element=anchor, url=href, above=tuple(anchor.iterancestors()))


def _next_page(tree: Any, url: str) -> str | None:
    """Return where the list goes on: what the page calls its next, else the link of its page numbers that says so."""
    base, here = _base(tree, url), page_key(url)
    for each in islice(tree.iter("a", "link"), _MOST_LINKS):
        says = " ".join(filter(None, ("".join(each.itertext()), each.get("aria-label"), each.get("title"))))
        if "next" in (each.get("rel") or "").split() or (_is_paging(each) and _NEXT.search(_on_one_line(says))):
            href = resolved_link(base, each.get("href") or "")
            if href and is_http_url(href) and same_site(url, href) and page_key(href) != here:
                return href
    return None


def _is_paging(anchor: Any) -> bool:
    around = (anchor, *islice(anchor.iterancestors(), _UP))
    return any(_PAGING.search(name) for each in around for name in (*classes(each), each.get("id") or ""))


def _base(tree: Any, url: str) -> str:
    stated = next((each.get("href") for each in tree.iter("base") if each.get("href")), None)
    return (resolved_link(url, stated) if stated else None) or url


def _is_furniture(link: _Link) -> bool:
    """Tell a link of a menu, of a page's foot, or to the next page of a list."""
    if {"next", "prev", "nofollow"} & set((link.element.get("rel") or "").split()):
        return True
    return any(
        each.tag in _AROUND
        or each.get("role") in _ROLES
        or any(_FURNITURE.search(name) for name in (*classes(each), each.get("id") or ""))
        for each in (link.element, *link.above)
        if each.tag not in {"body", "html"}
    )


def _tells(text: str) -> bool:
    """Tell a headline from "Read more", a page's number or a topic."""
    wide = sum(letter > "\u2e80" for letter in text)  # Chinese, Japanese and Korean say as much with half the letters
    return len(text) + wide >= _TELLING and not _is_generic(text) and not text.isdigit()


def _is_generic(text: str) -> bool:
    """Tell what is no more than a picture, an arrow, or "Read more"."""
    words = text.strip(" .…»›>→")
    return not words or bool(_GENERIC.fullmatch(words))


def _text(element: Any) -> str:
    """Return the text of an element on one line, without that of a date in it."""
    return _on_one_line(" ".join(_strings(element)))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _strings(element: Any) -> Iterator[str]:
    if element.tag in {"time", "script", "style", "svg"}:
        return
    yield element.text or ""
    for child in element.iterchildren(etree.Element):
        yield from _strings(child)
        yield child.tail or ""


def _entry(item: _Item, at: datetime | None) -> Entry:
    label = _shown(item.block)
    return Entry(
        entry_id=None,
        link=item.link.url,
        title=item.title or None,
        published=None,
        updated=shown_date(label, at) if label else None,
    )


def _shown(block: Any) -> str | None:
    """Return what a list shows as the date of an item."""
    for each in islice(block.iter(etree.Element), _LOOKED_AT):
        stamp: str | None = each.get("datetime") if each.tag == "time" else None
        if stamp and parse_date(stamp):
            return stamp
        text = _on_one_line("".join(each.itertext())) if len(each) <= 1 else ""
        if _is_date(text):
            return text
    return None


@lru_cache(maxsize=4 * _MOST_LINKS)
def _is_date(text: str) -> bool:
    """Tell whether a label is a date; one stands in several elements around it."""
    return 0 < len(text) <= _LABEL and shown_date(text, None) is not None
