"""Plain text: out of short pieces of markup such as titles and bylines, and as whole files that are articles.

A file's text stays as it stands, so that every offset counts in the file.
"""

from __future__ import annotations

import html
import re
from itertools import islice, takewhile

from extractors.records import Page, Span, Unreadable, UnreadableReason
from extractors.text.dates import parse_date
from extractors.text.encodings import decoded, too_large
from extractors.text.languages import language_of

MAX_CHARACTERS = 5_000_000

_SENTENCE_END = re.compile(r"[.!?…:;,]['\"’”»)\]]*$")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# A file is text when next to none of it is control characters or bytes that nothing decodes.
_NOISE = 0.01
_LEADING = 6
_HEADLINE_WORDS = range(4, 31)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_BREAK = re.compile(r"</?(?:br|p|div|li|h\d)\b[^<>]*>", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Where the bytes 80-9F of Windows-1252 came out as letters and marks, back to where those bytes stand in Latin-1.
_TO_LATIN_1 = {
    ord(bytes([byte]).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}
# Phonetic letters: a repair that ends in them was none.
_IMPLAUSIBLE = re.compile("[\u0180-\u0217\u021c-\u0258\u025a-\u02b8\ue000-\uf8ff\x80-\x9f]")
# A non-breaking space is U+00C2 U+00A0 when its UTF-8 is read as Latin-1, and the second half is easily stripped.
_HALF_A_SPACE = "\u00c2"


def plain(markup: str | None) -> str | None:
    """Return the text of a title or byline on one line, None when nothing is left.

    Entities are decoded (twice, as many feeds escape twice), tags and controls are out, mojibake is repaired.
    """
    text = html.unescape(html.unescape(markup or ""))
    text = _repaired(_TAG.sub("", _BREAK.sub(" ", text)))
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return " ".join(text.split()) or None


def _repaired(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252, where the whole text shows that it was."""
    if text.isascii():
        return text
    padded = text + "\u00a0" if text.endswith(_HALF_A_SPACE) else text
    try:
        repaired = padded.translate(_TO_LATIN_1).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
    return text if _IMPLAUSIBLE.search(repaired) else repaired


def line_spans(text: str) -> list[Span]:
    """Return the characters of each line in order, the line feeds between them in none."""
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    return spans


def decode_text(body: bytes) -> str | None:
    """Decode a text file, its byte order mark left out; None when it is no text. Line ends stay as they are."""
    text = decoded(body)
    noise = len(_NO_TEXT.findall(text)) + text.count("\ufffd")
    return text if noise <= _NOISE * len(text) else None


def clean_text(text: str) -> Page | Unreadable:
    """Return a text file as a page: the text as it stands, its headline where it has one, no date and no author."""
    if not text.strip():
        return Unreadable(reason=UnreadableReason.EMPTY, detail="no text")
    if len(text) > MAX_CHARACTERS:
        return too_large(MAX_CHARACTERS)
    if len(_NO_TEXT.findall(text)) > _NOISE * len(text):
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
