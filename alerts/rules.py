"""Rules made ready to match: phrases indexed, officials looked up in the watchlist. Reads no article and no file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from alerts.clauses import phrases_in
from alerts.naming import Named, named
from alerts.records import Rule
from extractors.officials.phrases import PhraseIndex
from extractors.officials.watchlist import Watchlist
from extractors.records import Article
from extractors.text.words import fold

TOPIC = "topic:"
# Keys that came later: a rule without them keeps the version it had.
_NEWER = frozenset(
    {"where", "negation", "historical", "outlets", "not_outlets", "languages", "not_languages", "follow_ups", "repeat"}
)


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
    keyword_set: frozenset[str]
    outlets: frozenset[str]
    not_outlets: frozenset[str]

    @property
    def name(self) -> str:
        """Return the rule's name."""
        return self.rule.name

    def wants(self, ref_id: str | None, on: date | None) -> bool:
        """Tell whether the rule names whoever has this id, in the office held on that day."""
        return ref_id is not None and any(each.holds(on) for each in self.officials.get(ref_id, ()))

    def takes(self, article: Article) -> bool:
        """Tell whether the rule looks at this outlet and language at all; what says no language is English."""
        return self.takes_outlet(article) and self.takes_language(article)

    def takes_outlet(self, article: Article) -> bool:
        """Tell whether the rule looks at this outlet."""
        outlet = name_key(article.outlet)
        return outlet not in self.not_outlets and (not self.outlets or outlet in self.outlets)

    def takes_language(self, article: Article) -> bool:
        """Tell whether the rule looks at this language."""
        language, rule = language_of(article), self.rule
        return language not in rule.not_languages and (not rule.languages or language in rule.languages)

    def called(self, ref_id: str) -> str:
        """Return the canonical name of someone the rule names."""
        return self.officials[ref_id][0].name


def compile_rules(rules: Iterable[Rule], watchlist: Watchlist) -> tuple[CompiledRule, ...]:
    """Return the rules ready to match, each with its version; names the watchlist does not have are left out."""
    rules = list(rules)
    keywords = dict.fromkeys(keyword for rule in rules for _, keyword in phrases_of(rule))
    phrases = PhraseIndex({keyword: _wordings(keyword, watchlist) for keyword in keywords})
    return tuple(_compiled(rule, phrases, watchlist) for rule in rules)


def phrases_of(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield every phrase a rule looks for, with the key it stands under."""
    for key, phrases in (("keywords", rule.keywords), ("exclude", rule.exclude), ("where", phrases_in(rule.where))):
        yield from ((key, phrase) for phrase in phrases)


def language_of(article: Article) -> str:
    """Return the article's language as ISO 639-1; one that does not say is taken for English, as it is read."""
    return (article.language or "en").partition("-")[0].casefold()


def name_key(name: str) -> str:
    """Return what spellings of an outlet's name share."""
    return " ".join(fold(name.casefold()).split())


def version_of(rule: Rule) -> str:
    """Return a short digest of everything the rule says; what it leaves out of the newer keys does not count."""
    said = [
        f"{field.name}={getattr(rule, field.name)!r}"
        for field in fields(rule)
        if field.name != "version" and not (field.name in _NEWER and getattr(rule, field.name) == field.default)
    ]
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
        keyword_set=frozenset(rule.keywords),
        outlets=frozenset(map(name_key, rule.outlets)),
        not_outlets=frozenset(map(name_key, rule.not_outlets)),
    )


def _wordings(keyword: str, watchlist: Watchlist) -> tuple[str, ...]:
    """Return a topic's whole lexicon, or the phrase itself."""
    name = topic_name(keyword)
    if name is None:
        return (keyword,)
    topic = watchlist.topic(name)
    return topic.phrases if topic else ()


def topic_name(keyword: str) -> str | None:
    """Return NAME of `topic:NAME`, None for a plain phrase."""
    start, name = keyword[: len(TOPIC)], keyword[len(TOPIC) :]
    return name.strip() if start.casefold() == TOPIC else None
