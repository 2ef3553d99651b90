"""A past kept in memory: what the warehouse would know of it. Plans are added to it; it gives the next situation."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.deciding import past_alert
from alerts.message_records import Message, Status
from alerts.records import Decision, FollowUp, Mailing, News, PastAlert, ToldAlert
from extractors.records import Article
from extractors.relation_records import Assertion, Entry, Wording
from flows.steps.decide.known import just_told, renamed, with_sources
from flows.steps.decide.matches import STILL_WAITING
from flows.steps.decide.plan import Plan
from flows.steps.meaning import assertions_in
from flows.steps.relate import with_utterances
from flows.trials.past import Copies, Stands
from warehouse.articles import KnownArticle, as_known, outcomes
from warehouse.events import EventMember
from warehouse.records import ReadArticle, StoredText
from warehouse.sayings import Echo
from warehouse.situation import UNDATED, Fresh, Horizon, Match, Sided, Situation, Sketch, fresh_of
from warehouse.stories import StoryMember
from warehouse.utterances import LikelyReport, Reporter, SameMeaning, UtteranceSpan


class Memory:
    """Articles, stories, utterances, positions, alerts and messages, as far as deciding needs them."""

    def __init__(self, sides: Iterable[Sided] = ()) -> None:
        """Begin with nothing but who is on which side."""
        self._sides = tuple(sides)
        self._stands = Stands(self._sides)
        self._asserted: dict[str, Assertion] = {}
        self._calendar: dict[Entry, datetime] = {}
        self.alerts: dict[str, ToldAlert] = {}
        self._fired = list[tuple[datetime, str]]()
        self._alerts_in: defaultdict[str, set[str]] = defaultdict(set)
        self._stories: dict[str, str] = {}
        self.messages: dict[str, Message] = {}
        self.follow_ups: list[FollowUp] = []
        self.members: dict[str, StoryMember] = {}
        # What a batch may touch is found by these: what was there before is never looked through as a whole.
        self._tellers: defaultdict[str, set[str]] = defaultdict(set)
        self._last: defaultdict[str, dict[tuple[str, str], Decision]] = defaultdict(dict)
        self._told_by: defaultdict[str, set[str]] = defaultdict(set)
        self._unsent, self._sent = set[str](), set[str]()
        self._events: dict[str, str] = {}
        self._event_roots: dict[str, str] = {}
        self._known: dict[str, KnownArticle] = {}
        self._found: dict[str, ReadArticle] = {}
        self._copies = Copies()
        self._worded: dict[tuple[str, str], tuple[Wording, str]] = {}
        self._by_speaker: defaultdict[str, list[tuple[Wording, str]]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Wording]] = defaultdict(list)
        self._by_words: defaultdict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
        self._roots: dict[str, str] = {}
        self._parts: defaultdict[str, set[str]] = defaultdict(set)
        self._borne: set[str] = set()
        self._echoes: dict[str, Echo] = {}
        self._reports: defaultdict[str, dict[str, Fresh]] = defaultdict(dict)

    def article(self, article_id: str) -> Article:
        """Return an article's newest revision."""
        return self._found[article_id].article

    def send_all(self, now: datetime) -> None:
        """Let all that is due have been sent when it was."""
        for each in [self.messages[name] for name in self._unsent]:
            if each.due_at <= now:
                sent = replace(each, status=Status.SENT, attempts=1, tried_since=each.tried_since or each.due_at)
                self._keep(sent)

    def near_reports(self, asked: Sequence[Wording], horizon: Horizon, since: datetime) -> Iterator[Wording]:
        """Yield what the speakers of these wordings said near in time, each with its utterance's present name."""
        for speaker in dict.fromkeys(word.speaker for word in asked if word.sentences):
            for word, name in self._by_speaker.get(speaker, ()):
                if word.sentences and word.seen_at >= since - horizon.reports_kept:
                    yield replace(word, name=self._root(name))

    def earlier_sayings(self, asked: Sequence[Wording]) -> Iterator[Wording]:
        """Yield what the speakers of these wordings ever said, each with its utterance's present name."""
        for speaker in dict.fromkeys(word.speaker for word in asked):
            yield from (replace(word, name=self._root(name)) for word, name in self._by_speaker.get(speaker, ()))

    def contested(self, asserted: Sequence[Assertion], window: timedelta) -> Iterator[Assertion]:
        """Yield what was said on any topic within `window`, each with its utterance's present name."""
        times = [each.said.said_at for each in asserted]
        for each in self._asserted.values() if times else ():
            if min(times) - window <= each.said.said_at <= max(times) + window:
                yield replace(each, said=replace(each.said, name=self._root(each.said.name)))

    def situation(
        self, batch: Sequence[Sketch], horizon: Horizon, now: datetime, meant: Sequence[SameMeaning] = ()
    ) -> Situation:
        """Return what deciding about a batch rests on."""
        saved = outcomes([sketch.found for sketch in batch], self._known)
        fresh = fresh_of(batch, saved)
        if not fresh:
            return Situation(saved=saved)
        own, seen_at = {each.article_id: each for each in fresh}, max(each.seen_at for each in fresh)
        copies = tuple(self._copies.near({name: each.story_keys for name, each in own.items()}, horizon, seen_at))
        likely = tuple(self._likely(fresh, horizon, seen_at))
        nodes = {each.node for each in likely} | {each.node for each in meant}
        said = {each.utterance_id for one in fresh for each in one.sketch.found.reading.statements}
        near = {each.saved.story_id for each in fresh}
        near |= {self.members[name].telling.story_id for pair in copies for name in pair if name in self.members}
        past = tuple(self._past(own, now - max(horizon.past, horizon.followed)))
        told = self._followed(near, nodes | set(map(self._root, said)), horizon, now)
        members = self._telling(near)
        spoken = {self._root(name) for name in (*said, *nodes, *self._said_in(members))}
        reporting = {each.article_id for each in self.reporters(spoken)}
        about = {take.about for each in fresh for take in each.sketch.takes} | self._stands.about({*reporting, *own})
        takes = tuple(replace(each, utterance_id=self._root(each.utterance_id)) for each in self._stands.on(about))
        turned = {each.article_id for each in takes if each.at >= now - horizon.followed}
        waiting = self._waiting({*members, *turned, *reporting} - {*own}, horizon, now)
        stored = tuple(self._found[name] for name in sorted({name for _, name, _ in waiting}))
        members |= self._telling(
            {each.alert.story_id for each in told}
            | {self.members[each.article.article_id].telling.story_id for each in stored}
        )
        more = (*(each.alert.utterance_id for each in told), *self._said_in(each.article.article_id for each in stored))
        reporters = tuple(self.reporters(spoken | {self._root(name) for name in more if name}))
        events = self._in_events({*members, *own})
        # What left before is asked for no more: time goes on.
        self._sent = {name for name in self._sent if self.messages[name].due_at >= now - horizon.tried}
        return Situation(
            saved=saved,
            fresh=fresh,
            copies=copies,
            texts={name: self._text(name) for pair in copies for name in pair if name in self._found},
            members=members,
            events=events,
            likely=likely,
            meant=tuple(meant),
            ages=self._ages(nodes, seen_at - horizon.reports_kept),
            taken=self._taken(said, own),
            reporters=reporters,
            spans=self._spans(reporters),
            calendar=frozenset(entry for entry, at in self._calendar.items() if entry[2] or at >= now - UNDATED),
            sides=self._sides,
            takes=takes,
            past=past,
            told=told,
            waiting=waiting,
            stored=stored,
            mailings=tuple(self._mailings({each.event_id for each in events.values()}, now - horizon.followed)),
            open_messages=tuple(self._messages(self._unsent)),
            recent_messages=tuple(self._messages(self._sent)),
        )

    def add(self, plan: Plan) -> None:
        """Take over what a plan records."""
        situation, related = plan.situation, plan.related
        for old, new in related.joined_utterances.items():
            self._roots[old] = new
            self._parts[new] |= {old, *self._parts.pop(old, ())}
        self._borne |= {*related.joined_utterances, *related.joined_utterances.values()}
        self._echoes |= {each.statement_id: each for each in situation.echoes}
        self._event_roots |= related.joined_events
        self._events |= related.events
        self._stands.put(situation.newest, related.takes)
        self._calendar |= {talk.entry: own.at for own in situation.newest.values() for talk in own.sketch.talks}
        for claim in assertions_in(plan.batch):
            name = related.named.get(claim.said.statement_id, claim.said.name)
            self._asserted[claim.said.statement_id] = replace(claim, said=replace(claim.said, name=name))
        for name, each in situation.newest.items():
            self._take_in(name, each, related.named)
        self._group(related.members)
        self._note_decisions(plan)

    def _note_decisions(self, plan: Plan) -> None:
        self._stories |= plan.related.joined_stories
        for decision in plan.decisions:
            self._last[decision.article_id][decision.rule, decision.official_id] = decision
            if (alert := decision.alert) and alert.alert_id not in self.alerts:
                self.alerts[alert.alert_id] = just_told(alert)
                insort(self._fired, (alert.fired_at, alert.alert_id))
                self._alerts_in[alert.article_id].add(alert.alert_id)
        for name, roots in plan.roots.items():
            self.alerts[name] = with_sources(self.alerts[name], roots)
        self.follow_ups += plan.follow_ups
        for news in plan.follow_ups:
            self._note(news)
        for message in plan.messages:
            self._keep(message)

    def _keep(self, message: Message) -> None:
        name = message.message_id
        for alert_id in message.alert_ids:
            self._told_by[alert_id].add(name)
        (self._sent if message.attempts else self._unsent).add(name)
        (self._unsent if message.attempts else self._sent).discard(name)
        self.messages[name] = message

    def _take_in(self, name: str, each: Fresh, named: Mapping[str, str]) -> None:
        if name in self._found:
            for said in self._found[name].reading.statements:
                self._reports[said.utterance_id].pop(said.statement_id, None)
        found = with_utterances(each.sketch.found, named)
        self._known[name] = as_known(found, each.saved)
        self._found[name] = replace(found, article=replace(found.article, first_seen_at=each.saved.first_seen_at))
        for said in found.reading.statements:
            self._reports[said.utterance_id][said.statement_id] = each
        self._copies.put(each.story_keys)
        for word in each.sketch.wordings:
            place = (word.statement_id, word.words.plain)
            if place not in self._worded:
                self._worded[place] = word, named[word.statement_id]
                self._by_speaker[word.speaker].append(self._worded[place])
                self._by_name[named[word.statement_id]].append(word)
            self._borne.add(named[word.statement_id])
            for key in word.keys:
                self._by_words[word.speaker, key].add(place)

    def _group(self, members: Mapping[str, StoryMember]) -> None:
        for name, each in members.items():
            story_id = each.telling.story_id
            if name in self.members and (before := self.members[name].telling.story_id) != story_id:
                self._tellers[before].discard(name)
            self._tellers[story_id].add(name)
            self.members[name] = each
            if (known := self._known[name]).saved.story_id != story_id:
                self._known[name] = replace(known, saved=replace(known.saved, story_id=story_id))

    def _root(self, name: str) -> str:
        return _present(name, self._roots)

    def _note(self, news: FollowUp) -> None:
        told = self.alerts[news.alert.alert_id]
        own = news.alert if news.news is News.CORRECTED else told.alert
        alert = replace(own, utterance_ids=news.alert.utterance_ids)
        self.alerts[news.alert.alert_id] = replace(told, alert=alert, told_at=news.noted_at, told_sources=news.sources)

    def _likely(self, fresh: Sequence[Fresh], horizon: Horizon, seen_at: datetime) -> Iterator[LikelyReport]:
        own = {word.statement_id: word for each in fresh for word in each.sketch.wordings}
        beside: defaultdict[tuple[str, int], list[Wording]] = defaultdict(list)
        for word in own.values():
            for key in word.keys:
                beside[word.speaker, key].append(word)
        for word in own.values():
            keys = [(word.speaker, key) for key in word.keys]
            known = [self._worded[place] for place in {place for key in keys for place in self._by_words[key]}]
            stored = (
                (self._root(name), each) for each, name in known if each.seen_at >= seen_at - horizon.reports_kept
            )
            now = (
                (each.statement_id, each) for each in {id(each): each for key in keys for each in beside[key]}.values()
            )
            for node, each in (*stored, *now):
                if node != word.statement_id and abs(each.said_at - word.said_at) <= horizon.reports:
                    yield LikelyReport(statement_id=word.statement_id, node=node, words=each.words)

    def _text(self, name: str) -> StoredText:
        article = self._found[name].article
        return StoredText(
            telling=self.members[name].telling,
            title=article.title,
            text=article.text,
            keys=self._copies.keys[name].keys,
        )

    def _ages(self, nodes: set[str], since: datetime) -> dict[str, datetime]:
        ages: dict[str, datetime] = {}
        for node in nodes:
            words = (word for name in (node, *self._parts.get(node, ())) for word in self._by_name.get(name, ()))
            if late := [word.seen_at for word in words if word.seen_at >= since]:
                ages[node] = min(late)
        return ages

    def _telling(self, story_ids: Iterable[str]) -> dict[str, StoryMember]:
        return {name: self.members[name] for story in story_ids for name in self._tellers.get(story, ())}

    def _said_in(self, article_ids: Iterable[str]) -> Iterator[str]:
        for name in article_ids:
            yield from (said.utterance_id for said in self._found[name].reading.statements)

    def _in_events(self, article_ids: Iterable[str]) -> dict[str, EventMember]:
        found = {name: _present(self._events[name], self._event_roots) for name in article_ids if name in self._events}
        return {
            name: EventMember(event_id=each, since=self.members[each].first_seen_at) for name, each in found.items()
        }

    def reporters(self, utterance_ids: Iterable[str] | None = None) -> Iterator[Reporter]:
        """Yield the statements that report these utterances, which have their present names, or any."""
        for utterance_id in sorted(set(map(self._root, self._reports) if utterance_ids is None else utterance_ids)):
            for name in (utterance_id, *sorted(self._parts.get(utterance_id, ()))):
                for statement_id, each in self._reports.get(name, {}).items():
                    yield Reporter(
                        utterance_id=utterance_id,
                        name=name,
                        statement_id=statement_id,
                        article_id=each.article_id,
                        source=self.members[each.article_id].source,
                    )

    def _taken(self, said: set[str], own: Collection[str]) -> frozenset[str]:
        return frozenset(
            name
            for name in said
            if name in self._borne or any(each.article_id not in own for each in self._reports.get(name, {}).values())
        )

    def _spans(self, reporters: Iterable[Reporter]) -> dict[str, UtteranceSpan]:
        found: defaultdict[str, list[datetime]] = defaultdict(list)
        before: dict[str, datetime] = {}
        for each in reporters:
            found[each.utterance_id].append(self._reports[each.name][each.statement_id].at)
            echo = self._echoes.get(each.statement_id)
            if echo and self._root(echo.utterance_id) != each.utterance_id:
                before[each.utterance_id] = max(echo.said_at, before.get(each.utterance_id, echo.said_at))
        return {
            name: UtteranceSpan(first_said_at=min(at), reports=len(at), said_before_at=before.get(name))
            for name, at in found.items()
        }

    def told(self, since: datetime, article_ids: Iterable[str] = ()) -> Iterator[ToldAlert]:
        """Yield the alerts ever on these articles, and those since then in their order, all with the present names."""
        own = sorted(name for each in article_ids for name in self._alerts_in.get(each, ()))
        late = (name for _, name in self._fired[bisect_left(self._fired, (since, "")) :])
        for name in dict.fromkeys((*own, *late)):
            told = self.alerts[name]
            alert = renamed(told.alert, lambda story: _present(story, self._stories), self._root)
            yield told if alert is told.alert else replace(told, alert=alert)

    def _past(self, own: Collection[str], since: datetime) -> Iterator[PastAlert]:
        for told in self.told(since, own):
            yield replace(past_alert(told.alert), reaches=bool(self._told_by.get(told.alert.alert_id)))

    def _followed(self, near: set[str], said: set[str], horizon: Horizon, now: datetime) -> tuple[ToldAlert, ...]:
        return tuple(
            told
            for told in self.told(now - horizon.followed)
            if told.alert.story_id in near or told.alert.utterance_id in said or told.alert.rule in horizon.repeating
        )

    def _waiting(self, article_ids: Iterable[str], horizon: Horizon, now: datetime) -> frozenset[Match]:
        return frozenset(
            (rule, name, official_id)
            for name in (article_ids if horizon.waiting else ())
            for (rule, official_id), each in self._last.get(name, {}).items()
            if rule in horizon.waiting and each.reason in STILL_WAITING and each.decided_at >= now - horizon.followed
        )

    def _mailings(self, events: Collection[str], since: datetime) -> Iterator[Mailing]:
        late = {told.alert.alert_id: told.alert.article_id for told in self.told(since)}
        on = {name: _present(self._events[article_id], self._event_roots) for name, article_id in late.items()}
        told_by = {message for name, event_id in on.items() if event_id in events for message in self._told_by[name]}
        found = [self.messages[name] for name in told_by]
        for message in sorted(found, key=lambda each: (each.created_at, each.message_id)):
            thread = (message.thread_of or message.message_id) if message.attempts and message.event_id else None
            for name in (name for name in message.alert_ids if on.get(name) in events):
                yield Mailing(
                    alert_id=name,
                    event_id=on[name],
                    subscriber=message.subscriber,
                    is_open=message.status is Status.PENDING and message.attempts == 0,
                    thread=thread,
                    created_at=message.created_at,
                )

    def _messages(self, names: Iterable[str]) -> list[Message]:
        """Return messages in their order, each on its event's present name."""
        found = (self.messages[name] for name in names)
        return _ordered(
            replace(each, event_id=each.event_id and _present(each.event_id, self._event_roots)) for each in found
        )


def _present(name: str, links: Mapping[str, str]) -> str:
    while name in links:
        name = links[name]
    return name


def _ordered(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda each: (each.due_at, each.created_at, each.message_id))
