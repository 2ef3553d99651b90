from __future__ import annotations

import re
from datetime import timedelta
from itertools import permutations

import pytest

from extractors.records import Span
from extractors.text import vectors
from flows.steps import meaning
from flows.steps.meaning import recover_vectors, vectors_of
from tests.alert_desk import Desk, found
from tests.warehouse_examples import new_warehouse
from warehouse.store import writing
from warehouse.vectors import WORK, known_vectors

pytestmark = pytest.mark.slow

FIRST = "“If there is a chance for a truce that brings our prisoners home, we will take it,” Peskov said."
OTHER = "“Should there be an opportunity for a truce that returns our prisoners, we will use it,” Peskov said."
RUSSIAN = "“Если есть возможность перемирия, которое вернёт наших пленных домой, мы ею воспользуемся,” Peskov said."
OPPOSITE = "“There is no chance that we will take a truce, even if it brings our prisoners home,” Peskov said."
UTTERANCES = """
SELECT reports, outlets, independent_sources, (SELECT count(DISTINCT utterance_id) FROM statements)
FROM utterances
"""


@pytest.fixture
def desk(tmp_path):
    """Return a desk with its rule on truces."""
    with Desk(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("order", list(permutations((FIRST, OTHER, RUSSIAN))))
def test_one_thing_in_three_wordings_is_one_utterance_and_one_alert(desk, order):
    """In whatever order reports in other words and another language arrive, they are one utterance, told once."""
    for place, text in enumerate(order):
        desk.after(minutes=20).take_in(found(f"a{place}", text))
    assert desk.rows(UTTERANCES) == [(3, 3, 3, 1)]
    assert desk.count("alerts") == 1
    assert desk.reasons() == ["new", "same_utterance"]


def test_reports_of_one_batch_meet(desk):
    """Reports that arrive together are one utterance as well."""
    desk.take_in(found("a", FIRST), found("b", OTHER), found("c", RUSSIAN))
    assert desk.rows(UTTERANCES) == [(3, 3, 3, 1)]
    assert desk.count("alerts") == 1


def test_translations_of_their_own_are_sources_and_who_cites_one_is_not(desk):
    """Two agencies that translate one thing said for themselves are two sources; a third that cites one of them is none."""
    desk.take_in(found("tass", FIRST, outlet="TASS"))
    desk.after(minutes=20).take_in(
        found("citing", f"{OTHER} He was speaking in Moscow, TASS reported.", outlet="Reuters")
    )
    desk.after(minutes=20).take_in(found("own", RUSSIAN, outlet="Ukrinform"))
    assert desk.rows(UTTERANCES) == [(3, 3, 2, 1)]


def test_a_recap_joins_what_it_recalls_and_is_no_alert(desk):
    """What was "earlier said" is another report of it, and tells nobody, even where nothing of it was told before."""
    recalled = f"Earlier Peskov said as much. Peskov earlier said: {FIRST}"
    cue = Span(*re.search("said(?=:)", recalled).span())
    desk.take_in(found("recap", recalled, cue_span=cue))
    assert (desk.reasons(), desk.count("alerts")) == (["historical"], 0)
    desk.after(hours=1).take_in(found("now", OTHER))
    assert desk.count("alerts") == 1
    assert [row[0] for row in desk.rows(UTTERANCES)] == [2]


def test_the_opposite_is_told(desk):
    """What is turned around is another utterance, and news."""
    desk.take_in(found("a", FIRST))
    desk.after(hours=1).take_in(found("b", OPPOSITE))
    assert desk.count("utterances") == desk.count("alerts") == 2


def test_the_same_of_another_week_is_another_utterance(desk):
    """What is said again three days later is said anew, and told anew."""
    desk.take_in(found("a", FIRST))
    later = desk.now + timedelta(hours=72)
    desk.after(hours=72).take_in(found("b", OTHER, published_at=later))
    assert desk.count("utterances") == desk.count("alerts") == 2


def test_vectors_are_made_once(tmp_path, monkeypatch):
    """What has a vector is not asked for again; of who is not on the watchlist no sentence has one."""
    asked = []

    def made(sentences):
        asked.extend(sentences)
        return [(sentence, b"\1" * 384) for sentence in sentences]

    monkeypatch.setattr(meaning, "made_vectors", made)
    with Desk(tmp_path) as desk:
        desk.take_in(found("a", FIRST))
        once = list(asked)
        desk.take_in(found("b", FIRST), found("c", FIRST.replace("Peskov", "Nobody")))
    assert len(once) == 1
    assert asked == once


def test_lost_vectors_are_made_again(tmp_path):
    """Whoever removes or breaks the file of vectors loses nothing: those of what is said and of headlines are made again."""
    with Desk(tmp_path) as desk:
        desk.take_in(found("a", FIRST, title="Peskov speaks of a truce"))
        data_dir = desk.setup.data_dir
    (data_dir / WORK).write_bytes(b"no database" * 1000)
    assert known_vectors(data_dir, vectors.MODEL, ()) is None
    recover_vectors(data_dir)
    with writing(data_dir) as session:
        sentences, title = session.rows("SELECT k.sentences, a.title FROM utterance_keys AS k, articles AS a")[0]
    keys = [meaning.key_of_sentence(each) for each in (*sentences, title)]
    assert known_vectors(data_dir, vectors.MODEL, keys).keys() == set(keys)


def test_without_the_model_words_decide(tmp_path, monkeypatch):
    """Where the model is not installed nothing is made, and reports in other words are utterances of their own."""
    monkeypatch.setattr(vectors, "PACKAGE", "no_such_model")
    with Desk(tmp_path) as desk:
        desk.take_in(found("a", FIRST), found("b", OTHER), found("c", FIRST))
        assert desk.count("utterances") == 2
        assert not (desk.setup.data_dir / WORK).exists()


def test_nothing_to_compare_loads_nothing(tmp_path, monkeypatch):
    """No model is loaded, and no file made, for articles in which nobody of the watchlist speaks."""
    monkeypatch.setattr(meaning, "made_vectors", None)
    assert vectors_of(new_warehouse(tmp_path), []) == {}
    assert not (tmp_path / WORK).exists()
