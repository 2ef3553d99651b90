"""Stored articles read otherwise: as people put them right, or anew. Decides nothing again; what was wrong is told."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from alerts.compiled_rules import CompiledRule
from alerts.records import Alert, FollowUp, News, Place, ToldAlert
from extractors.copies.sameness import SAID_ONCE
from extractors.records import Reading, Statement
from extractors.relation_records import Correction
from flows.setup import Setup
from flows.steps.decide.known import Known, Names
from flows.steps.decide.matches import candidates_in
from flows.steps.decide.messages import placed
from flows.steps.decide.plan import REPORTS_KEPT
from flows.steps.fetch import FoundArticle
from flows.steps.meaning import vectors_of
from flows.steps.read import read
from flows.steps.record import BATCH, as_held, situated, worked_out, write_said
from flows.steps.relate import relate, with_utterances, wordings
from warehouse import alerts, articles, follow_ups, outbox, search, utterances
from warehouse.corrections import articles_about, note_gone, save_correction, standing, undo
from warehouse.forgotten import Forgotten, forgotten
from warehouse.records import ReadArticle
from warehouse.session import Session
from warehouse.store import reading, writing

# An article as it is stored, and as it is read by now.
_Pair = tuple[ReadArticle, ReadArticle]


def put_right(setup: Setup, corrections: Sequence[Correction]) -> int:
    """Record corrections and read the articles they concern as they say; return how many that changed."""
    with writing(setup.data_dir) as session:
        for each in corrections:
            save_correction(session, each)
        names = list(dict.fromkeys(name for each in corrections for name in articles_about(session, each)))
    changed = 0
    for start in range(0, len(names), BATCH):
        with writing(setup.data_dir) as session:
            stored = _with_words(session, names[start : start + BATCH])
            changed += _rewritten(setup, session, stored, stored)
    return changed


def taken_back(setup: Setup, corrections: Sequence[Correction]) -> int:
    """Take corrections back, and read the articles they concerned anew; return how many that changed."""
    with writing(setup.data_dir) as session:
        for each in corrections:
            undo(session, each.correction_id, setup.now())
        names = [name for each in corrections for name in articles_about(session, each)]
    return read_anew(setup, list(dict.fromkeys(names)))


def read_anew(setup: Setup, article_ids: Sequence[str]) -> int:
    """Read stored articles again, put right as people have done; return how many are read otherwise now.

    They are read while the warehouse is closed: one that has other words by then is read once more.
    """
    changed, left = 0, list(article_ids)
    while left:
        now, left = left[:BATCH], left[BATCH:]
        with reading(setup.data_dir) as session:
            stored = _with_words(session, now)
        anew = read(setup, [FoundArticle(article=each.article, arrival=each.arrival) for each in stored])
        with writing(setup.data_dir) as session:
            present = {each.article.article_id: each for each in _with_words(session, now)}
            same = [each for each in anew if _is_as_it_was(each, present)]
            left += sorted(present.keys() - {each.article.article_id for each in same})
            changed += _rewritten(setup, session, [present[each.article.article_id] for each in same], same)
    return changed


def unread(setup: Setup, session: Session, article_ids: Sequence[str]) -> None:
    """Write that nothing is said in articles: positions, utterances and disputes are what the others make of them."""
    stored = articles.stored_articles(session, article_ids)
    _rewrite(setup, session, [(each, _without_words(each.reading)) for each in stored])


def unspoken(setup: Setup, session: Session, article_ids: Sequence[str], known: Forgotten) -> None:
    """Write articles as they are without the people who were forgotten, and what rests on that."""
    for start in range(0, len(article_ids), BATCH):
        stored = _with_words(session, article_ids[start : start + BATCH])
        found = [(each, known.without_people(each.article.article_id, each.reading)) for each in stored]
        _rewrite(setup, session, [pair for pair in found if pair[0].reading != pair[1]])


def _rewrite(setup: Setup, session: Session, found: Sequence[tuple[ReadArticle, Reading]]) -> None:
    """Write other readings of stored articles; nobody is told."""
    pairs = [(each, replace(each, reading=now, again=True)) for each, now in found]
    pairs.sort(key=lambda pair: pair[0].article.first_seen_at)
    for together in _within_days(pairs):
        for start in range(0, len(together), BATCH):
            _write(setup.telling_nobody, session, together[start : start + BATCH])


def _without_words(found: Reading) -> Reading:
    return replace(found, mentions=(), title_mentions=(), statements=())


def _is_as_it_was(each: ReadArticle, present: Mapping[str, ReadArticle]) -> bool:
    now = present.get(each.article.article_id)
    return now is not None and now.article == each.article


def _with_words(session: Session, article_ids: Sequence[str]) -> list[ReadArticle]:
    """Return stored articles, but for those whose text was dropped in time: nothing can be read in them any more."""
    return [each for each in articles.stored_articles(session, article_ids) if each.article.text]


def _rewritten(setup: Setup, session: Session, stored: Sequence[ReadArticle], now: Sequence[ReadArticle]) -> int:
    """Write how articles are read now, put right as people have done, where that is not what is stored."""
    held, known, changed = standing(session), forgotten(session), []
    for before, each in zip(stored, now, strict=True):
        result = as_held(setup, each, held, known)
        lost = {gone.correction_id for gone in result.gone}
        own = {one.correction_id for one in held if one.article_id == each.article.article_id}
        note_gone(session, sorted(lost), sorted(own - lost), setup.now())
        if not _says_the_same(before.reading, result.reading):
            changed.append((before, replace(each, reading=result.reading, again=True)))
    changed.sort(key=lambda pair: pair[1].article.first_seen_at)
    for together in _within_days(changed):
        _write(setup, session, together)
    return len(changed)


def _within_days(pairs: Sequence[_Pair]) -> Iterator[list[_Pair]]:
    """Yield what came within so few days that what is said in it can be related together."""
    group: list[_Pair] = []
    for pair in pairs:
        if group and pair[1].article.first_seen_at - group[0][1].article.first_seen_at > REPORTS_KEPT - 2 * SAID_ONCE:
            yield group
            group = []
        group.append(pair)
    if group:
        yield group


def _says_the_same(one: Reading, other: Reading) -> bool:
    """Tell whether two readings find the same, whatever their statements' utterances are called by now."""
    return _nameless(one) == _nameless(other)


def _nameless(found: Reading) -> Reading:
    return replace(
        found,
        statements=tuple(replace(each, utterance_id="", confidence=None) for each in _in_order(found)),
        mentions=tuple(sorted(found.mentions, key=lambda each: (each.span, each.kind, each.name))),
        title_mentions=tuple(sorted(found.title_mentions, key=lambda each: (each.span, each.kind, each.name))),
    )


def _in_order(found: Reading) -> list[Statement]:
    return sorted(found.statements, key=lambda each: (each.span, each.statement_id))


def _write(setup: Setup, session: Session, pairs: Sequence[_Pair]) -> None:
    """Write other readings of stored articles, with utterances, positions, disputes and talks that rest on them."""
    told = _told_wrongly(setup, session, pairs)
    outbox.take_out(session, [each.alert.alert_id for each, _ in told])
    unsaid = [name for before, now in pairs for name in _unsaid(before.reading, now.reading)]
    utterances.unsay(session, unsaid)
    _recall(setup, session, pairs, frozenset(unsaid))
    batch = worked_out(setup, [now for _, now in pairs], rules=())
    situation = situated(setup, session, batch)
    related = relate(situation)
    named = [with_utterances(each.found, related.named) for each in batch.sketches]
    met = articles.write_articles(session, named, situation.saved)
    write_said(session, situation, related)
    search.explain(session, met, setup.spellings.keys)
    news = [_follow_up(setup, each, whose) for each, whose in told]
    follow_ups.save_follow_ups(session, news)
    wanting = [who for who in setup.settings.subscribers if who.corrections]
    known = Known(situation, related, Names(related), setup.now())
    outbox.save_messages(session, placed(setup.rules, wanting, known, (), news))


def _unsaid(before: Reading, now: Reading) -> Iterator[str]:
    """Yield the statements that are no more, or say by now something else than they did."""
    kept = {each.statement_id: each for each in now.statements}
    for each in before.statements:
        own = kept.get(each.statement_id)
        if own is None or (each.speaker, each.topics, each.stance, each.negated) != (
            own.speaker,
            own.topics,
            own.stance,
            own.negated,
        ):
            yield each.statement_id


def _recall(setup: Setup, session: Session, pairs: Sequence[_Pair], unsaid: Collection[str]) -> None:
    """Let what their speakers said then be found once more: what is older than some days is known by its words only."""
    moments = [now.article.published_at or now.article.first_seen_at for _, now in pairs]
    if min(now.article.first_seen_at for _, now in pairs) > setup.now() - REPORTS_KEPT:
        return
    said = [each for pair in pairs for read in pair for each in read.reading.statements]
    speakers = {name for each in said for name in (each.speaker_id, (each.speaker or "").lower()) if name}
    span = SAID_ONCE + timedelta(days=1)
    near = utterances.said_near(session, speakers, min(moments) - span, max(moments) + span)
    stored = articles.stored_articles(session, near)
    names = {each.statement_id: each.utterance_id for read in stored for each in read.reading.statements}
    found = [word for read in stored for word in wordings(read, setup.countries) if word.statement_id not in unsaid]
    utterances.save_wordings(session, found, names, None)
    vectors_of(setup.data_dir, sorted({sentence for word in found for sentence in word.sentences}))


# What was told wrongly


def _told_wrongly(setup: Setup, session: Session, pairs: Iterable[_Pair]) -> list[tuple[ToldAlert, str | None]]:
    """Return the alerts on articles which their rules would not make any more, each with whose words they are now."""
    found = {now.article.article_id: (before, now) for before, now in pairs}
    past = alerts.past_alerts(session, since=setup.now(), article_ids=sorted(found))
    own = [each for each in past if each.article_id in found]
    known, told = follow_ups.put_right_before(session), []
    for each in follow_ups.told_alerts(session, [each for each in own if each.alert_id not in known]):
        before, now = found[each.alert.article_id]
        rule = [one for one in setup.rules if one.rule.name == each.alert.rule]
        if _fires(rule, before, each.alert) and not _fires(rule, now, each.alert):
            told.append((each, _whose(each.alert, now.reading)))
    return told


def _fires(rules: Sequence[CompiledRule], found: ReadArticle, alert: Alert) -> bool:
    return any(each.match.official_id == alert.official_id for each in candidates_in(rules, found))


def _whose(alert: Alert, now: Reading) -> str | None:
    """Return who says or is what an alert rests on, by the reading of now; None where nobody known is."""
    proofs = {proof.what: proof.span for proof in reversed(alert.evidence) if proof.place is Place.TEXT}
    phrase, named = proofs.get("keyword"), proofs.get("official")
    said = [each for each in now.statements if phrase and each.span.covers(phrase) and each.speaker_id]
    if said:
        return said[0].speaker
    here = [each for each in now.mentions if named and each.ref_id and each.span.meets(named)]
    return next((each.name for each in here if each.ref_id != alert.official_id), None)


def _follow_up(setup: Setup, told: ToldAlert, whose: str | None) -> FollowUp:
    """Return the one follow-up that tells of an alert that it was wrong."""
    name = hashlib.sha256(f"{told.alert.alert_id}|{News.REATTRIBUTED}".encode()).hexdigest()[:16]
    return FollowUp(
        follow_up_id=name,
        alert=told.alert,
        news=News.REATTRIBUTED,
        noted_at=setup.now(),
        sources=told.sources,
        attributed_to=whose,
    )
