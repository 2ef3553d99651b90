"""Which happenings articles are on, and which of those turn out to be one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from extractors.copies.events import is_one, may_be_one
from extractors.copies.stories import merged
from extractors.relation_records import Happening
from warehouse.situation import Situation
from warehouse.stories import StoryMember

Pair = tuple[str, str]


def happened(
    situation: Situation,
    members: Mapping[str, StoryMember],
    told: Iterable[Pair],
    named: Mapping[str, str],
    joined_utterances: Mapping[str, str],
) -> tuple[frozenset[str], dict[str, str]]:
    """Return the events that the batch touches, and those that turn out to be part of an older one.

    `told` are pairs of articles that tell one story; `named` are the fresh statements' utterances.
    """
    alike = _alike(situation, named, joined_utterances)
    stored = situation.events
    events = {name: each.event_id for name, each in stored.items()}
    ages = {each.event_id: each.since for each in stored.values()}
    for name, each in situation.newest.items():
        if name not in stored:
            events[name], ages[name] = name, each.saved.first_seen_at
    # The articles of a story are on one happening, whenever they came to be one.
    stories = {(name, each.telling.story_id) for name, each in members.items()}
    ties = sorted({*told, *stories, *_on_one_happening(situation, alike)})
    joined = merged(ages, [(events[one], events[other]) for one, other in ties if one in events and other in events])
    return frozenset(joined.get(events[name], events[name]) for name in situation.newest), joined


def _on_one_happening(situation: Situation, alike: set[Pair]) -> Iterator[Pair]:
    """Yield the pairs of articles that are on one happening, of those with a headline or an utterance in common."""
    known, nearness = happenings_in(situation), situation.nearness
    for one, other in headed_alike(situation) | alike:
        if is_one(known[one], known[other], told_alike=(one, other) in alike, nearness=nearness.get((one, other))):
            yield one, other


def happenings_in(situation: Situation) -> dict[str, Happening]:
    """Return what the articles in question are known by."""
    return {**situation.happenings, **{name: each.happening for name, each in situation.newest.items()}}


def headed_alike(situation: Situation) -> set[Pair]:
    """Return the pairs of articles whose headlines have enough in common to be compared, at least one of each fresh."""
    known, fresh = happenings_in(situation), sorted(situation.newest)
    own = {(one, other) for one, other in combinations(fresh, 2) if may_be_one(known[one], known[other])}
    return own | {(one, other) for one, other in situation.near if one in known and other in known}


def _alike(situation: Situation, named: Mapping[str, str], joined: Mapping[str, str]) -> set[Pair]:
    """Return the pairs of articles, the first fresh, that report one utterance of whom both quote most."""
    known = dict(situation.happenings)
    reports: defaultdict[str, set[str]] = defaultdict(set)
    for report in situation.reporters:
        reports[joined.get(report.utterance_id, report.utterance_id)].add(report.article_id)
    own: set[tuple[str, str]] = set()
    for name, each in situation.newest.items():
        known[name] = each.happening
        for said in each.sketch.found.reading.statements:
            utterance = named.get(said.statement_id, said.utterance_id)
            reports[utterance].add(name)
            if said.speaker_id is not None and said.speaker_id == each.happening.voice:
                own.add((name, utterance))
    return {
        (name, other)
        for name, utterance in own
        for other in reports[utterance] - {name}
        if other in known and known[other].voice == known[name].voice
    }
