"""One pass: its steps in order, under the lock that keeps two passes apart, with one summary line at its end.

What has come is read, recorded, sent and published while the rest is being fetched.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from alerts.placing import found_at_first, summary
from extractors.officials.roster import Process
from extractors.officials.watchlist import Official, Term, Watchlist
from extractors.text.identity import article_id
from flows.processes.workers import Workers
from flows.progress import Stage, stage
from flows.setup import LOCK_FILE, Setup
from flows.steps import nightly
from flows.steps.agenda import Leads, Pages, entries_to_read
from flows.steps.deliver.briefings import keep_due
from flows.steps.deliver.notices import tell_of_feed
from flows.steps.deliver.self_watch import after_pass, beat, before_pass, bulletin, disk_watched, warehouse_watched
from flows.steps.deliver.senders import Dispatch
from flows.steps.deliver.wellness import Bulletin, note_bulletin
from flows.steps.fetch import FoundArticle, Furniture, clean
from flows.steps.lulls import tell_lulls
from flows.steps.meaning import are_lost, recover_vectors
from flows.steps.poll import Polled, answers_of, note, request_for
from flows.steps.publish import Publisher, hand_on
from flows.steps.read import read
from flows.steps.record import BATCH, recorded, worked_out
from flows.web.pacing import host_of
from flows.web.politeness import DAY, crawl_delay
from flows.web.results import Fetched, FetchResult, Request
from flows.web.stream import Asked, Incoming, Journal, Skipped, Stream
from warehouse import feeds, hosts, officials, outbox, runs, search
from warehouse.entries import PageFailure, PendingEntry
from warehouse.forgotten import Forgotten, forgotten
from warehouse.hosts import HostPace, RobotsFile
from warehouse.kept import KeptPage, keep
from warehouse.locking import Held, exclusive
from warehouse.officials import Negotiation, OfficialTerm
from warehouse.published import publish
from warehouse.runs import RunCounts
from warehouse.session import Session
from warehouse.store import writing
from warehouse.utterances import compared_sentences

T = TypeVar("T")
log = logging.getLogger("talkwatch.pass")

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
        with exclusive(setup.data_dir / LOCK_FILE), disk_watched(setup), warehouse_watched(setup):
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
    with Dispatch(setup) as dispatch:
        with writing(setup.data_dir) as session:
            know_watchlist(setup, session)
            before_pass(setup, session, scheduled=scheduled)
            runs.start_run(session, run_id, started_at)
            intake = Intake(setup, session, journal.read())
            dispatch.seal(session)
        journal.clear()
        counts = stage("gather", lambda: dispatch.send() + intake.run(journal))
    with Dispatch(setup) as dispatch:
        with writing(setup.data_dir) as session:
            counts += intake.note(session)
            note_asked(session, journal.read())
            counts += RunCounts(alerts=tell_lulls(setup, session))
            keep_due(setup, session)
            if intake.is_first:
                summarise(setup, session)
            waits = dispatch.seal(session)
            if not waits:
                news = finish(setup, session, run_id, counts, scheduled=scheduled)
                is_night = nightly.is_due(setup, session)
        journal.clear()
        if waits:
            counts += stage("deliver", dispatch.send)
            with writing(setup.data_dir) as session:
                news = finish(setup, session, run_id, counts, scheduled=scheduled)
                is_night = nightly.is_due(setup, session)
    note_bulletin(setup.data_dir, news)
    stage("publish", lambda: publish(setup.data_dir, changes=session.changes))
    if is_night and not setup.stopping():
        nightly.do_nightly(setup)
    hand_on(setup.settings, setup.now)
    if not setup.stopping():
        beat(setup)
    line = summary_line(run_id, counts, started_at, setup.now())
    log.info(line)
    return line


def finish(setup: Setup, session: Session, run_id: str, counts: RunCounts, *, scheduled: bool) -> Bulletin:
    """Record the end of a pass with what it counted; return how Talkwatch fares by now."""
    runs.finish_run(session, run_id, setup.now(), counts, quiet=scheduled and is_idle(counts))
    after_pass(setup, session)
    return bulletin(session, setup.settings, setup.now())


def summarise(setup: Setup, session: Session) -> None:
    """Put what a new deployment's first pass would send into one message for each to whom it would send many."""
    found = outbox.open_messages(session)
    for subscriber in setup.settings.subscribers:
        if many := found_at_first(found, subscriber):
            outbox.gather(session, summary(many, setup.now()), [each.message_id for each in many[1:]])


def prepare_warehouse(setup: Setup) -> None:
    """Let the warehouse know the watchlist of this version."""
    with writing(setup.data_dir) as session:
        know_watchlist(setup, session)


def know_watchlist(setup: Setup, session: Session) -> None:
    """Keep whom the watchlist names, and how names are spelt, where it is another than before; tidy up for search."""
    officials.save_processes(session, tuple(map(negotiation, setup.watchlist.processes)))
    if officials.save_officials(session, official_terms(setup.watchlist)) or not search.is_explained(session):
        search.explain_all(session, sorted(setup.spellings.forms), setup.spellings.keys)
    search.put_in_order(session)


def negotiation(process: Process) -> Negotiation:
    """Return the row of a negotiation of the watchlist."""
    return Negotiation(
        process_id=process.process_id,
        name=process.name,
        parties=process.parties,
        since=process.since,
        until=process.until,
    )


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


def summary_line(run_id: str, counts: RunCounts, started_at: datetime, finished_at: datetime) -> str:
    """Return the canonical line of a run."""
    return f"run={run_id} {counts.told or 'nothing_new'} seconds={(finished_at - started_at).total_seconds():.1f}"


class Intake:
    """One pass's way in: keeps what was asked, and deals with what comes while the rest is being fetched.

    What brought nothing to read is kept, and noted whenever the warehouse is opened next: at the latest at the end of
    the pass. Of a pass that is killed before, the journal knows what was asked.
    """

    def __init__(self, setup: Setup, session: Session, asked: Sequence[Asked]) -> None:
        """Take over the configuration and what a killed pass had asked; read what is due, with nothing asked yet."""
        now = setup.now()
        feeds.sync_feeds(session, setup.settings.feeds)
        note_asked(session, asked)
        runs.mend_waits(session, now, 60 * setup.settings.every)
        self._setup = setup
        # What a new deployment finds at first leaves at the end of the pass: it may be much.
        self.is_first = runs.last_finished_at(session) is None
        # The steps within would draw their bars across this one.
        self._within = setup.silently
        self._due = {state.feed.feed_id: state for state in feeds.due_feeds(session, now)}
        self._pending = entries_to_read(session, now)
        self._hosts = hosts.recent_hosts(session, now, now - DAY)
        self._robots = hosts.robots_files(session) if self._due or self._pending else ()
        self._after_feeds = frozenset(map(host_of, hosts.asked_last(session))) if self._pending else frozenset()
        self._pages, self._furniture, self._publisher = Pages(), Furniture(setup.data_dir), Publisher(setup.data_dir)
        self._compared: Sequence[str] | None = None
        self._read_ahead(session, self._pending)
        self._polled: list[Polled] = []
        self._leads = Leads(setup.settings.table_of)
        self._told: list[FetchResult] = []
        self._files: list[RobotsFile] = []
        self._parked: list[HostPace] = []
        self._forgotten = forgotten(session)

    def run(self, journal: Journal) -> RunCounts:
        """Ask the feeds that are due and read the pages they lead to, batch by batch, as far as the pass has time."""
        counts = RunCounts(feeds_due=len(self._due))
        if not self._due and not self._pending:
            return counts
        stream = Stream(
            self._setup.settings.fetch,
            clock=self._setup.now,
            stopping=self._setup.stopping,
            hosts=self._hosts,
            robots=self._robots,
            delays=[(host_of(file.origin), crawl_delay(file)) for file in self._robots if wants_delay(file)],
            after_feeds=self._after_feeds,
            on_start=journal.note,
        )
        with stage(self._setup.progress, "feeds and pages asked", 0) as shown, self._setup.parsers as workers, stream:
            shown.grow(len(self._due))
            # Together, so that on each host those whose turn it is are asked first.
            table_of = self._setup.settings.table_of
            feeds_due = [request_for(state, table_of(name)) for name, state in self._due.items()]
            stream.ask([*feeds_due, *self._requests(self._pending, shown)])
            while (arrived := stream.batch()) or self._told:
                for _ in range(sum(isinstance(each, FetchResult | Skipped) for each in arrived)):
                    shown()
                counts += self._take_feeds(arrived, workers)
                stream.ask([*self._leads.taken(), *self._requests(self._pending, shown)])
                counts += self._take_pages(arrived, workers)
        return counts

    def note(self, session: Session) -> RunCounts:
        """Note what was kept, and tell what became of feeds."""
        hosts.save_robots(session, self._files)
        if self._parked:
            hosts.save_hosts(session, self._parked)
        noted = note(session, self._polled, self._setup.now())
        self._leads.go_on(noted.all_new)
        for feed, news in noted.news:
            tell_of_feed(self._setup, session, feed, news)
        self._files, self._parked, self._polled = [], [], []
        return noted.counts

    def _requests(self, entries: Sequence[PendingEntry], shown: Stage) -> list[Request]:
        requests, told = self._pages.requests(entries, self._setup.settings.table_of)
        self._told += told
        shown.grow(len(requests))
        return requests

    def _take_feeds(self, arrived: Sequence[Incoming], workers: Workers) -> RunCounts:
        """Keep what has come of feeds and hosts; note it now if it may bring pages, or a host is to be left alone."""
        self._files += [each for each in arrived if isinstance(each, RobotsFile)]
        self._parked += [each for each in arrived if isinstance(each, HostPace)]
        came = [each for each in arrived if isinstance(each, FetchResult) and each.key in self._due]
        pairs = [(self._due[each.key], own) for each in came if (own := self._leads.arrived(each))]
        answers = answers_of(workers, pairs, self._setup.now(), self._setup.settings.table_of)
        self._polled += self._leads.followed(answers)
        self._pending = ()
        if not self._parked and not any(each.may_be_new for each in self._polled):
            return RunCounts()
        with writing(self._setup.data_dir) as session:
            counts = self.note(session)
            if counts.entries_new:
                self._pending = entries_to_read(session, self._setup.now())
                self._read_ahead(session, self._pending)
        return counts

    def _take_pages(self, arrived: Sequence[Incoming], workers: Workers) -> RunCounts:
        """Take a batch of pages all the way: cleaned, read, recorded, sent and published."""
        outcomes = [each for each in arrived if isinstance(each, FetchResult) and each.key not in self._due]
        outcomes, self._told = [*outcomes, *self._told], []
        if not outcomes:
            return RunCounts()
        fetched = self._pages.taken(outcomes)
        acquired = clean(self._within, workers, fetched)
        # Before what is read in them: a page without its article costs nothing, an article without its page a replay.
        keep_pages(self._setup, fetched, self._forgotten)
        if acquired.articles:
            recover_vectors(self._setup.data_dir, self._compared)
        with Dispatch(self._within) as dispatch:

            def along(session: Session, taken: RunCounts) -> RunCounts:
                noted = self.note(session)
                self._read_ahead(session)
                if taken.alerts and not self.is_first:
                    dispatch.seal(session)
                return noted

            counts, changes = take_in(self._within, self._furniture, acquired.articles, acquired.failures, along)
            counts += acquired.counts + dispatch.send(seconds=SENDING)
        self._publisher.publish(changes)
        return counts

    def _read_ahead(self, session: Session, entries: Sequence[PendingEntry] = ()) -> None:
        urls = (*self._pages.awaited, *(entry.url for entry in entries))
        self._furniture.read_ahead(session, urls)
        if entries and are_lost(self._setup.data_dir):
            self._compared = compared_sentences(session)


def keep_pages(setup: Setup, fetched: Sequence[tuple[FetchResult, tuple[PendingEntry, ...]]], known: Forgotten) -> None:
    """Keep the pages that came, readable or not, for a replay; but none of what was forgotten."""
    now = setup.now()
    pages = [
        KeptPage(url=outcome.url, content_type=outcome.content_type, body=outcome.body, entries=entries, kept_at=now)
        for outcome, entries in fetched
        if isinstance(outcome, Fetched) and not known.article([article_id(outcome.url)])
    ]
    if pages:
        keep(setup.data_dir, pages, setup.settings.retention.keeping, now)


def nothing_more(_session: Session, _taken: RunCounts) -> RunCounts:
    """Do nothing besides."""
    return RunCounts()


def take_in(
    setup: Setup,
    furniture: Furniture,
    found: Sequence[FoundArticle],
    failures: Sequence[PageFailure] = (),
    along: Callable[[Session, RunCounts], RunCounts] = nothing_more,
) -> tuple[RunCounts, int | None]:
    """Read articles and record them, so many a transaction; return the counts, and what the last session counted.

    With the first goes what they teach of their sites, and with the last what is done `along`, given the counts.
    """
    lesson = furniture.lesson([item.article for item in found])
    articles = read(setup, [replace(item, article=lesson.applied(item.article)) for item in found])
    counts, changes = RunCounts(), None
    last = max(len(articles) - 1, 0) // BATCH * BATCH
    for start in range(0, max(len(articles), bool(failures)), BATCH):
        work = worked_out(setup, articles[start : start + BATCH])
        with writing(setup.data_dir) as session:
            if start == 0:
                lesson.keep(session, setup.now())
            work = work.holding(lesson.as_stored(session, work.found))
            counts += recorded(setup, session, work, failures if start == 0 else ())
            if start == last:
                counts += along(session, counts)
        changes = session.changes
    return counts, changes


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
