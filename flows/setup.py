"""What a pass works with: settings, watchlist, compiled rules, the clock, and where progress is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from alerts.rule_checks import wrong_names
from alerts.rules import CompiledRule, compile_rules
from extractors.gate import Gate
from extractors.watchlist import Watchlist
from flows.findings import lines
from flows.problems import UsageProblem
from flows.progress import Progress, silent
from flows.readers import Readers, readers_for
from flows.settings import Settings
from flows.turns import Turns
from flows.watchlists import configured_watchlist

STOP_FLAG = "stopping"
LOCK_FILE = "pass.lock"


def utc_now() -> datetime:
    """Read the clock: the one place where Talkwatch does."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything the steps of a pass share. The gate is made at its first use: most passes have nothing to read."""

    settings: Settings
    watchlist: Watchlist
    rules: tuple[CompiledRule, ...]
    now: Callable[[], datetime] = utc_now
    progress: Progress = field(default=silent)
    turns: Turns = field(default_factory=Turns)

    @property
    def data_dir(self) -> Path:
        """Return where the warehouse stands."""
        return self.settings.data_dir

    @cached_property
    def gate(self) -> Gate:
        """Return the gate that tells which articles are worth reading in full."""
        return Gate(self.watchlist, (rule.phrases for rule in self.rules))

    @property
    def reader(self) -> Readers:
        """Return the readers of articles, whose processes start at the first article that needs them."""
        return readers_for(self.watchlist)

    @cached_property
    def silently(self) -> Setup:
        """Return the same without progress; made once, since it has a gate of its own."""
        return replace(self, progress=silent)

    def stopping(self) -> bool:
        """Tell whether `serve` has been asked to stop."""
        return (self.data_dir / STOP_FLAG).exists()


def prepared(settings: Settings, *, progress: Progress = silent) -> Setup:
    """Load the watchlist and compile the rules; raise UsageProblem when a rule names what is not there."""
    watchlist = configured_watchlist(settings)
    problems = wrong_names(settings.rules, watchlist, [who.name for who in settings.subscribers])
    if problems:
        raise UsageProblem("\n".join(lines(settings, problems)))
    return Setup(
        settings=settings, watchlist=watchlist, rules=compile_rules(settings.rules, watchlist), progress=progress
    )
