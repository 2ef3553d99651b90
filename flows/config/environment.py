"""Which configuration is meant, and where its data stands: what is known before the whole of it is read and checked."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

DEFAULT_NAME = "talkwatch.toml"
ACCEPTED = "TALKWATCH_ACCEPTED"
PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


def configuration_path(given: Path | None) -> Path:
    """Return `--config`, else `TALKWATCH_CONFIG`, else `./talkwatch.toml`, made absolute."""
    return (given or Path(os.environ.get("TALKWATCH_CONFIG") or DEFAULT_NAME)).absolute()


def accepted_path() -> Path | None:
    """Return where the configuration stands that the deployment has accepted to which this process belongs."""
    named = os.environ.get(ACCEPTED)
    return Path(named) if named else None


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


def environment_beside(values: dict[str, str]) -> dict[str, str]:
    """Return the environment of a process to be started, with these values where the operator set no others."""
    return values | dict(os.environ)


def forget_environment(name: str) -> None:
    """Take a variable away, here and for processes that are started from now on."""
    os.environ.pop(name, None)


def ignore_proxies() -> None:
    """Forget the proxies that the environment names: what is asked of this machine, Prefect for one, must not go there.

    All our own requests go out past them in any case; who needs a proxy for feeds and pages writes `[fetch] proxy`.
    """
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        del os.environ[name]


def notify_address() -> str | None:
    """Return where the service manager listens that started this process (sd_notify(3)); None where there is none."""
    return os.environ.get("NOTIFY_SOCKET") or None


def watchdog_seconds() -> float:
    """Return how often the service manager wants to hear that this process lives; 0 where it does not ask."""
    return (_number("WATCHDOG_USEC") or 0) / 1_000_000


def failed_starts() -> int:
    """Return how often in a row `serve` has begun anew, by itself, before this time."""
    return _number("TALKWATCH_FAILED_STARTS") or 0


def note_failed_start(count: int) -> None:
    """Hand on how often that was."""
    set_environment({"TALKWATCH_FAILED_STARTS": str(count)})


def lease_token() -> int | None:
    """Return the token that this process acts under; None where `serve` did not start it."""
    return _number("TALKWATCH_LEASE")


def _number(name: str) -> int | None:
    said = os.environ.get(name, "")
    return int(said) if said.isdecimal() else None
