"""From a text to its own sentences: captions, credits, furniture and comments are left out.

By rule alone, so that they are the same on every machine and with every model. Knows no quotations and no outlet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from extractors.records import Span
from extractors.speech.lexicon import ABBREVIATIONS, LEXICON, OPENERS, TITLES, filled
from extractors.text.spans import stripped
from extractors.text.tables import tables

PARAGRAPH = re.compile(r"[^\n\r]+")
_ASIDES = tables("extractors.speech", "asides.toml")


def _pattern(name: str, *, case: bool = False) -> re.Pattern[str]:
    return re.compile(filled(_ASIDES[name], _ASIDES), re.NOFLAG if case else re.IGNORECASE)


_CREDITED, _CAPTION = _pattern("credited", case=True), _pattern("caption", case=True)
_BYLINE, _NAME = _pattern("byline", case=True), _pattern("name", case=True)
_DATE, _STAMP, _STAMP_DATED = _pattern("date"), _pattern("stamp"), _pattern("stamp_dated")
_CREDIT, _FURNITURE, _PROMPT = _pattern("credit"), _pattern("furniture"), _pattern("prompt")
_LISTING, _THREAD = _pattern("listing"), _pattern("thread")
_FURNITURE_WORDS = 45  # words of a line of furniture; longer ones are prose that begins like it
_PROMPTS = 12  # words of a prompt
_CAPTIONS = 90  # words of a caption with its credit
_STAMPS = 80  # characters of a stamp with its date
_TEASER = 25  # words of another article's headline
_BODY = 3  # paragraphs that must stand before a thread of comments is believed
_LINE_ENDS = (".", "!", "?", "”", '"', "…", ":")
_OPENING_MARK = re.compile(r"[“\"„«]")


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
    return _is_caption(line) or (line.words <= _FURNITURE_WORDS and (_is_stamp(lines, at) or _is_furniture(line)))


def _is_caption(line: _Line) -> bool:
    if line.words > _CAPTIONS or len(line.text) > _CAPTIONS * 10:
        return False
    may_be_credited = any(hint in line.text for hint in _ASIDES["credited_hints"])
    return bool((may_be_credited and _CREDITED.search(line.text)) or _CAPTION.match(line.text))


def _is_stamp(lines: Sequence[_Line], at: int) -> bool:
    """Tell bylines and dates; a bare name is a byline beside a date."""
    text = lines[at].text
    if _is_date(text) or _BYLINE.match(text):
        return True
    return bool(_NAME.match(text)) and any(_is_date(near.text) for near in lines[max(0, at - 1) : at + 2])


def _is_date(text: str) -> bool:
    return bool(_DATE.match(text) or (len(text) < _STAMPS and (_STAMP.match(text) or _STAMP_DATED.match(text))))


def _is_furniture(line: _Line) -> bool:
    if _OPENING_MARK.search(line.text):
        return False
    if _PROMPT.match(line.text):
        return line.words <= _PROMPTS and not line.text.endswith(".")
    lowered = line.text.lower()
    if any(hint in lowered for hint in _ASIDES["furniture_hints"]):
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
        if _LISTING.match(line.text):
            listing = True
        elif listing and line.words <= _TEASER and not line.text.endswith(_LINE_ENDS):
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
        prose += not foreign[at] and line.text.endswith(_LINE_ENDS)


def _mark_comments(lines: Sequence[_Line], foreign: list[bool]) -> None:
    own = [at for at, out in enumerate(foreign) if not out]
    first = first_comment([lines[at].text for at in own])
    if first is not None:
        foreign[own[first] :] = [True] * (len(lines) - own[first])


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
_QUOTATION, _FINISHED, _OUTCRY = _pattern("quotation"), _pattern("finished"), _pattern("outcry")
_SELF, _SHOUT = _pattern("self", case=True), _pattern("shout", case=True)
_ADDRESS, _SLANG, _INFORMAL = _pattern("address"), _pattern("slang"), _pattern("informal")
_REPORTING, _ACCORDING = _pattern("reporting"), _pattern("according")
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
    return first if first is not None and _is_thread(signs[:first], signs[first:]) else None


def _is_sure(lines: Sequence[str], at: int) -> bool:
    lowered = lines[at].lower()
    return any(word in lowered for word in _ASIDES["slang_hints"]) or _is_echo(lines, at)


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
    if _REPORTING.search(own):
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


# What a bulletin sets before its paragraphs is no part of their sentences.
_LABEL = re.compile(r"((?:Details?|Background|Reminder|Update|Context|For reference|In brief):)[ \t\xa0]+(?=\S)")
# A stop with what closes after it, the blank (missing after some closing marks), and what a sentence may open with.
_STOP = re.compile(r"(?<![.?!…])([.?!…]+)([”\"’'»)\]]*)(\s+|(?<=[.?!…]”)(?=[A-Z“]))(?=[“\"‘'«„(\[—–-]*\s?[\w$€£@#])")
_LAST_WORD = re.compile(r"[\w&’'-]+(?:\.[\w&’'-]+)*$")
_WORD_REACH = 40
LONGEST = 2000  # characters; what goes on beyond this is no prose, and is cut at a blank

_NEXT_WORD = re.compile(r"[^\w]*(\w+)")
# “Why now?” Peskov asked. The question belongs to the sentence that says who asked it.
_ASKING = filled(r"{asking_forms}\b", LEXICON)
# After a question “He answered, “No.”” is a sentence of its own: a pronoun with a capital begins one.
_ASKER = re.compile(
    rf"(?!(?:He|She|They|We|It|But|And|Then)\b)(?:[\w’'.,-]+ ){{1,6}}?{_ASKING}"
    rf"|(?:[\w’'.-]+ ){{0,5}}[A-Z][\w’'.-]+, [^.?!;:“”\"]{{3,90}}, {_ASKING}"
)

# “It works.” Trump said. The full stop is a slip for a comma.
_SAID = re.compile(r"(?:[A-Z][\w’'.-]+ ){1,3}(?:said|says|told [\w ]{2,30}|added|wrote)(?: (?:on )?\w+)?\.(?:\s|$)")


def find_sentences(text: str, paragraphs: Iterable[Span]) -> tuple[Span, ...]:
    """Return the sentences of the given stretches of `text` in order, without the blanks around them."""
    found = (sentence for paragraph in paragraphs for sentence in _in_paragraph(text, paragraph))
    return tuple(sentence for sentence in found if sentence.start < sentence.end)


def _in_paragraph(text: str, paragraph: Span) -> Iterator[Span]:
    start = paragraph.start
    if label := _LABEL.match(text, start, paragraph.end):
        yield Span(*label.span(1))
        start = label.end()
    for match in _STOP.finditer(text, start, paragraph.end):
        if _ends(text, match):
            yield from _short_enough(text, Span(start, match.end(2)))
            start = match.end()
    yield from _short_enough(text, Span(start, paragraph.end))


def _ends(text: str, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + 1]
    # A dash after the closing mark brings the name of whoever is quoted.
    if following.islower() or (match.group(2) and following in "—–―-"):
        return False
    if match.group(1) == ".":
        return _full_stop_ends(text, match)
    if match.group(1) in {"...", "…"}:
        # After a blank the dots stand for words left out, or for a pause.
        return following.isupper() and not text[match.start() - 1 : match.start()].isspace()
    return not (match.group(2) and _ASKER.match(text, match.end()))


def _full_stop_ends(text: str, match: re.Match[str]) -> bool:
    if match.group(2):
        return not _SAID.match(text, match.end())
    word = _LAST_WORD.search(text, max(0, match.start() - _WORD_REACH), match.start())
    last = word.group().lower() if word else ""
    following = _NEXT_WORD.match(text, match.end())
    opener = following is not None and following.group(1).lower() in OPENERS
    if last in TITLES:
        return False
    if last in ABBREVIATIONS:
        return opener
    return not _is_initial(word.group() if word else "") or opener


def _is_initial(word: str) -> bool:
    return (len(word) == 1 and word.isupper() and word != "I") or bool(re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word))


def _short_enough(text: str, span: Span) -> Iterator[Span]:
    while span.end - span.start > LONGEST:
        blank = text.rfind(" ", span.start + 1, span.start + LONGEST)
        cut = blank if blank > 0 else span.start + LONGEST
        yield stripped(text, Span(span.start, cut))
        span = Span(cut, span.end)
    yield stripped(text, span)
