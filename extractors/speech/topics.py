"""What a statement is about: the topics its words name, or those that its "it" or "which" takes up. Finds no topics."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from extractors.records import Mention, Span
from extractors.text.negation import first_clause_end, is_negated_in

# What was named before: "it", "these", "the document", and a clause whose subject stands before its cue.
_REFERS = re.compile(
    r"\b(?:it|this|that|them|these|they|(?:the|such an?)\s(?:\w+\s)?(?:document|draft|text|paper|proposal|plan|idea"
    r"|initiative|offer|deal|agreement|move|step|meeting|process|issue|question|matter|conditions?|terms))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:must|will|would|should|shall|could|can|may|might|is|are|was|were|has|have|had|need(?:s|ed)?|ought)\b"
)
_WHICH = re.compile(r"\b(?:which|that|who)\b[^.;:]{0,80}$")


def topics_of(text: str, spans: Sequence[Span], before: Span | None, topics: Sequence[Mention]) -> tuple[str, ...]:
    """Return the topics that the words of `spans` name, each once, in order.

    Where they name none and only take something up, those named last before them: in their own sentence, else in the
    sentence `before`. `topics` are the article's mentions of topics, in order.
    """
    named = tuple(_named(spans, topics))
    if named or before is None:
        return named
    lead = Span(before.end, max(before.end, spans[0].start))
    if not _takes_up(text, spans, lead):
        return ()
    return tuple(_named([lead], topics)) or tuple(_named([before], topics))


def _takes_up(text: str, spans: Sequence[Span], lead: Span) -> bool:
    if any(_REFERS.search(text, span.start, span.end) for span in spans):
        return True
    return bool(_GOES_ON.match(text, spans[0].start, spans[0].end) and _WHICH.search(lead.slice(text)))


def are_negated(text: str, spans: Sequence[Span], topics: Sequence[Mention], sentences: Sequence[Span]) -> bool:
    """Tell whether all topics that the words of `spans` name are negated; where they name none, their "it".

    Where there is no "it" either, the end of their first clause is asked for.
    """
    if named := [each for span in spans for each in _mentions(span, topics)]:
        return all(each.negated for each in named)
    found = (match for span in spans for match in _REFERS.finditer(text, span.start, span.end))
    taken_up = next((Span(*match.span()) for match in found), None)
    return is_negated_in(text, sentences, taken_up or first_clause_end(text, spans[0]))


def first_topic(spans: Sequence[Span], topics: Sequence[Mention]) -> int:
    """Return where in the words, joined by blanks, the first topic is named; 0 where none is."""
    passed = 0
    for span in spans:
        at = bisect_left(topics, span.start, key=_start)
        if at < len(topics) and span.covers(topics[at].span):
            return passed + topics[at].span.start - span.start
        passed += span.end - span.start + 1
    return 0


def _named(spans: Sequence[Span], topics: Sequence[Mention]) -> Iterator[str]:
    seen: dict[str, None] = {}
    for span in spans:
        for each in _mentions(span, topics):
            if each.ref_id:
                seen.setdefault(each.ref_id)
    yield from seen


def _mentions(span: Span, topics: Sequence[Mention]) -> Sequence[Mention]:
    first = bisect_left(topics, span.start, key=_start)
    near = topics[first : bisect_left(topics, span.end, key=_start)]
    return [each for each in near if span.covers(each.span)]


def _start(mention: Mention) -> int:
    return mention.span.start
