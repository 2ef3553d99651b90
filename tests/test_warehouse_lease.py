"""The lease: each holder's token is newer than all before, and an older one writes no more."""

from __future__ import annotations

import pytest

from tests.warehouse_examples import NOW, new_warehouse
from warehouse.errors import Superseded
from warehouse.locking import LEASE, act_under, check_lease, current_lease, take_lease
from warehouse.runs import start_run
from warehouse.store import reading, writing


@pytest.fixture(autouse=True)
def afterwards():
    """Let the tests that follow act as a person at the keyboard does."""
    yield
    act_under(None)


def test_tokens_grow_and_the_name_stays(tmp_path):
    """Whoever takes it has a newer token, under one name for the deployment."""
    first, second = take_lease(tmp_path, NOW), take_lease(tmp_path, NOW)
    assert (second.token, second.name) == (first.token + 1, first.name)
    assert current_lease(tmp_path) == second


def test_who_was_superseded_writes_nothing(tmp_path):
    """After another machine has taken over, nothing is read or written, and the line says who has."""
    new_warehouse(tmp_path)
    act_under(take_lease(tmp_path, NOW).token)
    with writing(tmp_path) as session:
        start_run(session, "mine", NOW)
    newer = take_lease(tmp_path, NOW)
    for door in (writing, reading):
        with pytest.raises(Superseded, match=f"{newer.host} has taken over .* nothing was written"), door(tmp_path):
            pass
    act_under(newer.token)
    with reading(tmp_path) as session:
        assert session.rows("SELECT run_id FROM runs") == [("mine",)]


@pytest.mark.parametrize("content", [None, "", "{", '{"token": 1}', "[]"])
def test_a_lease_that_cannot_be_read_stops_nobody(tmp_path, content):
    """Half a file, or none, is no newer token; the next holder writes a whole one."""
    if content is not None:
        (tmp_path / LEASE).write_text(content, encoding="utf-8")
    act_under(7)
    check_lease(tmp_path)
    assert take_lease(tmp_path, NOW).token == 1


def test_a_command_by_hand_is_no_machine(tmp_path):
    """Who typed a command writes beside `serve`, whatever token there is: the lock is enough on one machine."""
    new_warehouse(tmp_path)
    take_lease(tmp_path, NOW)
    with writing(tmp_path) as session:
        start_run(session, "by-hand", NOW)
