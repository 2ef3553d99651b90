"""What a pass works with: settings, watchlist, compiled rules, the clock, and where progress is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.rule_checks import wrong_names
from extractors.officials.countries import Countries
from extractors.officials.roster import Official
from extractors.officials.spellings import Spellings, spellings_for
from extractors.officials.watchlist import Watchlist
from extractors.speech.parties import Party
from extractors.speech.reading import Gate
from extractors.text.words import did_you_mean
from flows.config.environment import lease_token
from flows.config.mistakes import located
from flows.config.settings import Settings, configured_watchlist, diagnostics, read_text
from flows.problems import UsageProblem
from flows.processes.cluster import Cluster, cluster_at
from flows.processes.pool import Pool, PoolMaker, cores
from flows.processes.readers import Readers, readers_for
from flows.processes.workers import Workers
from flows.progress import Progress, silent
from flows.times import utc_now
from warehouse.locking import Held, act_under, exclusive
from warehouse.places import SERVE_LOCK

STOP_FLAG = "stopping"
LOCK_FILE = "pass.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOwner:
    """Who speaks in the posts of a channel, which stand under the name of its outlet."""

    outlet: str
    party: Party


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything the steps of a pass share. The gate is made at its first use: most passes have nothing to read."""

    settings: Settings
    watchlist: Watchlist
    rules: tuple[CompiledRule, ...]
    now: Callable[[], datetime] = utc_now
    ticks: Callable[[], float] = time.monotonic  # seconds, by no clock that is ever set
    progress: Progress = field(default=silent)
    pause: Callable[[float], object] = time.sleep

    @property
    def data_dir(self) -> Path:
        """Return where the warehouse stands."""
        return self.settings.data_dir

    @cached_property
    def gate(self) -> Gate:
        """Return the gate that tells which articles are worth reading in full."""
        return Gate(self.watchlist, (rule.phrases for rule in self.rules), tagging=self.settings.tagging)

    @cached_property
    def countries(self) -> Countries:
        """Return what the watchlist's countries are called."""
        return Countries(self.watchlist)

    @cached_property
    def spellings(self) -> Spellings:
        """Return what words are found by in a search."""
        return spellings_for(self.watchlist)

    @cached_property
    def owners(self) -> Mapping[str, PostOwner]:
        """Return who speaks in the posts of each channel, by its feed_id, where the configuration says so."""
        tables = self.settings.feed_tables.items()
        named = ((name, each, self.watchlist.official(each.speaker)) for name, each in tables if each.speaker)
        return {name: PostOwner(outlet=each.outlet, party=speaking(who)) for name, each, who in named if who}

    @property
    def reader(self) -> Readers:
        """Return the readers of articles, whose processes start at the first article that needs them."""
        return readers_for(self.watchlist, tagging=self.settings.tagging, make=self.make_pool)

    @property
    def parsers(self) -> Workers:
        """Return new processes that parse what is hostile; the caller ends them."""
        return Workers(cores(), make=self.make_pool)

    @property
    def cluster(self) -> Cluster | None:
        """Return the cluster that cleans and reads; None where this machine does."""
        return cluster_at(self.settings.cluster) if self.settings.cluster else None

    @cached_property
    def make_pool(self) -> PoolMaker:
        """Return what makes pools of processes, here or on the cluster."""
        return self.cluster.pool if self.cluster else Pool

    @cached_property
    def silently(self) -> Setup:
        """Return the same without progress; made once, since it has a gate of its own."""
        return replace(self, progress=silent)

    @cached_property
    def telling_nobody(self) -> Setup:
        """Return the same without rules and subscribers; made once, since it has a gate of its own."""
        return replace(self, rules=(), settings=replace(self.settings, subscribers=()))

    def stopping(self) -> bool:
        """Tell whether `serve` has been asked to stop."""
        return (self.data_dir / STOP_FLAG).exists()


def forget_stop(data_dir: Path) -> None:
    """Take away what a `serve` that was killed in mid-stop left behind; while one is at work its word counts."""
    if (data_dir / STOP_FLAG).exists():
        with suppress(Held), exclusive(data_dir / SERVE_LOCK):
            (data_dir / STOP_FLAG).unlink(missing_ok=True)


def speaking(official: Official) -> Party:
    """Return an official as who speaks."""
    return Party(name=official.name, ref_id=official.official_id, gender=official.gender, is_person=True)


def unknown_speakers(settings: Settings, watchlist: Watchlist) -> list[str]:
    """Say which feeds name a speaker whom the watchlist has not, with file and line."""
    speakers = [(n, each.speaker) for n, each in enumerate(settings.feed_tables.values()) if each.speaker]
    wrong = [(n, name) for n, name in speakers if watchlist.official(name) is None]
    names = [official.name for official in watchlist.officials] if wrong else []
    return [
        located(
            settings.path,
            read_text(settings.path),
            ("feeds", n, "speaker"),
            f'speaker: no official "{name}" on the watchlist{did_you_mean(name, names)}',
        )
        for n, name in wrong
    ]


def prepared(settings: Settings, *, progress: Progress = silent) -> Setup:
    """Load the watchlist and compile the rules; raise UsageProblem when a rule names what is not there."""
    act_under(lease_token())
    forget_stop(settings.data_dir)
    watchlist = configured_watchlist(settings)
    if unknown := unknown_speakers(settings, watchlist):
        raise UsageProblem("\n".join(unknown))
    problems = wrong_names(settings.rules, watchlist)
    if problems:
        raise UsageProblem("\n".join(diagnostics(settings, problems)))
    return Setup(
        settings=settings, watchlist=watchlist, rules=compile_rules(settings.rules, watchlist), progress=progress
    )
