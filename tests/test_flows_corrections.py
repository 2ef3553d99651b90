from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from alerts.message_records import Judgement, Opinion, Standing, Status
from alerts.records import News
from flows.acquire.replay import reprocess
from flows.cli import corrections as commands
from flows.cli.app import app
from flows.problems import UsageProblem
from flows.steps import again
from tests.month import TELLERS, Month, read_in
from warehouse import corrections, outbox, store, verdicts
from warehouse.integrity import faults
from warehouse.published import publish
from warehouse.store import reading, writing

# What a statement says, and what rests on it, by names that do not depend on what utterances are called.
SAID = "SELECT article_id, text, speaker, speaker_id, topics, stance FROM statements ORDER BY ALL"
DRAWN = (
    SAID,
    "SELECT article_id, ref_id, surface, start_char FROM mentions ORDER BY ALL",
    "SELECT official_id, topic, stance, since, until, statements, reports FROM positions ORDER BY ALL",
    "SELECT official_id, topic, from_stance, to_stance, shifted_at FROM position_shifts ORDER BY ALL",
    "SELECT speaker, text, reports, articles, first_said_at, last_reported_at FROM utterances ORDER BY ALL",
    "SELECT official_id, topic, stance, article_id, place FROM takes ORDER BY ALL",
)
LOST = """
SELECT count(*) FROM statements AS s
LEFT JOIN utterances AS u ON u.utterance_id = s.utterance_id AND u.speaker IS NOT DISTINCT FROM s.speaker
WHERE u.utterance_id IS NULL
"""
WRONG_ENDS = """
SELECT count(*) FROM positions AS p
LEFT JOIN statements AS s ON s.statement_id = p.first_statement_id AND s.official_id = p.official_id
    AND s.stance = p.stance AND list_contains(s.topics, p.topic)
WHERE s.statement_id IS NULL
"""


@pytest.fixture(autouse=True)
def words_alone(monkeypatch):
    """Compare no meanings: that takes a model."""
    monkeypatch.setattr("extractors.text.vectors.is_there", lambda: False)


@pytest.fixture(scope="module")
def whole_month(tmp_path_factory):
    """Thirty days of news."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("extractors.text.vectors.is_there", lambda: False)
        return Month(tmp_path_factory.mktemp("month"))


@pytest.fixture
def month(whole_month, tmp_path, monkeypatch):
    """Thirty days of news of one's own, read by a stand-in for the reader."""
    made = whole_month.copied(tmp_path)
    monkeypatch.setattr(again, "read", made.read)
    return made


def statement(month, article, number):
    """Return the id of a statement, by its place in its article."""
    outlet = next(outlet for outlet in TELLERS if article.startswith(outlet.lower()))
    told = month.article(int(article.removeprefix(outlet.lower())), outlet)
    return read_in(told, version=month.version).statements[number].statement_id


def wanted(month, article, number, **what):
    """Return the corrections of what a statement of an article says."""
    name = statement(month, article, number)
    return list(commands.of_statement(month.setup, name, "me", commands.PutRight(**what)))


def put_right(month, article, number, **what):
    """Put right what a statement of an article says; return what that made."""
    made = wanted(month, article, number, **what)
    again.put_right(month.setup, made)
    return made


def thirty(month):
    """Put thirty things right, of every kind; return them."""
    made = []
    for day in range(0, 28, 4):
        article = f"herald{day}"
        made += wanted(month, article, 3, speaker="Sergei Lavrov")
        made += wanted(month, article, 0, stance="condition")
        made += wanted(month, f"herald{day + 1}", 1, topics=("security-guarantees",))
        made += wanted(month, f"herald{day + 2}", 0, drop=True)
    made += wanted(month, "observer5", 0, speaker="none")
    made.append(commands.named(month.setup, "The envoy", "Volodymyr Zelenskyy", "Observer", "me"))
    again.put_right(month.setup, made)
    return made


def right(month):
    """Return what all statements should say: as they are read, and then as the thirty corrections have it."""
    rows = []
    for day in range(30):
        for outlet in TELLERS:
            article = month.article(day, outlet)
            for number, said in enumerate(read_in(article, version=month.version).statements):
                row = expected(day, outlet, number, said)
                if row:
                    rows.append((article.article_id, said.text, *row))
    return sorted(rows, key=str)


def expected(day, outlet, number, said):
    """Return speaker, topics and stance of a statement once thirty things are right; None for one that is none."""
    speaker, ref, topics, stance = said.speaker, said.speaker_id, list(said.topics), said.stance
    if outlet == "Herald" and day < 28:
        if day % 4 == 0 and number == 3:
            speaker, ref = "Sergei Lavrov", "sergei-lavrov"
        if day % 4 == 0 and number == 0:
            stance = "condition"
        if day % 4 == 1 and number == 1:
            topics = [*topics, "security-guarantees"]
        if day % 4 == 2 and number == 0:
            return None
    if (outlet, day, number) == ("Observer", 5, 0):
        speaker = ref = None
    if (outlet, number) == ("Observer", 2):
        speaker, ref = "Volodymyr Zelenskyy", "volodymyr-zelenskyy"
    return speaker, ref, topics, stance


def said_now(month):
    """Return what all statements say."""
    return sorted(map(tuple, month.rows(SAID)), key=str)


def test_thirty_corrections_hold_whatever_happens(month, monkeypatch):
    """Through revisions, two readings by a new version and a migration each holds, and none reaches another article."""
    assert len(thirty(month)) == 30
    assert said_now(month) == right(month)
    for day in range(0, 30, 3):
        month.revise(day, "Herald", before=f"An editor of the Herald put {day} new words before the others.\n")
    assert said_now(month) == right(month)
    month.version = 2
    monkeypatch.setattr("flows.acquire.replay.read", month.read)
    for _ in range(2):
        assert reprocess(month.setup) == 60
        assert said_now(month) == right(month)
        assert month.rows(LOST) == [(0,)]
    more = store.Migration(
        version=len(store.known_migrations()) + 1, name="more.sql", sql="CREATE TABLE more (x INTEGER);"
    )
    known = (*store.known_migrations(), more)
    monkeypatch.setattr(store, "known_migrations", lambda: known)
    assert said_now(month) == right(month)
    assert month.rows("SELECT count(*) FROM corrections WHERE undone_at IS NULL AND gone_at IS NULL") == [(30,)]


def test_what_rests_on_statements_follows(month):
    """Every statement's utterance is its speaker's, and every position stands on a statement that takes it."""
    thirty(month)
    assert month.rows(LOST) == [(0,)]
    assert month.rows(WRONG_ENDS) == [(0,)]
    publish(month.setup.data_dir)
    assert list(faults(month.setup.data_dir, month.desk.now - timedelta(days=60))) == []
    stances = month.rows("SELECT DISTINCT stance FROM positions WHERE official_id = 'dmitry-peskov' ORDER BY 1")
    assert ("condition",) in stances


def test_all_taken_back_is_as_if_nothing_had_been(month):
    """Undone in any order, statements, mentions, utterances and positions are what they were."""
    before = [month.rows(sql) for sql in DRAWN]
    made = thirty(month)
    assert [month.rows(sql) for sql in DRAWN] != before
    for some in (made[::2], made[1::2]):
        again.taken_back(month.setup, some)
    for sql, rows in zip(DRAWN, before, strict=True):
        assert month.rows(sql) == rows


def test_words_that_are_gone_are_told_once(month):
    """An article that has the words no more leaves its correction without effect, which stands in the list; if they are back, it holds."""
    (made,) = put_right(month, "herald3", 3, speaker="Sergei Lavrov")
    other = replace(month.article(3, "Herald"), text="“We saw the talks of another day,” Dmitry Peskov said.\n")
    month.take_in([other])
    assert month.rows("SELECT count(*) FROM corrections WHERE gone_at IS NOT NULL") == [(1,)]
    month.take_in([month.article(3, "Herald")])
    assert month.rows("SELECT count(*) FROM corrections WHERE gone_at IS NOT NULL") == [(0,)]
    assert month.rows("SELECT speaker_id FROM statements WHERE text LIKE '%page 3, for now' AND outlet = 'Herald'") == [
        ("sergei-lavrov",)
    ], made


@pytest.mark.parametrize(("wants", "told"), [("true", 1), ("false", 0)])
def test_a_wrong_alert_that_was_sent_is_followed_up_once(tmp_path, monkeypatch, wants, told):
    """Who was told, and wants to know, is told once that it was another's; a second correction tells nothing more."""
    month = Month(tmp_path, 3, subscriber=f"corrections = {wants}")
    monkeypatch.setattr(again, "read", month.read)
    with writing(month.setup.data_dir) as session:
        for each in outbox.due_messages(session, month.desk.now, 100):
            outbox.begin_attempt(session, each.message_id, month.desk.now)
            outbox.settle(session, each.message_id, Standing(status=Status.SENT), month.desk.now)
    (first,) = put_right(month, "herald0", 0, speaker="Sergei Lavrov")
    again.taken_back(month.setup, [first])
    month.desk.now += timedelta(minutes=1)
    put_right(month, "herald0", 0, speaker="Sergei Lavrov")
    with writing(month.setup.data_dir) as session:
        due = outbox.due_messages(session, month.desk.now + timedelta(days=1), 100)
        notices = [notice for each in due for notice in outbox.notices(session, each)]
    assert [(each.news, each.attributed_to, each.alert.official) for each in notices] == [
        (News.REATTRIBUTED, "Sergei Lavrov", "Dmitry Peskov")
    ] * told


def test_a_wrong_alert_that_was_not_sent_leaves_no_more(tmp_path, monkeypatch):
    """An alert that waits in a message and turns out to be another's is not sent at all."""
    month = Month(tmp_path, 1)
    monkeypatch.setattr(again, "read", month.read)
    waiting = month.rows(
        "SELECT count(*) FROM message_alerts JOIN alerts USING (alert_id) WHERE article_id = 'herald0'"
    )
    assert waiting == [(1,)]
    put_right(month, "herald0", 0, speaker="none")
    assert month.rows(
        "SELECT count(*) FROM message_alerts JOIN alerts USING (alert_id) WHERE article_id = 'herald0'"
    ) == [(0,)]


def test_what_a_desk_put_right_becomes_a_test(month, capsys):
    """The export has the statement as it is right, of tier 1, what was dropped as a trap, and offsets that count."""
    put_right(month, "herald0", 3, speaker="Sergei Lavrov")
    put_right(month, "herald0", 0, drop=True)
    commands.export(config=month.setup.settings.path)
    (gold,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(each["tier"], each["speaker"]) for each in gold["statements"]][-1] == (1, "Sergei Lavrov")
    assert {gold["text"][each["start"] : each["end"]] == each["text"] for each in gold["statements"]} == {True}
    lines = gold["text"].split("\n")
    assert all(each["text"] in lines[each["line"] - 1] for each in (*gold["statements"], *gold["traps"]))
    assert [each["text"] for each in gold["traps"]] == [read_in(month.article(0, "Herald")).statements[0].text]


def test_the_commands_say_what_they_did(month):
    """`correct`, `corrections list` and `undo` take the beginning of an id, name what was and is, and count articles."""
    runner, config = CliRunner(), ["--config", str(month.setup.settings.path)]
    name = statement(month, "herald3", 3)
    made = runner.invoke(app, ["correct", name[:10], "--speaker", "Lavrov", "--topic", "-talks", *config])
    assert made.exit_code == 0, made.output
    assert "dmitry-peskov → sergei-lavrov" in made.output
    assert "1 article read otherwise now" in made.output
    listed = json.loads(runner.invoke(app, ["corrections", "list", "--format", "json", *config]).output)
    assert [(each["field"], each["url"]) for each in listed] == [
        ("speaker", "https://herald.example/3"),
        ("topic", "https://herald.example/3"),
    ]
    undone = runner.invoke(app, ["corrections", "undo", listed[0]["correction_id"][:8], *config])
    assert "took back" in undone.output
    rows = month.rows(f"SELECT speaker_id, topics FROM statements WHERE statement_id = '{name}'")
    assert rows == [("dmitry-peskov", [])]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["x"], "write --is", id="nothing to put right"),
        pytest.param(["x", "--is", "Putin", "--drop"], "write --is", id="a name and a statement at once"),
        pytest.param(["x", "--drop", "--outlet", "Herald"], "--outlet is for a name", id="an outlet of a statement"),
        pytest.param(["zzz", "--drop"], "no statement whose id begins with zzz", id="no such statement"),
        pytest.param(["x", "--is", "Nobody Atall"], "names nobody", id="an official who is not on the watchlist"),
    ],
)
def test_wrong_use_of_correct_is_named(tmp_path, arguments, says):
    """What cannot be put right is said in a line, with nothing recorded."""
    month = Month(tmp_path, 1)
    answer = CliRunner().invoke(app, ["correct", *arguments, "--config", str(month.setup.settings.path)])
    assert isinstance(answer.exception, UsageProblem)
    assert says in str(answer.exception)
    with reading(month.setup.data_dir) as session:
        assert corrections.corrections(session) == ()


def test_how_often_readings_are_right_is_told_by_speaker_and_topic(month):
    """A correction counts against whom it takes words from and for whom it gives them to, beside verdicts on alerts."""
    alert_id, official = month.rows("SELECT alert_id, official_id FROM alerts ORDER BY fired_at, alert_id")[0]
    with writing(month.setup.data_dir) as session:
        verdicts.save_judgement(session, Judgement(alert_id=alert_id, verdict=Opinion.RIGHT, marked_at=month.desk.now))
    again.put_right(month.setup, wanted(month, "herald6", 0, speaker="Sergei Lavrov", topics=("-ceasefire",)))
    with reading(month.setup.data_dir) as session:
        found = {(each.kind, each.name): (each.right, each.wrong) for each in verdicts.found_right(session)}
    assert official == "dmitry-peskov"
    assert found == {
        ("speaker", "dmitry-peskov"): (1, 1),
        ("speaker", "sergei-lavrov"): (1, 0),
        ("topic", "ceasefire"): (1, 1),
    }
