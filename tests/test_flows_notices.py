from __future__ import annotations

import json
import logging
import os
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from flows.cli.deployment import wellness
from flows.setup import Setup
from flows.steps.deliver import self_watch
from flows.steps.deliver.notices import tell, well_again
from flows.steps.deliver.self_watch import FULL, UNUSABLE, PassWatch, after_pass, before_pass, disk_watched
from flows.steps.passes import run_pass
from tests.post_office import post_office
from tests.servers import Reply
from warehouse import runs
from warehouse.errors import DiskFull, Unusable
from warehouse.locking import LOCK, exclusive, take_lease
from warehouse.published import PUBLISHED, publish
from warehouse.runs import RunCounts
from warehouse.store import LIVE, migrate, writing

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TROUBLE = {"key": "feed:1", "subject": "A feed is gone", "text": "Take it out of the configuration."}
OVER = {"subject": "The feed is back", "text": "It has new entries."}


@pytest.fixture
def office(tmp_path):
    """A mail server, a webhook receiver, and an operator."""
    with post_office(tmp_path) as opened:
        yield opened


def noted(office, step, *keys, **words):
    """Tell something in a session of its own."""
    with writing(office.setup().data_dir) as session:
        return step(office.setup(), session, *keys, **words)


def told(office):
    """Return the posts to the operator, whole."""
    return [json.dumps(json.loads(asked.body), ensure_ascii=False) for asked in office.hook.asked("/ops")]


def test_a_trouble_is_told_once_until_it_is_over(office):
    """Told again and again it is one message; when it is over that is one more; then it may be told anew."""
    assert [noted(office, tell, **TROUBLE) for _ in range(3)] == [True, False, False]
    office.deliver()
    assert noted(office, well_again, "feed:1", **OVER)
    assert not noted(office, well_again, "feed:1", **OVER)
    office.deliver()
    office.now += HOUR
    assert noted(office, tell, **TROUBLE)
    office.deliver()
    assert [("A feed is gone" in body, "The feed is back" in body) for body in told(office)] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert "Take it out of the configuration." in told(office)[0]


def test_what_is_told_in_one_pass_is_one_message(office):
    """Many troubles at once are one message to the operator, and none to subscribers."""
    for number in range(30):
        noted(office, tell, key=f"feed:{number}", subject=f"Feed {number} is gone", text="It answered 410.")
    office.record(1)
    assert office.deliver().messages_sent == 3
    (body,) = told(office)
    assert "(and 29 more)" in body
    assert "Feed 29 is gone" in body
    assert not any("gone" in subject for subject in office.mailed())


def test_what_the_operator_is_told_holds_no_alert(office):
    """An alert to the operator does not join what he is told, and analysts' deliveries do not show that."""
    office.write(subscribers=("ops",))
    noted(office, tell, **TROUBLE)
    office.record(1)
    office.deliver()
    assert len(told(office)) == 2
    assert office.rows("select count(*) from deliveries") == [(1,)]


def test_without_an_operator_it_stands_in_the_log_and_in_status(office, caplog):
    """Nobody is written to, and nothing waits to be."""
    office.path.write_text(office.path.read_text().replace('operator = "ops"', ""))
    assert noted(office, tell, **TROUBLE)
    assert office.deliver() == RunCounts()
    assert "A feed is gone: Take it out" in caplog.text
    assert "told since 2026-03-04 12:00 UTC: A feed is gone" in wellness(office.setup().settings, HOUR)[1]


def test_hostile_words_reach_the_operator_as_words(office, caplog):
    """What a feed's server says can be neither markup nor a control character in what he is told, the log and status."""
    noted(office, tell, key="k", subject="<!channel>\x1b[31m \u202etxt", text="<a href='x'>&")
    office.deliver()
    (asked,) = office.hook.asked("/ops")
    assert b"<" not in asked.body
    assert "\u202e" not in told(office)[0]
    assert "\\u001b" not in told(office)[0]
    seen = caplog.text + wellness(office.setup().settings, HOUR)[1]
    assert "<!channel>[31m txt" in seen
    assert "\x1b" not in seen


def test_messages_that_do_not_leave_are_told(office):
    """A message that waits for over half an hour is told, and that all have left, too."""
    office.mail.answer("DATA", "451 later", times=9)
    office.record(1)
    office.deliver()
    noted(office, after_pass)
    office.deliver(timedelta(minutes=30))
    noted(office, after_pass)
    office.deliver()
    assert told(office) == []
    office.deliver(timedelta(minutes=1))
    noted(office, after_pass)
    office.deliver()
    assert "A message has waited since 2026-03-04 12:00 UTC" in told(office)[-1]
    office.mail._cues.clear()
    office.deliver(HOUR)
    noted(office, after_pass)
    office.deliver()
    assert "No message is waiting" in told(office)[-1]


@pytest.mark.parametrize(
    ("every", "gap", "scheduled", "expected"),
    [
        pytest.param("1m", timedelta(minutes=11), True, True, id="many intervals without a finished pass"),
        pytest.param("1m", timedelta(minutes=10), True, False, id="a pass that takes some minutes"),
        pytest.param("10m", timedelta(minutes=20), True, False, id="two intervals"),
        pytest.param("10m", timedelta(minutes=21), True, True, id="more than two intervals"),
        pytest.param("1m", timedelta(days=9), False, False, id="passes by hand have no interval"),
    ],
)
def test_passes_that_do_not_end_are_told(office, every, gap, scheduled, expected):
    """At the start of a scheduled pass, when the last finished one is too old; and once more when one is finished."""
    office.write(more=f'[schedule]\nevery = "{every}"')
    noted(office, before_pass, scheduled=scheduled)
    end_pass(office)
    office.now += gap
    noted(office, before_pass, scheduled=scheduled)
    office.deliver()
    assert len(told(office)) == expected
    noted(office, after_pass)
    office.deliver()
    assert [("No pass was finished" in body, "finished again" in body) for body in told(office)] == [
        (True, False),
        (False, True),
    ] * expected


@pytest.fixture
def disk(monkeypatch):
    """How many bytes are free on the disk: much, until a test says otherwise."""
    disk = SimpleNamespace(free=10**12)
    monkeypatch.setattr("flows.steps.deliver.self_watch.shutil.disk_usage", lambda _: disk)
    return disk


def fill(office):
    """Have a pass find no room."""
    with pytest.raises(DiskFull), disk_watched(office.setup()):
        raise DiskFull("no space left on the disk of var")


def find_room(office):
    """Have a pass find all the room it wants."""
    with disk_watched(office.setup()):
        pass


@pytest.mark.usefixtures("disk")
def test_a_full_disk_is_told_once_past_the_outbox(office):
    """Nothing can be written down, so an empty file remembers; and once when there is room again, and it is gone."""
    marker = office.setup().data_dir / FULL
    find_room(office)
    assert not marker.exists()
    fill(office)
    fill(office)
    assert marker.exists()
    find_room(office)
    find_room(office)
    assert not marker.exists()
    assert [("The disk is full" in body, "room again" in body) for body in told(office)] == [
        (True, False),
        (False, True),
    ]
    assert " MB would do for now" in told(office)[0]


def test_a_disk_at_the_edge_is_told_once(office, disk):
    """One pass finds room, the next none: nothing is over until there is room to spare, or none wants for an hour."""
    marker = office.setup().data_dir / FULL
    disk.free = 1_000_000
    for _ in range(5):
        fill(office)
        find_room(office)
    assert len(told(office)) == 1
    os.utime(marker, (0, time.time() - 3_700))
    find_room(office)
    assert [("The disk is full" in body) for body in told(office)] == [True, False]


@pytest.mark.usefixtures("disk")
def test_status_is_not_well_while_the_disk_is_full(office, monkeypatch):
    """It says since when and how much room is wanted, until a pass has found it."""
    monkeypatch.setattr("flows.cli.deployment.utc_now", lambda: office.now)
    end_pass(office)
    fill(office)
    well, text = wellness(office.setup().settings, HOUR)
    assert not well
    assert re.match(r"not well: the disk of .* is full, as of [\d-]+ [\d:]+ UTC; make room: \d+ MB would do", text)
    find_room(office)
    assert wellness(office.setup().settings, HOUR)[0]


def end_pass(office, at=None):
    """Record a pass that finished at a time, which is now."""
    at = at or office.now
    with writing(office.setup().data_dir) as session:
        runs.start_run(session, at.isoformat(), at)
        runs.finish_run(session, at.isoformat(), at, RunCounts())


def test_status_is_not_well_when_the_last_pass_is_in_the_future(office, monkeypatch):
    """A clock that was ahead is told until a pass has finished since; one put right by seconds is none."""
    monkeypatch.setattr("flows.cli.deployment.utc_now", lambda: office.now)
    end_pass(office, office.now + timedelta(days=3653))
    well, text = wellness(office.setup().settings, HOUR)
    assert (well, text.startswith("not well: the last pass finished in the future, 2036-03-04 12:00 UTC")) == (
        False,
        True,
    )
    end_pass(office, office.now + timedelta(seconds=5))
    assert wellness(office.setup().settings, HOUR)[0]


def test_status_is_not_well_when_the_copy_is_older_than_passes_leave_it(office, monkeypatch):
    """The copy may be an hour behind the last pass; more says that it could not be made."""
    office.now = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr("flows.cli.deployment.utc_now", lambda: office.now)
    end_pass(office)
    copy = office.setup().data_dir / PUBLISHED
    publish(copy.parent)
    os.utime(copy, (0, (office.now - timedelta(minutes=65)).timestamp()))
    assert wellness(office.setup().settings, HOUR)[0]
    os.utime(copy, (0, (office.now - timedelta(minutes=75)).timestamp()))
    well, text = wellness(office.setup().settings, HOUR)
    assert (well, "not well: analysis.duckdb is of" in text) == (False, True)


def test_a_warehouse_that_cannot_be_opened_is_told_once_with_the_way_back(office):
    """The outbox is in what is broken: passes tell the operator past it, once, and once when it is mended."""
    setup = office.setup()
    live = setup.data_dir / LIVE
    migrate(setup.data_dir)
    whole = live.read_bytes()
    live.write_bytes(whole[:20_000])
    for _ in range(2):
        with pytest.raises(Unusable):
            run_pass(setup)
    broken, *more = told(office)
    assert not more
    assert "The warehouse cannot be used" in broken
    assert f"{live} is damaged" in broken
    assert "talkwatch restore FILE" in broken
    live.write_bytes(whole)
    for _ in range(2):
        run_pass(setup)
    assert ["can be used again" in body for body in told(office)] == [False, True]


@pytest.mark.parametrize("operator", [True, False])
def test_a_full_disk_stands_in_the_log_whoever_can_be_told(office, caplog, operator):
    """An operator who cannot be reached, or who is not named, changes nothing of what a full disk does to a pass."""
    office.hook.reply("/ops", Reply(500))
    if not operator:
        office.path.write_text(office.path.read_text().replace('operator = "ops"', ""))
    with pytest.raises(DiskFull), disk_watched(office.setup()):
        raise DiskFull("no space left on the disk of var")
    assert "The disk is full: no space left on the disk of var" in caplog.text
    assert ("the operator could not be told: HTTP 500" in caplog.text) is operator
    assert len(told(office)) == operator


def beaten(office, secret="/beat/s3cret"):
    """Return how often the heartbeat's address was asked for."""
    return len(office.hook.asked(secret))


def test_a_heartbeat_follows_a_complete_pass_only(office, monkeypatch, caplog):
    """A pass that ends asks for the address, one that dies does not; a failing answer fails no pass and shows nothing."""
    caplog.set_level(logging.DEBUG)
    office.write(more=f'heartbeat_url = "{office.hook.url("/beat/s3cret")}"')
    office.hook.reply("/beat/s3cret", Reply(200), Reply(500), Reply(reset=True))
    run_pass(office.setup())
    assert beaten(office) == 1

    def die(*_args, **_named):
        raise SystemError("killed")

    with monkeypatch.context() as dying:
        dying.setattr("flows.steps.passes.finish", die)
        with pytest.raises(SystemError):
            run_pass(office.setup())
    assert beaten(office) == 1
    (office.setup().data_dir / "stopping").touch()
    run_pass(office.setup())
    assert beaten(office) == 1
    (office.setup().data_dir / "stopping").unlink()
    run_pass(office.setup())
    run_pass(office.setup())
    assert "no heartbeat: HTTP 500" in caplog.text
    assert "no heartbeat: no answer" in caplog.text
    assert "s3cret" not in caplog.text + repr(office.setup().settings)


def test_a_pass_that_hangs_is_told_from_beside_it(office):
    """No pass begins while one hangs: who watches it tells once, and the next pass that ends tells that it is over."""
    office.write(more='[schedule]\nevery = "1m"')
    end_pass(office)
    watch = PassWatch(office.setup())
    for _ in range(4):
        office.now += 5 * MINUTE
        watch.look()
        office.deliver()
    assert ["No pass was finished since 2026-03-04 12:00 UTC" in body for body in told(office)] == [True]
    end_pass(office)
    noted(office, after_pass)
    watch.look()
    office.deliver()
    assert ["finished again" in body for body in told(office)] == [False, True]


def test_a_pass_that_hangs_with_the_warehouse_in_hand_is_told_past_it(office, monkeypatch):
    """Where not even the outbox can be had, the operator hears of it once, and once when it is over."""
    monkeypatch.setattr(self_watch, "_PATIENCE", timedelta(0))
    office.write(more='[schedule]\nevery = "1m"')
    end_pass(office)
    watch = PassWatch(office.setup())
    with exclusive(office.setup().data_dir / LOCK):
        for _ in range(4):
            office.now += 5 * MINUTE
            watch.look()
    assert ["No pass was finished since" in body and "held by process" in body for body in told(office)] == [True]
    end_pass(office)
    watch.look()
    watch.look()
    assert ["finished again" in body for body in told(office)] == [False, True]


@pytest.mark.parametrize(
    ("clock", "passed", "told_of"),
    [
        pytest.param(6 * HOUR, MINUTE, 0, id="a clock that jumps ahead between two passes"),
        pytest.param(-6 * HOUR, MINUTE, 0, id="a clock that jumps back"),
        pytest.param(-6 * HOUR, 11 * MINUTE, 1, id="a pass that hangs while the clock is put back"),
        pytest.param(MINUTE, 11 * MINUTE, 1, id="a pass that hangs while the clock stands still"),
    ],
)
def test_no_clock_deceives_whoever_watches_passes(office, clock, passed, told_of):
    """While a serve is there silence is what passes by no clock, and is told from beside the passes alone."""
    office.write(more='[schedule]\nevery = "1m"')
    begun, ticks = office.setup(), [0.0]
    take_lease(begun.data_dir, office.now)
    end_pass(office)
    watch = PassWatch(replace(begun, ticks=lambda: ticks[0]))
    watch.look()
    office.now += clock
    ticks[0] += passed.total_seconds()
    noted(office, before_pass, scheduled=True)
    watch.look()
    office.deliver(after=12 * HOUR)
    assert ["No pass was finished since 2026-03-04 12:00 UTC" in body for body in told(office)] == [True] * told_of


@pytest.mark.parametrize("trouble", [FULL, UNUSABLE])
def test_a_pass_that_says_why_it_ends_is_no_silence(office, trouble):
    """While passes tell that there is no room, or no warehouse, nobody is told besides that none is finished."""
    office.write(more='[schedule]\nevery = "1m"')
    end_pass(office)
    watch, marker = PassWatch(office.setup()), office.setup().data_dir / trouble
    for _ in range(6):
        office.now += 9 * MINUTE
        marker.touch()
        os.utime(marker, (office.now.timestamp(), office.now.timestamp()))
        watch.look()
    take_lease(office.setup().data_dir, office.now)
    office.now += MINUTE
    noted(office, before_pass, scheduled=True)
    office.deliver()
    assert told(office) == []
    office.now += 11 * MINUTE
    watch.look()
    office.deliver()
    assert ["No pass was finished since 2026-03-04 12:00 UTC" in body for body in told(office)] == [True]


def test_what_was_not_finished_before_the_watch_began_is_not_its_to_tell(office):
    """After a night without `serve` the next pass says so itself."""
    end_pass(office)
    office.now += 9 * HOUR
    PassWatch(office.setup()).look()
    office.deliver()
    assert told(office) == []


def test_a_cluster_that_is_not_used_is_told_once(office, monkeypatch):
    """Why, and that this machine does the work; and once more when the cluster is used again."""
    away = SimpleNamespace(trouble="no scheduler answers at tls://far.example:8786 (timed out)")
    monkeypatch.setattr(Setup, "cluster", away)
    for _ in range(2):
        noted(office, after_pass)
    office.deliver()
    away.trouble = None
    for _ in range(2):
        noted(office, after_pass)
    office.deliver()
    lost, back = told(office)
    assert "The cluster is not used" in lost
    assert "no scheduler answers at tls://far.example:8786 (timed out). This machine does the work meanwhile" in lost
    assert "The cluster is used again" in back
