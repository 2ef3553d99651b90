"""From entries to articles: fetching their pages and cleaning them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.records import Arrival
from extractors.identity import article_id
from extractors.pages import clean_page
from extractors.records import Article, Page, Unreadable
from flows.fetching import PAGE_TYPES, Fetched, FetchFailure, Outcome, Request, fetch_outcomes, retry_delay
from flows.progress import stage
from flows.setup import Setup
from warehouse import polls
from warehouse.records import PageFailure, PendingEntry, RunCounts
from warehouse.store import writing

PAGES_A_PASS = 1_000
TRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article and the entry that led to it."""

    article: Article
    arrival: Arrival
    entry_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """What a pass got: articles, and the entries that gave none."""

    articles: tuple[FoundArticle, ...]
    failures: tuple[PageFailure, ...]
    counts: RunCounts


def unseen(setup: Setup) -> tuple[PendingEntry, ...]:
    """Return the entries whose pages are due, the oldest first."""
    with writing(setup.data_dir) as session:
        return polls.pending_entries(session, setup.now(), PAGES_A_PASS)


def fetch_pages(setup: Setup, entries: tuple[PendingEntry, ...]) -> tuple[tuple[PendingEntry, Outcome], ...]:
    """Fetch the entries' pages, as far as the pass has time."""
    by_key = {entry.entry_key: entry for entry in entries}
    requests = [Request(key=entry.entry_key, url=entry.url, accept=PAGE_TYPES) for entry in entries]
    with stage(setup.progress, "pages", len(requests)) as done:
        outcomes = fetch_outcomes(requests, setup.settings.fetch, on_done=done, stopping=setup.stopping)
    return tuple((by_key[outcome.key], outcome) for outcome in outcomes)


def clean(setup: Setup, fetched: tuple[tuple[PendingEntry, Outcome], ...]) -> Acquired:
    """Turn pages into articles, and what is none into a failure with its reason."""
    now = setup.now()
    with stage(setup.progress, "clean", len(fetched)) as done:
        results = []
        for entry, outcome in fetched:
            results.append(cleaned(setup, entry, outcome, now))
            done()
    failures = tuple(result for result in results if isinstance(result, PageFailure))
    return Acquired(
        articles=tuple(result for result in results if isinstance(result, FoundArticle)),
        failures=failures,
        counts=RunCounts(
            pages_fetched=sum(isinstance(outcome, Fetched) for _, outcome in fetched),
            pages_failed=sum(isinstance(outcome, FetchFailure) for _, outcome in fetched),
            pages_unreadable=len(failures) - sum(isinstance(outcome, FetchFailure) for _, outcome in fetched),
        ),
    )


def cleaned(setup: Setup, entry: PendingEntry, outcome: Outcome, now: datetime) -> FoundArticle | PageFailure:
    """Turn one answer into an article, or say why it is none."""
    if not isinstance(outcome, Fetched):
        return unfetched(setup, entry, outcome, now)
    page = clean_page(outcome.body, url=outcome.url, content_type=outcome.content_type)
    if isinstance(page, Unreadable):
        reason = f"{page.reason}: {page.detail}" if page.detail else str(page.reason)
        return PageFailure(entry_key=entry.entry_key, feed_id=entry.feed_id, reason=reason, retry_at=None)
    return FoundArticle(
        article=article_of(entry, page, outcome.url, entry.seen_at or now),
        arrival=Arrival.FIRST_POLL if entry.first_poll else Arrival.POLLED,
        entry_key=entry.entry_key,
    )


def unfetched(setup: Setup, entry: PendingEntry, outcome: Outcome, now: datetime) -> PageFailure:
    """Say why a page could not be had, and when it is asked for again."""
    reason = outcome.reason if isinstance(outcome, FetchFailure) else "not modified, though nothing is known of it"
    final = (isinstance(outcome, FetchFailure) and outcome.permanent) or entry.attempts + 1 >= TRIES
    every = setup.settings.every
    wait = retry_delay(entry.attempts + 1, every, 60 * every)
    return PageFailure(
        entry_key=entry.entry_key, feed_id=entry.feed_id, reason=reason, retry_at=None if final else now + wait
    )


def article_of(entry: PendingEntry, page: Page, url: str, seen_at: datetime) -> Article:
    """Join what the feed and the page say: the feed's date and time win, nothing undated is stamped."""
    address = page.url or url
    return Article(
        article_id=article_id(address),
        url=address,
        outlet=entry.outlet,
        feed_id=entry.feed_id,
        title=page.title or entry.entry.title,
        author=page.author or entry.entry.author,
        published_at=entry.entry.published or page.published or entry.entry.updated,
        first_seen_at=seen_at,
        language=page.language,
        text=page.text,
    )
