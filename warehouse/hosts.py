"""Servers as guests must know them: when each was last asked, until when it is parked, and its robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from warehouse.rows import Columns
from warehouse.session import Session


class RobotsState(StrEnum):
    """What is known of a site's robots.txt: its rules count, there is none, or it could not be had yet."""

    RULES = "rules"
    NONE = "none"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """The robots.txt of a site, `origin` being its scheme, host and port; asked for again at `next_at`."""

    origin: str
    state: RobotsState
    body: str | None
    asked_at: datetime
    next_at: datetime
    failures: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPace:
    """When a server, as host:port, was last asked, and until when it wants to be left alone."""

    host: str
    last_started_at: datetime | None = None
    parked_until: datetime | None = None


_PACE = Columns(HostPace)
_ROBOTS = Columns(RobotsFile)

_HOSTS_SAVED = """
INSERT INTO hosts BY NAME FROM hosts_now
ON CONFLICT (host) DO UPDATE SET
    last_started_at = greatest(hosts.last_started_at, excluded.last_started_at),
    parked_until = coalesce(excluded.parked_until, hosts.parked_until)
"""

_ASKED_LAST = """
SELECT DISTINCT coalesce(f.current_url, f.url)
FROM feeds AS f
JOIN hosts AS h ON f.last_polled_at = h.last_started_at
"""

_FORGET = "DELETE FROM hosts WHERE last_started_at < $since AND (parked_until IS NULL OR parked_until < $now)"


def save_hosts(session: Session, hosts: Sequence[HostPace]) -> None:
    """Note when hosts were last asked, and until when those that said so are parked."""
    session.stage("hosts_now", _PACE.types, map(_PACE.row, hosts))
    session.run(_HOSTS_SAVED, quiet=True)


def recent_hosts(session: Session, now: datetime, since: datetime) -> tuple[HostPace, ...]:
    """Return the hosts asked after `since` or still parked; the others are forgotten, they may be asked at once."""
    session.run(_FORGET, {"now": now, "since": since}, quiet=True)
    return session.records(_PACE, f"SELECT {_PACE} FROM hosts ORDER BY host")  # noqa: S608 (our own columns)


def asked_last(session: Session) -> tuple[str, ...]:
    """Return the addresses of feeds that were the last thing their hosts were asked for."""
    return tuple(url for (url,) in session.rows(_ASKED_LAST))


def save_robots(session: Session, files: Sequence[RobotsFile]) -> None:
    """Keep the robots.txt of sites, or that they have none."""
    last = {file.origin: file for file in files}
    # Nothing an analyst waits for, so no reason for a new copy.
    session.save("robots", _ROBOTS, last.values(), _ROBOTS.replaced("origin"), quiet=True)


def robots_files(session: Session) -> tuple[RobotsFile, ...]:
    """Return what is known of every site's robots.txt."""
    return session.records(_ROBOTS, f"SELECT {_ROBOTS} FROM robots ORDER BY origin")  # noqa: S608 (our own columns)
