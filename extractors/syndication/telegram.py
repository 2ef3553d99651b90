"""The public page of a Telegram channel (t.me/s/NAME): each post is an entry with its own words. Fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from lxml import etree

from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.text.dates import parse_date
from extractors.text.encodings import decoded, unpacked
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, resolved_link

MAX_BYTES = 5_000_000
FORMAT = "telegram"
POSTS_AT = "https://t.me/"

_POST = "tgme_widget_message"
_TEXT = f"{_POST}_text"
_BREAKS = frozenset({"br", "p", "div", "blockquote", "pre", "li"})
_BOLD = frozenset({"b", "strong"})
_LONGEST_HEADLINE = 200
_NAME = re.compile(r"[\w.-]{1,100}/\d{1,12}")


def parse_channel(body: bytes, *, url: str = "", content_type: str | None = None) -> Feed | Unreadable:
    """Return a channel's posts as entries, in page order, each once; what only tells of the channel is none.

    An entry's `content_html` are its words, line by line, without those of what it answers or links to; a line that
    stands alone in bold above others is its title. `source` is whose post was forwarded. A post without words, a
    picture for one, has none. A page without posts is no channel, or is made otherwise than it was.
    """
    raw = unpacked(body, MAX_BYTES)
    if isinstance(raw, Unreadable):
        return raw
    tree = page_tree(decoded(raw, content_type))
    posts = [] if tree is None else list(_posts(tree))
    if not posts:
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail="no post of a channel is found on the page")
    first: dict[str, Entry] = {}
    for entry in (_entry(post, url) for post in posts):
        if entry is not None:
            first.setdefault(entry.link or "", entry)
    # The time, the words and the permalink stand in elements of their own: without any of them the page is another's.
    if not first:
        said = f"none of {len(posts)} posts has a link of its own"
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=said)
    entries = tuple(first.values())
    # What every post has is found in none.
    untimed = f"none of {len(entries)} posts has a time: the page may be made otherwise now"
    problem = None if any(entry.published for entry in entries) else untimed
    return Feed(format=FORMAT, title=_title(tree), entries=entries, problem=problem)


def page_tree(text: str) -> Any:
    """Return the tree of a page, None for what has none."""
    parser = etree.HTMLParser(remove_comments=True, huge_tree=False, encoding="utf-8")
    try:
        return etree.fromstring(text.encode(errors="replace"), parser)
    except etree.XMLSyntaxError:
        return None


def classes(element: Any) -> frozenset[str]:
    """Return the classes of an element."""
    return frozenset((element.get("class") or "").split())


def _of_class(element: Any, name: str) -> Iterator[Any]:
    return (each for each in element.iter(etree.Element) if name in classes(each))


def _posts(tree: Any) -> Iterator[Any]:
    return (post for post in _of_class(tree, _POST) if "service_message" not in classes(post))


def _title(tree: Any) -> str | None:
    named = next((each.get("content") for each in tree.iter("meta") if each.get("property") == "og:title"), None)
    return plain(named)


def _entry(post: Any, url: str) -> Entry | None:
    dated = next(_of_class(post, f"{_POST}_date"), None)
    name = post.get("data-post") or ""
    link = resolved_link(url or POSTS_AT, dated.get("href") or "") if dated is not None else None
    link = POSTS_AT + name if _NAME.fullmatch(name) else link
    if link is None or not is_http_url(link):
        return None
    time = next(post.iter("time"), None) if dated is None else next(dated.iter("time"), None)
    title, words = _words(post)
    return Entry(
        entry_id=link,
        link=link,
        title=title,
        published=parse_date(time.get("datetime")) if time is not None else None,
        updated=None,
        content_html=escape(words) or None,
        source=_origin(post),
    )


def _origin(post: Any) -> str | None:
    """Return the name of the channel or person whose post was forwarded."""
    name = next(_of_class(post, f"{_POST}_forwarded_from_name"), None)
    return plain("".join(name.itertext())) if name is not None else None


def _words(post: Any) -> tuple[str | None, str]:
    """Return a post's headline, where it has one, and its own words, a line a paragraph."""
    own = [each for each in _of_class(post, _TEXT) if not any(_is_quoted(above) for above in each.iterancestors())]
    if not own:
        return None, ""
    lines = [line for line in map(_plain_line, "".join(_lines(own[-1])).split("\n")) if line]
    headline = _headline(own[-1])
    if headline and len(lines) > 1 and lines[0] == headline:
        return headline, "\n".join(lines[1:])
    return None, "\n".join(lines)


def _is_quoted(element: Any) -> bool:
    return any("reply" in name or "link_preview" in name for name in classes(element))


def _plain_line(line: str) -> str:
    return plain(escape(line)) or ""


def _lines(element: Any) -> Iterator[str]:
    """Yield the text of an element, with a line feed where the page has one."""
    breaks = element.tag in _BREAKS
    yield "\n" if breaks else ""
    yield element.text or ""
    for child in element.iterchildren(etree.Element):
        yield from _lines(child)
        yield child.tail or ""
    yield "\n" if breaks else ""


def _headline(text: Any) -> str | None:
    """Return the first line where all of it, and no more, is bold."""
    first = next(text.iterchildren(etree.Element), None)
    if first is None or first.tag not in _BOLD or (text.text or "").strip():
        return None
    line = _plain_line("".join(first.itertext()))
    ends = not (first.tail or "").strip() and (first.getnext() is None or first.getnext().tag == "br")
    return line if ends and 0 < len(line) <= _LONGEST_HEADLINE else None
