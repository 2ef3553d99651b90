"""One sender a channel: its messages in their order, sealed before each try and marked after it.

So a crash can repeat a message but never lose one, and what is slow or broken holds up nobody but itself.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alerts.channels import Channel
from alerts.message_records import ChannelState, Message, Receipt, Standing, Subscriber
from alerts.placing import late_by
from alerts.retrying import PATIENCE, standing_after
from flows.delivery.channel_troubles import tell_change
from flows.delivery.letters import Contents, contents_of, letter_of
from flows.setup import Setup
from warehouse import channels, outbox
from warehouse.locking import Held, exclusive
from warehouse.session import Session
from warehouse.store import writing

LOCKS = "senders"

# DuckDB's file has one writer, and the threads of one process need not queue for its lock on the disk.
_writing = threading.Lock()

Sealed = tuple[Contents, Subscriber] | None


@contextmanager
def one_writing(setup: Setup) -> Iterator[Session]:
    """Open the warehouse for a thread among others."""
    with _writing, writing(setup.data_dir) as session:
        yield session


class Sender:
    """Sends what is due by one channel to those who are told by it."""

    def __init__(
        self,
        setup: Setup,
        *,
        route: str,
        channel: Channel,
        subscribers: Sequence[Subscriber],
        on_done: Callable[[], None],
    ) -> None:
        """Begin with nothing known: how the channel is, and what is due, is read when it is this sender's."""
        self._setup, self._route, self._channel = setup, route, channel
        self._told_by_it = {subscriber.name: subscriber for subscriber in subscribers}
        self._state: ChannelState | None = None
        self._used_at: datetime | None = None
        self._on_done = on_done

    def run(self, seconds: float) -> list[Standing]:
        """Send until nothing is due, the time ends, the channel fails, or `serve` is asked to stop.

        Where another process sends by this channel, that one goes on until nothing is due.
        """
        try:
            with exclusive(lock_of(self._setup.data_dir, self._route)):
                return self._send_all(seconds)
        except Held:
            return []

    def _send_all(self, seconds: float) -> list[Standing]:
        ends = time.monotonic() + seconds
        done: list[Standing] = []
        with one_writing(self._setup) as session:
            sealed = self._begin(session)
        while sealed:
            contents, subscriber = sealed
            self._wait_for_turn()
            receipt = self._channel.send(letter_of(contents, subscriber), subscriber)
            on = time.monotonic() < ends and not self._setup.stopping()
            standing, sealed = self._settle(contents.message, receipt, on=on)
            done.append(standing)
            self._on_done()
        return done

    def _begin(self, session: Session) -> Sealed:
        """Seal the first message, unless the channel is in trouble and not to be tried yet."""
        self._state = channels.channel_state(session, self._route)
        self._used_at = outbox.last_tried_at(session, list(self._told_by_it))
        shut = self._state and self._state.next_try_at > self._setup.now()
        return None if shut else self._seal(session)

    def _seal(self, session: Session) -> Sealed:
        """Mark the longest due message as tried, so that nothing joins it any more; return what it tells."""
        now = self._setup.now()
        due = outbox.due_messages(session, now, 1, subscribers=list(self._told_by_it))
        if not due:
            return None
        message = replace(due[0], late_by=late_by(due[0], now, self._setup.settings.every))
        since = self._state.failing_since if self._state else None
        outbox.begin_attempt(session, message.message_id, now, since=since)
        return contents_of(session, message), self._told_by_it[message.subscriber]

    def _wait_for_turn(self) -> None:
        """Wait until the service behind the channel takes another message, and note that it gets one."""
        now, between = self._setup.now(), self._channel.seconds_between
        if self._used_at and between:
            # No longer than that, wherever the clock was then.
            left = min(between, between - (now - self._used_at).total_seconds())
            self._setup.pause(max(left, 0.0))
        self._used_at = self._setup.now()

    def _settle(self, message: Message, receipt: Receipt, *, on: bool) -> tuple[Standing, Sealed]:
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
            outbox.settle(session, message.message_id, standing, now)
            self._note_state(session, standing.state)
            following = self._seal(session) if on and standing.state is None else None
        return standing, following

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
