from __future__ import annotations

from datetime import timedelta

import pytest

from extractors.relation_records import Position, Take
from tests.warehouse_examples import HOUR, NOW, alert, decision, read_article
from warehouse import alerts, articles
from warehouse.positions import save_record, save_takes
from warehouse.store import writing

SECOND = "The Kremlin took it back. “We want a ceasefire,” Dmitry Peskov said, “in Istanbul.” Зеленський did not."


@pytest.fixture
def session(tmp_path):
    """Return a session in which an article came now, was changed in two hours and again in four."""
    with writing(tmp_path) as opened:
        for hours, text in ((0, None), (2, SECOND), (4, f"{SECOND} Nobody knew why.")):
            read = read_article(first_seen_at=NOW + hours * HOUR, **({"text": text} if text else {}))
            articles.save_articles(opened, [read])
        yield opened


def known(session, what, columns, hours):
    """Return what was known so many hours from now."""
    return session.rows(f"SELECT {columns} FROM {what}_as_of($1) ORDER BY ALL", [NOW + hours * HOUR])


@pytest.mark.parametrize(
    ("hours", "revision"),
    [
        pytest.param(-1, [], id="before it came"),
        pytest.param(0, [(1,)], id="at the moment it came"),
        pytest.param(1, [(1,)], id="before it was changed"),
        pytest.param(2, [(2,)], id="changed"),
        pytest.param(3, [(2,)], id="before it was changed again"),
        pytest.param(9, [(3,)], id="as it is"),
    ],
)
def test_an_article_is_what_it_was_then(session, hours, revision):
    """An article has the words that had arrived by then, and what was said in them, with offsets into them."""
    assert known(session, "articles", "revision", hours) == revision
    sql = """
        SELECT substr(a.text, s.start_char + 1, s.end_char - s.start_char) = s.text
        FROM statements_as_of($1) AS s JOIN articles_as_of($1) AS a USING (article_id)
    """
    assert session.rows(sql, [NOW + hours * HOUR]) == [(True,)] * len(revision)


def test_a_text_and_a_date_are_moments(session):
    """A time can be written as analysts write it."""
    assert session.rows("SELECT count(*) FROM articles_as_of('2026-11-22')") == [(1,)]
    assert session.rows("SELECT count(*) FROM statements_as_of(DATE '2026-11-20')") == [(0,)]


def test_alerts_are_known_once_they_fired(session):
    """An alert is known from the moment it fired."""
    fired = alert(fired_at=NOW + HOUR)
    alerts.save_decisions(session, [decision(fired)])
    assert [known(session, "alerts", "alert_id", hours) for hours in (0, 1)] == [[], [(fired.alert_id,)]]


def test_a_position_is_known_once_it_was_taken_twice(session):
    """A position that rests on doubtful statements is known from the second of them on, with what it had by then."""
    later = NOW + 9 * HOUR
    came = [read_article(f"b{n}", first_seen_at=NOW + n * HOUR, url=f"https://b.example/{n}") for n in range(3)]
    articles.save_articles(session, came)
    takes = [
        Take(
            official_id="o",
            topic="ceasefire",
            statement_id=f"s{n}",
            utterance_id=f"u{n}",
            article_id=f"b{n}",
            at=NOW + n * timedelta(minutes=10),
            stance="reject",
            confidence=0.5,
            place=0,
            process_id="gaza",
        )
        for n in range(3)
    ]
    save_takes(session, takes)
    drawn = Position(
        official_id="o",
        topic="ceasefire",
        stance="reject",
        since=NOW,
        until=later,
        statements=3,
        reports=3,
        first_statement_id="s0",
        last_statement_id="s2",
        confidence=0.5,
        contested_statement_id=None,
        process_id="gaza",
    )
    save_record(session, [("o", "ceasefire", "gaza")], [drawn], [])
    told = "process_id, stance, statements, first_statement_id, last_statement_id"
    assert [known(session, "positions", told, hours) for hours in (0, 1, 2)] == [
        [],
        [("gaza", "reject", 2, "s0", "s1")],
        [("gaza", "reject", 3, "s0", "s2")],
    ]
