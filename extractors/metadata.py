"""Who wrote a page, when and under which headline: JSON-LD first, then meta tags, then what trafilatura sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import urljoin, urlsplit

from htmldate import find_date
from trafilatura.metadata import extract_author, extract_title

from extractors.dates import has_time, parse_date
from extractors.plaintext import plain
from extractors.urls import is_http_url, same_site

_ARTICLES = re.compile(r"(?:\w*NewsArticle|Article|LiveBlogPosting|BlogPosting|Report|LiveBlog)")
_TITLES = ("og:title", "twitter:title", "title")
_DATES = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date", "date",
)  # fmt: skip
_AUTHORS = (
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dc.creator",
    "dcterms.creator",
)
_BY = re.compile(r"^(?:by|von|par|por|di|av|автор)\b[\s:]+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]")
_NO_NAME = re.compile(r"https?:|www\.|^@|^(?:admin|administrator|editor|username|user|author|staff)$", re.IGNORECASE)
_SUFFIX = re.compile(r"\s+[|–—·•-]\s+([^|–—·•]{2,40})$")
_DEEPEST = 4
# A window without the clock in it: what may lie in the future is not ours to say.
_EARLIEST, _LATEST = "1995-01-01", "2199-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about its article. `is_article` when it calls itself one."""

    title: str | None
    author: str | None
    published: datetime | None
    language: str | None
    url: str | None
    site_name: str | None
    description: str | None
    is_article: bool


def read_metadata(tree: Any, url: str | None = None) -> Metadata:
    """Read a page's metadata from its lxml tree; `url` is where it came from."""
    article, tags = _article(tree), _tags(tree)
    site_name = plain(tags.get("og:site_name"))
    return Metadata(
        title=_title(tree, article, tags, site_name),
        author=_author(tree, article, tags),
        published=_published(tree, article, tags),
        language=tree.get("lang") or tree.get("xml:lang") or tags.get("og:locale"),
        url=_url(tree, tags, url),
        site_name=site_name,
        description=_description(article, tags),
        is_article=bool(article) or tags.get("og:type") == "article",
    )


def _article(tree: Any) -> dict[str, Any]:
    """Return the page's own article of its JSON-LD: the first with a headline, empty when there is none."""
    found = [node for script in _json_scripts(tree) for node in _nodes(script, _DEEPEST) if _is_article(node)]
    return next((node for node in found if node.get("headline") or node.get("name")), found[0] if found else {})


def _json_scripts(tree: Any) -> Iterator[Any]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            try:
                # strict=False: line breaks inside strings are common.
                yield json.loads(script.text.strip().removesuffix(";"), strict=False)
            except (ValueError, RecursionError):
                continue


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Walk what stands for the page itself; lists of other pages (itemListElement) are left alone."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth - 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(value.get(key), depth - 1)


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLES.fullmatch(kind) for kind in (types if isinstance(types, list) else [types])
    )


def _tags(tree: Any) -> dict[str, str]:
    """Return the meta tags by lower-case name, the first of each name that says something."""
    tags: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (meta.get(attribute) or "").strip().lower()
            if name and content:
                tags.setdefault(name, content)
    return tags


def _title(tree: Any, article: dict[str, Any], tags: dict[str, str], site_name: str | None) -> str | None:
    stated = (_string(article.get("headline")), *(tags.get(name) for name in _TITLES))
    title = next((title for title in map(plain, stated) if title), None) or plain(extract_title(tree))
    suffix = _SUFFIX.search(title or "")
    if title and suffix and site_name and suffix[1].casefold() in site_name.casefold():
        return title[: suffix.start()]
    return title


def _description(article: dict[str, Any], tags: dict[str, str]) -> str | None:
    stated = (_string(article.get("description")), tags.get("og:description"), tags.get("description"))
    return next((text for text in map(plain, stated) if text), None)


def _published(tree: Any, article: dict[str, Any], tags: dict[str, str]) -> datetime | None:
    """Return the publication time: the first that has a time of day, else the first date there is."""
    stated = [_string(article.get("datePublished")), *(tags.get(name) for name in _DATES)]
    dated = [(text, moment) for text in stated if (moment := parse_date(text))]
    exact = (moment for text, moment in dated if has_time(text) and _near(moment, dated[0][1]))
    return next(exact, None) or (dated[0][1] if dated else _found_date(tree))


def _near(one: datetime, other: datetime) -> bool:
    return abs((one - other).days) <= 1


def _found_date(tree: Any) -> datetime | None:
    return parse_date(find_date(tree, original_date=True, extensive_search=False, min_date=_EARLIEST, max_date=_LATEST))


def _author(tree: Any, article: dict[str, Any], tags: dict[str, str]) -> str | None:
    author = article.get("author")
    stated = chain(
        (_joined(_names(names, person=True)) for names in (author, article.get("creator"))),
        (_joined([tags[name]]) for name in _AUTHORS if name in tags),
    )
    found = next((names for names in stated if names), None)
    return found or _joined([extract_author(tree) or ""]) or _joined(_names(author, person=False))


def _names(value: Any, *, person: bool) -> Iterator[str]:
    """Yield the names of JSON-LD authors: of people, or of organisations."""
    for author in value if isinstance(value, list) else [value]:
        if isinstance(author, str) and person:
            yield author
        elif isinstance(author, dict) and ("Organization" in str(author.get("@type"))) is not person:
            names = author.get("name")
            yield from (_string(name) for name in (names if isinstance(names, list) else [names]))


def _joined(names: Iterable[str]) -> str | None:
    """Join names as a byline; an address or an account in place of a name is none."""
    clean = [_BY.sub("", name) for name in map(plain, names) if name]
    return ", ".join(dict.fromkeys(name for name in clean if _NAME.search(name) and not _NO_NAME.search(name))) or None


def _url(tree: Any, tags: dict[str, str], url: str | None) -> str | None:
    """Return the page's own address: its canonical link, else og:url, where it may be believed."""
    links = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    return next((stated for stated in (*links, tags.get("og:url")) if stated and _is_plausible(stated, url)), None)


def _is_plausible(stated: str, url: str | None) -> bool:
    """Refuse another site's address, and the home page's on any other page."""
    if not is_http_url(stated):
        return False
    if url is None or not is_http_url(url):
        return True
    homely = urlsplit(stated).path in {"", "/"} and not urlsplit(stated).query
    return same_site(stated, url) and not (homely and urlsplit(urljoin(url, ".")).path not in {"", "/"})


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
