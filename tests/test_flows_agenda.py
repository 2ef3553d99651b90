from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import Mention, MentionKind, Span
from flows.steps.relate import talks_in
from tests.batches import countries, take_in
from tests.statement_examples import read
from tests.warehouse_examples import new_warehouse
from warehouse.store import writing

COUNTRIES = countries()
TEXT = "Talks will be held in Istanbul on Monday."  # the article is of Saturday, 21 November 2026


def told(text=TEXT, **changes):
    """Return an article of one sentence with its place."""
    found = read("a", text, **changes)
    at = text.find("Istanbul")
    span = Span(at, at + len("Istanbul"))
    place = Mention(kind=MentionKind.PLACE, ref_id="istanbul", name="Istanbul", surface="Istanbul", span=span)
    return replace(found, reading=replace(found.reading, mentions=(place,) if at >= 0 else ()))


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def test_an_entry_comes_back_whole(session):
    """Every field stands in its columns, the sentence where its offsets say."""
    take_in(session, told())
    names = "article_id, kind, status, past_round, starts_on, ends_on, date_surface, place, parties, surface, outlet"
    assert session.row(f"SELECT {names}, extractor_version FROM talks") == (
        *("a", "meeting", "announced", False, date(2026, 11, 23), date(2026, 11, 23), "Monday", "Istanbul", []),
        *("Talks", "A", "x"),
    )
    cut = "substr(a.text, start_char + 1, end_char - start_char)"
    assert session.row(f"SELECT sentence, {cut} FROM talks JOIN articles AS a USING (article_id)") == (TEXT, TEXT)


def test_a_revision_replaces_what_was_said(session):
    """What an article does not say any more is in no calendar; what is known as it is changes nothing."""
    take_in(session, told())
    take_in(session, told(seen=1))
    assert session.row("SELECT count(*) FROM talks") == (1,)
    take_in(session, told("The talks in Istanbul were cancelled.", seen=2))
    assert session.rows("SELECT status, starts_on FROM talks") == [("cancelled", None)]
    take_in(session, told("It is raining in Istanbul.", seen=3))
    assert session.row("SELECT count(*) FROM talks") == (0,)


def test_of_a_page_that_two_feeds_bring_the_last_words_count(session):
    """An article that stands twice in a batch has the entries of its newest revision."""
    take_in(session, told(), told("The talks in Istanbul were cancelled.", seen=1))
    assert session.rows("SELECT status FROM talks") == [("cancelled",)]


def test_what_is_not_english_is_not_read():
    """The phrases are English ones."""
    found = told()
    assert talks_in(replace(found, article=replace(found.article, language="de")), COUNTRIES) == ()
    assert len(talks_in(replace(found, article=replace(found.article, language=None)), COUNTRIES)) == 1


def test_an_undated_article_leaves_its_days_open(session):
    """The words that name the day are kept, the day is not guessed."""
    take_in(session, told(published=False))
    assert session.rows("SELECT starts_on, date_surface FROM talks") == [(None, "Monday")]


PHRASES = [
    "Talks will be held in",
    "Istanbul",
    "on Monday",
    ".",
    "The summit was called off",
    "a truce",
    "until 2 June",
]
PROVEN = """
    SELECT bool_and(t.sentence = substr(a.text, t.start_char + 1, t.end_char - t.start_char)
        AND contains(t.sentence, t.surface) AND contains(t.sentence, coalesce(t.date_surface, '')))
    FROM talks AS t JOIN articles AS a USING (article_id)
"""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(PHRASES), max_size=12).map(" ".join))
def test_every_entry_can_be_proven(text):
    """Whatever the words, an entry's sentence stands in its article where it says, and its words in the sentence."""
    with TemporaryDirectory() as folder, writing(new_warehouse(Path(folder))) as session:
        take_in(session, told(text))
        assert session.row(PROVEN) != (False,)
