"""Sending what is due, each channel in a lane of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx

from alerts.channels import CHANNELS, Channel, Equipment, route_of
from alerts.message_records import ChannelState, Message, Standing, Status, Subscriber
from flows.fetching import webhook_client
from flows.lanes import Lane, one_writing
from flows.progress import stage
from flows.setup import Setup
from warehouse import channels, outbox
from warehouse.records import RunCounts
from warehouse.session import Session

MESSAGES_A_PASS = 500
# So long a lane may take up new messages; the rest leaves in the next pass, a minute later.
LANE_SECONDS = 30.0
LANES = 64
STOPPED = "unsubscribed"

Queue = list[tuple[Message, Subscriber]]


def deliver(setup: Setup, *, seconds: float = LANE_SECONDS) -> RunCounts:
    """Send the messages that are due and record what came of each."""
    with one_writing(setup) as session:
        queues, states = due_queues(setup, session)
    if not queues:
        return RunCounts()
    with (
        webhook_client(setup.settings.fetch) as web,
        stage(setup.progress, "send", sum(map(len, queues.values()))) as shown,
        ThreadPoolExecutor(min(len(queues), LANES), thread_name_prefix="lane") as threads,
    ):
        built = channels_of(setup, web)
        lanes = [
            Lane(
                setup,
                route=route,
                channel=built[queue[0][1].channel],
                state=states.get(route),
                messages=queue,
                on_done=shown,
            )
            for route, queue in queues.items()
        ]
        ran = [threads.submit(lane.run, seconds) for lane in lanes]
    return counted([standing for lane in ran for standing in lane.result()])


def due_queues(setup: Setup, session: Session) -> tuple[dict[str, Queue], dict[str, ChannelState]]:
    """Return what is due by channel, but for channels whose next try is not, and the troubles there are."""
    now = setup.now()
    states = {state.route: state for state in channels.channel_states(session)}
    known = reachable(setup, session)
    queues: dict[str, Queue] = {}
    for message in outbox.due_messages(session, now, MESSAGES_A_PASS, waiting=waiting(setup, states, now)):
        subscriber = known.get(message.subscriber)
        if subscriber is None:
            outbox.stop(session, message.subscriber, why_not(setup, message.subscriber))
        else:
            queues.setdefault(route_of(subscriber), []).append((message, subscriber))
    return queues, states


def reachable(setup: Setup, session: Session) -> dict[str, Subscriber]:
    """Return the subscribers who may be told, by name."""
    stopped = channels.unsubscribed(session)
    return {who.name: who for who in setup.settings.subscribers if who.name not in stopped}


def waiting(setup: Setup, states: dict[str, ChannelState], now: datetime) -> tuple[str, ...]:
    """Return the subscribers whose channel is in trouble and not to be tried yet."""
    shut = {state.route for state in states.values() if state.next_try_at > now}
    return tuple(who.name for who in setup.settings.subscribers if route_of(who) in shut)


def why_not(setup: Setup, subscriber: str) -> str:
    """Say why nothing is sent to a subscriber."""
    if any(who.name == subscriber for who in setup.settings.subscribers):
        return STOPPED
    return f'subscriber "{subscriber}" is no longer in the configuration'


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
