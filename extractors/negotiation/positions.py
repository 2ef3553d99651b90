"""Where an official stands on a topic, from when to when, and when that changed: drawn from his statements. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice, pairwise, takewhile

from extractors.records import Mention, Statement
from extractors.relation_records import Position, Shift, Take
from extractors.speech.drafts import mentions_in
from extractors.speech.stances import POSITIONS, Stance

DAY = timedelta(days=1)  # in which opposite statements contest each other
OCCASION = timedelta(hours=12)  # in which a condition and a yes or no are two reports of one occasion
SURE = 0.9  # confidence from which one statement alone makes a position; what has none is taken at its word


class Side(StrEnum):
    """Which side a stance takes on a topic."""

    FOR = "for"
    IF = "if"
    AGAINST = "against"


# The others (assert, deny, doubt, none) are no positions: they neither make nor end one. A demand that turns into a
# condition is no change of side.
SIDES: Mapping[str, Side] = {
    **dict.fromkeys((Stance.ACCEPT, Stance.OFFER), Side.FOR),
    **dict.fromkeys((Stance.DEMAND, Stance.CONDITION), Side.IF),
    **dict.fromkeys((Stance.REJECT, Stance.THREATEN), Side.AGAINST),
}

# Means of pressure: who threatens with one is for it.
_PRESSURE = frozenset({"sanctions", "military-operations", "energy-strikes"})

# Of these an article names the place, the time or the people where they are not what it is about: "rejects excessive
# demands at the negotiating table", "called on the mediators to".
_OCCASIONS = frozenset({"talks", "mediation"})
_PEOPLE = re.compile(
    r"negotiators?|negotiating (?:team|delegation|position)s?|.*delegat\w+|mediators?|go-betweens?|facilitators?",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?P<by>at|in|during|throughout|amid|after|before|since|following|ahead of)\s"
    r"(?:(?!(?:that|when|which|who|while|if|to|of|for|on|and|or|but)\b|(?!ongoing|coming|upcoming)\w+ing\b)[\w’'-]+\s){0,4}$"
)
_HELD_TO = re.compile(r"\b(?:interest\w*|participat\w+|part|believ\w+|engag\w+|involv\w+|point|sense|faith|join\w*)\s$")
_LEAD = 60  # characters before a topic

# These sides of the roster gather countries that do not speak for each other.
_GATHERED = frozenset({"mediator", "other"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The positions of one official on one topic in one negotiation, in order, and the shifts between them."""

    positions: tuple[Position, ...]
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An utterance with the stance most of its reports have."""

    take: Take
    reports: int
    sure: bool
    own: bool
    outlets: frozenset[str]
    articles: frozenset[str]

    @property
    def order(self) -> tuple[datetime, int, str]:
        return _order(self.take)

    @property
    def stance(self) -> str:
        return self.take.stance

    @property
    def side(self) -> Side | None:
        return side_on(self.take.topic, self.take.stance)


_End = tuple[Sequence[_Said], Position]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Others:
    """What a side said for and against in its own words, in order."""

    in_favour: tuple[_Said, ...]
    against: tuple[_Said, ...]


def matters(text: str, said: Statement, topics: Sequence[Mention]) -> tuple[str, ...]:
    """Return those of a statement's topics that it may take a side on: no place, time or people of the talks.

    `topics` are the article's mentions of topics, in order.
    """
    named: defaultdict[str | None, list[bool]] = defaultdict(list)
    for each in mentions_in(said.spans, topics):
        named[each.ref_id].append(_is_matter(text, each))
    return tuple(topic for topic in said.topics if topic not in named or any(named[topic]))


def _is_matter(text: str, topic: Mention) -> bool:
    if topic.ref_id not in _OCCASIONS:
        return True
    lead = text[max(0, topic.span.start - _LEAD) : topic.span.start]
    placed = _PLACED.search(lead)
    is_placed = placed is not None and not (placed["by"] == "in" and _HELD_TO.search(lead[: placed.start()]))
    return not is_placed and not _PEOPLE.fullmatch(topic.span.slice(text))


def side_on(topic: str, stance: str) -> Side | None:
    """Return which side a stance takes on a topic; None for one that takes none."""
    is_for = stance == Stance.THREATEN and topic in _PRESSURE
    return Side.FOR if is_for else SIDES.get(stance)


def party(side: str | None, country: str | None) -> str | None:
    """Name those whose words count as one party's: a side, or in sides that only gather countries the country."""
    return f"{side}:{country}" if side in _GATHERED else side


def records(side: Iterable[Sequence[Take]]) -> tuple[Record, ...]:
    """Return positions and shifts of each official of one side on one topic in one negotiation, from his takes.

    Their order is all one. A position is contested by the opposite that he, or another of his side, says within a day,
    both in words of their own, or told by two outlets, and not in one article.

    A stance becomes a position with its second statement before he goes back to the one before, or with one of high
    confidence that he does not go back on within a day. Of several in one article only opposites without a condition
    are more than one. A shift leads from one side to another (for, against, on a condition), and both of its ends rest
    on his own words, quoted or reported, or on what two outlets tell: what one alone narrates of him makes none. Nor
    does what one article tells beside his stance of before, nor a condition and a yes or no of the same occasion.
    """
    said = [_at_once(_utterances(takes)) for takes in side]
    others = _opposites(each for own in said for each in own)
    return tuple(_record(own, others) for own in said)


def _at_once(said: Sequence[_Said]) -> list[_Said]:
    """Leave out what is said beside a more specific stance in the same article."""
    moments: defaultdict[tuple[datetime, str], list[_Said]] = defaultdict(list)
    for each in said:
        moments[each.take.at, each.take.article_id].append(each)
    return [each for moment in moments.values() for each in _most_specific(moment)]


def _most_specific(moment: Sequence[_Said]) -> Sequence[_Said]:
    stances = {each.stance for each in moment if each.sure} or {each.stance for each in moment}
    sides = {each.side for each in moment if each.stance in stances}
    contradicts = {Side.FOR, Side.AGAINST} <= sides and Stance.CONDITION not in stances
    if contradicts or len({each.stance for each in moment}) == 1:
        return moment
    # What one article has him say at once is one position.
    one = next(stance for stance in POSITIONS if stance in stances)
    return [each for each in moment if each.stance == one]


def _record(said: Sequence[_Said], others: _Others) -> Record:
    runs = _runs(said)
    positions = tuple(_position(run, others) for run in runs)
    ends: list[_End] = []
    for end in zip(runs, positions, strict=True):
        if _is_founded(end[0]) and not (ends and _is_one_occasion(ends[-1], end)):
            ends.append(end)
    shifts = (_shift(*pair) for pair in pairwise(ends) if _side(pair[0]) is not _side(pair[1]))
    return Record(positions=positions, shifts=tuple(shifts))


def _is_founded(run: Sequence[_Said]) -> bool:
    """Tell whether a position may stand at an end of a shift: it rests on his own words, or on two outlets."""
    return any(each.own for each in run) or len(frozenset().union(*(each.outlets for each in run))) > 1


def _is_one_occasion(before: _End, after: _End) -> bool:
    """Tell whether what founds a position is only told beside the one before, or as of the same occasion."""
    told = frozenset().union(*(each.articles for each in before[0]))
    is_shade = Side.IF in {_side(before), _side(after)}
    since = before[1].until + (OCCASION if is_shade else timedelta())
    apart = [each for each in after[0] if not each.articles & told and each.take.at >= since]
    return not _is_founded(apart)


def _side(end: _End) -> Side | None:
    return side_on(end[1].topic, end[1].stance)


def _opposites(said: Iterable[_Said]) -> _Others:
    ordered = sorted((each for each in said if _is_founded([each])), key=lambda each: each.order)
    return _Others(
        in_favour=tuple(each for each in ordered if each.side is Side.FOR),
        against=tuple(each for each in ordered if each.side is Side.AGAINST),
    )


def _utterances(takes: Iterable[Take]) -> list[_Said]:
    """Return what was said with a position in it, in order: all reports of one utterance are one."""
    by_utterance: defaultdict[str, list[Take]] = defaultdict(list)
    for take in takes:
        if take.stance in SIDES and not take.denied:
            by_utterance[take.utterance_id].append(take)
    return sorted(map(_said, by_utterance.values()), key=lambda each: each.order)


def _said(reports: Sequence[Take]) -> _Said:
    ordered = sorted(reports, key=_order)
    counts = Counter(take.stance for take in ordered)
    # Of stances read equally often the one that was read first counts.
    stance = max(counts, key=counts.__getitem__)
    own = [take for take in ordered if take.stance == stance]
    known = [take.confidence for take in own if take.confidence is not None]
    return _Said(
        take=own[0],
        reports=len(reports),
        sure=not known or max(known) >= SURE,
        own=not all(take.narrated for take in own),
        outlets=frozenset(take.outlet for take in own),
        articles=frozenset(take.article_id for take in ordered),
    )


def _order(take: Take) -> tuple[datetime, int, str]:
    """Order takes in time, those of one article as they stand in it."""
    return take.at, take.place, take.statement_id


def _runs(said: Sequence[_Said]) -> list[list[_Said]]:
    """Return the stretches of one stance; what no position comes of is in none."""
    runs: list[list[_Said]] = []
    for place, each in enumerate(said):
        now = runs[-1][0].stance if runs else None
        if each.stance == now:
            runs[-1].append(each)
        elif _holds(said, place, now):
            runs.append([each])
    return runs


def _holds(said: Sequence[_Said], place: int, now: str | None) -> bool:
    """Tell whether the stance at `place`, which is not the one he has `now`, becomes a position."""
    new = said[place]
    for each in (said[later] for later in range(place + 1, len(said))):
        if each.stance == new.stance:
            return True
        if each.stance == now and (each.sure or not new.sure):
            return new.sure and each.take.at - new.take.at > DAY
    return new.sure


def _position(run: Sequence[_Said], others: _Others) -> Position:
    first, last = run[0].take, run[-1].take
    known = [each.take.confidence for each in run if each.take.confidence is not None]
    return Position(
        official_id=first.official_id,
        topic=first.topic,
        process_id=first.process_id,
        stance=first.stance,
        since=first.at,
        until=last.at,
        statements=len(run),
        reports=sum(each.reports for each in run),
        first_statement_id=first.statement_id,
        last_statement_id=last.statement_id,
        confidence=max(known, default=None),
        contested_statement_id=_contested_by(run, others),
    )


def _contested_by(run: Sequence[_Said], others: _Others) -> str | None:
    """Return the first statement of the opposite within a day of one of the run, in another article."""
    sides: Mapping[Side | None, tuple[_Said, ...]] = {Side.FOR: others.against, Side.AGAINST: others.in_favour}
    opposite = sides.get(run[0].side, ())
    near = [found for each in run if opposite and _is_founded([each]) and (found := _first_near(each, opposite))]
    return min(near, key=lambda each: each.order).take.statement_id if near else None


def _first_near(said: _Said, others: Sequence[_Said]) -> _Said | None:
    first = bisect_left(others, (said.take.at - DAY, 0, ""), key=lambda each: each.order)
    within = takewhile(lambda each: each.take.at <= said.take.at + DAY, islice(others, first, None))
    return next((each for each in within if not each.articles & said.articles), None)


def _shift(before: _End, after: _End) -> Shift:
    old, new = before[1], after[1]
    confirmed = after[0][1:2]
    return Shift(
        official_id=new.official_id,
        topic=new.topic,
        process_id=new.process_id,
        from_stance=old.stance,
        to_stance=new.stance,
        shifted_at=new.since,
        before_statement_id=old.last_statement_id,
        after_statement_id=new.first_statement_id,
        confirmed_statement_id=confirmed[0].take.statement_id if confirmed else None,
        contested=bool(old.contested_statement_id or new.contested_statement_id),
    )
