from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.likeness import alike

PASSAGE = "Dmitry Peskov told reporters in Moscow that a ceasefire of 30 days was under discussion with both sides."


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(PASSAGE.upper(), True, id="case does not matter"),
        pytest.param("He looked tired. " + PASSAGE + " There were 9 questions.", True, id="more may stand around it"),
        pytest.param(PASSAGE.split(" was under", maxsplit=1)[0], True, id="it may be cut"),
        pytest.param(PASSAGE.replace("Dmitry Peskov", "The spokesman"), True, id="its first words may change"),
        pytest.param(PASSAGE.replace("30", "60"), False, id="another figure makes another passage"),
        pytest.param(PASSAGE.replace("was under", "was not under"), False, id="so does a not"),
        pytest.param(PASSAGE.replace("was under", "wasn’t under"), False, id="or a contracted one"),
        pytest.param(PASSAGE.replace("discussion", "attack").replace("told", "warned"), False, id="two other words"),
        pytest.param("Dmitry Peskov told reporters in Moscow that the budget was sound.", False, id="another sentence"),
    ],
)
def test_likeness(other: str, expected: bool) -> None:
    """A passage is known when it is cut or lightly edited, and never when a figure or a negation differs."""
    assert alike(PASSAGE, other) is alike(other, PASSAGE) is expected


def test_a_few_words_are_like_nothing() -> None:
    """What is too short to tell apart is not taken for the same."""
    assert not alike("A ceasefire, he said.", "A ceasefire, he said.")


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_mutual(one: str, other: str) -> None:
    """Whatever the texts, the order does not matter."""
    assert alike(one, other) is alike(other, one)
