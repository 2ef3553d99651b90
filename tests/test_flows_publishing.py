from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from typer.testing import CliRunner

from flows.cli.app import app
from flows.config.settings import load_settings
from flows.steps.publish import hand_on
from warehouse.published import PUBLISHED, publish
from warehouse.runs import start_run
from warehouse.store import writing

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that goes on by `step` each time it is looked at."""

    now: datetime = NOW
    step: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """Return the time, and go on."""
        self.now += self.step
        return self.now


@pytest.fixture
def settings(tmp_path):
    """Return the settings of a deployment that has published and hands on to a folder."""
    (tmp_path / "talkwatch.toml").write_text('publish_to = "others/share"\n', encoding="utf-8")
    publish(tmp_path / "var")
    return load_settings(tmp_path / "talkwatch.toml")


def change(settings, run: str) -> None:
    """Record something, and publish it."""
    with writing(settings.data_dir) as session:
        start_run(session, run, NOW)
        session.touch()
    assert publish(settings.data_dir)


def runs_in(path) -> int:
    """Return how many passes a copy knows of."""
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute("select count(*) from runs").fetchone()[0]


def test_the_copy_is_handed_on_to_a_folder(settings, tmp_path):
    """A folder, found from the configuration, gets each new copy whole; who reads the one before keeps it."""
    shared = tmp_path / "others" / "share" / PUBLISHED
    assert hand_on(settings, Clock()).at == NOW
    first = shared.stat().st_ino
    with duckdb.connect(shared, read_only=True) as reader:
        change(settings, "r1")
        hand_on(settings, Clock())
        assert reader.execute("select count(*) from runs").fetchone() == (0,)
    assert runs_in(shared) == 1
    assert shared.stat().st_ino != first
    assert [each.name for each in shared.parent.iterdir()] == [PUBLISHED]


def test_the_same_copy_is_not_handed_on_twice(settings, tmp_path):
    """Without a new copy nothing is written, and a copy that someone took away is not looked for."""
    shared = tmp_path / "others" / "share" / PUBLISHED
    hand_on(settings, Clock())
    shared.unlink()
    assert hand_on(settings, Clock(now=NOW + timedelta(hours=1))).at == NOW
    assert not shared.exists()


def test_handing_on_takes_a_tenth_of_the_time(settings, tmp_path):
    """After a copy that took a minute the next goes ten minutes later, or when it is asked for."""
    shared = tmp_path / "others" / "share" / PUBLISHED
    hand_on(settings, Clock(step=timedelta(minutes=1)))
    change(settings, "r1")
    hand_on(settings, Clock(now=NOW + timedelta(minutes=11)))
    assert runs_in(shared) == 0
    hand_on(settings, Clock(now=NOW + timedelta(minutes=12)))
    assert runs_in(shared) == 1
    change(settings, "r2")
    hand_on(settings, Clock(step=timedelta(minutes=1), now=NOW + timedelta(minutes=13)))
    change(settings, "r3")
    hand_on(settings, Clock(now=NOW + timedelta(minutes=14)), at_once=True)
    assert runs_in(shared) == 3


def test_the_copy_is_handed_on_to_an_object_store(settings):
    """An address that fsspec knows gets the copy as an object."""
    place = replace(settings, publish_to="memory://bucket/talks/")
    hand_on(place, Clock())
    stored = MemoryFileSystem().cat("/bucket/talks/analysis.duckdb")
    assert stored == (settings.data_dir / PUBLISHED).read_bytes()


@pytest.mark.parametrize(
    ("place", "why"),
    [
        pytest.param("nosuch://key:secret@bucket", "ValueError", id="an unknown kind of store"),
        pytest.param("s3://key:secret@bucket", "Install s3fs to access S3", id="a store whose package is missing"),
        pytest.param("blocked/folder", "Not a directory", id="a file in the way"),
        pytest.param("var", "it is the data directory, where the copy is", id="onto itself"),
    ],
)
def test_what_fails_is_said_and_tried_again(tmp_path, caplog, place, why):
    """A copy that cannot be handed on is a line with the reason and no secret, in `publish` and `status` too."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(f'publish_to = "{place}"\n', encoding="utf-8")
    (tmp_path / "blocked").write_text("a file", encoding="utf-8")
    publish(tmp_path / "var")
    settings = load_settings(path)
    assert why in hand_on(settings, Clock()).failure
    assert "secret" not in caplog.text
    done = CliRunner().invoke(app, ["publish", "--config", str(path)])
    assert why in str(done.exception)
    with writing(tmp_path / "var") as session:
        start_run(session, "r1", NOW)
    assert f"not yet; the last try failed: {why}" in CliRunner().invoke(app, ["status", "--config", str(path)]).stdout
    noted = (tmp_path / "var" / "handover.json").read_text(encoding="utf-8")
    assert "secret" not in noted
    path.write_text('publish_to = "elsewhere"\n', encoding="utf-8")
    assert hand_on(load_settings(path), Clock()).failure is None


def test_without_publish_to_nothing_is_handed_on(tmp_path):
    """Where nothing says so, or nothing is published, nothing is done."""
    (tmp_path / "talkwatch.toml").write_text("", encoding="utf-8")
    settings = load_settings(tmp_path / "talkwatch.toml")
    assert hand_on(settings, Clock()) is None
    assert hand_on(replace(settings, publish_to=str(tmp_path / "x")), Clock()) is None
    assert hand_on(replace(settings, publish_to="${BUCKET}"), Clock()) is None
