"""Drawing positions anew where statements came or went: whose, from which statements, and beside which colleagues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from extractors.negotiation.positions import SIDES, Record, party, records
from extractors.records import Take
from warehouse import positions
from warehouse.session import Session

# Those of one side on one topic: what one of them says may contest what another said.
_Bench = tuple[tuple[str, ...], str]


def reposition(session: Session) -> int:
    """Draw whole the positions of each official and topic that is stale, and of his side on it; return of how many."""
    benches = _benches(session, positions.stale(session))
    if not benches:
        return 0
    takes = positions.takes(
        session,
        officials={member for members, _ in benches for member in members},
        topics={topic for _, topic in benches},
        stances=SIDES.keys(),
    )
    drawn = [each for bench in benches for each in _records(bench, takes)]
    positions.save_record(
        session,
        [(member, topic) for members, topic in benches for member in members],
        [position for each in drawn for position in each.positions],
        [shift for each in drawn for shift in each.shifts],
    )
    return len(drawn)


def _benches(session: Session, stale: Sequence[tuple[str, str]]) -> list[_Bench]:
    if not stale:
        return []
    parties = {official_id: party(side, country) for official_id, side, country in positions.sides(session)}
    members: defaultdict[str, list[str]] = defaultdict(list)
    for official_id, side in parties.items():
        if side is not None:
            members[side].append(official_id)

    def bench(official_id: str) -> tuple[str, ...]:
        side = parties.get(official_id)
        return (official_id,) if side is None else tuple(sorted(members[side]))

    return sorted({(bench(official_id), topic) for official_id, topic in stale})


def _records(bench: _Bench, takes: Mapping[tuple[str, str], list[Take]]) -> tuple[Record, ...]:
    members, topic = bench
    return records(takes[member, topic] for member in members if (member, topic) in takes)
