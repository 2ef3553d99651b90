"""What is wrong in rules, as far as they alone show it: names nobody has, and clauses that can't be true."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from alerts.contradictions import contradictions
from alerts.naming import known_names, named
from alerts.records import Rule
from alerts.rules import TOPIC, name_key, phrases_of, topic_name
from extractors.officials.phrases import PhraseIndex, tokens
from extractors.officials.watchlist import Watchlist

_FEW = 12
_Look = Callable[[Rule], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to tell about the rules in a line; `rule` is the number of the rule and `key` where in it."""

    what: str
    rule: int | None = None
    key: str | None = None


def wrong_names(rules: Sequence[Rule], watchlist: Watchlist, subscribers: Sequence[str]) -> tuple[Finding, ...]:
    """Find what keeps rules from being compiled: what they name and nobody has, and what is missing."""
    counts = Counter(rule.name for rule in rules)
    twice = (
        Finding(what=f'rule "{name}": the name stands {count} times') for name, count in counts.items() if count > 1
    )
    return (*twice, *_told(rules, lambda rule: _wrong(rule, watchlist, subscribers)))


def dead_clauses(rules: Sequence[Rule], watchlist: Watchlist) -> tuple[Finding, ...]:
    """Find what can never be true, so that a rule or a part of it can never fire."""
    return tuple(_told(rules, lambda rule: contradictions(rule, watchlist)))


def oddities(
    rules: Sequence[Rule], watchlist: Watchlist, *, subscribers: Sequence[str], outlets: Sequence[str], on: date
) -> tuple[Finding, ...]:
    """Find what is allowed and hardly meant. `subscribers` are those but for the operator, `outlets` those known."""
    told = {name for rule in rules for name in rule.subscribers}
    idle = (f'subscriber "{name}" is told by no rule; name it in one' for name in subscribers if name not in told)
    return (
        *_told(rules, lambda rule: _odd(rule, watchlist, outlets, on)),
        *(Finding(what=what) for what in idle),
    )


def _told(rules: Sequence[Rule], found_in: _Look) -> Iterator[Finding]:
    for number, rule in enumerate(rules):
        for key, what in found_in(rule):
            yield Finding(what=f'rule "{rule.name}": {what}', rule=number, key=key)


def _wrong(rule: Rule, watchlist: Watchlist, subscribers: Sequence[str]) -> Iterator[tuple[str, str]]:
    for key in ("keywords", "officials", "subscribers"):
        if not getattr(rule, key):
            yield key, f"{key} is empty; name at least one"
    for key, keyword in phrases_of(rule):
        yield from ((key, what) for what in _wrong_keyword(key, keyword, watchlist))
    for text in rule.officials:
        if not named(text, watchlist):
            sort, names = known_names(text, watchlist)
            yield "officials", f'unknown {sort} "{text}"{nearest_name(text, names)}'
    for name in rule.subscribers:
        if name not in subscribers:
            known = {each: each for each in subscribers}
            yield "subscribers", f'unknown subscriber "{name}"{nearest_name(name, known)}'


def _wrong_keyword(key: str, keyword: str, watchlist: Watchlist) -> Iterator[str]:
    topic = topic_name(keyword)
    if topic is not None and not watchlist.topic(topic):
        names = {f"{TOPIC}{each.topic}": f"{TOPIC}{each.topic}" for each in watchlist.topics}
        yield f'unknown topic "{keyword}"{nearest_name(keyword, names)}'
    elif topic is None and not tokens(keyword):
        yield f'"{keyword}" in {key} has no word in it'


def _odd(rule: Rule, watchlist: Watchlist, outlets: Sequence[str], on: date) -> Iterator[tuple[str, str]]:
    known = {each: each for each in outlets}
    keys = {name_key(each) for each in outlets}
    for key in ("outlets", "not_outlets"):
        for name in getattr(rule, key):
            if name_key(name) not in keys:
                yield key, f'no feed or stored article is of an outlet "{name}"{nearest_name(name, known)}'
    for one, other in _same_phrases(rule.keywords):
        yield "keywords", f'"{one}" and "{other}" are one phrase; keep one'
    for text in rule.officials:
        found = named(text, watchlist)
        if found and not any(each.holds(on) for each in found):
            yield "officials", f'nobody holds "{text}" on {on}; it matches older articles only'


def _same_phrases(keywords: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of phrases that find the same: each is found in the other, from end to end."""
    for at, other in enumerate(keywords):
        for one in keywords[:at]:
            if topic_name(one) is None and topic_name(other) is None and _finds(one, other) and _finds(other, one):
                yield one, other


def _finds(phrase: str, text: str) -> bool:
    words = tokens(text)
    hits = PhraseIndex({phrase: [phrase]}).find(text) if words else ()
    return any(hit.span.start == words[0].start and hit.span.end >= words[-1].end - 2 for hit in hits)


def nearest_name(text: str, names: Mapping[str, str]) -> str:
    """Return "; did you mean …?" with the nearest name to write, or the few there are when none is near."""
    written = {spelling.casefold(): name for spelling, name in names.items()}
    near = difflib.get_close_matches(text.casefold(), written, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{written[near[0]]}"?'
    few = sorted(set(names.values()))
    return f"; there are {', '.join(few)}" if 0 < len(few) <= _FEW else ""
