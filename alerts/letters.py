"""Messages as letters, in text and HTML: alerts, what the operator is told about Talkwatch itself, and samples.

In letters of alerts labels and counts are ours, every other word the source's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from alerts.forms import stop_line, written
from alerts.message_records import Letter, Message, Notice
from alerts.records import Alert, News, Place, Reason, Scope, Severity
from alerts.rule_names import topic_name
from alerts.subjects import heading, in_order, silent_on, subject_line
from alerts.wording import Segment, counted, cut, first_evidence, segments, shown, side
from extractors.officials.watchlist import load_watchlist
from extractors.text.languages import is_english, language_name
from extractors.text.urls import is_http_url

SAMPLE = "Sample: "
SAMPLE_OF_ALERT = (
    "This is a sample, sent by hand with `talkwatch alerts test`: the newest alert of the last days, again."
)
TITLE_CHARS = 300
EXCERPT_CHARS = 3000
_URL_CHARS = 2000
_OUTLETS = 6
_AGAINST = 3

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)
_HOUSE = re.compile(r"kremlin|white house|pentagon|pope|commission|envoy|\bUN\b", re.IGNORECASE)  # says whose it is
_NEARNESS = {
    Scope.SPEAKS: "in what this official said",
    Scope.ACTS: "in what this official does",
    Scope.STATEMENT: "in one statement with this official",
    Scope.SENTENCE: "in a sentence that names this official, who is not heard saying it",
    Scope.PARAGRAPH: "in a paragraph that names this official, who is not heard saying it",
    Scope.ARTICLE: "in an article that names this official, who is not heard saying it",
}
_SILENT = (
    "in what this official said last, and nothing on it since. Other words were heard meanwhile, and feeds that "
    "carried these answered."
)
_NEWS = {
    News.CORROBORATED: "A follow-up: more independent sources have it now.",
    News.CORRECTED: "A follow-up: the article has changed the words it quoted.",
    News.ADDED: "A follow-up: the article says more now.",
    News.REPEATED: "A follow-up, as the rule asks: it is still being reported.",
    News.REATTRIBUTED: "A follow-up: somebody put right what was told before.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """One passage as it is shown, with the alerts that rest on it; `officials` are names, each with what is known.

    `deeds` are the links to say what one thinks of each alert, with whom it is about where there are several.
    """

    passage: tuple[Segment, ...]
    officials: tuple[tuple[str, str], ...]
    positions: tuple[str, ...]
    whys: tuple[str, ...]
    deeds: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The articles on one event, or about one subject and official; `title` is empty where it is the only one."""

    title: str
    alerts: str
    articles: tuple[ArticleView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """One article as it is shown, with its passages; `link` is None when its address is none to follow."""

    headline: str
    source: str
    also_in: str
    new_sources: tuple[tuple[str, str | None], ...]
    in_english: tuple[tuple[str, str | None], ...]
    address: str
    link: str | None
    passages: tuple[PassageView, ...]


def render(
    message: Message,
    notices: Sequence[Notice],
    *,
    timezone: str,
    stop: str | None = None,
    one_click: str | None = None,
    is_sample: bool = False,
) -> Letter:
    """Return the letter for a message and its alerts (one or more), with times in `timezone`.

    `stop` is the address, of the web or of mail, at which its reader can stop the messages, `one_click` one of ours
    that does so by itself. A sample says that it is.
    """
    subject, ordered = (SAMPLE if is_sample else "") + subject_line(message, notices), in_order(notices)
    footer = footer_lines(message.subscriber, ordered, stop)
    page = {
        "heading": SAMPLE_OF_ALERT if is_sample else heading(message, notices),
        "sections": section_views(ordered, timezone=timezone),
    }
    return written("letter", page, message, subject, footer, stop=stop, one_click=one_click, notices=ordered)


def footer_lines(subscriber: str, notices: Sequence[Notice], stop: str | None) -> tuple[str, ...]:
    """Return why a subscriber gets a message, how to say what one thinks of it, and how to stop that.

    An address to stop at stands after it.
    """
    rules = dict.fromkeys(f"“{shown(notice.alert.rule)}”" for notice in notices)
    whom = f"You get this as “{shown(subscriber)}” of {'rule' if len(rules) == 1 else 'rules'} {', '.join(rules)}."
    told = [] if any(notice.deeds for notice in notices) else [opinion_line(notices)]
    return whom, *told, stop_line(subscriber, stop)


def opinion_line(notices: Sequence[Notice]) -> str:
    """Return what whoever runs Talkwatch types to say that an alert is right or wrong."""
    names = dict.fromkeys(notice.alert.alert_id for notice in notices)
    name = shown(next(iter(names))) if len(names) == 1 else "ALERT"
    return f"Whoever runs Talkwatch can say whether it was right: talkwatch alerts mark {name} right (or wrong)."


def section_views(notices: Sequence[Notice], *, timezone: str) -> tuple[SectionView, ...]:
    """Return the alerts by section and article."""
    return tuple(_section_view(title, articles, timezone) for title, articles in by_section(notices))


def by_section(notices: Sequence[Notice]) -> tuple[tuple[str, list[tuple[Notice, ...]]], ...]:
    """Return alerts by article, and these under titles where they are on several events.

    Articles on one event stand under its headline, others under the subject and official of their foremost alert.
    """
    articles = by_article(notices)
    on = Counter(group[0].event_id for group in articles)
    if len(on) == 1:
        return (("", list(articles)),)

    def section(group: Sequence[Notice]) -> tuple[str, str]:
        first = group[0]
        title = shown(first.event_title or "").strip() if on[first.event_id] > 1 else ""
        if title:
            return first.event_id, title
        return "", f"{called(first.alert.keyword)} · {shown(first.alert.official)}"

    return tuple((title, group) for (_, title), group in _grouped_by(articles, section).items())


def _section_view(title: str, articles: Sequence[Sequence[Notice]], timezone: str) -> SectionView:
    return SectionView(
        title=title,
        alerts=counted(sum(map(len, articles)), "alert"),
        articles=tuple(_article_view(group, timezone) for group in articles),
    )


def by_article(notices: Sequence[Notice]) -> tuple[tuple[Notice, ...], ...]:
    """Return alerts by the article they are about, both in the order they came."""
    return _grouped(notices, lambda notice: notice.alert.article_id)


def by_passage(notices: Sequence[Notice]) -> tuple[tuple[Notice, ...], ...]:
    """Return one article's alerts by the passage they rest on, both in the order they came."""
    return _grouped(notices, lambda notice: (notice.alert.place, notice.alert.excerpt_span, notice.alert.excerpt))


def _grouped(notices: Sequence[Notice], key: Callable[[Notice], Hashable]) -> tuple[tuple[Notice, ...], ...]:
    return tuple(map(tuple, _grouped_by(notices, key).values()))


def _grouped_by(things: Iterable[_T], key: Callable[[_T], _K]) -> dict[_K, list[_T]]:
    groups: dict[_K, list[_T]] = {}
    for each in things:
        groups.setdefault(key(each), []).append(each)
    return groups


def source_line(notice: Notice, *, timezone: str) -> str:
    """Return outlet, its country, a language that is not English, the time, and the count of sources if several.

    A primary source is called so: this outlet, or another that has it.
    """
    outlet = shown(notice.outlet) + (f" ({shown(notice.country)})" if notice.country else "")
    sources = [f"{notice.sources} independent sources"] if notice.sources > 1 else []
    language = [] if is_english(notice.language) else [f"in {shown(language_name(notice.language))}"]
    primary = []
    if notice.primary:
        primary = ["primary source" if notice.primary == notice.outlet else f"primary source: {shown(notice.primary)}"]
    return " · ".join([outlet, *language, local_time(notice.published_at, timezone), *sources, *primary])


def local_time(moment: datetime | None, timezone: str) -> str:
    """Return a moment as people write it, with its time zone."""
    if moment is None:
        return "no date given"
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%b %Y, %H:%M} ({timezone})"


def also_in(notice: Notice) -> str:
    """Return the other outlets of the story, the first few by name; empty when there are none."""
    outlets = [shown(outlet) for outlet in notice.other_outlets]
    more = [f"{len(outlets) - _OUTLETS} more"] if len(outlets) > _OUTLETS else []
    return f"Also in: {', '.join([*outlets[:_OUTLETS], *more])}" if outlets else ""


def new_sources(notices: Sequence[Notice]) -> tuple[tuple[str, str | None], ...]:
    """Return the outlets that have it since it was told last, each with an address where there is one to follow."""
    found = {shown(each.outlet): link_to(each.url) for notice in notices for each in notice.new_sources}
    return tuple(found.items())[:_OUTLETS]


def in_english(notices: Sequence[Notice]) -> tuple[tuple[str, str | None], ...]:
    """Return the outlets that report in English what is said in another language, with an address to follow."""
    found = {shown(each.outlet): link_to(each.url) for notice in notices if (each := notice.in_english)}
    return tuple(found.items())[:_OUTLETS]


def last_positions(notice: Notice, *, timezone: str) -> tuple[str, ...]:
    """Return a line for each topic of the statement: where the official stood on it before, and since when."""
    return tuple(
        f"Last known position on {shown(known.topic)}: {shown(known.stance)}, {local_time(known.stated_at, timezone)}"
        + (f": “{cut(shown(known.words), TITLE_CHARS)}” ({shown(known.outlet)})" if known.words else "")
        for known in notice.positions
    )


def beside(notice: Notice, *, timezone: str) -> tuple[str, ...]:
    """Return what is known beside it: who else is named, a fuller report, what is against it, where he stood before."""
    full = (f"More of it: “{cut(shown(notice.fuller), TITLE_CHARS)}”",) if notice.fuller else ()
    known = (*full, *contradicting(notice, timezone=timezone), *last_positions(notice, timezone=timezone))
    return tuple(filter(None, (also_named(notice.alert), *known)))


def contradicting(notice: Notice, *, timezone: str) -> tuple[str, ...]:
    """Return a line for what each other says against what an alert tells, or what it denies, in a report's words."""
    return tuple(
        f"{'Denied by' if each.denies else 'It denies what was said by'} {shown(each.speaker)}, "
        f"{local_time(each.said_at, timezone)}: “{cut(shown(each.text), TITLE_CHARS)}”"
        for each in notice.contradictions[:_AGAINST]
    )


def link_to(url: str) -> str | None:
    """Return `url` when a reader can follow it safely, else None."""
    return url if is_http_url(url) and shown(url) == url and len(url) <= _URL_CHARS else None


def about(notice: Notice) -> str:
    """Return the official's office and side: the office in the article's words, else the roster's with its country.

    A side that the office names is not said again. Of several who say it as one there is nothing in common to tell.
    """
    if first_evidence(notice.alert, "together"):
        return ""
    name = notice.official_side or ""
    held, own = office(notice), side(name)
    told = own and not _naming(name).search(held)
    return ", ".join(part for part in (held, told and f"side: {shown(own)}") if part)


@cache
def _naming(side: str) -> re.Pattern[str]:
    """Return what names a side that is one country's: "Russia’s president", "the Russian president"."""
    its_own = [country for country in load_watchlist().countries if country.side == side]
    words = (*its_own[0].names, its_own[0].name, *its_own[0].demonyms) if len(its_own) == 1 else ()
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b" if words else r"(?!)", re.IGNORECASE)


def office(notice: Notice) -> str:
    """Return what office an alert's official holds; empty where neither the article nor the roster knows."""
    printed = first_evidence(notice.alert, "office")
    if printed is not None:
        return shown(printed.surface)
    role, country = notice.official_role or "", _countries().get(notice.official_country or "", "")
    if not role or not country or _HOUSE.search(role):
        return shown(role)
    return shown(f"{role}, {country}" if role[0].isupper() else f"{role} of {country}")


@cache
def _countries() -> dict[str, str]:
    return {country.code: country.name for country in load_watchlist().countries}


def why(alert: Alert) -> str:
    """Return why an alert fired: rule, phrase, nearness, place, and whether it is the story's first."""
    severity = ", high severity" if alert.severity is Severity.HIGH else ""
    if alert.scope is Scope.SILENT:
        return f"Rule “{shown(alert.rule)}”{severity}: {' and '.join(map(called, silent_on(alert)))} {_SILENT}"
    nearness = "in the headline, which names this official" if alert.place is Place.TITLE else _NEARNESS[alert.scope]
    first = "first in this story" if alert.reason is Reason.NEW else "new in this story"
    return f"Rule “{shown(alert.rule)}”{severity}: {called(alert.keyword)} {nearness}; {first}."


def called(keyword: str) -> str:
    """Return a rule's phrase as people say it: a topic by its name, a phrase between marks."""
    topic = topic_name(keyword)
    return f"{shown(topic).replace('-', ' ')} (topic)" if topic else f"“{shown(keyword)}”"


def also_named(alert: Alert) -> str:
    """Return who else is named where an alert's official says or does it, in the source's words; empty for nobody."""
    names = dict.fromkeys(shown(proof.surface) for proof in alert.evidence if proof.what == "also")
    return f"Also names: {', '.join(names)}" if names else ""


def why_told(notice: Notice) -> str:
    """Return what is new about an alert that was told before, who has it first hand now, and why it fired."""
    if notice.news is News.REATTRIBUTED:
        return f"{_NEWS[notice.news]} {put_right(notice)}"
    office = next((shown(each.outlet) for each in notice.new_sources if each.outlet == notice.primary), None)
    first_hand = f"{office} has it first hand. " if office else ""
    return f"{_NEWS[notice.news]} {first_hand}{why(notice.alert)}" if notice.news else why(notice.alert)


def opinion_on(notice: Notice, *, is_named: bool) -> str:
    """Return what stands before the links to say what one thinks of an alert."""
    rule, official = shown(notice.alert.rule), shown(notice.alert.official)
    return f"Is this right? ({official}, “{rule}”)" if is_named else "Is this right?"


def put_right(notice: Notice) -> str:
    """Return whose an alert's words are not, and whose they are by now."""
    rule, official = shown(notice.alert.rule), shown(notice.alert.official)
    now = f"but {shown(notice.attributed_to)}’s" if notice.attributed_to else "nor that of anybody known"
    return f"Rule “{rule}” fired on {official}: it is not {official}’s, {now}."


def _article_view(notices: Sequence[Notice], timezone: str) -> ArticleView:
    first = notices[0]
    return ArticleView(
        headline=cut(shown(first.title or first.outlet).strip(), TITLE_CHARS),
        source=source_line(first, timezone=timezone),
        also_in=also_in(first),
        new_sources=new_sources(notices),
        in_english=in_english(notices),
        address=cut(shown(first.url), _URL_CHARS),
        link=link_to(first.url),
        passages=tuple(_passage_view(group, timezone) for group in by_passage(notices)),
    )


def _passage_view(notices: Sequence[Notice], timezone: str) -> PassageView:
    """Return a passage once for all its alerts; where they are on several officials each line says on whom."""
    first, *others = (notice.alert for notice in notices)
    officials = {(shown(notice.alert.official), about(notice)): None for notice in notices}

    def on(notice: Notice, line: str) -> str:
        return f"{shown(notice.alert.official)} — {line}" if len(officials) > 1 else line

    positions = [on(each, line) for each in notices for line in beside(each, timezone=timezone)]
    return PassageView(
        passage=segments(first, EXCERPT_CHARS, beside=others),
        officials=tuple(officials),
        positions=tuple(dict.fromkeys(positions)),
        whys=tuple(dict.fromkeys(on(each, why_told(each)) for each in notices)),
        deeds=tuple((opinion_on(each, is_named=len(notices) > 1), each.deeds) for each in notices if each.deeds),
    )
