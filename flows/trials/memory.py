"""A past kept in memory: what the warehouse would know of it. Plans are added to it; it gives the next situation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.deciding import past_alert
from alerts.follow_up_records import FollowUp, Mailing, ToldAlert
from alerts.message_records import Message, Status
from alerts.records import Decision, News, PastAlert, Reason
from extractors.records import Article
from extractors.relation_records import Assertion, Entry, Take, Wording
from flows.steps.decide.known import just_told, renamed, with_sources
from flows.steps.decide.matches import STILL_WAITING
from flows.steps.decide.plan import Plan
from flows.steps.meaning import assertions_in
from flows.steps.relate import with_utterances
from warehouse.articles import KnownArticle, as_known, outcomes
from warehouse.events import EventMember
from warehouse.records import ReadArticle, StoredText, StoryKeys
from warehouse.sayings import Echo
from warehouse.situation import UNDATED, Fresh, Horizon, Sided, Situation, Sketch, fresh_of
from warehouse.stories import FURNITURE, NEAREST, StoryMember
from warehouse.utterances import LikelyReport, Reporter, SameMeaning, UtteranceSpan


class Memory:
    """Articles, stories, utterances, positions, alerts and messages, as far as deciding needs them."""

    def __init__(self, sides: Iterable[Sided] = ()) -> None:
        """Begin with nothing but who is on which side."""
        self._sides = tuple(sides)
        self._takes: dict[tuple[str, str, str], Take] = {}
        self._asserted: dict[str, Assertion] = {}
        self._calendar: dict[Entry, datetime] = {}
        self.alerts: dict[str, ToldAlert] = {}
        self.messages: dict[str, Message] = {}
        self.decisions: list[Decision] = []
        self.follow_ups: list[FollowUp] = []
        self.members: dict[str, StoryMember] = {}
        self._events: dict[str, str] = {}
        self._known: dict[str, KnownArticle] = {}
        self._found: dict[str, ReadArticle] = {}
        self._keys: dict[str, StoryKeys] = {}
        self._by_key: defaultdict[int, set[str]] = defaultdict(set)
        self._worded: dict[tuple[str, str], tuple[Wording, str]] = {}
        self._by_words: defaultdict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
        self._roots: dict[str, str] = {}
        self._borne: set[str] = set()
        self._echoes: dict[str, Echo] = {}
        self._reports: defaultdict[str, dict[str, Fresh]] = defaultdict(dict)

    def article(self, article_id: str) -> Article:
        """Return an article's newest revision."""
        return self._found[article_id].article

    def send_all(self, now: datetime) -> None:
        """Let all that is due have been sent when it was."""
        for name, each in self.messages.items():
            if each.status in {Status.PENDING, Status.RETRY} and each.due_at <= now:
                self.messages[name] = replace(
                    each, status=Status.SENT, attempts=each.attempts + 1, tried_since=each.tried_since or each.due_at
                )

    def near_reports(self, asked: Sequence[Wording], horizon: Horizon, since: datetime) -> Iterator[Wording]:
        """Yield what the speakers of these wordings said near in time, each with its utterance's present name."""
        speakers = {word.speaker for word in asked if word.sentences}
        for word, name in self._worded.values():
            if word.sentences and word.speaker in speakers and word.seen_at >= since - horizon.reports_kept:
                yield replace(word, name=self._root(name))

    def earlier_sayings(self, asked: Sequence[Wording]) -> Iterator[Wording]:
        """Yield what the speakers of these wordings ever said, each with its utterance's present name."""
        speakers = {word.speaker for word in asked}
        for word, name in self._worded.values():
            if word.speaker in speakers:
                yield replace(word, name=self._root(name))

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
        seen_at = max(each.seen_at for each in fresh)
        copies = tuple(self._copies({each.article_id: each for each in fresh}, horizon, seen_at))
        likely = tuple(self._likely(fresh, horizon, seen_at))
        reporters = tuple(self._reporters())
        waiting = self._waiting(horizon, now) if horizon.waiting else frozenset()
        said = {each.utterance_id for own in fresh for each in own.sketch.found.reading.statements}
        messages = [each for each in self.messages.values() if each.status is not Status.DEAD]
        return Situation(
            saved=saved,
            fresh=fresh,
            copies=copies,
            texts={name: self._text(name) for pair in copies for name in pair if name in self._found},
            members=dict(self.members),
            events={
                name: EventMember(event_id=event_id, since=self.members[event_id].first_seen_at)
                for name, event_id in self._events.items()
            },
            likely=likely,
            meant=tuple(meant),
            ages=self._ages(
                {each.node for each in likely} | {each.node for each in meant}, seen_at - horizon.reports_kept
            ),
            taken=self._taken(said, fresh, reporters),
            reporters=reporters,
            spans=self._spans(reporters),
            calendar=frozenset(entry for entry, at in self._calendar.items() if entry[2] or at >= now - UNDATED),
            sides=self._sides,
            takes=tuple(replace(each, utterance_id=self._root(each.utterance_id)) for each in self._takes.values()),
            past=tuple(self._past()),
            told=tuple(self.alerts.values()),
            waiting=waiting - {match for match in waiting if match[1] in {each.article_id for each in fresh}},
            stored=tuple(self._found[name] for name in sorted({name for _, name, _ in waiting})),
            mailings=tuple(self._mailings(messages)),
            open_messages=tuple(_ordered(each for each in messages if each.attempts == 0)),
            recent_messages=tuple(
                _ordered(each for each in messages if each.attempts and each.due_at >= now - horizon.tried)
            ),
        )

    def add(self, plan: Plan) -> None:
        """Take over what a plan records."""
        situation, related = plan.situation, plan.related
        self._roots |= related.joined_utterances
        self._roots = {name: related.joined_utterances.get(root, root) for name, root in self._roots.items()}
        self._borne |= {*related.joined_utterances, *related.joined_utterances.values()}
        self._echoes |= {each.statement_id: each for each in situation.echoes}
        self.members |= related.members
        self._events = dict(related.events)
        gone = situation.newest.keys()
        self._takes = {key: each for key, each in self._takes.items() if each.article_id not in gone}
        self._takes |= {(each.statement_id, each.topic, each.official_id): each for each in related.takes}
        for own in situation.newest.values():
            self._calendar |= {talk.entry: own.at for talk in own.sketch.talks}
        for claim in assertions_in(plan.batch):
            name = related.named.get(claim.said.statement_id, claim.said.name)
            self._asserted[claim.said.statement_id] = replace(claim, said=replace(claim.said, name=name))
        for name, each in situation.newest.items():
            self._take_in(name, each, related.named)
        self._rename(related.joined_stories, related.joined_events)
        self.decisions += plan.decisions
        self.follow_ups += plan.follow_ups
        for alert in (decision.alert for decision in plan.decisions if decision.alert):
            self.alerts.setdefault(alert.alert_id, just_told(alert))
        for name, roots in plan.roots.items():
            self.alerts[name] = with_sources(self.alerts[name], roots)
        for news in plan.follow_ups:
            self._note(news)
        self.messages |= {each.message_id: each for each in plan.messages}

    def _take_in(self, name: str, each: Fresh, named: Mapping[str, str]) -> None:
        if name in self._found:
            for said in self._found[name].reading.statements:
                self._reports[said.utterance_id].pop(said.statement_id, None)
        found = with_utterances(each.sketch.found, named)
        self._known[name] = as_known(found, each.saved)
        self._found[name] = replace(found, article=replace(found.article, first_seen_at=each.saved.first_seen_at))
        for said in found.reading.statements:
            self._reports[said.utterance_id][said.statement_id] = each
        for key in self._keys[name].keys if name in self._keys else ():
            self._by_key[key].discard(name)
        self._keys[name] = each.story_keys
        for key in each.sketch.keys:
            self._by_key[key].add(name)
        for word in each.sketch.wordings:
            place = (word.statement_id, word.words.plain)
            self._worded.setdefault(place, (word, named[word.statement_id]))
            self._borne.add(named[word.statement_id])
            for key in word.keys:
                self._by_words[word.speaker, key].add(place)

    def _rename(self, stories: Mapping[str, str], events: Mapping[str, str]) -> None:
        for name, told in self.alerts.items():
            alert = renamed(told.alert, lambda story: stories.get(story, story), self._root)
            self.alerts[name] = replace(told, alert=alert)
        for name, each in self.messages.items():
            if each.event_id and each.event_id in events:
                self.messages[name] = replace(each, event_id=events[each.event_id])
        self._known = {
            name: replace(each, saved=replace(each.saved, story_id=self.members[name].telling.story_id))
            for name, each in self._known.items()
        }

    def _root(self, name: str) -> str:
        return self._roots.get(name, name)

    def _note(self, news: FollowUp) -> None:
        told = self.alerts[news.alert.alert_id]
        own = news.alert if news.news is News.CORRECTED else told.alert
        alert = replace(own, utterance_ids=news.alert.utterance_ids)
        self.alerts[news.alert.alert_id] = replace(told, alert=alert, told_at=news.noted_at, told_sources=news.sources)

    def _copies(self, fresh: Mapping[str, Fresh], horizon: Horizon, seen_at: datetime) -> Iterator[tuple[str, str]]:
        """Yield the pairs of articles that may be copies, as the warehouse's query does."""
        own = {name: each.story_keys for name, each in fresh.items()}
        first = min(each.at for each in own.values()) - horizon.copies
        last = max(each.at for each in own.values()) + horizon.copies
        stored = {
            name: keys
            for name in {name for each in own.values() for key in each.keys for name in self._by_key[key]}
            if (keys := self._keys[name]).seen_at >= seen_at - horizon.copies_kept
            and first <= keys.at <= last
            and name not in own
        }
        holders: defaultdict[int, list[StoryKeys]] = defaultdict(list)
        for keys in (*own.values(), *stored.values()):
            for key in keys.keys:
                holders[key].append(keys)
        for one in own.values():
            shared: Counter[str] = Counter()
            for key in one.keys:
                near = holders[key]
                if len(near) <= FURNITURE * len({each.publisher for each in near}):
                    shared.update(each.article_id for each in near if each.article_id != one.article_id)
            apart = {name: abs((own.get(name) or stored[name]).at - one.at) for name in shared}
            for name in sorted(shared, key=lambda name: (-shared[name], apart[name], name))[:NEAREST]:
                yield one.article_id, name

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
            telling=self.members[name].telling, title=article.title, text=article.text, keys=self._keys[name].keys
        )

    def _ages(self, nodes: set[str], since: datetime) -> dict[str, datetime]:
        ages: dict[str, datetime] = {}
        for word, name in self._worded.values():
            node = self._root(name)
            if node in nodes and word.seen_at >= since:
                ages[node] = min(word.seen_at, ages.get(node, word.seen_at))
        return ages

    def _reporters(self) -> Iterator[Reporter]:
        for name, statements in self._reports.items():
            for statement_id, each in statements.items():
                yield Reporter(
                    utterance_id=self._root(name),
                    name=name,
                    statement_id=statement_id,
                    article_id=each.article_id,
                    source=self.members[each.article_id].source,
                )

    def _taken(self, said: set[str], fresh: Sequence[Fresh], reporters: Iterable[Reporter]) -> frozenset[str]:
        names = {each.article_id for each in fresh}
        return frozenset(said & (self._borne | {each.name for each in reporters if each.article_id not in names}))

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

    def _past(self) -> Iterator[PastAlert]:
        reaching = {
            name for each in self.messages.values() if each.status is not Status.DEAD for name in each.alert_ids
        }
        for told in self.alerts.values():
            yield replace(past_alert(told.alert), reaches=told.alert.alert_id in reaching)

    def _waiting(self, horizon: Horizon, now: datetime) -> frozenset[tuple[str, str, str]]:
        last: dict[tuple[str, str, str], Reason] = {}
        for each in self.decisions:
            if each.rule in horizon.waiting and each.decided_at >= now - horizon.followed:
                last[each.rule, each.article_id, each.official_id] = each.reason
        return frozenset(match for match, reason in last.items() if reason in STILL_WAITING)

    def _mailings(self, messages: Iterable[Message]) -> Iterator[Mailing]:
        for message in sorted(messages, key=lambda each: (each.created_at, each.message_id)):
            thread = (message.thread_of or message.message_id) if message.attempts and message.event_id else None
            for name in message.alert_ids:
                yield Mailing(
                    alert_id=name,
                    event_id=self._events[self.alerts[name].alert.article_id],
                    subscriber=message.subscriber,
                    is_open=message.status is Status.PENDING and message.attempts == 0,
                    thread=thread,
                    created_at=message.created_at,
                )


def _ordered(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda each: (each.due_at, each.created_at, each.message_id))
