"""Sending what is due, each channel by a sender of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from alerts.channels import CHANNELS, Channel, Equipment, route_of
from alerts.message_records import Standing, Status, Subscriber
from flows.delivery.senders import Sender, one_writing
from flows.progress import stage
from flows.setup import Setup
from flows.web.fetching import webhook_client
from warehouse import channels, outbox
from warehouse.records import RunCounts
from warehouse.session import Session

# So long a sender may take up new messages; the rest leaves in the next pass, or when `serve` looks next.
SENDER_SECONDS = 30.0
SENDERS = 64
STOPPED = "unsubscribed"


def deliver(setup: Setup, *, seconds: float = SENDER_SECONDS) -> RunCounts:
    """Send the messages that are due and record what came of each."""
    with one_writing(setup) as session:
        due = due_by_subscriber(setup, session)
        routes = routes_to(setup, session, due)
    if not routes:
        return RunCounts()
    with (
        webhook_client(setup.settings.fetch) as web,
        stage(setup.progress, "send", sum(due.values())) as shown,
        ThreadPoolExecutor(min(len(routes), SENDERS), thread_name_prefix="sender") as threads,
    ):
        built = channels_of(setup, web)
        senders = [
            Sender(setup, route=route, channel=built[people[0].channel], subscribers=people, on_done=shown)
            for route, people in routes.items()
        ]
        ran = [threads.submit(sender.run, seconds) for sender in senders]
    return counted([standing for sender in ran for standing in sender.result()])


def due_by_subscriber(setup: Setup, session: Session) -> dict[str, int]:
    """Return how many messages are due to whom, but for those whose channel is in trouble and not to be tried yet."""
    now = setup.now()
    shut = {state.route for state in channels.channel_states(session) if state.next_try_at > now}
    waiting = {who.name for who in setup.settings.subscribers if route_of(who) in shut}
    due = outbox.due_counts(session, now)
    return {name: count for name, count in due.items() if name not in waiting}


def routes_to(setup: Setup, session: Session, names: Collection[str]) -> dict[str, list[Subscriber]]:
    """Return the routes to these subscribers, with all who may be told by each; give up what nobody is to get."""
    stopped, known = channels.unsubscribed(session), {who.name for who in setup.settings.subscribers}
    for name in names:
        if name not in known:
            outbox.stop(session, name, f'subscriber "{name}" is no longer in the configuration')
        elif name in stopped:
            outbox.stop(session, name, STOPPED)
    routes: dict[str, list[Subscriber]] = {}
    for who in setup.settings.subscribers:
        if who.name not in stopped:
            routes.setdefault(route_of(who), []).append(who)
    return {route: people for route, people in routes.items() if any(who.name in names for who in people)}


def channels_of(setup: Setup, web: httpx.Client) -> dict[str, Channel]:
    """Build the channels that subscribers use."""
    equipment = Equipment(now=setup.now, web=web, email=setup.settings.email, slack_api=setup.settings.slack_api)
    return {name: CHANNELS[name](equipment) for name in {who.channel for who in setup.settings.subscribers}}


def counted(standings: Sequence[Standing]) -> RunCounts:
    """Count what became of the messages."""
    statuses = [standing.status for standing in standings]
    return RunCounts(
        messages_sent=statuses.count(Status.SENT),
        messages_retried=statuses.count(Status.RETRY),
        messages_dead=statuses.count(Status.DEAD),
    )
