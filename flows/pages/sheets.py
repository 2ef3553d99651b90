"""What each page shows: the records its template is given. Asks the warehouse, decides nothing, knows no HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.records import Alert
from alerts.wording import Segment, segments
from flows.pages.inquiry import Inquiry, Sheet
from flows.pages.news_sheets import article, event, events, search, utterance
from flows.pages.people_sheets import changes, official, officials, topic, topics
from warehouse.accounts import Source, sources_of
from warehouse.alerts import alert as alerts_named
from warehouse.records import LoggedAlert
from warehouse.session import Session
from warehouse.shown.listing import Listing
from warehouse.shown.news import (
    AHEAD,
    BEHIND,
    MOST_REPORTED,
    NEIGHBOURS,
    UNDATED,
    SaidLine,
    TalkLine,
)
from warehouse.shown.people import (
    DISPUTES,
    MOVES,
    NEW_STANDS,
    VOLUME,
    DisputeLine,
    MoveLine,
    StandLine,
    VolumeLine,
)
from warehouse.shown.upkeep import (
    ALERTS,
    COVERAGE,
    FEEDS,
    LATENCY,
    PASSES,
    AlertLine,
    CoverageLine,
    FeedLine,
    LatencyLine,
    PassLine,
)

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_USUAL = timedelta(days=28)
_COVERED = timedelta(days=3)
# What was told of talks without a day is news for so long.
_UNDATED = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaySheet(Sheet):
    """What is new: one day, the week that ends with it, and the talks ahead."""

    template = "today.html.j2"
    day: date
    is_today: bool
    moves: Listing[MoveLine]
    disputes: Listing[DisputeLine]
    stands: Listing[StandLine]
    talks: Listing[TalkLine]
    said: Listing[SaidLine]
    alerts: Listing[AlertLine]
    talked: Listing[VolumeLine]
    ill: tuple[FeedLine, ...]
    feeds: int
    before: date | None
    after: date | None

    @property
    def taken(self) -> tuple[tuple[StandLine, ...], ...]:
        """Return the new positions, those together that the same words take on several topics."""
        found: dict[tuple[str, ...], list[StandLine]] = {}
        for each in self.stands:
            found.setdefault((each.official_id, each.process or "", each.stance, each.first_text), []).append(each)
        return tuple(map(tuple, found.values()))


def today(session: Session, asked: Inquiry) -> TodaySheet:
    """Show a day, the newest of which there is news where none is asked for."""
    zone = ZoneInfo(asked.timezone)
    begins = asked.day("day") or asked.midnight(
        _day_of(_news(session, asked, asked.now, asked.now)[0], zone) or asked.today()
    )
    ends = begins + _DAY
    before, after = _news(session, asked, begins, ends)
    feeds = FEEDS.ask(session).records
    day = begins.astimezone(zone).date()
    return TodaySheet(
        heading="Today" if day == asked.today() else f"{day.day} {day:%B %Y}",
        day=day,
        is_today=day == asked.today(),
        moves=MOVES.ask(session, official=None, topic=None, since=ends - _WEEK, until=ends, most=10),
        disputes=DISPUTES.ask(session, topic=None, since=ends - _WEEK, until=ends, most=10),
        stands=NEW_STANDS.ask(session, official=None, topic=None, since=begins, until=ends, most=20),
        talks=AHEAD.ask(session, since=day, until=None, told_since=None, most=8),
        said=MOST_REPORTED.ask(session, since=begins, until=ends, most=10),
        alerts=ALERTS.ask(session, rule=None, official=None, article=None, since=begins, most=10, **{"from": 0}),
        talked=VOLUME.ask(session, since=begins - _USUAL, begins=begins, ends=ends),
        before=_day_of(before, zone),
        after=_day_of(after, zone),
        ill=tuple(feed for feed in feeds if feed.state in {"failing", "gone", "quiet"}),
        feeds=len(feeds),
    )


def _news(
    session: Session, asked: Inquiry, begins: datetime, ends: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return when there was news last before a stretch of time, and first after it."""
    (line,) = NEIGHBOURS.ask(session, begins=begins, ends=ends, now=asked.now)
    return line.before, line.after


def _day_of(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TalksSheet(Sheet):
    """The calendar: what is ahead, what was announced without a day, what is behind."""

    template = "talks.html.j2"
    ahead: Listing[TalkLine]
    undated: Listing[TalkLine]
    behind: Listing[TalkLine]


def talks(session: Session, asked: Inquiry) -> TalksSheet:
    """Show the calendar as of today."""
    day = asked.today()
    fresh = asked.now - _UNDATED
    return TalksSheet(
        heading="Talks",
        ahead=AHEAD.ask(session, since=day, until=None, told_since=None, most=200),
        undated=UNDATED.ask(session, since=None, until=None, told_since=fresh, most=20),
        behind=BEHIND.ask(session, since=None, until=day, told_since=None, most=60),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsSheet(Sheet):
    """The alert log, the newest first."""

    template = "alerts.html.j2"
    alerts: Listing[AlertLine]
    rule: str | None


def alerts(session: Session, asked: Inquiry) -> AlertsSheet:
    """Show what fired, all or one rule's."""
    rule, who = asked.filter("rule"), asked.filter("official")
    found = ALERTS.ask(session, rule=rule, official=who, article=None, since=asked.day("since"), **asked.cut)
    return AlertsSheet(heading="Alerts", number=asked.number, alerts=found, rule=rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSheet(Sheet):
    """One alert: its words with what they rest on, why it fired, who has it too, and to whom it went."""

    template = "alert.html.j2"
    logged: LoggedAlert
    passage: tuple[Segment, ...]
    sources: tuple[Source, ...]
    others: Listing[AlertLine]

    @property
    def alert(self) -> Alert:
        """Return the alert itself."""
        return self.logged.notice.alert


def alert(session: Session, asked: Inquiry) -> AlertSheet | None:
    """Show one alert; None for a name that none has."""
    found = alerts_named(session, asked.names["alert"])
    if len(found) != 1:
        return None
    fired = found[0].notice.alert
    return AlertSheet(
        heading=f"{fired.official}: {fired.keyword}",
        logged=found[0],
        passage=segments(fired),
        sources=sources_of(session, fired.article_id),
        others=ALERTS.ask(
            session, rule=None, official=None, article=fired.article_id, since=None, most=20, **{"from": 0}
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsSheet(Sheet):
    """Whether the feeds are alive, and the last passes."""

    template = "feeds.html.j2"
    feeds: Listing[FeedLine]
    passes: Listing[PassLine]
    coverage: Listing[CoverageLine]
    latency: Listing[LatencyLine]

    def count(self, *states: str) -> int:
        """Count the feeds in some states."""
        return sum(feed.state in states for feed in self.feeds)


def feeds(session: Session, asked: Inquiry) -> FeedsSheet:
    """Show every feed that is watched, what is wrong first."""
    newest = _news(session, asked, asked.now, asked.now)[0] or asked.now
    return FeedsSheet(
        heading="Feeds",
        feeds=FEEDS.ask(session),
        passes=PASSES.ask(session, most=20),
        coverage=COVERAGE.ask(session, since=newest - _COVERED, until=asked.now),
        latency=LATENCY.ask(session, since=asked.now - _WEEK),
    )


# The address of each page, with the names in it, and what it shows.
PAGES: Mapping[str, Callable[[Session, Inquiry], Sheet | None]] = {
    "/": today,
    "/changes": changes,
    "/officials": officials,
    "/officials/{official}": official,
    "/topics": topics,
    "/topics/{topic}": topic,
    "/talks": talks,
    "/events": events,
    "/events/{event}": event,
    "/utterances/{utterance}": utterance,
    "/alerts": alerts,
    "/alerts/{alert}": alert,
    "/articles/{article}": article,
    "/search": search,
    "/feeds": feeds,
}
