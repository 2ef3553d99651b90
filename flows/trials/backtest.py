"""`talkwatch rules backtest`: what rules would have sent, found by living through the past again in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from alerts.compiled_rules import CompiledRule
from alerts.lulls import LullState
from alerts.records import Alert, Change
from alerts.wording import counted
from extractors.copies.sameness import SAID_ONCE
from extractors.records import Article
from extractors.text.vectors import Vector
from flows.config.settings import Settings
from flows.progress import Progress, silent, stage
from flows.setup import Setup, prepared
from flows.steps.decide.plan import OPEN, REMEMBERED, decide, horizon
from flows.steps.lulls import Listener, last_words, listeners, silence_alert, since_of
from flows.steps.meaning import assertions_in, disputes_in, echoes_in, same_meanings
from flows.steps.record import BATCH, worked_out
from flows.times import check_order
from flows.trials.memory import Memory
from flows.trials.past import Told, matched, retold, rules_named, touched
from warehouse.revisions import Revision, came, told_alike
from warehouse.session import Session
from warehouse.store import is_begun, reading
from warehouse.stories import story_roots

DAYS = timedelta(days=30)
# What no rule was decided about came together with what a feed's usual interval brings.
TOGETHER = timedelta(minutes=10)
# For silences of days this is often enough.
LOOKED = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """An alert that would have fired, with its article."""

    alert: Alert
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The alerts that would have fired, in their order, and how many messages would have told them."""

    alerts: tuple[Fired, ...]
    messages: int


def backtest(
    setup: Setup,
    rules: Sequence[CompiledRule],
    *,
    since: datetime,
    until: datetime,
    roughly: timedelta | None = None,
    share: float = 1.0,
) -> Backtest:
    """Return what the rules would have sent from `since` to before `until`, with their history before it.

    `roughly` takes all that came within that time for one pass, and goes by words alone: an estimate, in a fraction of
    the time. With a `share` below 1 it is of so many of the stories.
    """
    waiting = [each for each in rules if each.rule.silent is not None]
    rules = [each for each in rules if each.rule.silent is None]
    if not is_begun(setup.data_dir):
        return Backtest(alerts=(), messages=0)
    silences = tuple(silences_told(setup, waiting, since=since, until=until))
    if not rules:
        return with_silences(Backtest(alerts=(), messages=0), silences)
    memory = max([OPEN, *map(_remembered, rules)])
    with reading(setup.data_dir) as session:
        history = of_stories(session, came(session, since=since - memory, until=until), share)
    ids = matched(rules, list(retold(setup, rules, touched(setup, rules, history))))
    with reading(setup.data_dir) as session:
        # Copies and other reports count as sources, whether the rule matches them or not.
        mates = came(session, since=None, until=until, article_ids=told_alike(session, ids))
    passes = passes_of(list(retold(setup, rules, mates)), roughly)
    return with_silences(lived_through(setup, rules, list(passes), since, meaning=roughly is None), silences)


def of_stories(session: Session, history: Sequence[Revision], share: float) -> Sequence[Revision]:
    """Return the revisions of about that share of the stories: each time the same, whichever others there are."""
    if share >= 1:
        return history
    roots = story_roots(session, {each.article_id for each in history})
    return [each for each in history if crc32(roots.get(each.article_id, each.article_id).encode()) < share * 2**32]


def with_silences(found: Backtest, silences: Sequence[Fired]) -> Backtest:
    """Return what would have been sent with the alerts on silence, each a message of its own."""
    alerts = sorted((*found.alerts, *silences), key=lambda each: (each.alert.fired_at, each.alert.alert_id))
    return Backtest(alerts=tuple(alerts), messages=found.messages + len(silences))


def silences_told(setup: Setup, rules: Sequence[CompiledRule], *, since: datetime, until: datetime) -> Iterator[Fired]:
    """Yield the silences that would have been told: as passes do, but looking every few hours."""
    if not rules:
        return
    with reading(setup.data_dir) as session:
        for rule in rules:
            for each in listeners(session, rule, since - since_of(rule), until):
                yield from silences_of(session, each, since, until)


def silences_of(session: Session, listener: Listener, since: datetime, until: datetime) -> Iterator[Fired]:
    """Yield the silences of one official about one topic, each told once."""
    told_at, now = None, since
    while now < until:
        found = listener.lull(now)
        if found and found.state is LullState.PROVEN and (told_at is None or told_at <= found.said_at):
            told_at = now
            if stood_on := last_words(session, listener, found):
                read, match = stood_on
                alert = silence_alert(listener, found, match, read.article.article_id)
                yield Fired(alert=alert, article=read.article)
        now += LOOKED


def _remembered(rule: CompiledRule) -> timedelta:
    """Return how long before it a rule may rest on: one that waits for a change, on where everybody stood."""
    return REMEMBERED if rule.rule.on else max(rule.rule.cooldown, rule.rule.first or OPEN)


def lived_through(
    setup: Setup,
    rules: Sequence[CompiledRule],
    passes: Sequence[Sequence[Told]],
    since: datetime,
    *,
    meaning: bool = True,
) -> Backtest:
    """Decide about the past once more, pass by pass, in memory; return what fires from `since` on."""
    roster = ((each.official_id, each.side, each.country) for each in setup.watchlist.officials)
    memory, subscribers = Memory(roster), setup.settings.subscribers
    vectors: dict[str, Vector] = {}
    trial = replace(setup, rules=tuple(rules))
    far = horizon(rules, subscribers)
    wants_first = any(each.rule.first or Change.FIRST in each.rule.on for each in rules)
    wants_talks = any(Change.TALKS in each.rule.on for each in rules)
    wants_disputes = any(Change.DISPUTE in each.rule.on for each in rules)
    with stage(setup.progress, "tried", sum(map(len, passes))) as count:
        for told in passes:
            moment = moment_of(told[-1].came)
            # As the passes in between would have done.
            memory.send_all(moment)
            batch = worked_out(trial, [each.found for each in told], talks=wants_talks, meaning=meaning)
            near = tuple(memory.near_reports(batch.wordings, far, moment)) if batch.vectors else ()
            vectors |= batch.vectors
            meant = same_meanings(batch.wordings, near, vectors)
            earlier = tuple(memory.earlier_sayings(batch.wordings)) if wants_first else ()
            situation = memory.situation(batch.sketches, far, moment, meant)
            asserted = assertions_in(batch.sketches) if wants_disputes and batch.vectors else ()
            known = tuple(memory.contested(asserted, SAID_ONCE))
            situation = replace(
                situation,
                echoes=echoes_in(batch.wordings, earlier, vectors),
                disputes=disputes_in(asserted, known, vectors, setup.countries),
            )
            memory.add(decide(situation, batch, moment, rules=rules, subscribers=subscribers))
            for _ in told:
                count()
    fired = [each.alert for each in memory.alerts.values() if each.alert.fired_at >= since]
    ids = {each.alert_id for each in fired}
    return Backtest(
        alerts=tuple(
            Fired(alert=each, article=memory.article(each.article_id))
            for each in sorted(fired, key=lambda each: (each.fired_at, each.alert_id))
        ),
        messages=sum(not ids.isdisjoint(each.alert_ids) for each in memory.messages.values()),
    )


def passes_of(past: Sequence[Told], roughly: timedelta | None = None) -> Iterator[list[Told]]:
    """Yield what came together, in order; no article stands twice in one pass."""
    batch: list[Told] = []
    for told in past:
        again = any(other.came.article_id == told.came.article_id for other in batch)
        if batch and (
            again or len(batch) == BATCH or not is_together([each.came for each in batch], told.came, roughly)
        ):
            yield batch
            batch = []
        batch.append(told)
    if batch:
        yield batch


def is_together(batch: Sequence[Revision], each: Revision, roughly: timedelta | None) -> bool:
    """Tell whether a revision came in the pass of those before it."""
    if roughly is not None:
        return moment_of(each) - moment_of(batch[0]) < roughly
    decided = {came.decided_at for came in (*batch, each) if came.decided_at}
    if not decided:
        return each.at - batch[0].at < TOGETHER
    return len(decided) == 1 and each.run_id is not None and each.run_id == batch[-1].run_id


def moment_of(came: Revision) -> datetime:
    """Return when a revision was, or would have been, decided about."""
    return came.decided_at or came.at


def tried(
    settings: Settings,
    name: str | None,
    *,
    since: datetime | None,
    until: datetime | None,
    progress: Progress = silent,
) -> Backtest:
    """Try one rule, or all, on a stretch of the past: by default the last 30 days. Raises UsageProblem."""
    setup = prepared(settings, progress=progress)
    rules = rules_named(setup, name)
    until = until or setup.now()
    since = since or until - DAYS
    check_order(since, until)
    return backtest(setup, rules, since=since, until=until)


def summed(found: Backtest) -> str:
    """Say how many alerts and messages there would have been."""
    return f"{counted(len(found.alerts), 'alert')} in {counted(found.messages, 'message')}; nothing was sent"
