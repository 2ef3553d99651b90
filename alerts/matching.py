"""Matching a rule against an article as it was read: phrases near officials, with the evidence. Decides nothing.

`first_failure` says of a rule that does not match, in plain words, which of its keys fails first and what to change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from alerts.clauses import few
from alerts.compiled_rules import CompiledRule, Failure
from alerts.layout import Layout
from alerts.occurrences import Nearness, Occurrence, Texts, also_named, beside_him, proof_at, said_at
from alerts.records import Evidence, Match, Place, Scope
from alerts.rules import Historical
from extractors.officials.exceptions import Hit
from extractors.records import Article, Reading, Span
from extractors.text.languages import language_name

Pair = tuple[Layout, int, Hit, str]  # a hit in a text's sentence, and the id of someone
EVIDENCE_LIMIT = 20
# A rule looks at so many pairs of a phrase and an official beside it in one article, and at so many of those apart; it
# takes so many officials, the strongest. What has more is a list of everybody, and would cost by the square. Where
# the phrases of hundreds of rules stand in one article all rules together look at no more than ENOUGH_PAIRS.
MOST_PAIRS, LEAST_PAIRS, ENOUGH_PAIRS = 1_000, 25, 50_000
MOST_OFFICIALS = 40
# How near a scope is, the nearest first.
_RANKS = {scope: rank for rank, scope in enumerate(Scope)}
_NO_ARTICLE = Failure(
    key="silent",
    what="the rule waits for what an official does not say, which no article brings",
    change="see whom it would have told with talkwatch rules backtest",
)
_NEARNESS = {
    Scope.ACTS: "in one sentence that tells what he does",
    Scope.STATEMENT: "in one statement, which is not his own words",
    Scope.SENTENCE: "in one sentence, but in no statement of his",
    Scope.PARAGRAPH: "in one paragraph, but in no sentence together",
    Scope.ARTICLE: "in the article, but in no paragraph together",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedHit:
    """An occurrence that holds for its rule.

    `together` are all whom its rule names and who say it as one, he among them, in order; he alone where they don't.
    `proofs` are what its rule's keys rest on; `passed` is history its rule skips, `exclusion` what cancels it.
    """

    at: Occurrence
    together: tuple[str, ...]
    proofs: tuple[Evidence, ...]
    passed: bool
    exclusion: Evidence | None = None

    @property
    def order(self) -> tuple[bool, bool, int, int, bool, int]:
        """Sort the strongest first: not cancelled, not history, scope, first of who says it, text, earliest."""
        in_title = self.at.layout.place is Place.TITLE
        rank, place = _RANKS[self.at.near.scope], self.together.index(self.at.ref_id)
        return (*self.standing, rank, place, in_title, self.at.hit.span.start)

    @property
    def standing(self) -> tuple[bool, bool]:
        """Tell hits that prove the same thing from others: cancelled ones and history prove nothing for the rest."""
        return (self.exclusion is not None, self.passed)


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
    texts, rules = Texts(article, reading, within), list(rules)
    if not any(map(texts.found, {id(rule.phrases): rule.phrases for rule in rules}.values())):
        return ((),) * len(rules)  # as in most articles: no phrase of any rule stands there
    meant = [not rule.keyword_set.isdisjoint(texts.found(rule.phrases)) and rule.takes(article) for rule in rules]
    texts.most_pairs = min(MOST_PAIRS, max(LEAST_PAIRS, ENOUGH_PAIRS // max(1, sum(meant))))
    return tuple(_matches_in(rule, texts) if is_meant else () for rule, is_meant in zip(rules, meant, strict=True))


def _matches_in(rule: CompiledRule, texts: Texts) -> tuple[Match, ...]:
    """Return a rule's matches in an article laid out for all rules."""
    found: dict[str, list[RankedHit]] = defaultdict(list)
    for each in _hits(rule, texts, _wanted(rule, texts)):
        found[each.at.ref_id].append(each)
    best = {ref: sorted(all_found, key=lambda each: each.order) for ref, all_found in found.items()}
    ranked = sorted(best.values(), key=lambda hits: (hits[0].order, hits[0].at.ref_id))
    return tuple(_match(rule, texts.article, hits) for hits in ranked[:MOST_OFFICIALS])


def _wanted(rule: CompiledRule, texts: Texts) -> list[str]:
    """Return the ids of those in the article whom the rule names, in the office they held that day."""
    named = rule.rule.officials  # which many rules have in common
    if named not in texts.wanted:
        texts.wanted[named] = sorted(ref for ref in rule.officials if ref in texts.refs and rule.wants(ref, texts.on))
    return texts.wanted[named]


def _occurrences(
    rule: CompiledRule, texts: Texts, refs: Sequence[str], *, anywhere: bool = False
) -> Iterator[Occurrence]:
    """Yield each fresh hit of the rule's phrases with each of these, in scope or `anywhere`, by its strongest tie."""
    apart = anywhere or rule.rule.scope is Scope.ARTICLE
    for pair in _pairs(rule, texts, frozenset(refs), apart=apart):
        layout, _, hit, ref = pair
        key = (id(rule.phrases), rule.rule.scope, anywhere, layout.place, hit, ref)
        if key not in texts.occurrences:
            texts.occurrences[key] = _occurrence(rule, texts, pair, anywhere=anywhere)
        if at := texts.occurrences[key]:
            yield at


def _occurrence(rule: CompiledRule, texts: Texts, pair: Pair, *, anywhere: bool) -> Occurrence | None:
    """Return a hit with someone by the strongest tie that its rule's scope takes: the same for all rules of a scope."""
    layout, sentence, hit, ref = pair
    near = texts.near(ref, hit, sentence, layout)
    if near and not anywhere and not _near_enough(rule, near):
        near = _other_tie(rule, near, texts, (ref, hit, sentence, layout))
    if near is None:
        return None
    return Occurrence(
        scope=rule.rule.scope,
        phrases=rule.phrases,
        offices=rule.offices,
        texts=texts,
        layout=layout,
        sentence=sentence,
        hit=hit,
        ref_id=ref,
        near=near,
    )


def _pairs(rule: CompiledRule, texts: Texts, refs: frozenset[str], *, apart: bool) -> Iterator[Pair]:
    """Yield each fresh hit with each of these who is beside it, then `apart` with the others; so many of both."""

    def places() -> Iterator[tuple[tuple[Layout, int, Hit], frozenset[str]]]:
        for layout in reversed(texts.both()):
            for sentence, hit in layout.fresh_hits(rule.phrases, rule.keywords):
                yield (layout, sentence, hit), layout.beside(sentence, hit.span)

    beside = ((*place, ref) for place, near in places() for ref in sorted(refs & near))
    others = ((*place, ref) for place, near in places() for ref in sorted(refs - near)) if apart else ()
    yield from chain(islice(beside, texts.most_pairs), islice(others, texts.most_pairs))


def _near_enough(rule: CompiledRule, near: Nearness) -> bool:
    """Tell whether a tie is near enough; a statement of several sentences is no one sentence."""
    is_near = _RANKS[near.scope] <= _RANKS[rule.rule.scope]
    return is_near and not (near.is_apart and rule.rule.scope is Scope.SENTENCE)


def _other_tie(rule: CompiledRule, near: Nearness, texts: Texts, at: tuple[str, Hit, int, Layout]) -> Nearness | None:
    """Return another tie of a hit and someone that is near enough, where the strongest is not."""
    if rule.rule.scope is Scope.ACTS:
        return texts.acting(*at)
    return next((each for each in texts.ties(*at) if _near_enough(rule, each)), None) if near.is_apart else None


def _by_speaker(rule: CompiledRule, at: Occurrence) -> Occurrence | None:
    """Return an occurrence by the strongest tie in which the official is known as the rule's keys ask."""
    if not rule.of_speaker or not rule.fails_speaker(at.near):
        return at
    ties = at.texts.ties(at.ref_id, at.hit, at.sentence, at.layout)
    near = next((near for near in ties if _near_enough(rule, near) and not rule.fails_speaker(near)), None)
    return replace(at, near=near) if near else None


def _hits(rule: CompiledRule, texts: Texts, refs: Sequence[str]) -> Iterator[RankedHit]:
    exclusions = [list(_exclusions(rule, layout)) for layout in texts.both()]
    for nearest in _occurrences(rule, texts, refs):
        at = _by_speaker(rule, nearest)
        if at is not None and not rule.fails_hit(at):
            yield RankedHit(
                at=at,
                together=_together(rule, at),
                proofs=rule.proofs(at),
                passed=at.historical and rule.rule.historical is Historical.SKIP,
                exclusion=_exclusion_at(at, exclusions),
            )


def _together(rule: CompiledRule, at: Occurrence) -> tuple[str, ...]:
    """Return all whom the rule names and who say the statement that a hit stands in, where he is one of them."""
    said = at.near.statement if at.near.scope is Scope.SPEAKS else None
    wanted = tuple(ref for ref in at.layout.speakers(said) if rule.wants(ref, at.texts.on)) if said else ()
    return wanted if at.ref_id in wanted else (at.ref_id,)


def _exclusions(rule: CompiledRule, layout: Layout) -> Iterator[Evidence]:
    for _, hit in layout.hits(rule.phrases, rule.excluded):
        yield proof_at("exclude", layout, hit.span, hit.key)


def _exclusion_at(at: Occurrence, exclusions: Sequence[Sequence[Evidence]]) -> Evidence | None:
    """Return the excluded phrase in a match's own sentence, or its paragraph or article under rules of those scopes."""
    if at.scope is Scope.ARTICLE:
        return next((proof for of_text in exclusions for proof in of_text), None)
    layout = at.layout
    within = layout.paragraph(at.sentence) if at.scope is Scope.PARAGRAPH else layout.sentences[at.sentence]
    own = (proof for of_text in exclusions for proof in of_text if proof.place is layout.place)
    return next((proof for proof in own if within.covers(proof.span)), None)


def _match(rule: CompiledRule, article: Article, hits: Sequence[RankedHit]) -> Match:
    best, at = hits[0], hits[0].at
    shown = at.once(_excerpt_span)
    statement = at.near.statement
    return Match(
        rule=rule.name,
        article_id=article.article_id,
        official_id=at.ref_id,
        official=_listed([rule.called(ref) for ref in best.together]),
        keyword=at.hit.key,
        scope=at.near.scope,
        place=at.layout.place,
        excerpt=shown.slice(at.layout.text),
        excerpt_span=shown,
        evidence=(
            *islice(_all_proofs(hits), EVIDENCE_LIMIT),
            *beside_him(at, best.together),
            *also_named(best.together, at),
        ),
        utterance_id=statement.utterance_id if statement else None,
        excluded_by=best.exclusion.ref if best.exclusion else None,
        negated=at.negation is not None,
        historical=best.passed,
        utterance_ids=_utterances(hits),
        leading_ids=_utterances([each for each in hits if each.at.near.scope is at.near.scope]),
        stance=statement.stance if statement else None,
        denied=at.denied,
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _excerpt_span(at: Occurrence) -> Span:
    """Return whole sentences: the statement's, those between phrase and official, or the phrase's own."""
    layout, near = at.layout, at.near
    if near.statement is not None:
        return layout.excerpt(at.sentence, *layout.sentences_of(near.statement.span))
    if near.scope is Scope.PARAGRAPH and near.mention is not None:
        return layout.excerpt(at.sentence, *layout.sentences_of(near.mention.span))
    return layout.sentences[at.sentence]


def _all_proofs(hits: Sequence[RankedHit]) -> Iterator[Evidence]:
    """Yield each proof once, the strongest hit's first."""
    seen = set()
    for each in (hit for hit in hits if hit.standing == hits[0].standing):
        for proof in _proofs(each):
            if proof not in seen:
                seen.add(proof)
                yield proof


def _utterances(hits: Sequence[RankedHit]) -> tuple[str, ...]:
    """Return the ids of what is said in hits that prove the same thing as the strongest, each once."""
    statements = (hit.at.near.statement for hit in hits if hit.standing == hits[0].standing)
    return tuple(dict.fromkeys(each.utterance_id for each in statements if each))


def _proofs(hit: RankedHit) -> Iterator[Evidence]:
    at, layout = hit.at, hit.at.layout
    yield from at.once(_proofs_of_nearness)
    yield from hit.proofs
    if at.negation is not None:
        yield proof_at("negation", layout, at.negation, None)
    if at.historical:
        yield proof_at("historical", layout, layout.sentences[at.sentence], None)
    if hit.exclusion is not None:
        yield hit.exclusion


def _proofs_of_nearness(at: Occurrence) -> tuple[Evidence, ...]:
    """Return where the phrase and the official stand, and what is said there."""
    near, found = at.near, [proof_at("keyword", at.layout, at.hit.span, at.hit.key)]
    if near.mention is not None:
        article = at.texts.article
        text = article.text if near.mentioned_in is Place.TEXT else article.title or ""
        surface = near.mention.span.slice(text)
        found.append(
            Evidence(what="official", place=near.mentioned_in, span=near.mention.span, surface=surface, ref=at.ref_id)
        )
    return (*found, *(said_at(at, near.statement) if near.statement else ()))


def first_failure(rule: CompiledRule, texts: Texts) -> Failure | None:
    """Return the first key of a rule that fails in an article as it was read; None when the rule matches."""
    if rule.rule.silent is not None:
        return _NO_ARTICLE
    return (
        rule.fails_article(texts.article)
        or _phrases_lack(rule, texts)
        or _officials_lack(rule, texts)
        or _scope_lacks(rule, texts)
        or _keys_lack(rule, texts)
        or _cancelled(_matches_in(rule, texts))
    )


def _phrases_lack(rule: CompiledRule, texts: Texts) -> Failure | None:
    if not rule.keyword_set.isdisjoint(texts.found(rule.phrases)):
        return None
    found = (hit for layout in texts.both() for hit in rule.phrases.find(layout.text, language=layout.language))
    apart = [hit for hit in found if hit.key in rule.keyword_set]
    if apart:
        what = f'"{apart[0].key}" stands only in a caption, credit, comment or teaser, which are no part of an article'
        return Failure(key="keywords", what=what, change="nothing: what stands there is never matched")
    what, change = f"it holds none of {few(rule.keywords)}", "add the words it uses to keywords"
    if not rule.phrases.has_words_of(texts.article.language, rule.keywords):
        what = f"{what}, and none of them is in its language, {language_name(texts.article.language)}"
        change = "add words in that language, or use a topic that has them, such as topic:ceasefire"
    return Failure(key="keywords", what=what, change=change)


def _officials_lack(rule: CompiledRule, texts: Texts) -> Failure | None:
    if _wanted(rule, texts):
        return None
    past = sorted(ref for ref in texts.refs if ref in rule.officials)
    if past:
        names = few([rule.called(ref) for ref in past])
        what = f"it names {names}, who did not hold the office the rule names on {texts.on}"
        return Failure(key="officials", what=what, change="name the person, if that is who is meant")
    owners = sorted(ref for ref in texts.text.owners | texts.title.owners if rule.wants(ref, texts.on))
    if owners:
        what = f"it names {few([rule.called(ref) for ref in owners])} only to say whose somebody or something else is"
        return Failure(key="officials", what=what, change="nothing: his adviser, ally or office is not he")
    named = sorted(texts.refs)
    what = f"it names nobody of the rule's officials; it names {few(named)}" if named else "it names no official"
    return Failure(key="officials", what=what, change='add who is meant to officials, or use "any"')


def _scope_lacks(rule: CompiledRule, texts: Texts) -> Failure | None:
    wanted = _wanted(rule, texts)
    if next(_occurrences(rule, texts, wanted), None):
        return None
    anywhere = list(_occurrences(rule, texts, wanted, anywhere=True))
    if not anywhere:
        what = "who speaks in it is named outside its sentences, where nothing is matched"
        return Failure(key="scope", what=what, change="nothing: the article has to name him")
    at = min(anywhere, key=lambda each: _RANKS[each.near.scope])
    if at.denied:
        what = f'{rule.called(at.ref_id)} is reported to deny having said "{at.hit.key}", which is not saying it'
    else:
        names = f'"{at.hit.key}" and {rule.called(at.ref_id)}'
        nearness = "in one statement, but in no sentence together" if at.near.is_apart else _NEARNESS[at.near.scope]
        what = f'{names} stand {nearness}; scope is "{rule.rule.scope}"'
    return Failure(key="scope", what=what, change=f'use scope = "{at.near.scope}", if that is near enough')


def _keys_lack(rule: CompiledRule, texts: Texts) -> Failure | None:
    """Return how the keys that ask something of a speaker or a hit fail, where they fail for all: the farthest got."""
    keys = [key for asked in (rule.of_speaker, rule.of_hit) for key, *_ in asked]
    failures = [_fails(rule, each) for each in _occurrences(rule, texts, _wanted(rule, texts))]
    told = [failure for failure in failures if failure]
    return max(told, key=lambda failure: keys.index(failure.key)) if len(told) == len(failures) else None


def _fails(rule: CompiledRule, nearest: Occurrence) -> Failure | None:
    at = _by_speaker(rule, nearest)
    return rule.fails_hit(at) if at else rule.fails_speaker(nearest.near)


def _cancelled(matches: Sequence[Match]) -> Failure | None:
    """Return why the strongest match does not count, when none does."""
    if any(match.excluded_by is None and not match.historical for match in matches):
        return None
    best = matches[0]
    if best.excluded_by is not None:
        what = f'"{best.excluded_by}" stands beside "{best.keyword}", and exclude names it'
        return Failure(key="exclude", what=what, change=f'take "{best.excluded_by}" out of exclude')
    what = f'"{best.keyword}" is only told as history there: {best.excerpt}'
    return Failure(key="historical", what=what, change='use historical = "fire"')
