from __future__ import annotations

import pytest

from flows.prefect_server import own_server_explained
from flows.problems import WorkProblem


def test_a_server_that_is_too_slow_is_one_line():
    """That the server of a single pass did not come up is the machine's trouble, no bug."""
    with pytest.raises(WorkProblem, match="did not come up in time"), own_server_explained():
        raise RuntimeError("Timed out while attempting to connect to ephemeral Prefect API server.")


def test_any_other_error_stays_what_it_is():
    """A bug is raised as it is."""
    with pytest.raises(RuntimeError, match="odd"), own_server_explained():
        raise RuntimeError("odd")
