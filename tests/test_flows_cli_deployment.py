from __future__ import annotations

import pytest
import typer

from flows.cli.deployment import in_words, status
from flows.config.settings import load_settings
from tests.warehouse_examples import NOW, new_warehouse
from warehouse.places import LIVE, PUBLISHED
from warehouse.published import publish
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.store import writing


@pytest.fixture
def settings(tmp_path):
    """Return the settings of a warehouse without a pass."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n')
    (tmp_path / "var").mkdir()
    new_warehouse(tmp_path / "var")
    return load_settings(tmp_path / "talkwatch.toml")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        pytest.param(
            RunCounts(feeds_due=29, feeds_failed=2, articles_new=5, alerts=11, messages_sent=1),
            "29 feeds asked, 2 failed: `talkwatch feeds check` says why\n"
            "5 new articles, 11 alerts; `talkwatch alerts list` shows them\n"
            "1 message sent",
            id="what was found",
        ),
        pytest.param(
            RunCounts(feeds_due=1, feeds_unchanged=1),
            "1 feed asked\n0 new articles, 0 alerts\n0 messages sent",
            id="nothing new",
        ),
    ],
)
def test_a_pass_by_hand_says_in_words_what_it_found(settings, counts, said):
    """Whoever types `run` reads how many of each there were, and where to look next."""
    with writing(settings.data_dir) as session:
        start_run(session, "r1", NOW)
        finish_run(session, "r1", NOW, counts)
    assert in_words(settings, "run=r1 alerts=11 seconds=1.0") == said


def test_a_pass_that_was_not_done_is_told_as_it_is(settings):
    """Where another pass is at work nothing is said of what an earlier one found."""
    with writing(settings.data_dir) as session:
        start_run(session, "r1", NOW)
        finish_run(session, "r1", NOW, RunCounts(alerts=1))
    assert in_words(settings, "a pass is already at work; nothing to do") == "a pass is already at work; nothing to do"


def test_before_the_first_pass_there_is_nothing_to_tell(settings):
    """A pass that another kept from beginning, in a warehouse that has none yet, is told as it is too."""
    assert in_words(settings, "a pass is already at work; nothing to do") == "a pass is already at work; nothing to do"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda live: live.write_bytes(live.read_bytes()[:20_000]), id="cut off"),
        pytest.param(lambda live: live.write_bytes(bytes(live.stat().st_size)), id="zeros"),
        pytest.param(lambda live: live.write_text("This is no database.\n" * 1000), id="something else"),
        pytest.param(lambda live: live.unlink(), id="missing, beside its copy"),
    ],
)
def test_a_warehouse_that_cannot_be_opened_is_not_well(settings, capsys, spoil):
    """`status` answers in one line with the way back and exit code 1, as for all that is not well."""
    publish(settings.data_dir)
    spoil(settings.data_dir / LIVE)
    with pytest.raises(typer.Exit) as left:
        status(config=settings.path)
    (line,) = capsys.readouterr().out.splitlines()
    assert (left.value.exit_code, line.startswith(f"not well: {settings.data_dir / LIVE} is ")) == (1, True)
    assert f"`talkwatch restore {settings.data_dir / PUBLISHED}`" in line
