"""Where sentences begin and end, by rule: the same on every machine and with every model. Knows no quotations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractors.records import Span
from extractors.speech.lexicon import ABBREVIATIONS, OPENERS, TITLES

# A stop with what closes after it, the blank (missing after some closing marks), and what a sentence may open with.
_STOP = re.compile(r"(?<![.?!…])([.?!…]+)([”\"’'»)\]]*)(\s+|(?<=[.?!…]”)(?=[A-Z“]))(?=[“\"‘'«„(\[—–-]*\s?[\w$€£@#])")
_LAST_WORD = re.compile(r"[\w&’'-]+(?:\.[\w&’'-]+)*$")
_WORD_REACH = 40
LONGEST = 2000  # characters; what goes on beyond this is no prose, and is cut at a blank

_NEXT_WORD = re.compile(r"[^\w]*(\w+)")
# “Why now?” Peskov asked. The question belongs to the sentence that says who asked it.
_VERB = (
    r"(?:said|says|asked|asks|told|added|adds|wrote|writes|tweeted|shouted|replied|exclaimed|wondered|demanded|continued"
    r"|warned|insisted|declared|went on|pressed|joked|quipped|mused|responded|answered|cried|yelled|screamed|chanted"
    r"|inquired|retorted|interjected|recalled|explained|argued|concluded|noted|boomed)\b"
)
# After a question “He answered, “No.”” is a sentence of its own: a pronoun with a capital begins one.
_ASKED = re.compile(
    rf"(?!(?:He|She|They|We|It|But|And|Then)\b)(?:[\w’'.,-]+ ){{1,6}}?{_VERB}"
    rf"|(?:[\w’'.-]+ ){{0,5}}[A-Z][\w’'.-]+, [^.?!;:“”\"]{{3,90}}, {_VERB}"
)

# “It works.” Trump said. The full stop is a slip for a comma.
_SAID = re.compile(r"(?:[A-Z][\w’'.-]+ ){1,3}(?:said|says|told [\w ]{2,30}|added|wrote)(?: (?:on )?\w+)?\.(?:\s|$)")


def find_sentences(text: str, paragraphs: Iterable[Span]) -> tuple[Span, ...]:
    """Return the sentences of the given stretches of `text` in order, without the blanks around them."""
    return tuple(sentence for paragraph in paragraphs for sentence in _in_paragraph(text, paragraph))


def _in_paragraph(text: str, paragraph: Span) -> Iterator[Span]:
    start = paragraph.start
    for match in _STOP.finditer(text, paragraph.start, paragraph.end):
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
    return not (match.group(2) and _ASKED.match(text, match.end()))


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
        yield from _stripped(text, Span(span.start, cut))
        span = Span(cut, span.end)
    yield from _stripped(text, span)


def _stripped(text: str, span: Span) -> Iterator[Span]:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    end = start + len(words.strip())
    if end > start:
        yield Span(start, end)
