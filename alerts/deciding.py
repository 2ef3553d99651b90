"""Deciding about a match: one reason each, from match, history and the moment given. Nothing is read or kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.records import Alert, Arrival, Decision, Match, PastAlert, Reason, Rule
from extractors.records import Article

# The same words by the same speaker fire once in this time, whatever the rule's cooldown.
UTTERANCE_WINDOW = timedelta(hours=48)


def decide(
    rule: Rule,
    match: Match,
    *,
    article: Article,
    arrival: Arrival,
    story_id: str,
    now: datetime,
    past: Sequence[PastAlert],
    sources: int = 1,
) -> Decision:
    """Return the decision about `match`, with the alert when it fires.

    `past` are the alerts fired so far, those of this pass included; `sources` the independent sources of the story.
    Of the reasons that hold the first of this order is given: imported, repeat, excluded, too_old, undated,
    below_corroboration, same_utterance, cooldown; when none does it is new (the first alert of the rule about this
    official in this story) or new_match.
    """
    own = [alert for alert in past if alert.rule == rule.name]
    reason = (
        _imported(arrival)
        or _repeat(match, own)
        or _excluded(match)
        or _too_old(rule, article)
        or _undated(rule, article, arrival)
        or _below_corroboration(rule, sources)
        or _same_utterance(match, own, now)
        or _by_story(rule, match.official_id, story_id, own, now)
    )
    alert = _alert(rule, match, story_id=story_id, now=now, reason=reason) if reason.fires else None
    return Decision(
        rule=rule.name,
        article_id=match.article_id,
        official_id=match.official_id,
        decided_at=now,
        reason=reason,
        alert=alert,
    )


def alert_id(rule: str, article_id: str, official_id: str) -> str:
    """Name the one alert a rule, an article and an official can have; the rule's version is no part of it."""
    return hashlib.sha256(f"{rule}|{article_id}|{official_id}".encode()).hexdigest()[:16]


def past_alert(alert: Alert) -> PastAlert:
    """Return as much of an alert as later decisions need."""
    return PastAlert(
        rule=alert.rule,
        article_id=alert.article_id,
        official_id=alert.official_id,
        story_id=alert.story_id,
        fired_at=alert.fired_at,
        utterance_id=alert.utterance_id,
    )


def _imported(arrival: Arrival) -> Reason | None:
    return Reason.IMPORTED if arrival is Arrival.IMPORTED else None


def _repeat(match: Match, own: Sequence[PastAlert]) -> Reason | None:
    fired = any((past.article_id, past.official_id) == (match.article_id, match.official_id) for past in own)
    return Reason.REPEAT if fired else None


def _excluded(match: Match) -> Reason | None:
    return Reason.EXCLUDED if match.excluded_by is not None else None


def _too_old(rule: Rule, article: Article) -> Reason | None:
    """Age runs from publication to arrival, so that time spent waiting in our own queue never makes news old."""
    if rule.max_age is None or article.published_at is None:
        return None
    return Reason.TOO_OLD if article.first_seen_at - article.published_at > rule.max_age else None


def _undated(rule: Rule, article: Article, arrival: Arrival) -> Reason | None:
    """Take an undated article for new, except on its feed's first poll, where anything of the archive may stand."""
    unknown = article.published_at is None and arrival is Arrival.FIRST_POLL and rule.max_age is not None
    return Reason.UNDATED if unknown else None


def _below_corroboration(rule: Rule, sources: int) -> Reason | None:
    return Reason.BELOW_CORROBORATION if sources < rule.min_independent else None


def _same_utterance(match: Match, own: Sequence[PastAlert], now: datetime) -> Reason | None:
    """Hold back words that fired from another article; within one article each official has an alert of his own."""
    fired = any(
        past.utterance_id == match.utterance_id
        and past.article_id != match.article_id
        and now - past.fired_at < UTTERANCE_WINDOW
        for past in own
    )
    return Reason.SAME_UTTERANCE if match.utterance_id is not None and fired else None


def _by_story(rule: Rule, official_id: str, story_id: str, own: Sequence[PastAlert], now: datetime) -> Reason:
    fired_at = [past.fired_at for past in own if (past.official_id, past.story_id) == (official_id, story_id)]
    if not fired_at:
        return Reason.NEW
    return Reason.COOLDOWN if now - max(fired_at) < rule.cooldown else Reason.NEW_MATCH


def _alert(rule: Rule, match: Match, *, story_id: str, now: datetime, reason: Reason) -> Alert:
    return Alert(
        alert_id=alert_id(rule.name, match.article_id, match.official_id),
        rule=rule.name,
        rule_version=rule.version,
        article_id=match.article_id,
        story_id=story_id,
        fired_at=now,
        severity=rule.severity,
        keyword=match.keyword,
        official_id=match.official_id,
        official=match.official,
        scope=match.scope,
        place=match.place,
        excerpt=match.excerpt,
        excerpt_span=match.excerpt_span,
        reason=reason,
        evidence=match.evidence,
        utterance_id=match.utterance_id,
    )
