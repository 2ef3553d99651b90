"""Alerts on silence: no article brings them, so they are looked for once an hour, for the rules that wait for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.compiled_rules import CompiledRule
from alerts.deciding import is_hushed, new_alert
from alerts.lulls import FEWEST_DAYS, HABIT, HABIT_SILENCES, Lull, LullState, lull
from alerts.matching import find_matches
from alerts.message_records import Message
from alerts.records import Alert, Decision, HeardReport, Listening, Match, Reason, Scope, Silence
from alerts.rule_names import TOPIC
from extractors.text.recaps import is_recap
from flows.setup import Setup
from flows.steps.decide.known import Known, Names
from flows.steps.decide.messages import placed
from flows.steps.relate import relate
from warehouse import alerts, events, outbox, runs, silences
from warehouse.accounts import last_decisions
from warehouse.articles import stored_articles
from warehouse.lulls import listening, speaking_often, words_of_one
from warehouse.records import ReadArticle
from warehouse.session import Session
from warehouse.situation import Situation
from warehouse.stories import story_roots

# A silence lasts days: nobody waits for the minute.
_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """All that was heard of an official, on a topic and besides, and how well the feeds that brought it were heard."""

    rule: CompiledRule
    official_id: str
    topic: str
    heard: tuple[HeardReport, ...]
    feeds: tuple[Listening, ...]

    def lull(self, now: datetime) -> Lull | None:
        """Return how he stands to the topic at a moment; None who never spoke of it."""
        return lull(self.heard, self.feeds, silent_of(self.rule), now)


def silent_of(rule: CompiledRule) -> timedelta:
    """Return for how long a rule on silence wants it."""
    assert rule.rule.silent is not None, "it is a rule on silence"
    return rule.rule.silent


def tell_lulls(setup: Setup, session: Session) -> int:
    """Decide about the silences of this hour, where the hour was not looked at before; return how many are told."""
    waiting = [rule for rule in setup.rules if rule.rule.silent is not None]
    last, now = runs.last_finished_at(session), setup.now()
    if not waiting or (last and last <= now and hour_of(last) == hour_of(now)):
        return 0
    return sum(decision.alert is not None for decision in decide_lulls(setup, session, waiting))


def hour_of(moment: datetime) -> int:
    """Return the number of an hour."""
    return int(moment.timestamp() // _EVERY.total_seconds())


def decide_lulls(setup: Setup, session: Session, rules: Sequence[CompiledRule]) -> tuple[Decision, ...]:
    """Decide about each silence that is one, record that, and place the alerts into messages."""
    now, made = setup.now(), list[Decision]()
    held = silences.active_silences(session, now)
    found: dict[str, ReadArticle] = {}
    for each in (listener for rule in rules for listener in listeners(session, rule, now - since_of(rule), now)):
        own = each.lull(now)
        if own is None or own.state not in {LullState.PROVEN, *_HELD_BACK} or is_told(session, each, own):
            continue
        stood_on = last_words(session, each, own)
        if stood_on is None:
            continue
        read, match = stood_on
        found[match.article_id] = read
        story_id = story_roots(session, {match.article_id}).get(match.article_id, match.article_id)
        decision = decided(each, own, match, story_id, hushed=is_silenced(held, each, story_id, now))
        shared = next((place for place, each in enumerate(made) if is_one_alert(each, decision)), None)
        if shared is not None:
            made[shared] = on_both(made[shared], decision)
        elif decision.alert or decision.reason is not last_reason(session, decision):
            made.append(decision)
    alerts.save_decisions(session, made)
    fired = [each.alert for each in made if each.alert]
    outbox.save_messages(session, messages(setup, session, fired, found, held))
    return tuple(made)


_HELD_BACK = frozenset(state for state in LullState if state.held_back)


def since_of(rule: CompiledRule) -> timedelta:
    """Return how far back a rule on silence looks: over the silence, and the habit before it."""
    silent = silent_of(rule)
    return max(HABIT, HABIT_SILENCES * silent) + 2 * silent


def listeners(
    session: Session,
    rule: CompiledRule,
    since: datetime,
    now: datetime,
    *,
    often: int = FEWEST_DAYS,
    official: str | None = None,
) -> Iterator[Listener]:
    """Yield whoever of those a rule names was heard on its topics on so many days, with all that tells of a silence."""
    topics, processes = list(rule.rule.topics), list(rule.rule.processes)
    pairs = speaking_often(
        session,
        officials=[official] if official else sorted(rule.officials),
        topics=topics,
        processes=processes,
        since=since,
        now=now,
        days=often,
    )
    for official_id, topic in pairs:
        keyword = f"{TOPIC}{topic}"
        words = words_of_one(session, official_id, topic, processes=processes, since=since, now=now)
        heard = tuple(each.heard for each in words if not is_recap(each.text, each.cue_span, each.spans))
        names = sorted({each.feed_id for each in heard if each.feed_id})
        yield Listener(
            rule=replace(rule, keywords=(keyword,), keyword_set=frozenset({keyword})),
            official_id=official_id,
            topic=topic,
            heard=heard,
            feeds=listening(session, names, since, now),
        )


def is_told(session: Session, listener: Listener, found: Lull) -> bool:
    """Tell whether this silence was told already, or another one on the same last words, whose alert it shares."""
    rule = listener.rule.name
    told = alerts.past_alerts(session, since=found.said_at, article_ids=found.article_ids, rules=[rule])
    return any(each.official_id == listener.official_id and each.fired_at > found.said_at for each in told)


def last_words(session: Session, listener: Listener, found: Lull) -> tuple[ReadArticle, Match] | None:
    """Return the first article that has his last words on the topic, and where the topic stands in them."""
    for read in sorted(
        stored_articles(session, list(found.article_ids)),
        key=lambda read: (read.article.first_seen_at, read.article.article_id),
    ):
        for match in find_matches(listener.rule, read.article, read.reading):
            if match.official_id == listener.official_id and match.scope in {Scope.SPEAKS, Scope.STATEMENT}:
                return read, match
    return None


def is_one_alert(one: Decision, other: Decision) -> bool:
    """Tell whether two silences of one official stand on the same last words, which have both topics. Pure."""
    return bool(one.alert and other.alert and one.alert.alert_id == other.alert.alert_id)


def on_both(told: Decision, other: Decision) -> Decision:
    """Return the decision about a silence with what proves another topic as well. Pure."""
    assert told.alert is not None, "it is told"
    assert other.alert is not None, "so is the other"
    return replace(told, alert=replace(told.alert, evidence=told.alert.evidence + other.alert.evidence))


def is_silenced(held: Sequence[Silence], listener: Listener, story_id: str, now: datetime) -> bool:
    """Tell whether nobody is to hear of it by a silence that somebody laid on the rule. Pure."""
    return is_hushed(held, listener.rule.rule, official_id=listener.official_id, story_id=story_id, now=now)


def last_reason(session: Session, made: Decision) -> Reason | None:
    """Return what was decided about the same last, which is not written down each hour anew."""
    before = last_decisions(session, made.rule, made.article_id)
    return next((each.reason for each in before if each.official_id == made.official_id), None)


def decided(listener: Listener, found: Lull, match: Match, story_id: str, *, hushed: bool) -> Decision:
    """Return the decision about a silence, with the alert where it is told. Pure."""
    reason = found.state.held_back or (Reason.SILENCED if hushed else Reason.NEW)
    return Decision(
        rule=listener.rule.name,
        article_id=match.article_id,
        official_id=match.official_id,
        decided_at=found.now,
        reason=reason,
        alert=silence_alert(listener, found, match, story_id) if reason.fires else None,
    )


def silence_alert(listener: Listener, found: Lull, match: Match, story_id: str) -> Alert:
    """Return the alert on a silence, which stands on the last words before it, and reports none of them. Pure."""
    own = replace(match, scope=Scope.SILENT, utterance_id=None, utterance_ids=(), leading_ids=())
    return new_alert(listener.rule.rule, own, story_id, found.now, Reason.NEW)


def messages(
    setup: Setup, session: Session, fired: Sequence[Alert], found: dict[str, ReadArticle], held: tuple[Silence, ...]
) -> tuple[Message, ...]:
    """Place alerts on silence into messages; each starts a thread of its own, since nothing was said."""
    if not fired:
        return ()
    now = setup.now()
    situation = Situation(
        saved=(),
        stored=tuple(found.values()),
        silences=held,
        events=events.members(session, found),
        open_messages=outbox.open_messages(session),
        recent_messages=outbox.recent_messages(session, now - timedelta(hours=1)),
    )
    related = relate(situation)
    known = Known(situation, related, Names(related), now)
    return placed(setup.rules, setup.settings.subscribers, known, fired, ())
