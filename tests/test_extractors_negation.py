from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.text.negation import is_negated_in, negation
from tests.alert_examples import span_of
from tests.negation_examples import EXAMPLES, Example


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        pytest.param("Peskov ruled out a ceasefire.", "ruled out", id="ruled out"),
        pytest.param("Peskov ruled a ceasefire out.", "ruled", id="ruled … out around the phrase"),
        pytest.param("He was ruling out any immediate ceasefire.", "ruling out", id="ruling out, with words between"),
        pytest.param("There will be no ceasefire.", "no", id="no"),
        pytest.param("No lasting 30-day ceasefire is in sight.", "No", id="no, with words between"),
        pytest.param("They have no plans for a ceasefire.", "no", id="no plans for"),
        pytest.param("He will not agree to a ceasefire.", "not", id="not agree to"),
        pytest.param("We don’t want a ceasefire.", "don’t", id="a verb with n’t"),
        pytest.param("Neither side wants a ceasefire.", "Neither", id="neither"),
        pytest.param("The talks ended without a ceasefire.", "without", id="without"),
        pytest.param("Zelensky rejected Putin’s ceasefire offer.", "rejected", id="rejected"),
        pytest.param("Talks failed to produce a ceasefire.", "failed", id="failed to"),
        pytest.param("Peskov denied that a ceasefire was agreed.", "denied", id="denied that"),
        pytest.param("A ceasefire is not possible.", "not", id="is not, after the phrase"),
        pytest.param("A ceasefire now isn’t possible.", "isn’t", id="isn’t, after the phrase"),
        pytest.param("A ceasefire deal was flatly rejected.", "rejected", id="was rejected, after the phrase"),
        pytest.param("A ceasefire is impossible.", "impossible", id="is impossible"),
        pytest.param("A ceasefire is off the table.", "off", id="is off the table"),
        pytest.param("A ceasefire is out of the question.", "out", id="is out of the question"),
        pytest.param("A ceasefire was ruled out.", "ruled", id="was ruled out"),
        pytest.param("Peskov wants a ceasefire.", None, id="nothing negates"),
        pytest.param("Peskov did not rule out a ceasefire.", None, id="not ruled out is a yes"),
        pytest.param("He refused to rule out a ceasefire.", None, id="refused to rule out is a yes"),
        pytest.param("A ceasefire is not ruled out.", None, id="is not ruled out, after the phrase"),
        pytest.param("They want not only a ceasefire.", None, id="not only is a yes"),
        pytest.param("A ceasefire is not only possible.", None, id="is not only, after the phrase"),
        pytest.param("There is no doubt a ceasefire will come.", None, id="no doubt is a yes"),
        pytest.param("Peace, if not a ceasefire.", None, id="if not"),
        pytest.param("He does not want war, he wants a ceasefire.", None, id="not beyond a comma"),
        pytest.param("They will not talk until a ceasefire holds.", None, id="not beyond until"),
        pytest.param("Russia rejected claims that it broke the ceasefire.", None, id="a verb beyond that"),
        pytest.param("No date was given for the ceasefire.", None, id="no of another noun"),
        pytest.param("A ceasefire holds. It will not last.", None, id="not in the next sentence"),
        pytest.param("No deal has stopped a ceasefire.", None, id="no of a noun with a verb of its own"),
        pytest.param("Not one of the many men there that day saw the ceasefire.", None, id="not too far away"),
        pytest.param("The ceasefire was agreed.", None, id="a plain passive"),
    ],
)
def test_words_that_negate(sentence: str, words: str | None) -> None:
    """What negates the phrase in its own clause is found, and what only stands near it is not."""
    whole = Span(0, len(sentence))
    found = negation(sentence, whole, span_of(sentence, "ceasefire"))
    assert (found and found.slice(sentence)) == words


@given(
    words=st.lists(
        st.sampled_from(["not", "no", "ruled", "out", "ceasefire", ",", ".", "that", "isn’t", "is", "\x00", "“"])
    )
)
def test_any_text_is_taken(words: list[str]) -> None:
    """Whatever the words, an answer is a stretch of the sentence or none."""
    text = " ".join([*words, "ceasefire", *words])
    found = negation(text, Span(0, len(text)), span_of(text, "ceasefire"))
    assert found is None or found.slice(text).strip()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.sentence)
def test_each_kind_of_sentence_has_its_answer(example: Example) -> None:
    """Whatever the turn of phrase, each phrase of a sentence is negated or not as a reader would say."""
    whole = Span(0, len(example.sentence))
    found = [(span, negation(example.sentence, whole, span) is not None) for span, _ in example.phrases]
    assert tuple(found) == example.phrases


def test_a_phrase_outside_every_sentence_is_not_negated() -> None:
    """Captions are in no sentence, and nothing in them is negated."""
    text = "No ceasefire yet. There is no truce."
    caption, own = Span(0, 17), Span(18, len(text))
    assert is_negated_in(text, [caption, own], span_of(text, "ceasefire"))
    assert not is_negated_in(text, [own], span_of(text, "ceasefire"))
    assert is_negated_in(text, [own], span_of(text, "truce"))
