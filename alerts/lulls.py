"""Lulls: whether an official who speaks of a topic otherwise is silent about it, and whether that is proven. Pure.

What is not heard may not have been listened to. So a silence counts only where the feeds that carried him on the topic
answered meanwhile, and brought other words of his.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from alerts.records import HeardReport, Listening, Reason
from alerts.wording import counted

# Who speaks of a topic "otherwise" did so on so many days of these weeks, or of four times the silence asked for, over
# a stretch twice as long as that, and never paused as long.
HABIT = timedelta(days=28)
HABIT_SILENCES, HABIT_STRETCH = 4, 2
FEWEST_DAYS = 4
# Of what he said then so great a share came by feeds that were well all the time: which missed no more than a tenth of
# it, and brought something in its second half.
LEAST_COVERED = 0.8
MOST_MISSED = 0.1
# So many other things must he have said meanwhile, the last in the second half.
FEWEST_OTHERS = 2


class LullState(StrEnum):
    """What keeps a silence from being told, or that nothing does."""

    SPOKEN = "spoken"
    SELDOM = "seldom"
    PAUSES = "pauses"
    FEEDS_UNPROVEN = "feeds_unproven"
    WORDS_UNSEEN = "words_unseen"
    PROVEN = "proven"

    @property
    def held_back(self) -> Reason | None:
        """Return the reason for which a silence that is one is not told."""
        return Reason(self) if self in {LullState.FEEDS_UNPROVEN, LullState.WORDS_UNSEEN} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lull:
    """How an official stands to a topic at `now`: when he spoke of it last, in which articles, how often before.

    `covered` of the `habit` things said came by feeds that were well since; `others` are what else he said since then.
    """

    state: LullState
    now: datetime
    said_at: datetime
    article_ids: tuple[str, ...]
    habit: int
    days: int
    within: timedelta
    longest: timedelta
    covered: int
    others: int
    other_at: datetime | None

    @property
    def lasted(self) -> timedelta:
        """Return how long he has been silent."""
        return self.now - self.said_at


def lull(heard: Iterable[HeardReport], feeds: Iterable[Listening], silent: timedelta, now: datetime) -> Lull | None:
    """Return how an official stands to a topic at a moment, by what had arrived then; None who never spoke of it."""
    known = sorted((each for each in heard if each.seen_at <= now), key=_order)
    said = {each.utterance_id: each.said_at for each in reversed(known) if each.is_on}
    if not said:
        return None
    last, within = max(said.values()), max(HABIT, HABIT_SILENCES * silent)
    habit = {name: at for name, at in said.items() if at >= last - within}
    times = sorted(habit.values())
    longest = max((after - before for before, after in pairwise(times)), default=timedelta(0))
    days = len({at.astimezone(UTC).date() for at in times})
    others = {
        each.utterance_id: each.said_at for each in known if each.said_at > last and each.utterance_id not in said
    }
    other_at = max(others.values(), default=None)
    covered = _covered(known, habit, {each.feed_id for each in feeds if _is_well(each, last, now)})
    return Lull(
        state=_state(
            spoken=now - last < silent,
            seldom=days < FEWEST_DAYS or last - times[0] < HABIT_STRETCH * silent,
            pauses=longest >= silent,
            unproven=covered < LEAST_COVERED * len(habit),
            unseen=len(others) < FEWEST_OTHERS or other_at is None or other_at < last + (now - last) / 2,
        ),
        now=now,
        said_at=last,
        article_ids=tuple(each.article_id for each in known if each.is_on and each.said_at == last),
        habit=len(habit),
        days=days,
        within=within,
        longest=longest,
        covered=covered,
        others=len(others),
        other_at=other_at,
    )


def _order(each: HeardReport) -> tuple[datetime, datetime, str]:
    return (each.said_at, each.seen_at, each.article_id)


def _state(*, spoken: bool, seldom: bool, pauses: bool, unproven: bool, unseen: bool) -> LullState:
    answers = {
        LullState.SPOKEN: spoken,
        LullState.SELDOM: seldom,
        LullState.PAUSES: pauses,
        LullState.FEEDS_UNPROVEN: unproven,
        LullState.WORDS_UNSEEN: unseen,
    }
    return next((state for state, holds in answers.items() if holds), LullState.PROVEN)


def _covered(known: Sequence[HeardReport], habit: Mapping[str, datetime], well: frozenset[str] | set[str]) -> int:
    """Count what was said of late that came by a feed that is well, among others perhaps."""
    carried: defaultdict[str, set[str | None]] = defaultdict(set)
    for each in known:
        carried[each.utterance_id].add(each.feed_id)
    return sum(not carried[name].isdisjoint(well) for name in habit)


def _is_well(feed: Listening, since: datetime, now: datetime) -> bool:
    """Tell whether a feed missed hardly anything between two times, and still brought something near their end."""
    missed = timedelta(0)
    for began, ended in feed.gaps:
        missed += max(timedelta(0), min(ended or now, now) - max(began, since))
    half = since + (now - since) / 2
    return missed <= MOST_MISSED * (now - since) and any(half <= at <= now for at in feed.brought_at)


def lull_told(found: Lull, silent: timedelta) -> str:
    """Say how a silence stands, and why it is told or not."""
    last = f"last said something of it on {_day(found.said_at)}, {_long(found.lasted)} ago"
    often = f"spoke of it on {counted(found.days, 'day')} of the {found.within.days} before"
    match found.state:
        case LullState.SPOKEN:
            return f"{last}; the rule asks for {_long(silent)}"
        case LullState.SELDOM:
            return (
                f"{last}; {often}, which is no habit ({FEWEST_DAYS} days, {_long(HABIT_STRETCH * silent)} apart, are)"
            )
        case LullState.PAUSES:
            return f"{last}; {often}, and paused for {_long(found.longest)} among them"
        case LullState.FEEDS_UNPROVEN:
            return f"{last}; {often}; {_by_feeds(found)}, which proves no silence"
        case LullState.WORDS_UNSEEN:
            return f"{last}; {often}; {_by_feeds(found)}, but {_of_others(found)}, which proves no silence"
    return f"{last}; {often}; {_by_feeds(found)}, and {_of_others(found)}: a proven silence"


def _by_feeds(found: Lull) -> str:
    return f"{found.covered} of the {counted(found.habit, 'thing')} said then came by feeds that were well since"


def _of_others(found: Lull) -> str:
    seen = f", the last on {_day(found.other_at)}" if found.other_at else ""
    were = "was" if found.others == 1 else "were"
    return f"{counted(found.others, 'other thing')} said by the same official {were} seen since{seen}"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _long(time: timedelta) -> str:
    """Return a time as people say it: in days, under two in hours."""
    return (
        counted(time.days, "day") if time >= timedelta(days=2) else counted(int(time.total_seconds()) // 3600, "hour")
    )
