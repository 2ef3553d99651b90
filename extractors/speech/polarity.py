"""How words say what they say: with what modal verb, on what condition. Looks at words only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from extractors.records import Span


class Modality(StrEnum):
    """The modal verb of what is said; stored and shown."""

    MUST = "must"
    SHOULD = "should"
    WOULD = "would"
    CAN = "can"
    MAY = "may"
    WILL = "will"
    NONE = "none"


_MODALS = {
    Modality.MUST: r"must|ha(?:s|ve|d) to|needs? to|needed to|ha(?:s|ve) got to",
    Modality.SHOULD: r"should(?:n[’']t)?|ought to",
    Modality.WOULD: r"would(?:n[’']t)?|\w+[’']d(?= (?:be|have|not|like|never|rather|go|do|make|take))",
    Modality.CAN: r"can(?:not|[’']t)?|could(?:n[’']t)?|(?:is|are|was|were|be) able to",
    Modality.MAY: r"may(?! \d)|might",
    Modality.WILL: r"will|won[’']t|shall|\w+[’']ll|(?:is|are|[’']s|[’']re|[’']m) going to",
}
_MODAL = re.compile(rf"\b(?:{'|'.join(f'(?P<{modal.value}>{words})' for modal, words in _MODALS.items())})\b")
_BREAK = re.compile(
    r"(?<![.;:!?…])[.;:!?…]+[”\"’']?\s|,\s+but\b|\sbut\b|\s[—–]\s|,\s+(?:while|although|though|because)\b"
)
_CONDITIONS = (
    r"unless|provided that|providing that|on (?:the )?condition(?: that)?|only (?:if|when|after|once)|if|until"
    r"|as long as|so long as|(?:pre)?conditions? (?:is|are|include)|in exchange for|in return for|without"
)
_CONDITION = re.compile(rf"\b(?:{_CONDITIONS})\b", re.IGNORECASE)
_ON = re.compile(r"\bon\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;!?…]+(?:[”\"’']|\s|$)|,\s+(?:and|but|which|who|while)\b|\s[—–]\s")
_FIRST_END = re.compile(r"[,.;!?…](?:[”\"’'\s]|$)")
_CLOSING = " ,.;:!?…”\"’'—–"


def modality_of(words: str, at: int = 0) -> Modality:
    """Return the first modal verb of the clause around `at`, else of all the words."""
    start, end = _clause(words, at)
    match = _MODAL.search(words, start, end) or _MODAL.search(words)
    return Modality(match.lastgroup) if match is not None and match.lastgroup is not None else Modality.NONE


def _clause(words: str, at: int) -> tuple[int, int]:
    start, end = 0, len(words)
    for match in _BREAK.finditer(words):
        if match.end() <= at:
            start = match.end()
        elif match.start() > at:
            end = match.start()
            break
    return start, end


def condition_in(text: str, spans: Sequence[Span], cue: str | None = None) -> Span | None:
    """Return the words of the condition: "unless Kyiv withdraws". After "conditioned" it is what follows "on"."""
    for pattern in (_ON, _CONDITION) if (cue or "").lower() == "condition" else (_CONDITION,):
        for span in spans:
            match = pattern.search(text, span.start, span.end)
            if match is not None:
                return _until_end(text, match.start(), span)
    return None


def _until_end(text: str, start: int, span: Span) -> Span:
    opens = not text[span.start : start].strip(_CLOSING + "“‘")
    match = (_FIRST_END if opens else _CLAUSE_END).search(text, start, span.end)
    end = match.start() if match is not None else span.end
    while end > start and text[end - 1] in _CLOSING:
        end -= 1
    return Span(start, end)
