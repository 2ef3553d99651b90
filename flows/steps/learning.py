"""Leaving out of articles what recurs on their sites' pages: one short look at what is known of each site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from extractors.html.boilerplate import WINDOW, newly_learned, page_lines, same_but_for, site_of, without_boilerplate
from extractors.records import Article, PageLines
from extractors.text.identity import plain_words
from flows.setup import Setup
from warehouse import boilerplate
from warehouse.records import LearnedLine, SiteLines, StoredWords
from warehouse.store import writing
from warehouse.stored import stored_words

# What was not seen on a site for so long is forgotten.
KEPT = timedelta(days=90)


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
