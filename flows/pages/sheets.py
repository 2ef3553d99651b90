"""What each page shows: the records its template is given. Asks the warehouse, decides nothing, knows no HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from alerts.records import Alert
from alerts.wording import Segment, segments
from extractors.records import Article, Statement
from flows.pages.inquiry import MOST, Inquiry, Sheet
from flows.pages.marking import Paragraph, marked
from warehouse.accounts import Source, sources_of
from warehouse.alerts import alert as alerts_named
from warehouse.articles import stored_articles
from warehouse.records import LoggedAlert
from warehouse.session import Session
from warehouse.shown.calendar import AHEAD, BEHIND, UNDATED, TalkLine
from warehouse.shown.listing import Listing
from warehouse.shown.news import (
    ARTICLE,
    ARTICLES_OF_EVENT,
    EVENT,
    EVENTS,
    FOUND_ARTICLES,
    FOUND_SAID,
    MOST_REPORTED,
    NEIGHBOURS,
    REPORTS,
    SAID,
    SAID_AT,
    SAID_OF,
    ArticleLine,
    EventLine,
    ReportLine,
    SaidLine,
)
from warehouse.shown.people import (
    MOVES,
    NEW_STANDS,
    OFFICIALS,
    STANDS,
    TOPICS,
    MoveLine,
    OfficialLine,
    StandLine,
    TopicLine,
)
from warehouse.shown.upkeep import ALERTS, FEEDS, PASSES, AlertLine, FeedLine, PassLine

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
# What was told of talks without a day is news for so long.
_UNDATED = timedelta(days=14)
# Talks of which the pages still tell when they are over.
_BEHIND = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaySheet(Sheet):
    """What is new: one day, the week that ends with it, and the talks ahead."""

    template = "today.html.j2"
    day: date
    is_today: bool
    moves: Listing[MoveLine]
    stands: Listing[StandLine]
    talks: Listing[TalkLine]
    said: Listing[SaidLine]
    alerts: Listing[AlertLine]
    ill: tuple[FeedLine, ...]
    feeds: int
    before: date | None
    after: date | None


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
        stands=NEW_STANDS.ask(session, official=None, topic=None, since=begins, until=ends, most=20),
        talks=AHEAD.ask(session, since=day, until=None, told_since=None, most=8),
        said=MOST_REPORTED.ask(session, since=begins, until=ends, most=10),
        alerts=ALERTS.ask(session, rule=None, official=None, article=None, since=begins, most=10, **{"from": 0}),
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
class ChangesSheet(Sheet):
    """Shifts, the newest first."""

    template = "changes.html.j2"
    moves: Listing[MoveLine]


def changes(session: Session, asked: Inquiry) -> ChangesSheet:
    """Show every shift there is, as far as it is not filtered away."""
    return ChangesSheet(
        heading="What changed",
        moves=MOVES.ask(
            session,
            official=asked.filter("official"),
            topic=asked.filter("topic"),
            since=asked.day("since"),
            until=asked.day("until"),
            most=200,
        ),
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
    """One topic: who stands where, by side, how that moved, what was said."""

    template = "topic.html.j2"
    said: Listing[SaidLine]
    topic: str
    stands: Listing[StandLine]
    sides: tuple[tuple[str, tuple[StandLine, ...]], ...]
    moves: Listing[MoveLine]


def topic(session: Session, asked: Inquiry) -> TopicSheet | None:
    """Show one topic; None for one of which nothing was said."""
    name = asked.names["topic"]
    stands = STANDS.ask(session, official=None, topic=name)
    said = SAID.ask(session, official=None, topic=name, since=None, until=None, **asked.cut)
    if not stands.records and not said.records:
        return None
    newest = sorted((each for each in stands if each.is_newest), key=lambda each: (each.side or "~", each.name))
    return TopicSheet(
        heading=name.replace("-", " ").capitalize(),
        number=asked.number,
        topic=name,
        stands=stands,
        sides=tuple((side, tuple(group)) for side, group in groupby(newest, lambda each: each.side or "other")),
        moves=MOVES.ask(session, official=None, topic=name, since=None, until=None, most=MOST),
        said=said,
    )


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
class EventsSheet(Sheet):
    """Happenings, the newest first."""

    template = "events.html.j2"
    events: Listing[EventLine]
    outlets: int


def events(session: Session, asked: Inquiry) -> EventsSheet:
    """Show happenings of which several outlets tell, or of which any does."""
    outlets = 1 if asked.filter("all") else 2
    found = EVENTS.ask(session, outlets=outlets, **asked.cut)
    return EventsSheet(heading="Events", number=asked.number, events=found, outlets=outlets)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSheet(Sheet):
    """One happening: who tells it, from whom they have it, and what was said, in each one's words."""

    template = "event.html.j2"
    articles: Listing[ArticleLine]
    event: EventLine
    said: Listing[SaidLine]
    reports: Mapping[str, Listing[ReportLine]]


def event(session: Session, asked: Inquiry) -> EventSheet | None:
    """Show one happening; None for a name that none has."""
    name = asked.names["event"]
    found = EVENT.ask(session, event=name).records
    if not found:
        return None
    said = SAID_AT.ask(session, event=name, most=30)
    return EventSheet(
        heading=found[0].title or "An event without a headline",
        event=found[0],
        articles=ARTICLES_OF_EVENT.ask(session, event=name, most=200),
        said=said,
        reports={
            each.utterance_id: REPORTS.ask(session, utterance=each.utterance_id, most=MOST)
            for each in said
            if each.reports > 1
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceSheet(Sheet):
    """One thing said: every report of it, the earliest first."""

    template = "utterance.html.j2"
    reports: Listing[ReportLine]


def utterance(session: Session, asked: Inquiry) -> UtteranceSheet | None:
    """Show who reported a sentence, and who did first; None for a name that no utterance has."""
    reports = REPORTS.ask(session, utterance=asked.names["utterance"], most=200)
    if not reports.records:
        return None
    speaker = next((each.speaker for each in reports if each.speaker), None)
    return UtteranceSheet(heading=f"What {speaker or 'somebody'} said", reports=reports)


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
class ArticleSheet(Sheet):
    """One article with what was read in it marked in its text."""

    template = "article.html.j2"
    line: ArticleLine
    article: Article
    paragraphs: tuple[Paragraph, ...]
    said: tuple[Statement, ...]
    alerts: Listing[AlertLine]
    sources: tuple[Source, ...]


def article(session: Session, asked: Inquiry) -> ArticleSheet | None:
    """Show one article; None for a name that none has."""
    name = asked.names["article"]
    lines = ARTICLE.ask(session, article=name).records
    if not lines:
        return None
    (read,) = stored_articles(session, [name])
    return ArticleSheet(
        heading=read.article.title or lines[0].outlet,
        line=lines[0],
        article=read.article,
        paragraphs=marked(read.article.text, read.reading),
        said=read.reading.statements,
        alerts=ALERTS.ask(session, rule=None, official=None, article=name, since=None, most=20, **{"from": 0}),
        sources=sources_of(session, name),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSheet(Sheet):
    """What was found for some words: statements, or articles."""

    template = "search.html.j2"
    found: Listing[SaidLine] | Listing[ArticleLine] | None
    words: str
    what: str
    filters: Mapping[str, str]
    officials: tuple[OfficialLine, ...]
    topics: tuple[TopicLine, ...]

    @property
    def main(self) -> Listing[Any] | None:
        """Return what was found."""
        return self.found


def search(session: Session, asked: Inquiry) -> SearchSheet:
    """Look for words, in what was said or in whole articles."""
    words, what = asked.filter("q") or "", asked.filter("in") or "statements"
    people = OFFICIALS.ask(session, official=None, today=asked.today())
    found: Listing[SaidLine] | Listing[ArticleLine] | None = None
    within = {"outlet": asked.filter("outlet"), "since": asked.day("since"), "until": asked.day("until"), **asked.cut}
    if words and what == "articles":
        found = FOUND_ARTICLES.ask(session, words=words, **within)
    elif words:
        whose = {"official": asked.filter("official"), "topic": asked.filter("topic")}
        found = FOUND_SAID.ask(session, words=words, **whose, **within)
    return SearchSheet(
        heading="Search",
        number=asked.number,
        found=found,
        words=words,
        what=what,
        filters={name: asked.filters.get(name, "") for name in ("official", "topic", "outlet", "since", "until")},
        officials=tuple(sorted((each for each in people if each.said), key=lambda each: each.name)),
        topics=TOPICS.ask(session).records,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsSheet(Sheet):
    """Whether the feeds are alive, and the last passes."""

    template = "feeds.html.j2"
    feeds: Listing[FeedLine]
    passes: Listing[PassLine]

    def count(self, *states: str) -> int:
        """Count the feeds in some states."""
        return sum(feed.state in states for feed in self.feeds)


def feeds(session: Session, _: Inquiry) -> FeedsSheet:
    """Show every feed that is watched, what is wrong first."""
    return FeedsSheet(heading="Feeds", feeds=FEEDS.ask(session), passes=PASSES.ask(session, most=20))


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
