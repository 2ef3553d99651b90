"""What a pass works with: settings, watchlist, compiled rules, the clock, and where progress is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.rule_checks import wrong_names
from extractors.officials.countries import Countries
from extractors.officials.spellings import Spellings
from extractors.officials.watchlist import Watchlist
from extractors.speech.reading import Gate
from flows.config.environment import lease_token
from flows.config.settings import Settings, configured_watchlist, diagnostics
from flows.problems import UsageProblem
from flows.processes.readers import Readers, readers_for
from flows.progress import Progress, silent
from flows.times import utc_now
from warehouse.lease import act_under
from warehouse.locking import Held, exclusive
from warehouse.places import SERVE_LOCK

STOP_FLAG = "stopping"
LOCK_FILE = "pass.lock"


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything the steps of a pass share. The gate is made at its first use: most passes have nothing to read."""

    settings: Settings
    watchlist: Watchlist
    rules: tuple[CompiledRule, ...]
    now: Callable[[], datetime] = utc_now
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
        return Spellings(self.watchlist)

    @property
    def reader(self) -> Readers:
        """Return the readers of articles, whose processes start at the first article that needs them."""
        return readers_for(self.watchlist, tagging=self.settings.tagging)

    @cached_property
    def silently(self) -> Setup:
        """Return the same without progress; made once, since it has a gate of its own."""
        return replace(self, progress=silent)

    def stopping(self) -> bool:
        """Tell whether `serve` has been asked to stop."""
        return (self.data_dir / STOP_FLAG).exists()


def forget_stop(data_dir: Path) -> None:
    """Take away what a `serve` that was killed in mid-stop left behind; while one is at work its word counts."""
    with suppress(Held), exclusive(data_dir / SERVE_LOCK):
        (data_dir / STOP_FLAG).unlink(missing_ok=True)


def prepared(settings: Settings, *, progress: Progress = silent) -> Setup:
    """Load the watchlist and compile the rules; raise UsageProblem when a rule names what is not there."""
    act_under(lease_token())
    watchlist = configured_watchlist(settings)
    problems = wrong_names(settings.rules, watchlist)
    if problems:
        raise UsageProblem("\n".join(diagnostics(settings, problems)))
    return Setup(
        settings=settings, watchlist=watchlist, rules=compile_rules(settings.rules, watchlist), progress=progress
    )
