"""Where a text puts words between quotation marks, paragraph by paragraph, and what they read like.

Knows nothing of who says them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from extractors.records import Span
from extractors.speech.lexicon import LEXICON, filled
from extractors.speech.sentences import PARAGRAPH
from extractors.speech.transcripts import Turn, find_turns


class QuotationShape(StrEnum):
    """What a quotation reads like: something said, part of a sentence, or a mere term."""

    SENTENCE = "sentence"
    FRAGMENT = "fragment"
    TERM = "term"


WORD = re.compile(r"\w+(?:['’.,\-]\w+)*")
_FRESH = frozenset('.?!…:,;—–”"»’)')
_STOPS = frozenset(".,?!…—–;’'")
_GOES_ON = re.compile(r"[^\S\n\r]*[\w(]")
_SAID = re.compile(r"[^\S\n\r]*(?:sa(?:id|ys)|told|added|wrote|\w+ sa(?:id|ys))\b")
_REPORTED = re.compile(filled(r"[^\S\n\r]*(?:[\w’'.,-]+ ){1,8}?{reported_forms}\b", LEXICON))
_NAMED = re.compile(filled(r"\b{naming_forms}$", LEXICON), re.IGNORECASE)
_SAYING = re.compile(filled(r"\b{leading_forms},?$", LEXICON), re.IGNORECASE)
_LABEL = re.compile(r"\b(?:read(?:s|ing)?|sa(?:id|ys|ying)),?$")  # what a sign or a headline says is no title
_SENTENCES = re.compile(r"\w{3}[.?!] +[“‘\"']?[A-Z]\w*(?:[’']\w+)? [\w’']+ \w")  # one ends, another begins
_SEVERAL = 8  # words of a quotation that holds more than one sentence
_LEAD = 24  # characters before a quotation that its shape can depend on
_TITLE = 80  # characters of the longest title
_SMALL = 4  # letters below which a word of a title may be in lower case


def shape_of(text: str, paragraph: Span, outer: Span, span: Span, words: int) -> QuotationShape:
    """Return what the quotation `span`, with its marks `outer`, reads like in its paragraph."""
    lead = text[max(paragraph.start, outer.start - _LEAD) : outer.start].rstrip()
    is_named = _NAMED.search(lead) and not _SENTENCES.search(text, span.start, span.end)
    if is_named or _is_title(text, outer, span, lead, words):
        return QuotationShape.TERM
    if _is_sentence(text, outer, span, words, lead):
        return QuotationShape.SENTENCE
    return QuotationShape.TERM if words <= 2 else QuotationShape.FRAGMENT  # noqa: PLR2004 - one or two words are a term


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words between marks: `span` from the first word to the last, `outer` with the marks.

    `closed` is False where the closing mark is missing, `continues` True where the paragraph before left it open.
    """

    span: Span
    outer: Span
    words: int
    shape: QuotationShape
    closed: bool = True
    continues: bool = False


@dataclass(frozen=True, slots=True)
class _Pair:
    opening: Span
    closing: Span | None


_DOUBLE = re.compile(r"``|''|[“”„«»\"]")
_SINGLE = re.compile(r"(?<!\w)[‘'](?=\w)|(?<=[\w.,?!…])[’'](?!\w)")
_BEFORE_OPENING = frozenset("([{<—–-−…/‘'“«„")
_LEADING = re.compile(r"[^\w\[(<$€£#@+&‘]+")
_TRAILING = frozenset(" \t\xa0\u200b,.;:—–-−…")
_ACRONYM = re.compile(r"(?:\b\w\.){2,}$")
_ABBREVIATED = 24  # as far back as an acronym at the end can reach
_ENDED = re.compile(r"[.?!…][’']?\s+$")
_TOLD = re.compile(r"\b(?:said|says|told|added|wrote)\b")
_FEW = 4  # words
_HEADING = 8  # words of a heading between single marks


def find_quotations(text: str) -> tuple[Quotation, ...]:
    """Return the outermost quotations of `text` in order; nested ones lie inside them. Takes linear time."""
    found: list[Quotation] = []
    left_open = False
    paragraphs = [Span(*paragraph.span()) for paragraph in PARAGRAPH.finditer(text)]
    turns = find_turns(text, paragraphs)
    for position, span in enumerate(paragraphs):
        if position in turns:
            found += _turn(text, turns[position])
            left_open = False
            continue
        mark = _opening_mark(paragraphs[position + 1].slice(text)) if position + 1 < len(paragraphs) else ""
        here = list(_in_paragraph(text, span, continues=left_open, next_mark=mark))
        found += here
        left_open = bool(here) and not here[-1].closed and text[here[-1].outer.start] == mark
    has_double = any(_is_double(text, each) for each in found)
    return tuple(
        replace(each, shape=QuotationShape.TERM) if has_double and _is_heading(text, each) else each for each in found
    )


def _is_double(text: str, quotation: Quotation) -> bool:
    return _DOUBLE.match(text, quotation.outer.start) is not None


def _is_heading(text: str, quotation: Quotation) -> bool:
    """Tell a line of its own between single marks in a text that quotes between double ones: ‘A long way to go’."""
    if quotation.words > _HEADING or _is_double(text, quotation):
        return False
    outer = quotation.outer
    before, after = text[max(0, outer.start - 1) : outer.start], text[outer.end : outer.end + 2]
    return before in {"", "\n", "\r"} and after.strip(" .")[:1] in {"", "\n", "\r"}


def _turn(text: str, turn: Turn) -> Iterator[Quotation]:
    """Yield the words of a turn in a transcript, which have no marks of their own."""
    span = trimmed(text, turn.span)
    if words := _count(text, span):
        yield Quotation(
            span=span, outer=turn.span, words=words, shape=QuotationShape.SENTENCE, continues=turn.continues
        )


def _opening_mark(paragraph: str) -> str:
    """Return the mark that a paragraph begins with, if it does: one that goes on begins as the one before did."""
    return paragraph[:1] if paragraph[:1] in {"“", '"', "„", "«", "`"} else ""


def _in_paragraph(text: str, paragraph: Span, *, continues: bool, next_mark: str) -> Iterator[Quotation]:
    at = paragraph.start
    for pair in _outermost(_pairs(text, paragraph, next_mark=next_mark)):
        yield from _singles(text, Span(at, pair.opening.start), paragraph)
        at = pair.closing.end if pair.closing else paragraph.end
        first = continues and not text[paragraph.start : pair.opening.start].strip()
        yield from _quotation(text, paragraph, pair, continues=first)
    yield from _singles(text, Span(at, paragraph.end), paragraph)


def _pairs(text: str, paragraph: Span, *, next_mark: str) -> list[_Pair]:
    pairs: list[_Pair] = []
    stack: list[Span] = []
    last = None
    for match in _DOUBLE.finditer(text, paragraph.start, paragraph.end):
        mark = last = Span(*match.span())
        role = _role(text, mark, paragraph, stack)
        if role == "open":
            if stack and _begins_anew(text, stack[-1], mark):
                pairs.append(_Pair(stack.pop(), Span(mark.start, mark.start)))
            stack.append(mark)
        elif role == "close" and stack:
            pairs.append(_Pair(stack.pop(), mark))
    if any(pair.opening.slice(text) == "“" for pair in pairs):
        # A straight mark that stays open around curly pairs sets off a quoted passage, whose own quotations count.
        stack = [mark for mark in stack if mark.slice(text) != '"']
    return pairs + [_Pair(mark, None) for mark in stack if _runs_on(text, mark, paragraph, last, next_mark=next_mark)]


def _begins_anew(text: str, opened: Span, mark: Span) -> bool:
    """Tell a mark that takes up again what is still open, where a page has lost the line end before it.

    A few words are a stray mark; words that report are the writer's, and a closing mark is missing.
    """
    inside = Span(opened.end, mark.start)
    if opened.slice(text) != mark.slice(text) or not _ENDED.search(text[inside.end - 4 : inside.end]):
        return False
    return _count(text, inside) >= _FEW and not _TOLD.search(text, inside.start, inside.end)


def _runs_on(text: str, mark: Span, paragraph: Span, last: Span | None, *, next_mark: str) -> bool:
    """Tell an unclosed quotation that runs to the paragraph's end from a stray mark."""
    return mark == last or (text[mark.start] == next_mark and not text[paragraph.start : mark.start].strip())


def _role(text: str, mark: Span, paragraph: Span, stack: list[Span]) -> str:
    sign = mark.slice(text)
    if sign == "“" and stack and (stack[-1].slice(text) == "„" or _is_slip(text, mark, paragraph)):
        return "close"
    if sign in {"“", "„", "«", "``"}:
        return "open"
    if sign in {"”", "»"}:
        return "close"
    return _straight_role(text, mark, paragraph, inside=bool(stack))


def _is_slip(text: str, mark: Span, paragraph: Span) -> bool:
    """Tell an opening mark set by mistake for a closing one: “It works,“ he said."""
    if not text[mark.end : paragraph.end].strip():
        return True
    before = text[mark.start - 1]
    return (before in ",.?!" or before.isalnum()) and text[mark.end].isspace()


def _straight_role(text: str, mark: Span, paragraph: Span, *, inside: bool) -> str:
    before = text[mark.start - 1] if mark.start > paragraph.start else " "
    after = text[mark.end] if mark.end < paragraph.end else " "
    opens = not after.isspace() and (before.isspace() or before in _BEFORE_OPENING)
    closes = not before.isspace()
    if opens != closes:
        return _one_sided(before, after, opens=opens, inside=inside)
    return "close" if inside else "open"


def _one_sided(before: str, after: str, *, opens: bool, inside: bool) -> str:
    if opens:
        return "open"
    if inside:
        return "close"
    # The blank before the mark is missing; after a digit it is inches, or seconds of arc.
    return "open" if before in ",:" and after.isalnum() else "neither"


def _outermost(pairs: list[_Pair]) -> Iterator[_Pair]:
    end = -1
    for pair in sorted(pairs, key=lambda pair: pair.opening):
        if pair.opening.start < end:
            continue
        yield pair
        if pair.closing is None:
            return
        end = pair.closing.end


def _singles(text: str, stretch: Span, paragraph: Span) -> Iterator[Quotation]:
    """Quotations between ‘ ’ or ' ' where no double marks stand around them."""
    marks = [Span(*match.span()) for match in _SINGLE.finditer(text, stretch.start, stretch.end)]
    closings = [mark for mark in marks if _closes(text, mark)]
    closing = 0
    end = stretch.start
    for opening in marks:
        if _closes(text, opening) or opening.start < end:
            continue
        while closing < len(closings) and closings[closing].start <= opening.start:
            closing += 1
        mark = _first_closing(text, closings, closing)
        if mark is None:
            return
        end = mark.end
        yield from _quotation(text, paragraph, _Pair(opening, mark), continues=False)


def _closes(text: str, mark: Span) -> bool:
    before = text[mark.start - 1 : mark.start]
    return mark.start > 0 and (before.isalnum() or before in {"_", ".", ",", "?", "!", "…"})


_PLURALS = 4  # possessives like "officials’" that a quotation may hold before it closes


def _first_closing(text: str, closings: list[Span], at: int) -> Span | None:
    near = closings[at : at + _PLURALS]
    sure = (mark for mark in near if text[mark.start - 1] != "s")
    return next(sure, near[0] if near else None)


def _quotation(text: str, paragraph: Span, pair: _Pair, *, continues: bool) -> Iterator[Quotation]:
    inner = Span(pair.opening.end, pair.closing.start if pair.closing else paragraph.end)
    span = trimmed(text, inner)
    words = _count(text, span)
    if not words:
        return
    outer = Span(pair.opening.start, pair.closing.end if pair.closing else inner.end)
    shape = QuotationShape.SENTENCE if pair.closing is None else shape_of(text, paragraph, outer, span, words)
    yield Quotation(
        span=span, outer=outer, words=words, shape=shape, closed=pair.closing is not None, continues=continues
    )


def _count(text: str, span: Span) -> int:
    return sum(1 for _ in WORD.finditer(text, span.start, span.end))


def opens_at(quotation: Quotation) -> int:
    """Return where a quotation begins, with its mark."""
    return quotation.outer.start


def trimmed(text: str, span: Span) -> Span:
    """Cut `span` to run from its first word to its last: commas, full stops, dashes and blanks go, ? and ! stay."""
    leading = _LEADING.match(text, span.start, span.end)
    start = leading.end() if leading else span.start
    end = span.end
    while end > start and (text[end - 1] in _TRAILING or text[end - 1].isspace()):
        end -= 1
    if (
        text[end : end + 1] == "."
        and end < span.end
        and _ACRONYM.search(text[max(start, end - _ABBREVIATED) : end + 1])
    ):
        end += 1
    return Span(start, end)


def whole(span: Span, quotations: Sequence[Quotation]) -> Span:
    """Take in the rest of a quotation that the span breaks off, and the marks at either end."""
    start, end = span.start, span.end
    for each in quotations:
        if each.outer.meets(span) and not span.covers(each.outer):
            if each.outer.end > span.end:
                end = max(end, each.outer.end)
            if each.outer.start < span.start:
                start = min(start, each.outer.start)
    return Span(start, end)
