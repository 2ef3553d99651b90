from __future__ import annotations

import shutil
from datetime import timedelta

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from tests.newsroom import NOW, newsroom
from warehouse.errors import Unusable
from warehouse.integrity import CHECKS, faults
from warehouse.published import PUBLISHED

pytestmark = pytest.mark.slow

ALWAYS = NOW - timedelta(days=365)


def other(table: str, column: str, value: str = "'gone'") -> str:
    """Return what puts another value into one row."""
    return f"UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT min(rowid) FROM {table})"


def again(table: str) -> str:
    """Return what makes a row stand twice, as where an index is damaged."""
    return f"CREATE TABLE twice AS FROM {table} UNION ALL FROM {table}; DROP TABLE {table}; ALTER TABLE twice RENAME TO {table}"


def linked(table: str) -> str:
    """Return what links a member to a member."""
    body = ", 'x' AS body" if table == "story_links" else ""
    return "; ".join(
        f"INSERT INTO {table} BY NAME SELECT '{a}' AS member, '{b}' AS root{body}" for a, b in ("ab", "bc")
    )


WRONG = {
    "article stands twice": again("article_rows"),
    "statement stands twice": again("statement_rows"),
    "alert stands twice": again("alert_rows"),
    "message stands twice": again("messages"),
    "mention of an article that is not there": other("mentions", "article_id"),
    "statement of an article that is not there": other("statement_rows", "article_id"),
    "revision of an article that is not there": "INSERT INTO article_revisions BY NAME SELECT * REPLACE ('gone' AS article_id) FROM articles LIMIT 1",
    "post of an article that is not there": "INSERT INTO posts VALUES ('gone', 1, 1, NULL, 0, 1)",
    "decision about an article that is not there": other("decisions", "article_id"),
    "alert on an article that is not there": other("alert_rows", "article_id"),
    "talks of an article that is not there": other("talks", "article_id"),
    "decision for an alert that is not there": other("decisions", "alert_id"),
    "follow-up of an alert that is not there": "INSERT INTO follow_ups BY NAME SELECT 'f' AS follow_up_id, 'gone' AS alert_id, 'corrected' AS news, now() AS noted_at, 1 AS sources, keyword, scope, place, excerpt, excerpt_start_char, excerpt_end_char, evidence FROM alert_rows LIMIT 1",
    "message of an alert that is not there": other("message_alerts", "alert_id"),
    "verdict on an alert that is not there": "INSERT INTO verdicts BY NAME SELECT 'gone' AS alert_id, 'right' AS verdict, now() AS marked_at",
    "alert in a message that is not there": other("message_alerts", "message_id"),
    "article of a story that is not there": "DELETE FROM stories WHERE story_id = (SELECT min(story_id) FROM stories)",
    "article of an event that is not there": "DELETE FROM events WHERE event_id = (SELECT min(event_id) FROM events)",
    "statement of an utterance that is not there": other("statement_rows", "utterance_id"),
    "stance taken in a statement that is not there": other("takes", "statement_id"),
    "shift after a statement that is not there": "INSERT INTO position_shifts BY NAME SELECT 'a' AS official_id, 'b' AS topic, 'offer' AS from_stance, 'reject' AS to_stance, now() AS shifted_at, 'gone' AS before_statement_id, 'gone' AS after_statement_id, false AS contested",
    "position since a statement that is not there": "INSERT INTO positions BY NAME SELECT 'a' AS official_id, 'b' AS topic, 'offer' AS stance, now() AS since, now() AS until, 1 AS statements, 1 AS reports, 'gone' AS first_statement_id, 'gone' AS last_statement_id, false AS contested",
    "dispute of utterances that are not there": "INSERT INTO dispute_rows VALUES ('gone', 'gone too', 'ceasefire', now())",
    "link to a link in story_links": linked("story_links"),
    "link to a link in utterance_links": linked("utterance_links"),
    "link to a link in event_links": linked("event_links"),
    "mention that does not stand where it is said to": other("mentions", "start_char", "start_char + 1"),
    "statement that does not stand where it is said to": other("statement_rows", "end_char", "end_char - 1"),
    "story that counts other articles than it has": other("stories", "articles", "7"),
    "utterance that counts other reports than it has": other("utterances", "reports", "7"),
    "decision that fired without an alert": "INSERT INTO decisions BY NAME SELECT * REPLACE (NULL AS alert_id) FROM decisions WHERE reason = 'new' LIMIT 1",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return the folder of a newsroom after its first pass."""
    folder = tmp_path_factory.mktemp("sound")
    with newsroom(folder) as room:
        room.run()
    return folder


def test_what_passes_write_is_sound(sound):
    """After a pass there is nothing wrong, and each question has been asked a case in which it is."""
    assert faults(sound / "var", ALWAYS) == ()
    assert set(WRONG) == set(CHECKS)
    done = CliRunner().invoke(app, ["warehouse", "check", "--config", str(sound / "talkwatch.toml")])
    assert (done.exit_code, done.stdout) == (0, "sound: nothing is wrong\n")


@pytest.mark.parametrize("what", CHECKS)
def test_what_is_wrong_is_found(sound, tmp_path, what):
    """Each kind of damage is found by its question, with the row it is in."""
    copy = tmp_path / PUBLISHED
    shutil.copyfile(sound / "var" / PUBLISHED, copy)
    with duckdb.connect(copy) as connection:
        connection.execute(WRONG[what])
    found = {fault.what: fault for fault in faults(tmp_path, ALWAYS)}
    assert found[what].rows > 0
    assert found[what].example


def test_damage_is_told_at_the_terminal(sound, tmp_path):
    """`warehouse check` says what is wrong, in how many rows and in which, and ends with 1."""
    shutil.copytree(sound / "var", tmp_path / "var", ignore=lambda *_: ["prefect"])
    copy = tmp_path / "var" / PUBLISHED
    copy.chmod(0o644)
    with duckdb.connect(copy) as connection:
        connection.execute("UPDATE mentions SET article_id = 'gone' WHERE rowid = 0")
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    done = CliRunner().invoke(
        app, ["warehouse", "check", "--format", "json", "--config", str(tmp_path / "talkwatch.toml")]
    )
    assert done.exit_code == 1
    assert '"mention of an article that is not there"' in done.stdout


def test_without_a_copy_there_is_nothing_to_check(tmp_path):
    """Where nothing is published, that is one clear line."""
    with pytest.raises(Unusable, match="nothing is published"):
        faults(tmp_path, ALWAYS)
