"""Following up an alert that was told: only for something new, one kind of news each. Pure.

`POLICY` is the whole of it, in order: the first kind of news that there is makes the follow-up.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.deciding import past_alert, turns
from alerts.history import said_in
from alerts.records import Alert, Evidence, FollowUp, Match, News, ToldAlert
from alerts.rules import Rule
from extractors.copies.sameness import SAID_ONCE
from extractors.text.identity import plain_words

# Of two quotations this alike, in words, the later is the earlier one changed.
SAME_QUOTATION = 0.5
_QUOTES = frozenset("“\"«„‘'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What has come in about an alert that was told.

    `match` is its rule's match in a revision of its own article, whose words are `text`, and `added` the match in what
    that says for the first time; `reported` says that another article has told it again.
    """

    rule: Rule
    told: ToldAlert
    now: datetime
    match: Match | None = None
    added: Match | None = None
    text: str = ""
    reported: bool = False


def follow_up(event: Event) -> FollowUp | None:
    """Return what there is to follow up with, or None: within two days of the alert, and only news."""
    if event.now - event.told.alert.fired_at >= SAID_ONCE:
        return None
    news = next((kind for kind, is_news in POLICY if is_news(event)), None)
    if news is None:
        return None
    alert = event.told.alert
    return FollowUp(
        follow_up_id=hashlib.sha256(f"{alert.alert_id}|{news}|{event.now.isoformat()}".encode()).hexdigest()[:16],
        alert=_shown(alert, event, news),
        news=news,
        noted_at=event.now,
        sources=event.told.sources,
    )


def tier(follow_ups: Iterable[int], sources: int) -> int:
    """Return how many of the counts of sources at which an alert is followed up have been reached."""
    return sum(sources >= count for count in follow_ups)


def quoted(told: Alert | Match) -> tuple[str, ...]:
    """Return the words that the excerpt gives in quotation marks, as its evidence names them."""
    return tuple(proof.surface for proof in told.evidence if proof.what == "words" and _stands_in_quotes(told, proof))


def _is_corrected(event: Event) -> bool:
    """Tell whether the article has the words quoted no more, and others much like them instead."""
    if event.match is None:
        return False
    text = f" {plain_words(event.text)} "
    gone = [words for said in quoted(event.told.alert) if f" {(words := plain_words(said))} " not in text]
    now = [plain_words(said) for said in quoted(event.match)]
    return any(_is_changed(before, after) for before in gone for after in now)


def _is_changed(before: str, after: str) -> bool:
    if f" {after} " in f" {before} ":
        return False
    return difflib.SequenceMatcher(None, before.split(), after.split(), autojunk=False).ratio() >= SAME_QUOTATION


def _is_added(event: Event) -> bool:
    """Tell whether the article says more than was told, and the cooldown is over or does not count."""
    match, told = event.match, event.told
    if match is None or set(match.leading_ids) <= set(said_in(past_alert(told.alert))):
        return False
    rested: timedelta = event.now - told.told_at
    return rested >= event.rule.cooldown or turns(match, [past_alert(told.alert)])


def _is_corroborated(event: Event) -> bool:
    """Tell whether another of the counts of independent sources that the rule names has been reached."""
    told = event.told
    return tier(event.rule.follow_ups, told.sources) > tier(event.rule.follow_ups, told.told_sources)


def _is_repeated(event: Event) -> bool:
    """Tell whether the rule asks to be told again by now, of what is still being reported."""
    repeat = event.rule.repeat
    return repeat is not None and event.reported and event.now - event.told.told_at >= repeat


POLICY: tuple[tuple[News, Callable[[Event], bool]], ...] = (
    (News.CORRECTED, _is_corrected),
    (News.ADDED, _is_added),
    (News.CORROBORATED, _is_corroborated),
    (News.REPEATED, _is_repeated),
)


def _stands_in_quotes(told: Alert | Match, proof: Evidence) -> bool:
    before = proof.span.start - told.excerpt_span.start - 1
    opening = told.excerpt[before : before + 1] if before >= 0 else ""
    return bool({opening, proof.surface[:1]} & _QUOTES)


def _shown(alert: Alert, event: Event, news: News) -> Alert:
    """Return an alert that shows the words that are new; what was said stays said."""
    if event.match is None or news not in {News.CORRECTED, News.ADDED}:
        return alert
    match = event.added if event.added and news is News.ADDED else event.match
    return replace(
        alert,
        keyword=match.keyword,
        scope=match.scope,
        place=match.place,
        excerpt=match.excerpt,
        excerpt_span=match.excerpt_span,
        evidence=match.evidence,
        utterance_ids=tuple(dict.fromkeys((*said_in(past_alert(alert)), *event.match.utterance_ids))),
    )
