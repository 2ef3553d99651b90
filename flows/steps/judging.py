"""Deciding about matches: each on its history and on how many sources its story has, some a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.compiled_rules import CompiledRule
from alerts.deciding import Case, decide, past_alert
from alerts.history import History
from alerts.matching import find_all_matches
from alerts.records import Decision, Match, PastAlert, Reason
from alerts.silencing import is_hushed
from extractors.copies.sameness import SAID_ONCE
from extractors.records import Span
from flows.setup import Setup
from warehouse import alerts, silences, stories
from warehouse.articles import stored_articles
from warehouse.records import ReadArticle
from warehouse.session import Session

# How long a match waits for another source.
OPEN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A match with the rule and article it is between."""

    rule: CompiledRule
    match: Match
    found: ReadArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The story of each article, and the independent sources of each story and utterance."""

    stories: Mapping[str, str]
    of_stories: Mapping[str, frozenset[str]]
    of_utterances: Mapping[str, frozenset[str]]

    def sources(self, match: Match) -> int:
        """Return how many independent sources a match rests on: those that tell its story or report its utterance."""
        of_story = self.of_stories.get(self.stories[match.article_id], frozenset())
        return max(1, len(of_story | self.of_utterances.get(match.utterance_id or "", frozenset())))


def candidates_in(
    rules: Sequence[CompiledRule], found: ReadArticle, *, within: Sequence[Span] | None = None
) -> list[Candidate]:
    """Match one article against every rule, or those stretches of it."""
    of_rules = zip(rules, find_all_matches(rules, found.article, found.reading, within=within), strict=True)
    return [Candidate(rule=rule, match=match, found=found) for rule, matches in of_rules for match in matches]


def decide_all(session: Session, candidates: Sequence[Candidate], now: datetime) -> tuple[Decision, ...]:
    """Decide about each match in turn, each with the alerts of those before it in its history."""
    standing = standing_of(session, candidates)
    past = History(history(session, candidates, now))
    hushed = silences.active_silences(session, now)
    decisions = []
    for candidate in candidates:
        rule, match = candidate.rule.rule, candidate.match
        case = Case(
            rule=rule,
            match=match,
            article=candidate.found.article,
            arrival=candidate.found.arrival,
            story_id=standing.stories[match.article_id],
            now=now,
            past=past,
            sources=standing.sources(match),
            silenced=is_hushed(hushed, rule, match.official_id, now),
        )
        decisions.append(decision := decide(case))
        if decision.alert:
            past.add(past_alert(decision.alert))
    return tuple(decisions)


def standing_of(session: Session, candidates: Sequence[Candidate]) -> Standing:
    """Return what the warehouse knows of these candidates' stories and utterances."""
    articles = sorted({candidate.match.article_id for candidate in candidates})
    said = sorted({name for candidate in candidates if (name := candidate.match.utterance_id)})
    of_articles = stories.current_stories(session, articles) if articles else {}
    return Standing(
        stories=of_articles,
        of_stories=stories.roots(session, sorted(set(of_articles.values()))) if articles else {},
        of_utterances=stories.roots_of_utterances(session, said) if said else {},
    )


def history(session: Session, candidates: Sequence[Candidate], now: datetime) -> tuple[PastAlert, ...]:
    """Return the alerts that can matter to these candidates: recent ones, and any about the same articles.

    Each is of the story its article belongs to by now: two stories may have turned out to be one since.
    """
    if not candidates:
        return ()
    longest = max([SAID_ONCE, *(candidate.rule.rule.cooldown for candidate in candidates)])
    past = alerts.past_alerts(
        session,
        since=now - longest,
        article_ids=sorted({candidate.match.article_id for candidate in candidates}),
        now=now,
    )
    of_articles = stories.current_stories(session, sorted({alert.article_id for alert in past})) if past else {}
    return tuple(in_story_now(alert, of_articles) for alert in past)


def in_story_now(alert: PastAlert, of_articles: Mapping[str, str]) -> PastAlert:
    """Return an alert under the story that its article belongs to by now."""
    story_id = of_articles.get(alert.article_id, alert.story_id)
    return alert if story_id == alert.story_id else replace(alert, story_id=story_id)


def corroborated(setup: Setup, session: Session, fresh: Sequence[ReadArticle], now: datetime) -> tuple[Decision, ...]:
    """Decide again what waited for another source, where these new articles may have brought it."""
    waiting = [rule for rule in setup.rules if rule.rule.min_independent > 1]
    if not waiting or not fresh:
        return ()
    articles = [found.article.article_id for found in fresh]
    still_open = stories.open_decisions(
        session,
        rules=[rule.rule.name for rule in waiting],
        stories=sorted(set(stories.current_stories(session, articles).values())),
        utterances=sorted({said.utterance_id for found in fresh for said in found.reading.statements}),
        fresh=articles,
        since=now - OPEN,
    )
    stored = stored_articles(session, sorted({article_id for _, article_id, _ in still_open}))
    again = [
        candidate
        for found in stored
        for candidate in candidates_in(waiting, found)
        if (candidate.rule.rule.name, candidate.match.article_id, candidate.match.official_id) in still_open
    ]
    decided = decide_all(session, again, now)
    return tuple(decision for decision in decided if decision.reason is not Reason.BELOW_CORROBORATION)
