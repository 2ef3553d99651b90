"""All that deciding about a batch of articles rests on, read in one set of queries. Decides nothing, writes nothing.

What is read is more than enough: which of it counts is for those to say who are given it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.message_records import Message
from alerts.records import Mailing, PastAlert, Silence, ToldAlert
from extractors.relation_records import About, Credits, Entry, Happening, Take, Talk, Wording
from warehouse import alerts, articles, events, follow_ups, outbox, positions, silences, stories, talks, utterances
from warehouse.disputes import Dispute
from warehouse.events import EventMember
from warehouse.records import Outcome, ReadArticle, SavedArticle, StoredText, StoryKeys
from warehouse.sayings import Echo
from warehouse.session import Session
from warehouse.stories import StoryMember
from warehouse.utterances import LikelyReport, Reporter, SameMeaning, UtteranceSpan

# What was told of talks without a day is news again after so long.
UNDATED = timedelta(days=14)
Match = tuple[str, str, str]
Sided = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """An article with what can be known of it before any other is looked at."""

    found: ReadArticle
    credits: Credits
    keys: tuple[int, ...]
    spoken: tuple[int, ...]
    happening: Happening
    wordings: tuple[Wording, ...]
    takes: tuple[Take, ...]
    talks: tuple[Talk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """An article that is new or has changed, and what became of it."""

    sketch: Sketch
    saved: SavedArticle

    @property
    def article_id(self) -> str:
        """Return its name."""
        return self.saved.article_id

    @property
    def at(self) -> datetime:
        """Return when it was published, else when it first arrived."""
        return self.sketch.found.article.published_at or self.saved.first_seen_at

    @property
    def seen_at(self) -> datetime:
        """Return when these words of it arrived."""
        return self.sketch.found.article.first_seen_at

    @property
    def happening(self) -> Happening:
        """Return what other articles on the same happening are found by."""
        return replace(self.sketch.happening, told_at=self.at)

    @property
    def story_keys(self) -> StoryKeys:
        """Return what copies of it are found by."""
        return StoryKeys(
            article_id=self.article_id,
            publisher=self.sketch.credits.publisher,
            at=self.at,
            seen_at=self.seen_at,
            keys=self.sketch.keys,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How far back deciding looks.

    Copies are told and reports are said within `copies` and `reports`, and looked for among what arrived in
    `copies_kept` and `reports_kept`; articles on one happening within `events`, with `shared` keys of their headlines.
    `past` is for alerts in general, `followed` for those that count their sources,
    and for matches of the rules `waiting` for another one; `repeating` rules may tell again what was told, `matched`
    ones have a match in the batch, None for any. `tried` is for messages. With `calendar` news of talks is wanted.
    """

    copies: timedelta
    copies_kept: timedelta
    reports: timedelta
    reports_kept: timedelta
    events: timedelta
    events_kept: timedelta
    shared: int
    past: timedelta
    followed: timedelta
    tried: timedelta
    waiting: tuple[str, ...] = ()
    repeating: tuple[str, ...] = ()
    matched: frozenset[str] | None = None
    calendar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is stored that a batch of articles may touch, by the names that stories and utterances had before it.

    `saved` says what becomes of each of its articles, `fresh` are those that are new or changed. `copies` are pairs of
    articles that may be copies, with the `texts` of those that are stored; `members` are all articles of the stories in
    question. `near` are pairs of articles that may be on one happening, `happenings` what those that are stored are
    known by, `nearness` how near the headlines of such pairs are in meaning, `events` which event each stored article
    in question belongs to. `likely` are statements that may report one utterance by their words, `meant` those that do
    by their meaning, `ages` when the first report of each arrived, `taken` the names that no new one may have,
    `reporters` the statements stored of those in `spans`, `echoes` what was said before of the like, `disputes` what is
    claimed and denied, `calendar` what had been told of its talks. `undrawn` are those whose positions an older version
    left to be drawn; `takes` are of all whose positions may change, and of those on their `sides`. `waiting` are
    matches, in `stored` articles, that wait for something else. `reached_at` is when the last article arrived that was
    read again, None while nothing is.
    """

    saved: tuple[SavedArticle, ...]
    fresh: tuple[Fresh, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    texts: Mapping[str, StoredText] = field(default_factory=dict)
    members: Mapping[str, StoryMember] = field(default_factory=dict)
    near: tuple[tuple[str, str], ...] = ()
    nearness: Mapping[tuple[str, str], float] = field(default_factory=dict)
    happenings: Mapping[str, Happening] = field(default_factory=dict)
    events: Mapping[str, EventMember] = field(default_factory=dict)
    likely: tuple[LikelyReport, ...] = ()
    meant: tuple[SameMeaning, ...] = ()
    echoes: tuple[Echo, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    calendar: frozenset[Entry] = frozenset()
    ages: Mapping[str, datetime] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    reporters: tuple[Reporter, ...] = ()
    spans: Mapping[str, UtteranceSpan] = field(default_factory=dict)
    undrawn: frozenset[About] = frozenset()
    sides: tuple[Sided, ...] = ()
    takes: tuple[Take, ...] = ()
    past: tuple[PastAlert, ...] = ()
    told: tuple[ToldAlert, ...] = ()
    waiting: frozenset[Match] = frozenset()
    stored: tuple[ReadArticle, ...] = ()
    silences: tuple[Silence, ...] = ()
    mailings: tuple[Mailing, ...] = ()
    open_messages: tuple[Message, ...] = ()
    recent_messages: tuple[Message, ...] = ()
    reached_at: datetime | None = None

    @property
    def newest(self) -> dict[str, Fresh]:
        """Return the fresh articles by name, of one that stands twice in the batch the last."""
        return {each.article_id: each for each in self.fresh}

    @property
    def revised(self) -> frozenset[str]:
        """Return the articles in which something else is read than before."""
        return frozenset(each.article_id for each in self.saved if each.outcome.replaces)


def fresh_of(batch: Sequence[Sketch], saved: Sequence[SavedArticle]) -> tuple[Fresh, ...]:
    """Return those of a batch that are new or have changed, in their order. Pure."""
    pairs = zip(batch, saved, strict=True)
    return tuple(Fresh(sketch=own, saved=kept) for own, kept in pairs if kept.outcome is not Outcome.KNOWN)


def load(
    session: Session,
    batch: Sequence[Sketch],
    horizon: Horizon,
    now: datetime,
    meant: Sequence[SameMeaning] = (),
    *,
    own: Collection[str] = (),
) -> Situation:
    """Read what deciding about a batch rests on; `meant` are those of its statements that mean what others do.

    `own` are the utterances' names that statements which are read again may keep.
    """
    found = [sketch.found for sketch in batch]
    saved = articles.outcomes(found, articles.known_state(session, found))
    fresh = fresh_of(batch, saved)
    if not fresh:
        return Situation(saved=saved)
    return _Loading(session, fresh, horizon, now, tuple(meant), own=frozenset(own)).situation(saved)


class _Loading:
    """One reading of the warehouse for the fresh articles of a batch."""

    def __init__(
        self,
        session: Session,
        fresh: tuple[Fresh, ...],
        horizon: Horizon,
        now: datetime,
        meant: tuple[SameMeaning, ...],
        *,
        own: frozenset[str],
    ) -> None:
        self._session, self._fresh, self._horizon, self._now = session, fresh, horizon, now
        self._meant, self._own = meant, own
        self._names = {each.article_id for each in fresh}
        self._revised = {each.article_id for each in fresh if each.saved.outcome.replaces}
        self._seen_at = max(each.seen_at for each in fresh)
        self._said = {name for each in fresh for name in _utterances(each.sketch.found)}
        self._wordings = list({word.statement_id: word for each in fresh for word in each.sketch.wordings}.values())

    def situation(self, saved: tuple[SavedArticle, ...]) -> Situation:
        """Read everything, each question about what the answers before it named."""
        session, horizon = self._session, self._horizon
        copies = self._copies()
        texts = stories.texts(session, sorted({name for pair in copies for name in pair} - self._names))
        near = {each.saved.story_id for each in self._fresh} | {each.telling.story_id for each in texts.values()}
        members = stories.members(session, sorted(near))
        likely = self._likely()
        nodes = {each.node for each in likely} | {each.node for each in self._meant}
        nodes -= {word.statement_id for word in self._wordings}
        spans = utterances.spans(session, self._said | nodes)
        reporters = utterances.reporters(session, spans, members.keys() | self._revised)
        past = self._past(members, self._said | nodes)
        told = follow_ups.told_alerts(session, self._followed(past, near, self._said | nodes))
        undrawn, sides, takes = self._takes(reporters, spans)
        turned = {take.article_id for take in takes if take.at >= self._now - horizon.followed}
        waiting = self._waiting({*members, *turned}, reporters)
        stored = articles.stored_articles(session, sorted({name for _, name, _ in waiting})) if waiting else ()
        members |= self._farther(near, told, stored)
        near_events = self._near()
        happenings = events.known(session, {other for _, other in near_events} - self._names)
        in_events = events.members(session, {*self._names, *members, *happenings})
        more = utterances.spans(session, _named_in(reporters, told, stored) - spans.keys())
        still_open, tried = self._messages()
        return Situation(
            saved=saved,
            fresh=self._fresh,
            copies=copies,
            texts=texts,
            members=members,
            near=near_events,
            happenings=happenings,
            events=in_events,
            likely=likely,
            meant=self._meant,
            ages=utterances.ages(session, sorted(nodes), self._seen_at - horizon.reports_kept),
            taken=self._taken(spans, reporters),
            reporters=tuple({*reporters, *utterances.reporters(session, more)} if more else reporters),
            spans=spans | more,
            undrawn=undrawn,
            sides=sides,
            takes=takes,
            past=past,
            told=told,
            waiting=waiting,
            stored=stored,
            calendar=self._calendar(),
            silences=silences.active_silences(session, self._now),
            mailings=self._mailings(in_events),
            open_messages=still_open,
            recent_messages=tried,
        )

    def _mailings(self, in_events: Mapping[str, EventMember]) -> tuple[Mailing, ...]:
        names = {each.event_id for each in in_events.values()}
        return follow_ups.mailings(self._session, names, self._now - self._horizon.followed)

    def _copies(self) -> tuple[tuple[str, str], ...]:
        keys = {each.article_id: each.story_keys for each in self._fresh}
        since = self._seen_at - self._horizon.copies_kept
        return tuple(stories.copies(self._session, list(keys.values()), self._horizon.copies, since))

    def _near(self) -> tuple[tuple[str, str], ...]:
        horizon = self._horizon
        fresh = list({each.article_id: each.happening for each in self._fresh}.values())
        since = self._seen_at - horizon.events_kept
        return tuple(events.near(self._session, fresh, window=horizon.events, since=since, fewest=horizon.shared))

    def _likely(self) -> tuple[LikelyReport, ...]:
        if not self._wordings:
            return ()
        since = self._seen_at - self._horizon.reports_kept
        return utterances.likely_reports(self._session, self._wordings, self._horizon.reports, since)

    def _taken(self, spans: Mapping[str, UtteranceSpan], reporters: Sequence[Reporter]) -> frozenset[str]:
        """Return the names that others have or had: not those which revised articles alone have had so far."""
        own = Counter(each.utterance_id for each in reporters if each.article_id in self._revised)
        others = {name for name, span in spans.items() if span.reports > own[name]}
        return (frozenset(others & self._said) | utterances.borne(self._session, self._said)) - self._own

    def _past(self, near: Collection[str], said: Collection[str]) -> tuple[PastAlert, ...]:
        """Return the alerts that a decision or a follow-up may rest on."""
        horizon = self._horizon
        asking = None if horizon.matched is None else {*horizon.matched, *horizon.waiting, *horizon.repeating}
        return alerts.past_alerts(
            self._session,
            since=self._now - max(horizon.past, horizon.followed),
            article_ids=sorted(self._names),
            rules=None if asking is None else sorted(asking),
            near=sorted(near),
            said=sorted(said),
        )

    def _followed(self, past: Sequence[PastAlert], near: Collection[str], said: Collection[str]) -> list[PastAlert]:
        """Return the alerts of late that the batch may tell again."""
        since, repeating = self._now - self._horizon.followed, self._horizon.repeating
        return [
            each
            for each in past
            if each.fired_at >= since and (each.story_id in near or each.utterance_id in said or each.rule in repeating)
        ]

    def _waiting(self, members: Collection[str], reporters: Sequence[Reporter]) -> frozenset[Match]:
        near = {*members, *(each.article_id for each in reporters)} - self._names
        if not self._horizon.waiting or not near:
            return frozenset()
        since = self._now - self._horizon.followed
        return alerts.waiting_matches(self._session, rules=self._horizon.waiting, article_ids=sorted(near), since=since)

    def _farther(
        self, near: Collection[str], told: Sequence[ToldAlert], stored: Sequence[ReadArticle]
    ) -> dict[str, StoryMember]:
        """Return the articles of stories that the batch does not tell, where alerts or matches count their sources."""
        names = [each.article.article_id for each in stored]
        roots = stories.story_roots(self._session, names) if names else {}
        more = {*(each.alert.story_id for each in told), *(roots.get(name, name) for name in names)} - set(near)
        return stories.members(self._session, sorted(more)) if more else {}

    def _takes(
        self, reporters: Sequence[Reporter], spans: Mapping[str, UtteranceSpan]
    ) -> tuple[frozenset[About], tuple[Sided, ...], tuple[Take, ...]]:
        session = self._session
        undrawn = positions.undrawn(session)
        about = {take.about for each in self._fresh for take in each.sketch.takes} | undrawn
        about |= positions.records_of_articles(session, sorted(self._revised))
        if spans:
            names = {each.name for each in reporters if each.utterance_id in spans}
            since = min(span.first_said_at for span in spans.values())
            about |= positions.records_of_utterances(session, names, since)
        if not about:
            return undrawn, (), ()
        sides = positions.sides(session)
        side_of = {official_id: side for official_id, side, _ in sides if side is not None}
        mates = {(name, side_of.get(who), topic, process) for who, topic, process in about for name in side_of}
        found = {(name, topic, process) for name, side, topic, process in mates if side_of[name] == side}
        return undrawn, sides, positions.takes(session, found | about)

    def _calendar(self) -> frozenset[Entry]:
        entries = {talk.entry for each in self._fresh for talk in each.sketch.talks} if self._horizon.calendar else ()
        return talks.known_entries(self._session, entries, self._now - UNDATED) if entries else frozenset()

    def _messages(self) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        still_open = outbox.open_messages(self._session)
        tried = outbox.recent_messages(self._session, self._now - self._horizon.tried)
        both = (*still_open, *tried)
        roots = events.event_roots(self._session, {each.event_id for each in both if each.event_id}) if both else {}
        named = tuple(replace(each, event_id=roots.get(each.event_id or "", each.event_id)) for each in both)
        return named[: len(still_open)], named[len(still_open) :]


def _utterances(found: ReadArticle) -> list[str]:
    return [said.utterance_id for said in found.reading.statements]


def _named_in(reporters: Sequence[Reporter], told: Sequence[ToldAlert], stored: Sequence[ReadArticle]) -> set[str]:
    return {
        *(each.utterance_id for each in reporters),
        *(each.alert.utterance_id for each in told if each.alert.utterance_id),
        *(name for found in stored for name in _utterances(found)),
    }
