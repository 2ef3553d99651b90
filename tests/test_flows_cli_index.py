"""Lists of commands are read, not loaded: what starts quickly must not wait for what it does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from flows.cli.app import app, indexed, tree
from flows.cli.command import COMMANDS, GROUPS
from tests.conftest import ROOT

assert app  # everything is loaded
HEAVY = ("pydantic", "duckdb", "_duckdb", "prefect", "spacy", "trafilatura", "httpx", "jinja2")
LOADED = """
import sys
from flows.cli.app import main
sys.argv[:] = ["talkwatch", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_the_index_has_every_command_and_group_and_no_other():
    """What is read from the text of the modules is what they register when they are loaded."""
    entries = indexed()
    assert {entry.words for entry in entries if not entry.is_group} == set(COMMANDS)
    assert {entry.words: entry.sentence for entry in entries if entry.is_group} == GROUPS
    assert {entry.words: entry.module for entry in entries if not entry.is_group} == {
        words: function.__module__ for words, function in COMMANDS.items()
    }


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_what_is_typed_is_the_command_itself(words):
    """Whatever stands between its words, as an option for all commands may, a command is there to be run."""
    group, *name = words.split()
    found = typer.main.get_command(tree([group, "--config", "talks.toml", *name, "more"]))
    for word in words.split():
        found = found.commands[word]
    assert found.callback.__wrapped__ is COMMANDS[words]


def loaded(folder, *words):
    """Return what a process has loaded when a command is over."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        pytest.param(("--help",), set(), id="all commands"),
        # typer itself loads pydantic to take in what was typed.
        pytest.param(("alerts", "--help"), {"pydantic"}, id="a group"),
        pytest.param(("sql", "--help"), {"pydantic"}, id="a command"),
    ],
)
def test_help_waits_for_no_library(tmp_path, words, needed):
    """Lists and help need nothing but what makes command lines."""
    assert loaded(tmp_path, *words) & set(HEAVY) == needed


def test_a_query_waits_for_no_configuration_but_where_the_data_is(tmp_path):
    """`sql` leaves DuckDB to its own process, and the rules and channels alone, right or wrong."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n[[rules]]\nname = 7\n')
    assert loaded(tmp_path, "sql", "select 1") & set(HEAVY) == {"pydantic"}


@pytest.mark.parametrize(
    "text",
    ['data_dir = "${NOWHERE}"', "data_dir = 7", "data_dir =", 'data_dir = ""'],
    ids=["variable", "number", "none", "empty"],
)
def test_a_data_dir_that_takes_more_to_know_is_asked_for_in_full(tmp_path, text):
    """What is wrong with it is told as every other command does."""
    (tmp_path / "talkwatch.toml").write_text(text)
    assert "pydantic" in loaded(tmp_path, "sql", "select 1")
