"""One lane a channel: its messages in their order, sealed before each try and marked after it.

So a crash can repeat a message but never lose one, and what is slow or broken holds up nobody but itself.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from alerts.channels import Channel, route_of
from alerts.message_records import ChannelState, Message, Receipt, Standing, Subscriber
from alerts.placing import late_by
from alerts.retrying import PATIENCE, standing_after
from flows.channel_troubles import tell_change
from flows.letters import Contents, contents_of, letter_of
from flows.setup import Setup
from warehouse import channels, outbox
from warehouse.session import Session
from warehouse.store import writing

# DuckDB's file has one writer, and the threads of one process need not queue for its lock on the disk.
_writing = threading.Lock()


@contextmanager
def one_writing(setup: Setup) -> Iterator[Session]:
    """Open the warehouse for a thread among others."""
    with _writing, writing(setup.data_dir) as session:
        yield session


class Lane:
    """The messages of one channel that are due."""

    def __init__(
        self,
        setup: Setup,
        *,
        route: str,
        channel: Channel,
        state: ChannelState | None,
        messages: Iterable[tuple[Message, Subscriber]],
        on_done: Callable[[], None],
    ) -> None:
        """Take messages, the longest due first; behind a channel in trouble the first of them is a probe."""
        self._setup, self._route, self._channel, self._state = setup, route, channel, state
        self._queue = deque(messages)
        self._on_done = on_done

    def run(self, seconds: float) -> list[Standing]:
        """Send until the queue or the time ends, the channel fails, or `serve` is asked to stop."""
        ends = time.monotonic() + seconds
        done: list[Standing] = []
        with one_writing(self._setup) as session:
            sealed = self._seal(session)
        while sealed:
            contents, subscriber = sealed
            self._setup.turns.wait(self._route, self._channel.seconds_between)
            receipt = self._channel.send(letter_of(contents, subscriber), subscriber)
            on = time.monotonic() < ends and not self._setup.stopping()
            standing, sealed = self._settle(contents.message, receipt, on=on)
            done.append(standing)
            self._on_done()
        return done

    def _seal(self, session: Session) -> tuple[Contents, Subscriber] | None:
        """Mark the next message as tried, so that nothing joins it any more; return what it tells."""
        if not self._queue:
            return None
        message, subscriber = self._queue.popleft()
        now = self._setup.now()
        since = self._state.failing_since if self._state else None
        outbox.begin_attempt(session, message.message_id, now, since=since)
        return contents_of(
            session, replace(message, late_by=late_by(message, now, self._setup.settings.every))
        ), subscriber

    def _settle(
        self, message: Message, receipt: Receipt, *, on: bool
    ) -> tuple[Standing, tuple[Contents, Subscriber] | None]:
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
            names = [who.name for who in self._setup.settings.subscribers if route_of(who) == self._route]
            until = self._setup.now() - PATIENCE
            outbox.give_up(session, names, state.last_error, failing_since=state.failing_since, until=until)
        elif before:
            channels.forget_state(session, self._route)
        tell_change(self._setup, session, before, state)
