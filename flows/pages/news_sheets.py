"""The sheets of news: events, what was said at them, articles, and what is found in these."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement
from flows.pages.inquiry import MOST, Inquiry, Sheet
from warehouse.accounts import Source, sources_of
from warehouse.articles import stored_articles
from warehouse.session import Session
from warehouse.shown.listing import Listing
from warehouse.shown.news import (
    ARTICLE,
    ARTICLES_OF_EVENT,
    EVENT,
    EVENTS,
    FOUND_ARTICLES,
    FOUND_SAID,
    REPORTS,
    SAID_AT,
    ArticleLine,
    EventLine,
    ReportLine,
    SaidLine,
)
from warehouse.shown.people import (
    OFFICIALS,
    TOPIC_NAMES,
    OfficialLine,
    TopicName,
)
from warehouse.shown.upkeep import ALERTS, AlertLine

_MARKED = frozenset({MentionKind.OFFICIAL, MentionKind.TOPIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPiece:
    """A stretch of text with one statement and one mention at most; `begins` is set where its statement begins."""

    text: str
    said: Statement | None = None
    named: Mention | None = None
    begins: bool = False


Paragraph = tuple[MarkedPiece, ...]


def marked(text: str, reading: Reading) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a text; of statements or mentions that overlap the first, and longest, is marked."""
    said = _apart([(part, each) for each in reading.statements for part in each.spans])
    named = _apart([(each.span, each) for each in reading.mentions if each.kind in _MARKED and each.ref_id])
    paragraphs = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(tuple(_stretches(text, Span(at, at + len(line)), said, named)))
        at += len(line) + 1
    return tuple(paragraphs)


def _apart(marks: Sequence[tuple[Span, object]]) -> list[tuple[Span, object]]:
    kept: list[tuple[Span, object]] = []
    for span, what in sorted(marks, key=lambda mark: (mark[0].start, -mark[0].end)):
        if not kept or span.start >= kept[-1][0].end:
            kept.append((span, what))
    return kept


def _stretches(
    text: str, line: Span, said: list[tuple[Span, object]], named: list[tuple[Span, object]]
) -> Iterator[MarkedPiece]:
    edges = {line.start, line.end}
    for marks in (said, named):
        for span, _ in marks[_first(marks, line.start) :]:
            if span.start >= line.end:
                break
            edges |= {place for place in (span.start, span.end) if line.start < place < line.end}
    ends = sorted(edges)
    for start, end in pairwise(ends):
        statement, mention = _at(said, start), _at(named, start)
        yield MarkedPiece(
            text=text[start:end],
            said=statement if isinstance(statement, Statement) else None,
            named=mention if isinstance(mention, Mention) else None,
            begins=isinstance(statement, Statement) and statement.spans[0].start == start,
        )


def _first(marks: list[tuple[Span, object]], at: int) -> int:
    """Return the number of the first mark that ends after a place."""
    return max(0, bisect_right(marks, at, key=lambda mark: mark[0].start) - 1)


def _at(marks: list[tuple[Span, object]], at: int) -> object:
    place = bisect_right(marks, at, key=lambda mark: mark[0].start) - 1
    return marks[place][1] if place >= 0 and at < marks[place][0].end else None


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
    topics: tuple[TopicName, ...]

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
        topics=TOPIC_NAMES.ask(session).records,
    )
