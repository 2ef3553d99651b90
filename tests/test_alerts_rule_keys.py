"""A key of a rule is declared in one place: here keys of our own, which matching, `why-not` and checks take as theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import Field

from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.matching import find_matches, first_failure
from alerts.occurrences import Nearness, Occurrence, Texts
from alerts.records import Scope
from alerts.rule_checks import oddities, wrong_names
from alerts.rule_names import KnownNames
from alerts.rules import Checked, Lack, OfArticle, OfHit, OfSpeaker, Rule
from extractors.records import Article, Reading
from tests.alert_examples import article, compiled, read, said, watchlist


def doubtful(least: float, near: Nearness) -> Lack | None:
    """Ask that he is named, or that a pronoun's reading is so certain."""
    certainty = 1.0 if near.known_by is None else near.known_by.confidence or 0.0
    return None if certainty >= least else (f"the speaker is certain to {certainty}", "lower min_confidence")


def too_long(most: int, own: Article) -> Lack | None:
    """Ask for an article of so many words."""
    words = len(own.text.split())
    return None if words <= most else (f"it has {words} words", "raise most_words")


def unasked(asked: bool, at: Occurrence) -> Lack | None:
    """Ask for a sentence that is a question."""
    question = at.layout.sentences[at.sentence].slice(at.layout.text).endswith("?")
    return None if question or not asked else ("no question holds it", "drop question")


def odd_words(key: str, most: int, _: KnownNames) -> Iterator[str]:
    """Find that no article is so short."""
    if most == 1:
        yield f"{key} leaves titles alone"


def no_words(key: str, most: int, _: KnownNames) -> Iterator[str]:
    """Find that nothing is left."""
    if most == 0:
        yield f"{key} leaves nothing"


class OwnRule(Rule):
    """A rule with keys of our own."""

    min_confidence: Annotated[float, OfSpeaker(doubtful)] = Field(0.0, ge=0, le=1)
    most_words: Annotated[int, OfArticle(too_long), Checked(no_words, odd_words)] = 1000
    question: Annotated[bool, OfHit(unasked)] = False


TEXT = "“We want a ceasefire,” he said. Peskov spoke on Friday."


def own_rule(**changes: Any) -> CompiledRule:
    """Return such a rule on "ceasefire" and any official."""
    plain = {"name": "ceasefire", "keywords": ("ceasefire",), "officials": ("any",), "subscribers": ("desk",)}
    return compile_rules([OwnRule(**plain, **changes)], watchlist())[0]


def reading(certainty: float, text: str = TEXT) -> tuple[Article, Reading]:
    """Return an article whose pronoun was taken for Peskov, with so much certainty."""
    statement = replace(said(text, "We want a ceasefire,", by="he"), confidence=certainty, resolved_by="pronoun")
    own = article(text)
    return own, read(own, statement)


@pytest.mark.parametrize("scope", [Scope.SPEAKS, Scope.STATEMENT, Scope.SENTENCE])
def test_what_is_asked_of_a_speaker_holds_in_every_scope(scope: Scope) -> None:
    """A pronoun that is too uncertain is nobody: in his own words, and in the sentence, where it is a mention."""
    rule = own_rule(scope=scope, min_confidence=0.9)
    assert not find_matches(rule, *reading(0.88))
    assert find_matches(rule, *reading(0.95))
    assert find_matches(own_rule(scope=scope), *reading(0.88))
    failure = first_failure(rule, Texts(*reading(0.88)))
    assert failure
    assert (failure.key, failure.what) == ("min_confidence", "the speaker is certain to 0.88")


@pytest.mark.parametrize("scope", [Scope.PARAGRAPH, Scope.ARTICLE])
def test_who_is_named_farther_away_is_still_meant(scope: Scope) -> None:
    """Where the nearest tie is too uncertain, a wider one that names the official counts, as what it is."""
    (match,) = find_matches(own_rule(scope=scope, min_confidence=0.9), *reading(0.88))
    assert match.scope is Scope.PARAGRAPH
    assert "he" not in {proof.surface for proof in match.evidence}


def test_what_is_asked_of_an_article_or_a_hit_counts() -> None:
    """A key that asks something of the article, or of the phrase's place, keeps a rule from matching and says why."""
    long, question = own_rule(most_words=5), own_rule(question=True)
    for rule, key in ((long, "most_words"), (question, "question")):
        assert not find_matches(rule, *reading(1.0))
        failure = first_failure(rule, Texts(*reading(1.0)))
        assert failure
        assert failure.key == key
    asked = "Does Peskov want a ceasefire?"
    assert find_matches(question, article(asked), read(article(asked)))


def test_a_key_s_own_checks_are_made() -> None:
    """What a key's check finds is told of the rule, under the key."""
    known = KnownNames(watchlist=watchlist())
    (wrong,) = wrong_names([own_rule(most_words=0).rule], watchlist())
    (odd,) = oddities([own_rule(most_words=1).rule], known, subscribers=["desk"])
    assert (wrong.key, wrong.what) == ("most_words", 'rule "ceasefire": most_words leaves nothing')
    assert (odd.key, odd.what) == ("most_words", 'rule "ceasefire": most_words leaves titles alone')


def test_a_later_key_changes_the_version_of_rules_that_use_it_alone() -> None:
    """A rule that says nothing under a new key keeps the version it had."""
    assert own_rule().rule.version == compiled().rule.version
    assert own_rule(min_confidence=0.9).rule.version != compiled().rule.version
