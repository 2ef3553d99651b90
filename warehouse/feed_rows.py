"""Rows of feeds, polls and entries: from records, and back into records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from extractors.records import Entry
from warehouse.records import FeedHealth, FeedState, ListedFeed, PendingEntry, Poll, WatchedFeed
from warehouse.session import Row


def of_watched(feed: WatchedFeed) -> Row:
    """Return a watched feed as a row of `feeds`."""
    seconds = [int(interval.total_seconds()) for interval in (feed.every, feed.max_every)]
    return (feed.feed_id, feed.url, feed.outlet, feed.country, *seconds, FeedHealth.NEW)


def state(row: Row) -> FeedState:
    """Read a due feed."""
    feed_id, url, outlet, country, every, max_every, *rest = row
    etag, last_modified, body_hash, failures, first_poll, last_polled_at, last_new_at = rest
    return FeedState(
        feed=WatchedFeed(
            feed_id=feed_id,
            url=url,
            outlet=outlet,
            country=country,
            every=timedelta(seconds=every),
            max_every=timedelta(seconds=max_every),
        ),
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        consecutive_failures=failures,
        first_poll=first_poll,
        last_polled_at=last_polled_at,
        last_new_at=last_new_at,
    )


def listed(row: Row) -> ListedFeed:
    """Read a listed feed."""
    feed_id, url, outlet, country, state, last_polled_at, next_poll_at, failures, error, last_new_at, entries = row
    return ListedFeed(
        feed_id=feed_id,
        url=url,
        outlet=outlet,
        country=country,
        state=FeedHealth(state),
        last_polled_at=last_polled_at,
        next_poll_at=next_poll_at,
        consecutive_failures=failures,
        last_error=error,
        last_new_at=last_new_at,
        entries_seen=entries,
    )


def of_poll(poll: Poll) -> Row:
    """Return a poll as a row to stage."""
    failed = poll.error is not None and not poll.entries
    kept = failed or poll.not_modified
    validators = (None, None, None) if failed else (poll.etag, poll.last_modified, poll.body_hash)
    return (poll.feed_id, poll.polled_at, poll.next_poll_at, *validators, kept, failed, poll.error)


def of_entries(polls: Sequence[Poll]) -> Iterator[Row]:
    """Yield each key once: a feed may repeat an entry, and its first word counts."""
    first = {new.entry_key: (poll, new) for poll in reversed(polls) for new in reversed(poll.entries)}
    for key, (poll, new) in first.items():
        entry = new.entry
        yield (
            key,
            poll.feed_id,
            new.entry_hash,
            new.url,
            entry.entry_id,
            entry.link,
            entry.title,
            entry.published,
            entry.updated,
            entry.author,
            entry.content_html,
            poll.polled_at,
        )


def pending(row: Row) -> PendingEntry:
    """Read a pending entry."""
    key, feed_id, outlet, url, entry_id, link, title, published, updated, author, content, *rest = row
    first_poll, attempts, seen_at = rest
    return PendingEntry(
        entry_key=key,
        feed_id=feed_id,
        outlet=outlet,
        url=url,
        entry=Entry(
            entry_id=entry_id,
            link=link,
            title=title,
            published=published,
            updated=updated,
            author=author,
            content_html=content,
        ),
        first_poll=first_poll,
        attempts=attempts,
        seen_at=seen_at,
    )
