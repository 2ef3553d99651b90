"""From bytes to text: bounded unpacking, and the encoding that really decodes them whatever they declare."""

from __future__ import annotations

import codecs
import re
import zlib
from itertools import islice

from charset_normalizer import from_bytes

from extractors.records import Unreadable, UnreadableReason

_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark its own begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 4096
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# Encodings of text that keep ASCII as it is, but for the Japanese ones that escape out of it. Python's others
# (punycode, unicode_escape, utf_7) are no encodings of web pages, and some take quadratic time.
_OF_THE_WEB = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp\d+|windows-.*|koi8-.*|mac-.*|gb.*|hz|big5.*|euc_.*|shift_jis.*|iso2022_.*|tis-620"
)
# What browsers do (WHATWG): these are declared where their supersets are meant.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
}
_ESCAPING = ("iso2022", "hz")
# What a body that declares nothing may be in: of Cyrillic by the letters it gives, of the rest the usual one.
_CYRILLIC = ("cp1251", "koi8_r")
_USUAL = "cp1252"
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MARKUP = re.compile(rb"<[^<>]*>")
_PIECES = 400
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]{3}")


def unpacked(body: bytes, limit: int) -> bytes | Unreadable:
    """Return the body out of its gzip wrapping, if it has one; at most `limit` bytes. A cut-off end is left out."""
    if len(body) > limit:
        return too_large(limit)
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"its gzip wrapping is broken: {error}")
    return too_large(limit) if len(plain) > limit else plain


def too_large(limit: int) -> Unreadable:
    """Say that content is over its limit."""
    return Unreadable(reason=UnreadableReason.TOO_LARGE, detail=f"more than {limit // 1_000_000} MB")


def decoded(body: bytes, content_type: str | None = None) -> str:
    """Decode feed, page or text bytes: by their mark, their zeros, UTF-8 where it fits, declarations, letters.

    Valid UTF-8 is believed before any declaration: it is next to never an accident. Never fails; bytes that mean
    nothing become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    wide = _unmarked_wide(body)
    if wide:
        return body.decode(wide, errors="replace")
    declared = _declared(body, content_type)
    for encoding in (*(name for name in declared if name.startswith(_ESCAPING)), "utf-8", *declared):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return _best_effort(body, declared)


def _unmarked_wide(body: bytes) -> str | None:
    """Name UTF-16 without a mark by the zero bytes beside its ASCII letters."""
    head = body[:200]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or not min(even, odd) * 10 <= max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _declared(body: bytes, content_type: str | None) -> list[str]:
    header = _CHARSET.search(content_type or "")
    inside = _DECLARED.search(body[:_HEAD])
    labels = [header[1] if header else "", (inside[1] or inside[2]).decode("ascii") if inside else ""]
    names = (_codec(label) for label in labels if label)
    return [name for name in names if name]


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return _SUPERSETS.get(name, name) if _OF_THE_WEB.fullmatch(name) else None


def _best_effort(body: bytes, declared: list[str]) -> str:
    """Decode what no encoding takes whole: as UTF-8 where most of it is, else as declared."""
    text = body.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    if damaged * 2 <= sum(character > "\x7f" for character in text):
        return text
    others = [name for name in declared if name != "utf-8"]
    return body.decode(others[0] if others else _guessed(body), errors="replace")


def _guessed(body: bytes) -> str:
    """Name the encoding of a body that declares none, by its letters alone: the markup around them is ASCII."""
    pieces = (piece for piece in _MARKUP.split(body) if _NOT_ASCII.search(piece))
    words = b"\n".join(islice(pieces, _PIECES))[:_HEAD]
    best = from_bytes(words, cp_isolation=[*_CYRILLIC, _USUAL]).best()
    return best.encoding if best and best.encoding in _CYRILLIC and _CYRILLIC_WORD.search(str(best)) else _USUAL
