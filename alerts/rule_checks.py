"""What is wrong in rules, as far as they alone show it: in each key, and in keys that rule each other out.

Looks at no article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from alerts.clauses import Clause, Joint, few
from alerts.records import Scope
from alerts.rule_names import KnownNames, name_key, wordings
from alerts.rules import Checked, Rule
from extractors.officials.exceptions import EXCEPT
from extractors.officials.phrases import PhraseIndex, is_of
from extractors.officials.watchlist import Watchlist
from extractors.speech.slavic.words import is_readable
from extractors.text.languages import is_english, language_name, main_language

_Look = Callable[[Rule], Iterable[tuple[str, str]]]
_WITH_STATEMENTS = ("en", "ru", "uk")
_BY_STATEMENT = frozenset({Scope.SPEAKS, Scope.STATEMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """Something to tell about the rules in a line; `rule` is the number of the rule and `key` where in it."""

    what: str
    rule: int | None = None
    key: str | None = None


def wrong_names(rules: Sequence[Rule], watchlist: Watchlist) -> tuple[Diagnostic, ...]:
    """Find what keeps rules from being compiled: what they name and nobody has."""
    known = KnownNames(watchlist=watchlist)
    return tuple(_told(rules, lambda rule: _wrong(rule, known)))


def dead_clauses(rules: Sequence[Rule], watchlist: Watchlist) -> tuple[Diagnostic, ...]:
    """Find what can never be true, so that a rule or a part of it can never fire."""
    return tuple(_told(rules, lambda rule: _contradictions(rule, watchlist)))


def oddities(rules: Sequence[Rule], known: KnownNames, *, subscribers: Sequence[str]) -> tuple[Diagnostic, ...]:
    """Find what is allowed and hardly meant. `subscribers` are those but for the operator."""
    told = {name for rule in rules for name in rule.subscribers}
    idle = (f'subscriber "{name}" is told by no rule; name it in one' for name in subscribers if name not in told)
    return (*_told(rules, lambda rule: _odd(rule, known)), *(Diagnostic(what=what) for what in idle))


def _told(rules: Sequence[Rule], found_in: _Look) -> Iterator[Diagnostic]:
    for number, rule in enumerate(rules):
        for key, what in found_in(rule):
            yield Diagnostic(what=f'rule "{rule.name}": {what}', rule=number, key=key)


def _wrong(rule: Rule, known: KnownNames) -> Iterator[tuple[str, str]]:
    for key, checked in _checks(rule):
        if checked.wrong:
            yield from ((key, what) for what in checked.wrong(key, getattr(rule, key), known))


def _odd(rule: Rule, known: KnownNames) -> Iterator[tuple[str, str]]:
    for key, checked in _checks(rule):
        if checked.odd:
            yield from ((key, what) for what in checked.odd(key, getattr(rule, key), known))
    yield from (("keywords", what) for what in _unspoken(rule, known))


def _unspoken(rule: Rule, known: KnownNames) -> Iterator[str]:
    """Yield each language that an outlet the rule looks at writes in, and in which it has no phrase."""
    outlets: dict[str, list[str]] = {}
    for outlet, language in known.languages:
        if _looks_at(rule, outlet, main_language(language)):
            outlets.setdefault(main_language(language), []).append(outlet)
    phrases = [wording for keyword in rule.phrases for wording in wordings(keyword, known.watchlist)]
    for language, writing in outlets.items():
        if not any(is_of(phrase, language) for phrase in phrases):
            yield (
                f"articles of {few(writing)} are in {language_name(language)}, and no phrase of keywords is; add some, "
                "or use a topic that has them, such as topic:ceasefire"
            )


def _looks_at(rule: Rule, outlet: str, language: str) -> bool:
    named = name_key(outlet)
    return (
        (not rule.languages or language in rule.languages)
        and language not in rule.not_languages
        and (not rule.outlets or named in map(name_key, rule.outlets))
        and named not in map(name_key, rule.not_outlets)
    )


def _checks(rule: Rule) -> Iterator[tuple[str, Checked]]:
    """Yield the checks that keys declare."""
    for key, field in type(rule).model_fields.items():
        yield from ((key, each) for each in field.metadata if isinstance(each, Checked))


def _contradictions(rule: Rule, watchlist: Watchlist) -> Iterator[tuple[str, str]]:
    """Yield what can't be true in a rule, as (key, what is wrong and what to change)."""
    yield from _nobody_left(rule)
    yield from (("where", what) for what in _lonely(rule.where))
    forbidden = tuple(_forbidden(rule.where))
    for keyword in rule.phrases:
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
    spoken = [code for code in _WITH_STATEMENTS if is_english(code) or is_readable(code)]
    unread = f'leaves out every language with statements ({", ".join(spoken)}), which scope "{rule.scope}" needs'
    if rule.languages and not languages:
        yield "not_languages", "every language of languages stands in not_languages too: no article is left"
    elif rule.languages and languages.isdisjoint(spoken) and rule.scope in _BY_STATEMENT:
        yield "languages", f'languages {unread}; use scope "sentence"'
    elif not rule.languages and {*spoken} <= {*rule.not_languages} and rule.scope in _BY_STATEMENT:
        yield "not_languages", f'not_languages {unread}; use scope "sentence"'
    if rule.outlets and {*map(name_key, rule.outlets)} <= {*map(name_key, rule.not_outlets)}:
        yield "not_outlets", "every outlet of outlets stands in not_outlets too: no article is left"


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
    own = [wording for wording in wordings(phrase, watchlist) if not wording.startswith(EXCEPT)]
    for each in forbidden:
        index = PhraseIndex({each: wordings(each, watchlist)})
        if own and all(index.find(wording) for wording in own):
            return each
    return None
