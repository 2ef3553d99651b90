"""Which stretches of a text are not the article's own words: captions, bylines, site furniture, reader comments.

Knows no outlet and no language model. A stretch cut by mistake costs statements, so each rule wants strong evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import Span
from extractors.speech.comments import first_comment
from extractors.speech.quotations import PARAGRAPH

_AGENCY = (
    r"(?:AFP|AP|EPA|Reuters|Getty|Shutterstock|TASS|Sputnik|Belta|Ukrinform|Anadolu|Xinhua|Alamy|Bloomberg|NurPhoto"
    r"|Pool|Handout|Photos?|Images?|Credit|Courtesy|Picture|Screenshot|File)\b"
)
_CREDITED = re.compile(
    rf"\([^()]*\b{_AGENCY}[^()]*\)\W*$|\[[^\[\]]*\b{_AGENCY}[^\[\]]*\]\W*$"
    r"|\b(?:Photograph|Photo|Image|Picture|Credit|Video|Illustration)s?(?: by| courtesy of| credit)?: ?[^.!?]{2,80}$"
    rf"|^[^.!?]{{0,80}}/(?:AFP|AP|EPA|Reuters|Getty Images|TASS|Sputnik|Shutterstock)\W*$"
    r"|\b(?:AP|AFP|Reuters|EPA) (?:Photo|Images?)(?:/[^.!?]{2,60})?\W*$|\bvia (?:AP|AFP|Reuters|Getty Images)\W*$"
)
_CAPTION = re.compile(
    r"^(?:FILE PHOTO\b|FILE\s?[-–—:]|(?:Photo|Image|Picture|Video|Caption|Image caption|Image source|Photo credit)\s?:"
    r"|Image (?:source|caption)\b|©|Getty Images\b|\[?(?:Photo|Image) (?:by|courtesy)\b)"
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_TIME = r"(?:,?\s*(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,5}\)?)?)?"
_DATE = re.compile(
    rf"^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?(?:\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}}){_TIME}$",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"^(?:last )?(?:updated|published|posted|modified|first published)(?: on| at)?\s?(?::|$|[\d,])", re.IGNORECASE
)
_STAMP_DATED = re.compile(r"^(?:last )?(?:updated|published|posted|modified)\b.{0,30}(?:\d{4}|\bago)\b", re.IGNORECASE)
_BYLINE = re.compile(r"^(?:[Bb]y|BY) (?:[A-Z][\w’'.-]+(?: and |, | & | )?){2,8}$")
_NAME = re.compile(r"^[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]+){1,3}$")
_CREDIT = re.compile(
    r"\bcontributed (?:to this (?:report|article|story)|reporting)\b"
    r"|^\(?(?:additional |writing and )?(?:reporting|writing|editing) by\b|\bcompiled (?:by|from)\b.{0,60}$"
    r"|^with (?:inputs|files|reporting) from\b|^©|\ball rights reserved\b|^copyright\b|^editor[’']s note\b",
    re.IGNORECASE,
)
# What no sentence of an article says.
_FURNITURE = re.compile(
    r"^(?:tags?|topics|filed under|related topics|keywords)\b\s?:?\s+\S|^(?:tags?|topics|filed under)\s?:?$"
    r"|^read the (?:full|original|rest)\b|^(?:leave|post|write|add) a (?:reply|comment)\b|^required fields are\b"
    r"|^your e-?mail address will not be\b|\bdelivered (?:straight )?to your inbox\b|\bour newsletters?\b"
    r"|\bjoin the (?:conversation|discussion)\b|\bcomment(?:s|ing)? (?:section|policy|guidelines|rules)\b"
    r"|\bcomments? (?:are|is|have been|has been) (?:closed|moderated|disabled|removed)\b"
    r"|^(?:story|article) continues (?:below|after)\b|^(?:we|this site) uses? cookies\b|^accept (?:all )?cookies\b"
    r"|^(?:advertisement|sponsored|promoted|skip to (?:main )?content|menu|search|home|share|print|e-?mail)\W*$",
    re.IGNORECASE,
)
# Lines without any of these are no captions with a credit; without any of those, furniture only by how they begin. To
# look for a word costs a tenth of looking for a pattern, and every line of every article is looked at.
_CREDIT_HINTS = ("(", "[", ":", "/", "Photo", "Image", "via ")
_FURNITURE_HINTS = ("contributed", "compiled", "rights reserved", "inbox", "newsletter", "join the", "comment")
# What a sentence may begin with too: furniture where the line is short and does not stop.
_PROMPT = re.compile(
    r"^(?:read (?:more|also|next)|also read|continue reading|click here|see all|recommended|trending|up next"
    r"|don[’']t miss|most (?:popular|read|viewed|recent|shared)|(?:load|show|view) (?:more|all|comments)"
    r"|related (?:stories|articles|posts|news|content|coverage|reading)|more (?:from|on|stories|news|coverage)"
    r"|you (?:may|might) also like|sign up|subscribe|register|log in|join us|follow us|share this|support us|donate"
    r"|download our|get (?:the|our) (?:latest|daily|free|best)|breaking news|top news"
    r"|(?:watch|listen|video|photos|gallery)\s?:)(?:\W|$)|^(?:the )?latest\b.{0,40}\bnews\b.{0,20}$",
    re.IGNORECASE,
)
# Headings that site furniture hangs on: what follows them is headlines of other articles.
_LISTS = re.compile(
    r"^(?:related (?:stories|articles|posts|news|content|coverage)|most (?:popular|read|viewed|recent|shared)"
    r"|recommended(?: for you)?|trending(?: now)?|more from .{1,30}|more on this(?: story)?|you (?:may|might) also like"
    r"|read (?:more|also|next)|up next|don[’']t miss)\s?:?$",
    re.IGNORECASE,
)
_THREAD = re.compile(
    r"^(?:\d+ )?(?:reader )?(?:comments?|responses?|replies)(?: \(\d+\)|\s?:| \d+)?$"
    r"|^(?:leave|post) a (?:reply|comment)$|^\d+ thoughts on\b|^join the (?:conversation|discussion)$",
    re.IGNORECASE,
)
_LONGEST = 45  # words of a line of furniture; longer ones are prose that begins like it
_PROMPTS = 12  # words of a prompt
_CAPTIONS = 90  # words of a caption with its credit
_STAMPS = 80  # characters of a stamp with its date
_TEASER = 25  # words of another article's headline
_BODY = 3  # paragraphs that must stand before a thread of comments is believed
_STOPS = (".", "!", "?", "”", '"', "…", ":")
_QUOTED = re.compile(r"[“\"„«]")


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str
    words: int


def asides(text: str, title: str | None = None) -> tuple[Span, ...]:
    """Return, in order, the lines of `text` that are not the article's own words; each span is a whole line.

    A line that repeats `title` before the article begins is one of them.
    """
    lines = _lines(text)
    foreign = [_is_aside(lines, at) for at in range(len(lines))]
    _mark_title(lines, foreign, title)
    _mark_teasers(lines, foreign)
    _mark_thread(lines, foreign)
    _mark_comments(lines, foreign)
    return tuple(line.span for line, out in zip(lines, foreign, strict=True) if out)


def _lines(text: str) -> list[_Line]:
    found = []
    for match in PARAGRAPH.finditer(text):
        words = " ".join(match.group().split())
        if words:
            found.append(_Line(Span(*match.span()), words, words.count(" ") + 1))
    return found


def _is_aside(lines: Sequence[_Line], at: int) -> bool:
    line = lines[at]
    if line.words > _LONGEST and not _is_caption(line):
        return False
    return _is_caption(line) or _is_stamp(lines, at) or _is_furniture(line)


def _is_caption(line: _Line) -> bool:
    if line.words > _CAPTIONS or len(line.text) > _CAPTIONS * 10:
        return False
    may_be_credited = any(hint in line.text for hint in _CREDIT_HINTS)
    return bool((may_be_credited and _CREDITED.search(line.text)) or _CAPTION.match(line.text))


def _is_stamp(lines: Sequence[_Line], at: int) -> bool:
    """Tell bylines and dates; a bare name is a byline beside a date."""
    text = lines[at].text
    if _is_date(text) or _BYLINE.match(text):
        return True
    return bool(_NAME.match(text)) and any(_is_date(lines[near].text) for near in (at - 1, at + 1) if _has(lines, near))


def _has(lines: Sequence[_Line], at: int) -> bool:
    return 0 <= at < len(lines)


def _is_date(text: str) -> bool:
    return bool(_DATE.match(text) or (len(text) < _STAMPS and (_STAMP.match(text) or _STAMP_DATED.match(text))))


def _is_furniture(line: _Line) -> bool:
    if _QUOTED.search(line.text):
        return False
    if _PROMPT.match(line.text):
        return line.words <= _PROMPTS and not line.text.endswith(".")
    lowered = line.text.lower()
    if any(hint in lowered for hint in _FURNITURE_HINTS):
        return bool(_CREDIT.search(line.text) or _FURNITURE.search(line.text))
    return bool(_CREDIT.match(line.text) or _FURNITURE.match(line.text))


def _mark_title(lines: Sequence[_Line], foreign: list[bool], title: str | None) -> None:
    """Mark the lines above the article that repeat its title."""
    wanted = " ".join((title or "").split()).casefold()
    for at, line in enumerate(lines):
        if wanted and line.text.casefold() == wanted:
            foreign[at] = True
        elif not foreign[at] and line.text.endswith("."):
            return


def _mark_teasers(lines: Sequence[_Line], foreign: list[bool]) -> None:
    """Mark the headlines under "Related stories" and the like, up to the first line that is prose."""
    listing = False
    for at, line in enumerate(lines):
        if _LISTS.match(line.text):
            listing = True
        elif listing and line.words <= _TEASER and not line.text.endswith(_STOPS):
            foreign[at] = True
        else:
            listing = False


def _mark_thread(lines: Sequence[_Line], foreign: list[bool]) -> None:
    """Mark all that follows a heading like "12 comments" once an article has stood before it."""
    prose = 0
    for at, line in enumerate(lines):
        if _THREAD.match(line.text) and prose >= _BODY:
            foreign[at:] = [True] * (len(lines) - at)
            return
        prose += not foreign[at] and line.text.endswith(_STOPS)


def _mark_comments(lines: Sequence[_Line], foreign: list[bool]) -> None:
    own = [at for at, out in enumerate(foreign) if not out]
    first = first_comment([lines[at].text for at in own])
    if first is not None:
        foreign[own[first] :] = [True] * (len(lines) - own[first])
