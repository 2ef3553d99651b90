"""Forgetting: articles, or all of an outlet, out of every file of the deployment, and kept from coming back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractors.text.identity import article_id, names_of_page
from extractors.text.urls import canonical_url
from flows.inbox import waiting
from flows.setup import Setup
from flows.steps.again import unread
from flows.steps.meaning import key_of_sentence
from warehouse import forgotten
from warehouse.articles import known_articles
from warehouse.backup import databases
from warehouse.forgotten import Gone
from warehouse.kept import forget_pages
from warehouse.places import remove
from warehouse.published import rewrite
from warehouse.session import Session
from warehouse.store import reading, writing
from warehouse.utterances import unhear
from warehouse.vectors import forget_vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be forgotten: the article of an address, or all of an outlet."""

    url: str | None = None
    outlet: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the article, whether or not it is here."""
        return frozenset({article_id(self.url)} if self.url else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is reached: articles, the entries that led to them, and files of older states, which go as a whole."""

    articles: tuple[str, ...]
    entries: tuple[str, ...]
    pages: frozenset[str]
    files: tuple[Path, ...]


def reach(setup: Setup, demand: Demand) -> Reach:
    """Return what forgetting would take away."""
    with reading(setup.data_dir) as session:
        return _reached(setup, session, demand)


def forget(setup: Setup, demand: Demand) -> tuple[Gone, int]:
    """Forget for good; return what that took out, and how many kept pages. The caller holds the locks of passes.

    Broken off, it is ended by doing it again; but for vectors and answers of readers, which no longer say of what.
    """
    with writing(setup.data_dir) as session:
        found = _reached(setup, session, demand)
        said, sentences = forgotten.said_in(session, found.articles)
        unread(setup, session, found.articles)
        unhear(session, said)
        gone = forgotten.take_out(session, found.articles, found.entries, setup.spellings.forms)
        forgotten.bury(session, {*demand.names, *found.articles, *found.pages}, demand.outlet, setup.now())
        known = forgotten.forgotten(session)
    keys = frozenset(found.entries)
    pages = forget_pages(
        setup.data_dir,
        lambda url, entries: (
            known.article([article_id(url)])
            or any(known.outlet(each.outlet) or known.outlet(each.entry.source) for each in entries)
            or any(each.entry_key in keys for each in entries)
            or any(known.article([article_id(each.url)]) for each in entries)
        ),
    )
    for path, deed in list(waiting(setup.data_dir)):
        if deed.link.alert_id in gone.alert_ids:
            path.unlink(missing_ok=True)
    forget_vectors(setup.data_dir, [key_of_sentence(each) for each in sentences])
    rewrite(setup.data_dir)
    for path in found.files:
        remove(path)
    return gone, pages


def _reached(setup: Setup, session: Session, demand: Demand) -> Reach:
    if demand.url:
        plain = canonical_url(demand.url)
        names = [
            name
            for url in dict.fromkeys((demand.url, plain))
            for name in forgotten.articles_at(session, url, article_id(url))
        ]
    else:
        names = list(forgotten.articles_by(session, demand.outlet or ""))
    articles = tuple(dict.fromkeys(names))
    entries: list[str] = []
    pages: set[str] = set()
    for key, own in _entries(session, demand, {*articles, *demand.names}):
        entries.append(key)
        pages.update(own)
    return Reach(
        articles=articles,
        entries=tuple(entries),
        pages=frozenset(pages),
        files=databases(setup.data_dir),
    )


def _entries(session: Session, demand: Demand, names: Collection[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the entries that led to articles, each with what its own article is named.

    One that was led on to another address is known by its headline: the feed's and the article's are the same.
    """
    headlines = forgotten.headlines(session, names)
    for key, url, feed_id, outlet, entry in forgotten.entries_kept(session):
        own = names_of_page(key, url, entry)
        if found := [name for name in own if name in names]:
            yield key, found
        elif (feed_id, entry.title) in headlines and not known_articles(session, own):
            yield key, own[:1]
        elif demand.outlet and _plain(demand.outlet) in {_plain(outlet), _plain(entry.source)}:
            yield key, ()


def _plain(name: str | None) -> str:
    return (name or "").strip().casefold()
