from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from flows.config.settings import load_settings
from flows.setup import prepared
from tests.alert_desk import CONFIGURATION, found
from tests.batches import record
from tests.story_examples import TASS
from tests.warehouse_examples import NOW, new_warehouse, python
from warehouse.store import reading

pytestmark = pytest.mark.slow

# Records one article that fires, and dies at the statement named: before it is executed, or after.
RECORDING = """
import os, signal, sys
from pathlib import Path
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from tests.alert_desk import found
from tests.batches import record
from tests.story_examples import TASS
from tests.warehouse_examples import NOW, Intercepted
from warehouse import store

moment = sys.argv[2]

def die(sql):
    if sql == "COMMIT" and armed:
        os.kill(os.getpid(), signal.SIGKILL)

armed = []
connect = store.connect
store.connect = lambda *a: Intercepted(connect(*a), **{moment: die})
made = prepared(load_settings(Path(sys.argv[1]) / "talkwatch.toml"))
setup = Setup(settings=made.settings, watchlist=made.watchlist, rules=made.rules, now=lambda: NOW)
armed.append(True)
record(setup, [found("a", TASS, outlet="TASS")])
"""
COUNTS = """
SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM statements), (SELECT count(*) FROM decisions),
    (SELECT count(*) FROM alerts), (SELECT count(*) FROM messages), (SELECT count(*) FROM message_alerts)
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a configuration and a warehouse."""
    (tmp_path / "talkwatch.toml").write_text(CONFIGURATION.format(rule="", subscriber=""), encoding="utf-8")
    (tmp_path / "var").mkdir()
    new_warehouse(tmp_path / "var")
    return tmp_path


def recorded_again(folder):
    """Record the article in this process; return how many are new, known and fired."""
    made = prepared(load_settings(folder / "talkwatch.toml"))
    counted = record(replace(made, now=lambda: NOW), [found("a", TASS, outlet="TASS")])
    return counted.articles_new, counted.articles_known, counted.alerts


def counts(folder):
    """Return how many rows there are of everything that one article brings."""
    with reading(folder / "var") as session:
        return session.rows(COUNTS)[0]


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        pytest.param("before", (0, 0, 0, 0, 0, 0), id="before the commit: neither the article nor its message"),
        pytest.param("after", (1, 1, 1, 1, 1, 1), id="right after it: both"),
    ],
)
def test_an_article_and_its_messages_stand_together_or_not_at_all(folder, moment, left):
    """A kill at the commit leaves all that an article brings or nothing of it, and the next pass does what is left."""
    child = python(RECORDING, folder, moment)
    child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL
    assert counts(folder) == left
    assert recorded_again(folder) == ((0, 1, 0) if sum(left) else (1, 0, 1))
    assert counts(folder) == (1, 1, 1, 1, 1, 1)
