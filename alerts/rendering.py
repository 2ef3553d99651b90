"""Rendering messages as letters: subject, text and HTML. Labels and counts are ours, every other word the source's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.message_records import HeldBy, Letter, Message, Notice
from alerts.passages import Segment, around, cut, first_evidence, segments, shown
from alerts.records import Alert, Place, Reason, Scope, Severity
from extractors.urls import is_http_url

SUBJECT_CHARS = 180
TITLE_CHARS = 300
EXCERPT_CHARS = 3000
_HEADLINE_CHARS = 90
_WORDS_CHARS = 90
_CUE_CHARS = 30
_URL_CHARS = 2000

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_NEARNESS = {
    Scope.SPEAKS: "in this official’s own words",
    Scope.STATEMENT: "in one statement with this official",
    Scope.SENTENCE: "in one sentence with this official",
    Scope.PARAGRAPH: "in one paragraph with this official",
    Scope.ARTICLE: "in one article with this official",
}
_HELD = {
    HeldBy.QUIET_HOURS: "Held during your quiet hours: ",
    HeldBy.THROTTLE: "Held because your messages an hour were used up: ",
    HeldBy.DIGEST: "Digest: ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert as it is shown."""

    passage: tuple[Segment, ...]
    official: str
    about: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """One article as it is shown, with its alerts; `link` is None when its address is none to follow."""

    headline: str
    source: str
    address: str
    link: str | None
    alerts: tuple[AlertView, ...]


def render(message: Message, notices: Sequence[Notice], *, timezone: str) -> Letter:
    """Return the letter for a message and its alerts (one or more), with times in `timezone`."""
    subject = subject_line(notices)
    page = {
        "subject": subject,
        "heading": heading(message, notices),
        "articles": article_views(notices, timezone=timezone),
        "message_id": message.message_id,
    }
    return Letter(
        message_id=message.message_id,
        subject=subject,
        text=_TEMPLATES.get_template("letter.txt.j2").render(page),
        html=_TEMPLATES.get_template("letter.html.j2").render(page),
        notices=tuple(notices),
    )


def subject_line(notices: Sequence[Notice]) -> str:
    """Return one line that says what happened: who and which words, or how many alerts on what."""
    if len(notices) == 1:
        return cut(_said(notices[0]) or _named(notices[0]), SUBJECT_CHARS)
    first = notices[0]
    headline, articles = _headline(first), len({notice.alert.article_id for notice in notices})
    if articles == 1:
        return cut(f"{len(notices)} alerts on “{headline}” — {shown(first.outlet)}", SUBJECT_CHARS)
    others = f"{shown(first.outlet)} and {counted(articles - 1, 'more article')}"
    return cut(f"{len(notices)} alerts on “{headline}” — {others}", SUBJECT_CHARS)


def heading(message: Message, notices: Sequence[Notice]) -> str:
    """Return how many alerts a message holds and what held it; empty for a single alert that nothing held."""
    if message.held_by is None and len(notices) == 1:
        return ""
    articles = len({notice.alert.article_id for notice in notices})
    held = _HELD[message.held_by] if message.held_by else ""
    return f"{held}{counted(len(notices), 'alert')} from {counted(articles, 'article')}"


def article_views(notices: Sequence[Notice], *, timezone: str) -> tuple[ArticleView, ...]:
    """Return the alerts by article, both in the order they came."""
    by_article: dict[str, list[Notice]] = {}
    for notice in notices:
        by_article.setdefault(notice.alert.article_id, []).append(notice)
    return tuple(_article_view(group, timezone) for group in by_article.values())


def source_line(notice: Notice, *, timezone: str) -> str:
    """Return outlet, its country, the time of publication and, when there are several, the count of sources."""
    outlet = shown(notice.outlet) + (f" ({shown(notice.country)})" if notice.country else "")
    sources = [f"{notice.sources} independent sources"] if notice.sources > 1 else []
    return " · ".join([outlet, local_time(notice.published_at, timezone), *sources])


def local_time(moment: datetime | None, timezone: str) -> str:
    """Return a moment as people write it, with its time zone."""
    if moment is None:
        return "no date given"
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%b %Y, %H:%M} ({timezone})"


def link_to(url: str) -> str | None:
    """Return `url` when a reader can follow it safely, else None."""
    return url if is_http_url(url) and shown(url) == url and len(url) <= _URL_CHARS else None


def about(notice: Notice) -> str:
    """Return the official's role and side, as far as they are known."""
    side = f"side: {notice.official_side}" if notice.official_side else None
    return ", ".join(shown(part) for part in (notice.official_role, side) if part)


def why(alert: Alert) -> str:
    """Return why an alert fired: rule, phrase, nearness, place, and whether it is the story's first."""
    nearness = "in the headline with this official" if alert.place is Place.TITLE else _NEARNESS[alert.scope]
    first = "first in this story" if alert.reason is Reason.NEW else "new in this story"
    severity = ", high severity" if alert.severity is Severity.HIGH else ""
    return f"Rule “{shown(alert.rule)}”{severity}: “{shown(alert.keyword)}” {nearness}; {first}."


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _said(notice: Notice) -> str | None:
    """Return "NAME CUE: “WORDS” — OUTLET" for an official who speaks in quotation marks."""
    alert = notice.alert
    words, keyword = first_evidence(alert, "words"), first_evidence(alert, "keyword")
    if alert.scope is not Scope.SPEAKS or words is None or keyword is None:
        return None
    quoted = shown(around(words.surface, keyword.span.start - words.span.start, _WORDS_CHARS))
    return f"{shown(alert.official)}{_cue(notice)}: “{quoted}” — {shown(notice.outlet)}"


def _cue(notice: Notice) -> str:
    """Return the cue as printed, after a blank, when it reads well between a name and a colon."""
    proof = first_evidence(notice.alert, "cue")
    cue = shown(notice.cue or (proof.surface if proof else "")).strip()
    return f" {cue}" if cue and len(cue) <= _CUE_CHARS and "according" not in cue.casefold() else ""


def _named(notice: Notice) -> str:
    proof = first_evidence(notice.alert, "keyword")
    keyword = shown(proof.surface if proof else notice.alert.keyword)
    headline = f": {_headline(notice)}" if notice.title else ""
    return f"{shown(notice.alert.official)} · “{keyword}” — {shown(notice.outlet)}{headline}"


def _headline(notice: Notice) -> str:
    return cut(shown(notice.title or notice.alert.excerpt).strip(), _HEADLINE_CHARS)


def _article_view(notices: Sequence[Notice], timezone: str) -> ArticleView:
    first = notices[0]
    return ArticleView(
        headline=cut(shown(first.title or first.outlet).strip(), TITLE_CHARS),
        source=source_line(first, timezone=timezone),
        address=cut(shown(first.url), _URL_CHARS),
        link=link_to(first.url),
        alerts=tuple(_alert_view(notice) for notice in notices),
    )


def _alert_view(notice: Notice) -> AlertView:
    return AlertView(
        passage=segments(notice.alert, EXCERPT_CHARS),
        official=shown(notice.alert.official),
        about=about(notice),
        why=why(notice.alert),
    )
