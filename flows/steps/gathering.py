"""The way in, as a stream: what has come is read, recorded, sent and published while the rest is being fetched."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.processes.workers import Workers, cores
from flows.progress import Stage, stage
from flows.setup import Setup
from flows.steps.acquiring import PAGES_A_PASS, Pages, clean
from flows.steps.deliver.senders import deliver
from flows.steps.polling import answers_of, request_for, save_answers
from flows.steps.reading import read
from flows.steps.recording import record
from flows.web.intervals import DAY
from flows.web.journal import Asked, Journal
from flows.web.outcomes import Outcome, Request
from flows.web.pacing import host_of
from flows.web.robots import crawl_delay
from flows.web.streaming import Arrival, Skipped, Stream
from warehouse import hosts, polls
from warehouse.feed_records import FeedState, HostPace, PendingEntry, RobotsFile
from warehouse.publishing import publish
from warehouse.records import RunCounts
from warehouse.session import Session
from warehouse.store import writing

# Publishing copies the whole file: it may take this part of a pass at most, but for the first and the last time.
PUBLISHING = 0.1
# For so many seconds messages may leave before the next batch is read; the rest leaves when all are.
SENDING = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is known before the first request: who is due, and how each server is to be treated."""

    due: tuple[FeedState, ...]
    hosts: tuple[HostPace, ...]
    robots: tuple[RobotsFile, ...]
    pending: tuple[PendingEntry, ...]
    after_feeds: frozenset[str] = frozenset()


def begin(setup: Setup, session: Session, asked: Sequence[Asked]) -> Begun:
    """Take over the configuration and what a killed pass had asked; return what is due."""
    now = setup.now()
    polls.sync_feeds(session, setup.settings.feeds)
    note_asked(session, asked)
    pending = polls.pending_entries(session, now, PAGES_A_PASS)
    return Begun(
        due=polls.due_feeds(session, now),
        hosts=hosts.recent_hosts(session, now, now - DAY),
        robots=hosts.robots_files(session),
        pending=pending,
        after_feeds=frozenset(map(host_of, hosts.asked_last(session))) if pending else frozenset(),
    )


def gather(setup: Setup, begun: Begun, journal: Journal) -> RunCounts:
    """Ask the feeds that are due and read the pages they lead to, batch by batch, as far as the pass has time."""
    if not begun.due and not begun.pending:
        return RunCounts()
    stream = Stream(
        setup.settings.fetch,
        clock=setup.now,
        stopping=setup.stopping,
        hosts=begun.hosts,
        robots=begun.robots,
        delays=[(host_of(file.origin), crawl_delay(file)) for file in begun.robots if wants_delay(file)],
        after_feeds=begun.after_feeds,
        on_start=journal.note,
    )
    with stage(setup.progress, "asked", 0) as shown, Workers(cores()) as workers, stream:
        gathering = Gathering(setup, begun, stream, workers, shown)
        gathering.run()
    return gathering.counts


def note_asked(session: Session, asked: Sequence[Asked]) -> None:
    """Note when hosts were asked last, and feeds whose answers the end of the pass cut off."""
    if asked:
        hosts.save_hosts(session, paces(asked))
        polls.note_asked(session, [(each.key, each.at) for each in asked])


def paces(asked: Sequence[Asked]) -> list[HostPace]:
    """Return when each host was asked last."""
    last: dict[str, datetime] = {}
    for each in asked:
        last[each.host] = max(each.at, last.get(each.host, each.at))
    return [HostPace(host=host, last_started_at=at) for host, at in last.items()]


def wants_delay(file: RobotsFile) -> bool:
    """Tell whether it is worth parsing a robots.txt for its Crawl-delay."""
    return "crawl-delay" in (file.body or "").lower()


class Gathering:
    """One pass's way in: keeps what was asked, and deals with what comes."""

    def __init__(self, setup: Setup, begun: Begun, stream: Stream, workers: Workers, shown: Stage) -> None:
        """Begin with nothing asked."""
        self.counts = RunCounts(feeds_due=len(begun.due))
        self._setup = setup
        # The steps within would draw their bars across this one.
        self._within = setup.silently
        self._due = {state.feed.feed_id: state for state in begun.due}
        self._pages, self._pending = Pages(), begun.pending
        self._stream, self._workers, self._shown = stream, workers, shown
        self._publish_again = 0.0

    def run(self) -> None:
        """Ask for everything, and deal with it as it comes."""
        self._shown.grow(len(self._due))
        # Together, so that on each host those whose turn it is are asked first.
        self._stream.ask([*map(request_for, self._due.values()), *self._requests(self._pending)])
        while arrived := self._stream.batch():
            self._take(arrived)

    def _take(self, arrived: Sequence[Arrival]) -> None:
        """Note the feeds that have come, ask for the pages they lead to, then read the pages that have come."""
        self._note_hosts(arrived)
        outcomes = [each for each in arrived if isinstance(each, Outcome)]
        for _ in range(sum(isinstance(each, Outcome | Skipped) for each in arrived)):
            self._shown()
        feeds = [outcome for outcome in outcomes if outcome.key in self._due]
        if feeds:
            pairs = [(self._due[outcome.key], outcome) for outcome in feeds]
            noted = save_answers(self._setup, answers_of(self._workers, pairs, self._setup.now()))
            self.counts += noted
            if noted.entries_new:
                self._ask_pages(self._due_pages())
        pages = [outcome for outcome in outcomes if outcome.key not in self._due]
        if pages:
            self._read(pages)

    def _note_hosts(self, arrived: Sequence[Arrival]) -> None:
        files = [each for each in arrived if isinstance(each, RobotsFile)]
        parked = [each for each in arrived if isinstance(each, HostPace)]
        if files or parked:
            with writing(self._setup.data_dir) as session:
                hosts.save_robots(session, files)
                hosts.save_hosts(session, parked)

    def _due_pages(self) -> tuple[PendingEntry, ...]:
        with writing(self._setup.data_dir) as session:
            return polls.pending_entries(session, self._setup.now(), PAGES_A_PASS)

    def _ask_pages(self, entries: Sequence[PendingEntry]) -> None:
        """Ask for the pages that were not asked for in this pass."""
        self._stream.ask(self._requests(entries))

    def _requests(self, entries: Sequence[PendingEntry]) -> list[Request]:
        requests = self._pages.requests(entries)
        self._shown.grow(len(requests))
        return requests

    def _read(self, outcomes: Sequence[Outcome]) -> None:
        """Take a batch of pages all the way: cleaned, read, recorded, sent and published."""
        acquired = clean(self._within, self._workers, self._pages.taken(outcomes))
        recorded = record(self._within, read(self._within, acquired.articles), acquired.failures)
        self.counts += acquired.counts + recorded
        if recorded.alerts:
            self.counts += deliver(self._within, seconds=SENDING)
        self._publish()

    def _publish(self) -> None:
        begun = time.monotonic()
        if begun >= self._publish_again:
            publish(self._setup.data_dir)
            ended = time.monotonic()
            self._publish_again = ended + (ended - begun) / PUBLISHING
