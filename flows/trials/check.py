"""The answer of `talkwatch rules check`: what is wrong, what is odd, and how many alerts a day to expect."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from flows.trials.backtest import DAYS, backtest, moment_of, of_stories
from flows.trials.past import batches, phrases_found, words_of
from warehouse.channels import unsubscribed
from warehouse.records import FoundRight, Precision
from warehouse.revisions import Revision, came, known_outlets
from warehouse.store import is_begun, reading
from warehouse.verdicts import found_right as found_right_about
from warehouse.verdicts import precisions

# The estimate lives through about so many revisions at most, a quarter of a day at a time: a check stays short.
MOST = 300
ROUGHLY = timedelta(hours=6)
# A phrase that stands in so great a share of what is stored says nothing about it.
FLOOD = 0.2
FLOOD_FROM = 50
MANY_A_DAY = 50
# Fewer verdicts than these say nothing about a rule.
JUDGED_FROM = 10
ONE_DAY = timedelta(days=1)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is stored of the last days, or a `share` of its stories: revisions, of how many, and since when."""

    history: Sequence[Revision]
    revisions: int
    share: float
    since: datetime
    until: datetime

    @property
    def days(self) -> float:
        """Return how many days it covers, a day at least."""
        return max(self.until - self.since, ONE_DAY) / ONE_DAY


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
    expected = "no article is stored yet, so there is no estimate of alerts a day" if rules and not errors else None
    if rules and outlets and not errors:
        storming, expected = estimated(setup, past_of(setup))
        warnings += storming
    return RuleReport(
        errors=diagnostics(settings, errors),
        warnings=diagnostics(settings, warnings),
        summary=f"{size}: {outcome(errors, warnings)}",
        expected=expected,
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


def estimated(setup: Setup, past: Past | None) -> tuple[list[Diagnostic], str]:
    """Return what would be too much for anyone, and how many alerts a day to expect, or why that is not known."""
    if past is None:
        return [], (
            f"nothing stored came in the last {DAYS.days} days, so there is no estimate; "
            "`talkwatch rules backtest --since TIME` tries older articles"
        )
    counts = alerts_a_day(setup, past)
    expected = table(("rule", "alerts a day"), [(name, f"{count:.1f}") for name, count in counts.items()])
    sample = "" if past.share >= 1 else f", estimated from {len(past.history)} of them"
    over = f"over the {past.days:.1f} days stored, {past.revisions} articles{sample}; nothing was sent"
    return [*floods(setup, past), *storms(setup.settings, counts)], f"{expected}\n{over}"


def told_by_the_warehouse(setup: Setup) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return who has unsubscribed, and the outlets there are articles of, with their languages."""
    if not is_begun(setup.data_dir):
        return frozenset(), ()
    with reading(setup.data_dir) as session:
        return unsubscribed(session), known_outlets(session)


def past_of(setup: Setup) -> Past | None:
    """Return what is stored of the last 30 days, None when there is nothing."""
    until = setup.now()
    with reading(setup.data_dir) as session:
        history = came(session, since=until - DAYS, until=until)
        if not history:
            return None
        share = min(1.0, MOST / len(history))
        some = of_stories(session, history, share)
    return Past(history=some, revisions=len(history), share=share, since=moment_of(history[0]), until=until)


def alerts_a_day(setup: Setup, past: Past) -> dict[str, float]:
    """Return how many alerts a day each rule would have made."""
    found = backtest(setup, setup.rules, since=past.since, until=past.until, roughly=ROUGHLY, share=past.share)
    counts = Counter(each.alert.rule for each in found.alerts)
    return {rule.name: counts[rule.name] / past.days / past.share for rule in setup.rules}


def floods(setup: Setup, past: Past) -> Iterator[Diagnostic]:
    """Yield each phrase that stands in a great share of the articles stored."""
    if len(past.history) < FLOOD_FROM:
        return
    counts = Counter(
        phrase
        for batch in batches(past.history)
        for stored in words_of(setup, batch).values()
        for phrase in phrases_found(setup.rules, stored.article)
    )
    for number, rule in enumerate(setup.rules):
        for phrase in rule.keywords:
            share = counts[phrase] / len(past.history)
            if share >= FLOOD:
                what = f'"{phrase}" stands in {share:.0%} of the articles stored; say more, for example with where'
                yield Diagnostic(what=f'rule "{rule.name}": {what}', rule=number, key="keywords")


def storms(settings: Settings, counts: dict[str, float]) -> Iterator[Diagnostic]:
    """Yield each rule that would make more alerts than anyone reads."""
    for number, rule in enumerate(settings.rules):
        if counts[rule.name] > MANY_A_DAY:
            what = f"about {counts[rule.name]:.0f} alerts a day; narrow its scope, or let its subscribers have a digest"
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
