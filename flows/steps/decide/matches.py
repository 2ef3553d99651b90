"""Deciding about matches: each on its history and on how many sources it has, some a second time. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.compiled_rules import CompiledRule
from alerts.deciding import Case, decision, is_hushed, past_alert
from alerts.history import History
from alerts.matching import find_all_matches
from alerts.records import Alert, Decision, Match, PastAlert, Reason
from extractors.copies.sameness import SAID_ONCE
from extractors.html.liveblogs import new_stretches
from extractors.records import Span
from extractors.relation_records import CopyKind, Wording
from extractors.text.vectors import Vector
from flows.steps.decide.known import Known, Names
from flows.steps.relate import Related
from warehouse.records import Outcome, ReadArticle, SavedArticle
from warehouse.situation import Sketch

# What is so decided is decided again when something comes that may change it.
STILL_WAITING = frozenset({Reason.BELOW_CORROBORATION, Reason.NO_CHANGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A match with the rule and article it is between."""

    rule: CompiledRule
    match: Match
    found: ReadArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Articles with all that is known of them before the warehouse is opened: a sketch and the matches of each.

    `vectors` are of the sentences said in them, as far as there is a model.
    """

    sketches: tuple[Sketch, ...]
    matched: tuple[tuple[Candidate, ...], ...]
    vectors: Mapping[str, Vector] = field(default_factory=dict)

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """Return what is said in them, as other reports of it are found."""
        return tuple(word for sketch in self.sketches for word in sketch.wordings)

    @property
    def found(self) -> tuple[ReadArticle, ...]:
        """Return the articles."""
        return tuple(each.found for each in self.sketches)

    def only(self, names: Collection[str]) -> Batch:
        """Return the batch with the articles of these names alone."""
        pairs = [
            pair for pair in zip(self.sketches, self.matched, strict=True) if pair[0].found.article.article_id in names
        ]
        return replace(
            self, sketches=tuple(sketch for sketch, _ in pairs), matched=tuple(matched for _, matched in pairs)
        )

    def holding(self, found: Sequence[ReadArticle]) -> Batch:
        """Return the batch with these in place of its articles: some have the words that are stored after all."""
        pairs = zip(self.sketches, found, strict=True)
        return replace(self, sketches=tuple(replace(own, found=each) for own, each in pairs))


def candidates_in(
    rules: Sequence[CompiledRule], found: ReadArticle, *, within: Sequence[Span] | None = None
) -> tuple[Candidate, ...]:
    """Match one article against every rule, or those stretches of it; what waits for a silence no article brings."""
    rules = [rule for rule in rules if rule.rule.silent is None]
    of_rules = zip(rules, find_all_matches(rules, found.article, found.reading, within=within), strict=True)
    return tuple(Candidate(rule=rule, match=match, found=found) for rule, matches in of_rules for match in matches)


def current(
    saved: Sequence[SavedArticle], batch: Batch, rules: Sequence[CompiledRule], names: Names
) -> Iterator[Candidate]:
    """Yield the matches of fresh articles; of a live blog's new revision those in its new text, others are old news."""
    for kept, own, matched in zip(saved, batch.sketches, batch.matched, strict=True):
        if kept.outcome is not Outcome.KNOWN:
            article = own.found.article
            before = kept.before
            within = new_stretches(article.text, article.posts, before.text) if before else None
            for each in matched if within is None else candidates_in(rules, own.found, within=within):
                yield replace(each, match=names.match(each.match, own.found))


def originals_first(candidates: Iterable[Candidate], related: Related) -> list[Candidate]:
    """Return candidates so that what is told stands on who wrote it, not on a copy that happened to be read before."""

    def is_copy(each: Candidate) -> bool:
        label = related.members[each.match.article_id].label
        return label is not None and label.copy_kind is not CopyKind.ORIGINAL

    return sorted(candidates, key=is_copy)


def decided(candidates: Sequence[Candidate], known: Known, fired: Sequence[Alert] = ()) -> tuple[Decision, ...]:
    """Decide about each match in turn, each with the alerts of those before it in its history, and those `fired`."""
    past = History([*_that_matter(known, candidates), *map(past_alert, fired)])
    decisions = []
    for candidate in candidates:
        rule, match = candidate.rule.rule, candidate.match
        story_id = known.story(match.article_id)
        case = Case(
            rule=rule,
            match=match,
            article=candidate.found.article,
            arrival=candidate.found.arrival,
            story_id=story_id,
            now=known.now,
            past=past,
            sources=max(1, len(known.roots(story_id, match.utterance_id))),
            said_before_at=known.said_before(match),
            silenced=is_hushed(known.silences, rule, official_id=match.official_id, story_id=story_id, now=known.now),
            brought=known.brought(match) if rule.on else (),
        )
        decisions.append(made := decision(case))
        if made.alert:
            past.add(past_alert(made.alert))
            known.note(match)
    return tuple(decisions)


def _that_matter(known: Known, candidates: Sequence[Candidate]) -> Iterator[PastAlert]:
    """Yield the alerts that can matter to these candidates: recent ones of their rules, and any of their articles."""
    since = {each.rule.rule.name: known.now - max(SAID_ONCE, each.rule.rule.cooldown) for each in candidates}
    own = {each.match.article_id for each in candidates}
    for alert in known.past:
        if alert.rule in since and (alert.fired_at >= since[alert.rule] or alert.article_id in own):
            yield alert


def corroborated(
    rules: Sequence[CompiledRule],
    known: Known,
    arrived: Sequence[ReadArticle],
    fired: Sequence[Alert],
) -> tuple[Decision, ...]:
    """Decide again what waited for another source, or to be a change, where these new articles may have brought it."""
    waiting = [rule for rule in rules if waits(rule)] if known.stored else ()
    turning = known.turning if any(rule.rule.on for rule in waiting) else frozenset()
    told = {known.story(found.article.article_id) for found in arrived}
    said = {each.utterance_id for found in arrived for each in found.reading.statements}
    open_articles = [
        found
        for found in known.stored
        if known.story(found.article.article_id) in told
        or any(each.utterance_id in said | turning for each in found.reading.statements)
    ]
    again = [
        candidate
        for found in open_articles
        for candidate in candidates_in(waiting, found)
        if (candidate.rule.rule.name, candidate.match.article_id, candidate.match.official_id)
        in known.situation.waiting
    ]
    made = decided(again, known, fired)
    return tuple(each for each in made if each.reason not in STILL_WAITING)


def waits(rule: CompiledRule) -> bool:
    """Tell whether a rule's matches may wait for something that comes later."""
    return rule.rule.min_independent > 1 or bool(rule.rule.on)
