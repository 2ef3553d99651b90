"""Which configuration is meant, and where its data stands: what is known before the whole of it is read and checked."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

DEFAULT_NAME = "talkwatch.toml"
PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


def configuration_path(given: Path | None) -> Path:
    """Return `--config`, else `TALKWATCH_CONFIG`, else `./talkwatch.toml`, made absolute."""
    return (given or Path(os.environ.get("TALKWATCH_CONFIG") or DEFAULT_NAME)).absolute()


def data_dir_of(path: Path) -> Path | None:
    """Return where a configuration's data stands, without a look at the rest; None where that has to be asked."""
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("data_dir", "var")
    except (OSError, ValueError):
        return None
    return path.parent / named if isinstance(named, str) and named and "$" not in named else None


def log_format() -> str:
    """Return how logs are written, here and in the processes that are started: `--log-format`, else plain lines."""
    return os.environ.get("TALKWATCH_LOG_FORMAT") or "plain"


def set_environment(values: dict[str, str]) -> None:
    """Set variables for this process and those it starts."""
    os.environ.update(values)


def ignore_proxies() -> None:
    """Forget the proxies that the environment names: what is asked of this machine, Prefect for one, must not go there.

    All our own requests go out past them in any case; who needs a proxy for feeds and pages writes `[fetch] proxy`.
    """
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        del os.environ[name]
