from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.records import Arrival
from extractors.records import Mention, MentionKind, Reading, Span
from tests.warehouse_examples import (
    HOUR,
    NOW,
    TEXT,
    feed,
    new_entry,
    new_warehouse,
    peskov,
    poll,
    read_article,
    statement,
)
from warehouse import articles, officials
from warehouse.entries import pending_entries
from warehouse.feeds import save_polls, sync_feeds
from warehouse.records import Outcome
from warehouse.session import Session
from warehouse.store import writing

NOTHING = Reading(mentions=(), title_mentions=(), statements=(), sentences=(), extractor_version="x1")
OTHER_TEXT = f"Corrected. {TEXT}"


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def save(session, *reads):
    """Save articles and return their outcomes."""
    return [saved.outcome for saved in articles.save_articles(session, reads)]


def one(session, sql):
    """Return the only row of a query."""
    (row,) = session.rows(sql)
    return row


def test_an_article_comes_back_whole(session):
    """Every field of an article and its reading stands in its columns."""
    (saved,) = articles.save_articles(session, [read_article()])
    assert (saved.article_id, saved.outcome, saved.revision, saved.story_id) == ("a1", Outcome.NEW, 1, "a1")
    row = one(session, "SELECT * EXCLUDE (text, text_hash, sentences) FROM articles")
    assert row == (
        *("a1", "https://one.example/a1", "One", "feed-one", "Peskov speaks", "A. Byline", NOW - HOUR, NOW, "en"),
        *(
            len(TEXT.split()),
            "a1",
            1,
            None,
            "x1",
            "polled",
            "a1",
            *[None] * 8,
            "full",
            None,
            "ISTANBUL (AP)",
            "a1",
            None,
        ),
    )
    assert one(session, "SELECT text, sentences FROM articles") == (
        TEXT,
        [{"start_char": 0, "end_char": 16}, {"start_char": 16, "end_char": len(TEXT)}],
    )


def test_offsets_count_characters_as_sql_does(session):
    """substr(text, start_char + 1, end_char - start_char) is the surface, past emoji, accents and Cyrillic."""
    save(session, read_article(), read_article("a2", text=OTHER_TEXT))
    wrong = """
        SELECT surface FROM mentions JOIN articles AS a USING (article_id)
        WHERE substr(a.text, start_char + 1, end_char - start_char) <> surface
        UNION ALL
        SELECT surface FROM title_mentions JOIN articles AS a USING (article_id)
        WHERE substr(a.title, start_char + 1, end_char - start_char) <> surface
        UNION ALL
        SELECT s.text FROM statements AS s JOIN articles AS a USING (article_id)
        WHERE substr(a.text, s.start_char + 1, s.end_char - s.start_char) <> s.text
            OR substr(a.text, speaker_start_char + 1, speaker_end_char - speaker_start_char) <> speaker_surface
            OR substr(a.text, cue_start_char + 1, cue_end_char - cue_start_char) <> cue
    """
    assert session.rows(wrong) == []
    assert session.rows("SELECT count(*) FROM mentions") == [(8,)]
    assert session.rows("SELECT count(*) FROM title_mentions") == [(2,)]
    parts = "SELECT list_transform(spans, lambda p: substr(a.text, p.start_char + 1, p.end_char - p.start_char))"
    rows = session.rows(f"{parts} FROM statements JOIN articles AS a USING (article_id)")
    assert rows == [(["We want a ceasefire,", "in Istanbul."],)] * 2


def test_known_words_add_nothing(session):
    """The same words again, however spaced and whenever seen, change no row."""
    save(session, read_article())
    before = session.rows("FROM articles")
    assert save(session, read_article(text=TEXT.replace(" on ", " on\n "), first_seen_at=NOW + HOUR)) == [Outcome.KNOWN]
    assert session.rows("FROM articles") == before
    assert session.rows("SELECT count(*) FROM mentions") == [(4,)]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"text": OTHER_TEXT}, id="a changed text is a revision"),
        pytest.param({"title": "Peskov silent"}, id="a changed title is a revision"),
    ],
)
def test_changed_words_make_a_revision(session, changed):
    """The old row moves to article_revisions, what was read is replaced, and first_seen_at and the story stay."""
    save(session, read_article())
    (saved,) = articles.save_articles(session, [read_article(first_seen_at=NOW + HOUR, **changed)])
    assert (saved.outcome, saved.revision, saved.first_seen_at) == (Outcome.REVISED, 2, NOW)
    newest = "SELECT title, text, revision, first_seen_at, revised_at FROM articles"
    title, text = changed.get("title", "Peskov speaks"), changed.get("text", TEXT)
    assert one(session, newest) == (title, text, 2, NOW, NOW + HOUR)
    older = "SELECT title, text, revision, first_seen_at, revised_at FROM article_revisions"
    assert one(session, older) == ("Peskov speaks", TEXT, 1, NOW, None)
    assert session.rows("SELECT count(*) FROM mentions UNION ALL SELECT count(*) FROM statements") == [(4,), (1,)]


CAPTION, SAID = "Photo: 12 comments.", "Peskov said no. Zelensky agreed."


def with_caption(caption=CAPTION, said=SAID, *, version="x1", skipped=0, **changes):
    """Return an article whose caption stands in no sentence, nor do the first `skipped` characters of its words."""
    read = read_article(text=f"{TEXT} {caption} {said}", **changes)
    start = len(read.article.text) - len(said)
    own = (Span(0, len(TEXT)), Span(start + skipped, len(read.article.text)))
    return replace(read, reading=replace(read.reading, sentences=own, extractor_version=version))


@pytest.mark.parametrize("old_hash", [False, True])
@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        pytest.param({}, Outcome.KNOWN, id="the same words"),
        pytest.param({"caption": "Photo: 15 comments. 3 min read"}, Outcome.KNOWN, id="a counter and a stamp"),
        pytest.param({"version": "x2"}, Outcome.KNOWN, id="a new reader"),
        pytest.param({"version": "x2", "skipped": 16}, Outcome.KNOWN, id="a new reader that finds other sentences"),
        pytest.param(
            {"version": "x2", "skipped": 16, "caption": "Photo: 15 comments."}, Outcome.KNOWN, id="and a new counter"
        ),
        pytest.param({"said": "Peskov said yes. Zelensky agreed."}, Outcome.REVISED, id="other words in a sentence"),
        pytest.param(
            {"said": "Peskov said yes. Zelensky agreed.", "version": "x2", "skipped": 17},
            Outcome.REVISED,
            id="other words in what was a sentence to the old reader",
        ),
        pytest.param(
            {"said": "Peskov said no. Zelensky refused.", "version": "x2", "skipped": 16},
            Outcome.REVISED,
            id="other words in what is a sentence to both readers",
        ),
        pytest.param({"version": "x2", "title": "Peskov silent"}, Outcome.REVISED, id="another title"),
    ],
)
def test_only_other_words_in_sentences_make_a_revision(session, again, outcome, old_hash):
    """Neither captions, counters and stamps nor a reader that finds other sentences, whatever hash is stored."""
    save(session, with_caption())
    if old_hash:
        session.run("UPDATE article_rows SET text_hash = 'of the told words'")
    assert save(session, with_caption(first_seen_at=NOW + HOUR, **again)) == [outcome]
    assert session.rows("SELECT count(*) FROM article_revisions") == [(int(outcome is Outcome.REVISED),)]


def test_the_fingerprint_is_of_the_words_alone(session):
    """Two readers that find other sentences in one text store one text_hash."""
    save(session, with_caption("One"), with_caption("One", article_id="a2", version="x2", skipped=16))
    assert session.rows("SELECT count(DISTINCT text_hash) FROM articles") == [(1,)]


def test_each_revision_is_kept(session):
    """Words that change twice leave two older revisions, and going back is a revision too."""
    reads = [read_article(), read_article(text=OTHER_TEXT), read_article()]
    assert [save(session, read)[0] for read in reads] == [Outcome.NEW, Outcome.REVISED, Outcome.REVISED]
    assert session.rows("SELECT revision FROM article_revisions ORDER BY 1") == [(1,), (2,)]


def test_one_article_twice_in_a_batch(session):
    """Two feeds may bring one page in one batch: the second is known, or a revision when its words differ."""
    other = read_article("a2")
    assert save(session, read_article(), other, read_article()) == [Outcome.NEW, Outcome.NEW, Outcome.KNOWN]
    assert save(session, read_article(), read_article(text=OTHER_TEXT)) == [Outcome.KNOWN, Outcome.REVISED]


def test_a_statement_read_twice_is_one_row(session):
    """Two statements of one id, which an extractor may make by mistake, do not stop the batch."""
    read = read_article()
    doubled = replace(read.reading, statements=read.reading.statements * 2)
    assert save(session, replace(read, reading=doubled)) == [Outcome.NEW]
    assert session.rows("SELECT count(*) FROM statements") == [(1,)]


def test_an_article_settles_its_entry(session):
    """The entry an article came by is done, its content dropped, also when the article was known."""
    sync_feeds(session, [feed()])
    save_polls(session, [poll(new_entry("e1"), new_entry("e2"))])
    save(session, replace(read_article(), entry_key="e1"))
    assert [entry.entry_key for entry in pending_entries(session, NOW, 9)] == ["e2"]
    save(session, replace(read_article(), entry_key="e2"))
    assert session.rows("SELECT DISTINCT state, content FROM entries") == [("done", None)]


def test_an_article_with_nothing_in_it_is_stored(session):
    """An article without date, title, feed, mentions or sentences has NULLs and empty lists."""
    bare = read_article(title=None, author=None, feed_id=None, published_at=None, language=None)
    assert save(session, replace(bare, reading=NOTHING, arrival=Arrival.INGESTED)) == [Outcome.NEW]
    row = one(session, "SELECT title, feed_id, published_at, sentences, arrival FROM articles")
    assert row == (None, None, None, [], "ingested")
    assert save(session) == []


def test_hostile_text_is_stored_character_by_character(session):
    """NUL, halves of characters, quotes and dates at the ends of time neither fail nor move an offset."""
    text = "a\x00b '\"; DROP TABLE articles; -- \ud800 ceasefire"
    start = text.index("ceasefire")
    found = Mention(
        kind=MentionKind.TOPIC, ref_id=None, name="c", surface="ceasefire", span=Span(start, start + len("ceasefire"))
    )
    end_of_time = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    read = read_article(title="=cmd|'/c calc'", published_at=end_of_time)
    save(session, replace(read, article=replace(read.article, text=text), reading=replace(NOTHING, mentions=(found,))))
    surface = "substr(a.text, start_char + 1, end_char - start_char)"
    sql = "FROM mentions JOIN articles AS a USING (article_id)"
    assert one(session, f"SELECT a.text, published_at, {surface} {sql}") == (
        text.replace("\ud800", "\ufffd"),
        end_of_time,
        "ceasefire",
    )


def test_each_article_is_alone_in_its_story(session):
    """Every article belongs to a story of its own name, with one outlet and one source."""
    save(session, read_article(), read_article("a2"))
    rows = session.rows("FROM stories ORDER BY story_id")
    assert rows == [(name, NOW, "Peskov speaks", 1, 1, 1) for name in ("a1", "a2")]


def test_a_batch_takes_as_many_statements_as_an_article(session, monkeypatch):
    """200 articles with 60 mentions and 15 statements each are written together, not row by row."""
    read = read_article()
    many = replace(read.reading, mentions=read.reading.mentions * 15, sentences=read.reading.sentences * 20)
    batch = []
    for number in range(200):
        said = tuple(replace(statement("x"), statement_id=f"{number}-{n}") for n in range(15))
        article = replace(read.article, article_id=str(number))
        batch.append(replace(read, article=article, reading=replace(many, statements=said)))
    ran = []
    run = Session.run
    monkeypatch.setattr(
        Session, "run", lambda self, sql, *rest, **names: ran.append(sql) or run(self, sql, *rest, **names)
    )
    articles.save_articles(session, batch[:1])
    for_one = len(ran)
    articles.save_articles(session, batch[1:])
    assert len(ran) == 2 * for_one
    assert session.rows("SELECT count(*) FROM mentions UNION ALL SELECT count(*) FROM statements") == [
        (12000,),
        (3000,),
    ]


def test_officials_are_replaced_only_when_they_changed(session):
    """The table is what the watchlist says, one row a term; saving the same again changes nothing."""
    terms = [peskov("spokesman", NOW), peskov(None)]
    assert officials.save_officials(session, terms)
    assert not officials.save_officials(session, terms[::-1])
    assert officials.save_officials(session, [peskov("spokesman", NOW, NOW + timedelta(days=2))])
    row = one(session, "FROM officials")
    dates = (NOW.date(), (NOW + timedelta(days=2)).date())
    assert row == ("dmitry-peskov", "Dmitry Peskov", "RU", "russia", "spokesman", *dates, ["Peskov", "Песков"])


def test_a_topic_is_negated_or_not_and_nothing_else_is_either(session):
    """What the words say of a topic stands beside it; of other kinds, and in older rows, there is no answer."""
    save(session, read_article())
    rows = session.rows("SELECT kind, negated FROM mentions ORDER BY start_char, end_char")
    assert {(kind, negated) for kind, negated in rows} == {("topic", True), ("official", None), ("place", None)}
