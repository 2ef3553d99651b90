"""What a page says about its article: JSON-LD first, then meta tags, then what readers see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from extractors.html.bylines import is_outlet, joined, visible_byline
from extractors.html.furniture import headings, headline_element
from extractors.html.jsonld import Node, article_node, linked_nodes, page_node, people, string
from extractors.html.timestamps import published_at, updated_at
from extractors.html.titles import STATED, site_names, title_of
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, plausible_canonical

_SECTIONS = ("article:section", "articlesection", "parsely-section", "sailthru.section", "section")
_AUTHORS = (
    "author", "article:author_name", "article:author", "og:article:author", "og:author", "parsely-author",
    "sailthru.author", "byl", "dc.creator", "dcterms.creator", "dc.creator.author", "cxenseparse:author",
    "article.author", "citation_author",
)  # fmt: skip
_OTHER_AUTHOR = re.compile(r"[\w-]+[.:_]author|(?:[\w-]+[.:])?byline")
_LONGEST_SECTION = 60


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
    updated: datetime | None = None
    section: str | None = None
    article: Node = field(default_factory=dict)


def read_metadata(tree: Any, url: str | None = None) -> Metadata:
    """Read a page's metadata from its lxml tree; `url` is where it came from."""
    tags, nodes = _tags(tree), linked_nodes(tree)
    shown = headings(tree)
    article = article_node(nodes, (*shown, *(tags.get(name) for name in STATED)))
    dated = article or page_node(nodes)
    outlet = plain(tags.get("og:site_name"))
    address = _url(tree, tags, url)
    publishers = people(article.get("publisher"), nodes, organisations=True)
    title = title_of(tree, article, tags, shown, site_names(tags, publishers, address or url))
    headline = headline_element(tree, title)
    published = published_at(tree, dated, tags, headline, address or url)
    return Metadata(
        title=title,
        author=_author(tree, article, nodes, tags, headline),
        published=published,
        updated=updated_at(tree, dated, tags, published),
        section=_section(article, tags, title),
        language=tree.get("lang") or tree.get("xml:lang") or tags.get("og:locale"),
        url=address,
        site_name=outlet,
        description=_description(article, tags),
        is_article=bool(article) or tags.get("og:type") == "article",
        article=article,
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


def _description(article: Node, tags: dict[str, str]) -> str | None:
    stated = (string(article.get("description")), tags.get("og:description"), tags.get("description"))
    return next((text for text in map(plain, stated) if text), None)


def _author(tree: Any, article: Node, nodes: list[Node], tags: dict[str, str], headline: Any) -> str | None:
    """Return the byline: people before organisations, and the outlet's own name only where nobody else is named."""
    publisher = people(article.get("publisher"), nodes, organisations=True)
    outlets = [plain(tags.get("og:site_name")), *map(plain, publisher)]
    fields = [article.get("author"), article.get("creator")]
    tagged = [*_AUTHORS, *(name for name in tags if _OTHER_AUTHOR.fullmatch(name))]
    stated = chain(
        (joined(people(value, nodes), outlets) for value in fields),
        (joined([tags[name]], outlets) for name in tagged if name in tags),
        (visible_byline(tree, headline, outlets) for _ in (0,)),
        (joined(people(value, nodes, organisations=True)) for value in fields),
    )
    outlet = None
    for names in filter(None, stated):
        if not is_outlet(names, outlets):
            return names
        outlet = outlet or names
    return outlet


def _section(article: Node, tags: dict[str, str], title: str | None) -> str | None:
    """Return the part of the outlet that an article stands in: a name, not a headline."""
    stated = article.get("articleSection")
    stated = stated if isinstance(stated, list) else [stated]
    named = map(plain, (*map(string, stated), *(tags.get(name) for name in _SECTIONS)))
    return next((name for name in named if name and len(name) <= _LONGEST_SECTION and name != title), None)


def _url(tree: Any, tags: dict[str, str], url: str | None) -> str | None:
    """Return the page's own address: its canonical link, else og:url, where it may be believed."""
    links = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    return next((stated for stated in (*links, tags.get("og:url")) if stated and _is_plausible(stated, url)), None)


def _is_plausible(stated: str, url: str | None) -> bool:
    """Refuse another site's address, the home page's and a section's; a page that came from nowhere names itself."""
    if url is None or not is_http_url(url):
        return is_http_url(stated)
    return plausible_canonical(url, stated)
