from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.records import Match, Place, Scope
from extractors.records import Span, StatementKind
from extractors.text.identity import utterance_id
from flows.steps.decide.known import Names
from tests.alert_desk import Desk, found
from tests.batches import take_in
from tests.statement_examples import read
from tests.story_examples import SAID
from tests.warehouse_examples import HOUR, NOW, alert, decision, new_warehouse
from warehouse import alerts
from warehouse.details import drop_details
from warehouse.forgotten import take_out
from warehouse.store import writing
from warehouse.utterances import SameMeaning

PEACE = "There are no grounds for negotiations yet, and there will be none this winter"
TRUCE = "We are ready to discuss a truce along the whole line of contact with anyone who is serious about it"
LATER = "Let us first see what the envoys bring with them to Istanbul, and then we will talk about a meeting"


def partition(session):
    """Return which articles report each utterance."""
    return {frozenset(row[0]) for row in session.rows("SELECT list(article_id) FROM statements GROUP BY utterance_id")}


MATCH = Match(
    rule="r",
    article_id="b",
    official_id="dmitry-peskov",
    official="Dmitry Peskov",
    keyword="truce",
    scope=Scope.SPEAKS,
    place=Place.TEXT,
    excerpt=TRUCE,
    excerpt_span=Span(0, len(TRUCE)),
    evidence=(),
)


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


REPORTS = (
    read("whole", PEACE, hours=2),
    read("marks", PEACE.replace(", and", " … and").upper(), hours=3),
    read("part", "Peskov saw “no grounds for negotiations yet”", hours=30, kind=StatementKind.MIXED),
    read("end", "there will be none this winter", hours=5),
    read("truce", TRUCE, hours=2),
    read("rival", PEACE, hours=2, speaker="Sergei Lavrov", speaker_id="sergei-lavrov"),
    read("again", PEACE, hours=200),
    read("again too", f"{PEACE}, he said", hours=201),
)
EXPECTED = {frozenset(names.split(",")) for names in ("whole,marks,part,end", "truce", "rival", "again,again too")}


@settings(max_examples=2, deadline=None)
@given(st.permutations(REPORTS), st.integers(1, len(REPORTS)))
def test_the_order_of_arrival_does_not_matter(order, size):
    """However they arrive, reports of one utterance are joined, and what is said again another week is another."""
    with TemporaryDirectory() as folder, writing(new_warehouse(Path(folder))) as session:
        for start in range(0, len(order), size):
            take_in(session, *order[start : start + size])
        assert partition(session) == EXPECTED
        kept = session.rows("SELECT count(*) FROM statements JOIN utterance_keys USING (statement_id)")
        assert kept == [(len(REPORTS),)]


def test_an_utterance_goes_on_under_its_first_name(session):
    """A full quotation that joins two parts makes them one, named by the part that arrived first; alerts follow."""
    start, end = TRUCE[:60], TRUCE[40:]
    assert len(set(take_in(session, read("start", start)).related.named.values())) == 1
    (second,) = take_in(session, read("end", end, seen=1)).related.named.values()
    alerts.save_decisions(session, [decision(alert("end", utterance_id=second, utterance_ids=("u", second)))])
    (third,) = take_in(session, read("whole", TRUCE, seen=2)).related.named.values()
    assert partition(session) == {frozenset({"start", "end", "whole"})}
    assert third == utterance_id("Dmitry Peskov", start)
    assert session.rows("SELECT utterance_id, list_sort(utterance_ids) FROM alerts") == [(third, sorted(["u", third]))]
    assert session.rows("FROM utterance_links") == [(second, third)]


def test_a_revision_reports_the_utterance_it_reported(session):
    """A fuller quotation in the next revision is no other utterance, though the first words are gone."""
    (first,) = take_in(session, read("a", PEACE)).related.named.values()
    (second,) = take_in(session, read("a", f"{PEACE}, nor in the spring", seen=1)).related.named.values()
    assert first == second
    assert partition(session) == {frozenset("a")}


def test_a_statement_is_looked_for_once(session):
    """What a revision leaves as it was has one row of keys, as before."""
    found = read("a", PEACE)
    take_in(session, found)
    take_in(session, replace(found, article=replace(found.article, title="Another headline")))
    assert session.row("SELECT max(revision) FROM articles") == (2,)
    assert session.row("SELECT count(*) FROM utterance_keys") == (1,)


def test_what_is_known_changes_nothing(session):
    """An article that comes again joins nothing, and no row is written."""
    take_in(session, read("a", PEACE))
    before = session.rows("FROM statements ORDER BY ALL"), session.rows("FROM utterance_keys ORDER BY ALL")
    assert take_in(session, read("a", PEACE, seen=1)).related.named == {}
    assert (session.rows("FROM statements ORDER BY ALL"), session.rows("FROM utterance_keys ORDER BY ALL")) == before


def test_without_a_date_an_article_is_of_when_it_came(session):
    """Undated reports are joined with what was said about the time of their arrival."""
    take_in(session, read("a", PEACE), read("b", PEACE, hours=-200, published=False))
    assert partition(session) == {frozenset("ab")}
    take_in(session, read("c", PEACE, seen=50, published=False))
    assert partition(session) == {frozenset("ab"), frozenset("c")}


def test_keys_are_dropped_when_no_report_is_expected(session):
    """What arrived more than eight days before is compared with nothing any more, so that looking stays cheap."""
    take_in(session, read("a", PEACE))
    take_in(session, read("b", TRUCE, hours=200, seen=200))
    assert session.rows("SELECT words FROM utterance_keys") == [(TRUCE.casefold(),)]


def test_nobody_s_words_are_joined_to_nobody_s(session):
    """An unresolved "he" may be anybody, so his words are an utterance by their own name."""
    take_in(session, read("a", PEACE, speaker=None, speaker_id=None))
    assert session.rows("SELECT count(*) FROM utterance_keys") == [(0,)]
    assert session.rows("SELECT utterance_id FROM statements") == [(utterance_id(None, PEACE),)]


def test_matches_and_statements_take_the_names_that_are_stored(session):
    """What is decided on names utterances as the warehouse does."""
    found = read("b", TRUCE, seen=1)
    take_in(session, read("a", TRUCE[:60]))
    related = take_in(session, found).related
    (old,), (new,) = {each.utterance_id for each in found.reading.statements}, set(related.named.values())
    names = Names(related)
    assert old != new
    assert [each.utterance_id for each in names.article(found).reading.statements] == [new]
    match = replace(MATCH, utterance_id=old, utterance_ids=(old, "other", new), leading_ids=(old,))
    renamed = names.match(match, found)
    assert (renamed.utterance_id, renamed.utterance_ids, renamed.leading_ids) == (new, (new, "other"), (new,))
    assert names.match(replace(match, utterance_id=None), found).utterance_id is None


def test_the_view_shows_one_row_a_thing_said(session):
    """An utterance has the first time it was said, its reports, outlets and longest words."""
    take_in(session, *REPORTS[:4])
    assert session.rows(
        "SELECT official_id, first_said_at, last_reported_at, reports, articles, outlets, text FROM utterances"
    ) == [("dmitry-peskov", NOW + 2 * HOUR, NOW + 30 * HOUR, 4, 4, 4, REPORTS[1].article.text)]


def a_year_on(session):
    """Let a year pass: what reports are found by is dropped, and so are details; the words are said again."""
    take_in(session, read("later", PEACE, hours=24 * 365, seen=24 * 365))
    drop_details(session, NOW + 24 * 300 * HOUR, NOW + 24 * 365 * HOUR)


UNDOING = {
    "it is revised": lambda session: take_in(session, read("whole", TRUCE, hours=2, seen=9)),
    "it is forgotten": lambda session: take_out(session, ["whole"], [], ()),
    "a year passes": a_year_on,
    "more is said": lambda session: take_in(session, *REPORTS[4:]),
}


@pytest.mark.parametrize("undone", UNDOING)
def test_what_was_joined_stays_joined(session, undone):
    """Two halves that met in a whole report one thing said, under one name, whatever becomes of the whole."""
    begin, end = read("begin", PEACE.partition(", and ")[0]), read("end", "there will be none this winter")
    asked = (
        "SELECT count(DISTINCT utterance_id), min(utterance_id) FROM statements WHERE article_id IN ('begin', 'end')"
    )
    take_in(session, begin, end)
    assert session.rows(asked)[0][0] == 2
    take_in(session, read("whole", PEACE, seen=5))
    ((joined, name),) = session.rows(asked)
    UNDOING[undone](session)
    assert (joined, session.rows(asked)) == (1, [(1, name)])


def test_what_came_again_as_it_was_ends_no_pass(tmp_path, monkeypatch):
    """A new report that means what an article in the same batch says, which is here already, joins its utterance."""
    monkeypatch.setattr("extractors.text.vectors.is_there", lambda: False)
    with Desk(tmp_path) as desk:
        known = found("one", SAID)
        desk.take_in(known)
        other = found("two", "“None of us will ever agree to the troops of other states at our borders,” Peskov said.")
        (old,), (new,) = known.reading.statements, other.reading.statements
        (stored,) = desk.rows("SELECT utterance_id FROM statements")[0]
        meant = tuple(SameMeaning(statement_id=new.statement_id, node=node) for node in (old.statement_id, stored))
        monkeypatch.setattr("flows.steps.record.meant_in", lambda *_: meant)
        desk.take_in(known, other)
        assert desk.rows("SELECT DISTINCT utterance_id, count(*) OVER () FROM statements") == [(stored, 2)]
