"""Feeds: what is asked of them, what their answers come to, and noting that with their entries in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from extractors.records import Feed, Page, Unreadable
from extractors.text.identity import body_hash, entry_hash, entry_names
from extractors.text.urls import is_http_url
from flows.processes.workers import Parse, Workers
from flows.setup import Setup
from flows.steps.deliver.notices import tell, well_again
from flows.steps.settling import FeedNews, Parsed, Trouble, changed, failed, told, unchanged
from flows.web.fetching import FEED_TYPES
from flows.web.outcomes import Fetched, FetchFailure, Outcome, Request
from warehouse import polls
from warehouse.feed_records import FeedState, NewEntry, Poll, WatchedFeed
from warehouse.records import RunCounts
from warehouse.session import Session
from warehouse.store import writing

log = logging.getLogger("talkwatch.feeds")

SUBJECTS = {
    Trouble.GONE: "is gone",
    Trouble.QUIET: "has gone quiet",
    Trouble.MOVED: "has moved to one that is watched already",
}
ADVICE = {
    Trouble.GONE: "Look for its new address with `talkwatch feeds discover`, or take it out of the configuration.",
    Trouble.QUIET: "See on its site whether something new is there that the feed does not bring.",
    Trouble.MOVED: "Take one of the two out of the configuration.",
}

Answer = tuple[FeedState, Poll | Parsed]


def request_for(state: FeedState) -> Request:
    """Return a feed's request, with the validators its server gave, to where it has moved for good."""
    return Request(
        key=state.feed.feed_id,
        url=state.course.current_url or state.feed.url,
        accept=FEED_TYPES,
        etag=state.etag,
        last_modified=state.last_modified,
    )


def answers_of(workers: Workers, pairs: Sequence[tuple[FeedState, Outcome]], now: datetime) -> list[Answer]:
    """Read what servers answered. What a changed feed comes to is known once its entries were compared."""
    bodies = [
        (state, outcome)
        for state, outcome in pairs
        if isinstance(outcome, Fetched) and body_hash(outcome.body) != state.body_hash
    ]
    # What one feed's entries are named is worked out while others are being parsed.
    feeds = zip(bodies, workers.in_order(task(outcome) for _, outcome in bodies), strict=True)
    read = {outcome.key: parsed(state, outcome, feed, outcome.asked_at or now) for (state, outcome), feed in feeds}
    answers: list[Answer] = []
    for state, outcome in pairs:
        at = outcome.asked_at or now
        if isinstance(outcome, FetchFailure):
            answers.append((state, failed(state, outcome, at)))
        else:
            answers.append((state, read.get(outcome.key) or unchanged(state, outcome, at)))
    return answers


def task(answer: Fetched) -> Parse:
    """Return what there is to parse."""
    return Parse(kind="feed", body=answer.body, url=answer.url, content_type=answer.content_type)


def parsed(state: FeedState, answer: Fetched, feed: Feed | Page | Unreadable, now: datetime) -> Parsed | Poll:
    """Return what a feed's body says, or that it is none."""
    if not isinstance(feed, Feed):
        reason = "no feed" if isinstance(feed, Page) else ": ".join(filter(None, (feed.reason, feed.detail)))
        return failed(state, FetchFailure(key=answer.key, reason=reason), now)
    entries = new_entries(state.feed.feed_id, feed)
    return Parsed(answer=answer, feed=feed, entries=entries, unlinked=len(feed.entries) - len(entries))


def new_entries(feed_id: str, feed: Feed) -> tuple[NewEntry, ...]:
    """Return the entries that lead to a page, each once."""
    entries: dict[str, NewEntry] = {}
    for entry in feed.entries:
        if entry.link and is_http_url(entry.link):
            key, *_ = names = entry_names(feed_id, entry)
            new = NewEntry(entry_key=key, entry_hash=entry_hash(entry), url=entry.link, entry=entry, names=names)
            # A feed that repeats an entry meant its first.
            entries.setdefault(key, new)
    return tuple(entries.values())


def save_answers(setup: Setup, answers: Sequence[Answer]) -> RunCounts:
    """Note validators and new entries in one transaction; tell what became of feeds."""
    with writing(setup.data_dir) as session:
        found = [(state, settled_poll(setup, session, state, finding, setup.now())) for state, finding in answers]
        new = polls.save_polls(session, [poll for _, poll in found])
        for state, poll in found:
            if news := told(state, poll):
                tell_of(setup, session, state.feed, news)
    unlinked = sum(finding.unlinked for _, finding in answers if isinstance(finding, Parsed))
    listed = sum(len(poll.entries) for _, poll in found)
    broken = sum(bool(poll.error) and not poll.entries for _, poll in found)
    same = sum(poll.not_modified for _, poll in found)
    return RunCounts(
        feeds_unchanged=same,
        feeds_failed=broken,
        feeds_changed=len(found) - broken - same,
        entries_new=new,
        entries_known=listed - new,
        entries_unlinked=unlinked,
        entries_listed=listed + unlinked,
    )


def tell_of(setup: Setup, session: Session, feed: WatchedFeed, news: FeedNews) -> None:
    """Tell the operator of a trouble, once until it is over, and of its end; what is neither is a line in the log."""
    if news.begins:
        key, subject = f"{news.begins}:{feed.feed_id}", f"the feed of {feed.outlet} {SUBJECTS[news.begins]}"
        tell(setup, session, key=key, subject=subject, text=f"{feed.url} {news.line}. {ADVICE[news.begins]}")
        return
    subject, text = f"the feed of {feed.outlet} is well again", f"{feed.url} {news.line}."
    over = [
        well_again(setup, session, key=f"{trouble}:{feed.feed_id}", subject=subject, text=text) for trouble in news.ends
    ]
    if not any(over):
        log.warning("%s (%s) %s", feed.outlet, feed.url, news.line)


def settled_poll(setup: Setup, session: Session, state: FeedState, finding: Poll | Parsed, now: datetime) -> Poll:
    """Return the poll; how many of a changed feed's entries are fresh decides when it is asked again."""
    if isinstance(finding, Poll):
        return not_merged(setup, session, state, finding)
    fresh = len(polls.fresh_entries(session, finding.entries))
    poll = changed(state, replace(finding, fresh=fresh), finding.answer.asked_at or now)
    return not_merged(setup, session, state, poll)


def not_merged(setup: Setup, session: Session, state: FeedState, poll: Poll) -> Poll:
    """Keep a feed at its address when another feed is asked where it has moved: that is told, not merged."""
    course = poll.course
    target = course.current_url if course else None
    if course is None or target in {None, state.course.current_url} or target not in polls.feed_urls(session):
        return poll
    line = f"has moved for good, to {target}, which is watched already"
    tell_of(setup, session, state.feed, FeedNews(line, begins=Trouble.MOVED))
    return replace(poll, course=replace(course, current_url=state.course.current_url))
