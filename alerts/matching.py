"""Matching a rule against an article as it was read: phrases near officials, with the evidence. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from alerts.layout import Layout, layouts
from alerts.records import Evidence, Match, Place, Scope
from alerts.rules import CompiledRule
from extractors.phrases import Hit
from extractors.records import Article, Mention, Reading, Span, Statement, StatementKind

EVIDENCE_LIMIT = 20
_RANKS = {scope: rank for rank, scope in enumerate(Scope)}
_BY_STATEMENT = {Scope.SPEAKS, Scope.STATEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nearness:
    """The strongest tie between one hit of a phrase and one official."""

    scope: Scope
    mention: Mention | None = None
    mentioned_in: Place = Place.TEXT
    statement: Statement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A phrase near an official, in one of the article's texts."""

    layout: Layout
    sentence: int
    hit: Hit
    near: _Nearness
    exclusion: Evidence | None

    @property
    def order(self) -> tuple[bool, int, bool, int]:
        """Sort the strongest first: not excluded, scope, text before title, earliest."""
        in_title = self.layout.place is Place.TITLE
        return (self.exclusion is not None, _RANKS[self.near.scope], in_title, self.hit.span.start)


def find_matches(rule: CompiledRule, article: Article, reading: Reading) -> tuple[Match, ...]:
    """Return at most one match for each official, the strongest, its other hits as evidence; strongest first."""
    return find_all_matches([rule], article, reading)[0]


def find_all_matches(
    rules: Iterable[CompiledRule], article: Article, reading: Reading
) -> tuple[tuple[Match, ...], ...]:
    """Return what `find_matches` does for each rule; rules compiled together share the work of looking through."""
    pair = layouts(article, reading)
    return tuple(_matches(rule, article, pair) for rule in rules)


def _matches(rule: CompiledRule, article: Article, pair: tuple[Layout, Layout]) -> tuple[Match, ...]:
    on = article.published_at.date() if article.published_at else None
    wanted = sorted(ref for ref in pair[0].refs | pair[1].refs if rule.wants(ref, on))
    if not wanted:
        return ()
    found = _found(rule, pair, wanted)
    best = {ref: sorted(all_found, key=lambda each: each.order) for ref, all_found in found.items()}
    ranked = sorted(best.items(), key=lambda item: (item[1][0].order, item[0]))
    return tuple(_match(rule, article, ref, all_found) for ref, all_found in ranked)


def _found(rule: CompiledRule, pair: tuple[Layout, Layout], wanted: Sequence[str]) -> dict[str, list[_Found]]:
    exclusions = [_exclusions(rule, layout) for layout in pair]
    found: dict[str, list[_Found]] = defaultdict(list)
    for layout, other in (pair, pair[::-1]):
        for sentence, hit in layout.hits(rule.phrases, rule.keywords):
            for ref in wanted:
                near = _nearness(ref, hit, sentence, layout, other)
                if near is not None and _RANKS[near.scope] <= _RANKS[rule.rule.scope]:
                    exclusion = _exclusion(rule.rule.scope, layout, sentence, exclusions)
                    found[ref].append(_Found(layout=layout, sentence=sentence, hit=hit, near=near, exclusion=exclusion))
    return found


def _nearness(ref: str, hit: Hit, sentence: int, layout: Layout, other: Layout) -> _Nearness | None:
    """Return the strongest scope that holds between a hit and someone."""
    statements = layout.statements_at(sentence, hit.span)
    for statement in statements:
        if statement.speaker_id == ref and any(part.covers(hit.span) for part in statement.spans):
            return _Nearness(scope=Scope.SPEAKS, statement=statement)
    for statement in statements:
        mention = layout.nearest(ref, statement.span, hit.span)
        if mention or statement.speaker_id == ref:
            return _Nearness(scope=Scope.STATEMENT, mention=mention, statement=statement)
    return _by_distance(ref, hit, sentence, layout, other)


def _by_distance(ref: str, hit: Hit, sentence: int, layout: Layout, other: Layout) -> _Nearness | None:
    stretches = (
        (Scope.SENTENCE, layout, layout.sentences[sentence]),
        (Scope.PARAGRAPH, layout, layout.paragraph(sentence)),
        (Scope.ARTICLE, layout, layout.whole),
        (Scope.ARTICLE, other, other.whole),
    )
    for scope, where, inside in stretches:
        if mention := where.nearest(ref, inside, hit.span):
            return _Nearness(scope=scope, mention=mention, mentioned_in=where.place)
    return None


def _exclusions(rule: CompiledRule, layout: Layout) -> list[Evidence]:
    hits = layout.hits(rule.phrases, rule.excluded)
    return [_evidence("exclude", layout, hit.span, hit.key) for _, hit in hits]


def _exclusion(
    scope: Scope, layout: Layout, sentence: int, exclusions: Sequence[Sequence[Evidence]]
) -> Evidence | None:
    """Return the excluded phrase in a match's own sentence, or its paragraph or article under rules of those scopes."""
    if scope is Scope.ARTICLE:
        return next((proof for of_text in exclusions for proof in of_text), None)
    within = layout.paragraph(sentence) if scope is Scope.PARAGRAPH else layout.sentences[sentence]
    own = (proof for of_text in exclusions for proof in of_text if proof.place is layout.place)
    return next((proof for proof in own if within.covers(proof.span)), None)


def _match(rule: CompiledRule, article: Article, ref: str, found: Sequence[_Found]) -> Match:
    best = found[0]
    excerpt_span = _excerpt_span(best)
    statement = best.near.statement
    return Match(
        rule=rule.name,
        article_id=article.article_id,
        official_id=ref,
        official=rule.called(ref),
        keyword=best.hit.key,
        scope=best.near.scope,
        place=best.layout.place,
        excerpt=excerpt_span.slice(best.layout.text),
        excerpt_span=excerpt_span,
        evidence=tuple(islice(_all_evidence(ref, found, article), EVIDENCE_LIMIT)),
        utterance_id=statement.utterance_id if statement else None,
        excluded_by=best.exclusion.ref if best.exclusion else None,
    )


def _excerpt_span(found: _Found) -> Span:
    """Return whole sentences: the statement's, those between phrase and official, or the phrase's own."""
    layout, near = found.layout, found.near
    if near.statement is not None:
        return layout.excerpt(found.sentence, *layout.sentences_of(near.statement.span))
    if near.scope is Scope.PARAGRAPH and near.mention is not None:
        return layout.excerpt(found.sentence, *layout.sentences_of(near.mention.span))
    return layout.sentences[found.sentence]


def _all_evidence(ref: str, found: Sequence[_Found], article: Article) -> Iterator[Evidence]:
    """Yield each proof once, the strongest hit's first; cancelled hits prove nothing for one that is not."""
    seen = set()
    for each in (hit for hit in found if (hit.exclusion is None) == (found[0].exclusion is None)):
        for proof in _proofs(ref, each, article):
            if proof not in seen:
                seen.add(proof)
                yield proof


def _proofs(ref: str, found: _Found, article: Article) -> Iterator[Evidence]:
    layout, near = found.layout, found.near
    yield _evidence("keyword", layout, found.hit.span, found.hit.key)
    if near.mention is not None:
        text = article.text if near.mentioned_in is Place.TEXT else article.title or ""
        surface = near.mention.span.slice(text)
        yield Evidence(what="official", place=near.mentioned_in, span=near.mention.span, surface=surface, ref=ref)
    if near.statement is not None:
        yield from _said(ref, found, near.statement)
    if found.exclusion is not None:
        yield found.exclusion


def _said(ref: str, found: _Found, statement: Statement) -> Iterator[Evidence]:
    """Yield a statement's speaker, cue, whole stretch, and the quoted part that holds the phrase."""
    layout = found.layout
    if statement.speaker_span is not None:
        if statement.speaker_id == ref:
            yield _evidence("official", layout, statement.speaker_span, ref)
        yield _evidence("speaker", layout, statement.speaker_span, statement.speaker_id)
    if statement.cue_span is not None:
        yield _evidence("cue", layout, statement.cue_span, None)
    yield _evidence("statement", layout, statement.span, statement.statement_id)
    quoted = statement.spans if statement.kind is StatementKind.DIRECT else ()
    for part in quoted:
        if part.covers(found.hit.span):
            yield _evidence("words", layout, part, statement.statement_id)


def _evidence(what: str, layout: Layout, span: Span, ref: str | None) -> Evidence:
    return Evidence(what=what, place=layout.place, span=span, surface=span.slice(layout.text), ref=ref)
