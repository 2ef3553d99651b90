"""What a pass works with: settings, watchlist, compiled rules, the clock, and where progress is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from alerts.rules import CompiledRule, compile_rules, rule_problems
from extractors.reading import Reader
from extractors.watchlist import Watchlist, load_watchlist
from flows.problems import UsageProblem
from flows.progress import Progress, silent
from flows.settings import Settings

STOP_FLAG = "stopping"
LOCK_FILE = "pass.lock"


def utc_now() -> datetime:
    """Read the clock: the one place where Talkwatch does."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything the steps of a pass share. The reader is made at its first use: most passes have nothing to read."""

    settings: Settings
    watchlist: Watchlist
    rules: tuple[CompiledRule, ...]
    now: Callable[[], datetime] = utc_now
    progress: Progress = field(default=silent)

    @property
    def data_dir(self) -> Path:
        """Return where the warehouse stands."""
        return self.settings.data_dir

    @cached_property
    def reader(self) -> Reader:
        """Return the reader of articles, which loads the language model once."""
        return Reader(self.watchlist)

    def stopping(self) -> bool:
        """Tell whether `serve` has been asked to stop."""
        return (self.data_dir / STOP_FLAG).exists()


def prepared(settings: Settings, *, progress: Progress = silent) -> Setup:
    """Load the watchlist and compile the rules; raise UsageProblem when a rule names what is not there."""
    watchlist = load_watchlist()
    problems = rule_problems(settings.rules, watchlist, [who.name for who in settings.subscribers])
    if problems:
        raise UsageProblem("\n".join(f"{settings.path}: {problem}" for problem in problems))
    return Setup(
        settings=settings, watchlist=watchlist, rules=compile_rules(settings.rules, watchlist), progress=progress
    )
