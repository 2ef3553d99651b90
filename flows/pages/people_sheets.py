"""The sheets of people: officials, the topics they take sides on, and how that moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flows.pages.inquiry import MOST, Inquiry, Sheet
from warehouse.session import Session
from warehouse.shown.listing import Listing
from warehouse.shown.news import (
    SAID,
    SAID_OF,
    SaidLine,
)
from warehouse.shown.people import (
    DISPUTES,
    MOVES,
    OFFICIALS,
    STANDS,
    TOPICS,
    DisputeLine,
    MoveLine,
    OfficialLine,
    StandLine,
    TopicLine,
)
from warehouse.shown.upkeep import ALERTS, AlertLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSheet(Sheet):
    """Shifts and disputes, the newest first."""

    template = "changes.html.j2"
    moves: Listing[MoveLine]
    disputes: Listing[DisputeLine]


def changes(session: Session, asked: Inquiry) -> ChangesSheet:
    """Show every shift and dispute there is, as far as it is not filtered away."""
    topic, since, until = asked.filter("topic"), asked.day("since"), asked.day("until")
    return ChangesSheet(
        heading="What changed",
        moves=MOVES.ask(session, official=asked.filter("official"), topic=topic, since=since, until=until, most=200),
        disputes=DISPUTES.ask(session, topic=topic, since=since, until=until, most=200),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialsSheet(Sheet):
    """Everybody who was heard, with where they stand."""

    template = "officials.html.j2"
    officials: Listing[OfficialLine]
    stands: Mapping[str, Sequence[StandLine]]
    unheard: int


def officials(session: Session, asked: Inquiry) -> OfficialsSheet:
    """Show whoever has said something, the most heard first."""
    everybody = OFFICIALS.ask(session, official=None, today=asked.today())
    heard = tuple(each for each in everybody if each.said)
    newest = [each for each in STANDS.ask(session, official=None, topic=None) if each.is_newest]
    newest.sort(key=lambda stand: (stand.official_id, stand.topic))
    return OfficialsSheet(
        heading="Officials",
        officials=Listing(records=heard, columns=everybody.columns, sql=everybody.sql),
        stands={name: tuple(group) for name, group in groupby(newest, lambda stand: stand.official_id)},
        unheard=len(everybody) - len(heard),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialSheet(Sheet):
    """One official: where he or she stands, how that moved, what was said by and of him or her."""

    template = "official.html.j2"
    said: Listing[SaidLine]
    official: OfficialLine
    stands: Listing[StandLine]
    moves: Listing[MoveLine]
    said_of: Listing[SaidLine]
    alerts: Listing[AlertLine]


def official(session: Session, asked: Inquiry) -> OfficialSheet | None:
    """Show one official; None for a name that nobody has."""
    name = asked.names["official"]
    who = OFFICIALS.ask(session, official=name, today=asked.today()).records
    if not who:
        return None
    topic = asked.filter("topic")
    return OfficialSheet(
        heading=who[0].name,
        number=asked.number,
        official=who[0],
        said=SAID.ask(session, official=name, topic=topic, since=None, until=None, **asked.cut),
        stands=STANDS.ask(session, official=name, topic=None),
        moves=MOVES.ask(session, official=name, topic=None, since=None, until=None, most=MOST),
        said_of=SAID_OF.ask(session, official=name, most=10),
        alerts=ALERTS.ask(session, rule=None, official=name, article=None, since=None, most=10, **{"from": 0}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsSheet(Sheet):
    """The topics on which anybody takes a side."""

    template = "topics.html.j2"
    topics: Listing[TopicLine]


def topics(session: Session, _: Inquiry) -> TopicsSheet:
    """Show every topic on which somebody takes a side."""
    return TopicsSheet(heading="Topics", topics=TOPICS.ask(session))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSheet(Sheet):
    """One topic: who stands where, by negotiation and side, how that moved, what was said."""

    template = "topic.html.j2"
    said: Listing[SaidLine]
    topic: str
    stands: Listing[StandLine]
    sides: tuple[tuple[str | None, str, tuple[StandLine, ...]], ...]
    moves: Listing[MoveLine]


def topic(session: Session, asked: Inquiry) -> TopicSheet | None:
    """Show one topic; None for one of which nothing was said."""
    name = asked.names["topic"]
    stands = STANDS.ask(session, official=None, topic=name)
    said = SAID.ask(session, official=None, topic=name, since=None, until=None, **asked.cut)
    if not stands.records and not said.records:
        return None
    newest = sorted((each for each in stands if each.is_newest), key=lambda each: (*map(str, _bench(each)), each.name))
    return TopicSheet(
        heading=name.replace("-", " ").capitalize(),
        number=asked.number,
        topic=name,
        stands=stands,
        sides=tuple((process, side, tuple(group)) for (_, process, side), group in groupby(newest, _bench)),
        moves=MOVES.ask(session, official=None, topic=name, since=None, until=None, most=MOST),
        said=said,
    )


def _bench(stand: StandLine) -> tuple[bool, str | None, str]:
    """Return by what stands are put together: the negotiation, those in none last, and the side."""
    return stand.process is None, stand.process, stand.side or "other"
