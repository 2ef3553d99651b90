"""The settings of one command, and their watchlist: reads `talkwatch.toml`, and the environment with `environment`."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alerts.rule_checks import Diagnostic
from alerts.rules import Rule
from alerts.subscribers import Subscriber
from alerts.values import PLACEHOLDER, Table, is_open
from extractors.officials.watchlist import Watchlist, WatchlistProblem, load_watchlist
from extractors.text.identity import feed_id
from flows.config.addresses import ClusterTable, HttpTable
from flows.config.configuration import (
    ConfigurationFile,
    FeedTable,
    FetchTable,
    RetentionTable,
    WatchlistTable,
    mistakes_in,
)
from flows.config.environment import DEFAULT_NAME, configuration_path, set_environment
from flows.config.mistakes import at_line, explained, located, unreadable
from flows.problems import UsageProblem
from warehouse.feeds import WatchedFeed

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What the operator may set otherwise: warnings only, a week of history but for its events, which are most of it and
# are told by the runs' states too, three minutes of runs scheduled ahead, three tries
# with a server that does not answer: a pass must not hang for minutes on one that has died; no blocks, which nothing of
# ours uses; and a look at new deployments twice a minute, since the first pass is asked for at once.
PREFECT_DEFAULTS = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "P7D",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT3M",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "PT6H",
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "30",
}
# Services of Prefect's server that look every few seconds for what there is none of here: work pools, pauses,
# automations, leases of limits, runs that were cancelled or are late. They are two fifths of what it takes while idle.
UNUSED_SERVICES = (
    *("CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "FOREMAN", "LATE_RUNS"),
    *("PAUSE_EXPIRATIONS", "REPOSSESSOR", "TRIGGERS"),
)
PREFECT_DEFAULTS |= {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in UNUSED_SERVICES}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAddress:
    """Where the scheduler is, or `local` for one on this machine; for `tls://` the files of its certificates."""

    scheduler: str
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All a pass needs to know; `channels` are the tables of channels that have one. No repr shows a secret.

    `feed_tables` are the feeds' own tables by feed_id: what is asked for while a pass is at work, and is not stored.
    """

    path: Path
    data_dir: Path
    timezone: str
    operator: str | None
    every: timedelta
    fetch: FetchTable
    prefect_port: int | None
    http: HttpTable
    cluster: ClusterAddress | None
    tagging: bool
    feeds: tuple[WatchedFeed, ...]
    feed_tables: Mapping[str, FeedTable]
    rules: tuple[Rule, ...]
    subscribers: tuple[Subscriber, ...]
    channels: Mapping[str, Table]
    watchlist: WatchlistTable = field(default_factory=WatchlistTable)
    watchlist_text: str | None = None
    retention: RetentionTable = field(default_factory=lambda: RetentionTable.model_validate({}))
    heartbeat_url: str | None = field(default=None, repr=False)
    publish_to: str | None = field(default=None, repr=False)

    def timezone_of(self, feed_id: str) -> str | None:
        """Return the time zone of a feed's times that name none; None for UTC."""
        table = self.feed_tables.get(feed_id)
        return table.timezone if table else None

    def language_of(self, feed_id: str) -> str | None:
        """Return the language that a feed's articles are said to be in; None where each says its own."""
        table = self.feed_tables.get(feed_id)
        return table.language if table else None

    def table_of(self, feed_id: str) -> FeedTable | None:
        """Return a feed's own table: how its server wants to be asked."""
        return self.feed_tables.get(feed_id)


def configuration_here() -> Path | None:
    """Return the configuration that is named, or the default one where it is there; None where there is neither."""
    path = configuration_path(None)
    return path if os.environ.get("TALKWATCH_CONFIG") or path.exists() else None


def use_prefect(data_dir: Path, *, for_one_pass: bool = False) -> None:
    """Prepare the environment for Prefect, before anything imports it; its pages are not there `for_one_pass`.

    Its home stands beside our data, its telemetry is off, its history is kept for a week, and only its warnings are
    shown. Raises UsageProblem when the home cannot be made.
    """
    home = Path(os.environ.get("PREFECT_HOME") or data_dir / "prefect")
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"the data directory {data_dir} cannot be written: {error.strerror}") from None
    own = {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    if for_one_pass:  # nobody can look at them in time, and to lay them out takes most of a second
        own["PREFECT_UI_ENABLED"] = "false"
    set_environment({**{name: os.environ.get(name, value) for name, value in PREFECT_DEFAULTS.items()}, **own})


def prefect_api_url() -> str | None:
    """Return the address of the Prefect server the operator named."""
    return os.environ.get("PREFECT_API_URL") or None


def prefect_log(data_dir: Path) -> Path:
    """Return the log of our own Prefect server."""
    return data_dir / "prefect" / "server.log"


def prefect_home() -> Path:
    """Return Prefect's own directory, as the environment names it once it is prepared."""
    return Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()


def load_settings(path: Path, *, sending: bool = False) -> Settings:
    """Read and check a configuration; with `sending` every secret in it must be set.

    Raises UsageProblem with one line for each mistake, each with the file and line.
    """
    return settings_in(path, read_text(path), sending=sending)


def settings_in(path: Path, text: str, *, sending: bool) -> Settings:
    """Check a configuration that stands, or stood, at `path`, as `load_settings` does."""
    file = parsed(path, text, sending=sending)
    if mistakes := mistakes_in(file):
        raise UsageProblem("\n".join(located(path, text, place, what) for place, what in mistakes))
    return settled(path, file)


def read_text(path: Path) -> str:
    """Return the file's text without the mark some editors put before it, or say why it can't be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageProblem(
            f"no configuration at {path}; write one with `talkwatch init`, or name it with --config"
        ) from None
    except IsADirectoryError:
        raise UsageProblem(f"{path} is a folder; name the file in it, for example {path / DEFAULT_NAME}") from None
    except UnicodeDecodeError:
        raise UsageProblem(f"{path} is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise UsageProblem(f"cannot read {path}: {error.strerror}") from None


def parsed(path: Path, text: str, *, sending: bool) -> ConfigurationFile:
    """Return the checked file, its placeholders filled."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(at_line(path, *unreadable(error))) from None
    wrong: list[str] = []
    raw = filled(raw, os.environ, path.parent, wrong, required=sending)
    if wrong:
        raise UsageProblem("\n".join(f"{path}: {what}" for what in dict.fromkeys(wrong)))
    try:
        return ConfigurationFile.model_validate(raw)
    except ValidationError as error:
        lines = [located(path, text, item["loc"], explained(dict(item), raw)) for item in error.errors()]
        raise UsageProblem("\n".join(dict.fromkeys(lines))) from None


def settled(path: Path, file: ConfigurationFile) -> Settings:
    """Turn the checked file into the records the rest of the program knows."""
    return Settings(
        path=path,
        data_dir=path.parent / file.data_dir,
        timezone=file.timezone,
        operator=file.operator,
        every=file.schedule.every,
        fetch=file.fetch,
        prefect_port=file.prefect.port,
        http=file.http,
        cluster=cluster_of(path, file.cluster),
        tagging=file.reading.tagger,
        feeds=tuple(watched(feed) for feed in file.feeds),
        feed_tables={feed_id(feed.url): beside(path, feed) for feed in file.feeds},
        rules=file.rules,
        subscribers=tuple(in_timezone(who, file.timezone) for who in file.subscribers),
        channels=file.channels,
        heartbeat_url=file.heartbeat_url,
        watchlist=file.watchlist,
        publish_to=placed(path.parent, file.publish_to),
        retention=file.retention,
    )


def placed(folder: Path, place: str | None) -> str | None:
    """Return an address as it stands, and a folder as found from the configuration."""
    return place if place is None or "://" in place or is_open(place) else str((folder / place).resolve())


def cluster_of(path: Path, table: ClusterTable) -> ClusterAddress | None:
    """Return where the cluster is, its files as found from the configuration; None where there is none."""
    if table.scheduler is None:
        return None
    ca, cert, key = (each and str(path.parent / each) for each in (table.tls_ca, table.tls_cert, table.tls_key))
    return ClusterAddress(scheduler=table.scheduler, tls_ca=ca, tls_cert=cert, tls_key=key)


def beside(path: Path, feed: FeedTable) -> FeedTable:
    """Return a feed's table with the file of its certificates as found from the configuration."""
    if isinstance(feed.verify, bool) or is_open(feed.verify):
        return feed
    return feed.model_copy(update={"verify": str(path.parent / feed.verify)})


def watched(feed: FeedTable) -> WatchedFeed:
    """Return a feed as the warehouse knows it; the longest interval defaults to four times the shortest."""
    return WatchedFeed(
        feed_id=feed_id(feed.url),
        url=feed.url,
        outlet=feed.outlet,
        country=feed.country,
        every=feed.every,
        max_every=feed.max_every or 4 * feed.every,
        kind=str(feed.kind),
        primary_source=feed.primary or feed.speaker is not None,
    )


def in_timezone(who: Subscriber, timezone: str) -> Subscriber:
    """Return a subscriber in the file's time zone unless he has his own."""
    return who if "timezone" in who.model_fields_set else who.model_copy(update={"timezone": timezone})


def filled(value: Any, environment: Mapping[str, str], folder: Path, wrong: list[str], *, required: bool) -> Any:
    """Return `value` with every placeholder in its strings replaced; what is wrong with those that stay is noted."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: looked_up(match, environment, folder, wrong, required=required), value)
    if isinstance(value, list):
        return [filled(item, environment, folder, wrong, required=required) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, environment, folder, wrong, required=required) for key, item in value.items()}
    return value


def looked_up(
    match: re.Match[str], environment: Mapping[str, str], folder: Path, wrong: list[str], *, required: bool
) -> str:
    """Return what one placeholder stands for, or itself with its mistake noted."""
    try:
        return lookup(match, environment, folder, required=required)
    except UsageProblem as problem:
        wrong.append(str(problem))
        return match[0]


def lookup(match: re.Match[str], environment: Mapping[str, str], folder: Path, *, required: bool) -> str:
    """Return what one placeholder stands for; raise UsageProblem where it is none, or unset and required."""
    inner = match[1]
    if inner.startswith("file:"):
        return from_file(folder / inner.removeprefix("file:")) if required else match[0]
    if not NAME.fullmatch(inner):
        raise UsageProblem(f"{match[0]} is no placeholder; write ${{NAME}} or ${{file:PATH}}")
    if inner in environment:
        return environment[inner]
    if required:
        raise UsageProblem(f"${{{inner}}} is not set; set the environment variable {inner}, or use ${{file:PATH}}")
    return match[0]


def from_file(path: Path) -> str:
    """Return a secret file's text without its last line break; refuse one that others on this machine can read."""
    try:
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and not is_credential(path):
            raise UsageProblem(f"the secret file {path} can be read by others; take that away with `chmod 600 {path}`")
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageProblem(f"cannot read the secret file {path}: {why}") from None


def is_credential(path: Path) -> bool:
    """Tell whether systemd keeps this file for us alone: its access list shows in the mode as the group's."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return folder not in {None, ""} and path.parent == Path(folder) and not path.stat().st_mode & stat.S_IROTH


def diagnostics(settings: Settings, findings: Sequence[Diagnostic], text: str | None = None) -> tuple[str, ...]:
    """Return findings as lines with file and line before them; `text` is what is to stand in the file."""
    if not findings:
        return ()
    text = read_text(settings.path) if text is None else text
    return tuple(located(settings.path, text, place_of(each), each.what) for each in findings)


def place_of(finding: Diagnostic) -> tuple[int | str, ...]:
    """Return where in the file a finding is about."""
    return tuple(part for part in ("rules", finding.rule, finding.key) if part is not None)


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
    """Return the text of the file that `[watchlist]` names, or that it had when the configuration was accepted."""
    if settings.watchlist_text is not None:
        return settings.watchlist_text
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


def reading_here() -> tuple[Watchlist, bool]:
    """Return the watchlist of the configuration that is there, ours alone without one, and whether the tagger reads."""
    path: Path | None = configuration_here()
    if path is None:
        return load_watchlist(), True
    settings = load_settings(path)
    return configured_watchlist(settings), settings.tagging
