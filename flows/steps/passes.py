"""One pass: its steps in order, under the lock that keeps two passes apart, with one summary line at its end."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from extractors.officials.watchlist import Official, Term, Watchlist
from flows.setup import LOCK_FILE, Setup
from flows.steps.deliver.self_watch import after_pass, beat, before_pass, disk_watched
from flows.steps.deliver.senders import deliver
from flows.steps.gathering import begin, gather, note_asked
from flows.web.journal import Journal
from warehouse import officials, outbox, runs
from warehouse.locking import Held, exclusive
from warehouse.publishing import publish
from warehouse.records import OfficialTerm, RunCounts
from warehouse.session import Session
from warehouse.store import writing

T = TypeVar("T")
log = logging.getLogger("talkwatch.pass")


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
