"""Joining the reports of one utterance: which utterance each new statement reports, once its article is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.records import Match
from extractors.copies.sameness import SAID_ONCE, same_words
from extractors.copies.stories import merged
from extractors.negotiation.utterances import wording
from extractors.records import Wording
from extractors.text.identity import utterance_name
from warehouse import utterances
from warehouse.records import Outcome, ReadArticle, SavedArticle
from warehouse.session import Session

# Other reports are looked for among what arrived in this time; an archive's meet while it is being read in.
KEPT = timedelta(days=8)


def wordings(found: ReadArticle) -> tuple[Wording, ...]:
    """Return what other reports of an article's statements are found by."""
    article = found.article
    said_at = article.published_at or article.first_seen_at
    each = (
        wording(said, article.text, said_at=said_at, seen_at=article.first_seen_at) for said in found.reading.statements
    )
    return tuple(worded for worded in each if worded)


def utterances_of(
    session: Session, saved: Sequence[SavedArticle], worded: Sequence[Sequence[Wording]]
) -> dict[str, str]:
    """Join the statements of new and revised articles to the utterances they report; return each one's utterance.

    `worded` are the articles' wordings, in the order of `saved`. Utterances that a statement joins go on under the
    oldest one's name.
    """
    changed = zip(saved, worded, strict=True)
    fresh = {each.statement_id: each for kept, own in changed if kept.outcome is not Outcome.KNOWN for each in own}
    if not fresh:
        return {}
    utterances.forget(session, max(each.seen_at for each in fresh.values()) - KEPT)
    utterances.stage_wordings(session, list(fresh.values()))
    pairs = [
        (each.statement_id, each.node)
        for each in utterances.reports(session, SAID_ONCE)
        if same_words(fresh[each.statement_id].words, each.words)
    ]
    known = utterances.ages(session, sorted({node for _, node in pairs} - set(fresh)))
    renamed = merged(_ages(known, fresh), pairs)
    utterances.rename(session, {old: new for old, new in renamed.items() if old in known})
    names = _named(session, fresh, {each: renamed.get(each, each) for each in fresh})
    utterances.name(session, names)
    utterances.count_utterances(session, [kept.article_id for kept in saved])
    return names


def _ages(known: Mapping[str, datetime], fresh: Mapping[str, Wording]) -> dict[str, tuple[bool, datetime]]:
    """Return the age of each utterance and statement; what is stored is older than what arrives."""
    stored = {name: (False, at) for name, at in known.items()}
    return stored | {each.statement_id: (True, each.said_at) for each in fresh.values()}


def _named(session: Session, fresh: Mapping[str, Wording], nodes: Mapping[str, str]) -> dict[str, str]:
    """Return the utterance of each statement: one that is known, else a new one named by its first report.

    Words said again another day make another utterance, whose name then is not that of the words alone.
    """
    first = sorted({fresh[node] for node in nodes.values() if node in fresh}, key=_order)
    given = set(utterances.taken(session, sorted({each.name for each in first}), sorted(fresh)))
    names: dict[str, str] = {}
    for each in first:
        name = utterance_name(each.name, each.statement_id) if each.name in given else each.name
        given.add(name)
        names[each.statement_id] = name
    return {statement_id: names.get(node, node) for statement_id, node in nodes.items()}


def _order(each: Wording) -> tuple[datetime, str]:
    return each.said_at, each.statement_id


def with_utterances(found: ReadArticle, names: Mapping[str, str]) -> ReadArticle:
    """Return an article whose statements name the utterances they report."""
    statements = tuple(
        replace(said, utterance_id=names.get(said.statement_id, said.utterance_id)) for said in found.reading.statements
    )
    return replace(found, reading=replace(found.reading, statements=statements))


def renamed_match(match: Match, found: ReadArticle, names: Mapping[str, str]) -> Match:
    """Return a match whose utterances are named as they are stored. `found` is its article as it was read."""
    now = {said.utterance_id: names.get(said.statement_id, said.utterance_id) for said in found.reading.statements}

    def each(utterance_ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(now.get(name, name) for name in utterance_ids))

    return replace(
        match,
        utterance_id=now.get(match.utterance_id, match.utterance_id) if match.utterance_id else None,
        utterance_ids=each(match.utterance_ids),
        leading_ids=each(match.leading_ids),
    )
