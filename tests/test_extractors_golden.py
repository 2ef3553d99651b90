"""The version of the reader guards itself: it is made of how a fixed text is read."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.records import StatementKind
from extractors.speech import reading
from extractors.speech.parties import Resolution
from extractors.speech.stances import Modality, Stance
from tests.golden import ACCEPTED, difference, golden_readings, written

STATEMENTS = [
    statement
    for article in json.loads(ACCEPTED.read_text(encoding="utf-8")).values()
    for statement in article["statements"]
]


@pytest.mark.slow
def test_the_golden_text_is_read_as_was_accepted():
    """Whatever changes how a text is read has to be seen and accepted, and `extractor_version` changes with it."""
    changed = difference(ACCEPTED.read_text(encoding="utf-8"), written(golden_readings()))
    if changed:
        pytest.fail(
            "The golden text is read otherwise than was accepted. Look at the difference; if it is what you want, "
            f"accept it with `make golden`, which also changes extractor_version.\n{changed}",
            pytrace=False,
        )


def test_the_golden_text_was_accepted_with_every_language_installed():
    """Without the dictionaries of a language its article is not read, and nothing that reads it would be guarded."""
    readings = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    assert {name: article["depth"] for name, article in readings.items()} == dict.fromkeys(readings, "full")


@pytest.mark.parametrize("name", reading.READ_AS)
def test_the_version_changes_with_what_it_is_made_of(tmp_path, monkeypatch, name):
    """Rows read by a reader that reads or weighs otherwise, or goes by other words, bear another version."""
    before = reading.extractor_version(load_watchlist())
    for part in reading.READ_AS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(str(files("extractors"))) / part, tmp_path / part)
    monkeypatch.setattr(reading, "files", lambda _: tmp_path)
    reading.code_version.cache_clear()
    same = reading.extractor_version(load_watchlist())
    (tmp_path / name).write_text((tmp_path / name).read_text("utf-8").replace("a", "b", 1), "utf-8")
    reading.code_version.cache_clear()
    after = reading.extractor_version(load_watchlist())
    monkeypatch.undo()
    reading.code_version.cache_clear()
    assert before == same != after


@pytest.mark.parametrize(
    ("field", "kinds"),
    [
        pytest.param("kind", StatementKind, id="direct, mixed and indirect"),
        pytest.param("stance", Stance, id="each stance"),
        pytest.param("modality", Modality, id="each modal verb"),
        pytest.param("resolved_by", Resolution, id="each way to find the speaker"),
        pytest.param("negated", [True, False], id="negated or not"),
        pytest.param("denied", [True, False], id="denied or not"),
    ],
)
def test_the_golden_text_shows_everything_once(field, kinds):
    """A change to anything that a statement may be shows in the golden text."""
    missing = {False} if kinds == [True, False] else set()
    assert missing | {statement[field] for statement in STATEMENTS if field in statement} == set(kinds)


@pytest.mark.parametrize("field", ["addressee_span", "occasion_span", "condition_span", "cue_span"])
def test_the_golden_text_shows_what_may_be_missing(field):
    """What only some statements have is there at least once, and at least once it is not."""
    assert 0 < sum(field in statement for statement in STATEMENTS) < len(STATEMENTS)
