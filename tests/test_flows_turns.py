from __future__ import annotations

from flows.turns import Turns


def test_a_channel_takes_turns():
    """Two messages of one channel stand as far apart as it wants, those of two channels do not wait for one another."""
    now, paused = [100.0], []

    def pause(seconds):
        paused.append(seconds)
        now[0] += seconds

    turns = Turns(clock=lambda: now[0], pause=pause)
    turns.wait("slack:a", 1.0)
    turns.wait("slack:b", 1.0)
    assert paused == []
    turns.wait("slack:a", 1.0)
    turns.wait("slack:a", 1.0)
    assert (paused, now) == ([1.0, 1.0], [102.0])
    now[0] += 5
    turns.wait("slack:a", 1.0)
    turns.wait("email", 0.0)
    turns.wait("email", 0.0)
    assert paused == [1.0, 1.0]
