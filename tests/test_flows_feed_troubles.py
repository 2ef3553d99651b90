"""Feeds that die and come back, day after day: what the operator is told, what the log names, and what `status` says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.cli.deployment import wellness
from flows.steps.deliver.notices import tell, tell_of_feed
from flows.steps.poll import Polled, failed, note, unchanged
from flows.web.results import FetchFailure, FetchReason, NotModified
from tests.post_office import NOW, post_office
from warehouse import runs
from warehouse.feeds import due_feeds, sync_feeds
from warehouse.runs import RunCounts
from warehouse.store import writing

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NAMES = ("One", "Two", "Three")


@pytest.fixture
def office(tmp_path):
    """Three feeds, and an operator who is told by a webhook."""
    with post_office(tmp_path) as opened:
        feeds = "".join(f'[[feeds]]\nurl = "https://{name}.example/rss"\noutlet = "{name}"\n' for name in NAMES)
        opened.write(more=feeds)
        yield opened


def passes(office, span, *failing, status=404):
    """Let time go by, and all feeds that are due answer every four hours, but for some that fail; then send what is due."""
    ends = office.now + span
    while office.now < ends:
        office.now = min(office.now + 4 * HOUR, ends)
        setup = office.setup()
        with writing(setup.data_dir) as session:
            sync_feeds(session, setup.settings.feeds)
            polled = [answered(state, failing, status, office.now) for state in due_feeds(session, office.now)]
            for feed, news in note(session, polled, office.now).news:
                tell_of_feed(setup, session, feed, news)
            runs.start_run(session, f"{office.now:%d%H}", office.now)
            runs.finish_run(session, f"{office.now:%d%H}", office.now, RunCounts())
        office.deliver()


def answered(state, failing, status, now):
    """Return what came of asking a feed."""
    if state.feed.outlet not in failing:
        return Polled(state=state, finding=unchanged(state, NotModified(key="k"), now))
    failure = FetchFailure(key="k", reason=FetchReason.STATUS, detail=f"HTTP {status}", status=status)
    return Polled(state=state, finding=failed(state, failure, now))


def told(office):
    """Return what the operator got, message by message."""
    return [asked.body.decode() for asked in office.hook.asked("/ops")]


def test_feeds_that_die_are_told_once_in_one_message_and_when_they_are_back(office, caplog):
    """Two that fail for a day are one message, the third joins tomorrow's; that they are back is told at once."""
    passes(office, HOUR)
    passes(office, HOUR, "One", "Two")
    passes(office, 20 * HOUR, *NAMES)
    assert told(office) == []
    passes(office, 8 * HOUR, *NAMES)
    (both,) = told(office)
    assert "fails (and 1 more)" in both
    assert "https://One.example/rss fails since 2026-03-04 14:00 UTC: HTTP 404. `talkwatch feeds check` says" in both
    assert "https://Two.example/rss fails" in both
    passes(office, 3 * DAY, *NAMES)
    assert [("One fails" in body, "Two fails" in body, "Three fails" in body) for body in told(office)] == [
        (True, True, False),
        (False, False, True),
    ]
    passes(office, 2 * DAY)
    first, *more = told(office)[2:]
    assert len(more) <= 1
    assert sum("".join((first, *more)).count(f"the feed of {name} is well again") >= 1 for name in NAMES) == 3
    assert sorted(line for line in lines(caplog) if "fails: HTTP 404" in line) == sorted(
        f"{name} (https://{name}.example/rss) fails: HTTP 404" for name in NAMES
    )


def lines(caplog):
    """Return what stands in the log of feeds."""
    return [record.getMessage() for record in caplog.records if record.name == "talkwatch.feeds"]


def test_a_feed_that_is_back_before_it_was_told_is_not_told(office, caplog):
    """Within a day of the last message none is of feeds; what has passed by then is worth a line in the log."""
    caplog.set_level("INFO")
    passes(office, 12 * HOUR, "One")
    passes(office, 20 * HOUR, "One", "Two")
    assert len(told(office)) == 1
    passes(office, 12 * HOUR, "One", "Two")
    assert office.rows("select count(*) from messages where status = 'pending'") == [(1,)]
    passes(office, 3 * DAY, "One")
    assert office.rows("select count(*) from messages where status = 'pending'") == [(0,)]
    assert len(told(office)) == 1
    assert any(line.startswith("Two (https://Two.example/rss) answers again after") for line in lines(caplog))


def test_what_cannot_wait_takes_along_what_is_told_once_a_day(office):
    """One message is enough when the operator is told of something else anyway."""
    passes(office, 4 * HOUR, "One")
    passes(office, 30 * HOUR, "One", "Two")
    assert len(told(office)) == 1
    with writing(office.setup().data_dir) as session:
        tell(office.setup(), session, key="channel:email", subject="e-mail takes no messages", text="Mend it.")
    office.deliver()
    assert len(told(office)) == 2
    assert "https://Two.example/rss fails since" in told(office)[1]
    assert "e-mail takes no messages" in told(office)[1]


def test_a_feed_that_fails_otherwise_and_is_gone_is_well_again_once(office):
    """It fails, then is gone: two messages; when it answers one is enough."""
    passes(office, 30 * HOUR, "One")
    passes(office, 3 * DAY, "One", status=410)
    assert [("One fails" in body, "One is gone" in body) for body in told(office)] == [(True, False), (False, True)]
    office.now += 31 * DAY
    passes(office, 2 * HOUR)
    assert told(office)[2].count("https://One.example/rss answers again") == 1
    assert len(told(office)) == 3


def test_status_counts_the_feeds_that_fail_and_names_the_worst(office, monkeypatch):
    """Well, but: how many of how many, then which, since when and why."""
    monkeypatch.setattr("flows.cli.deployment.utc_now", lambda: office.now)
    settings = office.setup().settings
    passes(office, 2 * HOUR)
    assert wellness(settings, HOUR)[1].splitlines()[0] == "well"
    passes(office, 2 * HOUR, "Two")
    assert wellness(settings, HOUR)[1].splitlines()[0] == "well, but 1 of 3 feeds fails"
    passes(office, 2 * HOUR, "Two", "One", status=500)
    well, text = wellness(settings, HOUR)
    first, second, third = text.splitlines()[:3]
    assert (well, first) == (True, "well, but 2 of 3 feeds fail")
    assert second == f"feed fails since {NOW + 4 * HOUR:%Y-%m-%d %H:%M} UTC: Two (https://Two.example/rss): HTTP 500"
    assert third.startswith("feed fails since 2026-03-04 18:00 UTC: One")


def test_status_says_that_nothing_is_watched(office, monkeypatch):
    """A deployment without feeds is told so, as it may be a mistake."""
    monkeypatch.setattr("flows.cli.deployment.utc_now", lambda: office.now)
    office.write()
    passes(office, HOUR)
    assert wellness(office.setup().settings, HOUR)[1].startswith("well, but no feed is watched")
