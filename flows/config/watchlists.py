"""The watchlist of a configuration: ours, with what its `[watchlist]` adds. Looks for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractors.officials.watchlist import Watchlist, WatchlistProblem, load_watchlist
from flows.config.mistakes import located
from flows.config.settings import Settings, configuration_here, load_settings, read_text
from flows.problems import UsageProblem


def configured_watchlist(settings: Settings) -> Watchlist:
    """Return the watchlist; raise UsageProblem, with the file and line, for what is wrong in what was added."""
    file = settings.path.parent / settings.watchlist.file if settings.watchlist.file else None
    added = additions(settings)
    # The last word is the configuration's: its tables come after the file they stand beside.
    sources = [added_text(settings, file)] if file else []
    try:
        return load_watchlist(*sources, *([added] if added else []))
    except WatchlistProblem as problem:
        if file and problem.source == 1:
            raise UsageProblem(located(file, sources[0], problem.place, str(problem))) from None
        place = ("watchlist", *problem.place)
        raise UsageProblem(located(settings.path, read_text(settings.path), place, str(problem))) from None


def added_text(settings: Settings, file: Path) -> str:
    """Return the text of the file that `[watchlist]` names."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "there is none" if isinstance(error, FileNotFoundError) else "it cannot be read as UTF-8 text"
        line = f"file: {file}: {why}; write a path relative to this file"
        raise UsageProblem(located(settings.path, read_text(settings.path), ("watchlist", "file"), line)) from None


def additions(settings: Settings) -> Mapping[str, Any]:
    """Return the tables of the configuration itself, as `extractors.officials.watchlist` takes them."""
    tables = settings.watchlist.model_dump(exclude={"file"}, exclude_unset=True)
    return {name: list(entries) for name, entries in tables.items()}


def watchlist_here() -> Watchlist:
    """Return the watchlist of the configuration that is there, ours alone where there is none."""
    path: Path | None = configuration_here()
    return configured_watchlist(load_settings(path)) if path else load_watchlist()
