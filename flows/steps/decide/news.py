"""Following up alerts of late: how many sources they have by now, and what is new about them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.compiled_rules import CompiledRule
from alerts.deciding import past_alert
from alerts.follow_up_records import FollowUp, Silence, ToldAlert
from alerts.following import Event, follow_up
from alerts.history import said_in
from alerts.records import Arrival, Decision, Reason
from alerts.silencing import is_hushed
from extractors.copies.sameness import SAID_ONCE
from flows.steps.decide.known import Known
from flows.steps.decide.matches import Candidate, candidates_in
from warehouse.records import ReadArticle

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
    """Return what has come in about each of these alerts, but for those of rules that are no more."""
    own = {rule.name: rule.rule for rule in rules}
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
