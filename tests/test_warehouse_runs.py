from __future__ import annotations

from dataclasses import fields, replace

import pytest

from alerts.message_records import Standing, Status
from extractors.records import Depth
from tests.warehouse_examples import (
    HOUR,
    NOW,
    alert,
    decision,
    feed,
    message,
    new_entry,
    new_warehouse,
    poll,
    read_article,
)
from warehouse import alerts, articles, outbox
from warehouse.entries import PageFailure, fail_entries
from warehouse.feeds import FeedCourse, FeedHealth, save_polls, sync_feeds
from warehouse.runs import FailingFeed, Health, Run, RunCounts, finish_run, health, last_runs, start_run
from warehouse.store import writing

COUNTS = RunCounts(**{field.name: number for number, field in enumerate(fields(RunCounts), 1)})


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def test_a_run_comes_back_whole(session):
    """Each count stands in its own column, and the newest run comes first."""
    start_run(session, "r1", NOW - HOUR)
    finish_run(session, "r1", NOW, COUNTS)
    start_run(session, "r2", NOW)
    unfinished = Run(run_id="r2", started_at=NOW, finished_at=None, counts=None)
    finished = Run(run_id="r1", started_at=NOW - HOUR, finished_at=NOW, counts=COUNTS)
    assert last_runs(session, 9) == (unfinished, finished)
    assert last_runs(session, 1) == (unfinished,)


def test_counts_add_up():
    """The counts of a pass are the sums of its stages'."""
    assert COUNTS + RunCounts(alerts=2) == RunCounts(
        **{field.name: getattr(COUNTS, field.name) + 2 * (field.name == "alerts") for field in fields(RunCounts)}
    )


def test_a_new_warehouse_has_nothing_to_tell(session):
    """Before the first run every number is zero and every time is missing."""
    assert health(session, NOW) == Health(
        last_started_at=None,
        last_finished_at=None,
        unfinished_runs=0,
        feeds=0,
        feeds_new=0,
        feeds_failing=0,
        worst_feeds=(),
        last_new_at=None,
        entries_pending=0,
        entries_failed=0,
        articles=0,
        alerts=0,
        messages_waiting=0,
        messages_dead=0,
        oldest_due_at=None,
    )


def test_health_counts_what_there_is(session):
    """Runs, feeds, entries, articles, alerts and messages are counted as they stand."""
    start_run(session, "r1", NOW - HOUR)
    finish_run(session, "r1", NOW, COUNTS)
    start_run(session, "r2", NOW + HOUR)
    sync_feeds(session, [feed("one"), feed("two"), feed("three")])
    save_polls(session, [poll(new_entry("e1"), new_entry("e2")), poll(name="two", error="timeout")])
    fail_entries(session, [PageFailure(entry_key="e2", feed_id="feed-one", reason="x", retry_at=None)])
    found = read_article()
    articles.save_articles(session, [replace(found, reading=replace(found.reading, depth=Depth.CRASHED))])
    alerts.save_decisions(session, [decision(alert())])
    waiting = [message(name=name, due_at=at) for name, at in (("m1", NOW - HOUR), ("m2", NOW), ("m3", NOW + HOUR))]
    outbox.save_messages(session, [*waiting, message(name="m4")])
    outbox.settle(session, "m4", Standing(status=Status.DEAD, error="gone"), NOW)
    assert health(session, NOW) == Health(
        last_started_at=NOW + HOUR,
        last_finished_at=NOW,
        unfinished_runs=1,
        feeds=3,
        feeds_new=1,
        feeds_failing=1,
        worst_feeds=(
            FailingFeed(outlet="Two", url="https://two.example/rss", failing_since=None, last_error="timeout"),
        ),
        last_new_at=NOW,
        entries_pending=1,
        entries_failed=1,
        articles=1,
        alerts=1,
        messages_waiting=3,
        messages_dead=1,
        oldest_due_at=NOW - HOUR,
        readings_given_up=1,
    )


def test_what_is_not_due_yet_is_not_late(session):
    """A message held for later does not count as overdue."""
    outbox.save_messages(session, [message(due_at=NOW + HOUR)])
    assert health(session, NOW).oldest_due_at is None
    assert health(session, NOW + HOUR).oldest_due_at == NOW + HOUR


def test_an_unwatched_feed_is_not_counted(session):
    """A feed no longer configured neither counts nor fails."""
    sync_feeds(session, [feed("two")])
    save_polls(session, [poll(name="two", error="timeout")])
    sync_feeds(session, [])
    numbers = health(session, NOW)
    assert (numbers.feeds, numbers.feeds_failing, numbers.worst_feeds) == (0, 0, ())


def test_the_feeds_that_fail_longest_are_named(session):
    """Of many that fail, five are named, the longest first, and all are counted; one that is gone fails too."""
    names = [f"f{n}" for n in range(7)]
    sync_feeds(session, [feed(name) for name in names])
    for n, name in enumerate(names):
        state = FeedHealth.GONE if n == 3 else FeedHealth.FAILING
        save_polls(session, [poll(name=name, error="x", course=FeedCourse(state=state, failing_since=NOW - n * HOUR))])
    numbers = health(session, NOW)
    assert numbers.feeds_failing == 7
    assert [(each.outlet, each.failing_since) for each in numbers.worst_feeds] == [
        (f"F{n}", NOW - n * HOUR) for n in (6, 5, 4, 3, 2)
    ]
