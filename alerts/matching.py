"""Matching a rule against an article as it was read: phrases near officials, with the evidence. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from alerts.clauses import judge
from alerts.evidence import RANKS, Found, all_proofs, excerpt_span, proof_at, utterances
from alerts.layout import Layout
from alerts.nearness import Nearness, Texts
from alerts.records import Evidence, Historical, Match, Negation, Scope
from alerts.rules import CompiledRule
from extractors.officials.phrases import Hit
from extractors.records import Article, Reading, Span

EVIDENCE_LIMIT = 20
# Whom a hit of a phrase stands near: id, which text, number of its sentence, the hit, and how near.
Tie = tuple[str, Layout, int, Hit, Nearness]


def find_matches(
    rule: CompiledRule, article: Article, reading: Reading, *, within: Sequence[Span] | None = None
) -> tuple[Match, ...]:
    """Return at most one match for each official, the strongest, its other hits as evidence; strongest first.

    With `within`, only what stands in one of those stretches of the text counts as a hit, and nothing in the title.
    """
    return find_all_matches([rule], article, reading, within=within)[0]


def find_all_matches(
    rules: Iterable[CompiledRule], article: Article, reading: Reading, *, within: Sequence[Span] | None = None
) -> tuple[tuple[Match, ...], ...]:
    """Return what `find_matches` does for each rule; rules compiled together share the work of looking through."""
    texts = Texts(article, reading, within)
    return tuple(matches_in(rule, texts) for rule in rules)


def matches_in(rule: CompiledRule, texts: Texts) -> tuple[Match, ...]:
    """Return a rule's matches in an article laid out for all rules; one whose phrases it has not costs nothing."""
    if rule.keyword_set.isdisjoint(texts.found(rule.phrases)) or not rule.takes(texts.article):
        return ()
    found: dict[str, list[Found]] = defaultdict(list)
    for ref, each in _found(rule, texts, wanted(rule, texts)):
        found[ref].append(each)
    best = {ref: sorted(all_found, key=lambda each: each.order) for ref, all_found in found.items()}
    ranked = sorted(best.items(), key=lambda item: (item[1][0].order, item[0]))
    return tuple(_match(rule, texts.article, ref, all_found) for ref, all_found in ranked)


def wanted(rule: CompiledRule, texts: Texts) -> list[str]:
    """Return the ids of those in the article whom the rule names, in the office they held that day."""
    return sorted(ref for ref in texts.refs if rule.wants(ref, texts.on))


def ties(rule: CompiledRule, texts: Texts, refs: Sequence[str]) -> Iterator[Tie]:
    """Yield each fresh hit of the rule's phrases that stands near enough to one of these, with how near."""
    return (tie for tie in _all_ties(rule, texts, refs) if RANKS[tie[-1].scope] <= RANKS[rule.rule.scope])


def nearest_ties(rule: CompiledRule, texts: Texts, refs: Sequence[str]) -> list[Tie]:
    """Return every hit of the rule's phrases with each of these, however far apart, the nearest first."""
    return sorted(_all_ties(rule, texts, refs), key=lambda tie: RANKS[tie[-1].scope])


def _all_ties(rule: CompiledRule, texts: Texts, refs: Sequence[str]) -> Iterator[Tie]:
    for layout in texts.both():
        for sentence, hit in layout.fresh_hits(rule.phrases, rule.keywords):
            for ref in refs:
                if near := texts.near(ref, hit, sentence, layout):
                    yield ref, layout, sentence, hit, near


def allows(mode: Negation, negation: Span | None) -> bool:
    """Tell whether a rule takes a hit that is, or is not, negated."""
    return mode is Negation.ANY or (mode is Negation.ONLY) == (negation is not None)


def _found(rule: CompiledRule, texts: Texts, refs: Sequence[str]) -> Iterator[tuple[str, Found]]:
    wish = rule.rule
    exclusions = [list(_exclusions(rule, layout)) for layout in texts.both()]
    for ref, layout, sentence, hit, near in ties(rule, texts, refs):
        stretch = texts.stretch(wish.scope, sentence, layout, near.statement)
        verdict = judge(wish.where, stretch, rule.phrases) if wish.where else None
        negation = texts.negation(hit, sentence, layout)
        if (verdict and not verdict.holds) or not allows(wish.negation, negation):
            continue
        historical = texts.is_historical(hit, sentence, layout)
        yield (
            ref,
            Found(
                layout=layout,
                sentence=sentence,
                hit=hit,
                near=near,
                exclusion=exclusion_at(wish.scope, layout, sentence, exclusions),
                negation=negation,
                historical=historical,
                passed=historical and wish.historical is Historical.SKIP,
                where=verdict.proofs if verdict else (),
                denied=is_denied(ref, layout, sentence, hit),
            ),
        )


def is_denied(ref: str, layout: Layout, sentence: int, hit: Hit) -> bool:
    """Tell whether someone is reported to deny having said what holds the hit."""
    return any(each.denied and each.speaker_id == ref for each in layout.statements_at(sentence, hit.span))


def _exclusions(rule: CompiledRule, layout: Layout) -> Iterator[Evidence]:
    for _, hit in layout.hits(rule.phrases, rule.excluded):
        yield proof_at("exclude", layout, hit.span, hit.key)


def exclusion_at(
    scope: Scope, layout: Layout, sentence: int, exclusions: Sequence[Sequence[Evidence]]
) -> Evidence | None:
    """Return the excluded phrase in a match's own sentence, or its paragraph or article under rules of those scopes."""
    if scope is Scope.ARTICLE:
        return next((proof for of_text in exclusions for proof in of_text), None)
    within = layout.paragraph(sentence) if scope is Scope.PARAGRAPH else layout.sentences[sentence]
    own = (proof for of_text in exclusions for proof in of_text if proof.place is layout.place)
    return next((proof for proof in own if within.covers(proof.span)), None)


def _match(rule: CompiledRule, article: Article, ref: str, found: Sequence[Found]) -> Match:
    best = found[0]
    shown = excerpt_span(best)
    statement = best.near.statement
    return Match(
        rule=rule.name,
        article_id=article.article_id,
        official_id=ref,
        official=rule.called(ref),
        keyword=best.hit.key,
        scope=best.near.scope,
        place=best.layout.place,
        excerpt=shown.slice(best.layout.text),
        excerpt_span=shown,
        evidence=tuple(islice(all_proofs(ref, found, article), EVIDENCE_LIMIT)),
        utterance_id=statement.utterance_id if statement else None,
        excluded_by=best.exclusion.ref if best.exclusion else None,
        negated=best.negation is not None,
        historical=best.passed,
        utterance_ids=utterances(found),
        leading_ids=utterances([each for each in found if each.near.scope is best.near.scope]),
        stance=statement.stance if statement else None,
        denied=best.denied,
    )
