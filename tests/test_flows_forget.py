from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import duckdb
import pytest
import zstandard
from typer.testing import CliRunner

from flows.acquire.replay import reprocess
from flows.cli.app import app
from flows.cli.corrections import PutRight, of_statement
from flows.problems import UsageProblem
from flows.steps import again
from flows.steps.meaning import key_of_sentence
from tests.month import Month, read_in
from tests.newsroom import NOW, feed, newsroom, page
from tests.servers import Reply
from warehouse.integrity import faults
from warehouse.kept import KEPT
from warehouse.places import LIVE, PUBLISHED
from warehouse.published import publish
from warehouse.vectors import WORK, keep_vectors, known_vectors

LONG_AGO = NOW - timedelta(days=9999)
# Words that nothing else has.
TITLE = "Kremlin grumbledore names terms"
SAID = (
    "Kremlin spokesman Dmitry Peskov spoke of the quibblewick to reporters in Moscow on Wednesday after the talks ended.",
    "“A ceasefire is possible only after the snorkewhistle is agreed by all of us here,” Peskov said. He gave no date.",
    "Ukrainian President Volodymyr Zelenskyy answered that a truce could begin at once, and thanked Turkey for its work.",
)
WORDS = ("grumbledore", "quibblewick", "snorkewhistle")
DRAWN = (
    "SELECT article_id, text, speaker, speaker_id, topics, stance FROM statements ORDER BY ALL",
    "SELECT article_id, ref_id, surface, start_char FROM mentions ORDER BY ALL",
    "SELECT official_id, topic, stance, since, until, statements, reports FROM positions ORDER BY ALL",
    "SELECT official_id, topic, from_stance, to_stance, shifted_at FROM position_shifts ORDER BY ALL",
    "SELECT speaker, text, reports, outlets, first_said_at, last_reported_at FROM utterances ORDER BY ALL",
    "SELECT sum(articles), max(outlets) FROM stories",
    "SELECT sum(articles), max(outlets) FROM events",
)


@pytest.fixture(autouse=True)
def words_alone(monkeypatch):
    """Compare no meanings: that takes a model."""
    monkeypatch.setattr("extractors.text.vectors.is_there", lambda: False)


def holding(data_dir, word):
    """Return every place in a data directory that holds a word: table and column, kept page, or file as bytes."""
    found = [str(path) for path in data_dir.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
    for name in (LIVE, PUBLISHED, WORK):
        if not (data_dir / name).exists():
            continue
        with closing(duckdb.connect(data_dir / name, read_only=True)) as connection:
            columns = "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name)"
            for table, column in connection.execute(columns).fetchall():
                hits = f'SELECT count(*) FROM "{table}" WHERE contains(lower(("{column}")::VARCHAR), ?)'
                if connection.execute(hits, [word]).fetchall()[0][0]:
                    found.append(f"{name}:{table}.{column}")
    if (data_dir / KEPT).exists():
        with closing(sqlite3.connect(data_dir / KEPT)) as file:
            for url, *packed in file.execute("SELECT url, entries, body FROM pages"):
                if any(word.encode() in zstandard.decompress(each) for each in packed) or word in url:
                    found.append(f"{KEPT}:{url}")
    return found


def forget(room, *options):
    """Type the command; return what it prints."""
    done = CliRunner().invoke(app, ["forget", *options, "--config", str(room.configuration)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_article_is_gone_from_every_file_and_stays_gone(tmp_path):
    """No value and no byte of the data has its words afterwards, and the next pass over the same feed does not bring it back."""
    with newsroom(tmp_path) as room:
        items = {"/talks": TITLE, "/harvest": "A festival by the river"}
        room.outlet.reply("/talks", page(TITLE, SAID))
        room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))
        room.run()
        data_dir, url = tmp_path / "var", room.outlet.url("/talks")
        shutil.copy(data_dir / LIVE, data_dir / "warehouse.before-0035.duckdb")
        shutil.copy(data_dir / LIVE, data_dir / "of-monday.backup")
        keep_vectors(data_dir, "m", {key_of_sentence(TITLE): b"1", key_of_sentence("another"): b"2"})
        assert room.rows("SELECT count(*) FROM alert_rows") != [(0,)]
        assert room.rows("SELECT count(*) FROM messages") != [(0,)]
        before = holding(data_dir, WORDS[0])
        assert any(LIVE in each for each in before)
        assert any(KEPT in each for each in before)

        assert "of-monday.backup" in forget(room, "--article", url, "--dry-run")
        assert room.rows("SELECT count(*) FROM article_rows") == [(2,)]
        said = forget(room, "--article", url, "--yes")
        assert "1 article with 0 earlier revisions" in said
        assert "1 feed item, 1 kept page" in said
        assert {word: holding(data_dir, word) for word in (*WORDS, "/talks")} == {
            word: [] for word in (*WORDS, "/talks")
        }
        assert room.published("SELECT title FROM articles") == [("A festival by the river",)]
        assert faults(data_dir, LONG_AGO) == ()
        assert known_vectors(data_dir, "m", [key_of_sentence(TITLE), key_of_sentence("another")]) == {
            key_of_sentence("another"): b"2"
        }

        room.now = NOW + timedelta(hours=1)
        new = "Growers sell apples until late"
        room.outlet.reply(
            "/apples", page(new, ("Growers of the valley sold apples and pears until late on Monday.",) * 5)
        )
        room.outlet.reply(
            "/rss.xml", Reply(body=feed(room.outlet, {**items, "/apples": new, "/talks?utm_source=x": TITLE}))
        )
        room.run()
        assert room.published("SELECT count(*) FROM articles WHERE title ILIKE '%apples%'") == [(1,)]
        assert {word: holding(data_dir, word) for word in WORDS} == {word: [] for word in WORDS}
        assert faults(data_dir, LONG_AGO) == ()


@pytest.fixture
def months(tmp_path, monkeypatch):
    """Ten days of two outlets' news, and of the one's alone."""
    (tmp_path / "both").mkdir()
    (tmp_path / "one").mkdir()
    both = Month(tmp_path / "both", 10)
    monkeypatch.setattr("tests.month.TELLERS", ("Herald",))
    return both, Month(tmp_path / "one", 10)


def test_without_an_outlet_all_stands_as_if_it_had_never_been_read(months, tmp_path):
    """What is drawn from the others' articles is what they alone make of it, and the outlet's do not come back."""
    both, one = months
    both.revise(3, "Observer", before="An editor put words before the others.\n")
    publish(both.setup.data_dir)
    done = CliRunner().invoke(
        app, ["forget", "--outlet", "observer", "--config", str(tmp_path / "both" / "talkwatch.toml")], input="y\n"
    )
    assert done.exit_code == 0, done.output
    assert "10 articles with 1 earlier revision" in done.output
    for sql in DRAWN:
        assert both.rows(sql) == one.rows(sql), sql
    assert holding(both.setup.data_dir, "observer") == []
    assert faults(both.setup.data_dir, LONG_AGO) == ()
    both.take_in([both.article(4, "Observer"), both.article(12, "Observer"), both.article(12, "Herald")])
    assert both.rows("SELECT DISTINCT outlet FROM article_rows") == [("Herald",)]
    assert both.rows("SELECT count(*) FROM article_rows") == [(11,)]
    # The file that was written anew goes on counting where the old one was, and still explains itself.
    assert both.rows("SELECT number FROM search_texts GROUP BY number HAVING count(*) > 1") == []
    assert both.rows("SELECT comment FROM duckdb_tables() WHERE table_name = 'forgotten' AND comment IS NULL") == []


def test_nothing_is_taken_without_a_yes(months, tmp_path):
    """Who does not confirm keeps all."""
    both, _ = months
    where = str(tmp_path / "both" / "talkwatch.toml")
    done = CliRunner().invoke(app, ["forget", "--outlet", "Observer", "--config", where], input="n\n")
    assert done.exit_code == 1
    assert both.rows("SELECT count(*) FROM article_rows") == [(20,)]


def said_to(both, name):
    """Return the words of a person's statements."""
    sql = f"SELECT text FROM statements WHERE speaker = '{name}' OR speaker_id = '{name}'"
    return [text for (text,) in both.rows(sql)]


def told_in(data_dir, words):
    """Return the tables of the live file and the copy that have any of these words, but for those of articles' texts."""
    found = []
    for name in (LIVE, PUBLISHED):
        with closing(duckdb.connect(data_dir / name, read_only=True)) as connection:
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                rows = connection.execute(f'SELECT lower(row::VARCHAR) FROM "{table}" AS row').fetchall()
                if table not in {"article_rows", "article_revisions"} and any(
                    word.lower() in row for (row,) in rows for word in words
                ):
                    found.append(f"{name}:{table}")
    return found


@pytest.mark.parametrize("name", ["Dmitry Peskov", "John Kerr"], ids=["on-the-watchlist", "off-it"])
def test_a_person_is_gone_and_the_articles_stay(months, tmp_path, monkeypatch, name):
    """No row but the articles' texts has a word of his, what others say stands, and no way that texts come brings it back."""
    both, _ = months
    data_dir, where = both.setup.data_dir, str(tmp_path / "both" / "talkwatch.toml")
    both.revise(3, "Observer", before="An editor put words before the others.\n")
    envoy = read_in(both.article(1, "Herald")).statements[2].statement_id
    again.put_right(both.setup, list(of_statement(both.setup, envoy, "me", PutRight(speaker="Dmitry Peskov"))))
    words = [text.removesuffix(", for now") for text in said_to(both, name)]
    others = both.rows(f"SELECT text FROM statements WHERE speaker <> '{name}' ORDER BY ALL")
    assert len(words) > 5
    publish(data_dir)
    assert told_in(data_dir, words) != []
    said = CliRunner().invoke(app, ["forget", "--person", name, "--yes", "--config", where])
    assert said.exit_code == 0, said.output

    def is_gone():
        assert told_in(data_dir, words) == []
        assert both.rows(f"SELECT text FROM statements WHERE speaker <> '{name}' ORDER BY ALL") == others
        assert both.rows("SELECT count(*) FROM article_rows") == [(20,)]
        official = name.lower().replace(" ", "-")
        for table in ("positions", "position_shifts", "decisions", "alert_rows", "statement_rows", "takes"):
            assert both.rows(f"SELECT count(*) FROM {table} WHERE official_id = '{official}'") == [(0,)], table
        assert both.rows(f"SELECT count(*) FROM mentions WHERE name = '{name}'") == [(0,)]
        assert faults(data_dir, LONG_AGO) == ()

    is_gone()
    monkeypatch.setattr("flows.acquire.replay.read", both.read)
    both.version = 2
    reprocess(both.setup)
    others = [(text.removesuffix(", for now"),) for (text,) in others]
    is_gone()
    publish(data_dir)
    both.revise(4, "Herald", before="An editor of the Herald put words before the others.\n")
    is_gone()


def test_with_articles_all_that_name_a_person_go(months, tmp_path):
    """What names him goes as if forgotten by its address; what does not stays, and later articles come without him."""
    both, _ = months
    where = str(tmp_path / "both" / "talkwatch.toml")
    stay = both.rows("SELECT article_id FROM article_rows WHERE NOT contains(text, 'Lavrov') ORDER BY ALL")
    typed = ["forget", "--person", "lavrov", "--articles", "--yes", "--config", where]
    done = CliRunner().invoke(app, typed)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Sergei Lavrov: ")
    assert 0 < len(stay) < 20
    assert both.rows("SELECT article_id FROM article_rows ORDER BY ALL") == stay
    assert faults(both.setup.data_dir, LONG_AGO) == ()
    both.take_in([both.article(1, "Herald"), both.article(13, "Herald")])
    assert both.rows("SELECT article_id FROM article_rows WHERE contains(text, 'Lavrov')") == [("herald13",)]
    assert both.rows("SELECT DISTINCT speaker FROM statements WHERE article_id = 'herald13' ORDER BY ALL") == [
        ("John Kerr",),
        ("The envoy",),
    ]
    ((said,),) = both.rows("SELECT min(statement_id) FROM statement_rows")
    given = CliRunner().invoke(app, ["correct", said, "--speaker", "sergei-lavrov", "--config", where])
    assert isinstance(given.exception, UsageProblem)
    assert "was forgotten" in str(given.exception)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(["--person", " "], id="no name"),
        pytest.param(["--person", "Lavrov", "--outlet", "Herald"], id="two at once"),
        pytest.param(["--outlet", "Herald", "--articles"], id="articles without a person"),
    ],
)
def test_a_demand_that_is_none_is_refused(tmp_path, typed):
    """It is wrong use, and nothing is asked or taken."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["forget", *typed, "--config", str(tmp_path / "talkwatch.toml")])
    assert isinstance(done.exception, UsageProblem)
    assert done.output == ""
