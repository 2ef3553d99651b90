"""Clauses of a rule that can never be true, and keywords that can never count. Looks at no article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alerts.records import Clause, Joint, Rule, Scope
from alerts.rules import name_key, topic_name
from extractors.officials.phrases import PhraseIndex
from extractors.officials.watchlist import Watchlist

_ENGLISH = "en"
_BY_STATEMENT = frozenset({Scope.SPEAKS, Scope.STATEMENT})


def contradictions(rule: Rule, watchlist: Watchlist) -> Iterator[tuple[str, str]]:
    """Yield what can't be true in a rule, as (key, what is wrong and what to change)."""
    yield from _nobody_left(rule)
    yield from (("where", what) for what in _lonely(rule.where))
    forbidden = tuple(_forbidden(rule.where))
    for keyword in rule.keywords:
        if found := _held(keyword, rule.exclude, watchlist):
            yield "exclude", f'"{keyword}" in keywords always holds "{found}", which exclude cancels; take one out'
        elif found := _held(keyword, forbidden, watchlist):
            yield "where", f'"{keyword}" in keywords always holds "{found}", which none in where forbids; take one out'
    # A statement may go on beyond the sentence that exclude looks at.
    cancelling = () if rule.scope in _BY_STATEMENT else rule.exclude
    for wanted in _wanted(rule.where):
        held = [_held(phrase, (*forbidden, *cancelling), watchlist) for phrase in wanted]
        if all(held):
            told = " or ".join(f'"{phrase}"' for phrase in wanted)
            yield "where", f'where wants {told}, and none or exclude forbids "{held[0]}": it can never be true'


def _nobody_left(rule: Rule) -> Iterator[tuple[str, str]]:
    languages = set(rule.languages) - set(rule.not_languages)
    if rule.languages and not languages:
        yield "not_languages", "every language of languages stands in not_languages too: no article is left"
    elif rule.languages and _ENGLISH not in languages and rule.scope in _BY_STATEMENT:
        yield "languages", _no_statements(rule, "languages leaves English out")
    elif not rule.languages and _ENGLISH in rule.not_languages and rule.scope in _BY_STATEMENT:
        yield "not_languages", _no_statements(rule, "not_languages leaves English out")
    if rule.outlets and {*map(name_key, rule.outlets)} <= {*map(name_key, rule.not_outlets)}:
        yield "not_outlets", "every outlet of outlets stands in not_outlets too: no article is left"


def _no_statements(rule: Rule, why: str) -> str:
    return f'{why}, and only English has statements, which scope "{rule.scope}" needs; use scope "sentence"'


def _lonely(clause: Clause | None) -> Iterator[str]:
    """Yield each `near` that has fewer than two different phrases."""
    if clause is None:
        return
    if clause.joint is Joint.NEAR and len(set(clause.parts)) < 2:  # noqa: PLR2004 - one can't be near itself
        yield f'near needs two phrases or more: near = ["{clause.parts[0]}", "another"]'
    for part in clause.parts:
        if isinstance(part, Clause):
            yield from _lonely(part)


def _wanted(clause: str | Clause | None) -> Iterator[Sequence[str]]:
    """Yield, of what must all hold, each set of phrases one of which must stand there."""
    match clause:
        case str():
            yield (clause,)
        case Clause(Joint.ALL | Joint.NEAR, parts):
            for part in parts:
                yield from _wanted(part)
        case Clause(Joint.ANY, parts):
            phrases = [part for part in parts if isinstance(part, str)]
            if len(phrases) == len(parts):
                yield phrases


def _forbidden(clause: str | Clause | None) -> Iterator[str]:
    """Yield the phrases that must never stand there."""
    match clause:
        case Clause(Joint.ALL, parts):
            for part in parts:
                yield from _forbidden(part)
        case Clause(Joint.NONE, parts):
            yield from (part for part in parts if isinstance(part, str))


def _held(phrase: str, forbidden: Sequence[str], watchlist: Watchlist) -> str | None:
    """Return the forbidden phrase that stands in every wording of a phrase."""
    own = _wordings(phrase, watchlist)
    for each in forbidden:
        index = PhraseIndex({each: _wordings(each, watchlist)})
        if own and all(index.find(wording) for wording in own):
            return each
    return None


def _wordings(phrase: str, watchlist: Watchlist) -> tuple[str, ...]:
    name = topic_name(phrase)
    topic = watchlist.topic(name) if name is not None else None
    return topic.phrases if topic else () if name is not None else (phrase,)
