"""An article's headline: what the page states, without the outlet's and the section's name around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from courlan import extract_domain
from trafilatura.metadata import extract_title

from extractors.html.furniture import key
from extractors.html.jsonld import Node, headline_of
from extractors.text.plaintext import plain

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
    for headings in (shown, headlines):
        repeated = [heading for heading in headings if key(heading) and key(heading) in whole]
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
