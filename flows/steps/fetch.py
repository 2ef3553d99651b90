"""Pages: which to ask for, what their answers are, and articles without what recurs on their sites' pages.

Fetches nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from http import HTTPStatus

from alerts.records import Arrival
from extractors.html.boilerplate import WINDOW, newly_learned, page_lines, same_but_for, site_of, without_boilerplate
from extractors.records import Article, Page, PageLines, Unreadable
from extractors.text.identity import article_id, plain_words
from extractors.text.urls import canonical_url
from flows.processes.workers import Answer, Parse, Workers
from flows.progress import stage
from flows.setup import Setup
from flows.web.fetch import PAGE_TYPES
from flows.web.politeness import retry_delay
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request
from warehouse import boilerplate
from warehouse.boilerplate import LearnedLine, SiteLines
from warehouse.entries import PageFailure, PendingEntry
from warehouse.records import StoredWords
from warehouse.runs import RunCounts
from warehouse.store import writing
from warehouse.stored import stored_words

PAGES_A_PASS = 1_000
# What fails in passing is tried for half a day; a server that refuses is believed sooner.
TRIES = 30
TRIES_REFUSED = 3
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
# What was not seen on a site for so long is forgotten.
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article and the entry that led to it; `from_feed` when its text is the feed's own."""

    article: Article
    arrival: Arrival
    entry_key: str | None = None
    from_feed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An entry that gave no article; `fetched` tells whether a page came at all."""

    entry: PendingEntry
    failure: PageFailure
    fetched: bool = False
    disallowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """What a batch gave: articles, and the entries that gave none."""

    articles: tuple[FoundArticle, ...]
    failures: tuple[PageFailure, ...]
    counts: RunCounts


class Pages:
    """The pages asked for in one pass, each once however many entries lead to it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: set[str] = set()
        self._leading: dict[str, list[PendingEntry]] = {}
        self._asked: dict[str, str] = {}

    def requests(self, entries: Sequence[PendingEntry]) -> list[Request]:
        """Return the requests for those entries whose pages were not asked for yet."""
        fresh = [entry for entry in entries if entry.entry_key not in self._seen]
        self._seen.update(entry.entry_key for entry in fresh)
        wanted = []
        for entry in fresh:
            if entry.url in self._asked:
                self._leading[self._asked[entry.url]].append(entry)
                continue
            self._asked[entry.url] = entry.entry_key
            self._leading[entry.entry_key] = [entry]
            wanted.append(Request(key=entry.entry_key, url=entry.url, accept=PAGE_TYPES, crawls=True))
        return wanted

    def taken(self, outcomes: Sequence[FetchResult]) -> list[tuple[FetchResult, tuple[PendingEntry, ...]]]:
        """Return each outcome with the entries that led to it; from now on its page may be asked for again."""
        pairs = []
        for outcome in outcomes:
            entries = self._leading.pop(outcome.key)
            del self._asked[entries[0].url]
            pairs.append((outcome, tuple(entries)))
        return pairs


def clean(setup: Setup, workers: Workers, fetched: Sequence[tuple[FetchResult, tuple[PendingEntry, ...]]]) -> Acquired:
    """Turn pages into articles, and what is none into a failure with its reason."""
    now = setup.now()
    with stage(setup.progress, "clean", len(fetched)) as done:
        bodies = [outcome for outcome, _ in fetched if isinstance(outcome, Fetched)]
        pages = dict(zip((body.key for body in bodies), workers.parse(map(task, bodies)), strict=True))
        results: list[FoundArticle | Missed] = []
        for outcome, entries in fetched:
            results += cleaned(setup, outcome, pages.get(outcome.key), entries, now)
            done()
    results = [from_feed(workers, result, now) for result in results]
    articles = unfurnished(setup, [result for result in results if isinstance(result, FoundArticle)])
    missed = [result for result in results if isinstance(result, Missed)]
    return Acquired(
        articles=articles,
        failures=tuple(miss.failure for miss in missed),
        counts=RunCounts(
            pages_asked=len(results),
            pages_fetched=len(bodies),
            pages_disallowed=sum(miss.disallowed for miss in missed),
            pages_failed=sum(not miss.fetched and not miss.disallowed for miss in missed),
            pages_unreadable=sum(miss.fetched for miss in missed),
            articles_from_feeds=sum(article.from_feed for article in articles),
        ),
    )


def unfurnished(setup: Setup, found: Sequence[FoundArticle]) -> tuple[FoundArticle, ...]:
    """Return articles without what recurs on their sites' pages, as far as that is known by now."""
    articles = without_recurring(setup, [item.article for item in found])
    return tuple(replace(item, article=article) for item, article in zip(found, articles, strict=True))


def task(answer: Fetched) -> Parse:
    """Return what there is to clean."""
    return Parse(kind="page", body=answer.body, url=answer.url, content_type=answer.content_type)


def cleaned(
    setup: Setup,
    outcome: FetchResult,
    page: Answer | None,
    entries: Sequence[PendingEntry],
    now: datetime,
) -> Sequence[FoundArticle | Missed]:
    """Turn one answer into an article for each entry that led to it, or say why it is none."""
    if isinstance(page, Page) and isinstance(outcome, Fetched):
        return [found(entry, page, outcome.url, now) for entry in entries]
    if isinstance(page, Unreadable):
        return [unreadable(entry, page) for entry in entries]
    return [unfetched(setup, entry, outcome, now) for entry in entries]


def found(entry: PendingEntry, page: Page, url: str, now: datetime, *, from_feed: bool = False) -> FoundArticle:
    """Return the article that an entry led to."""
    return FoundArticle(
        article=article_of(entry, page, url, entry.seen_at or now),
        arrival=Arrival.FIRST_POLL if entry.first_poll else Arrival.POLLED,
        entry_key=entry.entry_key,
        from_feed=from_feed,
    )


def from_feed(workers: Workers, result: FoundArticle | Missed, now: datetime) -> FoundArticle | Missed:
    """Take the feed's own full text when a page can't be had for good."""
    if isinstance(result, FoundArticle) or result.failure.retry_at is not None or not result.entry.entry.content_html:
        return result
    title = escape(result.entry.entry.title or "")
    html = (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title></head><body><article>"
        f"<h1>{title}</h1>{result.entry.entry.content_html}</article></body></html>"
    )
    url = result.entry.url
    page = workers.clean_page(html.encode(errors="replace"), url=url, content_type="text/html; charset=utf-8")
    if isinstance(page, Unreadable):
        return result
    return found(result.entry, page, url, now, from_feed=True)


def unreadable(entry: PendingEntry, page: Unreadable) -> Missed:
    """Say why a page holds no article."""
    reason = f"{page.reason}: {page.detail}" if page.detail else str(page.reason)
    failure = PageFailure(entry_key=entry.entry_key, feed_id=entry.feed_id, reason=reason, retry_at=None)
    return Missed(entry=entry, failure=failure, fetched=True)


def unfetched(setup: Setup, entry: PendingEntry, outcome: FetchResult, now: datetime) -> Missed:
    """Say why a page could not be had, and when it is asked for again."""
    if not isinstance(outcome, FetchFailure):
        outcome = FetchFailure(
            key=outcome.key, reason=FetchReason.UNASKED, detail="not modified, though nothing is known of it"
        )
    every = setup.settings.every
    wait = max(retry_delay(entry.attempts + 1, every, 60 * every), outcome.wait or timedelta(0))
    retry_at = None if is_final(entry, outcome) else now + wait
    failure = PageFailure(entry_key=entry.entry_key, feed_id=entry.feed_id, reason=outcome.detail, retry_at=retry_at)
    return Missed(entry=entry, failure=failure, disallowed=outcome.reason is FetchReason.DISALLOWED)


def is_final(entry: PendingEntry, failure: FetchFailure) -> bool:
    """Tell whether asking again is no use; a site whose robots.txt can't be had is waited for, not given up."""
    if failure.permanent or failure.reason is FetchReason.POSTPONED:
        return failure.permanent
    status = failure.status or 0
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in PASSING
    return entry.attempts + 1 >= (TRIES_REFUSED if client_error else TRIES)


def article_of(entry: PendingEntry, page: Page, url: str, seen_at: datetime) -> Article:
    """Join what the feed and the page say: the feed's date and time win, nothing undated is stamped."""
    address = canonical_url(page.url or url)
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
        updated_at=page.updated or entry.entry.updated,
        section=page.section,
        posts=page.posts,
    )


def without_recurring(setup: Setup, articles: Sequence[Article]) -> tuple[Article, ...]:
    """Learn from these articles, and return them without the lines that recur on their sites' pages."""
    by_site: dict[str, dict[str, Article]] = {}
    for article in articles:
        if (site := site_of(article.url)) is not None:
            by_site.setdefault(site, {})[article.article_id] = article
    if not by_site:
        return tuple(articles)
    now = setup.now()
    with writing(setup.data_dir) as session:
        known = boilerplate.site_lines(session, sorted(by_site))
        stored = stored_words(session, sorted(name for some in by_site.values() for name in some))
        pages = {site: pages_of(list(some.values())) for site, some in by_site.items()}
        fresh = [line for site in known for line in learned(known[site], pages[site], list(by_site[site].values()))]
        boilerplate.save_pages(session, [(site, page) for site in pages for page in pages[site]], now)
        boilerplate.save_lines(session, fresh, now)
        boilerplate.see_lines(session, [seen for site in known for seen in seen_again(known[site], pages[site])], now)
        boilerplate.forget(session, sorted(by_site), since=now - KEPT, window=WINDOW)
    lines = {site: known[site].learned | {line.line_hash for line in fresh if line.site == site} for site in known}
    return tuple(cleared(article, lines, stored.get(article.article_id)) for article in articles)


def pages_of(articles: Sequence[Article]) -> list[PageLines]:
    """Return what is kept of each page for learning."""
    return [page_lines(article.article_id, article.text) for article in articles]


def learned(site: SiteLines, pages: Sequence[PageLines], articles: Sequence[Article]) -> list[LearnedLine]:
    """Return the lines of these articles that turn out to recur on their site."""
    fresh = {page.article_id for page in pages}
    every = [*(page for page in site.pages if page.article_id not in fresh), *pages]
    lines = newly_learned(every, [article.text for article in articles], site.learned)
    return [
        LearnedLine(site=site.site, line_hash=name, line=line, articles=sum(name in page.hashes for page in every))
        for name, line in lines.items()
    ]


def seen_again(site: SiteLines, pages: Sequence[PageLines]) -> list[tuple[str, str, int]]:
    """Return site, line and on how many more articles it was seen, for each line that was known to recur."""
    counted = {page.article_id for page in site.pages}
    again = {name: 0 for page in pages for name in page.hashes if name in site.learned}
    for page in pages:
        for name in page.hashes:
            if name in again and page.article_id not in counted:
                again[name] += 1
    return [(site.site, name, times) for name, times in again.items()]


def cleared(article: Article, lines: Mapping[str, frozenset[str]], stored: StoredWords | None) -> Article:
    """Return an article without these lines of its site.

    One that is stored and differs in nothing else keeps the words it is stored with: furniture makes no revision.
    """
    known = lines.get(site_of(article.url) or "")
    if not known:
        return article
    same_title = stored and plain_words(stored.title or "") == plain_words(article.title or "")
    if stored and same_title and same_but_for(article.text, stored.text, known):
        return replace(article, text=stored.text, posts=stored.posts)
    text, posts = without_boilerplate(article.text, known, article.posts)
    return replace(article, text=text, posts=posts)
