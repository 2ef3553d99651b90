"""Feeds: what is asked of them, what their answers come to, and when they are asked again.

The pure decisions on a feed's state, its next time and its address stand at the end: they ask and store nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from extractors.records import Feed, Page, Unreadable
from extractors.syndication.link_lists import FORMAT as LISTED
from extractors.syndication.listings import listing_problem
from extractors.text.identity import body_hash, entry_hash, entry_names, exact_names, names_of_page
from extractors.text.urls import is_http_url, unwrapped
from flows.config.configuration import FeedKind, FeedTable
from flows.processes.workers import Parse, Workers
from flows.steps.feed_news import FeedNews, Trouble, bearable_silence, told
from flows.web.fetch import FEED_TYPES, PAGE_TYPES
from flows.web.politeness import DAY, DULL, adaptive, next_poll_at, retry_delay
from flows.web.results import CAP, Fetched, FetchFailure, FetchReason, FetchResult, NotModified, Request
from warehouse.entries import NewEntry, fresh_entries
from warehouse.feeds import FeedCourse, FeedHealth, FeedState, Poll, WatchedFeed, feed_urls, save_polls
from warehouse.forgotten import Forgotten, forgotten
from warehouse.runs import RunCounts
from warehouse.session import Session

# A permanent redirect is believed when it was the same three times over two days.
MOVED_TIMES = 3
MOVED_FOR = timedelta(days=2)
# "Gone" is believed when it is still said a day later; the feed is then asked once a month.
GONE_FOR = DAY
GONE_EVERY = timedelta(days=30)
# So many failures at an address it moved to, and a feed is asked at its configured one again.
LOST_AFTER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A body that was a feed: its entries that have pages, how many are fresh, how many it repeats or has besides."""

    answer: Fetched
    feed: Feed
    entries: tuple[NewEntry, ...]
    fresh: int = 0
    repeated: int = 0
    unlinked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """A feed that was asked, and what came of it: a poll, or a body whose entries are still to be compared."""

    state: FeedState
    finding: Poll | Parsed

    @property
    def may_be_new(self) -> bool:
        """Tell whether there may be something to read; what brought nothing can be noted later, with other things."""
        return isinstance(self.finding, Parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What noting polls came to: their counts, what became of feeds, and the polls whose entries were all new."""

    counts: RunCounts
    news: tuple[tuple[WatchedFeed, FeedNews], ...]
    all_new: tuple[Polled, ...] = ()


def request_for(state: FeedState, table: FeedTable | None = None) -> Request:
    """Return a feed's request, with the validators its server gave, to where it has moved for good."""
    url = state.course.current_url or state.feed.url
    return replace(asking(state.feed.feed_id, url, table), etag=state.etag, last_modified=state.last_modified)


def asking(key: str, url: str, table: FeedTable | None) -> Request:
    """Return the request for a feed of any kind, without validators; robots.txt counts for pages made for people."""
    accept = PAGE_TYPES if is_page(table) else FEED_TYPES
    return Request(key=key, url=url, accept=accept, crawls=is_page(table), feed=table)


def is_page(table: FeedTable | None) -> bool:
    """Tell a feed that is a page made for people."""
    return table is not None and table.kind.is_page


def answers_of(
    workers: Workers,
    pairs: Sequence[tuple[FeedState, FetchResult]],
    now: datetime,
    table_of: Callable[[str], FeedTable | None] = lambda _feed_id: None,
) -> list[Polled]:
    """Read what servers answered. What a changed feed comes to is known once its entries were compared."""
    bodies = [
        (state, outcome)
        for state, outcome in pairs
        if isinstance(outcome, Fetched) and body_hash(outcome.body) != state.body_hash
    ]
    # What one feed's entries are named is worked out while others are being parsed.
    tasks = (task(outcome, table_of(outcome.key), outcome.asked_at or now) for _, outcome in bodies)
    feeds = zip(bodies, workers.in_order(tasks), strict=True)
    read = {
        outcome.key: parsed(state, outcome, feed, outcome.asked_at or now, is_page=is_page(table_of(outcome.key)))
        for (state, outcome), feed in feeds
    }
    return [Polled(state=state, finding=finding_of(state, outcome, read, now)) for state, outcome in pairs]


def finding_of(
    state: FeedState, outcome: FetchResult, read: Mapping[str, Parsed | Poll], now: datetime
) -> Parsed | Poll:
    """Return what an answer came to; `read` has those whose body is another than before."""
    at = outcome.asked_at or now
    if isinstance(outcome, FetchFailure):
        return failed(state, outcome, at)
    return read.get(outcome.key) or unchanged(state, outcome, at)


_PARSED_AS: Mapping[FeedKind, Literal["feed", "news", "listing", "telegram"]] = {
    FeedKind.FEED: "feed",
    FeedKind.SITEMAP: "news",
    FeedKind.LISTING: "listing",
    FeedKind.TELEGRAM: "telegram",
}


def task(answer: Fetched, table: FeedTable | None, at: datetime) -> Parse:
    """Return what there is to parse, as the kind that its table says; one without a table is a feed."""
    return Parse(
        kind=_PARSED_AS[table.kind] if table else "feed",
        body=answer.body,
        url=answer.url,
        content_type=answer.content_type,
        timezone=table.timezone if table else None,
        links=table.links if table else None,
        at=at,
    )


def parsed(
    state: FeedState, answer: Fetched, feed: Feed | Page | Unreadable, now: datetime, *, is_page: bool = False
) -> Parsed | Poll:
    """Return what a feed's body says, or that it is none; one that `is_page` may be made otherwise some day."""
    if not isinstance(feed, Feed):
        said = "no feed" if isinstance(feed, Page) else feed.said
        if is_page and not state.first_poll:
            said = f"{said}; it was before, so the page is made otherwise now"
        return failed(state, FetchFailure(key=answer.key, reason=FetchReason.UNREADABLE, detail=said), now)
    entries = new_entries(state.feed.feed_id, feed)
    linked = sum(bool(entry.link and is_http_url(entry.link)) for entry in feed.entries)
    repeated, unlinked = linked - len(entries), len(feed.entries) - linked
    return Parsed(answer=answer, feed=feed, entries=entries, repeated=repeated, unlinked=unlinked)


def new_entries(feed_id: str, feed: Feed) -> tuple[NewEntry, ...]:
    """Return the entries that lead to a page, each once; a feed that repeats an entry meant its first."""
    entries: dict[str, NewEntry] = {}
    keys: set[str] = set()
    for listed in feed.entries:
        if listed.link and is_http_url(listed.link):
            url = unwrapped(listed.link)
            entry = replace(listed, link=url)
            exact, names = exact_names(feed_id, entry), entry_names(feed_id, entry)
            # One that shares its guid with another that stands before it is told from it by all that names it.
            key = exact[0] if names[0] in keys else names[0]
            # A list shows "today" and tomorrow a date: that is no change of the page behind it.
            state = entry_hash(replace(entry, updated=None) if feed.format == LISTED else entry)
            new = NewEntry(entry_key=key, entry_hash=state, url=url, entry=entry, names=names, exact=exact)
            entries.setdefault(exact[0], new)
            keys.add(key)
    return tuple(entries.values())


def note(session: Session, polled: Sequence[Polled], now: datetime) -> Noted:
    """Note validators and new entries; how many of a feed's entries are fresh decides when it is asked again."""
    if not polled:
        return Noted(counts=RunCounts(), news=())
    polled = remembered(polled, forgotten(session))
    parses = [each.finding for each in polled if isinstance(each.finding, Parsed)]
    fresh = fresh_entries(session, [entry for finding in parses for entry in finding.entries])
    found = [(each.state, poll_of(each, fresh, now)) for each in polled]
    found, merged = not_merged(found, watched=feed_urls(session) if any(map(moves, found)) else frozenset())
    new = save_polls(session, [poll for _, poll in found])
    news = [(state.feed, news) for state, poll in found if (news := told(state, poll))]
    counts = counted([poll for _, poll in found], parses, new=new)
    return Noted(
        counts=counts, news=(*merged, *news), all_new=tuple(each for each in polled if is_all_new(each, fresh))
    )


def is_all_new(polled: Polled, fresh: Container[str]) -> bool:
    """Tell whether a feed has entries and none of them was known: what came before them may have been missed."""
    entries = polled.finding.entries
    return isinstance(polled.finding, Parsed) and bool(entries) and all(each.entry_key in fresh for each in entries)


def remembered(polled: Sequence[Polled], known: Forgotten) -> Sequence[Polled]:
    """Return polls without the entries of articles and outlets that were forgotten."""
    if not known.digests:
        return polled

    def is_kept(each: Polled, entry: NewEntry) -> bool:
        names = names_of_page(entry.entry_key, entry.url, entry.entry)
        return not (known.outlet(each.state.feed.outlet) or known.outlet(entry.entry.source) or known.article(names))

    return [
        replace(
            each,
            finding=replace(each.finding, entries=tuple(one for one in each.finding.entries if is_kept(each, one))),
        )
        if isinstance(each.finding, Parsed)
        else each
        for each in polled
    ]


def counted(found: Sequence[Poll], parses: Sequence[Parsed], *, new: int) -> RunCounts:
    """Count what became of feeds, and of all that they list."""
    unlinked = sum(finding.unlinked for finding in parses)
    listed = sum(len(finding.entries) + finding.repeated for finding in parses)
    broken = sum(bool(poll.error) and not poll.entries for poll in found)
    same = sum(poll.not_modified for poll in found)
    return RunCounts(
        feeds_unchanged=same,
        feeds_failed=broken,
        feeds_changed=len(found) - broken - same,
        entries_new=new,
        entries_known=listed - new,
        entries_unlinked=unlinked,
        entries_listed=listed + unlinked,
    )


def poll_of(polled: Polled, fresh: Container[str], now: datetime) -> Poll:
    """Return the poll, now that it is known which entries are fresh."""
    finding = polled.finding
    if isinstance(finding, Poll):
        return finding
    count = sum(entry.entry_key in fresh for entry in finding.entries)
    return changed(polled.state, replace(finding, fresh=count), finding.answer.asked_at or now)


def moves(found: tuple[FeedState, Poll]) -> bool:
    """Tell whether a feed is asked at another address from now on."""
    state, poll = found
    return poll.course is not None and poll.course.current_url not in {None, state.course.current_url}


def not_merged(
    found: Sequence[tuple[FeedState, Poll]], *, watched: Container[str]
) -> tuple[list[tuple[FeedState, Poll]], list[tuple[WatchedFeed, FeedNews]]]:
    """Keep each feed at its address when another is asked where it has moved: that is told, not merged."""
    kept, news = [], []
    for state, poll in found:
        course = poll.course
        if course and moves((state, poll)) and course.current_url in watched:
            line = f"has moved for good, to {course.current_url}, which is watched already"
            news.append((state.feed, FeedNews(line, begins=Trouble.MOVED)))
            kept.append((state, replace(poll, course=replace(course, current_url=state.course.current_url))))
        else:
            kept.append((state, poll))
    return kept, news


def failed(state: FeedState, failure: FetchFailure, now: datetime) -> Poll:
    """Return a failed poll: the feed is asked again later, and later still the more often it failed."""
    failures = state.consecutive_failures + 1
    wait = max(retry_delay(failures, state.feed.every, CAP), min(failure.wait or timedelta(0), CAP))
    since = state.course.failing_since or now
    course = replace(state.course, state=FeedHealth.FAILING, failing_since=since, gone_since=None)
    if failure.status == HTTPStatus.GONE:
        course = replace(course, gone_since=state.course.gone_since or now)
        if now - (course.gone_since or now) >= GONE_FOR:
            course, wait = replace(course, state=FeedHealth.GONE), GONE_EVERY
    if failures >= LOST_AFTER:
        course = replace(course, current_url=None)
    return Poll(
        feed_id=state.feed.feed_id,
        polled_at=now,
        next_poll_at=next_poll_at(now, wait, name=state.feed.feed_id),
        error=failure.detail,
        forget=failure.reason is FetchReason.UNASKED,
        course=course,
    )


def unchanged(state: FeedState, answer: Fetched | NotModified, now: datetime) -> Poll:
    """Return a poll that brought nothing, by a 304 or by the same body again."""
    course = settled(state, moved(state.course, answer.moved_to, now), fresh=0, now=now)
    return replace(answered(state, answer, course, now), body_hash=state.body_hash, not_modified=True)


def changed(state: FeedState, parsed: Parsed, now: datetime) -> Poll:
    """Return a poll whose body was read; what parsed of a broken one is used, and the problem is noted."""
    answer, feed = parsed.answer, parsed.feed
    if parsed.unlinked and not parsed.entries:
        why = listing_problem(feed, now) or ""
        return failed(state, FetchFailure(key=answer.key, reason=FetchReason.UNREADABLE, detail=why), now)
    # An address is only moved to where the feed is the same: something of it has to be known already.
    same = state.first_poll or parsed.fresh < len(parsed.entries)
    course = replace(
        moved(state.course, answer.moved_to if same else None, now),
        ttl=feed.ttl,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
    )
    course = settled(state, course, fresh=parsed.fresh, now=now)
    poll = answered(state, answer, course, now)
    return replace(poll, body_hash=body_hash(answer.body), entries=parsed.entries, error=listing_problem(feed, now))


def answered(state: FeedState, answer: Fetched | NotModified, course: FeedCourse, now: datetime) -> Poll:
    """Return what every poll has that was answered: the validators as they came, and when to ask again."""
    return Poll(
        feed_id=state.feed.feed_id,
        polled_at=now,
        next_poll_at=next_time(state, course, answer.fresh_for, now),
        etag=answer.etag,
        last_modified=answer.last_modified,
        course=course,
    )


def settled(state: FeedState, course: FeedCourse, *, fresh: int, now: datetime) -> FeedCourse:
    """Return the course of a feed that answered: its state, and how often in a row it had nothing new."""
    dull = 0 if fresh else course.dull_polls + 1
    health = FeedHealth.SLOW if dull >= DULL else FeedHealth.FINE
    if not fresh and state.last_new_at and now - state.last_new_at > bearable_silence(state.arrivals, now):
        health = FeedHealth.QUIET
    return replace(course, state=health, dull_polls=dull, gone_since=None, failing_since=None)


def moved(course: FeedCourse, target: str | None, now: datetime) -> FeedCourse:
    """Count how often in a row permanent redirects led to `target`; take it for the feed's address in the end."""
    if target is None:
        return replace(course, moved_to=None, moved_since=None, moved_times=0)
    if target != course.moved_to:
        return replace(course, moved_to=target, moved_since=now, moved_times=1)
    times, since = course.moved_times + 1, course.moved_since or now
    if times >= MOVED_TIMES and now - since >= MOVED_FOR:
        return replace(course, current_url=target, moved_to=None, moved_since=None, moved_times=0)
    return replace(course, moved_times=times)


def next_time(state: FeedState, course: FeedCourse, fresh_for: timedelta | None, now: datetime) -> datetime:
    """Return when a feed that answered is asked again."""
    interval = adaptive(state.feed.every, state.feed.max_every, course.dull_polls)
    return next_poll_at(
        now,
        interval,
        course.ttl,
        fresh_for,
        name=state.feed.feed_id,
        skip_hours=course.skip_hours,
        skip_days=course.skip_days,
    )
