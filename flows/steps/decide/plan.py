"""One plan for a batch of articles: what is decided, followed up and told, from what is stored and the moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.compiled_rules import CompiledRule
from alerts.deciding import is_hushed, past_alert
from alerts.following import Event, follow_up
from alerts.history import said_in
from alerts.message_records import Message
from alerts.records import Arrival, Change, Decision, FollowUp, Reason, Silence, ToldAlert
from alerts.rules import LONGEST_FIRST
from alerts.subscribers import Subscriber
from extractors.copies.events import FEWEST, WINDOW
from extractors.copies.sameness import SAID_ONCE
from extractors.copies.stories import WINDOW as COPIES
from flows.steps.decide.known import Known, Names
from flows.steps.decide.matches import (
    Batch,
    Candidate,
    candidates_in,
    corroborated,
    current,
    decided,
    originals_first,
    waits,
)
from flows.steps.decide.messages import placed
from flows.steps.relate import Related, relate
from warehouse.records import ReadArticle
from warehouse.situation import Horizon, Situation, Sketch

_TOLD_AGAIN = {Reason.SAME_UTTERANCE, Reason.DUPLICATE}


def followed_up(
    rules: Sequence[CompiledRule],
    known: Known,
    told: Sequence[ToldAlert],
    arrived: Sequence[ReadArticle],
    made: Sequence[tuple[Candidate, Decision]],
) -> tuple[FollowUp, ...]:
    """Follow up the alerts of late about which new articles bring news. `made` are this batch's matches.

    What was imported counts as a source and is never a reason to tell anyone. What comes in a silence counts as not
    told: it is news still when something comes after its end.
    """
    live = [found for found in arrived if found.arrival is not Arrival.IMPORTED]
    stories = {known.story(found.article.article_id) for found in live}
    said = {each.utterance_id for found in live for each in found.reading.statements}
    again = {decision.told_by for _, decision in made if decision.told_by}
    lately = [
        each
        for each in told
        if known.now - SAID_ONCE <= each.alert.fired_at < known.now
        and (each.alert.alert_id in again or each.alert.story_id in stories or each.alert.utterance_id in said)
    ]
    events = events_about(lately, rules, arrived, made, known.now) if live else []
    hushed = known.silences
    heard = (event for event in events if not _is_hushed(event, hushed, known.now))
    return tuple(news for event in heard if (news := follow_up(event)))


def _is_hushed(event: Event, silences: Sequence[Silence], now: datetime) -> bool:
    alert = event.told.alert
    return is_hushed(silences, event.rule, official_id=alert.official_id, story_id=alert.story_id, now=now)


def events_about(
    told: Sequence[ToldAlert],
    rules: Sequence[CompiledRule],
    arrived: Sequence[ReadArticle],
    made: Sequence[tuple[Candidate, Decision]],
    now: datetime,
) -> list[Event]:
    """Return what has come in about each of these alerts, but for those of rules that are no more, and on silence."""
    own = {rule.name: rule.rule for rule in rules if rule.rule.silent is None}
    new = {found.article.article_id: found for found in arrived}
    again = {decision.told_by for _, decision in made if decision.reason in _TOLD_AGAIN}
    revised = {
        decision.told_by: replace(candidate, found=new[candidate.match.article_id])
        for candidate, decision in made
        if decision.reason is Reason.REPEAT
    }
    return [
        with_revision(
            Event(rule=own[each.alert.rule], told=each, now=now, reported=each.alert.alert_id in again),
            revised.get(each.alert.alert_id),
        )
        for each in told
        if each.alert.rule in own
    ]


def with_revision(event: Event, revised: Candidate | None) -> Event:
    """Return an event with what a revision of the alert's own article says, and what of that for the first time."""
    if revised is None:
        return event
    match, told = revised.match, set(said_in(past_alert(event.told.alert)))
    new = set(match.leading_ids) - told
    within = [said.span for said in revised.found.reading.statements if said.utterance_id in new]
    found = candidates_in([revised.rule], revised.found, within=within) if within else ()
    added = next((each.match for each in found if each.match.official_id == match.official_id), None)
    return replace(event, match=match, added=added, text=revised.found.article.text)


# How long a match waits for another source, and an alert counts its own.
OPEN = timedelta(days=7)
# Copies and reports are looked for among what arrived in this time; an archive's meet while it is being read in.
COPIES_KEPT = COPIES + timedelta(days=1)
REPORTS_KEPT = timedelta(days=8)
# What is said is held against what was said in this time before.
REMEMBERED = LONGEST_FIRST
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is to be recorded of a batch. `roots` are the sources by name of alerts that have others than before."""

    batch: tuple[Sketch, ...]
    situation: Situation
    related: Related
    roots: Mapping[str, tuple[str, ...]]
    decisions: tuple[Decision, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    messages: tuple[Message, ...] = ()


def horizon(rules: Sequence[CompiledRule], subscribers: Sequence[Subscriber]) -> Horizon:
    """Return how far back deciding looks with these rules."""
    return Horizon(
        copies=COPIES,
        copies_kept=COPIES_KEPT,
        reports=SAID_ONCE,
        reports_kept=REPORTS_KEPT,
        events=WINDOW,
        events_kept=COPIES_KEPT,
        shared=FEWEST,
        past=max([SAID_ONCE, *(each.rule.cooldown for each in rules)]),
        followed=OPEN,
        tried=max([RECENT, *(who.group_interval for who in subscribers)]),
        waiting=tuple(each.rule.name for each in rules if waits(each)),
        calendar=any(Change.TALKS in each.rule.on for each in rules),
        repeating=tuple(each.rule.name for each in rules if each.rule.repeat is not None),
    )


def decide(
    situation: Situation,
    batch: Batch,
    now: datetime,
    *,
    rules: Sequence[CompiledRule],
    subscribers: Sequence[Subscriber],
) -> Plan:
    """Return all that comes of a batch of articles, in the light of what is stored, at this moment."""
    related = relate(situation)
    if not situation.fresh:
        return Plan(batch=batch.sketches, situation=situation, related=related, roots={})
    names = Names(related)
    known = Known(situation, related, names, now)
    arrived = [names.article(each.sketch.found) for each in situation.fresh]
    candidates = originals_first(current(situation.saved, batch, rules, names), related)
    first = decided(candidates, known)
    again = corroborated(rules, known, arrived, [each.alert for each in first if each.alert])
    decisions = (*first, *again)
    fired = [decision.alert for decision in decisions if decision.alert]
    told = known.told(fired)
    news = followed_up(rules, known, told, arrived, tuple(zip(candidates, first, strict=True)))
    return Plan(
        batch=batch.sketches,
        situation=situation,
        related=related,
        decisions=decisions,
        roots=known.changed_roots(told),
        follow_ups=news,
        messages=placed(rules, subscribers, known, fired, news),
    )
