"""What a page says about its article: JSON-LD first, then meta tags, then what readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from courlan import extract_domain
from trafilatura.metadata import extract_title

from extractors.html.bylines import is_outlet, joined, visible_byline
from extractors.html.furniture import headings, headline_element, key
from extractors.html.jsonld import Node, article_node, headline_of, linked_nodes, page_node, people, string
from extractors.html.timestamps import published_at, updated_at
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, plausible_canonical

STATED = ("og:title", "twitter:title", "title")
_SEPARATED = re.compile(r" (?:[|–—·•»›:-]|--|::) ")
_SHORT = 20
# What sites put behind or before their name in an address.
_AROUND_NAME = re.compile(r"^the|(?:news|online|com|net|org|tv)$")


def title_of(
    tree: Any, article: Node, tags: dict[str, str], shown: Sequence[str], outlets: Iterable[str]
) -> str | None:
    """Return the first title stated, JSON-LD's before the tags'; else the heading that the page's own title repeats.

    `shown` are the page's first-level headings, `outlets` names that the outlet goes by.
    """
    stated = (headline_of(article), *(tags.get(name) for name in STATED))
    title = next((title for title in map(plain, stated) if title), None) or _shown_title(tree, shown)
    return _bare(title, shown, tuple(outlets)) if title else None


def site_names(tags: dict[str, str], publishers: Iterable[str], url: str | None) -> list[str]:
    """Return the names that a page's outlet goes by: those it states, and its domain's."""
    stated = map(plain, (tags.get("og:site_name"), tags.get("application-name"), *publishers))
    domain = extract_domain(url) if url else None
    return [name for name in (*stated, domain.partition(".")[0] if domain else None) if name]


def _shown_title(tree: Any, shown: Sequence[str]) -> str | None:
    """Return the heading that the page's own title repeats, else what trafilatura takes for the title.

    A first-level heading may be the outlet's or the section's name; then the headline is one below it.
    """
    whole = key(tree.findtext(".//title") or "")
    below = ("".join(heading.itertext()) for heading in tree.iter("h2", "h3"))
    headlines = [heading for heading in below if len(key(heading)) > _SHORT]
    for several in (shown, headlines):
        repeated = [heading for heading in several if key(heading) and key(heading) in whole]
        if repeated:
            return plain(max(repeated, key=len))
    return plain(extract_title(tree))


def _bare(title: str, shown: Sequence[str], outlets: tuple[str, ...]) -> str:
    """Cut the outlet's name off a title, and complete one that was cut: the heading that readers see says which."""
    stem = title.rstrip("….").rstrip()
    for heading in map(plain, shown):
        if heading and len(heading) > len(title) > _SHORT and stem != title and heading.startswith(stem):
            return heading
        if heading and title.startswith(heading) and _SEPARATED.match(title, len(heading)):
            return heading
    parts = list(_SEPARATED.finditer(title))
    if parts and _names_outlet(title[parts[-1].end() :], outlets):
        return title[: parts[-1].start()]
    # Part of a name is enough at the end; at the beginning it may be what the article is about.
    if parts and _is_outlet(title[: parts[0].start()], outlets):
        return title[parts[0].end() :]
    return title


def _names_outlet(part: str, outlets: Sequence[str]) -> bool:
    """Tell an outlet's name, or words of it."""
    words = key(part)
    return bool(words) and (_is_outlet(part, outlets) or any(f" {words} " in f" {key(outlet)} " for outlet in outlets))


def _is_outlet(part: str, outlets: Iterable[str]) -> bool:
    """Tell an outlet's name in full, or its domain's: “CBS News” is cbsnews, “The Herald” is herald."""
    core = _core(key(part).replace(" ", ""))
    return bool(core) and any(core == _core(key(outlet).replace(" ", "")) for outlet in outlets)


def _core(name: str) -> str:
    return _AROUND_NAME.sub("", name) or name


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
