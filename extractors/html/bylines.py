"""Who wrote an article, out of what a page calls its author. Names come out as printed, roles and outlets do not."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise, takewhile
from typing import Any

from lxml import etree

from extractors.html.furniture import is_elsewhere, key, names_of, shown
from extractors.text.dates import parse_date
from extractors.text.plaintext import plain

_BY = re.compile(
    r"""(?xi)^\s*(?:(?:analysis|opinion|comment|story|words|text|written|reported|posted|published|report|review|reporting)\s+)?
    (?:by|von|vom|par|por|di|av|af|door|przez|автор[ыа]?|text|av|от)\b[\s:]+"""
)  # fmt: skip
_LABEL = re.compile(
    r"""(?xi)^[\s(（]*(?:
      (?:author|reporter|journalist|writer|autorin/autor|autore?n?|autorin|auteurs?|autores|autori|yazar|muhabir|forfatter|skribent
        |автор|журналист|текст) \s* [:：] \s*
      | autorin/autor \s+ | (?:written|reported|posted|story) \s+ by \b [\s:]*
      | (?:作者|撰文|文|记者|記者|本报记者|責任編輯|责任编辑|责编|編輯|编辑|采写) \s* [:：/／] \s* )
    (?P<names>[^\d:：()（）|]{2,100}?) [\s)）]*$"""
)  # fmt: skip
_NAME = re.compile(r"[^\W\d_]")
_NO_NAME = re.compile(
    r"https?:|www\.|^@|/|^(?:admin|administrator|editor|username|user|authors?|staff|null|none|undefined"
    r"|by|von|par|print|share|size|text size|comments?|e-?mail)$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"""(?xi)^(?:the\s+)?(?:[\w’'.&-]+\s+){0,4}(?:journalist|reporter|(?:sub-?|co-?)?editor(?:-at-large|-in-chief)?
      |correspondents?|columnist|staff\ writer|writer|contributor|producer|newsroom|desk|journalistin|redakteur(?:in)?
      |korrespondent(?:in)?|redaktion|rédaction|redacción|redazione|редакция|корреспондент|обозреватель|muhabiri?)$"""
)  # fmt: skip
_CUT = re.compile(
    r"""(?xi)\ ?(?:\ -\ |\b(?:published|updated|posted|last\ updated|modified|publi[ée]|aktualisiert|stand|on|at|in)\b
      |(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\ )?
       (?:\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\ )?\d
      |@|\b(?:follow|twitter|e-?mail|share|read)\b).*"""
)  # fmt: skip
_PARTS = re.compile(r" ?(?:[,;|、，·•–—]| / |\. (?=[A-Z]\w{1,30} [A-Z])) ?")
_JOINED = re.compile(r" (?:and|und|et|y|e|og|och|en|и|та|ve|&) ", re.IGNORECASE)
# What stands behind such a name is the town it sits in.
_COMPANY = re.compile(r"\b(?:gmbh|inc|ltd|llc|corp|s\.r\.l|s\.a|pty|ag|se)\.?$", re.IGNORECASE)
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,4}", re.IGNORECASE)
_PARTICLES = {
    "de", "da", "do", "dos", "del", "della", "di", "du", "la", "le", "van", "von", "den", "der", "ter", "ten", "bin",
    "bint", "ibn", "al", "el", "abu", "af", "av", "zu", "y", "e", "i",
}  # fmt: skip
_BYLINE_WORDS = re.compile(
    r"(?:^|-)(?:by-?lines?|authors?|contributors?|writers?|reporters?|auteurs?|autor(?:es|en|in|i|e)?|autori|firma|yazar)"
    r"(?:-|$)"
)
_NOT_BYLINE = re.compile(
    r"(?:^|-)(?:comment\w*|bio|biography|avatar|image|img|photo|about|description|desc|twitter|social|email|follow"
    r"|related|recirc|card|teaser|promo|popular|more|sidebar|date|time|footer|warning|input|form)(?:-|$)"
)
_PROFILE = re.compile(
    r"/(?:authors?|autor(?:es)?|autore|auteurs?|autoren|contributors?|journalists?|people|staff|profiles?|reporters?|writers?"
    r"|correspondents?|team|meet-the-team|by|av|persons?)/[^/]"
)
_NO_LINE = {"button", "label", "input", "img", "svg", "script", "style", "option"}
_FEW = 4
_LONGEST_NAME, _LONGEST_BYLINE, _MOST_WORDS = 60, 160, 6
_MOST_CANDIDATES = 40
_MOST_ABOVE = 12


def joined(names: Iterable[str | None], outlets: Iterable[str | None] = ()) -> str | None:
    """Join names as a byline, each once; addresses, accounts, roles and the outlet's own name beside one are none."""
    own = {key(outlet) for outlet in outlets if outlet}
    clean = [_BY.sub("", name).strip(" ,;|·•-–—") for name in map(plain, names) if name]
    stated = [part for name in clean for part in _without_roles(name, own)]
    return ", ".join(dict.fromkeys(name for name in stated if _NAME.search(name) and not _NO_NAME.search(name))) or None


def is_outlet(byline: str | None, outlets: Iterable[str | None]) -> bool:
    """Tell whether a byline only names the outlet, with a word behind it or not, or some site."""
    if byline is None:
        return False
    return bool(_SITE.fullmatch(byline)) or any(_is_own(byline, key(outlet)) for outlet in outlets if outlet)


def visible_byline(tree: Any, headline: Any, outlets: Iterable[str | None] = ()) -> str | None:
    """Return the names that a page shows its readers after the headline.

    First what it marks up as a byline, then links to profiles, then a line “By …”, a word for author with names
    behind it, and the line of names just before the date; last, what is marked further down, or above the headline.
    """
    elements = [element for element in _after(tree, headline) if element.tag not in _NO_LINE]
    head = elements[: _head(elements)]
    outlets = list(outlets)
    ways = ((_marked, head), (_profiles, head), (_by_lines, head), (_labelled, elements), (_before_dates, head))
    for find, where in (*ways, (_marked, elements), (_marked, _above(tree, headline))):
        for names in islice(find(where), _MOST_CANDIDATES):
            byline = joined(names, outlets) if names else None
            if byline and not is_outlet(byline, outlets):
                return byline
    return None


def _head(elements: list[Any]) -> int:
    """Return how many elements come before the text is well under way: bylines beyond are other stories'."""
    paragraphs = 0
    for number, element in enumerate(elements):
        paragraphs += element.tag == "p" and not shown(element, _LONGEST_BYLINE) and bool(element.text or len(element))
        if paragraphs > _FEW:
            return number
    return len(elements)


def _marked(elements: list[Any]) -> Iterator[list[str]]:
    for element in elements:
        marked = element.get("rel") == "author" or element.get("itemprop") == "author" or _is_byline(element)
        if marked and not is_elsewhere(element):
            yield _names_in(element)


def _profiles(elements: list[Any]) -> Iterator[list[str]]:
    """Yield the names on links to authors' pages; those side by side are one byline."""
    for element in elements:
        if element.tag == "a" and _PROFILE.search(element.get("href") or "") and not is_elsewhere(element):
            beside = [link for link in element.getparent().iter("a") if _PROFILE.search(link.get("href") or "")]
            yield [name for link in beside for name in _listed(shown(link))]


def _by_lines(elements: list[Any]) -> Iterator[list[str]]:
    for element in elements:
        if len(element) <= _FEW and _BY.match(text := shown(element, _LONGEST_BYLINE)) and not is_elsewhere(element):
            yield _listed(text)


def _labelled(elements: list[Any]) -> Iterator[list[str]]:
    for element in elements:
        label = _LABEL.match(shown(element, _LONGEST_BYLINE)) if len(element) <= _FEW else None
        if label and not is_elsewhere(element):
            yield _listed(label["names"])


def _before_dates(elements: list[Any]) -> Iterator[list[str]]:
    """Yield a first and a last name that stand in a line of their own, right before the first date."""
    lines = [text for element in elements if not len(element) and (text := shown(element, _LONGEST_BYLINE))]
    for name, date in pairwise(lines[:_MOST_CANDIDATES]):
        if any(map(str.isdigit, date)):
            day = parse_date(date.split(" - ")[0])
            yield _listed(name) if day and " " in name and not _CUT.search(name.strip(" |")) else []
            return


def _without_roles(name: str, own: set[str]) -> list[str]:
    """Split off what stands beside a name and is none: “Ann Author, Senior reporter”, “Ben, The Herald”."""
    parts = [part for part in _PARTS.split(name) if part]
    if parts and _COMPANY.search(parts[0]):
        return parts[:1]
    kept = [part for part in parts if not _ROLE.match(part) and not any(_is_own(part, outlet) for outlet in own)]
    if not kept:
        return [name]
    return [name] if len(kept) == len(parts) else kept


def _is_own(part: str, outlet: str) -> bool:
    name = key(part)
    return bool(name) and (name == outlet or (len(outlet) > 2 and name.startswith(outlet + " ")))  # noqa: PLR2004  (an outlet's name, not initials)


def _after(tree: Any, headline: Any) -> Iterator[Any]:
    """Yield the elements of the body from the headline on, in document order."""
    body = tree.find("body")
    found = headline is None
    for element in body.iter() if body is not None else ():
        found = found or element is headline
        if found and element is not headline and isinstance(element.tag, str):
            yield element


def _above(tree: Any, headline: Any) -> list[Any]:
    """Return the last few elements before the headline."""
    body = tree.find("body")
    if body is None or headline is None:
        return []
    return list(deque(takewhile(lambda element: element is not headline, body.iter(etree.Element)), _MOST_ABOVE))


def _is_byline(element: Any) -> bool:
    names = [name for name in names_of(element) if _BYLINE_WORDS.search(name)]
    return any(not _NOT_BYLINE.search(name) for name in names)


def _names_in(element: Any) -> list[str]:
    if not shown(element, _LONGEST_BYLINE):
        return []
    whole = _listed(_BY.sub("", shown(element)))
    named = [shown(part) for part in element.iter() if part.get("itemprop") == "name" or part.get("rel") == "author"]
    named = named or [shown(link) for link in element.iter("a") if "@" not in shown(link)]
    found = list(dict.fromkeys(name for text in named for name in _listed(text)))
    return whole if len(whole) >= len(found) else found


def _listed(text: str) -> list[str]:
    """Split a line of names; what follows the last of them (a date, a place of work) is left out."""
    parts = _PARTS.split(_CUT.sub("", _BY.sub("", text)).strip(" ,;|·•-–—/"))
    names = [name for part in parts for name in _JOINED.split(part) if name and not _ROLE.match(name)]
    return list(takewhile(_is_name, names))


def _is_name(text: str) -> bool:
    words = text.replace("-", " ").split()
    if not words or len(text) > _LONGEST_NAME or len(words) > _MOST_WORDS or _NO_NAME.search(text):
        return False
    if not any(character.isupper() for character in text):
        # A script without capitals: a name there is a few characters, no sentence.
        return text.isalpha() and not text.isascii() and not any(map(str.islower, text)) and 2 <= len(text) <= 10  # noqa: PLR2004 (a short name in one script)
    return all(word[0].isupper() or word.lower() in _PARTICLES or word[0] in "'’" for word in words)
