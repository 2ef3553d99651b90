"""Deciding about a match: one reason each, from match, history and the moment given. Nothing is read or kept.

`POLICY` is the whole of it, in order: the first question with an answer decides. What a silence covers stands here too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.history import History, said_in
from alerts.records import Alert, Arrival, Brought, Change, Decision, Match, PastAlert, Reason, Scope, Silence
from alerts.rules import Rule
from extractors.copies.sameness import SAID_ONCE
from extractors.negotiation.positions import SIDES, Side
from extractors.records import Article
from extractors.speech.stances import Stance

# What he has not said for so long is said for the first time, for a rule on that.
FIRST_AGAIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A match and all that deciding about it rests on.

    `past` are the alerts fired so far, those of this pass included; `sources` the independent sources it has.
    `said_before_at` is when he last said the like of all that it holds; None where some of it is said the first time.
    `brought` is what it has changed.
    """

    rule: Rule
    match: Match
    article: Article
    arrival: Arrival
    story_id: str
    now: datetime
    past: History
    sources: int = 1
    silenced: bool = False
    said_before_at: datetime | None = None
    brought: tuple[Brought, ...] = ()

    @property
    def lately(self) -> datetime:
        """Return the moment after which a thing said is not said again."""
        return self.now - SAID_ONCE


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reason, and the alert that had told it already or that it follows."""

    reason: Reason
    other: PastAlert | None = None


def decision(case: Case) -> Decision:
    """Return the decision about a match, with the alert when it fires."""
    verdict = next(verdict for question in POLICY if (verdict := question(case)))
    fires = verdict.reason.fires
    return Decision(
        rule=case.rule.name,
        article_id=case.match.article_id,
        official_id=case.match.official_id,
        decided_at=case.now,
        reason=verdict.reason,
        alert=_alert(case, verdict) if fires else None,
        told_by=verdict.other.alert_id if verdict.other and not fires else None,
    )


def _imported(case: Case) -> Verdict | None:
    """Keep what comes from an archive from firing."""
    return Verdict(Reason.IMPORTED) if case.arrival is Arrival.IMPORTED else None


def _repeat(case: Case) -> Verdict | None:
    """Let a rule, an article and an official make one alert, however often the article changes."""
    fired = case.past.on(case.match)
    return Verdict(Reason.REPEAT, fired) if fired else None


def _excluded(case: Case) -> Verdict | None:
    """Mind a phrase of `exclude` that stands near."""
    return Verdict(Reason.EXCLUDED) if case.match.excluded_by is not None else None


def _historical(case: Case) -> Verdict | None:
    """Leave out what rests on a past round alone, unless the rule wants that."""
    return Verdict(Reason.HISTORICAL) if case.match.historical else None


def _too_old(case: Case) -> Verdict | None:
    """Age runs from publication to arrival, so that time spent waiting in our own queue never makes news old."""
    max_age, article = case.rule.max_age, case.article
    if max_age is None or article.published_at is None:
        return None
    return Verdict(Reason.TOO_OLD) if article.first_seen_at - article.published_at > max_age else None


def _undated(case: Case) -> Verdict | None:
    """Take an undated article for new, except on its feed's first poll, where anything of the archive may stand."""
    unknown = case.article.published_at is None and case.arrival is Arrival.FIRST_POLL
    return Verdict(Reason.UNDATED) if unknown and case.rule.max_age is not None else None


def _not_first(case: Case) -> Verdict | None:
    """Tell what is said for the first time in a while alone, where the rule wants that."""
    if case.rule.first is None:
        return None
    is_again = _said_within(case, case.rule.first)
    return Verdict(Reason.NOT_FIRST) if is_again or not said_in(case.match) else None


def _no_change(case: Case) -> Verdict | None:
    """Tell what has changed something alone, where the rule waits for that, and each change of his stance once.

    It is decided again when something else comes that makes it a change.
    """
    if not case.rule.on or any(_is_awaited(case, each) for each in case.brought):
        return None
    if Change.FIRST in case.rule.on and said_in(case.match) and not _said_within(case, FIRST_AGAIN):
        return None
    return Verdict(Reason.NO_CHANGE)


def _is_awaited(case: Case, brought: Brought) -> bool:
    """Tell whether a change is one that the rule waits for, by whom it is matched with."""
    rule = case.rule
    by_him = brought.official_id == case.match.official_id if brought.official_id else case.match.scope is Scope.SPEAKS
    if brought.change not in rule.on or not by_him:
        return False
    if rule.topics and brought.topic and brought.topic not in rule.topics:
        return False
    told = case.past.latest(case.match, case.lately)
    if brought.change is not Change.SHIFT:
        return brought.change is not Change.SPIKE or told is None
    is_told = told is not None and told.stance == brought.to_stance and told.article_id != case.match.article_id
    return (
        not is_told
        and (not rule.from_stance or brought.from_stance in rule.from_stance)
        and (not rule.to_stance or brought.to_stance in rule.to_stance)
    )


def _said_within(case: Case, time: timedelta) -> bool:
    """Tell whether the official had said the like in that time before."""
    said_at, before = case.article.published_at or case.article.first_seen_at, case.said_before_at
    return before is not None and said_at - before <= time


def _below_corroboration(case: Case) -> Verdict | None:
    """Let it wait for as many independent sources as the rule wants; it is decided again when it gains one."""
    return Verdict(Reason.BELOW_CORROBORATION) if case.sources < case.rule.min_independent else None


def _same_utterance(case: Case) -> Verdict | None:
    """Hold back what was all told from other articles, and what others of this article say with the official as one.

    Else each official of an article has an alert of his own.
    """
    if as_one := case.past.said_as_one(case.match):
        return Verdict(Reason.SAME_UTTERANCE, as_one)
    leading = case.match.leading_ids or said_in(case.match)
    told = [case.past.saying(case.match, utterance_id, case.lately) for utterance_id in leading]
    known = [alert for alert in told if alert]
    return Verdict(Reason.SAME_UTTERANCE, known[0]) if known and len(known) == len(told) else None


def _duplicate(case: Case) -> Verdict | None:
    """Hold back a passage told in nearly these words, and a story told before where nobody is heard saying anything."""
    alike = case.past.worded(case.match, case.lately)
    if said_in(case.match):
        return Verdict(Reason.DUPLICATE, alike) if alike and not said_in(alike) else None
    told = [alert for alert in _told_in_story(case) if alert.fired_at > case.lately]
    known = alike or (told[-1] if told and not _turns(case) else None)
    return Verdict(Reason.DUPLICATE, known) if known else None


def _cooldown(case: Case) -> Verdict | None:
    """Rest for the rule's cooldown once the story was told, unless something is denied or a stance has changed."""
    cooling = [
        alert for alert in _told_in_story(case) if alert.reaches and case.now - alert.fired_at < case.rule.cooldown
    ]
    return Verdict(Reason.COOLDOWN, cooling[-1]) if cooling and not _turns(case) else None


def _silenced(case: Case) -> Verdict | None:
    """Heed a silence where it would have fired."""
    return Verdict(Reason.SILENCED) if case.silenced else None


def _new_match(case: Case) -> Verdict | None:
    """Fire for something else in a story that was told before."""
    told = _told_in_story(case)
    return Verdict(Reason.NEW_MATCH, told[-1]) if told else None


def _new(_case: Case) -> Verdict | None:
    """Fire for the rule's first about this official in this story."""
    return Verdict(Reason.NEW)


Question = Callable[[Case], Verdict | None]
POLICY: tuple[Question, ...] = (
    _imported,
    _repeat,
    _excluded,
    _historical,
    _too_old,
    _undated,
    _not_first,
    _no_change,
    _below_corroboration,
    _same_utterance,
    _duplicate,
    _cooldown,
    _silenced,
    _new_match,
    _new,
)


def _told_in_story(case: Case) -> list[PastAlert]:
    return list(case.past.telling(case.match, case.story_id))


def _turns(case: Case) -> bool:
    """Tell whether a match denies something, or takes a side that is not the one told lately: that is news at once."""
    lately = [alert for alert in _told_in_story(case) if alert.fired_at > case.lately]
    return turns(case.match, lately)


def turns(match: Match, told: list[PastAlert]) -> bool:
    """Tell whether a match is a denial, or a stance, that none of the alerts told is, though they took one.

    Who is for a thing that he denied has turned as well: it was denied, and now it is confirmed.
    """
    if _denies(match):
        return not any(map(_denies, told))
    if _side(match) is Side.FOR and told and all(map(_denies, told)):
        return True
    side, sides = _side(match), {side for alert in told if (side := _side(alert))}
    return side is not None and bool(sides) and side not in sides


def _denies(said: Match | PastAlert) -> bool:
    return said.denied or said.stance == Stance.DENY


def _side(said: Match | PastAlert) -> Side | None:
    return SIDES.get(said.stance or "")


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
        utterance_ids=alert.utterance_ids,
        excerpt=alert.excerpt,
        stance=alert.stance,
        denied=alert.denied,
        alert_id=alert.alert_id,
        official=alert.official,
        keyword=alert.keyword,
    )


def _alert(case: Case, verdict: Verdict) -> Alert:
    follows = verdict.other.alert_id if verdict.other else None
    return new_alert(case.rule, case.match, case.story_id, case.now, verdict.reason, follows=follows)


def new_alert(
    rule: Rule, match: Match, story_id: str, now: datetime, reason: Reason, *, follows: str | None = None
) -> Alert:
    """Return the alert that a match makes for a reason; `follows` is the story's alert before it."""
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
        utterance_ids=match.utterance_ids,
        stance=match.stance,
        denied=match.denied,
        follows_alert_id=follows,
    )


def silence_id(rule: str | None, starts_at: datetime, *about: str | None) -> str:
    """Name a silence by its rule, what else it is about, and its start."""
    parts = (rule or "", starts_at.isoformat(), *(part or "" for part in about))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def silenced(
    silences: Iterable[Silence], *, rule: str, official_id: str, story_id: str, now: datetime
) -> frozenset[str | None]:
    """Return the subscribers who are to hear nothing of a rule on an official in a story now; None is everyone."""
    return frozenset(
        silence.subscriber
        for silence in silences
        if silence.rule in {None, rule}
        and silence.official_id in {None, official_id}
        and silence.story_id in {None, story_id}
        and silence.starts_at <= now < silence.ends_at
    )


def is_hushed(silences: Iterable[Silence], rule: Rule, *, official_id: str, story_id: str, now: datetime) -> bool:
    """Tell whether nobody whom a rule tells is to hear of an official in a story now."""
    hushed = silenced(silences, rule=rule.name, official_id=official_id, story_id=story_id, now=now)
    return not any(hears(name, hushed) for name in rule.subscribers)


def hears(subscriber: str, hushed: frozenset[str | None]) -> bool:
    """Tell whether a subscriber is left by `silenced`."""
    return None not in hushed and subscriber not in hushed
