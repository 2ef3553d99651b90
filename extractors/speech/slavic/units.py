"""A paragraph cut into units: sentences, of which those that one quotation or its reporting clause joins are one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.records import Span
from extractors.speech.quotations import Quotation, opens_at
from extractors.speech.slavic.lexicon import Lexicon, lexicon_of
from extractors.speech.slavic.words import Sense, WordForm, language_of_words, tokens_of
from extractors.text.spans import starting_in

DASHES = frozenset("—–―-")
ENDS = frozenset(".!?…;")
_CAPTION = re.compile(r"\((?:фото|видео|відео|photo)\b[^()]{0,120}\)\s*", re.IGNORECASE)
_SHORTEST = 20
_HEADLINE = 200  # characters
LONGEST = 500  # items of what is read as one; the longest unit of the articles read by hand has 105
# Who will speak has not spoken; "скажу", "скажите" are no reports.
_NOT_YET = frozenset({"1per", "2per", "impr", "futr"})
_ASIDE = re.compile(r"\([^()]{1,120}\)")
# What stands before the "three sources" of "Reuters со ссылкой на «три источника»", who are cited and not quoted.
_CITING = re.compile(r"(?:ссылк|ссыла|посилан|посилаючис)\w{0,5} на\s$", re.IGNORECASE)
_CITED = 16  # characters


@dataclass(frozen=True, slots=True)
class Item:
    """A word or mark of the writer's, a whole quotation, or, where it is neither, an aside in brackets."""

    span: Span
    token: WordForm | None = None
    quotation: Quotation | None = None

    @property
    def mark(self) -> str:
        """Return the mark that it is, nothing for a word or a quotation."""
        return self.token.text if self.token and not self.token.is_word else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueWord:
    """A word that reports speech, at its place among a unit's items."""

    at: int
    lemma: str
    is_gerund: bool
    stance: str | None
    is_participle: bool = False
    is_impersonal: bool = False
    is_negated: bool = False


@dataclass(frozen=True)
class Unit:
    """One or more sentences of a paragraph, as items."""

    text: str
    language: str
    items: tuple[Item, ...]
    paragraph: int
    opens: bool = False

    @cached_property
    def lexicon(self) -> Lexicon:
        """Return the words of its language."""
        return lexicon_of(self.language)

    @property
    def span(self) -> Span:
        """Return where it stands."""
        return Span(self.items[0].span.start, self.items[-1].span.end)

    def word(self, at: int) -> WordForm | None:
        """Return the word at a place among the items; None for marks, quotations and places outside."""
        return self._words[at] if 0 <= at < len(self._words) else None

    def mark(self, at: int) -> str:
        """Return the mark at a place among the items."""
        return self._marks[at] if 0 <= at < len(self._marks) else ""

    @cached_property
    def _words(self) -> tuple[WordForm | None, ...]:
        return tuple(item.token if item.token and item.token.is_word else None for item in self.items)

    @cached_property
    def _marks(self) -> tuple[str, ...]:
        return tuple(item.mark for item in self.items)

    def stretch(self, first: int, last: int) -> Span | None:
        """Return the characters of the items from `first` to before `last`, without marks at their ends."""
        while first < last and self.items[first].mark and self.items[first].mark not in '(«"':
            first += 1
        while first < last and self.items[last - 1].mark and self.items[last - 1].mark not in ')»"%':
            last -= 1
        return Span(self.items[first].span.start, self.items[last - 1].span.end) if first < last else None

    @cached_property
    def cues(self) -> tuple[CueWord, ...]:
        """Return the words that report speech, in order."""
        return tuple(cue for at in range(len(self.items)) if (cue := self._cue(at)))

    def cue_at(self, at: int) -> CueWord | None:
        """Return the cue at a place among the items."""
        return next((cue for cue in self.cues if cue.at == at), None)

    def _is_negated(self, at: int) -> bool:
        before = self.word(at - 1)
        return before is not None and before.lower == self.lexicon.negation

    def _is_not_begun(self, at: int) -> bool:
        """Tell the infinitive of "не стал отрицать", "не может исключить"."""
        word, before = self.word(at), self.word(at - 1)
        if word is None or before is None or not word.is_a("INFN"):
            return False
        return before.is_a("VERB") and self._is_negated(at - 1)

    def _takes_side(self, at: int, lemma: str) -> bool:
        following = self.word(at + 1)
        return following is not None and following.lower in self.lexicon.sides.get(lemma, ())

    def _cue(self, at: int) -> CueWord | None:
        word = self.word(at)
        if word is None:
            return None
        own = self.lexicon
        for sense in word.senses:
            if not sense.marks.isdisjoint(_NOT_YET) or not self._reports(at, sense):
                continue
            return CueWord(
                at=at,
                lemma=sense.lemma,
                is_gerund=sense.pos == "GRND",
                stance=own.acts.get(sense.lemma) or ("assert" if self._takes_side(at, sense.lemma) else None),
                is_participle=sense.pos == "PRTF",
                is_impersonal=_is_impersonal(sense, own.passive),
                is_negated=self._is_negated(at) or self._is_not_begun(at),
            )
        return None

    def _reports(self, at: int, sense: Sense) -> bool:
        """Tell a verb of speech, an adjective of holding such as "уверен", or "сообщивший" behind its noun's comma."""
        own = self.lexicon
        if sense.lemma in own.hides and not (self._is_negated(at) or self._is_not_begun(at)):
            return False
        if sense.pos == "INFN":
            return sense.lemma in own.grants and self._is_not_begun(at)
        if sense.pos in {"VERB", "GRND"}:
            speaks = sense.lemma in own.says | own.holds | own.hides or sense.lemma in own.acts
            return speaks or sense.lemma in own.asks or self._takes_side(at, sense.lemma)
        if sense.pos == "PRTF":
            return sense.has("actv") and self.mark(at - 1) == "," and sense.lemma in own.says
        if sense.pos == "PRTS" and sense.has("neut") and sense.lemma in own.says:
            return True
        return sense.lemma in own.holds and (
            sense.pos in {"ADJS", "PRTS"} or (sense.pos == "ADJF" and sense.has("nomn"))
        )


def _is_impersonal(sense: Sense, passive: frozenset[str]) -> bool:
    """Tell a form that has no speaker for its subject: "сообщается", "сказано"."""
    return "Impe" in sense.marks or sense.lemma in passive or (sense.pos == "PRTS" and sense.has("neut"))


def units_of(
    text: str, paragraphs: Sequence[Span], sentences: Sequence[Span], quotations: Sequence[Quotation], language: str
) -> Iterator[Unit]:
    """Yield the units of a text in order; each paragraph is in the language of its letters.

    What goes on for longer than any sentence does is passed over.
    """
    for number, paragraph in enumerate(paragraphs):
        first, last = (bisect_left(sentences, Span(at, at)) for at in (paragraph.start, paragraph.end))
        inside = [each for each in sentences[first:last] if paragraph.covers(each)]
        quoted = _quoted_in(paragraph, quotations)
        own = language_of_words(paragraph.slice(text), language)
        for span in _joined(text, [part for each in inside for part in _uncaptioned(text, each)], quoted):
            items = tuple(_items(text, span, _quoted_in(span, quoted), own))
            if 0 < len(items) <= LONGEST and not (number == 0 < len(paragraphs) - 1 and _is_headline(text, paragraph)):
                opens = span.start - paragraph.start < _SHORTEST
                yield Unit(text=text, language=own, items=items, paragraph=number, opens=opens)


def _is_headline(text: str, paragraph: Span) -> bool:
    """Tell a first line that ends in no mark: it repeats what the article says."""
    words = paragraph.slice(text).rstrip()
    return words[-1:].isalnum() and len(words) < _HEADLINE


def _uncaptioned(text: str, sentence: Span) -> Iterator[Span]:
    """Yield a sentence without the caption of a picture that stands glued before it."""
    caption = None
    for caption in _CAPTION.finditer(text, sentence.start, sentence.end):  # noqa: B007 (the last)
        pass
    yield Span(caption.end(), sentence.end) if caption and sentence.end - caption.end() > _SHORTEST else sentence


def _joined(text: str, sentences: Iterable[Span], quotations: Sequence[Quotation]) -> list[Span]:
    joined: list[Span] = []
    for span in sentences:
        if joined and _goes_on(text, joined[-1], span, quotations):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return [_with_marks(span, quotations) for span in joined]


def _goes_on(text: str, before: Span, span: Span, quotations: Sequence[Quotation]) -> bool:
    opened = bisect_left(quotations, before.end, key=opens_at)
    if opened and span.start < quotations[opened - 1].outer.end:
        return True
    # A dash or a word in lower case after a quotation's end.
    start = text[before.end : span.start].strip() + text[span.start : span.start + 1]
    return start[:1] in DASHES | {","} or (start[:1].islower() and text[before.end - 1 : before.end] in '»"”!?…')


def _with_marks(span: Span, quotations: Sequence[Quotation]) -> Span:
    """Return a span with the whole of each quotation that reaches into it."""
    first, last = (bisect_left(quotations, at, key=opens_at) for at in (span.start, span.end))
    meeting = [each.outer for each in quotations[max(0, first - 1) : last] if each.outer.meets(span)]
    return Span(min([span.start, *(o.start for o in meeting)]), max([span.end, *(o.end for o in meeting)]))


def _quoted_in(span: Span, quotations: Sequence[Quotation]) -> Sequence[Quotation]:
    """Return those of the quotations, in order, that lie in a stretch of the text."""
    return [each for each in starting_in(quotations, span, opens_at) if span.covers(each.outer)]


def _items(text: str, span: Span, quotations: Sequence[Quotation], language: str) -> Iterator[Item]:
    at = span.start
    for quotation in quotations:
        if quotation.outer.start < at:
            continue
        yield from _words(text, Span(at, quotation.outer.start), language)
        if _CITING.search(text, max(span.start, quotation.outer.start - _CITED), quotation.outer.start):
            yield from _words(text, quotation.span, language)
        else:
            yield Item(quotation.outer, quotation=quotation)
        at = quotation.outer.end
    yield from _words(text, Span(at, span.end), language)


def _words(text: str, span: Span, language: str) -> Iterator[Item]:
    """Yield words and marks; what stands in brackets is one item that is neither."""
    at = span.start
    for aside in _ASIDE.finditer(text, span.start, span.end):
        yield from (Item(token.span, token=token) for token in tokens_of(text, Span(at, aside.start()), language))
        yield Item(Span(*aside.span()))
        at = aside.end()
    yield from (Item(token.span, token=token) for token in tokens_of(text, Span(at, span.end), language))
