"""What stands on a page beside its article: captions, comments, teasers, boxes; and lines that point elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, compress, islice, takewhile
from typing import Any

from lxml import etree

from extractors.text.dates import parse_date

# Names that outlets give their boxes, as words of a class or id: "RelatedStories__list" is related-stories-list.
_FURNITURE = re.compile(
    r"""(?x)(?:^|-)(?:
    related | recirc(?:ulation)? | recommended | recommendations | trending | teasers? | up-next | infobox
    | popular-(?:articles|posts|stories|news) | most-(?:popular|read|viewed|shared|recent)
    | more-(?:topics?|stories|news|from|on|links?|articles|coverage)
    | read-(?:more|next|also) | also-(?:read|like) | next-(?:article|story|up) | you-may
    | newsletters? | sign-?up | subscribe | subscription-(?:box|form|banner) | cookies? | consent | gdpr
    | modal | pop-?up | overlay | lightbox | dialog | paywall-(?:box|banner|prompt|wall|barrier|overlay)
    | donat(?:e|ion)s?
    | app-(?:promo|banner) | push-(?:notification|prompt) | follow-(?:us|box|buttons?) | tags?-?(?:list|cloud)
    | post-tags | article-tags | author-(?:bio|box|info|card) | about-(?:the-)?author | bio-box | disclaimer
    | share | sharing | social(?:-media)? | advert(?:isement|s)? | sponsored | outbrain | taboola | breadcrumbs?
    | (?:rollover|tooltip|popover)-(?:\w+-)?(?:block|content|text)
    )(?:-|$)"""
)
_CAPTION = re.compile(r"(?:^|-)(?:captions?|(?:photo|image|media)-credit)(?:-|$)|(?:^|-)wp-caption")
_COMMENTS = re.compile(
    r"""(?x)(?!type-)(?:[a-z0-9]+-){0,2}comments?
    (?:-(?:list|section|area|threads?|wrap|wrapper|container|box|block|form|respond|holder|content|feed|app|root|inner
      |module|panel|count|title|header|body|items?|\d+))*
    | disqus.* | dsq-.* | livefyre.* | viafoura.* | spot-?im.* | openweb.* | commento.* | .*-commenting"""
)
# What stands around other articles and other people's words.
_ELSEWHERE = re.compile(
    r"(?:^|-)(?:related|recirc(?:ulation)?|recommend\w*|trending|teasers?|cards?|popular|most-\w+|comments?|newsletters?"
    r"|sidebar|promo|disqus|read-(?:more|next|also)|more-(?:stories|news|from|on|articles)|listing|carousel)(?:-|$)"
)
_ELSEWHERE_TAGS = {"footer", "nav", "aside", "form", "script", "noscript", "figure"}
_WHOLE = {"article", "main", "body"}
_NEAR = 6
_LONGEST_NAME = 100
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAK = re.compile(r"[^A-Za-z0-9]+")
# "no-caption" and "has-comments" say what stands in an element or does not; they are no name of its own.
_ABOUT_OTHERS = re.compile(r"(?:no|has|hide|with|without)-")

# Other blocks that a box can be; what else carries such a name (a link, a heading's anchor) may stand in a sentence.
_BOXES = {
    "div",
    "section",
    "ul",
    "ol",
    "dl",
    "p",
    "table",
    "article",
    "details",
    "li",
    "span",
}
_BLOCKS = {"div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "section", "article", "figure"}
_LINES = {"p", "li", "h2", "h3", "h4", "h5", "h6"}
_NEVER = {"html", "body", "main", "head"}
_NOT_ARTICLE = {"figcaption", "nav", "footer", "aside", "form", "button", "dialog", "menu"}
_NOT_ARTICLE_ROLES = {"dialog", "alertdialog", "navigation", "complementary", "banner", "contentinfo", "search", "menu"}
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_SHORT_LINK = 20
_LONG_SENTENCE = 60  # a headline that ends like a sentence is mostly shorter
_BETWEEN = 3  # blanks and marks between the links of one sentence
_MUCH_TEXT = 250
_CELL_BLOCKS = ("p", "h1", "h2", "h3", "ul", "ol", "blockquote", "table")


def prune(tree: Any, title: str | None) -> None:
    """Take the furniture out of an lxml tree, in place; never what holds the headline or most of the text."""
    most = sum(_length(paragraph) for paragraph in tree.iter("p")) * 0.5
    headline = headline_element(tree, title)
    for element in list(_furniture(tree)):
        if element.getparent() is not None and not _is_vital(element, headline, most):
            _remove(element)
    for figure in list(tree.iter("figure")):
        if _holds_text(figure):
            # A pull quote or a table: trafilatura drops every other figure.
            figure.tag = "div"
        else:
            _remove(figure)


def lay_out(tree: Any) -> None:
    """Make blocks of tables that only lay a page out, and plain text of links around whole sentences, in place.

    A layout's cell holds blocks, such as paragraphs and headings; a sentence that is all link is no pointer elsewhere.
    """
    for table in list(tree.iter("table")):
        if _is_layout(table):
            _take_apart(table)
    for paragraph in list(tree.iter("p", "li")):
        if _is_linked_sentence(paragraph):
            for link in [*paragraph.iter("a"), *paragraph.iterancestors("a")]:
                link.drop_tag()


def _take_apart(table: Any) -> None:
    """Make a layout's cells blocks, their first words a paragraph, without the cells beside an article's."""
    for face in list(table.iter("font")):
        face.drop_tag()
    own = [part for part in table.iter("tbody", "tr", "td") if next(part.iterancestors("table"), None) is table]
    for cell in [part for part in own if part.tag == "td"]:
        if not _holds_blocks(cell) and any(_holds_blocks(other) for other in cell.getparent()) and _says_little(cell):
            _remove(cell)
        elif cell.text and cell.text.strip() and cell.find("p") is not None:
            first = etree.Element("p")
            first.text, cell.text = cell.text, None
            cell.insert(0, first)
    for part in (table, *own):
        part.tag = "div"


def _says_little(cell: Any) -> bool:
    text = text_of(cell)
    return (
        len(text) < _LONG_SENTENCE
        and not _SENTENCE_END.search(text)
        and next(cell.iter("h1", "h2", "h3"), None) is None
    )


def headline_element(tree: Any, title: str | None) -> Any:
    """Return the heading that is the title, else the first that says something: logos and teasers are headings too."""
    headings = [heading for heading in tree.iter("h1") if text_of(heading)]
    same = (heading for heading in headings if title and key(text_of(heading)) == key(title))
    return next(same, headings[0] if headings else None)


def names_of(element: Any) -> tuple[str, ...]:
    """Return the names in an element's class and id, each as lower-case words joined by hyphens."""
    return _worded(element.get("class") or "") + _worded(element.get("id") or "")


def is_elsewhere(element: Any) -> bool:
    """Tell whether an element stands in a box that is not the article's: comments, teasers, the footer."""
    around = takewhile(lambda one: one.tag not in _WHOLE, chain([element], islice(element.iterancestors(), _NEAR)))
    return any(one.tag in _ELSEWHERE_TAGS or any(map(_ELSEWHERE.search, names_of(one))) for one in around)


def text_of(element: Any) -> str:
    """Return all the text in an element as one line."""
    return " ".join("".join(element.itertext()).split())


def shown(element: Any, most: int = 160) -> str:
    """Return the text that an element shows on one line, empty when it is longer than `most`."""
    parts, length = [], 0
    for part in element.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > most:
            return ""
    return " ".join("".join(parts).split())


def headings(tree: Any) -> list[str]:
    """Return the texts of a page's first-level headings."""
    return [text_of(heading) for heading in tree.iter("h1")]


def key(line: str) -> str:
    """Return what is left of a line when case and marks do not matter."""
    return " ".join(re.findall(r"\w+", line.casefold()))


def _furniture(tree: Any) -> Iterator[Any]:
    for element in tree.iter():
        tag = element.tag
        if (
            tag in _NOT_ARTICLE
            or element.get("hidden") is not None
            or element.get("role") in _NOT_ARTICLE_ROLES
            or (tag in _BOXES and _is_named(element))
            or _is_card(element)
            or _is_bare_link(element)
        ):
            yield element


def _is_named(element: Any) -> bool:
    names = (element.get("class") or "", element.get("id") or "", element.get("data-component") or "")
    return any(_names_furniture(name) for name in names if name)


@lru_cache(maxsize=4096)
def _worded(names: str) -> tuple[str, ...]:
    words = (
        _BREAK.sub("-", _CAMEL.sub("-", name)).strip("-").lower()
        for name in names.split()
        if len(name) <= _LONGEST_NAME
    )
    return tuple(word for word in words if not _ABOUT_OTHERS.match(word))


@lru_cache(maxsize=4096)
def _names_furniture(names: str) -> bool:
    """Judge a class attribute or id, word by word."""
    return any(_FURNITURE.search(word) or _CAPTION.search(word) or _COMMENTS.fullmatch(word) for word in _worded(names))


def _is_card(element: Any) -> bool:
    """Tell a link around whole blocks: a teaser, whatever it is called. One paragraph that is a sentence is none."""
    blocks = [child.tag for child in element.iterdescendants() if child.tag in _BLOCKS] if element.tag == "a" else []
    return bool(blocks) and not (blocks == ["p"] and _is_sentence(text_of(element)) and text_of(element).endswith("."))


def _is_bare_link(element: Any) -> bool:
    """Tell a paragraph that is nothing but a link and no sentence: another story's headline."""
    if element.tag not in _LINES or element.find(".//a") is None:
        return False
    text = text_of(element)
    linked = sum(len(text_of(link).replace(" ", "")) for link in element.iter("a"))
    all_linked = linked >= len(text.replace(" ", ""))
    return len(text) >= _SHORT_LINK and all_linked and not _SENTENCE_END.search(text)


def _is_layout(table: Any) -> bool:
    cells = [cell for row in table.iter("tr") for cell in row if cell.tag == "td"]
    headed = next(table.iter("th"), None) is not None
    alone = [cell for cell in cells if len(cell.getparent()) == 1 and _is_sentence(text_of(cell))]
    return not headed and (bool(alone) or any(_holds_blocks(cell) for cell in cells))


def _holds_blocks(cell: Any) -> bool:
    """Tell a cell that holds part of an article, as blocks or as much text, from one with a figure or a name."""
    if cell.find(".//h1") is not None or len(list(islice(cell.iter(*_CELL_BLOCKS), 2))) > 1:
        return True
    text = text_of(cell)
    return len(text) > _MUCH_TEXT or any(_is_sentence(text_of(paragraph)) for paragraph in cell.iter("p"))


def _is_linked_sentence(paragraph: Any) -> bool:
    """Tell a paragraph that is all link and yet a sentence, beside paragraphs that are none.

    An item of a list is one where it ends as a headline does not.
    """
    text = text_of(paragraph)
    if not _is_sentence(text) or (paragraph.tag == "li" and not text.endswith(".")):
        return False
    around = [link for link in paragraph.iterancestors("a") if text_of(link) == text]
    return bool(around) or sum(len(text_of(link)) for link in paragraph.iter("a")) >= len(text) - _BETWEEN


def _is_sentence(text: str) -> bool:
    return bool(_SENTENCE_END.search(text)) and len(text) >= _LONG_SENTENCE


def _is_vital(element: Any, headline: Any, most: float) -> bool:
    if element.tag in _NEVER or (headline is not None and element in headline.iterancestors()):
        return True
    if element.tag == "article" and element.getparent().tag in {"main", "body"}:
        return True
    if any(map(_COMMENTS.fullmatch, names_of(element))):
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


def _length(element: Any) -> int:
    return sum(map(len, element.itertext()))


# Lines that are nothing but furniture, in the languages the wires are read in.
_POINTER = re.compile(
    r"""(?xi)
    (?: more | related | watch | listen | recommended | live ) (?: \s* [:：|»→>–-] .* )?
    | (?: read\ (?:more|also) | also\ read | see\ also | must\ read | don['’]t\ miss | à\ lire | lire\ aussi
      | mehr\ zum\ thema | lesen\ sie\ auch | le[ea]\ (?:también|más) | leggi\ anche | leia\ também
      | чита(?:йте|ть)\ та(?:кже|кож) ) \b .*
    """
)
_CREDIT = re.compile(
    r"""(?xi)
    (?: photos? | photograph | photo\ (?:by|credit) | file\ photo | image | picture | fotos? | фото | bild
      | crédits?(?:\ photo)? | credits? | source | quelle | fuente | fonte | источник | kaynak | foto/video | videos?
      | picture\ credit | image\ (?:source|credit|caption) | copyright )
    \s* [:：] .*
    | (?: © | \(c\)\ ) .*
    """
)
_PROMPT = re.compile(
    r"""(?xi)
    advertis(?:ement|ing) | advert | anzeige | werbung | (?:passer\ la\ )?publicité | publicidad | реклама
    | article\ content | story\ continues\ below .* | advertisement\ .* | comments? | share(?:\ this .*)?
    | subscribe(?:\ now)?!? | loading .* | print | popular | follow\ us .* | leave\ a\ (?:comment|reply) .*
    | read\ the\ full\ article\ here | copy\ link | listen\ to\ (?:this|the)\ article .*
    | (?:\d+|a)\ min(?:ute)?s?\ read
    | this\ is\ a\ (?:breaking|developing)\ (?:new|news)?\s*story .* | more\ to\ follow .*
    | (?:more\ )?details\ to\ follow .*
    | partager | compartir | condividi | teilen | поделиться | paylaş | 分享让更多人看到 | 关注 | 分享 | compartilhar
    | (?: abonnez-vous | suscríbete | abonnieren\ sie | iscriviti | подпис(?:ывайтесь|аться|ывайся)
    | підпис(?:уйтесь|атися)
      | jetzt\ (?:anmelden|abonnieren) | inscrivez-vous | suscribirse | bize\ abone ) \b .*
    | (?: support\ (?:our|independent)\ journalism | donate\ (?:now|today)
    | become\ a\ (?:subscriber|supporter|patron|member\ (?:today|now))
      | already\ a\ (?:subscriber|member) | log\ in\ to | create\ (?:a|your)\ (?:free\ )?account | continue\ reading
      | download\ (?:our|the)\ .{0,30}app | have\ (?:a|you\ got\ a)\ (?:news\ tip|tip|story) | got\ a\ (?:tip|story)
      | thank\ you\ for\ (?:subscribing|signing\ up|reading) | view\ comments
      | by\ (?:subscribing|clicking)\b.{0,60}\ you\ agree ) \b .*
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
    | \W{0,3} (?:aktualisiert|veröffentlicht) \b (?:\ am)? :? (?: .{0,30} \d .{0,30} )?
    """
)
# A heading after which nothing of the article comes; what also stands between paragraphs (“Related”) is not among them.
_TAIL = re.compile(
    r"""(?xi)
    (?: more\ (?:from|on|stories|news)\b .{0,60}
      | related\ (?:stories|articles|news|topics|content|coverage)
      | most\ (?:read|popular|viewed) | read\ next | you\ (?:may|might)\ also\ like | trending(?:\ now)?
      | recommended\ (?:for\ you|stories) | latest\ (?:news|stories) | top\ stories | comments?(?:\s*\(\d+\))?
      | (?:jn\ )?access\ ranking | .{0,30}\ popular\ articles? | (?:editors?['’]?s?\ picks?)
      | in\ other\ news | other\ (?:\w+\ )?(?:stories|articles|columns|headlines|news|reports|opinions?)
      | (?:related|recommended|suggested)\ (?:reading|video|videos|links|tags)
      | (?:you|readers)\ (?:may|might)\ also\ (?:enjoy|read)
      | tags? | topics? | about\ the\ authors? | leave\ a\ (?:reply|comment)
      | weitere\ (?:themen|artikel|nachrichten) | meistgelesen | les\ plus\ lus | lo\ más\ (?:leído|visto)
      | i\ più\ letti
      | самое\ читаемое | новости\ по\ теме | материалы\ по\ теме | en\ çok\ okunan(?:lar)? | mest\ (?:läst|lest|læst)
    | \d+\ comments? | join\ the\ (?:conversation|discussion) | reader\ comments
      | sur\ le\ même\ sujet | más\ información ) \s* :?
    """
)
# What stands between a headline and the first words of an article, where cleaning has left it.
_HEAD = re.compile(
    r"""(?xi)
    (?: by | von | par | por | di | da | autore?:? | автор:? | текст:? ) \s
        [^.!?]{2,60} (?: \s* [|·•–—,-] \s* \d .{0,40} )?
    | \d{1,2} [:.h] \d\d (?: \s* (?: [ap]\.?m\.? | [A-Z]{2,4} ) )?
    """
)
_LONGEST_HEAD = 4
_LONGEST_LINE = 250
_TAIL_FROM = 0.3


def without_furniture(lines: Iterable[str], repeated: Iterable[str | None]) -> list[str]:
    """Drop the lines that are furniture: prompts, teasers, credits, stamps, and those `repeated` from elsewhere."""
    known = {key(line) for line in repeated if line} | {""}
    own = _without_head([line for line in lines if key(line) not in known])
    kept = [not _is_furniture(line) for line in own]
    total, seen = sum(len(line) for line, stays in zip(own, kept, strict=True) if stays), 0
    for number, (line, stays) in enumerate(zip(own, kept, strict=True)):
        if seen > _TAIL_FROM * total and _TAIL.fullmatch(line):
            return list(compress(own[:number], kept))
        seen += len(line) * stays
    return list(compress(own, kept))


def _without_head(lines: list[str]) -> list[str]:
    """Drop bylines and times of day in front of the first words."""
    head = takewhile(lambda line: _HEAD.fullmatch(line) or _is_furniture(line), lines[:_LONGEST_HEAD])
    return lines[len(list(head)) :]


def _is_furniture(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    named = any(pattern.fullmatch(line) for pattern in (_POINTER, _CREDIT, _PROMPT, _STAMP))
    return named or parse_date(line) is not None
