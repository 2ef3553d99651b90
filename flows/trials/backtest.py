"""`talkwatch rules backtest`: what rules would have sent, found by living through the past again in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import sqrt
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
from flows.steps.decide.matches import Batch
from flows.steps.decide.plan import OPEN, REMEMBERED, decide, horizon
from flows.steps.lulls import Listener, last_words, listeners, silence_alert, since_of
from flows.steps.meaning import assertions_in, disputes_in, echoes_in, same_meanings
from flows.steps.record import BATCH, worked_out
from flows.tables import table
from flows.times import check_order
from flows.trials.memory import Memory
from flows.trials.past import Told, key_of, looked_through, matched, retold, rules_named
from warehouse.revisions import Revision, came, naming_none, told_alike
from warehouse.session import Session
from warehouse.store import is_begun, reading
from warehouse.stories import story_roots

DAYS = timedelta(days=30)
# What no rule was decided about came together with what a feed's usual interval brings.
TOGETHER = timedelta(minutes=10)
# For silences of days this is often enough.
LOOKED = timedelta(hours=3)
# An estimate takes so much for one pass, and lives through about so many revisions: it is there in seconds.
ROUGHLY = timedelta(hours=6)
MOST = 100
# So many revisions that a rule could match are lived through in about a minute.
MINUTE = 1_200
# Of so many passes what needs no history is worked out at once.
PASSES = 100
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """An alert that would have fired, with its article."""

    alert: Alert
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The alerts that would have fired, in their order, and how many messages would have told them.

    `revisions` came in the time, the first of them at `since`; `looked_at` of them are of that `share` of the stories
    which was tried, and `likely` of these, and of the time before that they rest on, are such as a rule could match.
    Of an estimate `phrases` tells in what share of what was looked at each phrase of the rules stands.
    """

    alerts: tuple[Fired, ...] = ()
    messages: int = 0
    revisions: int = 0
    looked_at: int = 0
    likely: int = 0
    share: float = 1.0
    since: datetime
    until: datetime
    phrases: Mapping[str, float] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """Return how many days it covers, a day at least."""
        return max(self.until - self.since, ONE_DAY) / ONE_DAY

    def a_day(self, rules: Sequence[CompiledRule]) -> dict[str, tuple[float, float]]:
        """Return how many alerts a day each rule would have made, and by how much a sample may be wrong about that.

        The second is the standard error of a count of rare things, as if none had been one: zero where all was tried.
        """
        counts, of_one = Counter(each.alert.rule for each in self.alerts), 1 / self.days / self.share
        error = of_one if self.share < 1 else 0.0
        return {rule.name: (counts[rule.name] * of_one, sqrt(max(1, counts[rule.name])) * error) for rule in rules}


def backtest(
    setup: Setup,
    rules: Sequence[CompiledRule],
    *,
    since: datetime,
    until: datetime,
    most: int | None = None,
    roughly: bool = False,
) -> Backtest:
    """Return what the rules would have sent from `since` to before `until`, with their history before it.

    With `most` it is that of so many stories that about so many revisions are looked at; `roughly` takes what came
    within hours as one pass, and goes by words alone.
    """
    waiting = [each for each in rules if each.rule.silent is not None]
    rules = [each for each in rules if each.rule.silent is None]
    if not is_begun(setup.data_dir):
        return Backtest(since=since, until=until)
    silences = tuple(silences_told(setup, waiting, since=since, until=until))
    memory = max([OPEN, *map(_remembered, rules)])
    with reading(setup.data_dir) as session:
        history = came(session, since=since - memory, until=until)
        within = [each for each in history if moment_of(each) >= since]
        share = min(1.0, most / len(within)) if most and within else 1.0
        sample = of_stories(session, history, share)
        asked = sample if roughly else naming_any(session, sample, rules)
    found = Backtest(
        revisions=len(within),
        looked_at=sum(moment_of(each) >= since for each in sample),
        share=share,
        since=max(since, moment_of(within[0])) if within else since,
        until=until,
    )
    if not rules:
        return with_silences(found, silences)
    likely, phrases = looked_through(setup, rules, asked)
    with reading(setup.data_dir) as session:
        # Copies and other reports count as sources, whether the rule matches them or not.
        mates = came(session, since=None, until=until, article_ids=told_alike(session, matched(rules, likely)))
    known = {key_of(each.came): each for each in likely}
    known |= {key_of(each.came): each for each in retold(setup, rules, [m for m in mates if key_of(m) not in known])}
    passes = passes_of([known[key] for key in map(key_of, mates) if key in known], ROUGHLY if roughly else None)
    # What else is lived through is there for what the sample rests on: another sample would have it.
    own = frozenset(each.article_id for each in sample)
    alerts, messages = lived_through(setup, rules, list(passes), since, of=own, roughly=roughly)
    found = replace(
        found,
        alerts=alerts,
        messages=messages,
        likely=len(likely),
        phrases={phrase: count / len(sample) for phrase, count in phrases.items()} if roughly else {},
    )
    return with_silences(found, silences)


def naming_any(session: Session, history: Sequence[Revision], rules: Sequence[CompiledRule]) -> Sequence[Revision]:
    """Return those of the revisions that name, or let speak, someone whom a rule names; or nobody knows whom."""
    newest = [each.article_id for each in history if each.newest]
    none = naming_none(session, newest, sorted({ref for rule in rules for ref in rule.officials}))
    return [each for each in history if not each.newest or each.article_id not in none]


def of_stories(session: Session, history: Sequence[Revision], share: float) -> Sequence[Revision]:
    """Return the revisions of about that share of the stories: each time the same, whichever others there are."""
    if share >= 1:
        return history
    roots = story_roots(session, {each.article_id for each in history})
    return [each for each in history if crc32(roots.get(each.article_id, each.article_id).encode()) < share * 2**32]


def with_silences(found: Backtest, silences: Sequence[Fired]) -> Backtest:
    """Return what would have been sent with the alerts on silence, each a message of its own."""
    alerts = sorted((*found.alerts, *silences), key=lambda each: (each.alert.fired_at, each.alert.alert_id))
    return replace(found, alerts=tuple(alerts), messages=found.messages + len(silences))


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
    of: Collection[str],
    roughly: bool = False,
) -> tuple[tuple[Fired, ...], int]:
    """Decide about the past once more, pass by pass, in memory; return what fires from `since` on, and its messages.

    Of these articles only; `roughly` goes by words alone.
    """
    roster = ((each.official_id, each.side, each.country) for each in setup.watchlist.officials)
    memory, subscribers = Memory(roster), setup.settings.subscribers
    vectors: dict[str, Vector] = {}
    trial = replace(setup, rules=tuple(rules))
    far = horizon(rules, subscribers)
    wants_first = any(each.rule.first or Change.FIRST in each.rule.on for each in rules)
    wants_talks = any(Change.TALKS in each.rule.on for each in rules)
    wants_disputes = any(Change.DISPUTE in each.rule.on for each in rules)
    with stage(setup.progress, "tried", sum(map(len, passes))) as count:
        for told, batch in with_batches(trial, passes, talks=wants_talks, meaning=not roughly):
            moment = moment_of(told[-1].came)
            # As the passes in between would have done.
            memory.send_all(moment)
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
    fired = [each.alert for each in memory.told(since) if each.alert.article_id in of]
    ids = {each.alert_id for each in fired}
    messages = sum(not ids.isdisjoint(each.alert_ids) for each in memory.messages.values())
    return tuple(Fired(alert=each, article=memory.article(each.article_id)) for each in fired), messages


def with_batches(
    setup: Setup, passes: Sequence[Sequence[Told]], *, talks: bool, meaning: bool
) -> Iterator[tuple[Sequence[Told], Batch]]:
    """Yield passes with what was worked out of each: of many at once, for the vectors that are kept stand in a file."""
    for first in range(0, len(passes), PASSES):
        some = passes[first : first + PASSES]
        whole = worked_out(setup, [each.found for told in some for each in told], talks=talks, meaning=meaning)
        place = 0
        for told in some:
            own = slice(place, place := place + len(told))
            yield told, replace(whole, sketches=whole.sketches[own], matched=whole.matched[own])


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
    told: Callable[[str], None] | None = None,
    whole: bool = False,
) -> Backtest:
    """Try one rule, or all, on a stretch of the past: by default the last 30 days. Raises UsageProblem.

    Where that takes longer, what is `told` first is an estimate; where it would take minutes, so many stories are tried
    after it as take one, unless the `whole` is asked for.
    """
    setup = prepared(settings, progress=progress)
    rules = rules_named(setup, name)
    until = until or setup.now()
    since = since or until - DAYS
    check_order(since, until)
    most = None
    if told:
        early = backtest(setup.silently, rules, since=since, until=until, most=MOST, roughly=True)
        most = None if whole else of_a_minute(early)
        if early.share < 1:
            told(f"{expected(rules, early)}\nnow {'all' if most is None else f'about {most}'} of them are tried")
    found = backtest(setup, rules, since=since, until=until, most=most)
    if told and found.share < 1:
        told(f"{expected(rules, found)}\nwhat is listed is of these {found.looked_at}; --all tries all")
    return found


def of_a_minute(early: Backtest) -> int | None:
    """Return about how many revisions can be tried in a minute, by what an estimate found; None: all there are."""
    likely = early.likely / early.share
    return max(1, round(early.revisions * MINUTE / likely)) if likely > MINUTE else None


def expected(rules: Sequence[CompiledRule], found: Backtest) -> str:
    """Say how many alerts a day each rule would have made, and from how much that is known."""
    is_whole, rates = found.share >= 1, found.a_day(rules)
    names = ("rule", "alerts a day", "give or take")[: 2 if is_whole else 3]
    rows = [(name, f"{count:.1f}", f"{error:.1f}")[: len(names)] for name, (count, error) in rates.items()]
    sample = "" if is_whole else f", estimated from {found.looked_at} of them"
    over = f"over the {found.days:.1f} days stored, {found.revisions} articles{sample}; nothing was sent"
    return f"{table(names, rows)}\n{over}"


def summed(found: Backtest) -> str:
    """Say how many alerts and messages there would have been."""
    return f"{counted(len(found.alerts), 'alert')} in {counted(found.messages, 'message')}; nothing was sent"
