"""Matching articles against the rules, and recording all that was found and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.records import Decision
from extractors.html.liveblogs import new_stretches
from extractors.records import Talk, Wording
from flows.setup import Setup
from flows.steps.agenda import keep_calendar, talks_in
from flows.steps.following import followed_up
from flows.steps.judging import Candidate, candidates_in, corroborated, decide_all
from flows.steps.outgoing import messages_for
from flows.steps.positioning import reposition
from flows.steps.relating import Sketch, relate, sketch
from flows.steps.uttering import renamed_match, utterances_of, with_utterances, wordings
from warehouse import alerts, articles, outbox
from warehouse.entries import PageFailure, fail_entries
from warehouse.records import Outcome, ReadArticle, SavedArticle
from warehouse.runs import RunCounts
from warehouse.session import Session
from warehouse.store import writing

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Articles with all that is known of them before the warehouse is opened."""

    batch: Sequence[ReadArticle]
    matched: Sequence[Sequence[Candidate]]
    sketches: Sequence[Sketch]
    worded: Sequence[Sequence[Wording]]
    talks: Sequence[Sequence[Talk]]


def record(setup: Setup, found: Sequence[ReadArticle], failures: Sequence[PageFailure] = ()) -> RunCounts:
    """Record articles, decisions and messages, a batch a transaction."""
    counts = RunCounts()
    for start in range(0, max(len(found), 1), BATCH):
        batch = found[start : start + BATCH]
        if batch or (failures and start == 0):
            counts += record_batch(setup, batch, failures if start == 0 else ())
    return counts


def record_batch(setup: Setup, batch: Sequence[ReadArticle], failures: Sequence[PageFailure]) -> RunCounts:
    """Record one batch in one short session, deciding on the history read there."""
    work = worked_out(setup, batch)
    with writing(setup.data_dir) as session:
        return recorded(setup, session, work, failures)


def recorded(setup: Setup, session: Session, work: Work, failures: Sequence[PageFailure] = ()) -> RunCounts:
    """Record what was worked out, and pages that failed, in an open session, deciding on the history read there."""
    fail_entries(session, failures)
    saved, decisions = settled(setup, session, work)
    outcomes = [str(item.outcome) for item in saved]
    return RunCounts(
        articles_new=outcomes.count("new"),
        articles_revised=outcomes.count("revised"),
        articles_known=outcomes.count("known"),
        statements=sum(len(found.reading.statements) for found in work.batch),
        matches=len(decisions),
        alerts=sum(decision.alert is not None for decision in decisions),
    )


def worked_out(setup: Setup, batch: Sequence[ReadArticle]) -> Work:
    """Find what needs no warehouse: the matches of articles, what copies are found by, what is said."""
    return Work(
        batch=batch,
        matched=[candidates_in(setup.rules, found) for found in batch],
        sketches=[sketch(found) for found in batch],
        worded=[wordings(found) for found in batch],
        talks=[talks_in(found, setup.countries) for found in batch],
    )


def settled(setup: Setup, session: Session, work: Work) -> tuple[tuple[SavedArticle, ...], tuple[Decision, ...]]:
    """Record articles, what is decided about them and the messages that come of it; `backtest` does it on a copy."""
    saved = articles.save_articles(session, work.batch)
    relate(session, work.batch, saved, work.sketches)
    fresh = [place for place, kept in enumerate(saved) if kept.outcome is not Outcome.KNOWN]
    said = utterances_of(session, saved, work.worded)
    reposition(session)
    keep_calendar(session, work.batch, saved, work.talks)
    candidates = [
        replace(each, match=renamed_match(each.match, work.batch[place], said))
        for place in fresh
        for each in current(setup, work.batch[place], saved[place], work.matched[place])
    ]
    now = setup.now()
    arrived = [with_utterances(work.batch[place], said) for place in fresh]
    decisions = judge(setup, session, candidates, arrived, now)
    # Decisions come in the order of the candidates; those made a second time, after them, are about earlier articles.
    news = followed_up(setup, session, arrived, list(zip(candidates, decisions, strict=False)), now)
    outbox.save_messages(session, messages_for(setup, session, decisions, news))
    return saved, decisions


def current(setup: Setup, found: ReadArticle, saved: SavedArticle, matched: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return an article's matches; of a live blog's new revision those in its new text, the others are old news."""
    if saved.before is None:
        return matched
    within = new_stretches(found.article.text, found.article.posts, saved.before.text)
    return candidates_in(setup.rules, found, within=within)


def judge(
    setup: Setup, session: Session, candidates: Sequence[Candidate], fresh: Sequence[ReadArticle], now: datetime
) -> tuple[Decision, ...]:
    """Decide about new matches, in their order, and in the light of them about those that waited for another source."""
    decisions = decide_all(session, candidates, now)
    alerts.save_decisions(session, decisions)
    again = corroborated(setup, session, fresh, now)
    alerts.save_decisions(session, again)
    return (*decisions, *again)
