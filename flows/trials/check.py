"""The answer of `talkwatch rules check`: what is wrong, what is odd, and how many alerts a day to expect."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.compiled_rules import compile_rules
from alerts.rule_checks import Diagnostic, dead_clauses, oddities, wrong_names
from alerts.rule_names import KnownNames
from alerts.subscribers import Mode, Subscriber
from alerts.wording import counted
from flows.config.settings import Settings, configured_watchlist, diagnostics
from flows.progress import Progress, silent
from flows.setup import Setup
from flows.tables import table
from flows.times import utc_now
from flows.trials.backtest import DAYS, MOST, Backtest, backtest, expected
from warehouse.channels import unsubscribed
from warehouse.records import FoundRight, Precision
from warehouse.revisions import known_outlets
from warehouse.store import is_begun, reading
from warehouse.verdicts import found_right as found_right_about
from warehouse.verdicts import precisions

# A phrase that stands in so great a share of what is stored says nothing about it.
FLOOD = 0.2
FLOOD_FROM = 50
MANY_A_DAY = 50
# Fewer verdicts than these say nothing about a rule.
JUDGED_FROM = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """The findings as lines that name file and line, and tables of what to expect and of what people found right.

    None without a history, and with few verdicts.
    """

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    summary: str
    expected: str | None = None
    judged: str | None = None


def checked(settings: Settings, *, progress: Progress = silent, now: Callable[[], datetime] = utc_now) -> RuleReport:
    """Check the rules of a configuration against watchlist, subscribers and what is stored."""
    watchlist = configured_watchlist(settings)
    rules = settings.rules
    errors = [*wrong_names(rules, watchlist), *dead_clauses(rules, watchlist)]
    ready = compile_rules(rules, watchlist)
    setup = Setup(settings=settings, watchlist=watchlist, rules=ready, progress=progress, now=now)
    gone, outlets = told_by_the_warehouse(setup)
    warnings = [*odd(setup, outlets), *unheard(settings, gone)]
    size = f"{counted(len(rules), 'rule')} for {counted(len(settings.subscribers), 'subscriber')}"
    estimate = "no article is stored yet, so there is no estimate of alerts a day" if rules and not errors else None
    if rules and outlets and not errors:
        storming, estimate = estimated(setup)
        warnings += storming
    return RuleReport(
        errors=diagnostics(settings, errors),
        warnings=diagnostics(settings, warnings),
        summary=f"{size}: {outcome(errors, warnings)}",
        expected=estimate,
        judged=found_right(setup),
    )


def found_right(setup: Setup) -> str | None:
    """Return how often people found alerts right, by rule and scope, and what was read, by speaker and topic.

    That from corrections too. None while fewer than ten were judged.
    """
    if not is_begun(setup.data_dir):
        return None
    with reading(setup.data_dir) as session:
        found, about = precisions(session), found_right_about(session)
    rows = [(each.rule, str(each.scope), *shares(each)) for each in found]
    read = [(each.kind, each.name, *shares(each)) for each in about]
    enough = [
        table((*names, "right", "of", "share"), cells)
        for names, cells, judged in ((("rule", "scope"), rows, found), (("what", "name"), read, about))
        if sum(each.right + each.wrong for each in judged) >= JUDGED_FROM
    ]
    return "\n\n".join(enough) or None


def shares(judged: Precision | FoundRight) -> tuple[int, int, str]:
    """Return how many were right, of how many, and their share."""
    count = judged.right + judged.wrong
    return judged.right, count, f"{judged.right / count:.0%}"


def odd(setup: Setup, outlets: Sequence[tuple[str, str]]) -> tuple[Diagnostic, ...]:
    """Return what is allowed and hardly meant; `outlets` are those there are articles of, with their languages."""
    settings = setup.settings
    known = KnownNames(
        watchlist=setup.watchlist,
        outlets=sorted({*(feed.outlet for feed in settings.feeds), *(outlet for outlet, _ in outlets)}),
        languages=outlets,
        on=setup.now().date(),
    )
    return oddities(
        settings.rules, known, subscribers=[who.name for who in settings.subscribers if wants_a_rule(who, settings)]
    )


def wants_a_rule(who: Subscriber, settings: Settings) -> bool:
    """Tell whether somebody is told by rules alone: not by a briefing, nor of what is wrong with Talkwatch itself."""
    return who.name != settings.operator and who.mode is not Mode.BRIEFING


def estimated(setup: Setup) -> tuple[list[Diagnostic], str]:
    """Return what would be too much for anyone, and how many alerts a day to expect, or why that is not known."""
    until = setup.now()
    found = backtest(setup, setup.rules, since=until - DAYS, until=until, most=MOST, roughly=True)
    if not found.revisions:
        return [], (
            f"nothing stored came in the last {DAYS.days} days, so there is no estimate; "
            "`talkwatch rules backtest --since TIME` tries older articles"
        )
    return [*floods(setup, found), *storms(setup.settings, found.a_day(setup.rules))], expected(setup.rules, found)


def told_by_the_warehouse(setup: Setup) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return who has unsubscribed, and the outlets there are articles of, with their languages."""
    if not is_begun(setup.data_dir):
        return frozenset(), ()
    with reading(setup.data_dir) as session:
        return unsubscribed(session), known_outlets(session)


def floods(setup: Setup, found: Backtest) -> Iterator[Diagnostic]:
    """Yield each phrase that stands in a great share of the articles stored."""
    if found.looked_at < FLOOD_FROM:
        return
    for number, rule in enumerate(setup.rules):
        for phrase in rule.keywords:
            share = found.phrases.get(phrase, 0)
            if share >= FLOOD:
                what = f'"{phrase}" stands in {share:.0%} of the articles stored; say more, for example with where'
                yield Diagnostic(what=f'rule "{rule.name}": {what}', rule=number, key="keywords")


def storms(settings: Settings, counts: Mapping[str, tuple[float, float]]) -> Iterator[Diagnostic]:
    """Yield each rule that would make more alerts than anyone reads."""
    for number, rule in enumerate(settings.rules):
        count, _ = counts[rule.name]
        if count > MANY_A_DAY:
            what = f"about {count:.0f} alerts a day; narrow its scope, or let its subscribers have a digest"
            yield Diagnostic(what=f'rule "{rule.name}": {what}', rule=number)


def unheard(settings: Settings, gone: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield each rule of which a subscriber has unsubscribed."""
    for number, rule in enumerate(settings.rules):
        if missing := [name for name in rule.subscribers if name in gone]:
            who = "nobody receives it" if gone.issuperset(rule.subscribers) else "some do not receive it"
            back = f"`talkwatch alerts subscribe {shlex.quote(missing[0])}` takes it back"
            what = f'rule "{rule.name}": {who}: unsubscribed: {", ".join(missing)}; {back}'
            yield Diagnostic(what=what, rule=number, key="subscribers")


def outcome(errors: Sequence[Diagnostic], warnings: Sequence[Diagnostic]) -> str:
    """Say in a word or two what the check came to."""
    if errors:
        return f"{len(errors)} wrong"
    return f"nothing wrong, {len(warnings)} to look at" if warnings else "nothing wrong"
