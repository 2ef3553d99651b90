"""The daily briefing as a letter, in text and HTML, and in parts for channels that have forms of their own.

Labels, dates and counts are ours, every other word the source's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.forms import stop_line, written
from alerts.letters import SAMPLE, called, link_to, local_time
from alerts.message_records import Briefing, BriefingItem, Letter, Message, Notice, Quote
from alerts.subjects import SUBJECT_CHARS, in_order, late, told_by
from alerts.wording import counted, cut, shown

WORDS_CHARS = 700
_EMPTY = "Nothing new was reported on any of the topics."


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """Words as they are shown; `link` is None where the address is none to follow."""

    label: str
    words: str
    source: str
    address: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """Something new as it is shown: what, in our words, and in whose."""

    head: str
    quotes: tuple[QuoteView, ...]


def render_briefing(
    message: Message,
    briefing: Briefing,
    notices: tuple[Notice, ...] = (),
    *,
    timezone: str,
    stop: str | None = None,
    one_click: str | None = None,
    is_sample: bool = False,
) -> Letter:
    """Return the letter of a briefing and of the alerts that were to come with it, with times in `timezone`."""
    day = briefing.until.astimezone(ZoneInfo(timezone))
    news = ", ".join(counted(count, noun) for count, noun in briefing.counts if count) or "nothing new"
    subject = f"{SAMPLE if is_sample else ''}{late(message)}Briefing of {day.day} {day:%b %Y}: {news}"
    subject = cut(subject, SUBJECT_CHARS)
    parts = [(part.title, [item_view(each, timezone) for each in part.items]) for part in briefing.parts]
    page = {
        "heading": f"What came from {local_time(briefing.since, timezone)} to {local_time(briefing.until, timezone)}",
        "nothing": "" if any(items for _, items in parts) else _EMPTY,
        "parts": parts,
        "alerts": [alert_view(each, timezone) for each in in_order(notices)],
        "coverage": briefing.coverage,
        "pictures": briefing.pictures,
    }
    footer = (f"You get this each day as “{shown(message.subscriber)}”.", stop_line(message.subscriber, stop))
    return written("briefing", page, message, subject, footer, stop=stop, one_click=one_click, briefing=briefing)


def item_view(item: BriefingItem, timezone: str) -> ItemView:
    """Return something new as it is shown."""
    return ItemView(head=shown(item.head), quotes=tuple(quote_view(each, timezone) for each in item.quotes))


def quote_view(quote: Quote, timezone: str) -> QuoteView:
    """Return words as they are shown, with where and when they stood."""
    sources = f" · {quote.sources} independent sources" if quote.sources > 1 else ""
    return QuoteView(
        label=quote.label,
        words=cut(shown(quote.words), WORDS_CHARS),
        source=f"{shown(quote.outlet)} · {local_time(quote.said_at, timezone)}{sources}",
        address=shown(quote.url),
        link=link_to(quote.url),
    )


def alert_view(notice: Notice, timezone: str) -> ItemView:
    """Return an alert as one thing of a briefing: its line, its passage and its article."""
    alert = notice.alert
    quote = Quote(
        label="",
        words=alert.excerpt,
        outlet=notice.outlet,
        said_at=notice.published_at or alert.fired_at,
        url=notice.url,
        sources=notice.sources,
    )
    head = f"Rule “{shown(alert.rule)}”, {called(alert.keyword)}: {told_by(notice, SUBJECT_CHARS)}"
    return ItemView(head=head, quotes=(quote_view(quote, timezone),))


def since_when(last: datetime | None, due_at: datetime) -> datetime:
    """Return from when on a briefing tells: since the one before, for a week at most; a day where there was none."""
    return max(last, due_at - timedelta(days=7)) if last else due_at - timedelta(days=1)
