"""The article that a page describes in its JSON-LD. Reads what is there, believes nothing about its shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from extractors.html.furniture import key

_ARTICLES = re.compile(
    r"(?:https?://schema\.org/)?(?:\w{0,30}NewsArticle|Article|LiveBlogPosting|BlogPosting|Report|LiveBlog)"
)
_PAGES = re.compile(r"(?:https?://schema\.org/)?(?:Web|Item)Page")
_LIVE = re.compile(r"(?:https?://schema\.org/)?LiveBlog(?:Posting)?")
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|(?://\s*)?\]\]>)\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[\]}])")
_DEEPEST = 4
_MOST = 5_000
_ORGANISATION = re.compile(r"Organi[sz]ation|Corporation|WebSite", re.IGNORECASE)
# Lists of other pages (itemListElement) and parts (video, image) are left alone.
_INWARD = ("@graph", "mainEntity", "mainEntityOfPage")

Node = dict[str, Any]


def linked_nodes(tree: Any) -> list[Node]:
    """Return the nodes of a page's JSON-LD that stand for the page itself, in order."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_nodes(_loaded(script.text), _DEEPEST))
            if len(nodes) > _MOST:
                break
    return nodes


def article_node(nodes: Iterable[Node], headlines: Iterable[str | None] = ()) -> Node:
    """Return the page's own article: the one under one of its headlines, else the first; empty when there is none.

    Where there is no article, the page's own node may still say when it was published.
    """
    nodes = list(nodes)
    articles = [node for node in nodes if is_of_type(node, _ARTICLES)]
    titled = [node for node in articles if headline_of(node)]
    known = {key(headline) for headline in headlines if headline}
    same = (node for node in titled if key(headline_of(node)) in known)
    return next(same, None) or next(iter([*titled, *articles]), {})


def page_node(nodes: Iterable[Node]) -> Node:
    """Return what stands for the page where nothing stands for an article; empty when there is none."""
    pages = (node for node in nodes if is_of_type(node, _PAGES) and node.get("datePublished"))
    return next(pages, {})


def live_posts(node: Node) -> list[Node]:
    """Return the posts of a live blog, empty when the node is none."""
    if not is_of_type(node, _LIVE):
        return []
    posts = node.get("liveBlogUpdate")
    return [post for post in (posts if isinstance(posts, list) else [posts]) if isinstance(post, dict)][:_MOST]


def people(value: Any, nodes: Iterable[Node], *, organisations: bool = False, depth: int = _DEEPEST) -> list[str]:
    """Return the names in an author field: of people, or of organisations. References (@id) are looked up."""
    if isinstance(value, str):
        return [] if organisations else [value]
    if depth == 0:
        return []
    if isinstance(value, list):
        return [name for item in value for name in people(item, nodes, organisations=organisations, depth=depth - 1)]
    if not isinstance(value, dict):
        return []
    if "name" not in value and "@id" in value:
        value = next((node for node in nodes if node.get("@id") == value["@id"] and "name" in node), {})
    if bool(_ORGANISATION.search(str(value.get("@type")))) is not organisations:
        return []
    names = value.get("name")
    return [string(name) for name in (names if isinstance(names, list) else [names]) if string(name)]


def headline_of(node: Node) -> str:
    """Return a node's headline, empty when it has none."""
    return string(node.get("headline")) or string(node.get("name"))


def string(value: Any) -> str:
    """Return a JSON value that is a string, anything else as empty."""
    return value.strip() if isinstance(value, str) else ""


def is_of_type(node: Node, pattern: re.Pattern[str]) -> bool:
    """Tell whether one of a node's types is meant."""
    types = node.get("@type")
    return any(
        isinstance(kind, str) and pattern.fullmatch(kind) for kind in (types if isinstance(types, list) else [types])
    )


def _loaded(text: str) -> Any:
    """Parse a script, forgiving what browsers' consoles would not: wrappings, trailing commas, raw line breaks."""
    text = _WRAPPING.sub("", text.strip()).strip().removesuffix(";")
    for candidate in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any, depth: int) -> Iterator[Node]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth - 1)
    elif isinstance(value, dict):
        yield value
        for inward in _INWARD:
            yield from _nodes(value.get(inward), depth - 1)
