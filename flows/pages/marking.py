"""An article's text cut into stretches, each with all that was read there: what is said, who and what is named."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.records import Mention, MentionKind, Reading, Span, Statement

_MARKED = frozenset({MentionKind.OFFICIAL, MentionKind.TOPIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPiece:
    """A stretch of text with one statement and one mention at most; `begins` is set where its statement begins."""

    text: str
    said: Statement | None = None
    named: Mention | None = None
    begins: bool = False


Paragraph = tuple[MarkedPiece, ...]


def marked(text: str, reading: Reading) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a text; of statements or mentions that overlap the first, and longest, is marked."""
    said = _apart([(part, each) for each in reading.statements for part in each.spans])
    named = _apart([(each.span, each) for each in reading.mentions if each.kind in _MARKED and each.ref_id])
    paragraphs = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(tuple(_stretches(text, Span(at, at + len(line)), said, named)))
        at += len(line) + 1
    return tuple(paragraphs)


def _apart(marks: Sequence[tuple[Span, object]]) -> list[tuple[Span, object]]:
    kept: list[tuple[Span, object]] = []
    for span, what in sorted(marks, key=lambda mark: (mark[0].start, -mark[0].end)):
        if not kept or span.start >= kept[-1][0].end:
            kept.append((span, what))
    return kept


def _stretches(
    text: str, line: Span, said: list[tuple[Span, object]], named: list[tuple[Span, object]]
) -> Iterator[MarkedPiece]:
    edges = {line.start, line.end}
    for marks in (said, named):
        for span, _ in marks[_first(marks, line.start) :]:
            if span.start >= line.end:
                break
            edges |= {place for place in (span.start, span.end) if line.start < place < line.end}
    ends = sorted(edges)
    for start, end in pairwise(ends):
        statement, mention = _at(said, start), _at(named, start)
        yield MarkedPiece(
            text=text[start:end],
            said=statement if isinstance(statement, Statement) else None,
            named=mention if isinstance(mention, Mention) else None,
            begins=isinstance(statement, Statement) and statement.spans[0].start == start,
        )


def _first(marks: list[tuple[Span, object]], at: int) -> int:
    """Return the number of the first mark that ends after a place."""
    return max(0, bisect_right(marks, at, key=lambda mark: mark[0].start) - 1)


def _at(marks: list[tuple[Span, object]], at: int) -> object:
    place = bisect_right(marks, at, key=lambda mark: mark[0].start) - 1
    return marks[place][1] if place >= 0 and at < marks[place][0].end else None
