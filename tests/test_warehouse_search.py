from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from extractors.officials.spellings import Spellings
from extractors.officials.watchlist import load_watchlist
from extractors.records import Reading
from tests.warehouse_examples import HOUR, NOW, read_article, span_of, statement
from warehouse import articles, search
from warehouse.published import PUBLISHED, publish
from warehouse.store import LIVE, apply, known_migrations, writing

# Each an article with a headline, a text and the language of both.
TEXTS = {
    "en-truce": ("Truce near", "Zelenskyy said that a ceasefire was near. The talks go on in Istanbul.", "en"),
    "en-none": ("No truce", "There is no ceasefire, Moscow says, and none is near; a ceasefire needs two.", "en"),
    "uk": ("Перемир’я", "Про це сказав Зеленський. Переговори тривають у Стамбулі.", "uk"),
    "ru": ("Переговоры", "Встречи с Зеленским не будет, сообщили в Кремле. Подоляк возразил.", "ru"),
    "fr": ("L’accord", "Les négociations reprennent à Genève après l’accord.", "fr"),
    "de": ("Gespräche", "Die Verhandlungen gehen weiter.", "de"),
}


@pytest.fixture(scope="module")
def spellings():
    """Return what words are found by, with the watchlist's names."""
    return Spellings(load_watchlist())


@pytest.fixture(scope="module")
def copy(tmp_path_factory, spellings):
    """Return a connection to a published copy of the texts."""
    folder = tmp_path_factory.mktemp("var")
    reads = [plain(name, text, title=title, language=language) for name, (title, text, language) in TEXTS.items()]
    with writing(folder) as session:
        search.explain_all(session, sorted(spellings.forms), spellings.keys)
        saved = articles.outcomes(reads, {})
        search.explain(session, articles.write_articles(session, reads, saved), spellings.keys)
    publish(folder)
    with duckdb.connect(folder / PUBLISHED, read_only=True) as connection:
        yield connection


def plain(name="a1", text="", said=None, speaker="Dmitry Peskov", **changes):
    """Return an article in whose text nothing was read but what is said, if anything is."""
    base = read_article(name)
    statements = ()
    if said:
        span = span_of(text, said)
        statements = (replace(statement(name), text=said, span=span, spans=(span,), speaker=speaker),)
    reading = Reading(sentences=(), mentions=(), title_mentions=(), statements=statements, extractor_version="x")
    return replace(base, article=replace(base.article, text=text, **changes), reading=reading)


def found(connection, question, macro="search_articles"):
    """Return the ids of what a question finds, the best first."""
    return [row[0] for row in connection.execute(f"SELECT article_id FROM {macro}($1)", [question]).fetchall()]


@pytest.mark.parametrize("question", ["ceasefire", "Zelensky", "near"])
def test_the_best_alone_are_looked_up_where_that_is_asked(copy, question):
    """Whoever says inside how many he wants has the same ones, in the same order, as who takes so many of all."""
    every = copy.execute("FROM search_articles($1)", [question]).fetchall()
    for most in range(len(every) + 2):
        assert copy.execute(f"FROM search_articles($1, most := {most})", [question]).fetchall() == every[:most]
    assert len(every) > 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param("ceasefire", ["en-none", "en-truce"], id="what holds the word more often comes first"),
        pytest.param("truce", ["en-none", "en-truce"], id="a word of the headline is found"),
        pytest.param("ceasefires", ["en-none", "en-truce"], id="a form that nobody wrote finds those of its word"),
        pytest.param("talked", ["en-truce"], id="English by its stems"),
        pytest.param("négociation", ["fr"], id="French by its stems"),
        pytest.param("accord", ["fr"], id="a word behind an article that is written with it"),
        pytest.param("Geneve", ["fr"], id="without its accents"),
        pytest.param("Verhandlung", ["de"], id="German by its stems"),
        pytest.param("переговорах", ["ru", "uk"], id="Russian and Ukrainian by their stems"),
        pytest.param("Zelensky", ["en-truce", "ru", "uk"], id="a name in every spelling and case"),
        pytest.param("Зеленского", ["en-truce", "ru", "uk"], id="a name from another script"),
        pytest.param("Podolyak", ["ru"], id="the name of somebody whom nobody watches"),
        pytest.param("ceasefire near", ["en-none", "en-truce"], id="all words have to be there"),
        pytest.param("ceasefire Istanbul", ["en-truce"], id="one that is not there is not replaced by others"),
        pytest.param('"ceasefire was near"', ["en-truce"], id="words that stand together"),
        pytest.param('"none is near a"', ["en-none"], id="words across a mark, one of them everywhere"),
        pytest.param('"near was ceasefire"', [], id="the same words in another order"),
        pytest.param('"near was ceasefire"', [], id="only in their order"),
        pytest.param('"ceasefires is near"', ["en-truce"], id="words that stand together in any of their forms"),
        pytest.param("“go on in”", ["en-truce"], id="curly quotation marks"),
        pytest.param("cease*", ["en-none", "en-truce"], id="how a word begins"),
        pytest.param("ceasefire -Moscow", ["en-truce"], id="without a word"),
        pytest.param('ceasefire -"go on"', ["en-none"], id="without words that stand together"),
        pytest.param("-Moscow", [], id="nothing is asked for"),
        pytest.param("' OR 1=1 --", [], id="what no word is"),
        pytest.param("", [], id="no question"),
    ],
)
def test_articles_are_found_by_their_words(copy, question, answer):
    """A question finds the articles that hold all of it, in whatever form, language and spelling, the best first."""
    best = found(copy, question)
    assert sorted(best) == sorted(answer)
    if question == "ceasefire":
        assert best == answer


def test_text_around_the_answer_is_plain_sql(copy):
    """What is found has the columns of an article, and can be filtered and joined as such."""
    sql = "SELECT title, score > 0 FROM search_articles('Zelensky') WHERE language = 'uk' AND published_at <= $1"
    assert copy.execute(sql, [NOW]).fetchall() == [("Перемир’я", True)]


def test_no_text_is_read_to_find_one(copy):
    """The plan of a search reads the index and asks articles for those found alone: no text is looked through."""
    sql = "EXPLAIN SELECT article_id, title FROM search_articles('ceasefire Istanbul')"
    ((_, plan),) = copy.execute(sql).fetchall()
    assert "search_new_places" in plan
    assert "text" not in {word.strip("│ ,") for word in plan.split()}


@pytest.fixture
def session(tmp_path):
    """Return a session in an empty warehouse."""
    with writing(tmp_path) as opened:
        yield opened


def words_of(session, question, macro="search_articles"):
    """Return the articles a question finds in a live file."""
    return [row[0] for row in session.rows(f"SELECT article_id FROM {macro}($1)", [question])]


def test_statements_are_found_by_their_words_and_speakers(session):
    """A statement is found by what is said and by who says it, not by the rest of its article."""
    text = "On Monday in Geneva Peskov said: we want peace."
    articles.save_articles(session, [plain(text=text, said="we want peace")])
    answers = [words_of(session, question, "search_statements") for question in ("peace", "Peskov", "Geneva")]
    assert answers == [["a1"], ["a1"], []]


def test_words_that_were_taken_back_are_not_found(session):
    """A revision is found by its own words, and no more by those it had before."""
    articles.save_articles(session, [plain(title="First words", text="They agreed on grain.")])
    articles.save_articles(session, [plain(title="Other words", text="Nobody agreed.", first_seen_at=NOW + HOUR)])
    assert [words_of(session, question) for question in ("grain", "nobody")] == [[], ["a1"]]


def test_what_was_put_in_order_is_found_as_before(session):
    """Sorting what came leaves every answer as it was, without what is gone, and leaves nothing behind."""
    articles.save_articles(session, [plain(text="They agreed on grain.")])
    articles.save_articles(session, [plain(text="They met on gas.", first_seen_at=NOW + HOUR)])
    search.put_in_order(session, run=1)
    articles.save_articles(session, [plain("a3", text="Gas again.", url="https://two.example/3")])
    gone = session.row("SELECT count(*) FROM search_places ANTI JOIN search_texts USING (number)")
    assert (gone, session.row("SELECT count(*) > 0 FROM search_new_places")) == ((0,), (True,))
    assert set(words_of(session, "gas")) == {"a1", "a3"}


@pytest.fixture
def many(session):
    """Return a session with 130,000 texts that say "grain", of which the fifth says "harvest" too, and the last twice."""
    session.run("INSERT INTO search_texts SELECT n, 'a' || n, NULL, 10 FROM range(1, 130_001) AS r(n)")
    for word, texts, times in (("grain", "range(1, 130_000)", 1), ("grain", "range(130_000, 130_001)", 2)):
        session.run(
            "INSERT INTO search_places "
            f"SELECT search_term('{word}'), n, {times}, range(1001, 1001 + {times}) FROM {texts} AS r(n)"
        )
    session.run("INSERT INTO search_new_places SELECT search_term('harvest'), 5, 1, [1003]")
    session.run("INSERT INTO search_new_places SELECT search_term('grain'), -n, 1, [1001] FROM range(1, 9) AS r(n)")
    return session


def test_a_word_of_very_many_texts_is_looked_for_in_the_newest(many):
    """Of 130,000 texts the newest hundred thousand and a few are ranked, the one that says it twice first."""
    hits = [row[0] for row in many.rows("SELECT number FROM search_hits('grain', false) ORDER BY score DESC")]
    assert hits[0] == 130_000
    assert 100_000 <= len(hits) <= 105_000
    assert min(hits) == 130_001 - len(hits)


def test_a_rare_word_beside_a_common_one_is_found_however_old(many):
    """What holds the rarest word of a question is looked at whole, with the others or without."""
    for question in ("grain harvest", '"grain" harvest', "harvest"):
        assert [row[0] for row in many.rows("SELECT number FROM search_hits($1, false)", [question])] == [5]
    assert many.rows("FROM search_hits('harvest -grain', false)") == []


def test_what_is_found_has_all_that_articles_have(copy):
    """Each article found stands there with the columns of the view, in its order, and with what the view says."""
    found = copy.execute("SELECT * EXCLUDE (score) FROM search_articles('ceasefire')")
    columns = [each[0] for each in found.description]
    rows = found.fetchall()
    viewed = copy.execute("FROM articles WHERE article_id IN ('en-none', 'en-truce') ORDER BY article_id")
    assert columns == [each[0] for each in viewed.description]
    assert rows == viewed.fetchall()


def test_keys_stand_in_the_order_in_which_they_are_looked_up(session, spellings):
    """What forms mean stands by the form, what answers to a key by the key, however they came."""
    articles.save_articles(session, [plain(text="They agreed on grain and truces, and they will agree again.")])
    search.explain_all(session, sorted(spellings.forms), spellings.keys)
    keys = session.rows("SELECT asked, if(asked, form, key) FROM search_keys")
    assert len(keys) > 1000
    assert keys == sorted(keys)


def test_articles_of_before_are_found(tmp_path):
    """A warehouse of a version without search has all its articles and statements in it once it is migrated."""
    now, before = tmp_path / "now", tmp_path / "before"
    text = "Peskov said: we want peace. Peace."
    with writing(now) as session:
        articles.save_articles(session, [plain(text=text, title="Grain", said="we want peace", speaker=None)])
        indexed = session.rows("FROM search_new_places ORDER BY ALL")
    before.mkdir()
    older = [each for each in known_migrations() if each.version < 20]
    with duckdb.connect(before / LIVE) as connection:
        apply(connection, older)
        connection.execute(f"ATTACH '{now / LIVE}' AS now (READ_ONLY)")
        for table in ("article_rows", "statement_rows"):
            names = ", ".join(row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall())
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM now.{table}")
    with writing(before) as session:
        assert [words_of(session, question) for question in ("grain", "peskov")] == [["a1"], ["a1"]]
        answers = [words_of(session, question, "search_statements") for question in ("grain", '"want peace"')]
        assert answers == [[], ["a1"]]
        assert session.rows("FROM search_places ORDER BY ALL") == indexed
        assert session.rows("FROM search_new_places") == []


@pytest.mark.parametrize(
    ("question", "form", "language", "is_one"),
    [
        pytest.param("treaty", "treat", "en", False, id="two words that begin alike"),
        pytest.param("county", "count", "en", False, id="two words, one ending in y"),
        pytest.param("meeting", "met", "en", False, id="who asks for a meeting does not ask for the verb"),
        pytest.param("meet", "meeting", "en", True, id="who asks for the verb asks for all forms"),
        pytest.param("syrskyi", "сырского", "ru", True, id="a name by its sound, in a case"),
        pytest.param("ермак", "yermak", "en", True, id="a name by its sound, in Latin letters"),
        pytest.param("trump", "трампа", "ru", True, id="a name that is spelt otherwise than it sounds"),
        pytest.param("هدنة", "الهدنة", "ar", True, id="Arabic with its article"),
    ],
)
def test_forms_of_one_word_share_a_key(spellings, question, form, language, is_one):
    """A form answers to a question of the same word or name, and to no other."""
    asked = {key for each in ("en", language) for key in spellings.keys(question, each).asked}
    assert bool(asked & set(spellings.keys(form, language).answers)) is is_one
