"""Servers as guests must know them: when each was last asked, until when it is parked, and its robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from warehouse.feed_records import HostPace, RobotsFile, RobotsState
from warehouse.session import Session

_HOSTS = {"host": "VARCHAR", "last_started_at": "TIMESTAMPTZ", "parked_until": "TIMESTAMPTZ"}
_ROBOTS = ("origin", "state", "body", "asked_at", "next_at", "failures", "last_error")

_HOSTS_SAVED = """
INSERT INTO hosts BY NAME FROM hosts_now
ON CONFLICT (host) DO UPDATE SET
    last_started_at = greatest(hosts.last_started_at, excluded.last_started_at),
    parked_until = coalesce(excluded.parked_until, hosts.parked_until)
"""

_ROBOTS_CLASH = """
ON CONFLICT (origin) DO UPDATE SET
    state = excluded.state,
    body = excluded.body,
    asked_at = excluded.asked_at,
    next_at = excluded.next_at,
    failures = excluded.failures,
    last_error = excluded.last_error
"""

_ASKED_LAST = """
SELECT DISTINCT coalesce(f.current_url, f.url)
FROM feeds AS f
JOIN hosts AS h ON f.last_polled_at = h.last_started_at
"""

_FORGET = "DELETE FROM hosts WHERE last_started_at < $since AND (parked_until IS NULL OR parked_until < $now)"


def save_hosts(session: Session, hosts: Sequence[HostPace]) -> None:
    """Note when hosts were last asked, and until when those that said so are parked."""
    rows = ((pace.host, pace.last_started_at, pace.parked_until) for pace in hosts)
    session.stage("hosts_now", _HOSTS, rows)
    session.run(_HOSTS_SAVED, quiet=True)


def recent_hosts(session: Session, now: datetime, since: datetime) -> tuple[HostPace, ...]:
    """Return the hosts asked after `since` or still parked; the others are forgotten, they may be asked at once."""
    session.run(_FORGET, {"now": now, "since": since}, quiet=True)
    rows = session.rows("SELECT host, last_started_at, parked_until FROM hosts ORDER BY host")
    return tuple(HostPace(host=host, last_started_at=last, parked_until=until) for host, last, until in rows)


def asked_last(session: Session) -> tuple[str, ...]:
    """Return the addresses of feeds that were the last thing their hosts were asked for."""
    return tuple(url for (url,) in session.rows(_ASKED_LAST))


def save_robots(session: Session, files: Sequence[RobotsFile]) -> None:
    """Keep the robots.txt of sites, or that they have none."""
    rows = (
        (file.origin, file.state, file.body, file.asked_at, file.next_at, file.failures, file.last_error)
        for file in {file.origin: file for file in files}.values()
    )
    # Nothing an analyst waits for, so no reason for a new copy.
    values = [list(column) for column in zip(*rows, strict=True)]
    if values:
        places = ", ".join(f"unnest(${number})" for number in range(1, len(_ROBOTS) + 1))
        session.run(f"INSERT INTO robots ({', '.join(_ROBOTS)}) SELECT {places} {_ROBOTS_CLASH}", values, quiet=True)


def robots_files(session: Session) -> tuple[RobotsFile, ...]:
    """Return what is known of every site's robots.txt."""
    rows = session.rows(f"SELECT {', '.join(_ROBOTS)} FROM robots ORDER BY origin")  # noqa: S608  (names of our own columns)
    return tuple(
        RobotsFile(
            origin=origin,
            state=RobotsState(state),
            body=body,
            asked_at=asked_at,
            next_at=next_at,
            failures=failures,
            last_error=error,
        )
        for origin, state, body, asked_at, next_at, failures, error in rows
    )
