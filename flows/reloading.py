"""A configuration changed while `serve` runs: taken over when it is right as a whole, else the old one stays."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from alerts.wording import counted
from flows.config.accepted import Accepted, read_as_it_is, stamp
from flows.config.settings import Settings, settings_in
from flows.problems import UsageProblem
from flows.setup import Setup, prepared
from flows.steps.deliver.notices import tell, well_again
from warehouse.errors import WarehouseError
from warehouse.store import writing

log = logging.getLogger("talkwatch.serve")

KEY = "configuration"
_PATIENCE = timedelta(seconds=5)
_ADVICE = "The configuration before it stays in use until this is mended; `talkwatch rules check` looks it over."
# What is read at the start alone, as the file calls it.
AT_START = {"data_dir": "data_dir", "http": "[http]", "prefect_port": "[prefect] port"}
_LISTED = frozenset({"feeds", "feed_tables", "rules", "subscribers", "watchlist", "watchlist_text", "path", *AT_START})


class Reloading:
    """Looks whether the files have changed, checks them whole, and says once what became of it."""

    def __init__(self, setup: Setup) -> None:
        """Begin with the configuration of the start, which was right."""
        self.setup = setup
        self._taken = self._seen = self._stamp()
        self._untold: tuple[str | None, ...] = ()
        self._is_wrong = False

    def begin(self) -> None:
        """Have passes go by the configuration of the start, which may be one that was kept: the file is wrong then."""
        try:
            read_as_it_is(self.setup.settings.path, self.setup.data_dir).keep()
        except UsageProblem:
            self._taken = ""

    def look(self, *, asked: bool = False) -> Setup | None:
        """Return what to work with from now on; None where nothing has changed, or what changed is wrong.

        A change is looked at when it has lasted from one look to the next, at once when it was `asked` for: who writes
        a file, or two, may not be done yet.
        """
        before, self._seen = self._seen, self._stamp()
        for problem in self._untold:
            self._say(problem)
        if (self._seen == self._taken or self._seen != before) and not asked:
            return None
        self._taken = self._seen
        path, data_dir = self.setup.settings.path, self.setup.data_dir
        try:
            accepted = read_as_it_is(path, data_dir)
            named = accepted.settings(path, sending=True)
            fresh = replace(prepared(named, progress=self.setup.progress), now=self.setup.now)
        except UsageProblem as problem:
            log.error("the changed configuration is wrong, the one before stays: %s", problem)  # noqa: TRY400 (no bug)
            self._is_wrong = True
            self._say(str(problem))
            return None
        return self._take(accepted, fresh)

    def _take(self, accepted: Accepted, fresh: Setup) -> Setup:
        accepted.keep()
        told = ", ".join(changes(self.setup, fresh))
        log.info("the configuration is taken over: %s", told or "nothing in it has changed")
        written = settings_in(fresh.settings.path, accepted.configuration, sending=True)
        if waits := [name for key, name in AT_START.items() if differs(self.setup.settings, written, key)]:
            log.warning("%s: used from the next start on", ", ".join(waits))
        self.setup = fresh
        if self._is_wrong:
            self._is_wrong = False
            self._say(None)
        return fresh

    def _say(self, problem: str | None) -> None:
        """Tell the operator that it is wrong, or right again (None); if that can't be now, at the next look."""
        self._untold = (problem,)
        try:
            with writing(self.setup.data_dir, wait=_PATIENCE) as session:
                if problem is None:
                    subject = "The configuration is right again"
                    well_again(self.setup, session, KEY, subject=subject, text="It is in use from the next pass on.")
                else:
                    subject = "The changed configuration is wrong, the one before stays in use"
                    tell(self.setup, session, key=KEY, subject=subject, text=f"{problem}\n{_ADVICE}")
        except WarehouseError as error:
            log.warning("the operator can't be told yet: %s", error)
        else:
            self._untold = ()

    def _stamp(self) -> str:
        settings = self.setup.settings
        return stamp(settings.path, settings.watchlist.file)


def changes(before: Setup, after: Setup) -> Iterator[str]:
    """Yield in words what a configuration has otherwise than the one before."""
    old, new = before.settings, after.settings
    yield from counted_changes("feed", dict(old.feed_tables), dict(new.feed_tables))
    yield from counted_changes("rule", {each.name: each for each in old.rules}, {each.name: each for each in new.rules})
    named = ({each.name: each for each in settings.subscribers} for settings in (old, new))
    yield from counted_changes("subscriber", *named)
    if before.watchlist.version != after.watchlist.version:
        yield "the watchlist changed"
    if any(differs(old, new, each.name) for each in fields(Settings) if each.name not in _LISTED):
        yield "other settings changed"


def counted_changes(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """Yield how many are new, changed and gone."""
    numbers = {
        "new": len(new.keys() - old.keys()),
        "changed": sum(old[name] != new[name] for name in old.keys() & new.keys()),
        "gone": len(old.keys() - new.keys()),
    }
    yield from (f"{counted(number, what)} {word}" for word, number in numbers.items() if number)


def differs(old: Settings, new: Settings, key: str) -> bool:
    """Tell whether a setting is another."""
    one: Any = getattr(old, key)
    return bool(one != getattr(new, key))
