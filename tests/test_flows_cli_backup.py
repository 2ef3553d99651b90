from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.problems import WorkProblem
from flows.setup import LOCK_FILE
from tests.test_warehouse_kept import EVER, PAGE
from tests.warehouse_examples import python
from warehouse.kept import keep
from warehouse.places import LIVE, SERVE_LOCK

HOLD = """
import sys
from pathlib import Path
from warehouse.locking import exclusive
with exclusive(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def talkwatch(tmp_path, monkeypatch):
    """Run a command in a folder with a configuration and an article; return what it prints."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n')
    (tmp_path / "a.txt").write_text("Talks\n\nDmitry Peskov said a ceasefire was possible.\n")
    monkeypatch.chdir(tmp_path)

    def run(*words):
        answer = CliRunner().invoke(app, [*words, "--config", str(tmp_path / "talkwatch.toml")])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer.stdout

    run("ingest", "a.txt")
    return run


def articles(talkwatch):
    """Return how many articles the published copy has."""
    return json.loads(talkwatch("sql", "select count(*) as n from articles", "--format", "json"))[0]["n"]


def test_a_backup_is_made_and_restored(talkwatch, tmp_path):
    """Both commands say what the file holds; after a restore every command works on what was backed up."""
    assert talkwatch("backup", "talks.backup").startswith("talks.backup: 1 article, 0 alerts, no pass yet, ")
    (tmp_path / "b.txt").write_text("More\n\nSergei Lavrov said that he would go to Istanbul.\n")
    talkwatch("ingest", "b.txt")
    assert articles(talkwatch) == 2
    said = talkwatch("restore", "talks.backup")
    assert said.startswith("restored talks.backup: 1 article, 0 alerts, no pass yet, ")
    assert said.rstrip().endswith("what was there is " + str(tmp_path / "var" / "warehouse.replaced.duckdb"))
    assert articles(talkwatch) == 1
    talkwatch("ingest", "b.txt")
    assert articles(talkwatch) == 2


def test_a_backup_says_how_many_pages_it_has(talkwatch, tmp_path):
    """Kept pages are counted beside the articles, and are not there where they are left out."""
    keep(tmp_path / "var", [PAGE], EVER, PAGE.kept_at)
    assert ", 1 page, " in talkwatch("backup", "talks.backup")
    assert " page" not in talkwatch("backup", "talks.backup", "--without-pages").replace("no pass", "")


@pytest.mark.parametrize("lock", [SERVE_LOCK, LOCK_FILE])
def test_a_deployment_at_work_is_not_restored(talkwatch, tmp_path, lock):
    """While `serve` or a pass runs, a restore would take the ground from under it: it is refused with who that is."""
    talkwatch("backup", "talks.backup")
    before = (tmp_path / "var" / LIVE).read_bytes()
    with python(HOLD, tmp_path / "var" / lock) as other:
        assert other.stdout.readline() == "holding\n"
        assert talkwatch("backup", "talks.backup")
        with pytest.raises(WorkProblem, match=f"at work in .*process {other.pid}.*stop it, then restore again"):
            talkwatch("restore", "talks.backup")
    assert (tmp_path / "var" / LIVE).read_bytes() == before
    assert talkwatch("restore", "talks.backup")
    assert os.access(tmp_path / "var" / LIVE, os.W_OK)
