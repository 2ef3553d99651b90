"""What a hit near an official rests on, in the article's own words: who says it with him, his office, what he says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from alerts.layout import Layout
from alerts.occurrences import Occurrence
from alerts.records import Evidence, Scope
from extractors.records import Span, Statement, StatementKind

_MENTIONS = 12  # of an official, beside which his office is looked for, and beside the first, where most stand
_PARTS = 6  # of a quotation
_MARKS = frozenset("“\"«„‘'")


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
    nearest = islice(layout.mentions_of(at.ref_id, layout.whole, near), _MENTIONS)
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
