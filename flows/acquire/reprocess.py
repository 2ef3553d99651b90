"""`talkwatch reprocess`: stored articles read, and what they say joined, again with this version. Tells nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.text.identity import utterance_id, utterance_name
from flows.progress import stage
from flows.setup import Setup
from flows.steps.fetch import FoundArticle
from flows.steps.meaning import recover_vectors
from flows.steps.passes import prepare_warehouse
from flows.steps.read import read
from flows.steps.record import taken_in, worked_out
from warehouse import reprocessing
from warehouse.articles import words_known
from warehouse.locking import exclusive
from warehouse.published import publish
from warehouse.records import ReadArticle
from warehouse.session import Row
from warehouse.store import is_begun, reading, writing

LOCK_FILE = "reprocess.lock"
# So many articles are read, and recorded in one transaction.
AT_ONCE = 50


def reprocess(setup: Setup) -> int:
    """Read all articles again, the oldest first, and join what they say anew; return how many were.

    Broken off, it goes on where it was when it is run again. Passes go on meanwhile. Raises Held while another runs.
    """
    if not is_begun(setup.data_dir):
        return 0
    with exclusive(setup.data_dir / LOCK_FILE):
        prepare_warehouse(setup)
        recover_vectors(setup.data_dir)
        with writing(setup.data_dir) as session:
            left = reprocessing.begin(session, setup.now())
        done = 0
        with stage(setup.progress, "reprocessed", left) as count:
            while batch := _next(setup):
                done += again(setup.silently, batch)
                for _ in batch:
                    count()
        with writing(setup.data_dir) as session:
            reprocessing.finish(session)
    publish(setup.data_dir)
    return done


def _next(setup: Setup) -> tuple[ReadArticle, ...]:
    with reading(setup.data_dir) as session:
        return reprocessing.next_articles(session, AT_ONCE)


def again(setup: Setup, stored: Sequence[ReadArticle]) -> int:
    """Read some articles again and record that in one transaction; return how many.

    Whose text was dropped in time, or has become another meanwhile, is left as it is.
    """
    found = [FoundArticle(article=each.article, arrival=each.arrival) for each in stored if each.article.text]
    fresh = [replace(each, again=True) for each in read(setup, found)]
    quiet = setup.telling_nobody
    batch = worked_out(quiet, fresh)
    with writing(setup.data_dir) as session:
        known = words_known(session, [each.article for each in fresh])
        batch = batch.only({name for name, (is_same, _) in known.items() if is_same})
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
