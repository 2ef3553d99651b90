"""When a page says it was published and updated: what machines are told first, then what readers are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from htmldate import find_date

from extractors.html.furniture import is_elsewhere, names_of, shown
from extractors.html.jsonld import Node, string
from extractors.text.dates import has_time, parse_date

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
