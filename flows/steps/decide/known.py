"""What is known once a batch is in: present names, sources of stories and utterances, alerts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from alerts.follow_up_records import ToldAlert
from alerts.history import said_in
from alerts.records import Alert, Match, PastAlert
from extractors.records import Statement
from flows.steps.relate import Related, with_utterances
from warehouse.records import ReadArticle
from warehouse.situation import Situation

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

    def story_name(self, story_id: str) -> str:
        """Return the present name of a story."""
        return self._names.story(story_id)

    def roots(self, story_id: str, utterance_id: str | None) -> frozenset[str]:
        """Return the independent sources that tell a story or report an utterance; one that does both is one."""
        return frozenset(self._stories.get(story_id, set()) | self._utterances.get(utterance_id or "", set()))

    def said_before(self, match: Match) -> datetime | None:
        """Return when the like of all that leads a match was said last; None where some of it is new."""
        before = [self._echoes.get(name) for name in match.leading_ids or said_in(match)]
        return min((at for at in before if at), default=None) if all(before) else None

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
