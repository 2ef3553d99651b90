"""`talkwatch replay` and `reprocess`: kept pages cleaned, stored articles read again. Asks and tells nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.records import Arrival
from extractors.records import Article
from extractors.text.identity import utterance_id, utterance_name
from flows.processes.workers import Workers
from flows.progress import Stage, stage
from flows.setup import Setup
from flows.steps.decide.plan import REPORTS_KEPT
from flows.steps.fetch import FoundArticle, Furniture, clean
from flows.steps.meaning import recover_vectors
from flows.steps.passes import prepare_warehouse
from flows.steps.read import read
from flows.steps.record import recorded, taken_in, worked_out
from flows.web.results import Fetched
from warehouse import reprocessing
from warehouse.articles import stored_words, words_known
from warehouse.kept import KeptPage, kept_pages, newest_pages
from warehouse.locking import exclusive
from warehouse.published import publish
from warehouse.records import ReadArticle
from warehouse.runs import RunCounts
from warehouse.session import Row, Session
from warehouse.store import is_begun, reading, writing

# So many pages are in memory at once, and recorded in one transaction.
AT_ONCE = 50

LOCK_FILE = "reprocess.lock"


def replay(setup: Setup, since: datetime) -> RunCounts:
    """Clean the last kept page of each address again, and record what has other words now; return what came of it.

    Broken off, it goes on where it was when it is run again: what it has recorded is as cleaned as can be.
    """
    pages = newest_pages(setup.data_dir, since)
    if not pages or not is_begun(setup.data_dir):
        return RunCounts()
    prepare_warehouse(setup)
    recover_vectors(setup.data_dir)
    counts, furniture = RunCounts(), Furniture(setup.data_dir)
    with setup.parsers as workers, stage(setup.progress, "replayed", len(pages)) as done:
        for batch in batches(setup, pages, done):
            counts += again(setup.silently, workers, furniture, batch)
    publish(setup.data_dir)
    return counts


def batches(setup: Setup, pages: Sequence[int], done: Stage) -> Iterator[tuple[KeptPage, ...]]:
    """Yield kept pages so many at a time; some may be gone by now."""
    for start in range(0, len(pages), AT_ONCE):
        names = pages[start : start + AT_ONCE]
        yield kept_pages(setup.data_dir, names)
        for _ in names:
            done()


def again(setup: Setup, workers: Workers, furniture: Furniture, pages: Sequence[KeptPage]) -> RunCounts:
    """Clean some pages again and record what has other words now, in one transaction."""
    acquired = clean(setup, workers, [(as_fetched(page), page.entries) for page in pages])
    kept_at = {entry.entry_key: page.kept_at for page in pages for entry in page.entries}
    times = {each.article.article_id: kept_at[each.entry_key] for each in acquired.articles if each.entry_key}
    # What recurs on a site is taken away as it is known now; old pages teach nothing about those to come.
    lesson = furniture.lesson([each.article for each in acquired.articles])
    found = [replace(each, article=lesson.applied(each.article)) for each in acquired.articles]
    with reading(setup.data_dir) as session:
        wanted = worth_recording(session, [each.article for each in found], times)
    counts = RunCounts(
        pages_unreadable=acquired.counts.pages_unreadable,
        articles_known=sum(each.article.article_id not in wanted for each in found),
    )
    if not wanted:
        return counts
    fresh = read(setup, [as_made(setup, each) for each in found if each.article.article_id in wanted])
    quiet = setup.telling_nobody
    batch = worked_out(quiet, fresh)
    with writing(setup.data_dir) as session:
        # A pass may have brought newer words meanwhile.
        batch = batch.only(worth_recording(session, [each.article for each in batch.found], times))
        return counts + recorded(quiet, session, batch.holding(lesson.as_stored(session, batch.found)))


def as_fetched(page: KeptPage) -> Fetched:
    """Return a kept page as it came."""
    return Fetched(
        key=page.entries[0].entry_key,
        url=page.url,
        body=page.body,
        content_type=page.content_type,
        etag=None,
        last_modified=None,
    )


def as_made(setup: Setup, item: FoundArticle) -> FoundArticle:
    """Return an article whose words were made now; the entry that led to it may have another page waiting."""
    article = replace(item.article, first_seen_at=setup.now())
    return replace(item, article=article, arrival=Arrival.REPLAYED, entry_key=None)


def worth_recording(session: Session, articles: Sequence[Article], times: Mapping[str, datetime]) -> set[str]:
    """Return the articles that are not here, or have other words here, if none came after their page was kept."""
    known = words_known(session, articles)

    def is_worth(name: str) -> bool:
        is_same, came_at = known.get(name, (False, None))
        return not is_same and (came_at is None or came_at <= times[name])

    return {each.article_id for each in articles if is_worth(each.article_id)}


def reprocess(setup: Setup, since: datetime | None = None) -> int:
    """Read all articles again, or what arrived `since`, the oldest first, and join what they say; return how many were.

    Broken off, it goes on where it was when it is run again. Passes go on meanwhile. Raises Held while another runs.
    """
    if not is_begun(setup.data_dir):
        return 0
    with exclusive(setup.data_dir / LOCK_FILE):
        prepare_warehouse(setup)
        recover_vectors(setup.data_dir)
        with writing(setup.data_dir) as session:
            left = reprocessing.begin(session, setup.now(), since)
            before = reprocessing.arrived_before(session, REPORTS_KEPT)
        recall(setup, before)
        done = 0
        with stage(setup.progress, "reprocessed", left) as count:
            while batch := _next(setup):
                done += reread(setup.silently, batch)
                for _ in batch:
                    count()
        with writing(setup.data_dir) as session:
            reprocessing.finish(session)
    publish(setup.data_dir)
    return done


def recall(setup: Setup, names: Sequence[str]) -> None:
    """Let these articles, which stay as they were read, be found by what is read again: they may tell of the same."""
    with stage(setup.progress, "recalled", len(names)) as count:
        for first in range(0, len(names), AT_ONCE):
            some = names[first : first + AT_ONCE]
            with reading(setup.data_dir) as session:
                stored = [each for each in reprocessing.in_order(session, some) if each.article.text]
            batch = worked_out(setup, stored, talks=False, rules=())
            with writing(setup.data_dir) as session:
                reprocessing.recall(session, stored, batch.wordings, [each.happening for each in batch.sketches])
            for _ in some:
                count()


def _next(setup: Setup) -> tuple[ReadArticle, ...]:
    with reading(setup.data_dir) as session:
        return reprocessing.next_articles(session, AT_ONCE)


def reread(setup: Setup, stored: Sequence[ReadArticle]) -> int:
    """Read some articles again and record that in one transaction; return how many.

    Whose text was dropped in time, or has become another meanwhile, is left as it is.
    """
    found = [FoundArticle(article=each.article, arrival=each.arrival) for each in stored if each.article.text]
    fresh = [replace(each, again=True) for each in read(setup, found)]
    quiet, read_in = setup.telling_nobody, {each.article.article_id: each.article for each in stored}
    batch = worked_out(quiet, fresh)
    with writing(setup.data_dir) as session:
        # By the words themselves: an earlier version may have made another fingerprint of them.
        now = stored_words(session, list(read_in)).items()
        batch = batch.only({n for n, words in now if (words.title, words.text) == (read_in[n].title, read_in[n].text)})
        names = [each.article.article_id for each in batch.found]
        said = reprocessing.said_so_far(session, names)
        own = first_named(batch.found, said)
        loosened = reprocessing.loosen(session, names, [row[0] for row in said], own)
        plan = taken_in(quiet, session, batch, own=own.values())
        reprocessing.settle(session, loosened, plan.related.named, stored[-1])
    return len(batch.found)


def first_named(found: Sequence[ReadArticle], said: Sequence[Row]) -> dict[str, str]:
    """Return the names of those statements' utterances that they were the first to report, as read then or now."""
    now = {each.statement_id: each.utterance_id for read in found for each in read.reading.statements}
    own = {}
    for name, utterance, speaker, text, stance in said:
        plain = {utterance_id(speaker, text), utterance_id(speaker, f"{stance} {text}"), now.get(name, "")}
        if utterance in plain | {utterance_name(each, name) for each in plain}:
            own[name] = utterance
    return own
