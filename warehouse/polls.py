"""Feeds and the inbox: which feeds are watched and due, what a poll gave, which pages are still to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from warehouse import feed_rows
from warehouse.records import FeedState, ListedFeed, PageFailure, PendingEntry, Poll, WatchedFeed
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
    etag, last_modified, body_hash, consecutive_failures, first_polled_at IS NULL, last_polled_at, last_new_at
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
    "failed": "BOOLEAN",
    "error": "VARCHAR",
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
WHERE p.error IS NOT NULL OR f.last_error IS NOT NULL OR f.first_polled_at IS NULL
"""

_FEED_POLLED = """
UPDATE feeds SET
    last_polled_at = p.polled_at,
    next_poll_at = p.next_poll_at,
    consecutive_failures = CASE WHEN p.failed THEN consecutive_failures + 1 ELSE 0 END,
    last_error = p.error,
    state = CASE WHEN state = 'unwatched' THEN state WHEN p.failed THEN 'failing' ELSE 'fine' END,
    first_polled_at = CASE WHEN p.failed THEN first_polled_at ELSE coalesce(first_polled_at, p.polled_at) END,
    last_new_at = CASE WHEN n.entries > 0 THEN p.polled_at ELSE last_new_at END,
    entries_seen = entries_seen + n.entries,
    etag = CASE WHEN p.kept THEN coalesce(p.etag, feeds.etag) ELSE p.etag END,
    last_modified = CASE WHEN p.kept THEN coalesce(p.last_modified, feeds.last_modified) ELSE p.last_modified END,
    body_hash = CASE WHEN p.kept THEN coalesce(p.body_hash, feeds.body_hash) ELSE p.body_hash END
FROM polls_now AS p
JOIN (
    SELECT polls_now.feed_id, count(e.entry_key) AS entries
    FROM polls_now
    LEFT JOIN (FROM entries_now ANTI JOIN entries USING (entry_key)) AS e USING (feed_id)
    GROUP BY polls_now.feed_id
) AS n USING (feed_id)
WHERE feeds.feed_id = p.feed_id
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
_PENDING = """
SELECT e.entry_key, e.feed_id, f.outlet, e.url, e.entry_id, e.link, e.title, e.published_at, e.updated_at,
    e.author, e.content, e.first_poll, e.attempts, e.seen_at
FROM entries AS e
JOIN feeds AS f USING (feed_id)
WHERE e.state = 'pending' AND f.state <> 'unwatched' AND (e.next_at IS NULL OR e.next_at <= $now)
ORDER BY
    row_number() OVER (
        PARTITION BY e.feed_id ORDER BY e.attempts, coalesce(e.published_at, e.seen_at) DESC, e.entry_key
    ),
    e.feed_id
LIMIT $limit
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


def list_feeds(session: Session) -> tuple[ListedFeed, ...]:
    """Return every feed that is or was watched, by outlet and address."""
    return tuple(map(feed_rows.listed, session.rows(_LISTED)))


def save_polls(session: Session, polls: Sequence[Poll]) -> int:
    """Record polls and their entries in this one transaction; return how many entries are new or changed."""
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
