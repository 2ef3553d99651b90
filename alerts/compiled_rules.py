"""Rules made ready to match: phrases indexed, officials looked up, and what their keys ask. Reads no article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from alerts.clauses import phrases_in
from alerts.occurrences import Nearness, Occurrence
from alerts.records import Evidence
from alerts.rule_names import Target, named, wordings
from alerts.rules import Lack, OfArticle, OfHit, OfSpeaker, Rule
from extractors.officials.offices import Offices
from extractors.officials.phrases import PhraseIndex
from extractors.officials.watchlist import Watchlist
from extractors.records import Article

Asked = TypeVar("Asked", OfArticle, OfSpeaker, OfHit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The key of a rule that an article fails, what is so, and what would have to change."""

    key: str
    what: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule ready to match, with those it names, by id, and what its keys ask beyond their defaults.

    `phrases` finds the phrases of every rule compiled together, by keyword as the rules have it, so that a text is
    looked through once for all of them; `keywords` and `excluded` are this rule's. `offices` finds what a text calls
    an office.
    """

    rule: Rule
    phrases: PhraseIndex
    keywords: tuple[str, ...]
    excluded: tuple[str, ...]
    officials: Mapping[str, tuple[Target, ...]]
    keyword_set: frozenset[str]
    offices: Offices
    of_article: tuple[tuple[str, Any, OfArticle], ...] = ()
    of_speaker: tuple[tuple[str, Any, OfSpeaker], ...] = ()
    of_hit: tuple[tuple[str, Any, OfHit], ...] = ()

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

    def takes(self, article: Article) -> bool:
        """Tell whether the rule looks at such an article at all."""
        return self.fails_article(article) is None

    def fails_article(self, article: Article) -> Failure | None:
        """Return the first key that the article as a whole fails."""
        return _first((key, each.lacks(value, article)) for key, value, each in self.of_article)

    def fails_speaker(self, near: Nearness) -> Failure | None:
        """Return the first key that fails by how an official is known to be meant."""
        return _first((key, each.lacks(value, near)) for key, value, each in self.of_speaker)

    def fails_hit(self, occurrence: Occurrence) -> Failure | None:
        """Return the first key that a hit near an official fails."""
        return _first((key, each.lacks(value, occurrence)) for key, value, each in self.of_hit)

    def proofs(self, occurrence: Occurrence) -> tuple[Evidence, ...]:
        """Return what the keys that ask something of a hit rest on."""
        given = (each.proofs(value, occurrence) for _, value, each in self.of_hit if each.proofs)
        return tuple(proof for proofs in given for proof in proofs)


def compile_rules(rules: Iterable[Rule], watchlist: Watchlist) -> tuple[CompiledRule, ...]:
    """Return the rules ready to match; names the watchlist does not have are left out."""
    rules = list(rules)
    keywords = dict.fromkeys(keyword for rule in rules for keyword in _phrases_of(rule))
    phrases = PhraseIndex({keyword: wordings(keyword, watchlist) for keyword in keywords})
    offices = Offices(watchlist)
    # Most rules name the same: "any" is everybody on the watchlist.
    officials = {names: _meant(names, watchlist) for names in dict.fromkeys(rule.officials for rule in rules)}
    return tuple(_compiled(rule, phrases, offices, officials[rule.officials]) for rule in rules)


def _phrases_of(rule: Rule) -> Iterator[str]:
    yield from rule.phrases
    yield from rule.exclude
    yield from phrases_in(rule.where)


def _meant(names: Iterable[str], watchlist: Watchlist) -> Mapping[str, tuple[Target, ...]]:
    officials: dict[str, tuple[Target, ...]] = {}
    for each in (found for text in names for found in named(text, watchlist)):
        officials[each.ref_id] = (*officials.get(each.ref_id, ()), each)
    return officials


def _compiled(
    rule: Rule, phrases: PhraseIndex, offices: Offices, officials: Mapping[str, tuple[Target, ...]]
) -> CompiledRule:
    return CompiledRule(
        rule=rule,
        phrases=phrases,
        keywords=rule.phrases,
        excluded=tuple(dict.fromkeys(rule.exclude)),
        officials=officials,
        keyword_set=frozenset(rule.phrases),
        offices=offices,
        of_article=_asked(rule, OfArticle),
        of_speaker=_asked(rule, OfSpeaker),
        of_hit=_asked(rule, OfHit),
    )


def _asked(rule: Rule, kind: type[Asked]) -> tuple[tuple[str, Any, Asked], ...]:
    """Return what the keys ask in which the rule says something else than the default."""
    return tuple(
        (key, getattr(rule, key), each)
        for key, field in type(rule).model_fields.items()
        for each in field.metadata
        if isinstance(each, kind) and getattr(rule, key) != field.default
    )


def _first(lacks: Iterable[tuple[str, Lack | None]]) -> Failure | None:
    return next((Failure(key=key, what=lack[0], change=lack[1]) for key, lack in lacks if lack), None)
