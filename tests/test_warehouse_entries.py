from __future__ import annotations

from datetime import timedelta

import pytest

from tests.warehouse_examples import NOW, feed, new_entry, new_warehouse, poll
from warehouse.entries import fresh_entries, known_as
from warehouse.feeds import save_polls, sync_feeds
from warehouse.store import writing


@pytest.fixture
def session(tmp_path):
    """Return a session in which one entry is known by three names."""
    with writing(new_warehouse(tmp_path)) as opened:
        sync_feeds(opened, [feed()])
        save_polls(opened, [poll(new_entry("e1", names=("e1", "link-1", "told-1")))])
        yield opened


def again(session, *entries):
    """Poll once more and return how many entries were new or changed."""
    return save_polls(session, [poll(*entries, polled_at=NOW + timedelta(hours=1))])


@pytest.mark.parametrize(
    ("names", "new"),
    [
        pytest.param(("e1",), 0, id="by its key"),
        pytest.param(("e9", "link-1"), 0, id="by its link under a new guid"),
        pytest.param(("e9", "link-9", "told-1"), 0, id="by its words under a new guid and link"),
        pytest.param(("e9", "link-9"), 1, id="by none of its names"),
    ],
)
def test_an_entry_known_by_any_name_adds_nothing(session, names, new):
    """Guid churn and feed resets make no second entry."""
    assert again(session, new_entry(names[0], names=names)) == new
    assert session.rows("SELECT count(*) FROM entries") == [(1 + new,)]


def test_a_new_name_of_a_known_entry_is_learnt(session):
    """What an entry was once seen with, it is known by from then on."""
    again(session, new_entry("e9", names=("e9", "link-1")))
    assert again(session, new_entry("e9", names=("e9", "link-3"))) == 0
    assert session.rows("SELECT count(DISTINCT entry_key) FROM entry_names") == [(1,)]


def test_a_known_entry_that_changed_is_read_again(session):
    """A changed entry is pending once more, under the key it had."""
    assert again(session, new_entry("e9", names=("e9", "link-1"), entry_hash="h2")) == 1
    assert session.rows("SELECT entry_key, entry_hash FROM entries") == [("e1", "h2")]


def test_the_surest_name_decides(session):
    """Where the guid leads to one entry and the link to another, the guid is believed."""
    again(session, new_entry("e2", names=("e2", "link-2")))
    (known,) = known_as(session, [new_entry("e2", names=("e2", "link-1"))])
    assert known.entry_key == "e2"


def test_fresh_entries_are_told_by_the_caller_s_keys(session):
    """Whether an entry is fresh is asked with the key it came with, and answered with that."""
    renamed, other = new_entry("e9", names=("e9", "link-1")), new_entry("e3", names=("e3",))
    assert fresh_entries(session, [renamed, other]) == {"e3"}
