"""Article pages, cleaned. trafilatura is the reader, its downloader is never used; furniture is taken out around it."""

from __future__ import annotations

import logging
import re
from typing import Any

import trafilatura
from trafilatura.utils import load_html

from extractors.encodings import decoded, too_large, unpacked
from extractors.furniture import headings, prune, without_furniture
from extractors.languages import language_of
from extractors.metadata import Metadata, read_metadata
from extractors.records import Page, Unreadable, UnreadableReason

MAX_BYTES = 5_000_000

# What the libraries would say about a page is the reason we return; they must not say it on stderr as well.
for _library in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)

_BINARY = re.compile(rb"%PDF|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|RIFF|\x7fELF|ID3|\x00\x00\x00.ftyp", re.DOTALL)
_MARKUP = re.compile(r"<[a-z!/?]", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\s.!?…。！？][.!?…。！？]+[\"'”’»)\]]*(?:\s|$)")
_SENTENCES = 3
_BULLET = re.compile(r"^-\s+")
_NOT_FOUND = re.compile(
    r"\b(?:404|page (?:could )?not (?:be )?found|page (?:doesn['’]t|does not) exist|page introuvable"
    r"|seite nicht gefunden|página no encontrada|страница не найдена|сторінку не знайдено)\b",
    re.IGNORECASE,
)
_SHORT = 1_500
# A standfirst holds a link or an emphasis, no more.
_FEW = 4


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
    repeated = (about.title, about.author, *headings(tree))
    prune(tree, about.title)
    lines = without_furniture(_lines(tree, url), repeated)
    if lines and standfirst and standfirst not in "\n".join(lines):
        # Visible on the page, and often left out with the header it stands in.
        lines.insert(0, standfirst)
    text = "\n".join(lines)
    return _refusal(text, about) or Page(
        text=text,
        title=about.title,
        author=about.author,
        published=about.published,
        language=language_of(text, about.language),
        url=about.url,
        site_name=about.site_name,
    )


def _lines(tree: Any, url: str | None) -> list[str]:
    extracted: Any = trafilatura.bare_extraction(tree, include_comments=False, url=url)
    text = extracted.text if extracted else None
    return [" ".join(_BULLET.sub("", line).split()) for line in (text or "").splitlines()]


def _stands_alone(tree: Any, text: str | None) -> bool:
    """Tell whether a text is all that some element of the body shows."""
    body = tree.find("body")
    if body is None or not text:
        return False
    return any(_shows(element, text) for element in body.iter("p", "h2", "h3", "div", "span") if len(element) < _FEW)


def _shows(element: Any, text: str) -> bool:
    start = next((part for part in map(str.strip, element.itertext()) if part), "")
    return text.startswith(" ".join(start.split())) and " ".join("".join(element.itertext()).split()) == text


def _refusal(text: str, about: Metadata) -> Unreadable | None:
    """Say why a page is no article: nothing to read, an error page, a stub that does not call itself one."""
    if not text:
        return _no_article("no text")
    if len(text) < _SHORT and _NOT_FOUND.search(f"{about.title}\n{text[:200]}"):
        return _no_article("an error page")
    if len(_SENTENCE.findall(text)) < _SENTENCES and not (about.is_article and about.title):
        return _no_article("fewer than three sentences")
    return None


def _no_article(detail: str) -> Unreadable:
    return Unreadable(reason=UnreadableReason.NO_ARTICLE, detail=detail)
