"""`talkwatch rules backtest`: what rules would have sent, found by living through the past again on a copy.

The copy is a warehouse of its own in a temporary folder: nothing is sent, and nothing here is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.compiled_rules import CompiledRule
from flows.commands.retelling import Told, matched, retold, touched
from flows.progress import stage
from flows.setup import Setup
from flows.steps.decide.plan import OPEN
from flows.steps.record import BATCH, taken_in, worked_out
from warehouse import alerts, outbox
from warehouse.records import LoggedAlert
from warehouse.revisions import Revision, came, told_alike
from warehouse.store import LIVE, reading, writing

DAYS = timedelta(days=30)
# What no rule was decided about came together with what a feed's usual interval brings.
TOGETHER = timedelta(minutes=10)
ALL = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The alerts that would have fired, in their order, and how many messages would have told them."""

    alerts: tuple[LoggedAlert, ...]
    messages: int


def backtest(
    setup: Setup,
    rules: Sequence[CompiledRule],
    *,
    since: datetime,
    until: datetime,
    roughly: timedelta | None = None,
) -> Backtest:
    """Return what the rules would have sent from `since` to before `until`, with their history before it.

    `roughly` takes all that came within that time for one pass: an estimate, in a fraction of the time.
    """
    if not rules or not (setup.data_dir / LIVE).exists():
        return Backtest(alerts=(), messages=0)
    memory = max([OPEN, *(rule.rule.cooldown for rule in rules)])
    with reading(setup.data_dir) as session:
        history = came(session, since=since - memory, until=until)
    ids = matched(rules, list(retold(setup, rules, touched(setup, rules, history))))
    with reading(setup.data_dir) as session:
        # Copies and other reports count as sources, whether the rule matches them or not.
        mates = came(session, since=None, until=until, article_ids=told_alike(session, ids))
    passes = passes_of(list(retold(setup, rules, mates)), roughly)
    return lived_through(setup, rules, list(passes), since)


def lived_through(
    setup: Setup, rules: Sequence[CompiledRule], passes: Sequence[Sequence[Told]], since: datetime
) -> Backtest:
    """Record the past once more, pass by pass, in a warehouse of its own; return what fired from `since` on."""
    with (
        TemporaryDirectory(prefix="talkwatch-") as folder,
        writing(Path(folder)) as session,
        stage(setup.progress, "tried", sum(map(len, passes))) as count,
    ):
        for batch in passes:
            trial = trial_of(setup, rules, moment_of(batch[-1].came))
            # As the passes in between would have done.
            outbox.send_all(session, trial.now())
            taken_in(trial, session, worked_out(trial, [each.found for each in batch]))
            for _ in batch:
                count()
        logged = alerts.list_alerts(session, limit=ALL, since=since)[::-1]
    messages = {delivery.message_id for each in logged for delivery in each.deliveries}
    return Backtest(alerts=logged, messages=len(messages))


def trial_of(setup: Setup, rules: Sequence[CompiledRule], moment: datetime) -> Setup:
    """Return the setup of a pass at that moment with these rules only."""
    settings = replace(setup.settings, rules=tuple(rule.rule for rule in rules))
    return replace(setup, settings=settings, rules=tuple(rules), now=lambda: moment)


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
