"""Forgetting: articles, an outlet, what a person says, out of every file of the deployment; it does not come back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from extractors.relation_records import CorrectedField, Correction
from extractors.speech.corrections import meant_by
from extractors.text.identity import article_id, names_of_page
from extractors.text.urls import canonical_url
from flows.inbox import waiting
from flows.setup import Setup
from flows.steps.again import unread, unspoken
from flows.steps.meaning import key_of_sentence
from warehouse import corrections, forgotten, forgotten_people
from warehouse.articles import known_articles, stored_articles
from warehouse.backup import databases
from warehouse.forgotten import Gone
from warehouse.kept import forget_pages
from warehouse.places import remove
from warehouse.published import rewrite
from warehouse.records import ReadArticle
from warehouse.session import Session
from warehouse.store import reading, writing
from warehouse.utterances import unhear
from warehouse.vectors import forget_vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is to be forgotten: the article of an address, all of an outlet, or what a person says.

    `people` are all the names of the person in small letters; `whole` means the articles that name him as well.
    """

    url: str | None = None
    outlet: str | None = None
    people: tuple[str, ...] = ()
    whole: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the article, whether or not it is here."""
        return frozenset({article_id(self.url)} if self.url else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is reached: articles, the entries that led to them, and files of older states, which go as a whole.

    Of a person's statements, `said`, the `sentences` have vectors; he is `named_in` articles.
    """

    articles: tuple[str, ...]
    said: tuple[str, ...]
    sentences: tuple[str, ...]
    named_in: tuple[str, ...]
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
        if demand.people:
            gone = _silenced(setup, session, demand.people, found, gone)
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
    forget_vectors(setup.data_dir, [key_of_sentence(each) for each in (*sentences, *found.sentences)])
    rewrite(setup.data_dir)
    for path in found.files:
        remove(path)
    return gone, pages


def _silenced(setup: Setup, session: Session, people: Sequence[str], found: Reach, gone: Gone) -> Gone:
    """Take out what a person says in articles that stay, and where he is named; return what went in all."""
    made = corrections.corrections(session)
    given = [each for each in made if each.field is CorrectedField.SPEAKER and (each.is_now or "").lower() in people]
    words = [(each.article_id, each.words) for each in given if each.article_id and each.undone_at is None]
    forgotten.bury_person(session, people, words, setup.now())
    told = forgotten_people.take_alerts_out(session, people)
    stored = stored_articles(session, list({each.article_id for each in made if each.article_id}))
    unspoken(setup, session, found.named_in, forgotten.forgotten(session))
    about = [each for each in made if _is_about(each, people, given, stored)]
    session.remove("corrections", "correction_id", [each.correction_id for each in about])
    forgotten_people.name_no_more(session, people, found.said, setup.spellings.forms)
    return replace(gone, messages=gone.messages + told.messages, alert_ids=gone.alert_ids + told.alert_ids)


def _is_about(
    made: Correction, people: Sequence[str], given: Sequence[Correction], stored: Sequence[ReadArticle]
) -> bool:
    """Tell whether a correction has words of a person: one that took them from him has another's by now.

    What a name means stays: by that it is known whose the words are.
    """
    if made.field is CorrectedField.NAME:
        return False
    was_his = (made.was or "").lower() in people
    if made in given or (was_his and (made.field is CorrectedField.DROP or made.undone_at is not None)):
        return True
    own = (each.reading.statements for each in stored if each.article.article_id == made.article_id)
    said = [each for statements in own for each in meant_by(made, statements)]
    return any(
        {(each.speaker_id or "").lower(), *(each.speaker or "").lower().split("; ")} & {*people} for each in said
    )


def _reached(setup: Setup, session: Session, demand: Demand) -> Reach:
    said: tuple[tuple[str, ...], ...] = ((), (), ())
    if demand.people:
        said = forgotten_people.said_by(session, demand.people)
        names = list(said[2] if demand.whole else ())
    elif demand.url:
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
        said=said[0],
        sentences=said[1],
        named_in=said[2],
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
