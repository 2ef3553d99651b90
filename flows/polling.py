"""Asking the feeds that are due, and noting their entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from extractors.feeds import parse_feed
from extractors.identity import body_hash, entry_hash, entry_key
from extractors.records import Feed, Unreadable
from extractors.urls import is_http_url
from flows.fetching import FEED_TYPES, Fetched, FetchFailure, NotModified, Outcome, Request, fetch_outcomes, retry_delay
from flows.progress import stage
from flows.setup import Setup
from warehouse import polls
from warehouse.records import FeedState, NewEntry, Poll, RunCounts
from warehouse.store import writing


def poll(setup: Setup) -> RunCounts:
    """Ask the feeds that are due; note validators and new entries in one transaction."""
    now = setup.now()
    with writing(setup.data_dir) as session:
        polls.sync_feeds(session, setup.settings.feeds)
        due = {state.feed.feed_id: state for state in polls.due_feeds(session, now)}
    found = tuple(poll_of(due[outcome.key], outcome, now) for outcome in ask(setup, due))
    if not found:
        return RunCounts(feeds_due=len(due))
    with writing(setup.data_dir) as session:
        new = polls.save_polls(session, found)
    return RunCounts(
        feeds_due=len(due),
        feeds_failed=sum(poll.error is not None and not poll.entries for poll in found),
        feeds_unchanged=sum(poll.not_modified for poll in found),
        feeds_changed=sum(not poll.not_modified and (poll.error is None or bool(poll.entries)) for poll in found),
        entries_new=new,
    )


def ask(setup: Setup, due: Mapping[str, FeedState]) -> tuple[Outcome, ...]:
    """Fetch the feeds that are due, as far as the pass has time."""
    requests = [request_for(state) for state in due.values()]
    with stage(setup.progress, "feeds", len(requests)) as done:
        return fetch_outcomes(requests, setup.settings.fetch, on_done=done, stopping=setup.stopping)


def request_for(state: FeedState) -> Request:
    """Return a feed's request, with the validators its server gave."""
    return Request(
        key=state.feed.feed_id,
        url=state.feed.url,
        accept=FEED_TYPES,
        etag=state.etag,
        last_modified=state.last_modified,
    )


def poll_of(state: FeedState, outcome: Outcome, now: datetime) -> Poll:
    """Turn what the server answered into what is recorded."""
    match outcome:
        case FetchFailure():
            return failed(state, outcome.reason, now)
        case NotModified():
            return unchanged(state, now, etag=state.etag, last_modified=state.last_modified)
        case Fetched() if body_hash(outcome.body) == state.body_hash:
            return unchanged(state, now, etag=outcome.etag, last_modified=outcome.last_modified)
        case Fetched():
            return parsed(state, outcome, now)


def unchanged(state: FeedState, now: datetime, *, etag: str | None, last_modified: str | None) -> Poll:
    """Return a poll that brought nothing new."""
    return Poll(
        feed_id=state.feed.feed_id,
        polled_at=now,
        next_poll_at=now + state.feed.every,
        etag=etag,
        last_modified=last_modified,
        body_hash=state.body_hash,
        not_modified=True,
    )


def failed(state: FeedState, reason: str, now: datetime) -> Poll:
    """Return a failed poll: the feed is asked again later, and later still the more often it failed."""
    wait = retry_delay(state.consecutive_failures + 1, state.feed.every, state.feed.max_every)
    return Poll(
        feed_id=state.feed.feed_id,
        polled_at=now,
        next_poll_at=now + wait,
        etag=state.etag,
        last_modified=state.last_modified,
        body_hash=state.body_hash,
        error=reason,
    )


def parsed(state: FeedState, answer: Fetched, now: datetime) -> Poll:
    """Read a feed's body; what parsed of a broken one is used, and the problem is noted."""
    feed = parse_feed(answer.body, url=answer.url, content_type=answer.content_type)
    if isinstance(feed, Unreadable):
        return failed(state, f"{feed.reason}: {feed.detail}" if feed.detail else str(feed.reason), now)
    return Poll(
        feed_id=state.feed.feed_id,
        polled_at=now,
        next_poll_at=now + state.feed.every,
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_hash=body_hash(answer.body),
        entries=new_entries(state.feed.feed_id, feed),
        error=feed.problem,
    )


def new_entries(feed_id: str, feed: Feed) -> tuple[NewEntry, ...]:
    """Return the entries that lead to a page, each once."""
    entries = {
        entry_key(feed_id, entry): NewEntry(
            entry_key=entry_key(feed_id, entry), entry_hash=entry_hash(entry), url=entry.link, entry=entry
        )
        for entry in feed.entries
        if entry.link and is_http_url(entry.link)
    }
    return tuple(entries.values())
