"""Reported clauses that carry some of the speaker's own words: Russia is “ready to consider” steps, Medinsky said.

Only what is certain: a reporting verb, its complement clause in one piece, and three quoted words or more inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.cues import Cue, cue_of
from extractors.lexicon import REPORTING_VERBS
from extractors.quotations import Quotation, Shape
from extractors.records import Span
from extractors.syntax import ParsedSentence, span_of

if TYPE_CHECKING:
    from spacy.tokens import Token

LEAST = 3  # quoted words that make a reported clause a quotation in part


@dataclass(frozen=True, slots=True)
class Clause:
    """What is reported, and its cue."""

    span: Span
    cue: Cue


def find_clauses(sentence: ParsedSentence, quotations: Sequence[Quotation]) -> Iterator[Clause]:
    """Yield the reported clauses of a sentence that hold a fragment among `quotations`, which lie in this sentence."""
    quoted = [each for each in quotations if each.shape is Shape.FRAGMENT and each.words >= LEAST]
    for verb in sentence if quoted else ():
        # Within the marks others are said to say things.
        place = sentence.place(verb)
        is_own = not any(each.outer.start <= place < each.outer.end for each in quotations)
        cue = cue_of(verb) if is_own and _is_reporting(verb) else None
        clause = _complement(verb) if cue is not None and cue.speaker is not None else None
        if cue is None or clause is None:
            continue
        span = _content(sentence, clause, quoted)
        if span is not None and not _holds(sentence, clause, cue):
            yield Clause(span, cue)


def _is_reporting(verb: Token) -> bool:
    is_denied = any(child.dep_ == "neg" for child in verb.children)
    return verb.pos_ == "VERB" and verb.lemma_.lower() in REPORTING_VERBS and not is_denied


def _complement(verb: Token) -> Token | None:
    clauses = [child for child in verb.children if child.dep_ == "ccomp"]
    if len(clauses) > 1:
        clauses = [clause for clause in clauses if clause.left_edge.i > verb.i]
    return clauses[0] if len(clauses) == 1 else None if clauses else _detached(verb)


def _detached(verb: Token) -> Token | None:
    """Return a "that" clause that the parser hung on a noun further back: "told media on Tuesday that Russia is"."""
    for token in verb.doc[verb.i + 1 : verb.right_edge.i + 1]:
        clause = token.head
        if token.dep_ == "mark" and token.lower_ == "that" and clause.dep_ == "acl" and clause.head.i < token.i - 1:
            return clause
    return None


def _content(sentence: ParsedSentence, clause: Token, quoted: Sequence[Quotation]) -> Span | None:
    """Return the clause without its "that" and outer punctuation, with the marks of a quotation at either end."""
    tokens = [token for token in span_of(clause) if not token.is_space]
    while tokens and (tokens[0].is_punct or (tokens[0].dep_ == "mark" and tokens[0].lower_ == "that")):
        del tokens[0]
    while tokens and tokens[-1].is_punct:
        del tokens[-1]
    if not tokens:
        return None
    bare = sentence.span(tokens[0], tokens[-1])
    inside = [each for each in quoted if bare.meets(each.span)]
    if not inside or len(tokens) < LEAST or _breaks(clause, tokens):
        return None
    start = min(bare.start, inside[0].outer.start) if inside[0].span.start <= bare.start else bare.start
    end = max(bare.end, inside[-1].outer.end) if inside[-1].span.end >= bare.end else bare.end
    return Span(start, end)


def _breaks(clause: Token, tokens: Sequence[Token]) -> bool:
    """Tell a clause that runs on into another report: "said X but cautioned Y" is two."""
    return any(token.dep_ == "conj" and token.head == clause and _is_reporting(token) for token in tokens)


def _holds(sentence: ParsedSentence, clause: Token, cue: Cue) -> bool:
    """Tell a clause with its own cue inside, or a whole quotation, which is a statement by itself."""
    first, last = clause.left_edge.i, clause.right_edge.i
    inside = [cue.first, *(verb for _, verb in sentence.said), *((cue.speaker,) if cue.speaker is not None else ())]
    return any(first <= token.i <= last for token in inside)
