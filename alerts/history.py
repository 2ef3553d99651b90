"""The alerts fired so far, found by what deciding asks of them. Kept in memory; decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from alerts.records import Match, PastAlert
from extractors.copies.sameness import alike, passage_shingles

# In a storm of pages made by one template every passage shares words with every other; the latest few are compared.
_COMPARED = 40


class History:
    """Past alerts by article, by words said, by story and by passage. What is added later counts from then on."""

    def __init__(self, past: Iterable[PastAlert] = ()) -> None:
        """Take the alerts there are, in any order."""
        self._on: dict[tuple[str, str, str], PastAlert] = {}
        self._saying: defaultdict[tuple[str, str], list[PastAlert]] = defaultdict(list)
        self._telling: defaultdict[tuple[str, str, str], list[PastAlert]] = defaultdict(list)
        self._on_official: defaultdict[tuple[str, str], list[PastAlert]] = defaultdict(list)
        self._worded: dict[tuple[str, str], defaultdict[str, list[PastAlert]]] = {}
        for alert in sorted(past, key=_order):
            self.add(alert)

    def add(self, alert: PastAlert) -> None:
        """Take one more alert, the latest."""
        self._on[alert.rule, alert.article_id, alert.official_id] = alert
        self._telling[alert.rule, alert.official_id, alert.story_id].append(alert)
        for utterance_id in said_in(alert):
            self._saying[alert.rule, utterance_id].append(alert)
        pair = alert.rule, alert.official_id
        self._on_official[pair].append(alert)
        if pair in self._worded:
            _index(self._worded[pair], alert)

    def on(self, match: Match) -> PastAlert | None:
        """Return the alert of this rule, article and official."""
        return self._on.get((match.rule, match.article_id, match.official_id))

    def said_as_one(self, match: Match) -> PastAlert | None:
        """Return the alert of the rule on this article that names all who say the same as one."""
        told = self._saying.get((match.rule, match.utterance_id), ()) if match.utterance_id else ()
        others = (alert for alert in told if alert.article_id == match.article_id)
        led = (alert for alert in others if alert.utterance_id == match.utterance_id)
        return next((alert for alert in led if alert.official == match.official), None)

    def saying(self, match: Match, utterance_id: str, since: datetime) -> PastAlert | None:
        """Return the latest alert of the rule, from another article after `since`, that told these words."""
        told = self._saying.get((match.rule, utterance_id), ())
        return _latest([alert for alert in told if alert.article_id != match.article_id], since)

    def latest(self, match: Match, since: datetime) -> PastAlert | None:
        """Return the latest alert of the rule on this official and phrase after `since`."""
        alerts = self._on_official.get((match.rule, match.official_id), ())
        return _latest([alert for alert in alerts if alert.keyword == match.keyword], since)

    def telling(self, match: Match, story_id: str) -> Sequence[PastAlert]:
        """Return the alerts of the rule on this official in this story, the oldest first."""
        return self._telling.get((match.rule, match.official_id, story_id), ())

    def worded(self, match: Match, since: datetime) -> PastAlert | None:
        """Return the latest alert of the rule on this official, after `since`, that has nearly this passage."""
        worded = self._passages(match.rule, match.official_id)
        shingles = passage_shingles(match.excerpt)
        shared = [alert for shingle in shingles for alert in worded.get(shingle, ())[-_COMPARED:]]
        once = {id(alert): alert for alert in shared}.values()
        return _latest([alert for alert in once if alike(alert.excerpt, match.excerpt)], since)

    def _passages(self, rule: str, official_id: str) -> Mapping[str, Sequence[PastAlert]]:
        """Return the alerts of the rule on this official by the words in a row of their passages.

        They are sorted so when they are first asked for: of most officials no passage is compared in a pass.
        """
        if (rule, official_id) not in self._worded:
            index = self._worded[rule, official_id] = defaultdict(list)
            for alert in self._on_official[rule, official_id]:
                _index(index, alert)
        return self._worded[rule, official_id]


def said_in(told: Match | PastAlert) -> tuple[str, ...]:
    """Return the utterances that a match holds or an alert has told."""
    leading = () if told.utterance_id is None else (told.utterance_id,)
    return tuple(dict.fromkeys((*leading, *told.utterance_ids)))


def _index(worded: dict[str, list[PastAlert]], alert: PastAlert) -> None:
    for shingle in passage_shingles(alert.excerpt):
        worded[shingle].append(alert)


def _latest(alerts: Iterable[PastAlert], since: datetime) -> PastAlert | None:
    return max((alert for alert in alerts if alert.fired_at > since), key=_order, default=None)


def _order(alert: PastAlert) -> tuple[datetime, str, str, str]:
    return (alert.fired_at, alert.article_id, alert.official_id, alert.alert_id or "")
