"""Pages: what their answers are, and articles without what recurs on their sites' pages. Fetches nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from itertools import islice
from pathlib import Path

from alerts.records import Arrival
from extractors.html.boilerplate import WINDOW, newly_learned, page_lines, same_but_for, site_of, without_boilerplate
from extractors.records import Article, Entry, Page, PageLines, Unreadable
from extractors.text.identity import article_id, item_id, item_url, plain_words
from extractors.text.urls import canonical_url, without_fragment
from flows.config.configuration import FeedKind
from flows.config.settings import Settings
from flows.processes.workers import Parse, ParseResult, Workers
from flows.progress import stage
from flows.setup import Setup
from flows.steps.agenda import PAGES_A_PASS
from flows.steps.listed import EMPTY_HANDED, Outlets, headline_of, is_elsewhere, own_page, own_post, shares_page
from flows.web.politeness import retry_delay
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, as_failure
from warehouse import boilerplate
from warehouse.articles import stored_articles, stored_words
from warehouse.boilerplate import LearnedLine, SiteLines
from warehouse.entries import PageFailure, PendingEntry
from warehouse.records import ReadArticle, StoredWords
from warehouse.runs import RunCounts
from warehouse.session import Session
from warehouse.store import reading

# What fails in passing is tried for half a day; a server that refuses is believed sooner.
TRIES = 30
TRIES_REFUSED = 3
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
# What was not seen on a site for so long is forgotten.
KEPT = timedelta(days=90)
# Parsing an address takes as long as much else does with a page, and each is asked for again and again in a pass.
site_at = lru_cache(maxsize=2 * PAGES_A_PASS)(site_of)
# Of so many sites at once the last pages' lines are in memory: 100 kB each where pages are long.
AHEAD = 100

NOWHERE = Page(text="")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article, its page, and the entry that led to it; `from_feed` when its text is the feed's own."""

    article: Article
    arrival: Arrival
    entry_key: str | None = None
    from_feed: bool = False
    page: Page = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An entry that gave no article; `fetched` tells whether a page came at all, `empty_handed` that it has no text."""

    failure: PageFailure
    fetched: bool = False
    empty_handed: bool = False
    disallowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """What a batch gave: articles, and the entries that gave none."""

    articles: tuple[FoundArticle, ...]
    failures: tuple[PageFailure, ...]
    counts: RunCounts


def clean(setup: Setup, workers: Workers, fetched: Sequence[tuple[FetchResult, tuple[PendingEntry, ...]]]) -> Acquired:
    """Turn pages into articles, and what is none into a failure with its reason."""
    now = setup.now()
    with stage(setup.progress, "pages cleaned", len(fetched)) as done:
        bodies = {
            outcome.key: task(outcome, setup.settings, entries)
            for outcome, entries in fetched
            if isinstance(outcome, Fetched)
        }
        pages = dict(zip(bodies, workers.parse(bodies.values()), strict=True))
        outlets = Outlets(setup.settings.feeds)
        results: list[FoundArticle | Missed] = []
        for outcome, entries in fetched:
            came = zip(cleaned(setup, outcome, pages.get(outcome.key), entries, now), entries, strict=True)
            for result, entry in came:
                results.append(of_its_outlet(outlets, from_feed(setup, workers, result, entry, entries), entry))
            done()
    articles = tuple(result for result in results if isinstance(result, FoundArticle))
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


def task(answer: Fetched, settings: Settings, entries: Sequence[PendingEntry]) -> Parse:
    """Return what there is to clean, with what the feed that led there says of its pages."""
    feed_id = entries[0].feed_id
    return Parse(
        kind="page",
        body=answer.body,
        url=answer.url,
        content_type=answer.content_type,
        timezone=settings.timezone_of(feed_id),
        headline=headline_of(entries),
        language=settings.language_of(feed_id),
    )


def cleaned(
    setup: Setup,
    outcome: FetchResult,
    page: ParseResult | None,
    entries: Sequence[PendingEntry],
    now: datetime,
) -> Sequence[FoundArticle | Missed]:
    """Turn one answer into an article for each entry that led to it, or say why it is none."""
    if not isinstance(outcome, Fetched):
        return [unfetched(setup, entry, as_failure(outcome), now) for entry in entries]
    if isinstance(page, Page):
        return [found(entry, page, outcome.url, now) for entry in entries]
    assert isinstance(page, Unreadable)
    return [unreadable(entry, page) for entry in entries]


def found(entry: PendingEntry, page: Page, url: str, now: datetime) -> FoundArticle:
    """Return the article that an entry led to."""
    return FoundArticle(
        article=polled_article(entry, page, url, entry.seen_at or now),
        arrival=Arrival.FIRST_POLL if entry.first_poll else Arrival.POLLED,
        entry_key=entry.entry_key,
        page=page,
    )


def from_feed(
    setup: Setup,
    workers: Workers,
    result: FoundArticle | Missed,
    entry: PendingEntry,
    leading: Sequence[PendingEntry],
) -> FoundArticle | Missed:
    """Take what the feed itself says where its page can't be had for good, or is the article of something else.

    Of several that share a page each is an article of its own, at its place there.
    """
    shared = shares_page(entry, leading)
    if isinstance(result, Missed) and result.failure.retry_at is not None:
        return result
    if isinstance(result, FoundArticle) and not is_elsewhere(entry, result.page, shared=shared):
        return result
    table = setup.settings.table_of(entry.feed_id)
    bare, language = isinstance(result, Missed) and result.empty_handed, setup.settings.language_of(entry.feed_id)
    verbatim = table is not None and table.kind is FeedKind.TELEGRAM
    page = own_post(workers, entry, language) if verbatim else own_page(workers, entry, language, bare=bare)
    if page is None:
        return result
    own = found(entry, page, without_fragment(entry.url), setup.now())
    if shared:
        url = item_url(entry.entry, entry.entry_key)
        own = replace(own, article=replace(own.article, url=url, article_id=item_id(url)))
    return replace(own, from_feed=True)


def of_its_outlet(outlets: Outlets, result: FoundArticle | Missed, entry: PendingEntry) -> FoundArticle | Missed:
    """Return an article under the name of whoever wrote it."""
    if isinstance(result, Missed):
        return result
    outlet = outlets.outlet_of(entry, result.page, result.article.url)
    return replace(result, article=replace(result.article, outlet=outlet))


def unreadable(entry: PendingEntry, page: Unreadable) -> Missed:
    """Say why a page holds no article."""
    failure = PageFailure(entry_key=entry.entry_key, feed_id=entry.feed_id, reason=page.said, retry_at=None)
    return Missed(failure=failure, fetched=True, empty_handed=page.reason in EMPTY_HANDED)


def unfetched(setup: Setup, entry: PendingEntry, why: FetchFailure, now: datetime) -> Missed:
    """Say why a page could not be had, and when it is asked for again."""
    every = setup.settings.every
    wait = max(retry_delay(entry.attempts + 1, every, 60 * every), why.wait or timedelta(0))
    retry_at = None if is_final(entry, why) else now + wait
    failure = PageFailure(entry_key=entry.entry_key, feed_id=entry.feed_id, reason=why.detail, retry_at=retry_at)
    is_listed, disallowed = why.reason is FetchReason.LISTED, why.reason is FetchReason.DISALLOWED
    return Missed(failure=failure, fetched=is_listed, empty_handed=is_listed, disallowed=disallowed)


def is_final(entry: PendingEntry, failure: FetchFailure) -> bool:
    """Tell whether asking again is no use; a site whose robots.txt can't be had is waited for, not given up."""
    if failure.permanent or failure.reason is FetchReason.POSTPONED:
        return failure.permanent
    status = failure.status or 0
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in PASSING
    return entry.attempts + 1 >= (TRIES_REFUSED if client_error else TRIES)


def polled_article(entry: PendingEntry, page: Page, url: str, seen_at: datetime) -> Article:
    """Join what the feed and the page say: the feed's date and time win, nothing undated is stamped.

    What is dated after it was seen was published by then: clocks and time zones are wrong more often than news is told
    before it is published.
    """
    published = entry.entry.published or page.published or entry.entry.updated
    return article_of(
        page,
        url=canonical_url(page.url or url),
        outlet=entry.outlet,
        published_at=min(published, seen_at) if published else None,
        seen_at=seen_at,
        entry=entry.entry,
        feed_id=entry.feed_id,
    )


def article_of(
    page: Page,
    *,
    url: str,
    outlet: str,
    published_at: datetime | None,
    seen_at: datetime,
    entry: Entry | None = None,
    feed_id: str | None = None,
) -> Article:
    """Give a page its identity; what it does not say of itself is what the entry that led to it says."""
    return Article(
        article_id=article_id(url),
        url=url,
        outlet=outlet,
        feed_id=feed_id,
        title=page.title or (entry.title if entry else None),
        author=page.author or (entry.author if entry else None),
        published_at=published_at,
        first_seen_at=seen_at,
        language=page.language,
        text=page.text,
        updated_at=page.updated or (entry.updated if entry else None),
        section=page.section,
        posts=page.posts,
    )


class Furniture:
    """What recurs on the pages of sites. It is read ahead, when the warehouse is open, for pages that are awaited."""

    def __init__(self, data_dir: Path) -> None:
        """Begin with nothing read."""
        self._data_dir = data_dir
        self._known: dict[str, SiteLines] = {}

    def read_ahead(self, session: Session, urls: Iterable[str]) -> None:
        """Read what is known of the first sites of these pages, and forget the others'."""
        sites = list(islice(dict.fromkeys(site for url in urls if (site := site_at(url))), AHEAD))
        self._known = {site: self._known[site] for site in sites if site in self._known}
        missing = sorted(set(sites) - set(self._known))
        if missing:
            self._known |= boilerplate.site_lines(session, missing)

    def lesson(self, articles: Sequence[Article]) -> Lesson:
        """Learn from articles; where a page turns out to be of a site that was not read ahead, open the warehouse."""
        by_site: dict[str, dict[str, Article]] = {}
        for article in articles:
            if (site := site_at(article.url)) is not None:
                by_site.setdefault(site, {})[article.article_id] = article
        missing = sorted(set(by_site) - set(self._known))
        if missing:
            with reading(self._data_dir) as session:
                self._known |= boilerplate.site_lines(session, missing)
        # What is taught now is not known until it is kept, and then it is read again.
        lessons = [lesson_of(self._known.pop(site), list(by_site[site].values())) for site in sorted(by_site)]
        return Lesson(sites=tuple(lessons))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLesson:
    """What a site's new articles teach: their own lines, those found to recur, those seen to recur again, all known."""

    site: str
    pages: tuple[PageLines, ...]
    fresh: tuple[LearnedLine, ...]
    seen: tuple[tuple[str, str, int], ...]
    lines: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What articles teach about their sites' furniture; it is kept in the transaction that records them."""

    sites: tuple[SiteLesson, ...] = ()

    def lines_of(self, article: Article) -> frozenset[str]:
        """Return the lines that recur on the pages of an article's site."""
        site = site_at(article.url)
        return next((each.lines for each in self.sites if each.site == site), frozenset())

    def applied(self, article: Article) -> Article:
        """Return an article without the lines that recur on its site."""
        lines = self.lines_of(article)
        if not lines:
            return article
        text, posts = without_boilerplate(article.text, lines, article.posts)
        return replace(article, text=text, posts=posts)

    def keep(self, session: Session, now: datetime) -> None:
        """Keep it for the articles to come, and drop what was not seen for long."""
        if self.sites:
            boilerplate.save_pages(session, [(each.site, page) for each in self.sites for page in each.pages], now)
            boilerplate.save_lines(session, [line for each in self.sites for line in each.fresh], now)
            boilerplate.see_lines(session, [seen for each in self.sites for seen in each.seen], now)
            boilerplate.forget(session, [each.site for each in self.sites], since=now - KEPT, window=WINDOW)

    def as_stored(self, session: Session, batch: Sequence[ReadArticle]) -> tuple[ReadArticle, ...]:
        """Return a batch in which what differs from what is stored in nothing but furniture has the stored words.

        So furniture makes no revision.
        """
        names = sorted(each.article.article_id for each in batch if self.lines_of(each.article))
        words = stored_words(session, names) if names else {}
        same = sorted(each.article.article_id for each in batch if self._is_stored(each.article, words))
        stored = {each.article.article_id: each for each in stored_articles(session, same)} if same else {}
        return tuple(restored(each, stored.get(each.article.article_id)) for each in batch)

    def _is_stored(self, article: Article, words: Mapping[str, StoredWords]) -> bool:
        stored = words.get(article.article_id)
        same_title = stored and plain_words(stored.title or "") == plain_words(article.title or "")
        return bool(stored and same_title and same_but_for(article.text, stored.text, self.lines_of(article)))


def lesson_of(known: SiteLines, articles: Sequence[Article]) -> SiteLesson:
    """Return what a site's new articles teach, beside what is known of it."""
    pages = [page_lines(article.article_id, article.text) for article in articles]
    fresh = learned(known, pages, articles)
    return SiteLesson(
        site=known.site,
        pages=tuple(pages),
        fresh=tuple(fresh),
        seen=tuple(seen_again(known, pages)),
        lines=known.learned | {line.line_hash for line in fresh},
    )


def restored(item: ReadArticle, stored: ReadArticle | None) -> ReadArticle:
    """Return an article with the words that it is stored with, and what was read in them; as it is if it is not."""
    if stored is None:
        return item
    article = replace(item.article, text=stored.article.text, posts=stored.article.posts)
    return replace(item, article=article, reading=stored.reading)


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
