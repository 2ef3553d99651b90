"""What words between quotation marks read like: something said, part of a sentence, or a mere term. Finds no marks."""

from __future__ import annotations

import re
from enum import StrEnum

from extractors.records import Span


class Shape(StrEnum):
    """What a quotation reads like: something said, part of a sentence, or a mere term."""

    SENTENCE = "sentence"
    FRAGMENT = "fragment"
    TERM = "term"


WORD = re.compile(r"\w+(?:['’.,\-]\w+)*")
_FRESH = frozenset('.?!…:,;—–”"»’)')
_STOPS = frozenset(".,?!…—–;’'")
_GOES_ON = re.compile(r"[^\S\n\r]*[\w(]")
_SAID = re.compile(r"[^\S\n\r]*(?:sa(?:id|ys)|told|added|wrote|\w+ sa(?:id|ys))\b")
_REPORTED = re.compile(
    r"[^\S\n\r]*(?:[\w’'.,-]+ ){1,8}?(?:said|says|told|added|wrote|writes|tweeted|posted|responded|replied|asked|noted"
    r"|warned|explained|argued|insisted|concluded|recalled|joked|predicted)\b"
)
_NAMED = re.compile(
    r"\b(?:called|dubbed|so-called|titled|entitled|named|nicknamed|termed|word|phrase|term)$", re.IGNORECASE
)
_SAYING = re.compile(
    r"\b(?:that|sa(?:y|ys|id|ying)|tell(?:s|ing)?|told|add(?:s|ed|ing)?|wr(?:ites?|ote|iting)|answer(?:s|ed|ing)?"
    r"|repl(?:y|ies|ied|ying)|tweet(?:s|ed|ing)?|ask(?:s|ed|ing)?|warn(?:s|ed|ing)?|not(?:es?|ed|ing)"
    r"|conclud(?:es?|ed|ing)|declar(?:es?|ed|ing)|insist(?:s|ed|ing)?|argu(?:es?|ed|ing)|caution(?:s|ed|ing)?"
    r"|boom(?:s|ed|ing)?|exhort(?:s|ed|ing)?|jok(?:es?|ed|ing)|quip(?:s|ped|ping)?|promis(?:es?|ed|ing)|vow(?:s|ed|ing)?"
    r"|predict(?:s|ed|ing)?|shout(?:s|ed|ing)?|chant(?:s|ed|ing)?|demand(?:s|ed|ing)?|exclaim(?:s|ed|ing)?"
    r"|read(?:s|ing)?|interject(?:s|ed|ing)?|cr(?:y|ies|ied|ying)),?$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\b(?:read(?:s|ing)?|sa(?:id|ys|ying)),?$")  # what a sign or a headline says is no title
_SENTENCES = re.compile(r"\w{3}[.?!] +[“‘\"']?[A-Z]\w*(?:[’']\w+)? [\w’']+ \w")  # one ends, another begins
_SEVERAL = 8  # words of a quotation that holds more than one sentence
_LEAD = 24  # characters before a quotation that its shape can depend on
_TITLE = 80  # characters of the longest title
_SMALL = 4  # letters below which a word of a title may be in lower case


def shape_of(text: str, paragraph: Span, outer: Span, span: Span, words: int) -> Shape:
    """Return what the quotation `span`, with its marks `outer`, reads like in its paragraph."""
    lead = text[max(paragraph.start, outer.start - _LEAD) : outer.start].rstrip()
    is_named = _NAMED.search(lead) and not _SENTENCES.search(text, span.start, span.end)
    if is_named or _is_title(text, outer, span, lead, words):
        return Shape.TERM
    if _is_sentence(text, outer, span, words, lead):
        return Shape.SENTENCE
    return Shape.TERM if words <= 2 else Shape.FRAGMENT  # noqa: PLR2004 - one or two words are a term


def _is_sentence(text: str, outer: Span, span: Span, words: int, lead: str) -> bool:
    if words >= _SEVERAL and _SENTENCES.search(text, span.start, span.end):
        return True
    capital = _is_capital(text, span)
    if not _stops(text, outer, span):
        is_whole = capital and words >= _SEVERAL and (not lead or lead[-1] in '.?!”"')
        return is_whole and _REPORTED.match(text, outer.end) is not None
    if _SAYING.search(lead):
        return words >= (2 if capital or lead[-1] == "," else 4)
    if capital:
        return not lead or lead[-1] in _FRESH or words > 4  # noqa: PLR2004 - longer than most titles
    if lead[-1:] == "," and words >= 2 and text[outer.end - 2 : outer.end - 1] == ".":  # noqa: PLR2004 - one is a term
        return True
    return words >= 4 and (not lead or (lead[-1] in ",:-–—" and lead[-2:-1] not in {"”", '"'}))  # noqa: PLR2004 (fewer words are a fragment)


def _is_capital(text: str, span: Span) -> bool:
    first = WORD.search(text, span.start, span.end)
    return first is not None and (first.group()[0].isupper() or first.group()[0].isdigit())


def _stops(text: str, outer: Span, span: Span) -> bool:
    """Tell whether the quotation ends where a clause ends: by its own punctuation or by what follows."""
    if not _STOPS.isdisjoint(text[span.end - 1 : outer.end]):
        return True
    return not _GOES_ON.match(text, outer.end) or _SAID.match(text, outer.end) is not None


def _is_title(text: str, outer: Span, span: Span, lead: str, words: int) -> bool:
    """Tell the title of a work, a slogan or a heading: short, and every word of weight has a capital."""
    alone = not lead and text[outer.end : outer.end + 1] in {"", "\n", "\r"}
    if not alone and lead[-1:] in {"", ".", "?", "!"}:
        return False
    if text[span.end - 1] in "?!" or outer.end - outer.start > _TITLE or lead[-1:] == ":":
        return False
    if _LABEL.search(lead):
        return False
    if lead[-1:] == "," and words <= 3 and not _SAYING.search(lead):  # noqa: PLR2004 - as long as a motto
        return all(word[0].isupper() for word in WORD.findall(text, span.start, span.end))
    weighty = [word for word in WORD.findall(text, span.start, span.end) if len(word) >= _SMALL]
    return len(weighty) > 1 and all(word[0].isupper() for word in weighty)
