"""JSON Feed (jsonfeed.org, versions 1 and 1.1): the format feedparser does not read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.text.dates import parse_date
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, resolved_link

_VERSION = re.compile(r"jsonfeed\.org/version/(\d(?:\.\d)?)")


def looks_like_json(text: str) -> bool:
    """Tell whether a body is JSON rather than XML."""
    return text.lstrip()[:1] in {"{", "["}


def parse_json_feed(text: str, *, url: str, most: int) -> Feed | Unreadable:
    """Parse a JSON feed; of its items at most `most` are read."""
    try:
        top = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"JSON that does not parse: {error}"[:200])
    version = _VERSION.search(_text(top.get("version"))) if isinstance(top, dict) else None
    if version is None or not isinstance(top.get("items"), list):
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail="JSON, but no JSON Feed")
    items = [item for item in top["items"] if isinstance(item, dict)]
    base = url or _text(top.get("feed_url")) or _text(top.get("home_page_url"))
    return Feed(
        format=f"json feed {version[1]}",
        title=plain(_text(top.get("title"))),
        entries=tuple(_entry(item, base) for item in items[:most]),
        problem=f"only the first {most} of {len(items)} entries are read" if len(items) > most else None,
    )


def _entry(item: dict[str, Any], base: str) -> Entry:
    identifier = _text(item.get("id"))
    link = _text(item.get("url")) or _text(item.get("external_url"))
    return Entry(
        entry_id=identifier or None,
        link=resolved_link(base, link or (identifier if is_http_url(identifier) else "")),
        title=plain(_text(item.get("title"))),
        published=parse_date(_text(item.get("date_published"))),
        updated=parse_date(_text(item.get("date_modified"))),
        author=plain(", ".join(_authors(item))),
        content_html=_text(item.get("content_html")) or _text(item.get("content_text")) or None,
    )


def _authors(item: dict[str, Any]) -> Iterable[str]:
    authors = item.get("authors")
    for author in authors if isinstance(authors, list) else [item.get("author")]:
        if isinstance(author, dict) and _text(author.get("name")):
            yield _text(author.get("name"))


def _text(value: Any) -> str:
    """Return a string as it is, a number as its digits (some ids are), anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()
