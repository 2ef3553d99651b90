from __future__ import annotations

import subprocess

import pytest

from benchmarks.full_disk import AGAIN, FULL, lived_through, small_disk

pytestmark = pytest.mark.slow


@pytest.fixture
def may_mount(tmp_path):
    """Skip where nothing may be mounted."""
    try:
        with small_disk(tmp_path / "tried", "1m"):
            pass
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk can be mounted by root alone")


@pytest.mark.usefixtures("may_mount")
def test_a_full_disk_under_serve_is_lines_and_two_messages(tmp_path):
    """Whatever fills up, Prefect's database too: no traceback, the operator told once each, nothing that came is lost."""
    [level] = lived_through(tmp_path, [0])
    assert [FULL in level.told[0], AGAIN in level.told[1]] == [True, True]
    assert (len(level.told), level.odd) == (2, ())
