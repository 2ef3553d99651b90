"""Which happenings articles are on, and which of those turn out to be one. Pure."""

from __future__ import annotations

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
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the event of each article in question, and the events that turn out to be part of an older one.

    `told` are pairs of articles that tell one story.
    """
    stored = situation.events
    events = {name: each.event_id for name, each in stored.items()}
    ages = {each.event_id: each.since for each in stored.values()}
    for name, each in situation.newest.items():
        if name not in stored:
            events[name], ages[name] = name, each.saved.first_seen_at
    # The articles of a story are on one happening, whenever they came to be one.
    stories = {(name, each.telling.story_id) for name, each in members.items()}
    ties = sorted({*told, *stories, *_on_one_happening(situation)})
    joined = merged(ages, [(events[one], events[other]) for one, other in ties if one in events and other in events])
    return {name: joined.get(event, event) for name, event in events.items()}, joined


def _on_one_happening(situation: Situation) -> Iterator[Pair]:
    """Yield the pairs of articles that are on one happening, of those whose headlines have enough in common."""
    known, nearness = happenings_in(situation), situation.nearness
    for pair in headed_alike(situation):
        one, other = (known[name] for name in pair)
        if is_one(one, other, nearness=nearness.get(pair)):
            yield pair


def happenings_in(situation: Situation) -> dict[str, Happening]:
    """Return what the articles in question are known by."""
    return {**situation.happenings, **{name: each.happening for name, each in situation.newest.items()}}


def headed_alike(situation: Situation) -> set[Pair]:
    """Return the pairs of articles whose headlines have enough in common to be compared, at least one of each fresh."""
    known, fresh = happenings_in(situation), sorted(situation.newest)
    own = {(one, other) for one, other in combinations(fresh, 2) if may_be_one(known[one], known[other])}
    return own | {(one, other) for one, other in situation.near if one in known and other in known}
