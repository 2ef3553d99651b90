"""Rules made ready to match: phrases indexed, officials looked up in the watchlist. Reads no article and no file."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from alerts.naming import Named, known_names, named
from alerts.records import Rule
from extractors.phrases import PhraseIndex, tokens
from extractors.watchlist import Watchlist

_TOPIC = "topic:"
_FEW = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule with its version and those it names, by id.

    `phrases` finds the phrases of every rule compiled together, by keyword as the rules have it, so that a text is
    looked through once for all of them; `keywords` and `excluded` are this rule's.
    """

    rule: Rule
    phrases: PhraseIndex
    keywords: tuple[str, ...]
    excluded: tuple[str, ...]
    officials: Mapping[str, tuple[Named, ...]]

    @property
    def name(self) -> str:
        """Return the rule's name."""
        return self.rule.name

    def wants(self, ref_id: str | None, on: date | None) -> bool:
        """Tell whether the rule names whoever has this id, in the office held on that day."""
        return ref_id is not None and any(each.holds(on) for each in self.officials.get(ref_id, ()))

    def called(self, ref_id: str) -> str:
        """Return the canonical name of someone the rule names."""
        return self.officials[ref_id][0].name


def compile_rules(rules: Iterable[Rule], watchlist: Watchlist) -> tuple[CompiledRule, ...]:
    """Return the rules ready to match, each with its version; names the watchlist does not have are left out."""
    rules = list(rules)
    keywords = dict.fromkeys(keyword for rule in rules for keyword in (*rule.keywords, *rule.exclude))
    phrases = PhraseIndex({keyword: _wordings(keyword, watchlist) for keyword in keywords})
    return tuple(_compiled(rule, phrases, watchlist) for rule in rules)


def rule_problems(rules: Iterable[Rule], watchlist: Watchlist, subscribers: Iterable[str]) -> tuple[str, ...]:
    """Return one line for each thing wrong in the rules, with the nearest right name; `subscribers` are names."""
    rules, known = list(rules), list(subscribers)
    counts = Counter(rule.name for rule in rules)
    twice = (f'rule "{name}": the name stands {count} times' for name, count in counts.items() if count > 1)
    return (*twice, *(f'rule "{rule.name}": {problem}' for rule in rules for problem in _wrong(rule, watchlist, known)))


def version_of(rule: Rule) -> str:
    """Return a short digest of everything the rule says."""
    said = [f"{field.name}={getattr(rule, field.name)!r}" for field in fields(rule) if field.name != "version"]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def _compiled(rule: Rule, phrases: PhraseIndex, watchlist: Watchlist) -> CompiledRule:
    officials: dict[str, tuple[Named, ...]] = {}
    for each in (found for text in rule.officials for found in named(text, watchlist)):
        officials[each.ref_id] = (*officials.get(each.ref_id, ()), each)
    return CompiledRule(
        rule=replace(rule, version=version_of(rule)),
        phrases=phrases,
        keywords=tuple(dict.fromkeys(rule.keywords)),
        excluded=tuple(dict.fromkeys(rule.exclude)),
        officials=officials,
    )


def _wordings(keyword: str, watchlist: Watchlist) -> tuple[str, ...]:
    """Return a topic's whole lexicon, or the phrase itself."""
    name = _topic_name(keyword)
    if name is None:
        return (keyword,)
    topic = watchlist.topic(name)
    return topic.phrases if topic else ()


def _topic_name(keyword: str) -> str | None:
    start, name = keyword[: len(_TOPIC)], keyword[len(_TOPIC) :]
    return name.strip() if start.casefold() == _TOPIC else None


def _wrong(rule: Rule, watchlist: Watchlist, subscribers: Sequence[str]) -> Iterator[str]:
    for key in ("keywords", "officials", "subscribers"):
        if not getattr(rule, key):
            yield f"{key} is empty; name at least one"
    for key, keyword in [("keywords", each) for each in rule.keywords] + [("exclude", each) for each in rule.exclude]:
        yield from _wrong_keyword(key, keyword, watchlist)
    for text in rule.officials:
        if not named(text, watchlist):
            sort, names = known_names(text, watchlist)
            yield f'unknown {sort} "{text}"{_nearest(text, names)}'
    for name in rule.subscribers:
        if name not in subscribers:
            yield f'unknown subscriber "{name}"{_nearest(name, {each: each for each in subscribers})}'


def _wrong_keyword(key: str, keyword: str, watchlist: Watchlist) -> Iterator[str]:
    topic = _topic_name(keyword)
    if topic is not None and not watchlist.topic(topic):
        names = {f"{_TOPIC}{each.topic}": f"{_TOPIC}{each.topic}" for each in watchlist.topics}
        yield f'unknown topic "{keyword}"{_nearest(keyword, names)}'
    elif topic is None and not tokens(keyword):
        yield f'"{keyword}" in {key} has no word in it'


def _nearest(text: str, names: Mapping[str, str]) -> str:
    """Return "; did you mean …?" with the nearest name to write, or the few there are when none is near."""
    written = {spelling.casefold(): name for spelling, name in names.items()}
    near = difflib.get_close_matches(text.casefold(), written, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{written[near[0]]}"?'
    few = sorted(set(names.values()))
    return f"; there are {', '.join(few)}" if 0 < len(few) <= _FEW else ""
