"""Putting alerts and follow-ups into messages: for whom, in which thread, when. Writes nothing, sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.follow_up_records import FollowUp, Silence, Telling
from alerts.message_records import Message
from alerts.placing import place
from alerts.records import Alert, Decision, News
from alerts.silencing import hears, silenced
from alerts.subscribers import Subscriber
from flows.setup import Setup
from warehouse import outbox, silences, stories
from warehouse.follow_ups import tellings
from warehouse.session import Session

RECENT = timedelta(hours=1)
# An alert whose message has not left needs no follow-up for these: its message will say how many sources there are.
_SAID_ANYWAY = frozenset({News.CORROBORATED, News.REPEATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What placing needs to know besides the outbox: what was told to whom, who is to hear nothing, and the time."""

    told: Sequence[Telling]
    hushed: Sequence[Silence]
    now: datetime

    def thread(self, alert: Alert, subscriber: str, story_id: str) -> str | None:
        """Return the message to reply to: the one that told this alert, else the first of its story."""
        heard = [telling for telling in self.told if telling.subscriber == subscriber and telling.thread]
        own = (telling.thread for telling in heard if telling.alert_id in {alert.alert_id, alert.follows_alert_id})
        return next(own, None) or next((each.thread for each in heard if each.story_id == story_id), None)

    def wants(self, follow_up: FollowUp, subscriber: str) -> bool:
        """Tell whether a follow-up is news to a subscriber: he was told the alert, and not only is going to be."""
        alert_id = follow_up.alert.alert_id
        own = [each for each in self.told if (each.subscriber, each.alert_id) == (subscriber, alert_id)]
        left = [telling for telling in own if not telling.is_open]
        return bool(left) or (bool(own) and follow_up.news not in _SAID_ANYWAY)


def messages_for(
    setup: Setup, session: Session, decisions: Sequence[Decision], follow_ups: Sequence[FollowUp] = ()
) -> tuple[Message, ...]:
    """Place alerts and follow-ups into messages for the subscribers of their rules; return what is new or grew."""
    fired = [decision.alert for decision in decisions if decision.alert]
    if not fired and not follow_ups:
        return ()
    now = setup.now()
    around = circumstances(session, [*fired, *(each.alert for each in follow_ups)], now)
    longest = max([RECENT, *(who.group_interval for who in setup.settings.subscribers)])
    waiting, recent = messages_now(session, now - longest)
    changed: dict[str, Message] = {}
    for alert, follow_up in [*((alert, None) for alert in fired), *((each.alert, each) for each in follow_ups)]:
        for subscriber in told_of(setup, alert, follow_up, around):
            message = place(
                alert,
                subscriber,
                open_messages=tuple(waiting.values()),
                recent=recent,
                now=now,
                follow_up_id=follow_up.follow_up_id if follow_up else None,
                thread_of=around.thread(alert, subscriber.name, alert.story_id),
            )
            waiting[message.message_id] = changed[message.message_id] = message
    return tuple(changed.values())


def messages_now(session: Session, since: datetime) -> tuple[dict[str, Message], Sequence[Message]]:
    """Return the messages that alerts may still join, by id, and those tried from `since` on, in their stories now."""
    still_open, tried = outbox.open_messages(session), outbox.recent_messages(session, since)
    both = of_stories_now(session, [*still_open, *tried])
    return {each.message_id: each for each in both[: len(still_open)]}, both[len(still_open) :]


def circumstances(session: Session, alerts: Sequence[Alert], now: datetime) -> Circumstances:
    """Look up what was told of these alerts and their stories, and which silences hold."""
    before = [alert.follows_alert_id for alert in alerts if alert.follows_alert_id]
    told = tellings(
        session, sorted({alert.story_id for alert in alerts}), sorted({*before, *(alert.alert_id for alert in alerts)})
    )
    return Circumstances(told=told, hushed=silences.active_silences(session, now), now=now)


def told_of(setup: Setup, alert: Alert, follow_up: FollowUp | None, around: Circumstances) -> list[Subscriber]:
    """Return those who are told: the rule's subscribers, but for those kept in silence, or those it is no news to."""
    hushed = silenced(around.hushed, rule=alert.rule, official_id=alert.official_id, now=around.now)
    return [
        subscriber
        for subscriber in subscribers_of(setup, alert)
        if hears(subscriber.name, hushed) and (follow_up is None or around.wants(follow_up, subscriber.name))
    ]


def subscribers_of(setup: Setup, alert: Alert) -> list[Subscriber]:
    """Return those whom the alert's rule tells."""
    names = {name for rule in setup.settings.rules if rule.name == alert.rule for name in rule.subscribers}
    return [subscriber for subscriber in setup.settings.subscribers if subscriber.name in names]


def of_stories_now(session: Session, messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return messages under the names that their stories have by now; a story is named by its first article."""
    names: Mapping[str, str] = stories.current_stories(
        session, sorted({message.story_id for message in messages if message.story_id})
    )
    return tuple(replace(each, story_id=names.get(each.story_id or "", each.story_id)) for each in messages)
