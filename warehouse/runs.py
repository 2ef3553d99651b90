"""Passes: when each started and finished and what it counted; and the numbers by which `status` judges."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from alerts.message_records import ChannelState, OperatorNotice
from warehouse import channels, outbox
from warehouse.nightly import Nightly, last_night
from warehouse.rows import Columns
from warehouse.session import Session

# Nothing is put off for longer: digests and quiet hours end within two days, channels are given up after as many, and
# what servers ask for counts for a day.
LONGEST = timedelta(days=3)

# What was done, or begun, later than now was stamped by such a clock; what waits longer than anything does, too.
_DUE_NOW = (
    "UPDATE hosts SET last_started_at = $now WHERE last_started_at > $now",
    "UPDATE hosts SET parked_until = NULL WHERE parked_until > $longest",
    "UPDATE robots SET next_at = $now WHERE next_at > $now AND asked_at > $now",
    "UPDATE channels SET next_try_at = $now WHERE next_try_at > $longest OR failing_since > $now",
    "UPDATE entries SET next_at = $now WHERE state = 'pending' AND next_at > $longest + to_seconds($retry)",
    "UPDATE messages SET due_at = $now WHERE status IN ('pending', 'retry') AND due_at > $longest",
)

# The pass before this one was begun later than this one, by the clock of then. So far may a clock be set back by hand.
_SET_BACK = timedelta(minutes=1)
_WAS_AHEAD = "SELECT started_at > $now FROM runs ORDER BY rowid DESC LIMIT 1 OFFSET 1"

# A clock ahead by hours stays within those bounds. What it put off waits from now as long as it was to wait; what
# failed is tried now: under a wrong clock no certificate is valid.
_FROM_NOW = (
    "UPDATE hosts SET parked_until = NULL WHERE last_started_at > $now",
    """
    UPDATE feeds SET next_poll_at = CASE
        WHEN consecutive_failures > 0 THEN $now
        ELSE least(next_poll_at, $now + (next_poll_at - last_polled_at))
    END
    WHERE last_polled_at > $now AND next_poll_at > $now
    """,
    "UPDATE channels SET next_try_at = $now WHERE next_try_at > $now",
    "UPDATE entries SET next_at = $now WHERE state = 'pending' AND next_at > $now",
    "UPDATE messages SET due_at = $now WHERE status = 'retry' AND due_at > $now",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """A count for each outcome of each stage of one pass."""

    feeds_due: int = 0
    feeds_changed: int = 0
    feeds_unchanged: int = 0
    feeds_failed: int = 0
    entries_new: int = 0
    pages_fetched: int = 0
    pages_failed: int = 0
    pages_unreadable: int = 0
    articles_new: int = 0
    articles_revised: int = 0
    articles_known: int = 0
    statements: int = 0
    matches: int = 0
    alerts: int = 0
    messages_sent: int = 0
    messages_retried: int = 0
    messages_dead: int = 0
    entries_listed: int = 0
    entries_known: int = 0
    entries_unlinked: int = 0
    pages_asked: int = 0
    pages_disallowed: int = 0
    articles_from_feeds: int = 0

    def __add__(self, other: RunCounts) -> RunCounts:
        """Add count by count."""
        names = [field.name for field in fields(self)]
        return RunCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def residue(self) -> int:
        """Entries that no count accounts for: fetched is not stored + duplicate + filtered + failed."""
        listed = self.entries_new + self.entries_known + self.entries_unlinked
        stored = self.articles_new + self.articles_revised
        refused = self.pages_disallowed + self.pages_unreadable + self.pages_failed
        return abs(self.entries_listed - listed) + abs(self.pages_asked - stored - self.articles_known - refused)

    @property
    def told(self) -> str:
        """Every count that is not zero, as name=value, and what no count accounts for."""
        values = {**{field.name: getattr(self, field.name) for field in fields(self)}, "residue": self.residue}
        return " ".join(f"{name}={value}" for name, value in values.items() if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pass. `finished_at` and `counts` are None while it runs, and for ever when it was killed."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    counts: RunCounts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingFeed:
    """A feed that does not answer, or with nothing that could be read."""

    outlet: str
    url: str
    failing_since: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Numbers that tell whether Talkwatch is well; to judge them is `status`'s business.

    `oldest_due_at` is since when the oldest message should have left, None when none is overdue; `worst_feeds` are some
    of those that fail, the longest first, `odd_feeds` addresses of those that answer and have something wrong, and
    what; `channels` are those in trouble, `notices` what the operator was told and lasts.
    """

    last_started_at: datetime | None
    last_finished_at: datetime | None
    unfinished_runs: int
    feeds: int
    feeds_new: int
    feeds_failing: int
    worst_feeds: tuple[FailingFeed, ...]
    last_new_at: datetime | None
    entries_pending: int
    entries_failed: int
    articles: int
    alerts: int
    messages_waiting: int
    messages_dead: int
    oldest_due_at: datetime | None
    channels: tuple[ChannelState, ...] = ()
    notices: tuple[OperatorNotice, ...] = ()
    unsubscribed: tuple[str, ...] = ()
    readings_given_up: int = 0
    odd_feeds: tuple[tuple[str, str], ...] = ()
    nightly: tuple[Nightly, ...] = ()


_COUNTS = Columns(RunCounts)
_SET = ", ".join(f"{name} = ${name}" for name in _COUNTS.names)
_FINISH = "UPDATE runs SET finished_at = $finished_at, " + _SET  # noqa: S608 (our own columns)
_LAST = f"""
SELECT run_id, started_at, finished_at, {_COUNTS} FROM runs ORDER BY started_at DESC, run_id LIMIT $1
"""  # noqa: S608 (our own columns)
_SUMS = f"SELECT {', '.join(f'coalesce(sum({name}), 0)::BIGINT' for name in _COUNTS.names)} FROM runs"  # noqa: S608 (the same)
_HELD = ("worst_feeds", "odd_feeds", "oldest_due_at", "channels", "notices", "unsubscribed", "nightly")
_COUNTED = Columns(Health, without=_HELD)

# The last that was written down, not the latest: the clock may have been ahead in an earlier pass.
_LAST_FINISHED = "SELECT arg_max(finished_at, rowid) FROM runs WHERE finished_at IS NOT NULL"

_HEALTH = f"""
SELECT {_COUNTED}
FROM (
    SELECT
        (SELECT max(started_at) FROM runs) AS last_started_at,
        ({_LAST_FINISHED}) AS last_finished_at,
        (SELECT count(*) FROM runs WHERE finished_at IS NULL) AS unfinished_runs,
        (SELECT count(*) FROM feeds WHERE state <> 'unwatched') AS feeds,
        (SELECT count(*) FROM feeds WHERE state = 'new') AS feeds_new,
        (SELECT count(*) FROM feeds WHERE state IN ('failing', 'gone')) AS feeds_failing,
        (SELECT max(last_new_at) FROM feeds) AS last_new_at,
        (SELECT count(*) FROM entries WHERE state = 'pending') AS entries_pending,
        (SELECT count(*) FROM entries WHERE state = 'failed') AS entries_failed,
        (SELECT count(*) FROM articles) AS articles,
        (
            SELECT count(*) FROM articles WHERE depth IN ('took_too_long', 'took_too_much', 'crashed')
        ) AS readings_given_up,
        (SELECT count(*) FROM alerts) AS alerts,
        (SELECT count(*) FROM messages WHERE status IN ('pending', 'retry')) AS messages_waiting,
        (
            SELECT count(*)
            FROM messages
            WHERE status = 'dead' AND subscriber NOT IN (SELECT subscriber FROM unsubscribed)
        ) AS messages_dead
)
"""  # noqa: S608 (our own columns)

_WORST = Columns(FailingFeed)
_FAILING = f"""
SELECT {_WORST} FROM feeds WHERE state IN ('failing', 'gone')
ORDER BY failing_since NULLS FIRST, outlet, url
LIMIT 5
"""  # noqa: S608 (our own columns)
_ODD = """
SELECT url, last_error
FROM feeds
WHERE last_error IS NOT NULL AND consecutive_failures = 0 AND state NOT IN ('failing', 'gone', 'unwatched')
ORDER BY url
"""


def start_run(session: Session, run_id: str, started_at: datetime) -> None:
    """Record that a pass has started; one that is killed stays without a finish."""
    session.run("INSERT INTO runs (run_id, started_at) VALUES ($1, $2)", [run_id, started_at], quiet=True)


def finish_run(session: Session, run_id: str, finished_at: datetime, counts: RunCounts, *, quiet: bool = False) -> None:
    """Record that a pass has finished, with its counts; a `quiet` one is no reason to publish at once."""
    params = {"run_id": run_id, "finished_at": finished_at, **asdict(counts)}
    session.run(_FINISH + " WHERE run_id = $run_id", params, quiet=quiet)


def last_finished_at(session: Session) -> datetime | None:
    """Return when a pass was finished last."""
    last: datetime | None = session.rows(_LAST_FINISHED)[0][0]
    return last


def is_first_under_way(session: Session) -> bool:
    """Tell whether a pass was begun, and none was ever finished."""
    return bool(session.rows("SELECT count(*) > 0 AND count(finished_at) = 0 FROM runs")[0][0])


def sums(session: Session) -> RunCounts:
    """Return what all passes together have counted."""
    return _COUNTS.record(session.rows(_SUMS)[0])


def last_runs(session: Session, limit: int) -> tuple[Run, ...]:
    """Return the newest passes, newest first."""
    return tuple(
        Run(
            run_id=run_id,
            started_at=started_at,
            finished_at=finished_at,
            counts=None if finished_at is None else _COUNTS.record(counts),
        )
        for run_id, started_at, finished_at, *counts in session.rows(_LAST, [limit])
    )


def health(session: Session, now: datetime) -> Health:
    """Return the numbers as they are at `now`."""
    return _COUNTED.record(
        session.rows(_HEALTH)[0],
        worst_feeds=session.records(_WORST, _FAILING),
        odd_feeds=tuple((url, problem) for url, problem in session.rows(_ODD)),
        oldest_due_at=outbox.waiting_since(session, now),
        channels=channels.channel_states(session),
        notices=outbox.open_notices(session),
        unsubscribed=tuple(sorted(channels.unsubscribed(session))),
        nightly=tuple(last_night(session).values()),
    )


def mend_waits(session: Session, now: datetime, retry: timedelta) -> None:
    """Let what a clock that was ahead has put off wait no longer; `retry` is the longest between two tries of a page.

    The row of the pass at work is written before.
    """
    ahead = session.rows(_WAS_AHEAD, {"now": now + _SET_BACK})
    values = {"now": now, "longest": now + LONGEST, "retry": retry.total_seconds()}
    for statement in (*(_FROM_NOW if ahead and ahead[0][0] else ()), *_DUE_NOW):
        session.run(statement, {name: value for name, value in values.items() if f"${name}" in statement}, quiet=True)
