"""The words that somebody is reported to have said, by the constructions of a language of commas. Resolves nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.records import Span
from extractors.speech.quotations import QuotationShape
from extractors.speech.slavic.edges import CLAUSE, NEAR, RELATIVE, Edges
from extractors.speech.slavic.units import DASHES, LONGEST, CueWord, Item, Unit
from extractors.speech.slavic.words import tokens_of

_BEFORE_CUE = 6
_TAKING = frozenset({"reject", "deny", "accept", "doubt"})  # stances of acts on what others say
_NAME = 12  # words of a name that stands alone beside what is said
_FRAME = 6  # words from a verb on in which its preposition stands
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
        cue = self._first_cue(dash + 1, min(last, dash + 1 + CLAUSE))
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
        if quotation is None:
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
            if cue is None or self._is_used(cue) or following is None:
                continue
            if following.quotation:
                self._quoted.add(at + 1)
                yield self._saying([_inner(following)], cue, (first, at), is_direct=True)
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

    def _is_bare(self, first: int, last: int) -> bool:
        """Tell a stretch that names somebody and says nothing of him."""
        words = [word for at in range(first, last) if (word := self.unit.word(at))]
        named = any(word.is_name for word in words) and 0 < len(words) <= _NAME
        others = (word for word in words if not word.is_name and not word.is_a("NOUN"))
        return named and not any(word.is_a("VERB", "PRED", "INFN", "CONJ") for word in others)

    def _by_name(self, spans: list[Span], within: tuple[int, int], *, is_direct: bool = False) -> Saying:
        return Saying(spans=spans, unit=self.unit, within=within, is_direct=is_direct, is_signed=True)

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
            yield Saying(
                spans=spans,
                unit=self.unit,
                within=possessive or (noun + 1, end),
                cue_span=Span(self.unit.items[at].span.start, self.unit.items[noun].span.end),
                is_by_owner=True,
            )

    def _by_words_at(self, at: int) -> int | None:
        word = self.unit.word(at)
        if word is None:
            return None
        for noun in (at + 1, at + 2):
            other = self.unit.word(noun)
            if other and any((word.lower, lemma) in self.unit.lexicon.by_words for lemma in other.lemmas):
                return noun
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
        return [span for span in (before, after) if span]

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
        """Read "Об этом сообщил X": he said what stands before."""
        words = " ".join(word.lower for at in range(2) if (word := self.unit.word(at)))
        cue = self._first_cue(2, NEAR) if words in self.unit.lexicon.refers else None
        if cue is None:
            return None
        return self._saying([], cue, (2, self.edges.clause_end(cue.at + 1, whole=True)), before=True)

    def _that(self, cue: CueWord) -> Saying | None:
        at = next(
            (
                at
                for at in range(cue.at + 1, min(len(self.unit.items), cue.at + NEAR))
                if self.edges.stops(at) or self.edges.is_that(at) or self._is_object(cue, at)
            ),
            None,
        )
        if at is None or not self.edges.is_that(at):
            return None
        span = self.unit.stretch(at + 1, self.edges.content_end(at + 1, cue))
        return self._saying([span], cue, (self.edges.sentence_start(cue.at), at)) if span else None

    def _postposed(self, cue: CueWord) -> Saying | None:
        """Read "…, заявил X": the cue opens the last clause."""
        before = cue.at - 1
        while before > 0 and self._is_aside(before):
            before -= 1
        if cue.is_gerund or cue.is_participle or before <= 0 or self.unit.mark(before) not in {",", *DASHES}:
            return None
        start = self.edges.sentence_start(before)
        span = self.unit.stretch(start, before)
        end = self.edges.name_end(cue.at + 1)
        rest = self.unit.stretch(end, self.edges.content_end(end, None)) if self._goes_on(end) else None
        if span is None or not (rest or self.edges.has_verb(start, before)):
            return None
        if rest:
            return self._saying([span, rest], cue, (cue.at, end))
        return self._saying([span], cue, (cue.at, self.edges.clause_end(cue.at + 1, whole=True)))

    def _goes_on(self, comma: int) -> bool:
        """Tell a comma behind which what is said goes on: "…, напомнил он, …"."""
        word = self.unit.word(comma + 1)
        if self.unit.mark(comma) != "," or word is None or self.edges.is_that(comma + 1):
            return False
        opens = word.is_a("GRND", "PRTF") or word.lemmas & RELATIVE or self.unit.cue_at(comma + 1) is not None
        opens = opens or self.edges.is_carried(comma + 1)
        return not opens and self.edges.has_verb(comma + 1, self.edges.clause_end(comma + 1, whole=True))

    def _object(self, cue: CueWord) -> Saying | None:
        """Read an act with its object: "призвал к паузе", "отверг условия", "пообещал помочь"."""
        if cue.stance is None or (cue.is_gerund and cue.stance == "assert"):
            return None
        if self.edges.is_relative(cue) and cue.lemma not in self.unit.lexicon.says:
            return None
        last = self.edges.content_end(cue.at + 1, cue)
        if self._is_inverted(cue):
            first = self._clause_first(cue.at)
            span = self.unit.stretch(first, cue.at) if self._has_object(cue, first, cue.at) else None
            return self._saying([span], cue, (cue.at, last)) if span else None
        first = self._object_start(cue, last)
        span = self.unit.stretch(first, last) if self._has_object(cue, first, last) else None
        return self._saying([span], cue, (self.edges.sentence_start(cue.at), cue.at + 1)) if span else None

    def _has_object(self, cue: CueWord, first: int, last: int) -> bool:
        """Tell whether a stretch is what an act is about: a noun with the preposition that its verb wants, a deed."""
        wanted = self.unit.lexicon.objects.get(cue.lemma)
        words = [word for at in range(first, last) if (word := self.unit.word(at))]
        if not any(word.is_a("NOUN", "INFN") for word in words) or words[0].lemmas & self.unit.lexicon.silent:
            return any(self.unit.items[at].quotation for at in range(first, last)) and not wanted
        return not wanted or any(word.lower in wanted for word in words[:_FRAME])

    def _is_object(self, cue: CueWord, at: int) -> bool:
        """Tell where the object of an act begins that a clause hangs on: "о планах, что …", "отверг слухи, что …"."""
        if cue.stance is None or cue.is_gerund:
            return False
        if cue.lemma in self.unit.lexicon.objects:
            return self.edges.is_about(at)
        word, before = self.unit.word(at), self.unit.word(at - 1)
        if word is None or before is None or word.is_name or before.is_a("PREP"):
            return False
        return cue.stance in _TAKING and word.is_a("NOUN") and word.can("accs", "inan")

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

    def _is_inverted(self, cue: CueWord) -> bool:
        """Tell an object that stands before its verb, and the subject behind: "факт подтвердил президент"."""
        word = self.unit.word(cue.at + 1)
        return (
            word is not None and cue.at > 0 and word.can("anim", "nomn") and not word.can("accs") and not cue.is_gerund
        )

    def _clause_first(self, at: int) -> int:
        while at > 0 and not self.unit.mark(at - 1):
            at -= 1
        return at

    def _object_start(self, cue: CueWord, last: int) -> int:
        """Return where an object begins: after an addressee where a preposition or an infinitive follows."""
        if cue.stance != "demand":
            return cue.at + 1
        for at in range(cue.at + 1, min(last, cue.at + 6)):
            word = self.unit.word(at)
            if word is None:
                break
            if word.is_a("INFN", "PREP"):
                return at
        return cue.at + 1

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


def sayings(units: Sequence[Unit]) -> Iterator[Saying]:
    """Yield what is said in units, in their order; "об этом сообщил X" gives X the words of the unit before.

    Where these are somebody's already, X only carries them.
    """
    before, is_said = None, False
    for unit in units:
        found = Reports(unit).read()
        for said in found:
            if said.before:
                span = before.stretch(0, len(before.items)) if before else None
                if span is None or is_said:
                    continue
                said.spans = [span]
            yield said
        before, is_said = unit, bool(found)
