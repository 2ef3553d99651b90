"""Modal verbs and conditions in the words of a statement."""

import pytest

from extractors.records import Span
from extractors.speech.stances import Modality, condition_in, modality_of


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("talks must include Russia", Modality.MUST, id="must"),
        pytest.param("Kyiv has to withdraw", Modality.MUST, id="has to"),
        pytest.param("they ought to agree", Modality.SHOULD, id="ought to"),
        pytest.param("the talks would resume", Modality.WOULD, id="would"),
        pytest.param("it can’t be done", Modality.CAN, id="can"),
        pytest.param("they might meet", Modality.MAY, id="might"),
        pytest.param("we’ll see", Modality.WILL, id="will"),
        pytest.param("they met in May 2022", Modality.NONE, id="a month is no verb"),
    ],
)
def test_modal_verbs_are_grouped(words, expected):
    """Each modal verb, contracted or not, is one of seven."""
    assert modality_of(words) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("no talks unless Kyiv withdraws", "unless Kyiv withdraws", id="at the end"),
        pytest.param("If Kyiv agrees, we will come.", "If Kyiv agrees", id="at the beginning, up to the comma"),
        pytest.param("we come if they do. They know it.", "if they do", id="up to the full stop"),
        pytest.param("we come", None, id="none"),
    ],
)
def test_a_condition_ends_with_its_clause(text, expected):
    """The words of a condition run from its conjunction to the end of its clause."""
    found = condition_in(text, [Span(0, len(text))])
    assert (found.slice(text) if found else None) == expected
