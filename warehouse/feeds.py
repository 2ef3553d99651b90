"""Feeds: which are watched and due, what is known of each, and what a poll of it gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from warehouse import entries
from warehouse.entries import NewEntry
from warehouse.rows import Columns, Row
from warehouse.session import Session

# A feed that has been silent for so long is looked at beside its own weeks past, as far back as this.
SILENT = timedelta(hours=12)
REMEMBERED = timedelta(weeks=26)


class FeedHealth(StrEnum):
    """The state of a feed that analysts and `feeds list` see."""

    NEW = "new"
    FINE = "fine"
    SLOW = "slow"
    QUIET = "quiet"
    FAILING = "failing"
    GONE = "gone"
    UNWATCHED = "unwatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFeed:
    """A feed as the configuration has it; `primary_source` is the own page of those whose words it has."""

    feed_id: str
    url: str
    outlet: str
    country: str | None
    every: timedelta
    max_every: timedelta
    kind: str = "feed"
    primary_source: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCourse:
    """How a feed has behaved so far, which decides when and where it is asked next.

    `moved_to` is where `moved_times` polls in a row were led for good since `moved_since`; `current_url` is where it is
    asked instead of its configured address; `skip_days` count from Monday, 0.
    """

    state: FeedHealth = FeedHealth.NEW
    dull_polls: int = 0
    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    current_url: str | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_times: int = 0
    gone_since: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is known of a feed before it is asked: validators exactly as the server gave them.

    `arrivals` are when its entries of the last weeks came, in their order, of a feed that has been silent for a while.
    """

    feed: WatchedFeed
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    consecutive_failures: int
    first_poll: bool
    last_polled_at: datetime | None = None
    last_new_at: datetime | None = None
    course: FeedCourse = FeedCourse()
    arrivals: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFeed:
    """A feed that is or was watched, as `feeds list` shows it."""

    feed_id: str
    url: str
    outlet: str
    country: str | None
    state: FeedHealth
    last_polled_at: datetime | None
    next_poll_at: datetime | None
    consecutive_failures: int
    last_error: str | None
    last_new_at: datetime | None
    entries_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a feed gave. `error` None and no entries is an unchanged feed (`not_modified`).

    A poll fails when it has an error and no entries: the validators stay as they were. With entries (a body that broke
    off) the error is only noted, and the validators become what stands here; so do they when the feed was changed. What
    was noted of a feed stays while it is unchanged.
    An unchanged feed keeps those it does not send again, and `forget` drops them all. Without a `course` the feed's
    state is "failing" or "fine", and the rest of what is known of it stays.
    """

    feed_id: str
    polled_at: datetime
    next_poll_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    not_modified: bool = False
    entries: tuple[NewEntry, ...] = ()
    error: str | None = None
    forget: bool = False
    course: FeedCourse | None = None


_WATCHED = Columns(WatchedFeed)
_STATE = Columns(FeedState, without=["arrivals"])
_LISTED = Columns(ListedFeed)
_POLL = Columns(Poll, names={"state": "new_state"}, without=["entries"])

_CLASH = f"""
{_WATCHED.replaced("feed_id")},
    state = CASE
        WHEN consecutive_failures > 0 THEN 'failing'
        WHEN first_polled_at IS NULL THEN 'new'
        ELSE 'fine'
    END
WHERE state = 'unwatched' OR ({_WATCHED.of("feeds")}) IS DISTINCT FROM ({_WATCHED.of("excluded")})
"""

_DUE = f"""
SELECT {_STATE}
FROM (SELECT *, first_polled_at IS NULL AS first_poll FROM feeds)
WHERE state <> 'unwatched' AND (
    next_poll_at IS NULL
    OR next_poll_at <= $now
    -- A clock that was ahead wrote this: what is stamped beyond the feed's longest interval would wait for years.
    OR (
        last_polled_at > $now + to_seconds(every_seconds)
        AND next_poll_at > $now + to_seconds(max_every_seconds)
    )
)
ORDER BY next_poll_at NULLS FIRST, feed_id
"""  # noqa: S608 (our own columns)

# What came with a feed's first answer was published before; of all else it counts when it arrived, or was published.
_ARRIVALS = """
SELECT DISTINCT feed_id, date_trunc('minute', least(coalesce(published_at, seen_at), seen_at)) AS arrived_at
FROM entries
WHERE feed_id IN (SELECT unnest($feeds::VARCHAR[])) AND arrived_at BETWEEN $since AND $now
ORDER BY feed_id, arrived_at
"""

_GONE = """
UPDATE feeds SET state = 'unwatched'
WHERE state <> 'unwatched' AND feed_id NOT IN (SELECT unnest($1::VARCHAR[]))
"""

# More than poll times changes when a feed first answers, fails, recovers or brings something new.
_NEWS = """
SELECT count(*)
FROM polls_now AS p
JOIN feeds AS f USING (feed_id)
WHERE p.failed OR f.consecutive_failures > 0 OR f.first_polled_at IS NULL OR p.new_state <> f.state
    OR (p.error IS DISTINCT FROM f.last_error AND NOT p.not_modified)
"""

# What is learnt of a feed besides its times; a poll that says nothing of it leaves it as it was.
_LEARNT = ",\n    ".join(
    f"{name} = CASE WHEN p.new_state IS NULL THEN feeds.{name} ELSE p.{name} END"
    for name in Columns(FeedCourse, without=["state"]).names
)

_FEED_POLLED = f"""
UPDATE feeds SET
    last_polled_at = p.polled_at,
    next_poll_at = p.next_poll_at,
    consecutive_failures = CASE WHEN p.failed THEN consecutive_failures + 1 ELSE 0 END,
    last_error = CASE WHEN p.not_modified AND consecutive_failures = 0 THEN last_error ELSE p.error END,
    state = CASE
        WHEN state = 'unwatched' THEN state
        ELSE coalesce(p.new_state, CASE WHEN p.failed THEN 'failing' ELSE 'fine' END)
    END,
    first_polled_at = CASE WHEN p.failed THEN first_polled_at ELSE coalesce(first_polled_at, p.polled_at) END,
    last_new_at = CASE WHEN n.entries > 0 THEN p.polled_at ELSE last_new_at END,
    entries_seen = entries_seen + n.entries,
    etag = CASE WHEN p.kept THEN coalesce(p.etag, feeds.etag) ELSE p.etag END,
    last_modified = CASE WHEN p.kept THEN coalesce(p.last_modified, feeds.last_modified) ELSE p.last_modified END,
    body_hash = CASE WHEN p.kept THEN coalesce(p.body_hash, feeds.body_hash) ELSE p.body_hash END,
    {_LEARNT}
FROM polls_now AS p
JOIN (
    SELECT polls_now.feed_id, count(e.entry_key) AS entries
    FROM polls_now
    LEFT JOIN (FROM entries_now ANTI JOIN entries USING (entry_key)) AS e USING (feed_id)
    GROUP BY polls_now.feed_id
) AS n USING (feed_id)
WHERE feeds.feed_id = p.feed_id
"""  # noqa: S608  (names of our own columns)

_MADE_DUE = """
UPDATE feeds SET next_poll_at = $now
WHERE feed_id IN (SELECT unnest($feeds::VARCHAR[])) AND state <> 'unwatched'
    AND (last_polled_at IS NULL OR last_polled_at <= $before OR last_polled_at > $now)
"""

# What a feed brought meanwhile may have rolled out of it unseen.
_UNHEARD = """
INSERT INTO feed_gaps
SELECT feed_id, began_at, polled_at
FROM (
    SELECT f.feed_id, p.polled_at, f.max_every_seconds,
        CASE WHEN f.consecutive_failures = 0 THEN f.last_polled_at
            WHEN NOT p.failed THEN coalesce(f.failing_since, f.last_polled_at)
        END AS began_at
    FROM polls_now AS p
    JOIN feeds AS f USING (feed_id)
)
WHERE polled_at - began_at > to_seconds(greatest(3600, 2 * max_every_seconds))
"""
_LONG_PAST = "DELETE FROM feed_gaps WHERE ended_at < (SELECT max(polled_at) FROM polls_now) - INTERVAL 400 DAY"

# A pass that was killed had asked these, and wrote nothing down about what they said.
_ASKED = """
UPDATE feeds SET next_poll_at = a.asked_at + to_seconds(every_seconds)
FROM asked_now AS a
WHERE feeds.feed_id = a.feed_id AND (last_polled_at IS NULL OR last_polled_at < a.asked_at)
"""


def sync_feeds(session: Session, feeds: Sequence[WatchedFeed]) -> None:
    """Make the watched feeds those of the configuration; one no longer there keeps its rows, `unwatched`."""
    session.run(_GONE, [[feed.feed_id for feed in feeds]])
    rows = ((*_WATCHED.row(feed), FeedHealth.NEW) for feed in feeds)
    session.insert("feeds", (*_WATCHED.names, "state"), rows, _CLASH)


def due_feeds(session: Session, now: datetime) -> tuple[FeedState, ...]:
    """Return the watched feeds whose next poll is due, those never asked first.

    What was stamped by a clock that was ahead is due too.
    """
    states = session.records(_STATE, _DUE, {"now": now})
    silent = [state.feed.feed_id for state in states if state.last_new_at and now - state.last_new_at >= SILENT]
    if not silent:
        return states
    arrivals: defaultdict[str, list[datetime]] = defaultdict(list)
    for feed_id, at in session.rows(_ARRIVALS, {"feeds": silent, "since": now - REMEMBERED, "now": now}):
        arrivals[feed_id].append(at)
    return tuple(replace(state, arrivals=tuple(arrivals[state.feed.feed_id])) for state in states)


def note_asked(session: Session, asked: Sequence[tuple[str, datetime]]) -> None:
    """Put off feeds that a killed pass had asked, (feed_id, when) each, so that none is asked again too soon."""
    session.stage("asked_now", {"feed_id": "VARCHAR", "asked_at": "TIMESTAMPTZ"}, asked)
    session.run(_ASKED, quiet=True)


def make_due(session: Session, feed_ids: Sequence[str], now: datetime, *, asked_before: datetime) -> int:
    """Have watched feeds asked now that were not asked since a time, by our clock; return how many."""
    return session.run(_MADE_DUE, {"feeds": feed_ids, "now": now, "before": asked_before}, quiet=True)


def feed_urls(session: Session) -> frozenset[str]:
    """Return the addresses at which watched feeds are asked."""
    rows = session.rows("SELECT url, current_url FROM feeds WHERE state <> 'unwatched'")
    return frozenset(url for row in rows for url in row if url)


def list_feeds(session: Session) -> tuple[ListedFeed, ...]:
    """Return every feed that is or was watched, by outlet and address."""
    return session.records(_LISTED, f"SELECT {_LISTED} FROM feeds ORDER BY outlet, url")  # noqa: S608 (our own columns)


def save_polls(session: Session, polls: Sequence[Poll]) -> int:
    """Record polls and their entries in this one transaction; return how many entries are new or changed."""
    session.stage("polls_now", {**_POLL.types, "failed": "BOOLEAN", "kept": "BOOLEAN"}, map(_row, polls))
    entries.stage(session, [(poll.feed_id, poll.polled_at, poll.entries) for poll in polls])
    if session.rows(_NEWS)[0][0]:
        session.touch()
    if session.run(_UNHEARD):
        session.run(_LONG_PAST, quiet=True)
    session.run(_FEED_POLLED, quiet=True)
    return entries.save_staged(session)


def _row(poll: Poll) -> Row:
    failed = poll.error is not None and not poll.entries
    known = replace(poll, etag=None, last_modified=None, body_hash=None) if failed else poll
    return (*_POLL.row(known), failed, (failed or poll.not_modified) and not poll.forget)
