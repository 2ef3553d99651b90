"""Article pages, cleaned. trafilatura is the reader, its downloader is never used; furniture is taken out around it."""

from __future__ import annotations

import logging
import re
from typing import Any

import trafilatura
from trafilatura.utils import load_html

from extractors.html.furniture import headings, key, prune
from extractors.html.leftovers import without_furniture
from extractors.html.liveblogs import composed, lead_of, posts_on
from extractors.html.metadata import Metadata, read_metadata
from extractors.html.refusals import refusal
from extractors.records import Page, Post, Unreadable, UnreadableReason
from extractors.text.encodings import decoded, too_large, unpacked
from extractors.text.languages import language_of

MAX_BYTES = 5_000_000

# What the libraries would say about a page is the reason we return; they must not say it on stderr as well.
for _library in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)

_BINARY = re.compile(rb"%PDF|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|RIFF|\x7fELF|ID3|\x00\x00\x00.ftyp", re.DOTALL)
_MARKUP = re.compile(r"<[a-z!/?]", re.IGNORECASE)
_BULLET = re.compile(r"^-\s+")
# A standfirst holds a link or an emphasis, no more.
_FEW = 4
_UNSEEN = {"script", "style", "noscript", "template", "svg", "iframe", "option"}
_AROUND = 4_000


def clean_page(html: bytes | str, *, url: str | None = None, content_type: str | None = None) -> Page | Unreadable:
    """Return a page's article: paragraphs joined by a line feed, without captions, comments and teasers.

    `url` is where the page came from, `content_type` what its server called it. Nothing is fetched, no page makes it
    raise, and a page without a date gets none.
    """
    text = _text(html, content_type)
    if isinstance(text, Unreadable):
        return text
    try:
        tree = load_html(text)
        return _no_article("no HTML") if tree is None else _page(tree, url)
    except Exception as error:  # noqa: BLE001  (what three parsers throw at hostile pages can't be listed)
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"the parser gave up: {type(error).__name__}")


def _text(html: bytes | str, content_type: str | None) -> str | Unreadable:
    if isinstance(html, bytes):
        body = unpacked(html, MAX_BYTES)
        if isinstance(body, Unreadable):
            return body
        if _BINARY.match(body):
            return Unreadable(reason=UnreadableReason.NOT_TEXT, detail="a binary file")
        html = decoded(body, content_type)
    if len(html) > MAX_BYTES:
        return too_large(MAX_BYTES)
    if not html.strip():
        return Unreadable(reason=UnreadableReason.EMPTY, detail="no bytes")
    if not _MARKUP.search(html):
        reason = UnreadableReason.NOT_TEXT if "\x00" in html or "\ufffd" in html else UnreadableReason.NO_ARTICLE
        return Unreadable(reason=reason, detail="no HTML")
    return html.replace("\x00", "")


def _page(tree: Any, url: str | None) -> Page | Unreadable:
    about = read_metadata(tree, url)
    standfirst = about.description if _stands_alone(tree, about.description) else None
    repeated = (about.title, about.author, about.section, *headings(tree))
    around = _shown_first(tree)
    prune(tree, about.title)
    _unwrap(tree)
    lines = without_furniture(_lines(tree, url), repeated)
    if lines and standfirst and key(standfirst) not in key("\n".join(lines)):
        # Visible on the page, and often left out with the header it stands in.
        lines.insert(0, standfirst)
    text, posts = _with_posts(tree, lines, about, url)
    return refusal(text, about, around) or Page(
        text=text,
        title=about.title,
        author=about.author,
        published=about.published,
        language=language_of(text, about.language),
        url=about.url,
        site_name=about.site_name,
        updated=about.updated,
        section=about.section,
        posts=posts,
    )


def _with_posts(tree: Any, lines: list[str], about: Metadata, url: str | None) -> tuple[str, tuple[Post, ...]]:
    """Return the text, that of a live blog with its posts: extractors of articles take one of them for the whole."""
    posts = posts_on(tree, about.article, (about.url or url, about.title))
    return composed(lead_of(tree, posts, lines), posts) if posts else ("\n".join(lines), ())


def _lines(tree: Any, url: str | None) -> list[str]:
    extracted: Any = trafilatura.bare_extraction(tree, include_comments=False, url=url)
    text = extracted.text if extracted else None
    return [" ".join(_BULLET.sub("", line).split()) for line in (text or "").splitlines()]


def _unwrap(tree: Any) -> None:
    """Make line breaks of the markup spaces, outside of preformatted text: they end no line that readers see."""
    formatted = {element for block in tree.iter("pre") for element in block.iter()}
    for element in tree.iter():
        inside = element in formatted
        if not inside and element.text and "\n" in element.text and element.tag not in _UNSEEN:
            element.text = element.text.replace("\n", " ")
        if element.tail and "\n" in element.tail and (not inside or element.tag == "pre"):
            element.tail = element.tail.replace("\n", " ")


def _shown_first(tree: Any) -> str:
    """Return the beginning of all that a page shows: what a wall asks stands there."""
    body, parts, length = tree.find("body"), [], 0
    for element in body.iter() if body is not None else ():
        if element.tag not in _UNSEEN and isinstance(element.tag, str) and element.text and element.text.strip():
            parts.append(" ".join(element.text.split()))
            length += len(parts[-1])
            if length > _AROUND:
                break
    return "\n".join(parts)


def _stands_alone(tree: Any, text: str | None) -> bool:
    """Tell whether a text is all that some element of the body shows."""
    body = tree.find("body")
    if body is None or not text:
        return False
    return any(_shows(element, text) for element in body.iter("p", "h2", "h3", "div", "span") if len(element) < _FEW)


def _shows(element: Any, text: str) -> bool:
    start = next((part for part in map(str.strip, element.itertext()) if part), "")
    return text.startswith(" ".join(start.split())) and " ".join("".join(element.itertext()).split()) == text


def _no_article(detail: str) -> Unreadable:
    return Unreadable(reason=UnreadableReason.NO_ARTICLE, detail=detail)
