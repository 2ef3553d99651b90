from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.records import Span
from tests.warehouse_examples import HOUR, NOW, TEXT, new_warehouse, read_article, span_of, statement
from warehouse import articles
from warehouse.articles import stored_statements
from warehouse.store import writing

WHOLE = replace(
    statement("a1"),
    stance="accept",
    addressee_span=span_of(TEXT, "Café"),
    occasion_span=span_of(TEXT, "on Monday"),
    condition_span=span_of(TEXT, "in Istanbul"),
    negated=True,
    modality="possible",
    denied=True,
    resolved_by="name",
    confidence=0.9,
)


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def save(session, *statements, **changes):
    """Save an article with these statements."""
    read = read_article(**changes)
    articles.save_articles(session, [replace(read, reading=replace(read.reading, statements=statements))])


def test_a_statement_comes_back_whole(session):
    """Every field of a statement stands in its columns and is read back from them."""
    save(session, WHOLE)
    names = "statement_id, article_id, utterance_id, official_id, speaker, speaker_id, speaker_surface, cue, kind, text"
    assert session.row(f"SELECT {names}, start_char, end_char, spans, topics FROM statements") == (
        *("said-a1", "a1", "utterance", "dmitry-peskov", "Dmitry Peskov", "dmitry-peskov", "Dmitry Peskov", "said"),
        *("direct", WHOLE.text, WHOLE.span.start, WHOLE.span.end),
        [{"start_char": span.start, "end_char": span.end} for span in WHOLE.spans],
        ["ceasefire", "istanbul"],
    )
    names = "stance, negated, modality, denied, resolved_by, confidence, published_at, outlet, extractor_version"
    assert session.row(f"SELECT {names} FROM statements") == (
        *("accept", True, "possible", True, "name", 0.9, NOW - HOUR, "One", "x1"),
    )
    assert stored_statements(session, ["a1"]) == {"a1": [WHOLE]}


@pytest.mark.parametrize("name", ["addressee", "occasion", "condition"])
def test_parts_of_a_statement_are_the_article_s_words(session, name):
    """Addressee, occasion and condition are stored verbatim, with the place they stand at."""
    save(session, WHOLE)
    cut = f"substr(a.text, {name}_start_char + 1, {name}_end_char - {name}_start_char)"
    stored, words = session.row(f"SELECT s.{name}, {cut} FROM statements AS s JOIN articles AS a USING (article_id)")
    assert stored == words == getattr(WHOLE, f"{name}_span").slice(TEXT)


def test_what_an_earlier_version_stored_can_be_read(session):
    """Columns that did not exist then are NULL, and mean nothing special."""
    save(session, statement("a1"))
    session.run("UPDATE statement_rows SET negated = NULL, denied = NULL")
    assert stored_statements(session, ["a1"]) == {"a1": [statement("a1")]}


def test_statements_stand_in_the_order_of_the_text(session):
    """Whatever the order they were stored in."""
    first = replace(WHOLE, statement_id="first", span=Span(0, 5), spans=(Span(0, 5),), text=TEXT[:5])
    save(session, WHOLE, first)
    assert [each.statement_id for each in stored_statements(session, ["a1"])["a1"]] == ["first", "said-a1"]
