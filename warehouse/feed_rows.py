"""Rows of feeds, polls and entries: from records, and back into records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from extractors.records import Entry
from warehouse.feed_records import FeedCourse, FeedHealth, FeedState, ListedFeed, PendingEntry, Poll, WatchedFeed
from warehouse.session import Row


def of_watched(feed: WatchedFeed) -> Row:
    """Return a watched feed as a row of `feeds`."""
    seconds = [int(interval.total_seconds()) for interval in (feed.every, feed.max_every)]
    return (feed.feed_id, feed.url, feed.outlet, feed.country, *seconds, FeedHealth.NEW)


def state(row: Row) -> FeedState:
    """Read a due feed."""
    feed_id, url, outlet, country, every, max_every, *rest = row
    etag, last_modified, body_hash, failures, first_poll, last_polled_at, last_new_at, *behaviour = rest
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
        course=course(behaviour),
    )


def course(row: Sequence[Any]) -> FeedCourse:
    """Read how a feed has behaved."""
    state, dull_polls, usual_gap, ttl, skip_hours, skip_days, current_url, *moved, gone_since = row
    moved_to, moved_since, moved_times = moved
    return FeedCourse(
        state=FeedHealth(state),
        dull_polls=dull_polls,
        usual_gap=None if usual_gap is None else timedelta(seconds=usual_gap),
        ttl=None if ttl is None else timedelta(seconds=ttl),
        skip_hours=tuple(skip_hours or ()),
        skip_days=tuple(skip_days or ()),
        current_url=current_url,
        moved_to=moved_to,
        moved_since=moved_since,
        moved_times=moved_times,
        gone_since=gone_since,
    )


def of_course(course: FeedCourse | None) -> Row:
    """Return how a feed has behaved as columns to stage; the state NULL when nothing is said of it."""
    known = course or FeedCourse()
    return (
        course and course.state,
        known.dull_polls,
        seconds(known.usual_gap),
        seconds(known.ttl),
        list(known.skip_hours),
        list(known.skip_days),
        known.current_url,
        known.moved_to,
        known.moved_since,
        known.moved_times,
        known.gone_since,
    )


def seconds(span: timedelta | None) -> int | None:
    """Return whole seconds."""
    return None if span is None else int(span.total_seconds())


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
    kept = (failed or poll.not_modified) and not poll.forget
    validators = (None, None, None) if failed else (poll.etag, poll.last_modified, poll.body_hash)
    told = (kept, poll.forget, failed, poll.error)
    return (poll.feed_id, poll.polled_at, poll.next_poll_at, *validators, *told, *of_course(poll.course))


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
