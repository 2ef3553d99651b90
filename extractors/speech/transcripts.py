"""Turns of a transcript: lines that begin with whoever speaks, and the questions and answers of an interview.

By rule alone. Knows no quotations.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import Span
from extractors.speech.lexicon import LABELS

_TURN = re.compile(r"[“\"]?(?P<head>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}):[ \t\xa0]+(?=\S)")
_TURN_GOES_ON = re.compile(r"[“\"](?=\S)")
_DIRECTION = re.compile(r"[“\"]?[(\[][^()\[\]]*[)\]][.\s”\"]*")
_OPENS, _CLOSES = '“"', '”"'
_ASKERS = frozenset({"q", "question", "moderator", "host", "reporter", "journalist"})
_INTERVIEW = frozenset({"q", "question", "a", "answer"})  # their lines are turns wherever there is one of each
_TURNS = 3  # with fewer it may as well be a list of facts
_TURN_WORDS = 5  # in each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The words of one paragraph of somebody's turn; `continues` where the paragraph before has its beginning."""

    span: Span
    continues: bool


def find_turns(text: str, paragraphs: Sequence[Span]) -> dict[int, Turn]:
    """Return the turns by the positions of their paragraphs; none where the text is no transcript.

    In a transcript people take turns: several lines, at least two names, one of them more than once. Questions of
    nobody in particular are left out, and directions like "(CROSSTALK)" are turns without words.
    """
    begun = {at: match for at, span in enumerate(paragraphs) if (match := _begun(text, span))}
    if not _is_transcript(text, paragraphs, begun):
        return {}
    turns: dict[int, Turn] = {}
    for at, span in enumerate(paragraphs):
        match = begun.get(at)
        if match is not None and match["head"].lower() not in _ASKERS:
            turns[at] = Turn(span=Span(match.end(), _end_of_turn(text, span)), continues=False)
        elif _DIRECTION.fullmatch(text, span.start, span.end):
            turns[at] = Turn(span=Span(span.start, span.start), continues=False)
        elif match is None and at - 1 in turns and text[paragraphs[at - 1].start] in _OPENS:
            more = _TURN_GOES_ON.match(text, span.start, span.end)
            if more is not None:
                turns[at] = Turn(span=Span(more.end(), _end_of_turn(text, span)), continues=True)
    return turns


def _begun(text: str, paragraph: Span) -> re.Match[str] | None:
    match = _TURN.match(text, paragraph.start, paragraph.end)
    words = match["head"].split() if match is not None else []
    is_label = bool(words) and words[-1].lower() in LABELS - _INTERVIEW
    return match if words and not is_label and all(word[0].isupper() for word in words) else None


def _is_transcript(text: str, paragraphs: Sequence[Span], begun: dict[int, re.Match[str]]) -> bool:
    long = [match["head"] for at, match in begun.items() if _is_long(text, Span(match.end(), paragraphs[at].end))]
    heads = Counter(long)
    if _INTERVIEW.issuperset(head.lower() for head in heads) and len({match["head"] for match in begun.values()}) > 1:
        return bool(long)
    return len(long) >= _TURNS and len(heads) > 1 and max(heads.values()) > 1


def _is_long(text: str, span: Span) -> bool:
    return len(text[span.start : span.end].split(maxsplit=_TURN_WORDS)) >= _TURN_WORDS


def _end_of_turn(text: str, paragraph: Span) -> int:
    """Return where a paragraph's words end, before a mark that closes the whole of it."""
    end = paragraph.end
    if text[end - 1] in _CLOSES and text[paragraph.start] in _OPENS:
        end -= 1
    return end
