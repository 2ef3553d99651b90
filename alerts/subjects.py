"""The line that a message is known by: its foremost alert, who says what or the headline, how many more, what held it.

Labels and counts are ours, every other word stands in the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.message_records import HeldBy, Message, Notice
from alerts.records import News, Scope, Severity
from alerts.rule_names import topic_name
from alerts.spoken import shortened, words_said
from alerts.wording import counted, cut, first_evidence, requoted, shown

# So much fits a header of Slack, and more no list of mails shows.
SUBJECT_CHARS = 150
_OUTLET_CHARS = 40
_HOUR = 60  # minutes
_DAYS = timedelta(days=2)  # from here on a silence is told in days
_LEAST = 60  # characters left for the words, however long what stands before and after them
_HELD = {
    HeldBy.QUIET_HOURS: "Held during your quiet hours: ",
    HeldBy.THROTTLE: "Held because your messages an hour were used up: ",
    HeldBy.DIGEST: "Digest: ",
    HeldBy.BRIEFING: "Briefing: ",
}
_NEWS = {
    News.CORROBORATED: "More sources: ",
    News.CORRECTED: "Words changed: ",
    News.ADDED: "More said: ",
    News.REPEATED: "Still reported: ",
    News.REATTRIBUTED: "Put right: ",
}
_SEVERITIES = tuple(Severity)


def subject_line(message: Message, notices: Sequence[Notice]) -> str:
    """Return what a message is about: its foremost alert, how many more there are, and what held it."""
    first = foremost(notices)
    if message.held_by is not None and len(notices) > 1:
        before, after = f"{heading(message, notices)}. ", ""
    else:
        before = late(message) + (_NEWS[first.news] if first.news else "")
        after = f" (and {counted(len(notices) - 1, 'more alert')})" if len(notices) > 1 else ""
    return before + told_by(first, max(_LEAST, SUBJECT_CHARS - len(before) - len(after))) + after


def foremost(notices: Sequence[Notice]) -> Notice:
    """Return the alert that names a message: the most severe, then one whose official speaks, then the newest."""
    return in_order(notices)[0]


def in_order(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return alerts in the order in which they are told, the foremost first."""
    return tuple(sorted(notices, key=_standing, reverse=True))


def _standing(notice: Notice) -> tuple[int, bool, datetime]:
    alert = notice.alert
    return _SEVERITIES.index(alert.severity), alert.scope is Scope.SPEAKS, notice.published_at or alert.fired_at


def heading(message: Message, notices: Sequence[Notice]) -> str:
    """Return how many alerts a message holds and what held it; empty for a single alert that nothing held."""
    if message.held_by is None and len(notices) == 1 and message.late_by is None:
        return ""
    articles = len({notice.alert.article_id for notice in notices})
    held = _HELD[message.held_by] if message.held_by else ""
    one = " on one event" if message.event_id and articles > 1 else ""
    return f"{late(message)}{held}{counted(len(notices), 'alert')} from {counted(articles, 'article')}{one}"


def late(message: Message) -> str:
    """Return by how much a message is late, because nothing was there to send it at its time; empty when it is not."""
    if message.late_by is None:
        return ""
    minutes = int(message.late_by.total_seconds()) // 60
    return f"Late by {f'{minutes // 60} h' if minutes >= _HOUR else f'{minutes} min'}: "


def told_by(notice: Notice, room: int) -> str:
    """Return what one alert tells in about `room` characters, with the outlet and how many sources have it."""
    sources = f", {notice.sources} sources" if notice.sources > 1 else ""
    where = f" — {cut(shown(notice.outlet), _OUTLET_CHARS)}{sources}"
    left = room - len(where)
    if notice.alert.scope is Scope.SILENT:
        return cut(silence(notice), left) + where
    return (words_said(notice.alert, left) or quoted_headline(notice, left)) + where


def silence(notice: Notice) -> str:
    """Return who has said nothing on what for how long, since his last words on it were published."""
    alert = notice.alert
    lasted = alert.fired_at - (notice.published_at or alert.fired_at)
    long = counted(lasted.days, "day") if lasted >= _DAYS else counted(int(lasted.total_seconds()) // 3600, "hour")
    topic = topic_name(alert.keyword) or alert.keyword
    return f"{shown(alert.official)}: nothing on {shown(topic).replace('-', ' ')} for {long}"


def quoted_headline(notice: Notice, room: int) -> str:
    """Return the official, if there is room, and the headline he is met under: marked as words, for none are his."""
    who = f"{shown(notice.alert.official)} in "
    who = who if room - len(who) >= _LEAST else ""
    told = headline(notice, room - len(who) - len("“”"))
    return f"{who}“{requoted(told, depth=1) or told}”"


def headline(notice: Notice, room: int) -> str:
    """Return the article's headline, or the phrase's sentence where there is none, cut where it has to be."""
    sentence = first_evidence(notice.alert, "sentence")
    text = shown(notice.title or (sentence.surface if sentence else notice.alert.excerpt)).strip()
    return text if len(text) <= room else shortened(text, 0, room) or cut(text, room)
