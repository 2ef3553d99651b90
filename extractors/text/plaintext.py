"""Plain text out of short pieces of markup: titles, bylines. Not for articles."""

from __future__ import annotations

import html
import re

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
