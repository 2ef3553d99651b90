"""Transcripts: lines that begin with who speaks and a colon. Finds where the words stand; knows no speaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import Span

_TURN = re.compile(r"[“\"]?(?P<head>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}):[ \t\xa0]+(?=\S)")
_GOES_ON = re.compile(r"[“\"](?=\S)")
_DIRECTION = re.compile(r"[“\"]?[(\[][^()\[\]]*[)\]][.\s”\"]*")
_OPENING, _CLOSING = '“"', '”"'
_ASKED = frozenset({"q", "question", "a", "answer", "moderator", "host", "reporter", "journalist"})
_TURNS = 3  # with fewer it may as well be a list of facts
_WORDS = 5  # in each of them


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
        if match is not None and match["head"].lower() not in _ASKED:
            turns[at] = Turn(span=Span(match.end(), _end(text, span)), continues=False)
        elif _DIRECTION.fullmatch(text, span.start, span.end):
            turns[at] = Turn(span=Span(span.start, span.start), continues=False)
        elif match is None and at - 1 in turns and text[paragraphs[at - 1].start] in _OPENING:
            more = _GOES_ON.match(text, span.start, span.end)
            if more is not None:
                turns[at] = Turn(span=Span(more.end(), _end(text, span)), continues=True)
    return turns


def _begun(text: str, paragraph: Span) -> re.Match[str] | None:
    match = _TURN.match(text, paragraph.start, paragraph.end)
    return match if match is not None and all(word[0].isupper() for word in match["head"].split()) else None


def _is_transcript(text: str, paragraphs: Sequence[Span], begun: dict[int, re.Match[str]]) -> bool:
    long = [match["head"] for at, match in begun.items() if _is_long(text, Span(match.end(), paragraphs[at].end))]
    heads = Counter(long)
    return len(long) >= _TURNS and len(heads) > 1 and max(heads.values()) > 1


def _is_long(text: str, span: Span) -> bool:
    return len(text[span.start : span.end].split(maxsplit=_WORDS)) >= _WORDS


def _end(text: str, paragraph: Span) -> int:
    """Return where a paragraph's words end, before a mark that closes the whole of it."""
    end = paragraph.end
    if text[end - 1] in _CLOSING and text[paragraph.start] in _OPENING:
        end -= 1
    return end
