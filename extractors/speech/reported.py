"""What a sentence reports: the likely reports of speech, none inside another, with their places in the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.records import Span, StatementKind
from extractors.speech.cues import Cue
from extractors.speech.lexicon import SURE_ACTS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.quotations import WORD, Quotation, Shape
from extractors.speech.reports import Report, find_reports
from extractors.speech.syntax import is_stand_in
from extractors.speech.weighing import confidence, is_likely

if TYPE_CHECKING:
    from spacy.tokens import Token

_DOUBTFUL, _SURER = 0.7, 0.15
LEAST = 3  # words of a report, fewer are an answer or a term
LEAST_OF_ACT = 2  # "ruled out a ceasefire"
_SURE = 0.5  # an act as likely as not
_SAID = frozenset({"ccomp", "before"})  # frames in which a source's own source says something


@dataclass(frozen=True, slots=True)
class Reported:
    """One report: its cue, its spans in the article, and the numbers of the whole quotations inside them."""

    report: Report
    spans: tuple[Span, ...]
    confidence: float
    kind: StatementKind

    @property
    def cue(self) -> Cue:
        """The words that report it."""
        return self.report.cue


def find_reported(sentence: ParsedSentence, text: str, quotations: Sequence[Quotation]) -> list[Reported]:
    """Return the reports of a sentence in order; `quotations` are those that begin in it."""
    found: list[tuple[float, Report]] = []
    for report in find_reports(sentence):
        if not _is_quoted(sentence, report, quotations):
            weight = confidence(sentence, report)
            if is_likely(sentence, report, weight, quotations):
                found.append((weight, report))
    kept: list[Reported] = []
    for weight, report in sorted(_outermost(found), key=lambda item: item[1].head.i):
        reported = _placed(sentence, text, report, weight, quotations)
        if reported is not None:
            kept.append(reported)
    return kept


def _is_quoted(sentence: ParsedSentence, report: Report, quotations: Sequence[Quotation]) -> bool:
    """Tell a cue that stands between quotation marks: someone is quoted there who says that others say things."""
    place = sentence.place(report.head)
    return any(each.outer.start <= place < each.outer.end for each in quotations)


def _outermost(found: Sequence[tuple[float, Report]]) -> Iterator[tuple[float, Report]]:
    """Yield the reports whose cue no longer one holds; a doubtful one gives way to a sure one inside it."""
    taken: list[tuple[int, int]] = []
    for weight, report in sorted(found, key=lambda item: (-_length(item[1]), item[1].head.i)):
        is_inside = any(start <= report.head.i < end for start, end in taken)
        if is_inside or set(report.ranges) <= set(taken) or any(_hands_on(report, inner) for _, inner in found):
            continue
        if weight < _DOUBTFUL and any(other > weight + _SURER and _within(each, report) for other, each in found):
            continue
        taken += report.ranges
        yield weight, report


def _hands_on(report: Report, inner: Report) -> bool:
    """Tell an outlet that reports what another said: "Reuters reported that a source said that Putin can fight"."""
    if inner.head.dep_ == "acl" and inner.head.head.dep_ == "dobj" and inner.head.head.head == report.head:
        return inner.frame == "ccomp"
    if report.frame == "according":
        is_vouched_for = report.head.head == inner.head or _ends_at(inner, report.head)
        return inner.frame in _SAID and inner.head.i < report.head.i and is_vouched_for
    return report.lemma == "report" and inner.head.dep_ == "ccomp" and inner.head.head == report.head


def _ends_at(report: Report, token: Token) -> bool:
    """Tell a clause, not a whole quotation, with nothing but a comma between it and a token."""
    words = token.doc[report.ranges[-1][0] : report.ranges[-1][1]]
    return words.end + 1 == token.i and report.frame == "ccomp" and not any(is_stand_in(word) for word in words)


def _within(inner: Report, outer: Report) -> bool:
    is_finite = inner is not outer and inner.head.tag_ != "VB"
    return is_finite and any(start <= inner.head.i < end for start, end in outer.ranges)


def _length(report: Report) -> int:
    return sum(end - start for start, end in report.ranges)


def _placed(
    sentence: ParsedSentence, text: str, report: Report, weight: float, quotations: Sequence[Quotation]
) -> Reported | None:
    """Place a report in the article; None where it is nothing but whole quotations, which are read by themselves."""
    spans = [
        _whole(sentence.span(sentence.doc[start], sentence.doc[end - 1]), quotations) for start, end in report.ranges
    ]
    said = {quotation.outer for quotation in quotations if quotation.shape is Shape.SENTENCE}
    if all(any(outer.covers(span) for outer in said) for span in spans):
        return None
    words, quoted = _words(text, spans, quotations)
    if words < (LEAST if report.lemma not in SURE_ACTS or weight < _SURE else LEAST_OF_ACT):
        return None
    kind = StatementKind.INDIRECT if not quoted else StatementKind.DIRECT if quoted == words else StatementKind.MIXED
    return Reported(report, tuple(spans), weight, kind)


def _whole(span: Span, quotations: Sequence[Quotation]) -> Span:
    """Take in the rest of a quotation that the span breaks off, and the marks at either end."""
    start, end = span.start, span.end
    for each in quotations:
        if each.outer.meets(span) and not span.covers(each.outer):
            if each.outer.end > span.end:
                end = max(end, each.outer.end)
            if each.outer.start < span.start:
                start = min(start, each.outer.start)
    return Span(start, end)


def _words(text: str, spans: Sequence[Span], quotations: Sequence[Quotation]) -> tuple[int, int]:
    """Count the words, and those of them between quotation marks."""
    places = [match.start() for span in spans for match in WORD.finditer(text, span.start, span.end)]
    quoted = sum(any(each.outer.start <= place < each.outer.end for each in quotations) for place in places)
    return len(places), quoted
