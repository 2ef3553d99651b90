"""Where readers' comments begin under an article that no heading divides from them. Sees lines, knows no page.

One person's manner is no evidence: an opinion article may say "I" and "you" from its first line. What gives comments
away is a change of voice that lasts to the end of the text and shows itself in several ways at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum


class Sign(Enum):
    """A way in which a line speaks as a reader does."""

    ADDRESS = "you and your outside quotation marks"
    SELF = "I and my outside quotation marks"
    SHOUT = "words in capitals that are no abbreviations"
    ECHO = "a line that is repeated, or only quotes the one before"
    SLANG = "masked curses, abuse, the idiom of threads"
    OUTCRY = "exclamations, and questions put to nobody"
    UNFINISHED = "several words that end in a comma, or in nothing"


_WEIGHTS = {
    Sign.ADDRESS: 2.0,
    Sign.SELF: 1.5,
    Sign.SHOUT: 2.5,
    Sign.ECHO: 3.0,
    Sign.SLANG: 2.0,
    Sign.OUTCRY: 1.0,
    Sign.UNFINISHED: 1.5,
}
_QUOTATION = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)|«[^»]*(?:»|$)")
_ADDRESS = re.compile(r"\b(?:you|your|yours|yourself|you[’'](?:re|ve|ll|d))\b", re.IGNORECASE)
_SELF = re.compile(r"\b(?:I|I[’'](?:m|ve|ll|d)|my|myself|imo|imho)\b(?!\.)")
_SHOUT = re.compile(r"\b[A-Z]{2,}(?:[ ,]+[A-Z]{2,})+\b")
_SLANG = re.compile(
    r"\b\w+\*+\w+\b|\b(?:lol|lmao|wtf|gonna|gotta|wanna|ain[’']t|yeah|nope|btw|bullshit|shit|crap|idiots?|morons?|stupid"
    r"|troll|sheeple|clowns?|commenters?|msm)\b",
    re.IGNORECASE,
)
# One of these is in every line of slang; to look for them costs a tenth of the pattern.
_SLANG_WORDS = (
    *("*", "lol", "lmao", "wtf", "gonna", "gotta", "wanna", "ain’t", "ain't", "yeah", "nope", "btw", "shit", "crap"),
    *("idiot", "moron", "stupid", "troll", "sheeple", "clown", "commenter", "msm"),
)
_OUTCRY = re.compile(r"!|\?\s*$|\?\?|\.\.\.\s*$|…\s*$")
_REPORTS = re.compile(
    r"\b(?:said|says|told|added|stated|announced|reported|wrote|warned|argued|noted|confirmed|insisted|stressed"
    r"|suggested|declared|spokes(?:man|woman|person))\b",
    re.IGNORECASE,
)
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
_INFORMAL = re.compile(
    r"\b(?:that|it|there|what|who|here|let)[’']s\b|\b(?:do|can|wo|would|should)n?[’']t\b", re.IGNORECASE
)
_FINISHED = re.compile(r"[.!?…:;”\"’')\]]\s*$")

_LEAST_HEAD = 3  # lines of article that must stand before
_LEAST_TAIL = 6  # lines of comments below which nothing is cut
_KINDS = 4  # different signs that a thread of comments must show
_SURE = 3  # of its lines that must say what only readers say, or answer one another: transcripts and columns do not
_TAIL_SHARE = 0.4  # of its lines that must show one
_HEAD_SHARE = 0.15  # of the article's lines that may
_REPORT = -2.5  # a reporter's verb speaks for the article
_SOURCE = -0.4
_CONTRACTION = 0.5
_SILENT = 0.2  # a line with no source at all leans to the comments
_ECHO = 25  # characters from which a repeated line is no coincidence


def first_comment(lines: Sequence[str]) -> int | None:
    """Return the index of the first reader's comment, None where the text is an article to its end."""
    # Most texts have no line that only readers write: what else a thread must show is looked for in the others alone.
    if sum(_is_sure(lines, at) for at in range(len(lines))) < _SURE:
        return None
    signs = [_signs(lines, at) for at in range(len(lines))]
    scores = [_score(line, found) for line, found in zip(lines, signs, strict=True)]
    first = _change(scores)
    if first is None or not _is_thread(signs[:first], signs[first:]):
        return None
    return first


def _is_sure(lines: Sequence[str], at: int) -> bool:
    lowered = lines[at].lower()
    return any(word in lowered for word in _SLANG_WORDS) or _is_echo(lines, at)


def _signs(lines: Sequence[str], at: int) -> frozenset[Sign]:
    line = lines[at]
    own = _QUOTATION.sub(" ", line)
    tests = {
        Sign.ADDRESS: _ADDRESS.search(own),
        Sign.SELF: _SELF.search(own),
        Sign.SHOUT: any(_is_shouted(match.group()) for match in _SHOUT.finditer(own)),
        Sign.ECHO: _is_echo(lines, at),
        Sign.SLANG: _SLANG.search(own),
        Sign.OUTCRY: _OUTCRY.search(own),
        Sign.UNFINISHED: line.count(" ") > 3 and not _FINISHED.search(line),  # noqa: PLR2004 - shorter are headings
    }
    return frozenset(sign for sign, found in tests.items() if found)


def _is_shouted(words: str) -> bool:
    return max(len(word) for word in re.split(r"\W+", words)) > 3  # noqa: PLR2004 - shorter ones are abbreviations


def _is_echo(lines: Sequence[str], at: int) -> bool:
    """Tell a line that repeats the one before, or is nothing but a quotation of the line before."""
    line, before = lines[at].strip(), lines[at - 1] if at else ""
    if len(line) < _ECHO:
        return False
    return line == before.strip() or (line[0] in '“"' and line.strip('“”" ') in before)


def _score(line: str, signs: frozenset[Sign]) -> float:
    weight = sum(_WEIGHTS[sign] for sign in signs)
    own = _QUOTATION.sub(" ", line)
    if _REPORTS.search(own):
        return weight + _REPORT
    return weight + (_SOURCE if _ACCORDING.search(own) else _SILENT) + (_CONTRACTION if _INFORMAL.search(own) else 0.0)


def _change(scores: Sequence[float]) -> int | None:
    """Return where the sum of the scores from there to the end is greatest."""
    best, first, total = 0.0, None, 0.0
    for at in range(len(scores) - 1, _LEAST_HEAD - 1, -1):
        total += scores[at]
        if total >= best:
            best, first = total, at
    return first


def _is_thread(head: Sequence[frozenset[Sign]], tail: Sequence[frozenset[Sign]]) -> bool:
    """Tell comments from the end of an article: many signs of several kinds here, hardly one before."""
    kinds = {sign for signs in tail for sign in signs}
    strong = [bool(signs - {Sign.OUTCRY, Sign.UNFINISHED}) for signs in tail]
    sure = [bool(signs & {Sign.ECHO, Sign.SLANG}) for signs in tail]
    return (
        len(tail) >= _LEAST_TAIL
        and sum(sure) >= _SURE
        and len(kinds) >= _KINDS
        and sum(strong) >= _TAIL_SHARE * len(tail)
        and sum(bool(signs) for signs in head) <= _HEAD_SHARE * len(head)
    )
