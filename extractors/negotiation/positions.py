"""Where an official stands on a topic, from when to when, and when that changed: drawn from his statements. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from extractors.relation_records import Position, Shift, Take
from extractors.speech.stances import Stance

DAY = timedelta(days=1)  # in which opposite statements contest each other
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

# What one article has him say at once is one position, the first of these: an offer with a condition is conditional.
_SPECIFIC = (Stance.CONDITION, Stance.THREATEN, Stance.REJECT, Stance.ACCEPT, Stance.OFFER, Stance.DEMAND)

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

    @property
    def order(self) -> tuple[datetime, int, str]:
        return _order(self.take)

    @property
    def stance(self) -> str:
        return self.take.stance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Others:
    """When a side spoke for and against, with the statements, in order."""

    in_favour: tuple[tuple[datetime, int, str], ...]
    against: tuple[tuple[datetime, int, str], ...]


def party(side: str | None, country: str | None) -> str | None:
    """Name those whose words count as one party's: a side, or in sides that only gather countries the country."""
    return f"{side}:{country}" if side in _GATHERED else side


def records(side: Iterable[Sequence[Take]]) -> tuple[Record, ...]:
    """Return positions and shifts of each official of one side on one topic in one negotiation, from his takes.

    Their order is all one.

    A stance becomes a position with its second statement before he goes back to the one before, or with one of high
    confidence that he does not go back on within a day. Of several in one article only opposites without a condition
    are more than one. A shift leads from one side to another (for, against, on a condition), and both of its ends rest
    on his own words, quoted or reported, or on what two outlets tell: what one alone narrates of him makes none.
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
    contradicts = {Side.FOR, Side.AGAINST} <= set(map(SIDES.get, stances)) and Stance.CONDITION not in stances
    if contradicts or len({each.stance for each in moment}) == 1:
        return moment
    one = next(stance for stance in _SPECIFIC if stance in stances)
    return [each for each in moment if each.stance == one]


def _record(said: Sequence[_Said], others: _Others) -> Record:
    runs = _runs(said)
    positions = tuple(_position(run, others) for run in runs)
    founded = [pair for pair in zip(runs, positions, strict=True) if _is_founded(pair[0])]
    shifts = (_shift(*pair) for pair in pairwise(founded) if _side(pair[0]) is not _side(pair[1]))
    return Record(positions=positions, shifts=tuple(shifts))


def _is_founded(run: Sequence[_Said]) -> bool:
    """Tell whether a position may stand at an end of a shift: it rests on his own words, or on two outlets."""
    return any(each.own for each in run) or len(frozenset().union(*(each.outlets for each in run))) > 1


def _side(end: tuple[Sequence[_Said], Position]) -> Side:
    return SIDES[end[1].stance]


def _opposites(said: Iterable[_Said]) -> _Others:
    ordered = sorted(said, key=lambda each: each.order)
    return _Others(
        in_favour=tuple(each.order for each in ordered if SIDES[each.stance] is Side.FOR),
        against=tuple(each.order for each in ordered if SIDES[each.stance] is Side.AGAINST),
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
    """Return the first statement of the opposite within a day of one of the run."""
    opposite = {Side.FOR: others.against, Side.AGAINST: others.in_favour}.get(SIDES[run[0].stance], ())
    near = (_first_near(each.take.at, opposite) for each in run) if opposite else ()
    return min((place for place in near if place), default=(None, 0, None))[2]


def _first_near(at: datetime, others: Sequence[tuple[datetime, int, str]]) -> tuple[datetime, int, str] | None:
    place = bisect_left(others, (at - DAY, 0, ""))
    return others[place] if place < len(others) and others[place][0] <= at + DAY else None


def _shift(before: tuple[Sequence[_Said], Position], after: tuple[Sequence[_Said], Position]) -> Shift:
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
