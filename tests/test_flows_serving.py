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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from flows.prefect_server import free_port
from flows.setup import STOP_FLAG
from tests.deployment import TALKWATCH, descendants, held_by, until, words_of
from tests.newsroom import OTHER, RULES, Newsroom, feed, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow

LONG = 240


@contextmanager
def watched(folder, every: str, more: str = ""):
    """Open an outlet, a mailbox and a webhook, and have them watched in this interval."""
    with newsroom(folder) as room:
        # The servers' clock is real, and the articles are of the newsroom's: no limit of age.
        room.write(every="1s", rules=f"{RULES}max_age = 'none'\n", more=f"[schedule]\nevery = '{every}'\n{more}")
        yield room


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


def paused(room) -> list[bool]:
    """Return of each deployment in Prefect's records whether its schedule is paused."""
    with sqlite3.connect(room.configuration.parent / "var" / "prefect" / "prefect.db") as database:
        return [bool(each) for (each,) in database.execute("select paused from deployment")]


def prefect_server_of(process: subprocess.Popen[str]) -> int:
    """Return the process id of the Prefect server that `serve` has started."""
    return next(pid for pid in descendants(process.pid) if "server" in words_of(pid))


def told_by_prefect(port: int, path: str) -> dict[str, Any]:
    """Return what a Prefect server on this machine says of itself."""
    asked = httpx.get(f"http://127.0.0.1:{port}/{path}", timeout=LONG, trust_env=False)
    return dict(asked.raise_for_status().json())


def wait_for_schedule(room) -> None:
    """Wait until Prefect has written down the runs to come, which it does within half a minute."""
    until = time.monotonic() + LONG
    while not states(room)["Scheduled"] and time.monotonic() < until:
        time.sleep(0.2)


def miss_runs(room) -> int:
    """Let the scheduled runs stand as they would after an outage: their time has passed. Return how many they are.

    The schedule is paused, as a clean stop leaves it.
    """
    with sqlite3.connect(room.configuration.parent / "var" / "prefect" / "prefect.db") as database:
        database.execute("update deployment set paused = 1")
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


@dataclass
class Life:
    """What one `serve` did from its start to SIGTERM, after one pass of which a mail failed in passing."""

    room: Newsroom
    process: subprocess.Popen[str]
    errors: str
    notified: list[bytes]
    vacuum: dict[str, Any]  # what Prefect's server says that it clears away
    port: int
    asks: str  # where Prefect's pages say that they ask
    second: subprocess.CompletedProcess[str]
    kin: list[list[str]]  # the command lines of `serve`, of the nursery and of the pass

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return what its log says: every process of it writes one object a line."""
        return list(map(json.loads, self.errors.splitlines()))

    @property
    def passes(self) -> list[dict[str, int]]:
        """Return what each pass says it has done."""
        return [event["fields"] for event in self.events if event["logger"] == "talkwatch.pass" and "fields" in event]


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """Have the first pass's mail come late, a feed added, a second `serve` try its luck, then stop."""
    folder = tmp_path_factory.mktemp("life")
    port = free_port()
    with (
        watched(folder, "1h", f"[prefect]\nport = {port}\n") as room,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        manager.bind(str(folder / "notify"))
        room.mail.answer("RCPT", "451 4.7.1 greylisted")
        process = serve(room, "--log-format", "json", NOTIFY_SOCKET=manager.getsockname())
        try:
            room.outlet.wait_for("/rss.xml", 1, LONG)
            lock = folder / "var" / "pass.lock"
            bred = [pid for pid in descendants(process.pid) if lock in held_by(pid)]
            bred += [pid for pid in descendants(process.pid) if bred[0] in descendants(pid)]
            kin = list(map(words_of, (process.pid, bred[-1], bred[0])))
            until(lambda: not any(lock in held_by(pid) for pid in descendants(process.pid)), LONG)
            os.kill(bred[-1], signal.SIGKILL)  # so that the relay comes from the next one
            room.mail.wait_for(1, LONG)
            taken_over(room, process)
            vacuum = told_by_prefect(port, "api/admin/settings")["server"]["services"]["db_vacuum"]
            asks = told_by_prefect(port, "ui-settings")["api_url"]
            second = subprocess.run(
                [TALKWATCH, "serve", "--config", str(room.configuration)], capture_output=True, text=True, check=False
            )
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
        manager.setblocking(False)
        notified = []
        with suppress(BlockingIOError):
            while True:
                notified.append(manager.recv(1000).split(b"\n")[0])
        yield Life(room, process, errors, notified, vacuum, port, asks, second, kin)


def test_serve_runs_the_schedule_and_stops_cleanly(life):
    """A scheduled run of the real server does the work; SIGTERM ends all with exit code 0.

    systemd is told when the schedule runs, and when it ends.
    """
    said = [each for each in life.notified if not each.startswith(b"EXTEND_TIMEOUT_USEC=")]  # on a slow machine
    assert said == [b"READY=1", b"STOPPING=1"]
    assert life.process.returncode == 0, life.errors
    assert "Traceback" not in life.errors
    assert not (
        life.room.configuration.parent / "var" / STOP_FLAG
    ).exists()  # else the next `run` by hand would do nothing
    assert all(event.keys() >= {"time", "level", "logger", "message", "process"} for event in life.events)
    assert any({"articles_new": 2, "messages_sent": 1}.items() <= each.items() for each in life.passes), life.errors
    assert states(life.room)["Completed"] == 1
    assert not states(life.room).keys() & {"Scheduled", "Late", "Pending", "Running"}
    assert paused(life.room) == [True]  # else Prefect, which ends last, could write down more
    assert life.room.rows("select count(*) from runs where finished_at is not null") == [(1,)]


def test_what_prefect_keeps_is_bounded(life):
    """Its server itself says that it drops events, and runs after a week: a year of passes is as big as a week of them."""
    assert set(life.vacuum["enabled"]) == {"events", "flow_runs"}
    assert life.vacuum["retention_period"] == "P7D"


def test_prefects_pages_ask_their_own_server(life):
    """Served at another port than the usual one, they show this deployment and not whatever is at that."""
    assert life.asks == f"http://127.0.0.1:{life.port}/api"


def test_a_pass_is_forked_and_loads_nothing_anew(life):
    """No interpreter was started for it: it comes from the nursery, which comes from `serve`."""
    assert life.kin[0] == life.kin[1] == life.kin[2] != []


def test_serve_tries_again_without_a_pass(life):
    """What failed in passing leaves soon after, though the next pass of `serve` is an hour away.

    It does so from a new nursery: the one that the pass came from was killed.
    """
    assert len(life.passes) == 1
    assert life.room.rows("select attempts, status from messages where channel = 'email'") == [(2, "sent")]


def test_a_second_serve_is_refused(life):
    """It says which process is at work, and where."""
    assert life.second.returncode == 1
    data_dir = life.room.configuration.parent / "var"
    assert f"another serve is at work on {data_dir} (held by process {life.process.pid})" in life.second.stderr


def test_a_changed_configuration_is_taken_over(life):
    """SIGHUP is enough: nothing is started anew."""
    assert "the configuration is taken over: 1 feed new" in life.errors


@dataclass
class Ordeal:
    """What became of a `serve` that was killed in mid-pass, and of the next, whose Prefect server was."""

    room: Newsroom
    left: Counter[str]  # what Prefect's runs were when it, and with it all that it had started, had ended
    missed: int
    begun: str  # what the second said until it served
    found: Counter[str]  # what the runs were when it did
    paused: list[bool]  # whether its schedule was then
    status: subprocess.CompletedProcess[str]  # what `status` said after all that
    process: subprocess.Popen[str]
    errors: str  # what the second said from then on


@pytest.fixture(scope="module")
def ordeal(tmp_path_factory):
    """Kill `serve` while a page is late, start it again, kill its Prefect server while another page is."""
    with watched(tmp_path_factory.mktemp("ordeal"), "1m") as room:
        gate, late = threading.Event(), threading.Event()
        room.outlet.reply("/harvest", Reply(gate=gate, body=b"late"))
        # Prefect writes its schedule down within half a minute, and the pass must be at work until then.
        text = room.configuration.read_text()
        room.configuration.write_text(
            text.replace("[fetch]", f"[fetch]\ntimeout_seconds = {LONG}\npass_seconds = {LONG}")
        )
        first = serve(room)
        try:
            room.outlet.wait_for("/harvest", 1, LONG)
            wait_for_schedule(room)
            below = descendants(first.pid)
            first.kill()
            until(lambda: not any(words_of(pid) for pid in below), 60)  # nobody has told them
        finally:
            first.kill()
            first.communicate()
            gate.set()
        left, missed = states(room), miss_runs(room)
        room.outlet.reply("/harvest", page("A festival by the river", OTHER))
        room.outlet.reply("/late", Reply(gate=late, body=b"late"))
        items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river", "/late": "The river rises"}
        room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))
        second = serve(room)
        try:
            begun = until_serving(second, 1)
            room.outlet.wait_for("/late", 1, LONG)
            found, stands = states(room), paused(room)
            os.kill(prefect_server_of(second), signal.SIGKILL)
            room.outlet.reply("/late", page("The river rises", OTHER[::-1]))
            late.set()
            told = until_serving(second, 1)
            room.mail.wait_for(1, LONG)
            room.hook.wait_for("/hook", 1, LONG)
            until(lambda: room.published("select count(*) from articles") == [(3,)], LONG)
            status = subprocess.run(
                [TALKWATCH, "status", "--config", str(room.configuration)], capture_output=True, text=True, check=False
            )
            second.send_signal(signal.SIGTERM)
            _, rest = second.communicate(timeout=60)
        finally:
            second.kill()
            second.communicate()
            late.set()
        yield Ordeal(room, left, missed, begun, found, stands, status, second, f"{told}{rest}")


def test_serve_catches_up_once_after_a_kill(ordeal):
    """Killed in mid-pass, with runs missed while it was down, serve works on by itself with one pass for all."""
    assert ordeal.left["Running"] == 1
    assert ordeal.missed > 2
    assert "1 orphaned runs marked crashed" in ordeal.begun
    assert (ordeal.found["Crashed"], ordeal.found["Running"]) == (1, 1)
    assert ordeal.found["Skipped"] >= ordeal.missed - 1  # one may have been started
    assert ordeal.paused == [False]


def test_a_pass_whose_server_dies_is_begun_anew(ordeal):
    """Prefect's server is killed in mid-pass: serve says so and begins anew, by itself."""
    assert ordeal.process.returncode == 0, ordeal.errors
    assert "ended by itself; start serve again: beginning again in 5 s" in ordeal.errors
    assert "CancelledError" not in ordeal.errors
    assert states(ordeal.room)["Running"] == 0


def test_whatever_was_killed_nothing_is_lost_or_told_twice(ordeal):
    """Each page is an article, and each subscriber was told once."""
    room = ordeal.room
    assert room.rows("select count(*) from articles") == [(3,)]
    assert (len(room.mail.mails), len(room.hook.requests)) == (1, 1)
    told = room.rows("select count(distinct message_id), count(*) filter (status <> 'sent') from deliveries")
    assert told == [(2, 0)]


def test_what_became_of_prefects_runs_does_not_make_it_unwell(ordeal):
    """Runs that crashed, were skipped or lost their server are history: passes end, so all is well."""
    assert states(ordeal.room)["Crashed"] >= 1
    assert (ordeal.status.returncode, ordeal.status.stdout.splitlines()[0]) == (0, "well")
