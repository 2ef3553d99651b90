"""Feeds and the inbox: which feeds are watched and due, what a poll gave, which pages are still to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from warehouse import entry_names, feed_rows
from warehouse.feed_records import FeedState, ListedFeed, NewEntry, PageFailure, PendingEntry, Poll, WatchedFeed
from warehouse.session import Session

_FEED = ("feed_id", "url", "outlet", "country", "every_seconds", "max_every_seconds")

_FEED_CLASH = """
ON CONFLICT (feed_id) DO UPDATE SET
    url = excluded.url,
    outlet = excluded.outlet,
    country = excluded.country,
    every_seconds = excluded.every_seconds,
    max_every_seconds = excluded.max_every_seconds,
    state = CASE
        WHEN consecutive_failures > 0 THEN 'failing'
        WHEN first_polled_at IS NULL THEN 'new'
        ELSE 'fine'
    END
WHERE state = 'unwatched'
    OR (feeds.url, feeds.outlet, feeds.country, feeds.every_seconds, feeds.max_every_seconds)
        IS DISTINCT FROM
       (excluded.url, excluded.outlet, excluded.country, excluded.every_seconds, excluded.max_every_seconds)
"""

_DUE = """
SELECT feed_id, url, outlet, country, every_seconds, max_every_seconds,
    etag, last_modified, body_hash, consecutive_failures, first_polled_at IS NULL, last_polled_at, last_new_at,
    state, dull_polls, usual_gap_seconds, ttl_seconds, skip_hours, skip_days, current_url,
    moved_to, moved_since, moved_times, gone_since
FROM feeds
WHERE state <> 'unwatched' AND (next_poll_at IS NULL OR next_poll_at <= $now)
ORDER BY next_poll_at NULLS FIRST, feed_id
"""

_LISTED = """
SELECT feed_id, url, outlet, country, state, last_polled_at, next_poll_at, consecutive_failures, last_error,
    last_new_at, entries_seen
FROM feeds
ORDER BY outlet, url
"""

_GONE = """
UPDATE feeds SET state = 'unwatched'
WHERE state <> 'unwatched' AND feed_id NOT IN (SELECT unnest($1::VARCHAR[]))
"""

_POLLS = {
    "feed_id": "VARCHAR",
    "polled_at": "TIMESTAMPTZ",
    "next_poll_at": "TIMESTAMPTZ",
    "etag": "VARCHAR",
    "last_modified": "VARCHAR",
    "body_hash": "VARCHAR",
    "kept": "BOOLEAN",
    "forget": "BOOLEAN",
    "failed": "BOOLEAN",
    "error": "VARCHAR",
    "new_state": "VARCHAR",
    "dull_polls": "INTEGER",
    "usual_gap_seconds": "BIGINT",
    "ttl_seconds": "BIGINT",
    "skip_hours": "INTEGER[]",
    "skip_days": "INTEGER[]",
    "current_url": "VARCHAR",
    "moved_to": "VARCHAR",
    "moved_since": "TIMESTAMPTZ",
    "moved_times": "INTEGER",
    "gone_since": "TIMESTAMPTZ",
}

_ENTRIES = {
    "entry_key": "VARCHAR",
    "feed_id": "VARCHAR",
    "entry_hash": "VARCHAR",
    "url": "VARCHAR",
    "entry_id": "VARCHAR",
    "link": "VARCHAR",
    "title": "VARCHAR",
    "published_at": "TIMESTAMPTZ",
    "updated_at": "TIMESTAMPTZ",
    "author": "VARCHAR",
    "content": "VARCHAR",
    "seen_at": "TIMESTAMPTZ",
}

# More than poll times changes when a feed first answers, fails, recovers or brings something new.
_NEWS = """
SELECT count(*)
FROM polls_now AS p
JOIN feeds AS f USING (feed_id)
WHERE p.error IS NOT NULL OR f.last_error IS NOT NULL OR f.first_polled_at IS NULL OR p.new_state <> f.state
"""

# What is learnt of a feed besides its times; a poll that says nothing of it leaves it as it was.
_COURSE = (
    *("dull_polls", "usual_gap_seconds", "ttl_seconds", "skip_hours", "skip_days", "current_url"),
    *("moved_to", "moved_since", "moved_times", "gone_since"),
)
_LEARNT = ",\n    ".join(
    f"{name} = CASE WHEN p.new_state IS NULL THEN feeds.{name} ELSE p.{name} END" for name in _COURSE
)

_FEED_POLLED = f"""
UPDATE feeds SET
    last_polled_at = p.polled_at,
    next_poll_at = p.next_poll_at,
    consecutive_failures = CASE WHEN p.failed THEN consecutive_failures + 1 ELSE 0 END,
    last_error = p.error,
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

# A pass that was killed had asked these, and wrote nothing down about what they said.
_ASKED = """
UPDATE feeds SET next_poll_at = a.asked_at + to_seconds(every_seconds)
FROM asked_now AS a
WHERE feeds.feed_id = a.feed_id AND (last_polled_at IS NULL OR last_polled_at < a.asked_at)
"""

_FRESH = """
SELECT n.entry_key
FROM (SELECT unnest($1::VARCHAR[]) AS entry_key, unnest($2::VARCHAR[]) AS entry_hash) AS n
ANTI JOIN entries USING (entry_key, entry_hash)
"""

_ENTRIES_SAVED = """
INSERT INTO entries BY NAME
SELECT e.*, f.first_polled_at = e.seen_at AS first_poll, 'pending' AS state, 0 AS attempts
FROM entries_now AS e
JOIN feeds AS f USING (feed_id)
ON CONFLICT (entry_key) DO UPDATE SET
    entry_hash = excluded.entry_hash,
    url = excluded.url,
    entry_id = excluded.entry_id,
    link = excluded.link,
    title = excluded.title,
    published_at = excluded.published_at,
    updated_at = excluded.updated_at,
    author = excluded.author,
    content = excluded.content,
    first_poll = excluded.first_poll,
    seen_at = excluded.seen_at,
    state = 'pending',
    attempts = 0,
    next_at = NULL,
    reason = NULL
WHERE entries.entry_hash <> excluded.entry_hash
"""

# Feeds take turns, so that a long backlog of one does not keep the others waiting; of one feed the newest come first.
# Whose turn it is is found among the keys alone: whole entries carry texts, and of all that wait they fill the memory.
_PENDING = """
WITH turns AS (
    SELECT
        e.entry_key,
        e.feed_id,
        row_number() OVER (
            PARTITION BY e.feed_id ORDER BY e.attempts, coalesce(e.published_at, e.seen_at) DESC, e.entry_key
        ) AS turn
    FROM entries AS e
    JOIN feeds AS f USING (feed_id)
    WHERE e.state = 'pending' AND f.state <> 'unwatched' AND (e.next_at IS NULL OR e.next_at <= $now)
    ORDER BY turn, e.feed_id
    LIMIT $limit
)
SELECT e.entry_key, e.feed_id, f.outlet, e.url, e.entry_id, e.link, e.title, e.published_at, e.updated_at,
    e.author, e.content, e.first_poll, e.attempts, e.seen_at
FROM turns AS t
JOIN entries AS e USING (entry_key)
JOIN feeds AS f ON f.feed_id = e.feed_id
ORDER BY t.turn, t.feed_id
"""

_FAILED = """
UPDATE entries SET
    state = CASE WHEN f.retry_at IS NULL THEN 'failed' ELSE 'pending' END,
    content = CASE WHEN f.retry_at IS NULL THEN NULL ELSE content END,
    attempts = attempts + 1,
    next_at = f.retry_at,
    reason = f.reason
FROM failures_now AS f
WHERE entries.entry_key = f.entry_key
"""

_FAILURES = {"entry_key": "VARCHAR", "reason": "VARCHAR", "retry_at": "TIMESTAMPTZ"}


def sync_feeds(session: Session, feeds: Sequence[WatchedFeed]) -> None:
    """Make the watched feeds those of the configuration; one no longer there keeps its rows, `unwatched`."""
    session.run(_GONE, [[feed.feed_id for feed in feeds]])
    session.insert("feeds", (*_FEED, "state"), map(feed_rows.of_watched, feeds), _FEED_CLASH)


def due_feeds(session: Session, now: datetime) -> tuple[FeedState, ...]:
    """Return the watched feeds whose next poll is due, those never asked first."""
    return tuple(map(feed_rows.state, session.rows(_DUE, {"now": now})))


def note_asked(session: Session, asked: Sequence[tuple[str, datetime]]) -> None:
    """Put off feeds that a killed pass had asked, (feed_id, when) each, so that none is asked again too soon."""
    session.stage("asked_now", {"feed_id": "VARCHAR", "asked_at": "TIMESTAMPTZ"}, asked)
    session.run(_ASKED, quiet=True)


def fresh_entries(session: Session, entries: Sequence[NewEntry]) -> frozenset[str]:
    """Return the keys of those entries that are new or have changed."""
    known = entry_names.known_as(session, entries)
    columns = [[entry.entry_key for entry in known], [entry.entry_hash for entry in known]]
    fresh = {row[0] for row in session.rows(_FRESH, columns)} if entries else set()
    return frozenset(entry.entry_key for entry, found in zip(entries, known, strict=True) if found.entry_key in fresh)


def feed_urls(session: Session) -> frozenset[str]:
    """Return the addresses at which watched feeds are asked."""
    rows = session.rows("SELECT url, current_url FROM feeds WHERE state <> 'unwatched'")
    return frozenset(url for row in rows for url in row if url)


def list_feeds(session: Session) -> tuple[ListedFeed, ...]:
    """Return every feed that is or was watched, by outlet and address."""
    return tuple(map(feed_rows.listed, session.rows(_LISTED)))


def save_polls(session: Session, polls: Sequence[Poll]) -> int:
    """Record polls and their entries in this one transaction; return how many entries are new or changed."""
    polls = entry_names.settled(session, polls)
    session.stage("polls_now", _POLLS, map(feed_rows.of_poll, polls))
    session.stage("entries_now", _ENTRIES, feed_rows.of_entries(polls))
    if session.rows(_NEWS)[0][0]:
        session.touch()
    session.run(_FEED_POLLED, quiet=True)
    return session.run(_ENTRIES_SAVED)


def pending_entries(session: Session, now: datetime, limit: int) -> tuple[PendingEntry, ...]:
    """Return up to `limit` entries of watched feeds whose pages are to be read now, feeds taking turns."""
    return tuple(map(feed_rows.pending, session.rows(_PENDING, {"now": now, "limit": limit})))


def fail_entries(session: Session, failures: Sequence[PageFailure]) -> None:
    """Record pages that could not be had or read: to be tried again at `retry_at`, or given up."""
    rows = ((failure.entry_key, failure.reason, failure.retry_at) for failure in failures)
    session.stage("failures_now", _FAILURES, rows)
    session.run(_FAILED)
