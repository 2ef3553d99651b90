"""What a match rests on: the proofs of a phrase near an official, and the sentences shown. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.layout import Layout
from alerts.nearness import Nearness
from alerts.records import Evidence, Place, Scope
from extractors.officials.phrases import Hit
from extractors.records import Article, Span, Statement

# How near a scope is, the nearest first.
RANKS = {scope: rank for rank, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A phrase near an official, in one of the article's texts.

    `negation` are the words that negate it, `where` what its rule's clause rests on; `passed` is history its rule
    skips, `exclusion` what cancels it. It is `denied` where the official says that he did not say it.
    """

    layout: Layout
    sentence: int
    hit: Hit
    near: Nearness
    exclusion: Evidence | None = None
    negation: Span | None = None
    historical: bool = False
    passed: bool = False
    where: tuple[Evidence, ...] = ()
    denied: bool = False

    @property
    def order(self) -> tuple[bool, bool, int, bool, int]:
        """Sort the strongest first: not cancelled, not history, scope, text before title, earliest."""
        in_title = self.layout.place is Place.TITLE
        cancelled = self.exclusion is not None
        return (cancelled, self.passed, RANKS[self.near.scope], in_title, self.hit.span.start)

    @property
    def standing(self) -> tuple[bool, bool]:
        """Tell hits that prove the same thing from others: cancelled ones and history prove nothing for the rest."""
        return (self.exclusion is not None, self.passed)


def excerpt_span(found: Found) -> Span:
    """Return whole sentences: the statement's, those between phrase and official, or the phrase's own."""
    layout, near = found.layout, found.near
    if near.statement is not None:
        return layout.excerpt(found.sentence, *layout.sentences_of(near.statement.span))
    if near.scope is Scope.PARAGRAPH and near.mention is not None:
        return layout.excerpt(found.sentence, *layout.sentences_of(near.mention.span))
    return layout.sentences[found.sentence]


def all_proofs(ref: str, found: Sequence[Found], article: Article) -> Iterator[Evidence]:
    """Yield each proof once, the strongest hit's first."""
    seen = set()
    for each in (hit for hit in found if hit.standing == found[0].standing):
        for proof in _proofs(ref, each, article):
            if proof not in seen:
                seen.add(proof)
                yield proof


def utterances(found: Sequence[Found]) -> tuple[str, ...]:
    """Return the ids of what is said in hits that prove the same thing as the strongest, each once."""
    standing = (hit for hit in found if hit.standing == found[0].standing)
    return tuple(dict.fromkeys(hit.near.statement.utterance_id for hit in standing if hit.near.statement))


def proof_at(what: str, layout: Layout, span: Span, ref: str | None) -> Evidence:
    """Return the proof that stands at a place of a text."""
    return Evidence(what=what, place=layout.place, span=span, surface=span.slice(layout.text), ref=ref)


def _proofs(ref: str, found: Found, article: Article) -> Iterator[Evidence]:
    layout, near = found.layout, found.near
    yield proof_at("keyword", layout, found.hit.span, found.hit.key)
    if near.mention is not None:
        text = article.text if near.mentioned_in is Place.TEXT else article.title or ""
        surface = near.mention.span.slice(text)
        yield Evidence(what="official", place=near.mentioned_in, span=near.mention.span, surface=surface, ref=ref)
    if near.statement is not None:
        yield from _said(ref, found, near.statement)
    yield from found.where
    if found.negation is not None:
        yield proof_at("negation", layout, found.negation, None)
    if found.historical:
        yield proof_at("historical", layout, layout.sentences[found.sentence], None)
    if found.exclusion is not None:
        yield found.exclusion


def _said(ref: str, found: Found, statement: Statement) -> Iterator[Evidence]:
    """Yield a statement's speaker, cue, whole stretch, and the part said that holds the phrase."""
    layout = found.layout
    if statement.speaker_span is not None:
        if statement.speaker_id == ref:
            yield proof_at("official", layout, statement.speaker_span, ref)
        yield proof_at("speaker", layout, statement.speaker_span, statement.speaker_id)
    if statement.cue_span is not None:
        yield proof_at("cue", layout, statement.cue_span, None)
    yield proof_at("statement", layout, statement.span, statement.statement_id)
    for part in statement.spans:
        if part.covers(found.hit.span):
            yield proof_at("words", layout, part, statement.statement_id)
