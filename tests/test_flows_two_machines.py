"""Two machines that see one folder of data and one Prefect server on PostgreSQL: the first dies, the other goes on."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from tests.deployment import POSTGRES, Deployment, story, until
from tests.newsroom import newsroom, page
from tests.servers import Reply

TAKEN_OVER = 120  # seconds
LONG = 240


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRES, reason="PostgreSQL is not installed here")
def test_who_stands_by_takes_over_in_two_minutes(tmp_path):
    """Killed in mid-pass, the first leaves nothing undone and holds up nothing: all is told once, no slot is worked twice."""
    gate = threading.Event()
    with newsroom(tmp_path) as room, Deployment(room, shared=True, every="10s", wait="1s") as deployment:
        deployment.publish(0)
        until(lambda: all(deployment.delivered(0).values()), LONG)
        assert deployment.leader() == "first"
        deployment.publish(1)
        room.outlet.reply("/1", Reply(gate=gate, body=b"late"))
        room.outlet.wait_for("/1", 1, LONG)
        deployment.programs["first"].kill()
        room.outlet.reply("/1", page(*story(1)))
        gate.set()
        until(lambda: all(deployment.delivered(1).values()), TAKEN_OVER)
        assert deployment.leader() == "second"
        runs = deployment.prefect("POST", "/flow_runs/filter")
    assert [deployment.delivered(number) for number in (0, 1)] == [{"desk": 1, "later": 1, "channel": 1}] * 2
    assert room.rows("select count(*), count(distinct url) from articles") == [(2, 2)]
    states = Counter(run["state_name"] for run in runs)
    assert states["Crashed"] == 1
    assert states["Running"] <= 1
    worked = Counter(run["expected_start_time"] for run in runs if run["state_name"] == "Completed")
    assert set(worked.values()) == {1}
