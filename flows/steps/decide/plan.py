"""One plan for a batch of articles: what is decided, followed up and told, from what is stored and the moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.compiled_rules import CompiledRule
from alerts.follow_up_records import FollowUp
from alerts.message_records import Message
from alerts.records import Change, Decision
from alerts.rules import LONGEST_FIRST
from alerts.subscribers import Subscriber
from extractors.copies.events import FEWEST, WINDOW
from extractors.copies.sameness import SAID_ONCE
from extractors.copies.stories import WINDOW as COPIES
from flows.steps.decide.known import Known, Names
from flows.steps.decide.matches import Batch, corroborated, current, decided, originals_first, waits
from flows.steps.decide.messages import placed
from flows.steps.decide.news import followed_up
from flows.steps.relate import Related, relate
from warehouse.situation import Horizon, Situation, Sketch

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
