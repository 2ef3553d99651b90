"""A page's list in other forms: picture, csv, Atom (RFC 4287), JSON Feed 1.1 and, for talks, a calendar (RFC 5545)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import singledispatch
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from alerts.letters import called as keyword
from alerts.wording import after, called, cut, shown, side, stance
from flows.charts import NAMES, WIDTH, clock, moves_chart, svg, volume_chart
from flows.pages.inquiry import Sheet
from flows.pages.people_sheets import OfficialSheet, TopicSheet
from flows.pages.sheets import FeedsSheet, TalksSheet, TodaySheet
from warehouse.harmless import csv_cell, plain
from warehouse.shown.news import ArticleLine, EventLine, ReportLine, SaidLine, TalkLine
from warehouse.shown.people import MoveLine, OfficialLine, TopicLine
from warehouse.shown.upkeep import AlertLine, FeedLine


def drawn(sheet: Sheet, timezone: str, *, dark: bool) -> str:
    """Return the picture of a sheet as SVG, its times in `timezone`; nothing where it has none."""
    chart = chart_of(sheet, ZoneInfo(timezone), dark)
    return "" if chart is None else svg(chart, dark=dark)


@singledispatch
def chart_of(_sheet: Sheet, _zone: ZoneInfo, _dark: bool) -> Any:
    """Return the chart of a sheet; None for one that has none."""
    return None


@chart_of.register
def _(sheet: OfficialSheet, zone: ZoneInfo, dark: bool) -> Any:
    return moves_chart(sheet.stands, lambda stand: called(stand.topic), zone, dark=dark)


@chart_of.register
def _(sheet: TopicSheet, zone: ZoneInfo, dark: bool) -> Any:
    return moves_chart(
        sheet.stands,
        lambda stand: f"{stand.name} ({own})" if (own := side(stand.side or "other")) else stand.name,
        zone,
        dark=dark,
    )


@chart_of.register
def _(sheet: TodaySheet, _zone: ZoneInfo, dark: bool) -> Any:
    return volume_chart(sheet.talked, dark=dark)


@chart_of.register
def _(sheet: FeedsSheet, zone: ZoneInfo, dark: bool) -> Any:
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [
        {"outlet": each.outlet, "hour": clock(each.hour, zone), "articles": each.articles} for each in sheet.coverage
    ]
    if not rows:
        return None
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect(height=12)
        .encode(
            x=alt.X(
                "yearmonthdatehours(hour):T",
                title="hour of publication",
                axis=alt.Axis(format="%-d %b %H:%M", tickCount=3),
            ),
            y=alt.Y("outlet:N", title=None, axis=alt.Axis(**NAMES)),
            color=alt.Color(
                "articles:Q",
                title="articles",
                legend=alt.Legend(tickMinStep=1),
                scale=alt.Scale(scheme="viridis", reverse=not dark),
            ),
        )
        .properties(width=WIDTH, height=alt.Step(34))
    )


_TITLE = 120
_STANDING = {"cancelled": "CANCELLED", "confirmed": "CONFIRMED", "held": "CONFIRMED"}
# What Unicode has for no character, and XML 1.0 for none of its own.
_NO_XML = {0xFFFE: None, 0xFFFF: None}
_OCTETS = 75  # of a line of a calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry of a feed of ours: `path` is its page, `name` tells it from all others."""

    name: str
    title: str
    words: str
    path: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a list stands: the site, the path there, and the zone its times are in."""

    base: str
    path: str
    timezone: str


def written(sheet: Sheet, ending: str, place: Whereabouts) -> tuple[str, str]:
    """Return a sheet in the form of an ending, and its media type; nothing where it has no such form."""
    write, kind = FORMATS[ending]
    return write(sheet, place), kind


def as_csv(sheet: Sheet, _place: Whereabouts) -> str:
    """Return the list's columns and rows, which no spreadsheet takes for formulas."""
    assert sheet.main is not None, "who has no list is not asked"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.main.columns.names)
    writer.writerows([csv_cell(value) for value in row] for row in sheet.main.rows())
    return out.getvalue()


def as_atom(sheet: Sheet, place: Whereabouts) -> str:
    """Return the list as Atom."""
    found = items(sheet)
    updated = max((item.at for item in found), default=datetime.fromtimestamp(0, UTC))
    entries = "".join(
        f"<entry><id>{escape(f'urn:talkwatch:{item.name}')}</id><title>{escape(item.title)}</title>"
        f"<updated>{plain(item.at)}</updated><link href={quoteattr(place.base + item.path)}/>"
        f"<content type='text'>{escape(item.words)}</content></entry>\n"
        for item in found
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(f'urn:talkwatch:{place.path}')}</id><title>{escape('Talkwatch: ' + shown(sheet.heading))}</title>"
        f"<updated>{plain(updated)}</updated><author><name>Talkwatch</name></author>"
        f"<link rel='self' href={quoteattr(place.base + place.path)}/>\n{entries}</feed>\n"
    )


def as_json(sheet: Sheet, place: Whereabouts) -> str:
    """Return the list as JSON Feed."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"Talkwatch: {shown(sheet.heading)}",
        "feed_url": place.base + place.path,
        "items": [
            {
                "id": f"urn:talkwatch:{item.name}",
                "url": place.base + item.path,
                "title": item.title,
                "content_text": item.words,
                "date_published": plain(item.at),
            }
            for item in items(sheet)
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def as_calendar(sheet: Sheet, place: Whereabouts) -> str:
    """Return talks that have a day as a calendar; those that were cancelled say so."""
    talks = (*sheet.ahead, *sheet.behind) if isinstance(sheet, TalksSheet) else ()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Talkwatch//Talks//EN", "X-WR-CALNAME:Talks"]
    for talk in talks:
        lines += _vevent(talk, place.base)
    return "".join(f"{part}\r\n" for line in (*lines, "END:VCALENDAR") for part in _folded(line))


def _vevent(talk: TalkLine, base: str) -> Iterator[str]:
    assert talk.starts_on is not None, "the lists of talks with a day"
    ends = (talk.ends_on or talk.starts_on) + timedelta(days=1)
    title = talk_title(talk)
    yield "BEGIN:VEVENT"
    yield f"UID:{sha256(repr((talk.kind, talk.starts_on, talk.place)).encode()).hexdigest()[:24]}@talkwatch"
    yield f"DTSTAMP:{talk.told_at:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{talk.starts_on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{ends:%Y%m%d}"
    yield f"SUMMARY:{_text(title)}"
    if talk.place:
        yield f"LOCATION:{_text(talk.place)}"
    yield f"DESCRIPTION:{_text(f'{talk.sentence} ({talk.outlet})')}"
    yield f"URL:{base}/articles/{talk.article_id}"
    yield f"STATUS:{_STANDING.get(talk.status, 'TENTATIVE')}"
    yield "END:VEVENT"


def talk_title(talk: TalkLine) -> str:
    """Return what is in the calendar in a few words: kind, who and where."""
    whom = ", ".join(called(party).title() if party.islower() else called(party) for party in talk.parties)
    return f"{talk.kind.capitalize()} ({talk.status})" + (f": {whom}" if whom else "") + _at(talk.place)


def _at(place: str | None) -> str:
    return f", {place}" if place else ""


def _text(text: str) -> str:
    """Return text as a calendar has it (RFC 5545, 3.3.11)."""
    return shown(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, each but the first after a blank (RFC 5545, 3.1)."""
    piece = ""
    for char in line:
        if len((piece + char).encode()) > _OCTETS:
            yield piece
            piece = " "
        piece += char
    yield piece


def as_picture(sheet: Sheet, place: Whereabouts) -> str:
    """Return the page's picture, for light paper."""
    return drawn(sheet, place.timezone, dark=False)


def as_dark_picture(sheet: Sheet, place: Whereabouts) -> str:
    """Return the page's picture, for dark paper."""
    return drawn(sheet, place.timezone, dark=True)


# An ending that is a part of another comes after it.
FORMATS: Mapping[str, tuple[Callable[[Sheet, Whereabouts], str], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "atom": (as_atom, "application/atom+xml"),
    "json": (as_json, "application/feed+json"),
    "dark.svg": (as_dark_picture, "image/svg+xml"),
    "svg": (as_picture, "image/svg+xml"),
    "ics": (as_calendar, "text/calendar; charset=utf-8"),
}


def items(sheet: Sheet) -> tuple[FeedItem, ...]:
    """Return a sheet's list as entries of a feed."""
    return tuple(item for record in sheet.main or () if (item := item_of(record)))


@singledispatch
def item_of(_record: object) -> FeedItem | None:
    """Return a record as an entry of a feed; None for one that has no time."""
    return None


@item_of.register
def _(record: MoveLine) -> FeedItem:
    topic = f"{called(record.topic)} ({record.process})" if record.process else called(record.topic)
    passed = after(record.before_at, record.after_at)
    turn = f"{stance(record.from_stance)} → {stance(record.to_stance)}{passed and f', {passed}'}"
    change = f"{record.name} on {topic}: {turn}"
    words = f"Before ({record.before_outlet}): {record.before_text}\nNow ({record.after_outlet}): {record.after_text}"
    name = f"shift:{record.official_id}:{record.topic}:{record.process or ''}:{plain(record.shifted_at)}"
    return _item(name, change, words, f"/officials/{record.official_id}", record.shifted_at)


@item_of.register(SaidLine)
@item_of.register(ReportLine)
def _(record: SaidLine | ReportLine) -> FeedItem:
    title, words = f"{record.speaker or 'Somebody'}: {record.text}", f"{record.text} ({record.outlet})"
    return _item(f"said:{record.statement_id}", title, words, f"/utterances/{record.utterance_id}", record.said_at)


@item_of.register
def _(record: AlertLine) -> FeedItem:
    title, path = f"{record.official}: {keyword(record.keyword)}", f"/alerts/{record.alert_id}"
    return _item(f"alert:{record.alert_id}", title, record.excerpt, path, record.fired_at)


@item_of.register
def _(record: ArticleLine) -> FeedItem:
    title, path = record.title or record.outlet, f"/articles/{record.article_id}"
    return _item(f"article:{record.article_id}", title, record.outlet, path, record.told_at)


@item_of.register
def _(record: EventLine) -> FeedItem:
    words, path = f"{record.articles} articles of {record.outlets} outlets", f"/events/{record.event_id}"
    return _item(f"event:{record.event_id}", record.title or "", words, path, record.last_seen_at)


@item_of.register
def _(record: TalkLine) -> FeedItem:
    name = f"talk:{record.kind}:{record.starts_on}:{record.place}:{record.status}"
    title = (f"{record.starts_on}: " if record.starts_on else "") + talk_title(record)
    return _item(name, title, f"{record.sentence} ({record.outlet})", "/talks", record.told_at)


@item_of.register
def _(record: OfficialLine) -> FeedItem | None:
    name, path = f"official:{record.official_id}", f"/officials/{record.official_id}"
    return _item(name, record.name, record.role or "", path, record.last_said_at) if record.last_said_at else None


@item_of.register
def _(record: TopicLine) -> FeedItem:
    name, path = f"topic:{record.topic}", f"/topics/{record.topic}"
    return _item(name, called(record.topic), f"{record.said} said", path, record.last_said_at)


@item_of.register
def _(record: FeedLine) -> FeedItem | None:
    name, title = f"feed:{record.feed_id}:{record.state}", f"{record.outlet}: {record.state}"
    return (
        _item(name, title, record.last_error or "", "/feeds", record.last_polled_at) if record.last_polled_at else None
    )


def _item(name: str, title: str, words: str, path: str, at: datetime) -> FeedItem:
    safe = "\n".join(map(shown, words.split("\n")))
    title = cut(shown(title), _TITLE).translate(_NO_XML)
    return FeedItem(name=shown(name).translate(_NO_XML), title=title, words=safe.translate(_NO_XML), path=path, at=at)
