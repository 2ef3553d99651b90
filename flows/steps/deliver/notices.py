"""Telling the operator what is wrong with Talkwatch itself: once a trouble, through his own subscriber and the outbox.

Without an operator, or when his own channel is the one in trouble, it is a line in the log and in `status`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.channels import route_of
from alerts.message_records import ChannelState, Message, OperatorNotice
from alerts.subscribers import Subscriber
from alerts.wording import shown
from flows.setup import Setup
from flows.steps.feed_news import FeedNews, Trouble
from flows.times import to_the_minute
from warehouse import channels, outbox
from warehouse.feeds import WatchedFeed
from warehouse.session import Session

log = logging.getLogger("talkwatch.operator")

feeds_log = logging.getLogger("talkwatch.feeds")

# What is told of feeds makes one message a day, and their being well again one more.
DAILY = timedelta(days=1)

_FEED_SUBJECTS = {
    Trouble.FAILING: "fails",
    Trouble.GONE: "is gone",
    Trouble.QUIET: "has gone quiet",
    Trouble.MOVED: "has moved to one that is watched already",
}
_FEED_ADVICE = {
    Trouble.FAILING: "`talkwatch feeds check` says what is wrong, and what would help.",
    Trouble.GONE: "Look for its new address with `talkwatch feeds discover`, or take it out of the configuration.",
    Trouble.QUIET: "See on its site whether something new is there that the feed does not bring.",
    Trouble.MOVED: "Take one of the two out of the configuration.",
}
_CHANNEL_ADVICE = (
    "Its messages wait and one of them tries every hour; after 48 hours they are given up, and "
    "`talkwatch alerts resend --dead` revives them. Mend the channel in the configuration or "
    "at the service, restart `serve` where a ${VAR} has changed, then try it: `talkwatch alerts test`."
)


def tell(setup: Setup, session: Session, *, key: str, subject: str, text: str) -> bool:
    """Tell the operator of a trouble, once until it ends; return False when he knows.

    `key` names the trouble (`feed:ID`), `subject` says it in one line, `text` what to do. It is recorded in `session`,
    together with the state that it is about, and leaves with the next messages.
    """
    if outbox.is_open(session, key):
        return False
    _note(setup, session, key, subject, text)
    return True


def well_again(setup: Setup, session: Session, *keys: str, subject: str, text: str) -> bool:
    """Tell the operator that troubles are over; return False when he was told of none, nor is to be any more."""
    now = setup.now()
    outbox.withdraw(session, keys, now)
    if not outbox.end_troubles(session, keys, now):
        return False
    _note(setup, session, keys[0], subject, text, ended_at=now)
    return True


def operator_of(setup: Setup) -> Subscriber | None:
    """Return the subscriber who is told what is wrong with Talkwatch itself."""
    return next((who for who in setup.settings.subscribers if who.name == setup.settings.operator), None)


def tell_of_feed(setup: Setup, session: Session, feed: WatchedFeed, news: FeedNews) -> None:
    """Tell the operator of a trouble, once until it is over, and of its end; what is neither is a line in the log."""
    if news.begins:
        key, subject = f"{news.begins}:{feed.feed_id}", f"the feed of {feed.outlet} {_FEED_SUBJECTS[news.begins]}"
        tell(setup, session, key=key, subject=subject, text=f"{feed.url} {news.line}. {_FEED_ADVICE[news.begins]}")
        return
    keys = [f"{trouble}:{feed.feed_id}" for trouble in news.ends]
    subject, text = f"the feed of {feed.outlet} is well again", f"{feed.url} {news.line}."
    if not keys or not well_again(setup, session, *keys, subject=subject, text=text):
        level = logging.INFO if news.ends else logging.WARNING
        feeds_log.log(level, "%s", shown(f"{feed.outlet} ({feed.url}) {news.line}"))


def tell_change(setup: Setup, session: Session, before: ChannelState | None, state: ChannelState | None) -> None:
    """Tell the operator that a channel is blocked, or no longer; what may pass by itself is not told here."""
    was, now = before and before.blocked_at, state and state.blocked_at
    told = setup.settings.subscribers
    if state and now and not was:
        tell(
            setup,
            session,
            key=f"channel:{state.route}",
            subject=f"{named(state.route, told)} takes no messages: {state.last_error}",
            text=_CHANNEL_ADVICE,
        )
    if before and was and not state:
        well_again(
            setup,
            session,
            f"channel:{before.route}",
            subject=f"{named(before.route, told)} takes messages again",
            text=f"It took none since {to_the_minute(was)} ({before.last_error}). What waited leaves now.",
        )


def named(route: str, subscribers: Sequence[Subscriber]) -> str:
    """Return a channel as the operator knows it; by its route alone when it leads to no subscriber any more."""
    who = next((each for each in subscribers if route_of(each) == route), None)
    if who is None or route == who.channel:
        return f"the channel {route}"
    return f"the channel {who.channel} of {who.name}"


def _note(
    setup: Setup, session: Session, key: str, subject: str, text: str, *, ended_at: datetime | None = None
) -> None:
    now, subject, text = setup.now(), shown(subject), shown(text)
    log.log(logging.INFO if ended_at else logging.WARNING, "%s: %s", subject, text)
    notice_id = _name(key, subject, now.isoformat())
    due_at = _daily(session, now, ended=ended_at is not None) if _is_of_feed(key) else now
    notice = OperatorNotice(
        notice_id=notice_id,
        key=key,
        subject=subject,
        text=text,
        noted_at=now,
        ended_at=ended_at,
        message_id=_message_for(setup, session, notice_id, due_at),
    )
    outbox.save_notice(session, notice)


def _is_of_feed(key: str) -> bool:
    return key.partition(":")[0] in set(Trouble)


def _daily(session: Session, now: datetime, *, ended: bool) -> datetime:
    """Return when more is to be told of feeds: now, but not within a day of the last time."""
    last = outbox.last_told_at(session, list(Trouble), ended=ended)
    return max(now, min(last, now) + DAILY) if last else now


def _message_for(setup: Setup, session: Session, notice_id: str, due_at: datetime) -> str | None:
    """Return the operator's message that has not left yet, else a new one; None where none would reach him."""
    operator = operator_of(setup)
    if operator is None or operator.name in channels.unsubscribed(session):
        return None
    if any(state.blocked_at and state.route == route_of(operator) for state in channels.channel_states(session)):
        return None
    waiting = outbox.open_notice_message(session, operator.name)
    if waiting is not None:
        outbox.hasten(session, waiting, due_at)
        return waiting
    message = Message(
        message_id=_name("message", notice_id),
        subscriber=operator.name,
        channel=operator.channel,
        event_id=None,
        alert_ids=(),
        created_at=setup.now(),
        due_at=due_at,
    )
    outbox.save_messages(session, [message])
    return message.message_id


def _name(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
