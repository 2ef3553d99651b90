"""Following up alerts: how many sources they have by now, and what is new about them. Writes what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.deciding import past_alert
from alerts.follow_up_records import FollowUp, ToldAlert
from alerts.following import Event, follow_up
from alerts.history import said_in
from alerts.records import Arrival, Decision, Reason
from alerts.silencing import is_hushed
from extractors.copies.sameness import SAID_ONCE
from flows.setup import Setup
from flows.steps.judging import OPEN, Candidate, candidates_in
from warehouse import follow_ups, silences, stories
from warehouse.records import ReadArticle
from warehouse.session import Session

_TOLD_AGAIN = {Reason.SAME_UTTERANCE, Reason.DUPLICATE}


def followed_up(
    setup: Setup,
    session: Session,
    fresh: Sequence[ReadArticle],
    decided: Sequence[tuple[Candidate, Decision]],
    now: datetime,
) -> tuple[FollowUp, ...]:
    """Count the sources of alerts that new articles tell again, and follow up those about which there is news.

    `decided` are this batch's matches. What was imported counts as a source and is never a reason to tell anyone.
    What comes in a silence counts as not told: it is news still when something comes after its end.
    """
    if not fresh:
        return ()
    every = [found.article.article_id for found in fresh]
    live = [found.article.article_id for found in fresh if found.arrival is not Arrival.IMPORTED]
    of_articles = stories.current_stories(session, every)
    follow_ups.count_sources(session, every, sorted(set(of_articles.values())), now - OPEN)
    if not live:
        return ()
    told = follow_ups.told_alerts(
        session,
        article_ids=live,
        stories=sorted({of_articles[each] for each in live}),
        alert_ids=sorted({decision.told_by for _, decision in decided if decision.told_by}),
        since=now - SAID_ONCE,
    )
    events = events_about([each for each in told if each.alert.fired_at < now], setup, fresh, decided, now)
    found = tuple(news for event in heard(session, events, now) if (news := follow_up(event)))
    follow_ups.save_follow_ups(session, found)
    return found


def heard(session: Session, events: Sequence[Event], now: datetime) -> list[Event]:
    """Return the events that someone is to hear of: those that no silence covers for everyone."""
    hushed = silences.active_silences(session, now)
    return [event for event in events if not is_hushed(hushed, event.rule, event.told.alert.official_id, now)]


def events_about(
    told: Sequence[ToldAlert],
    setup: Setup,
    fresh: Sequence[ReadArticle],
    decided: Sequence[tuple[Candidate, Decision]],
    now: datetime,
) -> list[Event]:
    """Return what has come in about each of these alerts, but for those of rules that are no more."""
    rules = {rule.name: rule.rule for rule in setup.rules}
    arrived = {found.article.article_id: found for found in fresh}
    again = {decision.told_by for _, decision in decided if decision.reason in _TOLD_AGAIN}
    revised = {
        decision.told_by: replace(candidate, found=arrived[candidate.match.article_id])
        for candidate, decision in decided
        if decision.reason is Reason.REPEAT
    }
    return [
        with_revision(
            Event(rule=rules[each.alert.rule], told=each, now=now, reported=each.alert.alert_id in again),
            revised.get(each.alert.alert_id),
        )
        for each in told
        if each.alert.rule in rules
    ]


def with_revision(event: Event, revised: Candidate | None) -> Event:
    """Return an event with what a revision of the alert's own article says, and what of that for the first time."""
    if revised is None:
        return event
    match, told = revised.match, set(said_in(past_alert(event.told.alert)))
    new = set(match.leading_ids) - told
    within = [said.span for said in revised.found.reading.statements if said.utterance_id in new]
    found = candidates_in([revised.rule], revised.found, within=within) if within else []
    added = next((each.match for each in found if each.match.official_id == match.official_id), None)
    return replace(event, match=match, added=added, text=revised.found.article.text)
