"""Whether what Russian or Ukrainian words name is denied: by "не", "нет", "без" in its own clause. Knows no speech."""

from __future__ import annotations

import re

from extractors.records import Span

_NOT = re.compile(
    r"\b(?:не|нет|нету|никак\w+|невозможн\w+|немає|нема|жодн\w+|неможлив\w+|ніяк\w+"
    r"|отверг\w*|отклон\w+|опроверг\w*|исключ[аеи]\w+|відкин\w+|відхил\w+|спросту\w+|виключ[аи]\w+)\b",
    re.IGNORECASE,
)
# Words of denial that deny nothing: "не только", "не исключил", "без сомнения".
_YES = re.compile(
    r"\bне (?:только|лишь|исключ\w+|против\w*|отверг\w*|отклон\w+|опроверг\w*|раньше|тільки|лише|виключ\w+|проти"
    r"|відкин\w+|відхил\w+|спросту\w+|раніше)\b|\b(?:без|нет|немає) (?:сомнени\w+|сумнів\w*)\b|\bбез \w+ не\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bбез(?: \w+){0,2} $", re.IGNORECASE)
_EDGE = re.compile(r"[,;:.!?…—–]\s|\s(?:но|однако|але|проте)\s|\n")


def is_negated(text: str, span: Span) -> bool:
    """Tell whether the clause around a phrase denies it."""
    edges = [*_EDGE.finditer(text, max(0, span.start - 300), min(len(text), span.end + 300))]
    start = max((edge.end() for edge in edges if edge.end() <= span.start), default=max(0, span.start - 300))
    end = min((edge.start() for edge in edges if edge.start() >= span.end), default=min(len(text), span.end + 300))
    denials = len(_NOT.findall(_YES.sub(" ", text[start:end]))) + bool(_WITHOUT.search(text, start, span.start))
    return denials % 2 == 1
