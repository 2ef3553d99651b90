"""Where a text puts words between quotation marks, paragraph by paragraph. Knows nothing of who says them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from extractors.records import Span
from extractors.speech.sentences import PARAGRAPH, Turn, find_turns
from extractors.speech.shapes import WORD, Shape, shape_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words between marks: `span` from the first word to the last, `outer` with the marks.

    `closed` is False where the closing mark is missing, `continues` True where the paragraph before left it open.
    """

    span: Span
    outer: Span
    words: int
    shape: Shape
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
    return tuple(replace(each, shape=Shape.TERM) if has_double and _is_heading(text, each) else each for each in found)


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
        yield Quotation(span=span, outer=turn.span, words=words, shape=Shape.SENTENCE, continues=turn.continues)


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
            stack.append(mark)
        elif role == "close" and stack:
            pairs.append(_Pair(stack.pop(), mark))
    if any(pair.opening.slice(text) == "“" for pair in pairs):
        # A straight mark that stays open around curly pairs sets off a quoted passage, whose own quotations count.
        stack = [mark for mark in stack if mark.slice(text) != '"']
    return pairs + [_Pair(mark, None) for mark in stack if _runs_on(text, mark, paragraph, last, next_mark=next_mark)]


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
    shape = Shape.SENTENCE if pair.closing is None else shape_of(text, paragraph, outer, span, words)
    yield Quotation(
        span=span, outer=outer, words=words, shape=shape, closed=pair.closing is not None, continues=continues
    )


def _count(text: str, span: Span) -> int:
    return sum(1 for _ in WORD.finditer(text, span.start, span.end))


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
