"""What stands on a page beside its article: captions, comments, teasers, boxes. Takes them out, adds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from extractors.dates import parse_date

# Names that outlets give their boxes, as words of a class or id: "RelatedStories__list" is related-stories-list.
_FURNITURE = re.compile(
    r"""(?x)(?:^|-)(?:
    related | recirc(?:ulation)? | recommended | recommendations | trending | teasers? | up-next | infobox
    | popular-(?:articles|posts|stories|news) | most-(?:popular|read|viewed|shared|recent)
    | more-(?:topics?|stories|news|from|on|links?|articles|coverage)
    | read-(?:more|next|also) | also-(?:read|like) | next-(?:article|story|up) | you-may
    | newsletters? | sign-?up | subscribe | subscription-(?:box|form|banner) | cookies? | consent | gdpr
    | share | sharing | social(?:-media)? | advert(?:isement|s)? | sponsored | outbrain | taboola | breadcrumbs?
    | (?:rollover|tooltip|popover)-(?:\w+-)?(?:block|content|text)
    )(?:-|$)"""
)
_CAPTION = re.compile(r"(?:^|-)(?:captions?|(?:photo|image|media)-credit)(?:-|$)|(?:^|-)wp-caption")
_COMMENTS = re.compile(
    r"""(?x)(?!no-|has-|hide-|with-|without-|type-)(?:[a-z0-9]+-){0,2}comments?
    (?:-(?:list|section|area|threads?|wrap|wrapper|container|box|block|form|respond|holder|content|feed|app|root|inner
      |module|panel|count|title|header|body|items?|\d+))*
    | disqus.* | dsq-.* | livefyre.* | viafoura.* | spot-?im.* | openweb.* | commento.* | .*-commenting"""
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAK = re.compile(r"[^A-Za-z0-9]+")

# Blocks that a box can be; what else carries such a name (a link, a heading's anchor) may stand in a sentence.
_BOXES = {
    "div",
    "section",
    "aside",
    "ul",
    "ol",
    "dl",
    "p",
    "table",
    "article",
    "form",
    "nav",
    "footer",
    "details",
    "li",
    "span",
}
_BLOCKS = {"div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "section", "article", "figure"}
_LINES = {"p", "li", "h2", "h3", "h4", "h5", "h6"}
_NEVER = {"html", "body", "main", "head"}
_NOT_ARTICLE = {"figcaption", "nav", "footer", "aside", "form", "button", "dialog", "menu"}
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_SHORT_LINK = 20

# Lines that are nothing but furniture, in the languages the wires are read in.
_POINTER = re.compile(
    r"""(?xi)
    (?: more | related | watch | listen | recommended | live ) (?: \s* [:：|»→>–-] .* )?
    | (?: read\ (?:more|also) | also\ read | see\ also | must\ read | don['’]t\ miss | à\ lire | lire\ aussi
      | mehr\ zum\ thema | lesen\ sie\ auch | le[ea]\ también | leggi\ anche | leia\ também
      | чита(?:йте|ть)\ та(?:кже|кож) ) \b .*
    """
)
_CREDIT = re.compile(
    r"""(?xi)
    (?: photos? | photograph | photo\ (?:by|credit) | file\ photo | image | picture | fotos? | фото | bild
      | crédit\ photo )
    \s* [:：] .*
    """
)
_PROMPT = re.compile(
    r"""(?xi)
    advertis(?:ement|ing) | advert | anzeige | werbung | (?:passer\ la\ )?publicité | publicidad | реклама
    | article\ content | story\ continues\ below .* | advertisement\ .* | comments? | share(?:\ this .*)?
    | subscribe(?:\ now)?!? | loading .* | print | popular | follow\ us .* | leave\ a\ (?:comment|reply) .*
    | read\ the\ full\ article\ here
    | (?: sign\ up\ (?:for|to) | subscribe\ to | join\ (?:our|thought) | get\ (?:our|daily|breaking)
      | get\ in\ touch\ with\ our | get\ the\ (?:latest|daily) | stay\ informed\ with | for\ more\ stories\ like\ this
      | follow\ .{1,40}\ on\ (?:facebook|twitter|x|instagram|telegram) | click\ here\ to | please\ bookmark
      | our\ website\ is\ the\ place | swipe\ left
      | this\ article\ (?:is|was)\ (?:only\ )?available\ to\ subscribers ) \b .*
    """
)
_STAMP = re.compile(
    r"""(?xi)
    \d{1,2}:\d\d .{1,40} \d{4}
    | (?:first\ |last\ )? (?:published|updated|posted|modified) \b (?:\ at|\ on)? :? .{0,30} \d .{0,30}
    """
)
# A heading after which nothing of the article comes.
_TAIL = re.compile(
    r"""(?xi)
    (?: more\ (?:from|on|stories|news)\b .{0,60} | popular
      | related(?:\ (?:stories|articles|news|topics|content|coverage))?
      | most\ (?:read|popular|viewed) | read\ next | you\ (?:may|might)\ also\ like | trending(?:\ now)?
      | recommended(?:\ (?:for\ you|stories))? | latest\ (?:news|stories) | top\ stories | comments?(?:\s*\(\d+\))?
      | \d+\ comments? | join\ the\ (?:conversation|discussion) | reader\ comments | mehr\ zum\ thema
      | читайте\ также | читайте\ також | sur\ le\ même\ sujet | más\ información ) \s* :?
    """
)
_LONGEST_LINE = 250
_TAIL_FROM = 0.3


def prune(tree: Any, title: str | None) -> None:
    """Take the furniture out of an lxml tree, in place; never what holds the headline or most of the text."""
    most = sum(_length(paragraph) for paragraph in tree.iter("p")) * 0.5
    headline = _headline(tree, title)
    for element in list(_furniture(tree)):
        if element.getparent() is not None and not _is_vital(element, headline, most):
            _remove(element)
    for figure in list(tree.iter("figure")):
        if _holds_text(figure):
            # A pull quote or a table: trafilatura drops every other figure.
            figure.tag = "div"
        else:
            _remove(figure)


def headings(tree: Any) -> list[str]:
    """Return the texts of a page's first-level headings."""
    return [_text(heading) for heading in tree.iter("h1")]


def without_furniture(lines: Iterable[str], repeated: Iterable[str | None]) -> list[str]:
    """Drop the lines that are furniture: prompts, teasers, credits, stamps, and those `repeated` from elsewhere."""
    known = {_key(line) for line in repeated if line} | {""}
    kept = [line for line in lines if _key(line) not in known and not _is_furniture(line)]
    total, seen = sum(map(len, kept)), 0
    for number, line in enumerate(kept):
        if seen > _TAIL_FROM * total and _TAIL.fullmatch(line):
            return kept[:number]
        seen += len(line)
    return kept


def _is_furniture(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    named = any(pattern.fullmatch(line) for pattern in (_POINTER, _CREDIT, _PROMPT, _STAMP))
    return named or parse_date(line) is not None


def _headline(tree: Any, title: str | None) -> Any:
    """Return the heading that is the title, else the first: logos and teasers are headings too."""
    headings = list(tree.iter("h1"))
    same = (heading for heading in headings if title and _key(_text(heading)) == _key(title))
    return next(same, headings[0] if headings else None)


def _key(line: str) -> str:
    return " ".join(re.findall(r"\w+", line.casefold()))


def _furniture(tree: Any) -> Iterator[Any]:
    for element in tree.iter():
        tag = element.tag
        if tag in _NOT_ARTICLE or (tag in _BOXES and _is_named(element)) or _is_card(element) or _is_bare_link(element):
            yield element


def _is_named(element: Any) -> bool:
    names = (element.get("class") or "", element.get("id") or "", element.get("data-component") or "")
    return any(_names_furniture(name) for name in names if name)


@lru_cache(maxsize=4096)
def _names_furniture(names: str) -> bool:
    """Judge a class attribute or id, word by word."""
    words = [_BREAK.sub("-", _CAMEL.sub("-", name)).strip("-").lower() for name in names.split()]
    return any(_FURNITURE.search(word) or _CAPTION.search(word) or _COMMENTS.fullmatch(word) for word in words)


def _is_card(element: Any) -> bool:
    """Tell a link around whole blocks: a teaser, whatever it is called."""
    return element.tag == "a" and any(child.tag in _BLOCKS for child in element.iterdescendants())


def _is_bare_link(element: Any) -> bool:
    """Tell a paragraph that is nothing but a link and no sentence: another story's headline."""
    if element.tag not in _LINES or element.find(".//a") is None:
        return False
    text = _text(element)
    linked = sum(len(_text(link)) for link in element.iter("a"))
    return len(text) >= _SHORT_LINK and linked >= len(text) and not _SENTENCE_END.search(text)


def _is_vital(element: Any, headline: Any, most: float) -> bool:
    if element.tag in _NEVER or (headline is not None and element in headline.iterancestors()):
        return True
    if element.tag == "article" and element.getparent().tag in {"main", "body"}:
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    if any(_COMMENTS.fullmatch(_BREAK.sub("-", _CAMEL.sub("-", name)).strip("-").lower()) for name in named.split()):
        return False
    return sum(_length(paragraph) for paragraph in element.iter("p")) > most > 0


def _holds_text(figure: Any) -> bool:
    return any(figure.find(f".//{tag}") is not None for tag in ("table", "blockquote"))


def _remove(element: Any) -> None:
    """Remove an element, its tail (the text after it) stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _length(element: Any) -> int:
    return sum(map(len, element.itertext()))
