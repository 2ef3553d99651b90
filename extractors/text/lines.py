"""The lines of a text and where they stand in it. Knows nothing of what they say."""

from __future__ import annotations

from extractors.records import Span


def line_spans(text: str) -> list[Span]:
    """Return the characters of each line in order, the line feeds between them in none."""
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    return spans
