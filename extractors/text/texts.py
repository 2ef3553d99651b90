"""Articles that come as plain text files. The text stays as it stands, so that every offset counts in the file."""

from __future__ import annotations

import re
from itertools import islice, takewhile

from extractors.records import Page, Unreadable, UnreadableReason
from extractors.text.dates import parse_date
from extractors.text.encodings import decoded, too_large
from extractors.text.languages import language_of

MAX_CHARACTERS = 5_000_000

_SENTENCE_END = re.compile(r"[.!?…:;,]['\"’”»)\]]*$")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# A file is text when next to none of it is control characters or bytes that nothing decodes.
_NOISE = 0.01
_LEADING = 6
_HEADLINE_WORDS = range(4, 31)


def decode_text(body: bytes) -> str | None:
    """Decode a text file, its byte order mark left out; None when it is no text. Line ends stay as they are."""
    text = decoded(body)
    noise = len(_CONTROL.findall(text)) + text.count("\ufffd")
    return text if noise <= _NOISE * len(text) else None


def clean_text(text: str) -> Page | Unreadable:
    """Return a text file as a page: the text as it stands, its headline where it has one, no date and no author."""
    if not text.strip():
        return Unreadable(reason=UnreadableReason.EMPTY, detail="no text")
    if len(text) > MAX_CHARACTERS:
        return too_large(MAX_CHARACTERS)
    if len(_CONTROL.findall(text)) > _NOISE * len(text):
        return Unreadable(reason=UnreadableReason.NOT_TEXT, detail="a binary file")
    return Page(text=text, title=_headline(text), language=language_of(text))


def _headline(text: str) -> str | None:
    """Return the headline among the lines before the first sentence: one that is repeated, else the longest.

    Site headers, bylines and dates stand there too, and are shorter.
    """
    lines = [line.strip() for line in islice((line for line in text.splitlines() if line.strip()), _LEADING + 1)]
    leading = list(takewhile(lambda line: not _SENTENCE_END.search(line), lines[:_LEADING]))
    if len(leading) == len(lines):
        return None
    headlines = [line for line in leading if len(line.split()) in _HEADLINE_WORDS and parse_date(line) is None]
    repeated = [line for line in headlines if headlines.count(line) > 1]
    return max(repeated or headlines, key=len, default=None)
