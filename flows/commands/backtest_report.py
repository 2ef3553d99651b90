"""The answer of `talkwatch rules backtest`: what rules would have sent, and how much that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.compiled_rules import CompiledRule, compile_rules
from extractors.text.words import did_you_mean
from flows.commands.backtesting import DAYS, Backtest, backtest
from flows.config.settings import Settings
from flows.problems import UsageProblem
from flows.progress import Progress, silent
from flows.setup import Setup, prepared
from flows.times import check_order


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


def rules_named(setup: Setup, name: str | None) -> Sequence[CompiledRule]:
    """Return the rule of that name, made ready by itself, or all there are; raise UsageProblem for an unknown one."""
    if name is None:
        return setup.rules
    chosen = [rule for rule in setup.settings.rules if rule.name == name]
    if not chosen:
        names = [rule.name for rule in setup.settings.rules]
        raise UsageProblem(f'no rule "{name}" in {setup.settings.path}{did_you_mean(name, names)}')
    return compile_rules(chosen, setup.watchlist)


def summed(found: Backtest) -> str:
    """Say how many alerts and messages there would have been."""
    alerts = f"{len(found.alerts)} alert{'s' * (len(found.alerts) != 1)}"
    return f"{alerts} in {found.messages} message{'s' * (found.messages != 1)}; nothing was sent"
