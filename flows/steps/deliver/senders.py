"""Messages out: what is due, each channel by a sender of its own, its messages in their order.

Each is sealed before it is tried and marked after it: so a crash can repeat a message but never lose one, and what is
slow or broken holds up nobody but itself.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self

import httpx

from alerts.briefings import render_briefing
from alerts.channels import AnyChannel, Equipment, built, route_of
from alerts.letters import render
from alerts.message_records import (
    ChannelState,
    Letter,
    Message,
    Notice,
    Receipt,
    Standing,
    Status,
    TooBig,
    TryLater,
)
from alerts.placing import MOST_ALERTS, PATIENCE, late_by, next_briefing, parted, standing_after
from alerts.plain_letters import plain_letter
from alerts.subscribers import Subscriber
from flows.progress import stage
from flows.setup import Setup
from flows.steps.deliver.briefings import briefing_of
from flows.steps.deliver.deeds import STOPPED, take_in
from flows.steps.deliver.notices import tell_change
from flows.steps.deliver.sealing import Sealed, letter_of, sealed
from flows.web.fetch import webhook_client
from warehouse import channels, outbox
from warehouse.locking import Held, exclusive
from warehouse.runs import RunCounts
from warehouse.session import Session
from warehouse.store import reading, writing

# So long a sender may take up new messages; the rest leaves in the next pass, or when `serve` looks next.
SENDER_SECONDS = 30.0
SENDERS = 64
# After so long a delivery is given up whose channel, perhaps another's code, keeps no time of its own.
DELIVERY_SECONDS = 90.0
# So much one letter holds at most: mail servers take more, readers and mail programs do not.
LETTER_BYTES = 1_000_000
LOCKS = "senders"

# DuckDB's file has one writer, and the threads of one process need not queue for its lock on the disk.
_writing = threading.Lock()


def deliver(setup: Setup, *, seconds: float = SENDER_SECONDS) -> RunCounts:
    """Send the messages that are due and record what came of each."""
    with Dispatch(setup) as dispatch:
        with one_writing(setup) as session:
            dispatch.seal(session)
        return dispatch.send(seconds=seconds)


class Dispatch:
    """What is due at one moment: its first messages are sealed in an open session, and leave when that is closed.

    From the one to the other it holds the locks of their channels, which are let go with `with`.
    """

    def __init__(self, setup: Setup) -> None:
        """Begin with nothing to send."""
        self._setup = setup
        self._locks = ExitStack()
        self._senders: list[Sender] = []
        self._taken: list[Path] = []
        self._due = 0

    def seal(self, session: Session) -> bool:
        """Seal the first message due by each channel that no other process sends by; tell whether there is any."""
        self._taken = take_in(self._setup, session)
        due = due_by_subscriber(self._setup, session)
        self._due = sum(due.values())
        for route, people in routes_to(self._setup, session, due).items():
            sender = Sender(self._setup, route=route, subscribers=people)
            if sender.holds_lock():
                self._locks.callback(sender.let_go)
                if sender.begin(session):
                    self._senders.append(sender)
                else:
                    sender.let_go()
        return bool(self._senders)

    def send(self, *, seconds: float = SENDER_SECONDS) -> RunCounts:
        """Send what was sealed, each channel in a thread of its own, and go on with what else is due by it."""
        for path in self._taken:
            path.unlink(missing_ok=True)
        if not self._senders:
            return RunCounts()
        with (
            webhook_client(self._setup.settings.fetch) as web,
            stage(self._setup.progress, "messages sent", self._due) as shown,
            ThreadPoolExecutor(min(len(self._senders), SENDERS), thread_name_prefix="sender") as threads,
        ):
            ways = channels_of(self._setup, web)
            ran = [
                threads.submit(sender.run, ways[sender.channel], seconds=seconds, on_done=shown)
                for sender in self._senders
            ]
        return counted([standing for sender in ran for standing in sender.result()])

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let other processes send; what was sealed and not sent is sent again under its name."""
        self._locks.close()


def due_by_subscriber(setup: Setup, session: Session) -> dict[str, int]:
    """Return how many messages are due to whom, but for those whose channel is in trouble and not to be tried yet."""
    now = setup.now()
    shut = {state.route for state in channels.channel_states(session) if state.next_try_at > now}
    waiting = {who.name for who in setup.settings.subscribers if route_of(who) in shut}
    due = outbox.due_counts(session, now)
    return {name: count for name, count in due.items() if name not in waiting}


def try_now(session: Session, subscribers: Sequence[Subscriber], now: datetime) -> None:
    """Have blocked channels tried at once, by one message each: what blocked them may be mended."""
    blocked = {state.route for state in channels.channel_states(session) if state.blocked_at}
    channels.try_at(session, sorted(blocked), now)
    outbox.retry_now(session, [who.name for who in subscribers if route_of(who) in blocked], now)


def note_works(setup: Setup, session: Session, subscriber: Subscriber) -> None:
    """Note that a subscriber's channel takes messages: what waited behind it leaves, the operator is told."""
    route = route_of(subscriber)
    before = channels.channel_state(session, route)
    if before:
        try_now(session, setup.settings.subscribers, setup.now())
        channels.forget_state(session, route)
        tell_change(setup, session, before, None)


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


def channels_of(setup: Setup, web: httpx.Client) -> dict[str, AnyChannel]:
    """Build the channels that subscribers use."""
    names = {who.channel for who in setup.settings.subscribers}
    return built(names, setup.settings.channels, Equipment(now=setup.now, web=web))


def counted(standings: Sequence[Standing]) -> RunCounts:
    """Count what became of the messages."""
    statuses = [standing.status for standing in standings]
    return RunCounts(
        messages_sent=statuses.count(Status.SENT),
        messages_retried=statuses.count(Status.RETRY),
        messages_dead=statuses.count(Status.DEAD),
    )


def send_now(setup: Setup, subscriber: Subscriber, subject: str, paragraphs: Sequence[str]) -> Receipt:
    """Send a subscriber one letter that holds no alert; nothing is recorded of it."""
    name = "\n".join((subscriber.name, subject, setup.now().isoformat()))
    letter = plain_letter(hashlib.sha256(name.encode()).hexdigest()[:16], subject, paragraphs)
    with webhook_client(setup.settings.fetch) as web:
        return sent_in_time(channels_of(setup, web)[subscriber.channel], letter, subscriber)


def told(channel: AnyChannel, letter: Letter, sealed: Sealed) -> Receipt:
    """Send a message's letter, but for one that is to go in parts."""
    size = len(letter.text.encode()) + len(letter.html.encode())
    if len(sealed.message.alert_ids) > 1 and size > LETTER_BYTES:
        return TooBig(error="too big for one letter")
    return sent_in_time(channel, letter, sealed.subscriber)


def sent_in_time(channel: AnyChannel, letter: Letter, subscriber: Subscriber) -> Receipt:
    """Send a letter; one that takes too long is tried again later, though this try may still go through.

    It is made in a thread that is left behind then, and keeps no process from ending.
    """
    receipt: Future[Receipt] = Future()

    def send() -> None:
        try:
            receipt.set_result(channel.send(letter, subscriber))
        except BaseException as bug:  # noqa: BLE001 (raised again where the receipt is waited for)
            receipt.set_exception(bug)

    threading.Thread(target=send, name=f"{threading.current_thread().name}-send", daemon=True).start()
    try:
        return receipt.result(DELIVERY_SECONDS)
    except FutureTimeout:
        return TryLater(error=f"not done within {DELIVERY_SECONDS:g} s", channel=True)


def send_sample(setup: Setup, subscriber: Subscriber, notice: Notice) -> Receipt:
    """Send a subscriber an alert once more, as a sample that says so; nothing is recorded of it."""
    now, alert = setup.now(), notice.alert
    name = f"sample\n{subscriber.name}\n{alert.alert_id}\n{now.isoformat()}"
    message = Message(
        message_id=hashlib.sha256(name.encode()).hexdigest()[:16],
        subscriber=subscriber.name,
        channel=subscriber.channel,
        event_id=notice.event_id,
        alert_ids=(alert.alert_id,),
        created_at=now,
        due_at=now,
    )
    with webhook_client(setup.settings.fetch) as web:
        channel = channels_of(setup, web)[subscriber.channel]
        stop = channel.stop_address(subscriber)
        letter = render(message, [notice], timezone=subscriber.timezone, stop=stop, is_sample=True)
        return sent_in_time(channel, letter, subscriber)


def send_briefing(setup: Setup, subscriber: Subscriber) -> Receipt:
    """Send a subscriber the briefing that would leave now, as a sample that says so; nothing is recorded of it."""
    now = setup.now()
    name = hashlib.sha256(f"briefing\n{subscriber.name}\n{now.isoformat()}".encode()).hexdigest()[:16]
    message = replace(next_briefing(subscriber, now), message_id=name, due_at=now)
    with reading(setup.data_dir) as session:
        briefing = briefing_of(setup, session, message, subscriber)
    with webhook_client(setup.settings.fetch) as web:
        channel = channels_of(setup, web)[subscriber.channel]
        stop = channel.stop_address(subscriber)
        letter = render_briefing(message, briefing, timezone=subscriber.timezone, stop=stop, is_sample=True)
        return sent_in_time(channel, letter, subscriber)


@contextmanager
def one_writing(setup: Setup) -> Iterator[Session]:
    """Open the warehouse for a thread among others."""
    with _writing, writing(setup.data_dir) as session:
        yield session


class Sender:
    """Sends what is due by one channel to those who are told by it, until nothing is, or the channel fails."""

    def __init__(self, setup: Setup, *, route: str, subscribers: Sequence[Subscriber]) -> None:
        """Begin with nothing known: how the channel is, and what is due, is read when it is this sender's."""
        self.channel = subscribers[0].channel
        self._setup, self._route = setup, route
        self._told_by_it = {subscriber.name: subscriber for subscriber in subscribers}
        self._lock = ExitStack()
        self._state: ChannelState | None = None
        self._used_at: datetime | None = None
        self._sealed: Sealed | None = None

    def holds_lock(self) -> bool:
        """Take the channel's lock; where another process sends by it, that one goes on until nothing is due."""
        try:
            self._lock.enter_context(exclusive(lock_of(self._setup.data_dir, self._route)))
        except Held:
            return False
        return True

    def let_go(self) -> None:
        """Let another process send by this channel."""
        self._lock.close()

    def begin(self, session: Session) -> bool:
        """Seal the first message; tell whether one is due. The channel is well, or to be tried again by now."""
        self._state = channels.channel_state(session, self._route)
        self._used_at = outbox.last_tried_at(session, list(self._told_by_it))
        self._sealed = self._seal(session)
        return self._sealed is not None

    def run(self, channel: AnyChannel, *, seconds: float, on_done: Callable[[], None]) -> list[Standing]:
        """Send until nothing is due, the time ends, the channel fails, or `serve` is asked to stop."""
        ends = time.monotonic() + seconds
        done: list[Standing] = []
        try:
            while sealed := self._sealed:
                self._wait_for_turn(channel.seconds_between)
                letter = letter_of(self._setup, sealed, channel.stop_address(sealed.subscriber))
                receipt = told(channel, letter, sealed)
                on = time.monotonic() < ends and not self._setup.stopping()
                done.append(self._settle(sealed.message, receipt, subject=letter.subject, on=on))
                on_done()
        finally:
            self.let_go()
        return done

    def _seal(self, session: Session) -> Sealed | None:
        """Mark the longest due message as tried, so that nothing joins it any more; return what it tells."""
        now = self._setup.now()
        due = outbox.due_messages(session, now, 1, subscribers=list(self._told_by_it))
        if not due:
            return None
        parts = parted(due[0], MOST_ALERTS)
        if len(parts) > 1:
            outbox.divide(session, due[0], parts)
            due = outbox.due_messages(session, now, 1, subscribers=list(self._told_by_it))
        message = replace(due[0], late_by=late_by(due[0], now, self._setup.settings.every))
        since = self._state.failing_since if self._state else None
        outbox.begin_attempt(session, message.message_id, now, since=since)
        return sealed(self._setup, session, message, self._told_by_it[message.subscriber])

    def _wait_for_turn(self, between: float) -> None:
        """Wait until the service behind the channel takes another message, and note that it gets one."""
        now = self._setup.now()
        if self._used_at and between:
            # No longer than that, wherever the clock was then.
            left = min(between, between - (now - self._used_at).total_seconds())
            self._setup.pause(max(left, 0.0))
        self._used_at = self._setup.now()

    def _settle(self, message: Message, receipt: Receipt, *, subject: str, on: bool) -> Standing:
        """Record what came of a message; in the same transaction seal the next, if the channel is well."""
        now = self._setup.now()
        standing = standing_after(
            message,
            receipt,
            self._state,
            route=self._route,
            now=now,
            spread=random.random(),  # noqa: S311 (it spreads load, hides nothing)
        )
        with one_writing(self._setup) as session:
            outbox.settle(session, message.message_id, standing, now, subject=subject)
            take_in(self._setup, session)
            if isinstance(receipt, TooBig) and standing.status is Status.RETRY:
                half = (len(message.alert_ids) + 1) // 2
                outbox.divide(session, message, parted(message, half))
            self._note_state(session, standing.state)
            self._sealed = self._seal(session) if on and standing.state is None else None
        return standing

    def _note_state(self, session: Session, state: ChannelState | None) -> None:
        """Record how the channel is; what waited too long behind it is given up."""
        before, self._state = self._state, state
        if state:
            channels.save_state(session, state)
            until = self._setup.now() - PATIENCE
            names = list(self._told_by_it)
            outbox.give_up(session, names, state.last_error, failing_since=state.failing_since, until=until)
        elif before:
            channels.forget_state(session, self._route)
        tell_change(self._setup, session, before, state)


def lock_of(data_dir: Path, route: str) -> Path:
    """Return the file whose lock a channel's one sender holds; a route may have any characters in it."""
    folder = data_dir / LOCKS
    folder.mkdir(exist_ok=True)
    return folder / f"{hashlib.sha256(route.encode()).hexdigest()[:16]}.lock"
