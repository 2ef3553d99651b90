"""Putting alerts and follow-ups into messages: for whom, in which thread, when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.compiled_rules import CompiledRule
from alerts.deciding import hears, silenced
from alerts.message_records import Message
from alerts.placing import place
from alerts.records import Alert, FollowUp, News
from alerts.subscribers import Subscriber
from flows.steps.decide.known import Known

# An alert whose message has not left needs no follow-up for these: its message will say how many sources there are.
_SAID_ANYWAY = frozenset({News.CORROBORATED, News.REPEATED})


def placed(
    rules: Sequence[CompiledRule],
    subscribers: Sequence[Subscriber],
    known: Known,
    fired: Sequence[Alert],
    follow_ups: Sequence[FollowUp],
) -> tuple[Message, ...]:
    """Place alerts and follow-ups into messages for the subscribers of their rules; return what is new or grew."""
    around = OutTray(known)
    for alert, news in [*((alert, None) for alert in fired), *((each.alert, each) for each in follow_ups)]:
        names = {name for rule in rules if rule.name == alert.rule for name in rule.rule.subscribers}
        for subscriber in subscribers:
            if news is None and not subscriber.reads(known.language(alert.article_id)):
                continue
            if subscriber.name in names and around.tells(subscriber.name, alert, news):
                around.put(alert, subscriber, news)
    return tuple(around.changed.values())


class OutTray:
    """The messages that alerts may still join, and what was told to whom."""

    def __init__(self, known: Known) -> None:
        """Take what is stored under the names events have now."""
        stored, self._event_of = known.situation, known.event
        self.changed: dict[str, Message] = {}
        self._now, self._hushed = known.now, known.silences
        self._told = [replace(each, event_id=known.event_name(each.event_id)) for each in stored.mailings]
        self._open = {each.message_id: _in_event(each, known.event_name) for each in stored.open_messages}
        self._recent = [_in_event(each, known.event_name) for each in stored.recent_messages]

    def tells(self, subscriber: str, alert: Alert, news: FollowUp | None) -> bool:
        """Tell whether a subscriber is told: not one kept in silence, nor one for whom it is no news."""
        hushed = silenced(
            self._hushed, rule=alert.rule, official_id=alert.official_id, story_id=alert.story_id, now=self._now
        )
        return hears(subscriber, hushed) and (news is None or self._wants(news, subscriber))

    def put(self, alert: Alert, subscriber: Subscriber, news: FollowUp | None) -> None:
        """Put an alert, or what is new about it, into the message it goes out in."""
        message = place(
            alert,
            subscriber,
            event_id=self._event_of(alert),
            open_messages=tuple(self._open.values()),
            recent=self._recent,
            now=self._now,
            follow_up_id=news.follow_up_id if news else None,
            thread_of=self._thread(alert, subscriber.name),
        )
        self._open[message.message_id] = self.changed[message.message_id] = message

    def _thread(self, alert: Alert, subscriber: str) -> str | None:
        """Return the message to reply to: the one that told this alert, else the first of its event."""
        heard = [each for each in self._told if each.subscriber == subscriber and each.thread]
        own = (each.thread for each in heard if each.alert_id in {alert.alert_id, alert.follows_alert_id})
        event_id = self._event_of(alert)
        return next(own, None) or next((each.thread for each in heard if each.event_id == event_id), None)

    def _wants(self, news: FollowUp, subscriber: str) -> bool:
        """Tell whether a follow-up is news to a subscriber: he was told the alert, and not only is going to be."""
        own = [each for each in self._told if (each.subscriber, each.alert_id) == (subscriber, news.alert.alert_id)]
        left = [each for each in own if not each.is_open]
        return bool(left) or (bool(own) and news.news not in _SAID_ANYWAY)


def _in_event(message: Message, name: Callable[[str], str]) -> Message:
    return replace(message, event_id=name(message.event_id)) if message.event_id else message
