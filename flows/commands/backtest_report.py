"""The answer of `talkwatch rules backtest`: a row for each alert that would have fired, and how many messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.rules import CompiledRule, compile_rules
from flows.commands.backtesting import DAYS, Backtest, backtest
from flows.config.settings import Settings
from flows.problems import UsageProblem, nearest
from flows.progress import Progress, silent
from flows.setup import Setup, prepared
from flows.times import check_order
from warehouse.records import LoggedAlert

Row = tuple[object, ...]
FIELDS = (*("rule", "article_id", "url", "title", "keyword", "official", "official_id", "scope", "reason", "excerpt"),)
SHOWN = ("at", "rule", "official", "keyword", "scope", "reason", "outlet", "title")


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
        raise UsageProblem(f'no rule "{name}" in {setup.settings.path}{nearest(name, names)}')
    return compile_rules(chosen, setup.watchlist)


def answer_row(logged: LoggedAlert) -> Row:
    """Return an alert's row as scripts read it."""
    alert, notice = logged.notice.alert, logged.notice
    who = (alert.official, alert.official_id, str(alert.scope), str(alert.reason), alert.excerpt)
    return (alert.rule, alert.article_id, notice.url, notice.title, alert.keyword, *who)


def shown_row(logged: LoggedAlert) -> Row:
    """Return an alert's row as people read it."""
    alert, notice = logged.notice.alert, logged.notice
    what = (alert.keyword, str(alert.scope), str(alert.reason), notice.outlet, notice.title)
    return (alert.fired_at, alert.rule, alert.official, *what)


def summed(found: Backtest) -> str:
    """Say how many alerts and messages there would have been."""
    alerts = f"{len(found.alerts)} alert{'s' * (len(found.alerts) != 1)}"
    return f"{alerts} in {found.messages} message{'s' * (found.messages != 1)}; nothing was sent"
