from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.warehouse_examples import HOUR, NOW, new_warehouse
from warehouse import hosts
from warehouse.hosts import HostPace, RobotsFile, RobotsState
from warehouse.published import publish
from warehouse.store import writing

DAY = timedelta(days=1)
RULES = RobotsFile(
    origin="https://one.example", state=RobotsState.RULES, body="User-agent: *\nDisallow: /x", asked_at=NOW, next_at=NOW + DAY
)  # fmt: skip


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def recent(session, now=NOW):
    """Return the hosts that still matter."""
    return hosts.recent_hosts(session, now, now - DAY)


def test_a_host_keeps_its_latest_start_and_its_parking(session):
    """An older start does not overwrite a later one, and a start says nothing about parking."""
    hosts.save_hosts(
        session, [HostPace(host="a:80", last_started_at=NOW), HostPace(host="b:80", parked_until=NOW + HOUR)]
    )
    hosts.save_hosts(
        session, [HostPace(host="a:80", last_started_at=NOW - HOUR), HostPace(host="b:80", last_started_at=NOW)]
    )
    assert recent(session) == (
        HostPace(host="a:80", last_started_at=NOW),
        HostPace(host="b:80", last_started_at=NOW, parked_until=NOW + HOUR),
    )


def test_a_host_not_asked_for_long_is_forgotten(session):
    """After a day a host may be asked at once, so nothing need be known of it, unless it is parked."""
    parked = HostPace(host="b:80", last_started_at=NOW, parked_until=NOW + 3 * DAY)
    hosts.save_hosts(session, [HostPace(host="a:80", last_started_at=NOW), parked])
    assert recent(session, NOW + 2 * DAY) == (parked,)
    assert session.rows("SELECT count(*) FROM hosts") == [(1,)]


def test_a_robots_file_comes_back_whole_and_the_newest_counts(session):
    """Every field survives; another answer of the same site replaces it, even in one batch."""
    failing = replace(RULES, state=RobotsState.WAIT, body=None, failures=2, last_error="HTTP 503")
    hosts.save_robots(session, [])
    hosts.save_robots(session, [RULES])
    assert hosts.robots_files(session) == (RULES,)
    hosts.save_robots(session, [RULES, failing])
    assert hosts.robots_files(session) == (failing,)


def test_hosts_are_no_reason_for_a_new_copy(tmp_path):
    """What only guests need to know does not make analysts wait for a new copy."""
    new_warehouse(tmp_path)
    publish(tmp_path)
    with writing(tmp_path) as session:
        hosts.save_robots(session, [RULES])
        hosts.save_hosts(session, [HostPace(host="a:80", last_started_at=NOW)])
    assert not publish(tmp_path)
