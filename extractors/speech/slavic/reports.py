"""The words that somebody is reported to have said, by the constructions of a language of commas. Resolves nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.records import Span
from extractors.speech.quotations import QuotationShape
from extractors.speech.slavic.edges import CLAUSE, FRAME, NEAR, RELATIVE, Edges, Objects
from extractors.speech.slavic.phrases import can_be_subject
from extractors.speech.slavic.units import DASHES, LONGEST, CueWord, Item, Unit
from extractors.speech.slavic.words import tokens_of

_CUT = re.compile(r"[,.!?…]\s*[—–―-]")  # where a quotation may be interrupted
_BEFORE_CUE = 6
_NAME = 12  # words of a name that stands alone beside what is said
_PERSONAL = frozenset({"я", "мы", "ми"})


@dataclass(slots=True, kw_only=True)
class Saying:
    """Words said, as far as a unit tells: `within` are the items where the speaker is named, as a subject or an owner.

    `before` says that the words are those of the unit before, `is_signed` that a name stands beside them and no verb.
    """

    spans: list[Span]
    unit: Unit
    within: tuple[int, int]
    cue: CueWord | None = None
    cue_span: Span | None = None
    is_by_owner: bool = False
    is_direct: bool = False
    is_signed: bool = False
    before: bool = False


class Reports:
    """What is reported in one unit. Each cue and each quotation is used once."""

    def __init__(self, unit: Unit) -> None:
        """Begin with nothing read."""
        self.unit, self.edges = unit, Edges(unit)
        self._objects = Objects(unit, self.edges)
        self._used: set[int] = set()
        self._quoted: set[int] = set()
        self._said: list[Span] = []
        self._asks = unit.lexicon.asks

    def read(self) -> list[Saying]:
        """Return what is said in the unit, in order."""
        if referring := self._referring():
            return [referring]
        found = [*self._quotations(), *self._announced(), *self._by_words(), *self._parenthetic(), *self._signed()]
        self._said = [span for each in found for span in each.spans]
        found += self._clauses()
        return sorted(found, key=lambda each: each.spans[0] if each.spans else self.unit.span)

    # Quotations with a clause after a dash, or within them.

    def _quotations(self) -> Iterator[Saying]:
        items = self.unit.items
        for at, item in enumerate(items):
            if item.quotation is None or at in self._quoted:
                continue
            if said := self._interrupted(item):
                self._quoted.add(at)
                yield said
                continue
            dash = self.edges.past(at + 1, ",.…!?")
            if self.unit.mark(dash) in DASHES:
                yield from self._said_after(at, dash)

    def _said_after(self, at: int, dash: int) -> Iterator[Saying]:
        last = self.edges.clause_end(dash + 1)
        if within := self.edges.cited(dash + 1):
            self._quoted.add(at)
            yield self._by_owner([_inner(self.unit.items[at])], within, self.unit.items[dash + 1].span, is_direct=True)
            return
        cue = self._first_cue(dash + 1, min(last, dash + 1 + CLAUSE)) or self.edges.any_verb(at, dash)
        if cue is None:
            return
        spans, quoted = [_inner(self.unit.items[at])], {at}
        # "«…», — сказал он. — «…»": what goes on after another dash.
        following = self.edges.past(last, ",.")
        after = self.edges.past(following, "".join(DASHES))
        if after > following and after < len(self.unit.items) and self.unit.items[after].quotation:
            spans.append(_inner(self.unit.items[after]))
            quoted.add(after)
        self._quoted |= quoted
        yield self._saying(spans, cue, (dash + 1, last), is_direct=True)

    def _interrupted(self, item: Item) -> Saying | None:
        """Read a quotation that the writer's own clause stands in, between dashes: «Да, — ответил он, — завтра»."""
        quotation = item.quotation
        if quotation is None or not _CUT.search(self.unit.text, quotation.span.start, quotation.span.end):
            return None
        inside = Unit(
            text=self.unit.text,
            language=self.unit.language,
            items=tuple(
                Item(token.span, token) for token in tokens_of(self.unit.text, quotation.span, self.unit.language)
            ),
            paragraph=self.unit.paragraph,
        )
        for cue in inside.cues if len(inside.items) <= LONGEST else ():
            first = next(
                (at for at in range(cue.at, max(-1, cue.at - _BEFORE_CUE), -1) if inside.mark(at) in DASHES),
                None,
            )
            if not first or inside.mark(first - 1) not in {",", ".", "!", "?", "…"}:
                continue
            last = next(
                (at for at in range(cue.at + 1, len(inside.items)) if inside.mark(at) in DASHES),
                len(inside.items),
            )
            own = [word.lower for at in range(first, last) if (word := inside.word(at))]
            if _PERSONAL & set(own) or last - first > CLAUSE:
                continue
            spans = [span for pair in ((0, first), (last, len(inside.items))) if (span := inside.stretch(*pair))]
            return Saying(
                spans=spans,
                unit=inside,
                within=(first + 1, last),
                cue=cue,
                cue_span=inside.items[cue.at].span,
                is_direct=True,
            )
        return None

    # Words after a colon.

    def _announced(self) -> Iterator[Saying]:
        for at in range(len(self.unit.items)):
            if self.unit.mark(at) != ":":
                continue
            first = self.edges.sentence_start(at - 1)
            cue = self.edges.last_cue(first, at)
            following = self.unit.items[at + 1] if at + 1 < len(self.unit.items) else None
            if cue is None and following and following.quotation and self._is_bare(first, at):
                self._quoted.add(at + 1)
                yield self._by_name([_inner(following)], (first, at), is_direct=True)
            elif cue is None and first == 0 and self._is_bare(0, at):
                yield from self._headed(at)
            if cue is None or self._is_used(cue) or following is None:
                continue
            if any(self.edges.is_that(place) for place in range(cue.at + 1, at)):
                continue
            if following.quotation:
                self._quoted.add(at + 1)
                before = self._said_before(cue)
                within = (cue.at if before else first, at)
                yield self._saying([*before, _inner(following)], cue, within, is_direct=not before)
            elif span := self.unit.stretch(at + 1, self.edges.content_end(at + 1, cue)):
                yield self._saying([span], cue, (first, at))

    # A name alone: "…, — X", "X: «…»".

    def _signed(self) -> Iterator[Saying]:
        end = self.edges.clause_end(0, whole=True)
        dash = next((at for at in range(end - 1, 1, -1) if self.unit.mark(at) in DASHES), 0)
        quoted = dash - (self.unit.mark(dash - 1) == ",") - 1
        is_said = self.unit.mark(dash - 1) == "," or (dash and self.unit.items[dash - 1].quotation)
        if not is_said or not self._is_bare(dash + 1, end) or {quoted, dash - 1} & self._quoted:
            return
        if (item := self.unit.items[quoted]).quotation:
            if item.quotation.shape is not QuotationShape.TERM:
                self._quoted.add(quoted)
                yield self._by_name([_inner(item)], (dash + 1, end), is_direct=True)
        elif (span := self.unit.stretch(0, dash)) and self.edges.has_verb(0, dash):
            yield self._by_name([span], (dash + 1, end))

    def _headed(self, colon: int) -> Iterator[Saying]:
        """Read what follows a person and a colon: "Песков: контакты продолжаются"."""
        end = self.edges.clause_end(colon + 1, whole=True)
        span = self.unit.stretch(colon + 1, end) if self.edges.has_verb(colon + 1, end) else None
        if span and not any(word.can("Geox") for at in range(colon) if (word := self.unit.word(at))):
            yield self._by_name([span], (0, colon))

    def _is_bare(self, first: int, last: int) -> bool:
        """Tell a stretch that names somebody and says nothing of him."""
        words = [word for at in range(first, last) if (word := self.unit.word(at))]
        named = any(word.is_name for word in words) and 0 < len(words) <= _NAME
        others = (word for word in words if not word.is_name and not word.is_a("NOUN"))
        return named and not any(word.is_a("VERB", "PRED", "INFN", "CONJ") for word in others)

    def _by_name(self, spans: list[Span], within: tuple[int, int], *, is_direct: bool = False) -> Saying:
        return Saying(spans=spans, unit=self.unit, within=within, is_direct=is_direct, is_signed=True)

    def _said_before(self, cue: CueWord) -> list[Span]:
        """Return what stands before ", утверждает он: «…»"."""
        comma = cue.at - 1
        start = self.edges.sentence_start(comma)
        if (
            self.unit.mark(comma) != ","
            or not self.edges.has_verb(start, comma)
            or self._has_subject_before(cue, start, comma)
        ):
            return []
        verb, end = self.unit.word(cue.at), self.edges.name_end(cue.at + 1)
        after = [word for at in range(cue.at + 1, end) if (word := self.unit.word(at))]
        span = self.unit.stretch(start, comma) if any(can_be_subject(word, verb) for word in after[:FRAME]) else None
        return [span] if span else []

    # "По словам X, …" and "…, по словам X".

    def _by_words(self) -> Iterator[Saying]:
        for at in range(len(self.unit.items)):
            noun = self._by_words_at(at)
            if noun is None:
                continue
            end = self.edges.name_end(noun + 1)
            spans = self._around(at, end)
            if not spans:
                continue
            possessive = (at + 1, noun) if noun > at + 1 else None
            commas = (place for place in range(noun + 1, end) if self.edges.past_description(place) == end)
            said_by = Span(self.unit.items[at].span.start, self.unit.items[noun].span.end)
            yield self._by_owner(spans, possessive or (noun + 1, next(commas, end)), said_by)

    def _by_owner(self, spans: list[Span], within: tuple[int, int], cue: Span, *, is_direct: bool = False) -> Saying:
        return Saying(spans=spans, unit=self.unit, within=within, cue_span=cue, is_by_owner=True, is_direct=is_direct)

    def _by_words_at(self, at: int) -> int | None:
        word = self.unit.word(at)
        if word is None:
            return None
        for noun in (at + 1, at + 2):
            other = self.unit.word(noun)
            if other and any((word.lower, lemma) in self.unit.lexicon.by_words for lemma in other.lemmas):
                return noun if other.lower not in self.unit.lexicon.no_words else None
        return None

    # "Как уточнил МИД, …".

    def _parenthetic(self) -> Iterator[Saying]:
        for cue in self.unit.cues:
            how = self.edges.how_before(cue)
            if how is None or self._is_used(cue) or (how > 0 and self.unit.mark(how - 1) not in {",", "(", *DASHES}):
                continue
            end = self.edges.name_end(cue.at + 1)
            if spans := self._around(how, end):
                yield self._saying(spans, cue, (how + 1, end))

    def _around(self, first: int, end: int) -> list[Span]:
        """Return what is said around a phrase that stands by itself at the start, in the middle or at the end."""
        opens = first == 0 or not self.unit.mark(first - 1)
        before = None if opens else self.unit.stretch(self.edges.sentence_start(first - 1), first)
        after = (
            self.unit.stretch(end, self.edges.content_end(end, None)) if self.unit.mark(end) in {",", *DASHES} else None
        )
        if opens and first > 0 and after is None:
            before = self.unit.stretch(self.edges.sentence_start(first - 1), first)
        said = (self._without_opener(span) for span in (before, after) if span)
        return [span for span in said if span]

    def _without_opener(self, span: Span) -> Span | None:
        """Return words said without "Кроме того" before them; None where that is all."""
        first = next((at for at, item in enumerate(self.unit.items) if item.span.start >= span.start), 0)
        for opener in self.unit.lexicon.openers:
            words = [self.unit.word(at) for at in range(first, first + len(opener))]
            if all(words) and tuple(word.lower for word in words if word) == opener:
                last = next((at for at, item in enumerate(self.unit.items) if item.span.end >= span.end), first)
                return self.unit.stretch(first + len(opener), last + 1)
        return span

    # Clauses and objects of verbs.

    def _clauses(self) -> Iterator[Saying]:
        for construction in (self._postposed, self._that, self._object):
            for cue in self.unit.cues:
                if self._is_used(cue) or self.edges.is_asked(cue) or self._is_said(cue) or cue.lemma in self._asks:
                    continue
                if said := construction(cue):
                    self._said += said.spans
                    yield said

    def _is_said(self, cue: CueWord) -> bool:
        """Tell a cue that stands in what another one reports: what is said there is said at second hand."""
        at = self.unit.items[cue.at].span
        return any(span.covers(at) for span in self._said)

    def _referring(self) -> Saying | None:
        """Read "Об этом сообщил X" and "Сообщил об этом X": he said what stands before."""
        first = 1 if self.unit.cue_at(0) else 0
        words = " ".join(word.lower for at in (first, first + 1) if (word := self.unit.word(at)))
        cue = self._first_cue(0, NEAR) if words in self.unit.lexicon.refers else None
        if cue is None:
            return None
        return self._saying([], cue, (2 + first, self.edges.clause_end(cue.at + 1, whole=True)), before=True)

    def _that(self, cue: CueWord) -> Saying | None:
        at = next(
            (
                at
                for at in range(cue.at + 1, min(len(self.unit.items), cue.at + NEAR))
                if self.edges.stops(at) or self.edges.is_that(at) or self._objects.begins_at(at, cue)
            ),
            None,
        )
        if at is None or not self.edges.is_that(at):
            return None
        first = self.edges.past_distance(at)
        span = self.unit.stretch(first, self.edges.content_end(first, cue))
        return self._saying([span], cue, (self.edges.sentence_start(cue.at), at)) if span else None

    def _postposed(self, cue: CueWord) -> Saying | None:
        """Read "…, заявил X": the cue opens the last clause."""
        before = cue.at - 1
        while before > 0 and self._is_aside(before):
            before -= 1
        own = self.unit.lexicon
        only_acts = cue.lemma not in own.says | own.holds | own.hides
        if (
            cue.is_gerund
            or cue.is_participle
            or only_acts
            or before <= 0
            or self.unit.mark(before) not in {",", *DASHES}
        ):
            return None
        start = self.edges.sentence_start(before)
        span = self.unit.stretch(start, before)
        end = self.edges.name_end(cue.at + 1)
        rest = self.unit.stretch(end, self.edges.content_end(end, None)) if self._goes_on(end) else None
        if span is None or not (rest or self.edges.has_verb(start, before)):
            return None
        if not rest and self._has_subject_before(cue, start, before):
            return None
        said = [each for each in (self._without_opener(span), rest) if each]
        if not said:
            return None
        return self._saying(said, cue, (cue.at, end if rest else self.edges.clause_end(cue.at + 1, whole=True)))

    def _has_subject_before(self, cue: CueWord, start: int, before: int) -> bool:
        """Tell that the last name before a comma is a verb's own subject: "Рябов, в частности, заявил, что …"."""
        end = self.edges.clause_end(cue.at + 1, whole=True)
        verb = self.unit.word(cue.at)
        after = [word for at in range(cue.at + 1, end) if (word := self.unit.word(at))]
        if not after or any(can_be_subject(word, verb) for word in after[:FRAME]) or verb is None or verb.can("plur"):
            return False
        brings = any(self.edges.is_that(at) for at in range(cue.at + 1, end)) or cue.stance is not None
        first = before
        while first > start and self.unit.mark(first - 1) != ",":
            first -= 1
        return brings and not self.edges.has_verb(first, before)

    def _goes_on(self, comma: int) -> bool:
        """Tell a comma behind which what is said goes on: "…, напомнил он, …"."""
        word = self.unit.word(comma + 1)
        if self.unit.mark(comma) != "," or word is None or self.edges.is_that(comma + 1):
            return False
        opens = word.is_a("GRND", "PRTF") or word.lemmas & RELATIVE or self.unit.cue_at(comma + 1) is not None
        opens = opens or self.edges.is_carried(comma + 1)
        return not opens and self.edges.has_verb(comma + 1, self.edges.clause_end(comma + 1, whole=True))

    def _is_aside(self, at: int) -> bool:
        """Tell what may stand between a comma and a verb that reports what is before it: an adverb, "об этом"."""
        word, before = self.unit.word(at), self.unit.word(at - 1)
        if word is None:
            return False
        pair = f"{before.lower} {word.lower}" if before else ""
        refers = pair in self.unit.lexicon.refers or f"{word.lower} {(self.unit.word(at + 1) or word).lower}" in (
            self.unit.lexicon.refers
        )
        return refers or (word.is_a("ADVB", "PRCL") and not word.is_a("CONJ"))

    def _object(self, cue: CueWord) -> Saying | None:
        found = self._objects.of(cue)
        return self._saying([found[0]], cue, found[1]) if found else None

    def _saying(
        self, spans: list[Span], cue: CueWord, within: tuple[int, int], *, is_direct: bool = False, before: bool = False
    ) -> Saying:
        self._used.add(cue.at)
        return Saying(
            spans=spans,
            unit=self.unit,
            within=within,
            cue=cue,
            cue_span=self.unit.items[cue.at].span,
            is_direct=is_direct,
            before=before,
        )

    def _is_used(self, cue: CueWord) -> bool:
        return cue.at in self._used

    def _first_cue(self, first: int, last: int) -> CueWord | None:
        return next((cue for cue in self.unit.cues if first <= cue.at < last and cue.at not in self._used), None)


def _inner(item: Item) -> Span:
    return item.quotation.span if item.quotation else item.span
