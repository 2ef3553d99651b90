"""The morning briefing: a message that is due each day whether anything fired or not, and what it tells.

One is always waiting for its time; after a pause that one leaves, late, and tells of all the time since the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from alerts.briefings import since_when
from alerts.message_records import Briefing, BriefingItem, BriefingPart, HeldBy, Message, Picture, Quote
from alerts.placing import next_briefing
from alerts.subscribers import Mode, Subscriber
from alerts.wording import after, called, counted, headed, side, stance
from flows.charts import moves_chart, png, volume_chart
from flows.setup import Setup
from warehouse import channels, outbox
from warehouse.session import Session
from warehouse.shown.briefing import (
    CHANGES,
    DENIALS,
    POSITIONS,
    REPORTED,
    BriefingRow,
    Collected,
    addresses,
    collected,
    last_briefed_at,
)
from warehouse.shown.news import AHEAD
from warehouse.shown.people import STANDS, VOLUME, StandLine, VolumeLine

# So many of each kind a briefing tells, those of most sources first; the rest stands on the pages.
_MOST = 12
_REPORTED_MOST = 8
_AHEAD = timedelta(days=30)
_NAMED = 6  # outlets in a line


def keep_due(setup: Setup, session: Session) -> None:
    """See to it that everybody who has briefings has one waiting for its time."""
    daily = [who for who in setup.settings.subscribers if who.mode is Mode.BRIEFING]
    if not daily:
        return
    waiting = {each.subscriber for each in outbox.open_messages(session) if each.held_by is HeldBy.BRIEFING}
    waiting |= channels.unsubscribed(session)
    outbox.save_messages(session, [next_briefing(who, setup.now()) for who in daily if who.name not in waiting])


def briefing_of(setup: Setup, session: Session, message: Message, subscriber: Subscriber) -> Briefing:
    """Return what a briefing tells now: all that came since the one before."""
    until = setup.now()
    since = since_when(last_briefed_at(session, message.subscriber, message.message_id), min(message.due_at, until))
    zone = ZoneInfo(subscriber.timezone)
    window = {"since": since, "until": until}
    changes = CHANGES.ask(session, **window, most=_MOST).records
    denials = DENIALS.ask(session, **window, most=_MOST).records
    positions = POSITIONS.ask(session, **window, most=_MOST).records
    told = {each.words for each in chain(changes, denials, positions)}
    reported = REPORTED.ask(session, **window, most=_MOST + _REPORTED_MOST).records
    reported = tuple(each for each in reported if each.words not in told)[:_REPORTED_MOST]
    by_kind = {"change": changes, "denial": denials, "new position": positions, "utterance most reported": reported}
    ahead = tuple(talks_ahead(session, since, until, zone))
    return Briefing(
        since=since,
        until=until,
        parts=(*by_topic(by_kind), *([BriefingPart(title="Talks ahead", items=ahead)] if ahead else [])),
        counts=(*((len(rows), noun) for noun, rows in list(by_kind.items())[:3]), (len(ahead), "talk ahead")),
        coverage=tuple(coverage_lines(collected(session, since, until))),
        pictures=pictures(session, changes, until, zone),
    )


def by_topic(by_kind: Mapping[str, Sequence[BriefingRow]]) -> Iterator[BriefingPart]:
    """Yield a part for each topic, that with most changes first; in each changes, denials, positions, what was said."""
    items: dict[str, list[BriefingItem]] = {}
    for kind, rows in by_kind.items():
        for row in rows:
            items.setdefault(row.topic, []).append(item_of(kind, row))
    for topic, own in items.items():
        yield BriefingPart(title=headed(topic), items=tuple(own))


def item_of(kind: str, row: BriefingRow) -> BriefingItem:
    """Return something new, with what stood before or against it."""
    about = f" ({row.process})" if row.process else ""
    own = quote(row.words, row.outlet, row.said_at, row.url, sources=row.sources)
    who = row.official or "Somebody"
    match kind:
        case "change":
            passed = after(row.before_at, row.said_at) if row.before_at else ""
            turn = f"{stance(row.before_stance)} → {stance(row.stance)}"
            head = f"Changed: {who}{about}: {turn}{passed and f', {passed}'}"
            label = "Before:"
        case "denial":
            head, label = f"Denied by {who}{about}:", f"What is denied, by {row.before_by or 'somebody'}:"
        case "new position":
            head, label = f"New position: {who}{about} {stance(row.stance)}", ""
        case _:
            head, label = f"Reported: {who}{about}", ""
    before = (
        [quote(row.before, row.before_outlet or "", row.before_at, row.before_url or "", label=label)]
        if row.before and row.before_at
        else []
    )
    return BriefingItem(head=head, quotes=(own, *before))


def quote(words: str, outlet: str, said_at: datetime, url: str, *, label: str = "", sources: int = 1) -> Quote:
    """Return words with where they stand."""
    return Quote(label=label, words=words, outlet=outlet, said_at=said_at, url=url, sources=sources)


def talks_ahead(session: Session, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[BriefingItem]:
    """Yield the meetings, deadlines and truces of the next weeks, in the newest sentence on each."""
    today = until.astimezone(zone).date()
    found = AHEAD.ask(session, since=today, until=today + _AHEAD, told_since=None, most=_MOST).records
    urls = addresses(session, [each.article_id for each in found])
    for each in found:
        where = f" in {each.place}" if each.place else ""
        new = "New: " if each.told_at >= since else ""
        status = "" if each.status == "announced" else f", {each.status}"
        yield BriefingItem(
            head=f"{new}{each.starts_on:%a %d %b}: {called(each.kind)}{where}{status}",
            quotes=(quote(each.sentence, each.outlet, each.told_at, urls.get(each.article_id, "")),),
        )


def coverage_lines(found: Collected) -> Iterator[str]:
    """Yield what was read, and what was not."""
    read = f"{counted(found.articles, 'article')} of {counted(found.outlets, 'outlet')} were read"
    yield f"{read}; {counted(found.feeds, 'feed')} are watched."
    if found.failing:
        yield f"Not collected, since feeds fail: {named(found.failing)}."
    if found.missed:
        yield f"Not collected for a time, by feeds that are well again: {named(found.missed)}."
    if found.unread_pages:
        yield f"{counted(found.unread_pages, 'page')} could not be had or read."
    if not (found.failing or found.missed or found.unread_pages):
        yield "Nothing that the feeds named was left out."


def named(outlets: Sequence[str]) -> str:
    """Return outlets by name, the first few, and how many more."""
    more = len(outlets) - _NAMED
    return ", ".join([*outlets[:_NAMED], *([f"{more} more"] if more > 0 else [])])


def pictures(session: Session, changes: Sequence[BriefingRow], until: datetime, zone: ZoneInfo) -> tuple[Picture, ...]:
    """Return small charts: how much was said on each topic in the last day, and how those moved who changed."""
    begins = until - timedelta(days=1)
    volume = VOLUME.ask(session, begins=begins, ends=until, since=begins - timedelta(days=28)).records
    said = [each for each in volume if each.said]
    moved = {(each.official, each.topic) for each in changes}
    stands = STANDS.ask(session, official=None, topic=None).records if moved else ()
    mine = [each for each in stands if (each.name, each.topic) in moved]
    found = []
    if said:
        found.append(
            Picture(
                name="volume",
                title="How much was said, beside a usual day",
                words=volume_words(said),
                png=png(volume_chart(said, dark=False)),
            )
        )
    if mine:
        found.append(
            Picture(
                name="moves",
                title="Who changed, and when",
                words="; ".join(move_words(each) for each in mine[:_MOST]),
                png=png(moves_chart(mine, lambda each: f"{each.name}: {called(each.topic)}", zone, dark=False)),
            )
        )
    return tuple(found)


def volume_words(said: Sequence[VolumeLine]) -> str:
    """Return in words what the picture of how much was said shows."""
    return "; ".join(
        f"{called(each.topic)}, {side(each.side) or 'others'}: {each.said}, usually {each.usual:.1f}" for each in said
    )


def move_words(stand: StandLine) -> str:
    """Return in words one stretch of the picture of positions."""
    return (
        f"{stand.name} {stance(stand.stance)} ({called(stand.topic)}) from {stand.since:%d %b} to {stand.until:%d %b}"
    )
