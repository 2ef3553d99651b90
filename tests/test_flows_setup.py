from __future__ import annotations

from flows.setup import STOP_FLAG, forget_stop
from warehouse.locking import exclusive
from warehouse.places import SERVE_LOCK


def test_a_stop_counts_while_there_is_a_serve_to_stop(tmp_path):
    """What a serve that is stopping has said stands; what one that was killed has left behind stops no later pass."""
    (tmp_path / STOP_FLAG).touch()
    with exclusive(tmp_path / SERVE_LOCK):
        forget_stop(tmp_path)
        assert (tmp_path / STOP_FLAG).exists()
    forget_stop(tmp_path)
    assert not (tmp_path / STOP_FLAG).exists()
