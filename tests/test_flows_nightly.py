from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from flows.acquire.replay import replay
from flows.cli.app import app
from flows.config.settings import prefect_log
from flows.steps.nightly import LOG_KEPT, LONGEST_LOG, cut_log, latest_night
from tests.newsroom import NOW, OTHER, feed, newsroom, page
from tests.servers import Reply
from warehouse.search import Sought, found

OPERATOR = 'operator = "desk"\n'
RETENTION = '[retention]\ntext = "30d"'


@pytest.mark.parametrize(
    ("now", "zone", "night"),
    [
        pytest.param("2026-03-04 12:00", "UTC", "2026-03-04 03:00", id="by day it is this morning's"),
        pytest.param("2026-03-04 02:59", "UTC", "2026-03-03 03:00", id="before its hour it is yesterday's"),
        pytest.param("2026-03-04 01:30", "Europe/Kyiv", "2026-03-04 01:00", id="by the clock of the deployment"),
        pytest.param("2026-03-29 12:00", "Europe/Kyiv", "2026-03-29 01:00", id="when clocks went forward at three"),
        pytest.param("2026-10-25 00:30", "Europe/Kyiv", "2026-10-25 00:00", id="the first three o'clock of two"),
        pytest.param("2026-10-25 01:30", "Europe/Kyiv", "2026-10-25 00:00", id="the second is none"),
        pytest.param("2026-10-26 01:30", "Europe/Kyiv", "2026-10-26 01:00", id="the night after"),
    ],
)
def test_when_the_last_night_was(now, zone, night):
    """The hour of the night is three by the clock of [timezone], and the last one is the last that was reached."""
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert latest_night(at, zone).astimezone(UTC) == datetime.fromisoformat(night).replace(tzinfo=UTC)


def test_a_long_log_keeps_its_end(tmp_path):
    """Of a log over ten megabytes whole lines of its end stay, and whoever has it open writes on behind them."""
    log = tmp_path / "server.log"
    cut_log(log)
    line = b"a warning of Prefect's\n"
    with log.open("ab", buffering=0) as server:
        server.write(line * (LONGEST_LOG // len(line)))
        cut_log(log)
        assert log.stat().st_size == LONGEST_LOG // len(line) * len(line)
        server.write(line * 2)
        cut_log(log)
        server.write(b"the last\n")
    lines = log.read_bytes().splitlines(keepends=True)
    assert set(lines) == {line, b"the last\n"}
    assert lines[-1] == b"the last\n"
    assert LOG_KEPT - 2 * len(line) < log.stat().st_size < LOG_KEPT + 2 * len(line)


@pytest.fixture
def room(tmp_path):
    """An outlet, a mailbox and a webhook."""
    with newsroom(tmp_path) as opened:
        yield opened


def texts(room):
    """Return of each article whether its text is there, and how many words it had."""
    sql = "select split_part(url, '/', -1), text <> '', word_count > 40 from articles order by all"
    return room.published(sql)


@pytest.mark.slow
def test_texts_that_matched_nothing_are_dropped_in_time(room):
    """After thirty days the text of what matched nothing is gone for good, counted and told; all else stays.

    The same night cuts the log of Prefect's server.
    """
    room.write(more=RETENTION)
    room.run()
    data_dir = room.configuration.parent / "var"
    server_log = prefect_log(data_dir)
    server_log.parent.mkdir()
    server_log.write_bytes(bytes(LONGEST_LOG + 1))
    room.now += timedelta(days=29)
    room.run()
    assert server_log.stat().st_size == LOG_KEPT
    assert texts(room) == [("harvest", True, True), ("talks", True, True)]
    assert len(found(data_dir, Sought(words="pears"), 5)) == 1
    room.now += timedelta(days=2)
    room.run()
    assert texts(room) == [("harvest", False, True), ("talks", True, True)]
    assert found(data_dir, Sought(words="pears"), 5) == ()
    assert room.rows("select task, found, said from nightly order by task") == [("integrity", 0, []), ("texts", 1, [])]
    status = CliRunner().invoke(app, ["status", "--config", str(room.configuration)]).stdout
    assert "1 in all, as [retention] says" in status
    assert "0 rows wrong" in status
    # The same page again is no revision, from wherever it comes.
    assert replay(room.setup(), NOW).articles_known == 2
    items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river, again"}
    room.outlet.reply("/harvest", page("A festival by the river", OTHER))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))
    room.now += timedelta(hours=3)
    assert "articles_revised" not in room.run()
    assert texts(room) == [("harvest", False, True), ("talks", True, True)]


@pytest.mark.slow
def test_the_operator_is_told_once_of_what_is_wrong(room):
    """What is wrong in the warehouse is told the operator the night it is found, once, and again when it is mended."""
    room.write()
    room.configuration.write_text(OPERATOR + room.configuration.read_text(encoding="utf-8"), encoding="utf-8")
    room.run()
    with room.warehouse() as session:
        session.run("UPDATE mentions SET article_id = 'gone' WHERE article_id LIKE '%'")
    for _ in range(2):
        room.now += timedelta(days=1)
        room.run()
    room.run()
    told = [mail for mail in room.mail.mails if "not sound" in str(mail.message["Subject"])]
    assert len(told) == 1
    assert "mention of an article that is not there" in told[0].message.get_body(("plain",)).get_content()
    status = CliRunner().invoke(app, ["status", "--config", str(room.configuration)]).stdout
    assert "The warehouse is not sound" in status
    with room.warehouse() as session:
        session.run("DELETE FROM mentions")
    room.now += timedelta(days=1)
    room.run()
    room.run()
    assert any("sound again" in str(mail.message["Subject"]) for mail in room.mail.mails)
