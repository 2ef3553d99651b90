"""What is known once a batch is in: present names, sources of stories and utterances, alerts. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from alerts.history import said_in
from alerts.records import Alert, Brought, Change, Match, PastAlert, Place, ToldAlert
from extractors.negotiation.positions import DAY
from extractors.records import Statement
from extractors.relation_records import Entry, Take, TalkStatus
from flows.steps.relate import Related, with_utterances
from warehouse.records import ReadArticle
from warehouse.situation import Situation

_SPATE, _TIMES = 5, 3  # utterances within a day, and how many times the usual number, that are a spate
_USUAL, _A_WEEK = timedelta(days=28), timedelta(days=7)
AnyAlert = TypeVar("AnyAlert", Alert, PastAlert)


class Names:
    """What stories and utterances are called once a batch is in."""

    def __init__(self, related: Related) -> None:
        """Take the names that the batch changes."""
        self._stories, self._utterances = related.joined_stories, related.joined_utterances
        self._statements = related.named

    def story(self, story_id: str) -> str:
        """Return the present name of a story."""
        return self._stories.get(story_id, story_id)

    def utterance(self, utterance_id: str) -> str:
        """Return the present name of an utterance."""
        return self._utterances.get(utterance_id, utterance_id)

    def statement(self, said: Statement) -> str:
        """Return the present name of the utterance that a statement reports."""
        return self._statements.get(said.statement_id, self.utterance(said.utterance_id))

    def article(self, found: ReadArticle) -> ReadArticle:
        """Return an article whose statements name the utterances they report."""
        return with_utterances(found, {said.statement_id: self.statement(said) for said in found.reading.statements})

    def match(self, match: Match, found: ReadArticle) -> Match:
        """Return a match whose utterances are named so. `found` is its article as it was read."""
        read = found.reading.statements
        now = {said.utterance_id: self._statements.get(said.statement_id, said.utterance_id) for said in read}

        def each(utterance_ids: Iterable[str]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(now.get(name, name) for name in utterance_ids))

        return replace(
            match,
            utterance_id=now.get(match.utterance_id, match.utterance_id) if match.utterance_id else None,
            utterance_ids=each(match.utterance_ids),
            leading_ids=each(match.leading_ids),
        )

    def alert(self, alert: AnyAlert) -> AnyAlert:
        """Return an alert under its present names."""
        return renamed(alert, self.story, self.utterance)


def renamed(alert: AnyAlert, story: Callable[[str], str], utterance: Callable[[str], str]) -> AnyAlert:
    """Return an alert under the names that its story and utterances go by; most are called what they were."""
    story_id = story(alert.story_id)
    utterance_id = alert.utterance_id and utterance(alert.utterance_id)
    utterance_ids = tuple(dict.fromkeys(map(utterance, alert.utterance_ids))) if alert.utterance_ids else ()
    if (story_id, utterance_id, utterance_ids) == (alert.story_id, alert.utterance_id, alert.utterance_ids):
        return alert
    return replace(alert, story_id=story_id, utterance_id=utterance_id, utterance_ids=utterance_ids)


def just_told(alert: Alert) -> ToldAlert:
    """Return an alert that fires now, whose sources are not counted yet."""
    return ToldAlert(alert=alert, sources=1, told_sources=0, told_at=alert.fired_at)


def with_sources(told: ToldAlert, roots: tuple[str, ...]) -> ToldAlert:
    """Return a told alert with the sources it has by now; the first count is what it was told with."""
    return replace(told, roots=roots, sources=len(roots), told_sources=told.told_sources or len(roots))


def brought(situation: Situation, related: Related, names: Names) -> Mapping[str, Sequence[Brought]]:
    """Return what utterances have changed once a batch is in, by their present names."""
    takes = {take.statement_id: take for take in (*situation.takes, *related.takes)}
    found: defaultdict[str, list[Brought]] = defaultdict(list)
    for shift in related.shifts:
        take = takes[shift.after_statement_id]
        found[names.utterance(take.utterance_id)].append(
            Brought(
                change=Change.SHIFT,
                official_id=shift.official_id,
                topic=shift.topic,
                from_stance=shift.from_stance,
                to_stance=shift.to_stance,
            )
        )
    for position in related.positions:
        if position.contested_statement_id:
            ends = (takes[position.contested_statement_id], takes[position.first_statement_id])
            later = max(ends, key=lambda take: (take.at, take.place, take.statement_id))
            told = Brought(change=Change.CONTESTED, official_id=later.official_id, topic=position.topic)
            found[names.utterance(later.utterance_id)].append(told)
    for take in spates(situation, related):
        told = Brought(change=Change.SPIKE, official_id=take.official_id, topic=take.topic)
        found[names.utterance(take.utterance_id)].append(told)
    for dispute in situation.disputes:
        # The denial tells it; where that came first, the claim does.
        fresh = [each for each in (dispute.denial, dispute.claim) if each in related.named]
        node = next(iter(fresh), dispute.denial)
        told = Brought(change=Change.DISPUTE, official_id=None, topic=dispute.topic)
        found[related.named.get(node, names.utterance(node))].append(told)
    return found


def spates(situation: Situation, related: Related) -> Iterator[Take]:
    """Yield what officials say of a topic when they have said much more of it within a day than they usually do.

    What is usual is the mean of the four weeks before; nobody's first week is held against anything.
    """
    fresh = {take.statement_id for take in related.takes}
    said: defaultdict[tuple[str, str], dict[str, Take]] = defaultdict(dict)
    for take in sorted((*situation.takes, *related.takes), key=lambda take: (take.at, take.statement_id)):
        said[take.official_id, take.topic].setdefault(take.utterance_id, take)
    for takes in ([*each.values()] for each in said.values() if len(each) >= _SPATE):
        times = [take.at for take in takes]
        for take in (each for each in takes if each.statement_id in fresh):
            usual, day, now = (bisect_right(times, take.at - ago) for ago in (_USUAL, DAY, timedelta()))
            is_known = take.at - times[0] >= _A_WEEK
            if is_known and now - day >= max(_SPATE, _TIMES * (day - usual) / _USUAL.days):
                yield take


class Known:
    """What is known once a batch is in, under present names: stories' and utterances' sources, alerts, messages."""

    def __init__(self, situation: Situation, related: Related, names: Names, now: datetime) -> None:
        """Join what is stored with what the batch brings at this moment."""
        self.situation, self.now, self._related, self._names = situation, now, related, names
        self._stories: defaultdict[str, set[str]] = defaultdict(set)
        for member in related.members.values():
            self._stories[member.telling.story_id].add(member.source)
        self._utterances: defaultdict[str, set[str]] = defaultdict(set)
        for name, source in self._reports():
            self._utterances[name].add(source)
        self._echoes = {names.utterance(name): span.said_before_at for name, span in situation.spans.items()}
        for echo in situation.echoes:
            said = related.named.get(echo.statement_id)
            if said is not None and said != names.utterance(echo.utterance_id):
                self._echoes[said] = max(self._echoes.get(said) or echo.said_at, echo.said_at)
        self.silences = [
            replace(each, story_id=names.story(each.story_id)) if each.story_id else each for each in situation.silences
        ]
        self._calendar = set(situation.calendar)
        self.past = [names.alert(alert) for alert in situation.past]
        self.stored = [names.article(found) for found in situation.stored]

    def _reports(self) -> Iterator[tuple[str, str]]:
        """Yield utterances with the sources of the articles that report them."""
        members, newest = self._related.members, self.situation.newest
        for each in self.situation.reporters:
            if each.article_id not in newest:
                member = members.get(each.article_id)
                yield self._names.utterance(each.utterance_id), member.source if member else each.source
        for utterance_id, name in self._fresh_reports():
            yield utterance_id, members[name].source

    def language(self, article_id: str) -> str | None:
        """Return the language of an article that alerts may fire on now."""
        newest = self.situation.newest.get(article_id)
        stored = (found.article for found in self.stored if found.article.article_id == article_id)
        article = newest.sketch.found.article if newest else next(stored, None)
        return article.language if article else None

    def story(self, article_id: str) -> str:
        """Return the story of an article in question."""
        return self._related.story(article_id)

    def event(self, alert: Alert) -> str:
        """Return the event that the article of an alert is on."""
        return self._related.events.get(alert.article_id) or self.event_name(alert.story_id)

    def event_name(self, event_id: str) -> str:
        """Return the present name of an event."""
        return self._related.joined_events.get(event_id, event_id)

    def roots(self, story_id: str, utterance_id: str | None) -> frozenset[str]:
        """Return the independent sources that tell a story or report an utterance; one that does both is one."""
        return frozenset(self._stories.get(story_id, set()) | self._utterances.get(utterance_id or "", set()))

    def said_before(self, match: Match) -> datetime | None:
        """Return when the like of all that leads a match was said last; None where some of it is new."""
        before = [self._echoes.get(name) for name in match.leading_ids or said_in(match)]
        return min((at for at in before if at), default=None) if all(before) else None

    @cached_property
    def _brought(self) -> Mapping[str, Sequence[Brought]]:
        return brought(self.situation, self._related, self._names)

    @property
    def turning(self) -> frozenset[str]:
        """Return the utterances that have changed something."""
        return frozenset(self._brought)

    def brought(self, match: Match) -> tuple[Brought, ...]:
        """Return what that which leads a match has changed."""
        said = (each for name in match.leading_ids or said_in(match) for each in self._brought.get(name, ()))
        talks = Brought(change=Change.TALKS, official_id=match.official_id, topic="")
        return (*said, *(talks for _ in self._news_of_talks(match)))

    def note(self, match: Match) -> None:
        """Take what a match tells of talks for told."""
        self._calendar |= set(self._news_of_talks(match))

    def _news_of_talks(self, match: Match) -> list[Entry]:
        """Return what is new in the calendar in the sentence of a match."""
        fresh = self.situation.newest.get(match.article_id)
        if fresh is None or match.place is not Place.TEXT:
            return []
        told = [talk for talk in fresh.sketch.talks if talk.sentence.covers(match.evidence[0].span)]
        return [
            talk.entry
            for talk in told
            if not talk.past_round and talk.status is not TalkStatus.CONFIRMED and talk.entry not in self._calendar
        ]

    def told(self, fired: Sequence[Alert]) -> tuple[ToldAlert, ...]:
        """Return the alerts of late, those fired now included, with the sources they have by now.

        Only those are counted anew of whose story or utterance the batch brings something.
        """
        said = {name for name, _ in self._fresh_reports()}
        before = [replace(each, alert=self._names.alert(each.alert)) for each in self.situation.told]
        new = map(just_told, fired)
        return tuple(
            self._counted(each)
            if each.alert.story_id in self._related.stories or each.alert.utterance_id in said
            else each
            for each in (*before, *new)
        )

    def _fresh_reports(self) -> Iterator[tuple[str, str]]:
        for name, each in self.situation.newest.items():
            for said in each.sketch.found.reading.statements:
                yield self._names.statement(said), name

    def _counted(self, told: ToldAlert) -> ToldAlert:
        return with_sources(told, tuple(sorted(self.roots(told.alert.story_id, told.alert.utterance_id))))

    def changed_roots(self, told: Sequence[ToldAlert]) -> dict[str, tuple[str, ...]]:
        """Return the sources of alerts that have others than are stored."""
        before = {each.alert.alert_id: each.roots for each in self.situation.told}
        now = {each.alert.alert_id: each.roots for each in told}
        return {alert_id: roots for alert_id, roots in now.items() if roots != before.get(alert_id, ())}
