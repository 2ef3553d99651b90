"""Why a rule does not match an article: the first of its clauses that fails, in plain words, and what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.clauses import judge
from alerts.matching import Tie, allows, is_denied, matches_in, nearest_ties, ties, wanted
from alerts.nearness import Texts
from alerts.records import Clause, Joint, Match, Negation, Scope
from alerts.rules import CompiledRule, language_of
from extractors.records import Span

_FEW = 5
_STRETCHES = {
    Scope.SPEAKS: "his own words",
    Scope.STATEMENT: "that statement",
    Scope.SENTENCE: "that sentence",
    Scope.PARAGRAPH: "that paragraph",
    Scope.ARTICLE: "the article",
}
_NEARNESS = {
    Scope.STATEMENT: "in one statement, which is not his own words",
    Scope.SENTENCE: "in one sentence, but in no statement of his",
    Scope.PARAGRAPH: "in one paragraph, but in no sentence together",
    Scope.ARTICLE: "in the article, but in no paragraph together",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The key of a rule that an article fails, what is so, and what would have to change."""

    key: str
    what: str
    change: str


def first_failure(rule: CompiledRule, texts: Texts) -> Failure | None:
    """Return the first clause of a rule that fails in an article as it was read; None when the rule matches."""
    return (
        _source(rule, texts)
        or _phrases(rule, texts)
        or _officials(rule, texts)
        or _scope(rule, texts)
        or _clauses(rule, texts)
        or _cancelled(matches_in(rule, texts))
    )


def _source(rule: CompiledRule, texts: Texts) -> Failure | None:
    article, wish = texts.article, rule.rule
    if not rule.takes_outlet(article):
        key = "outlets" if wish.outlets and article.outlet not in wish.not_outlets else "not_outlets"
        what = f'it is of "{article.outlet}", which the rule does not look at'
        return Failure(key=key, what=what, change=f"change {key}")
    if not rule.takes_language(article):
        key, language = ("languages" if wish.languages else "not_languages"), language_of(article)
        return Failure(key=key, what=f'it is in "{language}", which the rule does not look at', change=f"change {key}")
    return None


def _phrases(rule: CompiledRule, texts: Texts) -> Failure | None:
    if not rule.keyword_set.isdisjoint(texts.found(rule.phrases)):
        return None
    apart = [hit for layout in texts.both() for hit in rule.phrases.find(layout.text) if hit.key in rule.keyword_set]
    if apart:
        what = f'"{apart[0].key}" stands only in a caption, credit, comment or teaser, which are no part of an article'
        return Failure(key="keywords", what=what, change="nothing: what stands there is never matched")
    told = _told(rule.keywords)
    return Failure(key="keywords", what=f"it holds none of {told}", change="add the words it uses to keywords")


def _officials(rule: CompiledRule, texts: Texts) -> Failure | None:
    if wanted(rule, texts):
        return None
    past = sorted(ref for ref in texts.refs if ref in rule.officials)
    if past:
        names = _told([rule.called(ref) for ref in past])
        what = f"it names {names}, who did not hold the office the rule names on {texts.on}"
        return Failure(key="officials", what=what, change="name the person, if that is who is meant")
    named = sorted(texts.refs)
    what = f"it names nobody of the rule's officials; it names {_told(named)}" if named else "it names no official"
    return Failure(key="officials", what=what, change='add who is meant to officials, or use "any"')


def _scope(rule: CompiledRule, texts: Texts) -> Failure | None:
    refs = wanted(rule, texts)
    if any(True for _ in ties(rule, texts, refs)):
        return None
    nearest = next(iter(nearest_ties(rule, texts, refs)), None)
    if nearest is None:
        what = "who speaks in it is named outside its sentences, where nothing is matched"
        return Failure(key="scope", what=what, change="nothing: the article has to name him")
    ref, layout, sentence, hit, near = nearest
    if is_denied(ref, layout, sentence, hit):
        what = f'{rule.called(ref)} is reported to deny having said "{hit.key}", which is not saying it'
    else:
        what = f'"{hit.key}" and {rule.called(ref)} stand {_NEARNESS[near.scope]}; scope is "{rule.rule.scope}"'
    return Failure(key="scope", what=what, change=f'use scope = "{near.scope}", if that is near enough')


def _clauses(rule: CompiledRule, texts: Texts) -> Failure | None:
    """Return how `where` or `negation` fails for the first hit, when it fails for all."""
    near = list(ties(rule, texts, wanted(rule, texts)))
    where = [failure for each in near if (failure := _where(rule, texts, each))]
    if len(where) == len(near):
        return where[0]
    left = [each for each in near if not _where(rule, texts, each)]
    if any(allows(rule.rule.negation, _negation(texts, each)) for each in left):
        return None
    said = _told([each[3].key for each in left])
    if rule.rule.negation is Negation.ONLY:
        return Failure(key="negation", what=f"{said} is not negated there", change='use negation = "any"')
    words = _negation(texts, left[0])
    by = f' by "{words.slice(left[0][1].text)}"' if words else ""
    return Failure(key="negation", what=f"{said} is negated there{by}", change='use negation = "any"')


def _negation(texts: Texts, tie: Tie) -> Span | None:
    _, layout, sentence, hit, _ = tie
    return texts.negation(hit, sentence, layout)


def _where(rule: CompiledRule, texts: Texts, tie: Tie) -> Failure | None:
    _, layout, sentence, _, near = tie
    scope, clause = rule.rule.scope, rule.rule.where
    if clause is None:
        return None
    verdict = judge(clause, texts.stretch(scope, sentence, layout, near.statement), rule.phrases)
    if verdict.failed is None:
        return None
    proof = f' ("{verdict.proofs[0].surface}")' if verdict.proofs else ""
    what = f"{_STRETCHES[scope]} {_lack(verdict.failed)}{proof}"
    return Failure(key="where", what=what, change="change that part of where, or widen scope")


def _lack(failed: str | Clause) -> str:
    """Say what is missing, or what is there and must not be."""
    if isinstance(failed, str):
        return f'does not hold "{failed}"'
    told = _told([part if isinstance(part, str) else "a clause" for part in failed.parts])
    match failed.joint:
        case Joint.NONE:
            return f"holds what none forbids: {told}"
        case Joint.NEAR:
            return f"has {told} nowhere within {failed.words} words of each other"
    return f"holds none of {told}"


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


def _told(names: Sequence[str]) -> str:
    """Return a few names in quotation marks."""
    once = list(dict.fromkeys(names))
    few = ", ".join(f'"{name}"' for name in once[:_FEW])
    return f"{few} and {len(once) - _FEW} more" if len(once) > _FEW else few
