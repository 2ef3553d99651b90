"""What stands inside an article's paragraphs and is not its own: captions, teasers, menus, agencies' and sites' notes.

Where a page has lost its line ends they are glued to the sentences around them. Whole lines of that kind are `asides`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from extractors.records import Span
from extractors.speech.lexicon import filled
from extractors.speech.sentences import find_sentences
from extractors.text.spans import stripped
from extractors.text.tables import tables

_ASIDES = tables("extractors.speech", "asides.toml")
_BRACKETS = re.compile(r"\((?:[^()\n]|\([^()\n]{0,80}\)){2,200}\)")
_CREDIT = re.compile(filled(_ASIDES["picture_credit"], _ASIDES))
_AGENCY = re.compile(filled(_ASIDES["agency_alone"], _ASIDES))
_SIGNED = re.compile(filled(_ASIDES["signed"], _ASIDES))
_PICTURED = re.compile(filled(_ASIDES["pictured"], _ASIDES), re.IGNORECASE)
_NOTE, _NOTE_IN = (re.compile(filled(_ASIDES[name], _ASIDES), re.IGNORECASE) for name in ("note", "note_in"))
_MENU = re.compile(filled(_ASIDES["menu"], _ASIDES))
# A headline in capitals that the sentence behind it does not belong to: no mark ends it.
_TEASER = re.compile(
    r"(?:[A-Z0-9‘“\"'$][A-Z0-9’'‘”\"“.&/$%–—,:;-]*\s+){4,30}?(?=(?:[A-Z.]{1,5}\s+)?[a-z]{2}|[A-Z][a-zà-ž’]|[\"“][A-Z][a-z]|[\"“]?[AI]\s[a-z])"
)
_SECTION, _ADDRESS, _CREDITED = (
    re.compile(filled(_ASIDES[name], _ASIDES)) for name in ("section", "own_address", "bare_credit")
)
_CYRILLIC = re.compile("[А-яЁёІіЇїЄєҐґ]")
_GOES_ON = re.compile(r"\s*(?:[\"“‘'(A-Z\d]|$)")
_NOT_ENDED = (",", ":", ";", "”", '"', "’", "'")
_FEWEST = 4  # words of a caption; with fewer the sentence before is a part of it
_SHOUTED = 18  # letters in capitals of a teaser


def own_text(text: str, paragraphs: Iterable[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the paragraphs without what is glued into them, and their sentences.

    A paragraph with something in its midst is two stretches.
    """
    stretches: list[Span] = []
    sentences: list[Span] = []
    for paragraph in paragraphs:
        found = find_sentences(text, [paragraph])
        own = list(_own(text, paragraph, found))
        stretches += own
        sentences += found if own == [paragraph] else find_sentences(text, own)
    return tuple(stretches), tuple(sentences)


def _own(text: str, paragraph: Span, sentences: Sequence[Span]) -> Iterator[Span]:
    start = paragraph.start
    for foreign in sorted(_foreign(text, paragraph, sentences)):
        if text[start : foreign.start].strip():
            yield Span(start, foreign.start)
        start = max(start, foreign.end)
    if text[start : paragraph.end].strip():
        yield Span(start, paragraph.end)


def _foreign(text: str, paragraph: Span, sentences: Sequence[Span]) -> Iterator[Span]:
    captions = list(_captions(text, paragraph, sentences))
    yield from captions
    if _CYRILLIC.search(text, paragraph.start, paragraph.end):
        yield from _between(text, paragraph, sentences)
    for sentence in sentences:
        if _NOTE.match(text, sentence.start, sentence.end) or _NOTE_IN.search(text, sentence.start, sentence.end):
            yield sentence
            continue
        # What follows a caption is taken for a part of its sentence.
        starts = [caption.end for caption in captions if sentence.start < caption.end < sentence.end]
        for start in (sentence.start, *starts):
            rest = stripped(text, Span(start, sentence.end))
            if (end := _heading_end(text, rest)) is not None:
                yield Span(rest.start, end)


def _captions(text: str, paragraph: Span, sentences: Sequence[Span]) -> Iterator[Span]:
    """Yield each caption with the credit in brackets behind it: the sentence that the brackets end, or follow."""
    for brackets in _BRACKETS.finditer(text, paragraph.start, paragraph.end):
        if _SIGNED.match(brackets[0]):
            yield Span(*brackets.span())
            continue
        before = [at for at, sentence in enumerate(sentences) if sentence.start < brackets.start()]
        if not before or not _GOES_ON.match(text, brackets.end(), paragraph.end):
            if _CREDIT.search(brackets[0]) and not before:
                yield Span(*brackets.span())
            continue
        first = before[-1]
        caption = text[sentences[first].start : brackets.start()]
        if not _is_credit(brackets[0], caption, at_end=not text[brackets.end() : paragraph.end].strip()):
            continue
        if first and len(caption.split()) < _FEWEST and caption.strip():
            first -= 1
        yield Span(sentences[first].start, brackets.end())


def _is_credit(brackets: str, caption: str, *, at_end: bool) -> bool:
    """Tell a picture's credit; an agency's bare name is one where the sentence tells a picture, and no sign-off."""
    if _CREDIT.search(brackets):
        return True
    return not at_end and bool(_AGENCY.fullmatch(brackets) and _PICTURED.search(caption))


def _between(text: str, paragraph: Span, sentences: Sequence[Span]) -> Iterator[Span]:
    """Yield what stands between the sentences of a Russian or Ukrainian paragraph: headlines, addresses, credits."""
    for pattern in (_ADDRESS, _CREDITED):
        yield from (Span(*found.span()) for found in pattern.finditer(text, paragraph.start, paragraph.end))
    for sentence in sentences:
        for found in _SECTION.finditer(text, sentence.start, sentence.end):
            yield Span(_headline_start(text, Span(sentence.start, found.start())), found.end())


def _headline_start(text: str, before: Span) -> int:
    """Return where the headline begins that a section's name ends: behind a site's address, or with its sentence."""
    address = None
    for address in _ADDRESS.finditer(text, before.start, before.end):  # noqa: B007 (the last)
        pass
    return address.end() if address else before.start


def _heading_end(text: str, sentence: Span) -> int | None:
    """Return where a menu or a teaser in capitals ends that a sentence begins with."""
    menu = _MENU.match(text, sentence.start, sentence.end)
    if menu:
        return menu.end()
    teaser = _TEASER.match(text, sentence.start, sentence.end)
    if teaser and not teaser[0].rstrip().endswith(_NOT_ENDED) and sum(map(str.isupper, teaser[0])) >= _SHOUTED:
        return teaser.end()
    return None
