from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections import Counter

import pytest

from flows.setup import STOP_FLAG
from tests.deployment import TALKWATCH, descendants, kill_tree, words_of
from tests.newsroom import OTHER, RULES, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow

LONG = 240


@pytest.fixture
def room(tmp_path):
    """An outlet, a mailbox and a webhook, watched every two seconds."""
    with newsroom(tmp_path) as opened:
        # The servers' clock is real, and the articles are of the newsroom's: no limit of age.
        opened.write(every="1s", rules=f"{RULES}max_age = 'none'\n", more="[schedule]\nevery = '2s'\n")
        yield opened


def serve(room, *options: str, **more: str) -> subprocess.Popen[str]:
    """Start `talkwatch serve` as an operator would, with `more` in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")} | more
    return subprocess.Popen(
        [TALKWATCH, "serve", "--config", str(room.configuration), *options],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def until_serving(process: subprocess.Popen[str], times: int) -> str:
    """Read the log until the schedule has been begun so many times; return what was read."""
    assert process.stderr
    told = ""
    while told.count("serving: a pass every") < times:
        line = process.stderr.readline()
        assert line, told
        told += line
    return told


def states(room) -> Counter[str]:
    """Count Prefect's runs by the name of their state."""
    with sqlite3.connect(room.configuration.parent / "var" / "prefect" / "prefect.db") as database:
        return Counter(name for (name,) in database.execute("select state_name from flow_run"))


def prefect_server_of(process: subprocess.Popen[str]) -> int:
    """Return the process id of the Prefect server that `serve` has started."""
    return next(pid for pid in descendants(process.pid) if "server" in words_of(pid))


def wait_for_schedule(room) -> None:
    """Wait until Prefect has written down the runs to come, which it does within half a minute."""
    until = time.monotonic() + LONG
    while not states(room)["Scheduled"] and time.monotonic() < until:
        time.sleep(0.2)


def miss_runs(room) -> int:
    """Let the scheduled runs stand as they would after an outage: their time has passed. Return how many they are."""
    with sqlite3.connect(room.configuration.parent / "var" / "prefect" / "prefect.db") as database:
        missed = database.execute(
            "update flow_run set next_scheduled_start_time = datetime('now', '-1 minute'), "
            "expected_start_time = datetime('now', '-1 minute') where state_type = 'SCHEDULED'"
        )
        return missed.rowcount


def taken_over(room, process: subprocess.Popen[str]) -> None:
    """Add a feed to the configuration, have it looked at, and wait until it is what passes go by."""
    more = '[[feeds]]\nurl = "https://tribune.invalid/rss"\noutlet = "Tribune"\n'
    room.configuration.write_text(room.configuration.read_text() + more)
    process.send_signal(signal.SIGHUP)
    kept, until = room.configuration.parent / "var" / "configuration.json", time.monotonic() + LONG
    while "Tribune" not in kept.read_text() and time.monotonic() < until:
        time.sleep(0.1)  # a process that was told by a signal gives no other sign


def test_serve_runs_the_schedule_and_stops_cleanly(room):
    """A scheduled run of the real server does the work; SIGTERM ends all with exit code 0, and a second serve is refused.

    systemd is told when the schedule runs, and when it ends.
    """
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(room.configuration.parent / "notify"))
    process = serve(room, "--log-format", "json", NOTIFY_SOCKET=manager.getsockname())
    try:
        room.mail.wait_for(1, LONG)
        taken_over(room, process)
        second = subprocess.run(
            [TALKWATCH, "serve", "--config", str(room.configuration)], capture_output=True, text=True, check=False
        )
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    manager.setblocking(False)
    assert [manager.recv(1000).split(b"\n")[0] for _ in range(2)] == [b"READY=1", b"STOPPING=1"]
    manager.close()
    assert second.returncode == 1
    assert (
        f"another serve is at work on {room.configuration.parent / 'var'} (held by process {process.pid})"
        in second.stderr
    )
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert "the configuration is taken over: 1 feed new" in errors
    assert not (room.configuration.parent / "var" / STOP_FLAG).exists()  # else the next `run` by hand would do nothing
    events = list(map(json.loads, errors.splitlines()))  # every process of it writes one object a line
    assert all(event.keys() >= {"time", "level", "logger", "message", "process"} for event in events)
    counts = [event.get("fields", {}) for event in events if event["logger"] == "talkwatch.pass"]
    assert any({"articles_new": 2, "messages_sent": 2}.items() <= each.items() for each in counts), errors
    assert states(room)["Completed"] >= 1
    assert not states(room).keys() & {"Scheduled", "Late", "Pending", "Running"}
    assert room.rows("select count(*) from runs where finished_at is not null")[0][0] >= 1


def test_serve_catches_up_once_after_a_kill(room):
    """Killed in mid-pass, with runs missed while it was down, serve works on by itself: nothing is told twice."""
    gate = threading.Event()
    room.outlet.reply("/harvest", Reply(gate=gate, body=b"late"))
    first = serve(room)
    try:
        room.outlet.wait_for("/harvest", 1, LONG)
        wait_for_schedule(room)
        kill_tree(first.pid)
    finally:
        first.kill()
        first.communicate()
        gate.set()
    assert states(room)["Running"] == 1
    missed = miss_runs(room)
    assert missed > 2
    room.outlet.reply("/harvest", page("A festival by the river", OTHER))
    second = serve(room)
    try:
        room.mail.wait_for(1, LONG)
        room.hook.wait_for("/hook", 1, LONG)
        second.send_signal(signal.SIGTERM)
        _, errors = second.communicate(timeout=60)
    finally:
        second.kill()
        second.communicate()
    assert "1 orphaned runs marked crashed" in errors
    found = states(room)
    assert (found["Crashed"], found["Running"]) == (1, 0)
    assert found["Skipped"] >= missed - 1  # one may have been started
    assert (len(room.mail.mails), len(room.hook.requests)) == (1, 1)


def test_a_pass_whose_server_dies_loses_and_repeats_nothing(room):
    """Prefect's server is killed in mid-pass: serve says so and begins anew, by itself; the work is done once."""
    gate = threading.Event()
    room.outlet.reply("/harvest", Reply(gate=gate, body=b"late"))
    process = serve(room)
    try:
        room.outlet.wait_for("/harvest", 1, LONG)
        os.kill(prefect_server_of(process), signal.SIGKILL)
        room.outlet.reply("/harvest", page("A festival by the river", OTHER))
        gate.set()
        told = until_serving(process, 2)
        room.mail.wait_for(1, LONG)
        room.hook.wait_for("/hook", 1, LONG)
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
        gate.set()
    errors = f"{told}{rest}"
    assert process.returncode == 0, errors
    assert "ended by itself; start serve again: beginning again in 5 s" in errors
    assert "CancelledError" not in errors
    assert (len(room.mail.mails), len(room.hook.requests)) == (1, 1)
    told = room.rows("select count(distinct message_id), count(*) filter (status <> 'sent') from deliveries")
    assert told == [(2, 0)]
