from __future__ import annotations

from flows.config.settings import load_settings
from flows.setup import STOP_FLAG, forget_stop, prepared
from warehouse.locking import exclusive
from warehouse.places import SERVE_LOCK


def test_a_stop_counts_while_there_is_a_serve_to_stop(tmp_path):
    """What a serve that is stopping has said stands; what one that was killed has left behind stops no later pass."""
    (tmp_path / STOP_FLAG).touch()
    with exclusive(tmp_path / SERVE_LOCK):
        forget_stop(tmp_path)
        assert (tmp_path / STOP_FLAG).exists()
    (tmp_path / "talkwatch.toml").write_text('data_dir = "."\n')
    prepared(load_settings(tmp_path / "talkwatch.toml"))  # as any command does that works with the data
    assert not (tmp_path / STOP_FLAG).exists()
