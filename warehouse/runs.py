"""The record of passes: when each started and finished, and what it counted."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

from warehouse.records import Run, RunCounts
from warehouse.session import Row, Session

_COUNTS = tuple(field.name for field in fields(RunCounts))
_SET = ", ".join(f"{name} = ${name}" for name in _COUNTS)
_FINISH = "UPDATE runs SET finished_at = $finished_at, " + _SET  # noqa: S608 (names of our own record's fields)
_LAST = "SELECT run_id, started_at, finished_at, " + ", ".join(_COUNTS)


def start_run(session: Session, run_id: str, started_at: datetime) -> None:
    """Record that a pass has started; one that is killed stays without a finish."""
    session.run("INSERT INTO runs (run_id, started_at) VALUES ($1, $2)", [run_id, started_at], quiet=True)


def finish_run(session: Session, run_id: str, finished_at: datetime, counts: RunCounts, *, quiet: bool = False) -> None:
    """Record that a pass has finished, with its counts; a `quiet` one is no reason to publish at once."""
    params = {"run_id": run_id, "finished_at": finished_at, **asdict(counts)}
    session.run(_FINISH + " WHERE run_id = $run_id", params, quiet=quiet)


def last_finished_at(session: Session) -> datetime | None:
    """Return when a pass was finished last."""
    last: datetime | None = session.rows("SELECT max(finished_at) FROM runs")[0][0]
    return last


def last_runs(session: Session, limit: int) -> tuple[Run, ...]:
    """Return the newest passes, newest first."""
    return tuple(map(_run, session.rows(_LAST + " FROM runs ORDER BY started_at DESC, run_id LIMIT $1", [limit])))


def _run(row: Row) -> Run:
    run_id, started_at, finished_at, *counts = row
    counted = None if finished_at is None else RunCounts(**dict(zip(_COUNTS, counts, strict=True)))
    return Run(run_id=run_id, started_at=started_at, finished_at=finished_at, counts=counted)
