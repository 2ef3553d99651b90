"""One pass: its steps in order, under the lock that keeps two passes apart, with one summary line at its end.

What has come is read, recorded, sent and published while the rest is being fetched.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from extractors.officials.watchlist import Official, Term, Watchlist
from flows.processes.workers import Workers, cores
from flows.progress import Stage, stage
from flows.setup import LOCK_FILE, Setup
from flows.steps.deliver.self_watch import after_pass, beat, before_pass, disk_watched
from flows.steps.deliver.senders import deliver
from flows.steps.fetch import PAGES_A_PASS, Pages, clean
from flows.steps.poll import answers_of, request_for, save_answers
from flows.steps.read import read
from flows.steps.recording import record
from flows.web.pacing import host_of
from flows.web.politeness import DAY, crawl_delay
from flows.web.results import FetchResult, Request
from flows.web.stream import Asked, Incoming, Journal, Skipped, Stream
from warehouse import feeds, hosts, officials, outbox, runs
from warehouse.entries import PendingEntry, pending_entries
from warehouse.feeds import FeedState
from warehouse.hosts import HostPace, RobotsFile
from warehouse.locking import Held, exclusive
from warehouse.officials import OfficialTerm
from warehouse.publishing import publish
from warehouse.runs import RunCounts
from warehouse.session import Session
from warehouse.store import writing

T = TypeVar("T")
log = logging.getLogger("talkwatch.pass")

# Publishing copies the whole file: it may take this part of a pass at most, but for the first and the last time.
PUBLISHING = 0.1
# For so many seconds messages may leave before the next batch is read; the rest leaves when all are.
SENDING = 5.0


class Stager(Protocol):
    """How a step is run: plainly, or as a Prefect task."""

    def __call__(self, name: str, step: Callable[[], T]) -> T:
        """Run `step` under `name`."""
        ...


def plainly(name: str, step: Callable[[], T]) -> T:  # noqa: ARG001 (a Stager is told the step's name)
    """Just run the step."""
    return step()


def run_pass(setup: Setup, *, stage: Stager = plainly, scheduled: bool = False) -> str:
    """Do one pass and return its summary line; when another pass is at work, say so and do nothing.

    A `scheduled` pass that found nothing new does not make a new copy for analysts at once: the file may be large, and
    its row in `runs` may wait for up to an hour.
    """
    setup.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(setup.data_dir / LOCK_FILE), disk_watched(setup):
            return recorded_run(setup, stage, scheduled=scheduled)
    except Held as held:
        line = f"a pass is already at work ({held}); nothing to do"
        log.info(line)
        return line


def recorded_run(setup: Setup, stage: Stager, *, scheduled: bool) -> str:
    """Do the steps between the start and the end of a row in `runs`.

    Opening the warehouse takes a while: it is opened once before the first request, and once after the last answer.
    """
    journal, run_id, started_at = Journal(setup.data_dir), uuid.uuid4().hex[:16], setup.now()
    with writing(setup.data_dir) as session:
        officials.save_officials(session, official_terms(setup.watchlist))
        before_pass(setup, session, scheduled=scheduled)
        runs.start_run(session, run_id, started_at)
        waits = outbox.waiting_since(session, started_at) is not None
        begun = begin(setup, session, journal.read())
    journal.clear()
    counts = stage("gather", lambda: (deliver(setup) if waits else RunCounts()) + gather(setup, begun, journal))
    with writing(setup.data_dir) as session:
        note_asked(session, journal.read())
        waits = outbox.waiting_since(session, setup.now()) is not None
        if not waits:
            finish(setup, session, run_id, counts, scheduled=scheduled)
    journal.clear()
    if waits:
        counts += stage("deliver", lambda: deliver(setup))
        with writing(setup.data_dir) as session:
            finish(setup, session, run_id, counts, scheduled=scheduled)
    stage("publish", lambda: publish(setup.data_dir))
    if not setup.stopping():
        beat(setup)
    line = summary(run_id, counts, started_at, setup.now())
    log.info(line)
    return line


def finish(setup: Setup, session: Session, run_id: str, counts: RunCounts, *, scheduled: bool) -> None:
    """Record the end of a pass with what it counted."""
    runs.finish_run(session, run_id, setup.now(), counts, quiet=scheduled and is_idle(counts))
    after_pass(setup, session)


def prepare_warehouse(setup: Setup) -> None:
    """Let the warehouse know the watchlist of this version."""
    with writing(setup.data_dir) as session:
        officials.save_officials(session, official_terms(setup.watchlist))


def official_terms(watchlist: Watchlist) -> tuple[OfficialTerm, ...]:
    """Return a row for each person and term of office; one without an office has one row."""
    return tuple(term_row(official, term) for official in watchlist.officials for term in official.terms or (None,))


def term_row(official: Official, term: Term | None) -> OfficialTerm:
    """Return one person's row for one term."""
    return OfficialTerm(
        official_id=official.official_id,
        name=official.name,
        country=official.country,
        side=official.side,
        role=(term.title or term.role) if term else None,
        role_from=term.since if term else None,
        role_to=term.until if term else None,
        aliases=official.aliases,
    )


def is_idle(counts: RunCounts) -> bool:
    """Tell whether a pass found nothing but unchanged feeds."""
    return counts == RunCounts(feeds_due=counts.feeds_due, feeds_unchanged=counts.feeds_unchanged)


def summary(run_id: str, counts: RunCounts, started_at: datetime, finished_at: datetime) -> str:
    """Return the canonical line of a run."""
    return f"run={run_id} {counts.told or 'nothing_new'} seconds={(finished_at - started_at).total_seconds():.1f}"


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
    feeds.sync_feeds(session, setup.settings.feeds)
    note_asked(session, asked)
    pending = pending_entries(session, now, PAGES_A_PASS)
    return Begun(
        due=feeds.due_feeds(session, now),
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
        feeds.note_asked(session, [(each.key, each.at) for each in asked])


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

    def _take(self, arrived: Sequence[Incoming]) -> None:
        """Note the feeds that have come, ask for the pages they lead to, then read the pages that have come."""
        self._note_hosts(arrived)
        outcomes = [each for each in arrived if isinstance(each, FetchResult)]
        for _ in range(sum(isinstance(each, FetchResult | Skipped) for each in arrived)):
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

    def _note_hosts(self, arrived: Sequence[Incoming]) -> None:
        files = [each for each in arrived if isinstance(each, RobotsFile)]
        parked = [each for each in arrived if isinstance(each, HostPace)]
        if files or parked:
            with writing(self._setup.data_dir) as session:
                hosts.save_robots(session, files)
                hosts.save_hosts(session, parked)

    def _due_pages(self) -> tuple[PendingEntry, ...]:
        with writing(self._setup.data_dir) as session:
            return pending_entries(session, self._setup.now(), PAGES_A_PASS)

    def _ask_pages(self, entries: Sequence[PendingEntry]) -> None:
        """Ask for the pages that were not asked for in this pass."""
        self._stream.ask(self._requests(entries))

    def _requests(self, entries: Sequence[PendingEntry]) -> list[Request]:
        requests = self._pages.requests(entries)
        self._shown.grow(len(requests))
        return requests

    def _read(self, outcomes: Sequence[FetchResult]) -> None:
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
