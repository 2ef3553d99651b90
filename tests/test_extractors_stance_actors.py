from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.officials.countries import NamedCountry
from extractors.records import Span
from extractors.speech.stances import OTHER, OWN, is_close, is_own, voiced


def test_who_is_named_is_written_as_own_or_other():
    """Each of several stretches keeps its other words; names outside them count not."""
    text = "Kyiv said Russia met Ukraine. So Moscow waits."
    named = [NamedCountry(Span(text.index(name), text.index(name) + len(name)), code) for name, code in PLACES]
    spans = [Span(10, 28), Span(30, 45)]
    assert voiced(text, spans, named, "RU", is_direct=False) == f"{OWN} met {OTHER} So {OWN} waits"
    assert voiced(text, spans, named, None, is_direct=False) == "Russia met Ukraine So Moscow waits"


PLACES = (("Kyiv", "UA"), ("Russia", "RU"), ("Ukraine", "UA"), ("Moscow", "RU"))


def test_who_is_called_he_in_one_s_own_words_is_another():
    """In direct speech "he" is somebody else, unless one's own side was named before."""
    text = "He lies"
    assert voiced(text, [Span(0, 7)], [], "RU", is_direct=True) == f"{OTHER} lies"
    assert voiced(text, [Span(0, 7)], [], "RU", is_direct=False) == "He lies"
    assert voiced("It lies", [Span(0, 7)], [], "RU", is_direct=True) == f"{OTHER} lies"
    text = "Putin says he lies"
    named = [NamedCountry(Span(0, 5), "RU")]
    assert voiced(text, [Span(0, 18)], named, "RU", is_direct=True) == f"{OWN} says he lies"


@pytest.mark.parametrize(
    ("words", "own"),
    [
        pytest.param(f"{OWN} ready", True, id="one's country"),
        pytest.param(f"{OTHER} ready", False, id="another"),
        pytest.param("we are ready", True, id="we"),
        pytest.param("you are ready", False, id="you"),
        pytest.param("he was ready", True, id="he, in reported speech, is who speaks"),
        pytest.param(f"{OTHER} said it was ready", False, id="unless another was named"),
        pytest.param(f"{OTHER} left. We are ready", True, id="another sentence is another matter"),
        pytest.param(f"{OWN} told {OTHER}’s envoy that we are ready", True, id="the last who is named"),
        pytest.param(f"for {OTHER} ready", None, id="after a preposition nobody acts"),
        pytest.param(f"a plan of the {OTHER} ready", None, id="nor after its article"),
        pytest.param("the table is ready", None, id="nobody"),
    ],
)
def test_an_act_has_its_actor(words, own):
    """The last subject before the act in its sentence acts."""
    assert is_own(words, words.index("ready")) is own


@pytest.mark.parametrize(
    ("words", "close"),
    [
        pytest.param("we have also rejected", True, id="auxiliaries stand between"),
        pytest.param("we’ve rejected", True, id="or hang on the subject"),
        pytest.param("we saw, as all did, rejected", False, id="a comma parts them"),
        pytest.param("we have not rejected", False, id="what is not done is not close"),
        pytest.param("if we rejected", False, id="what is only supposed neither"),
        pytest.param("was rejected", False, id="nobody"),
    ],
)
def test_an_act_is_close_to_its_actor(words, close):
    """Between who acts and the act there is no other clause."""
    assert is_close(words, words.index("rejected")) is close


WORDS = [OWN, OTHER, "he", "we", "to", "if", "ready", ".", "”", "not", "’s", " "]


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.integers(0, 60))
def test_any_words_have_an_answer(words, at):
    """Whatever the words, none is close that is nobody's."""
    assert is_own(words, at) is not None or not is_close(words, at)
