"""Recording articles and all that comes of them: read what matters, decide, write the plan in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alerts.compiled_rules import CompiledRule
from extractors.copies.sameness import SAID_ONCE
from extractors.records import Depth
from extractors.relation_records import Correction, Telling
from extractors.speech.corrections import CorrectedReading, corrected
from extractors.text.identity import article_id
from flows.setup import Setup
from flows.steps.decide.matches import Batch, candidates_in
from flows.steps.decide.plan import COPIES_KEPT, REMEMBERED, REPORTS_KEPT, Plan, decide, horizon
from flows.steps.meaning import (
    assertions_in,
    disputes_in,
    echoes_in,
    headlines_near,
    known_meanings,
    same_meanings,
    vectors_of,
)
from flows.steps.relate import Related, sketch, with_utterances
from warehouse import alerts, articles, events, follow_ups, outbox, positions, search, stories, utterances
from warehouse.corrections import note_gone, standing
from warehouse.disputes import Dispute, contested, save_disputes
from warehouse.entries import PageFailure, blank_entries, fail_entries
from warehouse.forgotten import Forgotten, forgotten
from warehouse.records import ReadArticle
from warehouse.reprocessing import reached_at
from warehouse.runs import RunCounts
from warehouse.sayings import Echo, earlier_sayings, save_sayings
from warehouse.search import Met
from warehouse.session import Session
from warehouse.situation import Situation, load
from warehouse.talks import save_talks
from warehouse.utterances import SameMeaning

BATCH = 200
# Of all that a speaker said in a year, so many of the last are compared by their meaning.
MEANT_MOST = 100
# So many of the last things said on the topics of a batch are held against what is denied.
CONTESTED_MOST = 3000


def recorded(setup: Setup, session: Session, batch: Batch, failures: Sequence[PageFailure] = ()) -> RunCounts:
    """Record what was worked out, and pages that failed, in an open session, deciding on the history read there."""
    plan = taken_in(setup, session, batch)
    fail_entries(session, failures)
    return counts_of(plan)


def worked_out(
    setup: Setup,
    found: Sequence[ReadArticle],
    *,
    talks: bool = True,
    meaning: bool = True,
    rules: Sequence[CompiledRule] | None = None,
) -> Batch:
    """Find what needs no warehouse: the matches of articles, what copies are found by, what is said.

    Nothing is decided on what is said of `talks`: a trial needs none of it; without `meaning` only what is said in much
    the same words is, and copies are those that share a sentence. `rules` are those matched, all by default.
    """
    sketches = tuple(sketch(each, setup.countries, talks=talks, edited=meaning) for each in found)
    said = {sentence for each in sketches for word in each.wordings for sentence in word.sentences}
    headlines = {each.happening.title for each in sketches if each.found.reading.depth is Depth.FULL} - {""}
    return Batch(
        sketches=sketches,
        matched=tuple(candidates_in(setup.rules if rules is None else rules, each) for each in found),
        vectors=vectors_of(setup.data_dir, sorted(said | headlines) if meaning else ()),
    )


def taken_in(setup: Setup, session: Session, batch: Batch, *, own: Collection[str] = ()) -> Plan:
    """Read what a batch may touch, decide about it, and write the plan; return that.

    `own` are the utterances' names that statements which are read again may keep.
    """
    held, known = standing(session), forgotten(session)
    right, gone = put_right(setup, remembered(session, batch, known), held, known)
    situation = situated(setup, session, right, own=own)
    note_words(session, situation, held, gone, setup.now())
    plan = decide(situation, right, setup.now(), rules=setup.rules, subscribers=setup.settings.subscribers)
    search.explain(session, write(session, plan), setup.spellings.keys)
    return plan


def remembered(session: Session, batch: Batch, known: Forgotten) -> Batch:
    """Return a batch without what was forgotten; the entries that led to that are forgotten with it."""
    gone = [
        each
        for each in batch.found
        if known.outlet(each.article.outlet) or known.article([each.article.article_id, article_id(each.article.url)])
    ]
    if not gone:
        return batch
    blank_entries(session, [each.entry_key for each in gone if each.entry_key])
    return batch.only({each.article.article_id for each in batch.found} - {each.article.article_id for each in gone})


def situated(setup: Setup, session: Session, batch: Batch, *, own: Collection[str] = ()) -> Situation:
    """Read what a batch may touch; `own` are the utterances' names that statements which are read again may keep."""
    matched = frozenset(each.rule.name for found in batch.matched for each in found)
    far = replace(horizon(setup.rules, setup.settings.subscribers), matched=matched)
    situation = load(session, batch.sketches, far, setup.now(), meant_in(setup.data_dir, session, batch), own=own)
    return replace(
        situation,
        nearness=headlines_near(setup.data_dir, situation, batch.vectors),
        echoes=echoed_in(setup.data_dir, session, batch),
        disputes=disputed_in(setup, session, batch),
        reached_at=reached_at(session),
    )


def put_right(
    setup: Setup, batch: Batch, corrections: Sequence[Correction], known: Forgotten
) -> tuple[Batch, tuple[Correction, ...]]:
    """Return a batch read as people put it right, and the corrections whose words its articles have no more."""
    if not corrections and not known.digests:
        return batch, ()
    results = [as_held(setup, each, corrections, known) for each in batch.found]
    gone = tuple(each for result in results for each in result.gone)
    changed = {
        place: replace(found, reading=result.reading)
        for place, (found, result) in enumerate(zip(batch.found, results, strict=True))
        if result.reading != found.reading
    }
    if not changed:
        return batch, gone
    right = worked_out(setup, list(changed.values()))
    sketches = dict(zip(changed, right.sketches, strict=True))
    matched = dict(zip(changed, right.matched, strict=True))
    return Batch(
        sketches=tuple(sketches.get(place, own) for place, own in enumerate(batch.sketches)),
        matched=tuple(matched.get(place, own) for place, own in enumerate(batch.matched)),
        vectors={**batch.vectors, **right.vectors},
    ), gone


def as_held(setup: Setup, found: ReadArticle, corrections: Sequence[Correction], known: Forgotten) -> CorrectedReading:
    """Return what was read in an article as people put it right, without the people who were forgotten."""
    result = corrected(found.article, found.reading, corrections, setup.watchlist)
    return replace(result, reading=known.without_people(found.article.article_id, result.reading))


def note_words(
    session: Session, situation: Situation, held: Sequence[Correction], gone: Sequence[Correction], now: datetime
) -> None:
    """Note of which of the corrections held the words are gone from what their articles say now, or are there again."""
    changed = {each.article_id for each in situation.fresh}
    own = {each.correction_id for each in held if each.article_id in changed}
    lost = own & {each.correction_id for each in gone}
    if own:
        note_gone(session, sorted(lost), sorted(own - lost), now)


def meant_in(data_dir: Path, session: Session, batch: Batch) -> tuple[SameMeaning, ...]:
    """Return which statements of a batch mean what is known, or what others of the batch say."""
    if not batch.vectors or not batch.sketches:
        return ()
    since = max(each.found.article.first_seen_at for each in batch.sketches) - REPORTS_KEPT
    near = utterances.near_reports(session, batch.wordings, SAID_ONCE, since)
    return same_meanings(batch.wordings, near, known_meanings(data_dir, near) | dict(batch.vectors))


def echoed_in(data_dir: Path, session: Session, batch: Batch) -> tuple[Echo, ...]:
    """Return what the speakers of a batch had said before of the like."""
    said = batch.wordings
    if not said:
        return ()
    since = min(each.said_at for each in said) - REMEMBERED
    earlier = earlier_sayings(session, said, window=SAID_ONCE, since=since, most=MEANT_MOST)
    return echoes_in(said, earlier, known_meanings(data_dir, earlier) | dict(batch.vectors) if batch.vectors else {})


def disputed_in(setup: Setup, session: Session, batch: Batch) -> tuple[Dispute, ...]:
    """Return what is claimed and denied by another, where a batch brings either."""
    asserted = assertions_in(batch.sketches) if batch.vectors else ()
    if not asserted:
        return ()
    since = max(each.said.seen_at for each in asserted) - REPORTS_KEPT
    known = contested(session, asserted, window=SAID_ONCE, since=since, most=CONTESTED_MOST)
    vectors = known_meanings(setup.data_dir, [each.said for each in known]) | dict(batch.vectors)
    return disputes_in(asserted, known, vectors, setup.countries)


def counts_of(plan: Plan) -> RunCounts:
    """Return what a plan adds to a run's counts."""
    outcomes = [str(item.outcome) for item in plan.situation.saved]
    return RunCounts(
        articles_new=outcomes.count("new"),
        articles_revised=outcomes.count("revised"),
        articles_known=outcomes.count("known"),
        statements=sum(len(each.found.reading.statements) for each in plan.batch),
        matches=len(plan.decisions),
        alerts=sum(decision.alert is not None for decision in plan.decisions),
    )


def write(session: Session, plan: Plan) -> list[Met]:
    """Write a plan: articles and what was read in them, what they are to others, what was decided and is to be told.

    Return the words that are new to search.
    """
    situation = plan.situation
    named = [with_utterances(each.found, plan.related.named) for each in plan.batch]
    met = articles.write_articles(session, named, situation.saved)
    if not situation.fresh:
        return met
    _write_related(session, plan)
    alerts.save_decisions(session, plan.decisions)
    follow_ups.save_sources(session, plan.roots)
    follow_ups.save_follow_ups(session, plan.follow_ups)
    outbox.save_messages(session, plan.messages)
    return met


def _write_related(session: Session, plan: Plan) -> None:
    """Write which stories articles tell, which utterances they report, and whose positions change."""
    situation, related = plan.situation, plan.related
    seen_at = _arrived(situation)
    newest = situation.newest
    stories.save_keys(session, [each.story_keys for each in newest.values()], seen_at - COPIES_KEPT)
    members, before = related.members, situation.members
    relabelled = [each for name, each in members.items() if each.label and (name in newest or each != before.get(name))]
    stories.save_members(session, relabelled, linked(situation, related))
    stories.count_stories(session, related.stories, related.joined_stories)
    events.save_happenings(session, [each.happening for each in newest.values()], seen_at - COPIES_KEPT)
    events.save_links(session, related.joined_events)
    events.count_events(session, {related.events[name] for name in plan.situation.newest}, related.joined_events)
    write_said(session, situation, related, {each.telling.article_id for each in relabelled})


def write_said(session: Session, situation: Situation, related: Related, relabelled: Collection[str] = ()) -> None:
    """Write which utterances articles report, whose positions change, and what is said of talks."""
    seen_at, newest = _arrived(situation), situation.newest
    wordings = {word.statement_id: word for each in situation.fresh for word in each.sketch.wordings}
    utterances.save_wordings(session, wordings.values(), related.named, seen_at - REPORTS_KEPT)
    echoes = {each.statement_id: each for each in situation.echoes}
    save_sayings(session, wordings.values(), related.named, echoes, seen_at - REMEMBERED - SAID_ONCE)
    save_disputes(session, situation.disputes, {**related.joined_utterances, **related.named})
    utterances.save_links(session, related.joined_utterances)
    utterances.count_utterances(session, *counted(situation, related, relabelled))
    positions.save_takes(session, related.takes)
    positions.save_record(session, related.redrawn, related.positions, related.shifts)
    save_talks(session, [(each.sketch.found, each.sketch.talks) for each in newest.values()])


def _arrived(situation: Situation) -> datetime:
    """Return when what others are found beside arrived: with the batch, or with what is being read again."""
    arrived = max(each.seen_at for each in situation.fresh)
    return min(arrived, situation.reached_at or arrived)


def counted(
    situation: Situation, related: Related, relabelled: Collection[str]
) -> tuple[set[str], Mapping[str, str], datetime]:
    """Return the utterances whose reports or sources may be others than before, those that are gone, and since when."""
    newest = situation.newest
    before = {each.utterance_id for each in situation.reporters if each.article_id in newest.keys() | relabelled}
    said = {
        related.named.get(word.statement_id, word.utterance_id)
        for each in newest.values()
        for word in each.sketch.found.reading.statements
    }
    names = {*said, *before, *related.joined_utterances.values()} - related.joined_utterances.keys()
    spans = [span.first_said_at for span in situation.spans.values()]
    return names, related.joined_utterances, min([*spans, *(each.at for each in newest.values())])


def linked(situation: Situation, related: Related) -> Iterator[Telling]:
    """Yield the articles that belong to another story or body than before."""
    for name, each in related.members.items():
        own, stored = each.telling, situation.members.get(name)
        before = (stored.telling.story_id, stored.telling.body_id) if stored else (name, name)
        if (own.story_id, own.body_id) != before:
            yield own
