"""What a page says about its article: JSON-LD first, then meta tags, then what readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

from htmldate import find_date
from trafilatura.metadata import extract_title

from extractors.html.bylines import is_outlet, joined, visible_byline
from extractors.html.furniture import headings, headline_element, is_elsewhere, key, names_of, shown
from extractors.html.jsonld import Node, article_node, headline_of, linked_nodes, page_node, people, string
from extractors.text.dates import has_time, parse_date
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, plausible_canonical, registered_domain

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "article.published", "cxenseparse:recs:publishtime", "article_date_original", "originalpublicationdate",
    "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date", "displaydate", "date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "article:modified", "datemodified",
    "last-modified", "lastmod", "modified_time", "article.updated", "dcterms.modified", "dc.date.modified", "revised",
)  # fmt: skip
# /2024/09/16/, and with the section between, as in /2024/world/europe/09/16/.
_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:(?:/[A-Za-z_-]{2,20}){1,2}(?=/))?(?P<mark>[/_-]?)(?P<month>0[1-9]|1[0-2])"
    r"(?P=mark)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)
_LABEL = re.compile(
    r"""(?xi)^(?:(?:first\ |originally\ )?(?:published|posted|created|released)(?:\s+(?:on|at))?|datum|date|fecha|data
      |publié\s+le
      |veröffentlicht(?:\s+am)?|опубликовано|дата|yayın(?:lanma)?(?:\s+tarihi)?)\b[\s:：]*"""
)  # fmt: skip
_CHANGED = re.compile(r"(?i)update|modif|edited|aktualisiert|mis à jour|güncel|обновл|actualiz|aggiorn")
_DATED = re.compile(
    r"(?:^|-)(?:date|dateline|datetime|time|timestamps?|published|pub-?date|tarih|datum|fecha|meta|by-?lines?|info)(?:-|$)"
)
# Dates in a line with other things: “Ann Author / The Herald / Sep 2, 2024”, “17:41 JST, October 13, 2024”.
_WITHIN = re.compile(
    r"(?i)\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d\d-\d\d|(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}(?!\d)"
    r"|(?<!\d)\d{1,2}\.?\ (?:d[ei]\ )?[^\W\d_]{3,12}\.?,?\ (?:d[ei]\ )?\d{4}(?!\d)"
    r"|[^\W\d_]{3,12}\.?\ \d{1,2},?\ \d{4}(?!\d)"
)
_AFTER_TITLE = re.compile(r"[|–—-]\s*([^|–—-]*\d{4})\s*$")
_LONGEST = 80
_MOST_CANDIDATES = 30
# A window without the clock in it: what may lie in the future is not ours to say.
_EARLIEST, _LATEST = "1995-01-01", "2199-12-31"
_APART = timedelta(days=3)


def published_at(tree: Any, article: Node, tags: dict[str, str], headline: Any, url: str | None) -> datetime | None:
    """Return the publication time: the first that is stated and has a time of day, else the first date there is."""
    stated = _dated([string(article.get("datePublished")), *(tags.get(name) for name in _PUBLISHED)])
    if not stated:
        stated = _dated(_marked(tree, "datePublished")) or _dated(_shown_dates(tree, headline))
    addressed = address_date(url)
    if stated:
        return _best(stated, addressed)
    titled = _AFTER_TITLE.search(tags.get("og:title") or "")
    return (parse_date(titled[1]) if titled else None) or addressed or _found(tree)


def updated_at(tree: Any, article: Node, tags: dict[str, str], published: datetime | None) -> datetime | None:
    """Return when the page says it was last changed, None when that is not after its publication."""
    stated = _dated([string(article.get("dateModified")), *(tags.get(name) for name in _UPDATED)])
    stated = stated or _dated(_marked(tree, "dateModified"))
    moment = next((moment for text, moment in stated if has_time(text)), None)
    return moment if moment and (published is None or moment > published) else None


def address_date(url: str | None) -> datetime | None:
    """Return the day in an article's address: /2024/09/16/, 2024-09-16 or 20240916."""
    day = _IN_ADDRESS.search(url or "")
    try:
        return datetime(int(day["year"]), int(day["month"]), int(day["day"]), tzinfo=UTC) if day else None
    except ValueError:
        return None


def _dated(texts: Iterable[str | None]) -> list[tuple[str, datetime]]:
    return [(text, moment) for text in texts if text and (moment := parse_date(text))]


def _best(stated: list[tuple[str, datetime]], addressed: datetime | None) -> datetime:
    """Return the first with a time of day, of those on the address's day if any is, else of those like the first."""
    day = stated[0][1]
    if addressed and abs(day - addressed) > _APART:
        day = next((moment for _, moment in stated if abs(moment - addressed) <= timedelta(days=1)), day)
    same = [(text, moment) for text, moment in stated if abs((moment - day).days) <= 1]
    return next((moment for text, moment in same if has_time(text)), same[0][1])


def _marked(tree: Any, name: str) -> Iterator[str | None]:
    """Yield what microdata says, outside of other articles' boxes."""
    for element in islice(tree.iterfind(f".//*[@itemprop='{name}']"), _MOST_CANDIDATES):
        if not is_elsewhere(element):
            yield element.get("content") or element.get("datetime") or shown(element)


def _shown_dates(tree: Any, headline: Any) -> list[str]:
    """Return the dates shown after the headline: in time elements, then in lines that are a date."""
    elements = list(_after(tree, headline))
    times = [element for element in elements if element.tag == "time" and not _tells_change(element)]
    lines = [element for element in elements if element.tag != "time" and len(element) < 4 and _may_be_date(element)]  # noqa: PLR2004  (a line, not a block)
    machine = [element.get("datetime") or shown(element) for element in times[:1]]
    texts = [_LABEL.sub("", shown(element)) for element in lines[:_MOST_CANDIDATES]]
    return [*machine, *(date for text in texts for date in (text, *_WITHIN.findall(text)))]


def _after(tree: Any, headline: Any) -> Iterator[Any]:
    body, found = tree.find("body"), headline is None
    for element in body.iter("h1", "time", "span", "div", "p", "li", "em", "small") if body is not None else ():
        found = found or element is headline
        if found and element is not headline and not is_elsewhere(element):
            yield element


def _may_be_date(element: Any) -> bool:
    text = shown(element, _LONGEST)
    if not any(map(str.isdigit, text)) or _CHANGED.search(text):
        return False
    return bool(_LABEL.match(text) or _WITHIN.match(text)) or any(_DATED.search(name) for name in names_of(element))


def _tells_change(element: Any) -> bool:
    around = element.getparent()
    names = [*names_of(element), *(names_of(around) if around is not None else ())]
    before = (around.text or "") if around is not None and element.getprevious() is None else ""
    return any(map(_CHANGED.search, names)) or bool(_CHANGED.search(shown(element)) or _CHANGED.search(before))


def _found(tree: Any) -> datetime | None:
    return parse_date(find_date(tree, original_date=True, extensive_search=False, min_date=_EARLIEST, max_date=_LATEST))


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
    domain = registered_domain(url) if url else None
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
