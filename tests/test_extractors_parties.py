"""How certain a speaker is: by how he was found, and by how likely the tagger takes his words for a source."""

from __future__ import annotations

import pytest

from extractors.speech.parties import CERTAINTY, Resolution, confidence_in


@pytest.mark.parametrize("resolution", Resolution)
def test_confidence_rises_with_what_is_heard(resolution):
    """The likelier the tagger takes the phrase for a source, the surer the speaker; never beyond certainty."""
    found = [confidence_in(resolution, heard / 10) for heard in range(11)]
    assert found == sorted(found)
    assert 0 < found[0] < 0.7
    assert 0.9 < found[-1] < 1


def test_a_pronoun_is_never_as_sure_as_a_name():
    """Where the phrase is as likely the right one, who stands for a name may still be somebody else."""
    assert confidence_in(Resolution.PRONOUN, 1.0) < confidence_in(Resolution.NAME, 1.0)


def test_what_the_tagger_cannot_know_keeps_its_rule_s_certainty():
    """Without the tagger the certainty is that of the rule, as it was measured."""
    assert {each: confidence_in(each, None) for each in Resolution} == CERTAINTY
