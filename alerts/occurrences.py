"""How near a phrase stands to an official in an article's texts, and what that rests on, in the article's own words.

Found out once for all rules; knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TypeVar, cast

from alerts.layout import Layout
from alerts.records import Evidence, Place, Scope
from extractors.officials.exceptions import Hit
from extractors.officials.offices import Offices, PrintedOffices
from extractors.officials.phrases import PhraseIndex
from extractors.records import Article, Mention, Reading, Span, Statement, StatementKind
from extractors.text.agents import Deed, deed_of
from extractors.text.dates import day_of
from extractors.text.datings import is_historical
from extractors.text.negation import negation
from extractors.text.recaps import is_recap

Answer = TypeVar("Answer")

_MENTIONS = 4  # of an official in one sentence, the nearest to a phrase, by which he may do what it is about

_OFFICE_MENTIONS = 12  # of an official, beside which his office is looked for, and beside the first, where most stand
_PARTS = 6  # of a quotation
_MARKS = frozenset("“\"«„‘'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """A tie between one hit of a phrase and one official.

    `known_by` is the statement as whose speaker he was recognised, None where he is named in words: what a rule asks
    of a speaker it asks of that, however near the two stand. `is_apart` where one statement names him in another of
    its sentences.
    """

    scope: Scope
    mention: Mention | None = None
    mentioned_in: Place = Place.TEXT
    statement: Statement | None = None
    known_by: Statement | None = None
    is_apart: bool = False


class Texts:
    """An article's text and title as they were read, and what was found out about them so far.

    With `within`, only those stretches of the text are fresh, and nothing of the title.
    """

    def __init__(self, article: Article, reading: Reading, within: Sequence[Span] | None = None) -> None:
        """Lay out both; the title is one sentence and one paragraph."""
        title = article.title or ""
        sentences = (Span(0, len(title)),) if title else ()
        language = article.language
        self.text = Layout(
            Place.TEXT,
            article.text,
            reading.sentences,
            reading.mentions,
            reading.statements,
            language=language,
            within=within,
        )
        no_title = None if within is None else ()
        self.title = Layout(Place.TITLE, title, sentences, reading.title_mentions, language=language, within=no_title)
        self.article = article
        self.process_id, self.printed = reading.process_id, PrintedOffices(article.text)
        self.on = day_of(article.published_at)
        self.refs = self.text.refs | self.title.refs
        self.most_pairs, self.wanted = 1_000, dict[tuple[str, ...], list[str]]()
        self.occurrences: dict[tuple[object, ...], Occurrence | None] = {}
        self._found: dict[int, frozenset[str]] = {}
        self._near: dict[tuple[Place, Span, str], Nearness | None] = {}
        self._deeds: dict[tuple[Place, Span], dict[str | None, Mention]] = {}
        self._negation: dict[tuple[Place, Span], Span | None] = {}
        self._history: dict[tuple[Place, Span], bool] = {}

    def both(self) -> tuple[Layout, Layout]:
        """Return the text and the title."""
        return self.text, self.title

    def found(self, phrases: PhraseIndex) -> frozenset[str]:
        """Return the keys of the phrases that stand in either."""
        keys = self._found.get(id(phrases))
        if keys is None:
            keys = self._found[id(phrases)] = frozenset(self.text.found(phrases) | self.title.found(phrases))
        return keys

    def near(self, ref_id: str, hit: Hit, sentence: int, layout: Layout) -> Nearness | None:
        """Return the strongest tie between a hit and someone."""
        key = (layout.place, hit.span, ref_id)
        if key not in self._near:
            self._near[key] = next(self.ties(ref_id, hit, sentence, layout), None)
        return self._near[key]

    def ties(self, ref_id: str, hit: Hit, sentence: int, layout: Layout) -> Iterator[Nearness]:
        """Yield the ties between a hit and someone, the strongest first."""
        return _ties(ref_id, hit.span, sentence, layout, self.title if layout is self.text else self.text)

    def acting(self, ref_id: str, hit: Hit, sentence: int, layout: Layout) -> Nearness | None:
        """Return the tie of a hit with someone who does it by a verb, or by a noun where nobody does it by a verb."""
        key = (layout.place, hit.span)
        if key not in self._deeds:
            self._deeds[key] = _doers(hit.span, sentence, layout, self.article.language)
        own, place = self._deeds[key].get(ref_id), layout.place
        by = layout.taken_from(own) if own else None
        return Nearness(scope=Scope.ACTS, mention=own, mentioned_in=place, known_by=by) if own else None

    def negation(self, hit: Hit, sentence: int, layout: Layout) -> Span | None:
        """Return the words of its sentence that negate a hit."""
        key = (layout.place, hit.span)
        if key not in self._negation:
            self._negation[key] = negation(layout.text, layout.sentences[sentence], hit.span)
        return self._negation[key]

    def is_historical(self, hit: Hit, sentence: int, layout: Layout) -> bool:
        """Tell whether a hit is only history in its sentence."""
        key = (layout.place, hit.span)
        if key not in self._history:
            self._history[key] = is_historical(layout.text, layout.sentences[sentence], hit.span, self.on)
        return self._history[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A hit of a rule's phrase with an official near it, in one of the article's texts.

    `scope` is how near the rule wants them, `phrases` finds all that it looks for, `offices` what a text calls an
    office. Rules that ask for the same share one.
    """

    scope: Scope
    phrases: PhraseIndex
    offices: Offices
    texts: Texts
    layout: Layout
    sentence: int
    hit: Hit
    ref_id: str
    near: Nearness
    _answers: dict[Callable[[Occurrence], object], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, question: Callable[[Occurrence], Answer]) -> Answer:
        """Return what a function of the occurrence alone answers, without asking it again for another rule."""
        if question not in self._answers:
            self._answers[question] = question(self)
        return cast("Answer", self._answers[question])

    @property
    def negation(self) -> Span | None:
        """Return the words of its sentence that negate the hit."""
        return self.texts.negation(self.hit, self.sentence, self.layout)

    @property
    def historical(self) -> bool:
        """Tell whether the hit is only history in its sentence, or is in what is recalled of earlier days."""
        return self.once(_is_history)

    @property
    def denied(self) -> bool:
        """Tell whether the official is reported to deny having said what holds the hit."""
        statements = self.layout.statements_at(self.sentence, self.hit.span)
        return any(each.denied and self.ref_id in self.layout.speakers(each) for each in statements)


def _is_history(at: Occurrence) -> bool:
    said = at.near.statement
    if said and is_recap(at.layout.text, said.cue_span, said.spans):
        return True
    return at.texts.is_historical(at.hit, at.sentence, at.layout)


def _doers(hit: Span, sentence: int, layout: Layout, language: str | None) -> dict[str | None, Mention]:
    """Return who of a sentence's officials does what a hit in it is about, each by the mention that tells it."""
    inside = layout.sentences[sentence]
    found: dict[Deed, dict[str | None, Mention]] = {}
    for first in layout.officials_in(inside):
        for mention in islice(layout.mentions_of(first.ref_id or "", inside, hit), _MENTIONS):
            if deed := deed_of(layout.text, inside, mention.span, hit, language):
                found.setdefault(deed, {}).setdefault(first.ref_id, mention)
    return found.get(Deed.VERB) or ({} if layout.statements_at(sentence, hit) else found.get(Deed.NOUN, {}))


def _ties(ref_id: str, hit: Span, sentence: int, layout: Layout, other: Layout) -> Iterator[Nearness]:
    """Yield the ties between a hit and someone, the strongest first. Who denies having said it does not say it."""
    statements = [each for each in layout.statements_at(sentence, hit) if not each.denied]
    for statement in statements:
        if ref_id in layout.speakers(statement) and any(part.covers(hit) for part in statement.spans):
            yield Nearness(scope=Scope.SPEAKS, statement=statement, known_by=statement)
    for statement in statements:
        named = False
        for tie in _named(ref_id, hit, layout, statement.span, scope=Scope.STATEMENT, statement=statement):
            named = True
            is_apart = tie.mention is not None and layout.sentence_of(tie.mention.span) != sentence
            yield replace(tie, is_apart=is_apart)
        if ref_id in layout.speakers(statement) and not named:
            yield Nearness(scope=Scope.STATEMENT, statement=statement, known_by=statement)
    stretches = (
        (Scope.SENTENCE, layout, layout.sentences[sentence]),
        (Scope.PARAGRAPH, layout, layout.paragraph(sentence)),
        (Scope.ARTICLE, layout, layout.whole),
        (Scope.ARTICLE, other, other.whole),
    )
    for scope, where, inside in stretches:
        yield from _named(ref_id, hit, where, inside, scope=scope)


def _named(
    ref_id: str, hit: Span, where: Layout, inside: Span, *, scope: Scope, statement: Statement | None = None
) -> Iterator[Nearness]:
    """Yield a tie for each mention of someone in a stretch, the nearest first, each with what it is known by."""
    for mention in where.mentions_of(ref_id, inside, hit):
        yield Nearness(
            scope=scope,
            mention=mention,
            mentioned_in=where.place,
            statement=statement,
            known_by=where.taken_from(mention),
        )


def also_named(together: Sequence[str], at: Occurrence) -> Iterator[Evidence]:
    """Yield each other official who is named in the sentence of what one says or does, in its words."""
    if at.scope is not Scope.ACTS:
        return
    layout, sentence = at.layout, at.layout.sentences[at.sentence]
    for mention in layout.officials_in(sentence):
        if mention.ref_id not in together and layout.taken_from(mention) is None:
            yield proof_at("also", layout, mention.span, mention.ref_id)


def beside_him(at: Occurrence, together: Sequence[str]) -> Iterator[Evidence]:
    """Yield who says it with him, in whose words; of one who says it alone the office he is named with."""
    said = at.near.statement
    if said is None or len(together) == 1:
        yield from at.once(_office)
        return
    for ref in together:
        if ref != at.ref_id:
            yield proof_at("together", at.layout, said.speaker_span or said.span, ref)


def _office(at: Occurrence) -> tuple[Evidence, ...]:
    """Return the words in which the article names his office: those nearest to the phrase, else the first."""
    layout = at.texts.text
    near = at.hit.span if at.layout is layout else Span(0, 0)
    nearest = islice(layout.mentions_of(at.ref_id, layout.whole, near), _OFFICE_MENTIONS)
    first = islice(layout.mentions_of(at.ref_id, layout.whole, Span(0, 0)), 1)
    spans = (at.texts.printed.beside(at.offices, mention.span) for mention in chain(nearest, first))
    office = next(filter(None, spans), None)
    return (proof_at("office", layout, office, at.ref_id),) if office else ()


def said_at(at: Occurrence, statement: Statement) -> Iterator[Evidence]:
    """Yield a statement's speaker, cue, whole stretch, the part that holds the phrase, and what telling it needs."""
    layout = at.layout
    if statement.speaker_span is not None:
        if at.ref_id in layout.speakers(statement):
            yield proof_at("official", layout, statement.speaker_span, at.ref_id)
        yield proof_at("speaker", layout, statement.speaker_span, statement.speaker_id)
    if statement.cue_span is not None:
        yield proof_at("cue", layout, statement.cue_span, None)
    yield proof_at("statement", layout, statement.span, statement.statement_id)
    for part in statement.spans:
        if part.covers(at.hit.span):
            yield proof_at("words", layout, part, statement.statement_id)
    yield from _to_tell(at, statement)


def _to_tell(at: Occurrence, statement: Statement) -> Iterator[Evidence]:
    """Yield what telling a statement in a line needs: the phrase's sentence, who else says it, and the parts said."""
    layout = at.layout
    yield proof_at("sentence", layout, layout.sentences[at.sentence], None)
    for other in layout.statements_at(at.sentence, at.hit.span):
        if other.speaker_id not in {at.ref_id, statement.speaker_id}:
            yield proof_at("other", layout, other.span, other.speaker_id)
    for part in statement.spans[:_PARTS]:
        if statement.kind is StatementKind.DIRECT and _opens_quoted(layout.text, part):
            yield proof_at("quoted", layout, part, statement.statement_id)
        elif len(statement.spans) > 1:
            yield proof_at("part", layout, part, statement.statement_id)


def _opens_quoted(text: str, part: Span) -> bool:
    """Tell whether a part said begins with a quotation mark, or after one: in a transcript it does not."""
    return bool({text[part.start : part.start + 1], text[max(0, part.start - 2) : part.start].rstrip()[-1:]} & _MARKS)


def proof_at(what: str, layout: Layout, span: Span, ref: str | None) -> Evidence:
    """Return what stands in one place as a proof."""
    return Evidence(what=what, place=layout.place, span=span, surface=span.slice(layout.text), ref=ref)
