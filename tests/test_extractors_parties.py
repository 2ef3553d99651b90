"""How certain a speaker is: by how he was found, and by how likely the tagger takes his words for a source."""

from __future__ import annotations

import pytest

from extractors.speech.parties import CERTAINTY, Party, Resolution, confidence_in


def party(resolution: Resolution, likelihood: float = 1.0) -> Party:
    """Somebody who was found in a way, and is so likely who is meant."""
    return Party(name="Ivan Sokolov", resolution=resolution, likelihood=likelihood)


@pytest.mark.parametrize("resolution", Resolution)
def test_confidence_rises_with_what_is_heard(resolution):
    """The likelier the tagger takes the phrase for a source, the surer the speaker; never beyond certainty."""
    found = [confidence_in(party(resolution), heard / 10) for heard in range(11)]
    assert found == sorted(found)
    assert 0 < found[0] < 0.7
    assert 0.9 < found[-1] < 1


@pytest.mark.parametrize("heard", [None, 1.0])
def test_a_pronoun_is_as_sure_as_it_is_likely_whom_it_means(heard):
    """Where the phrase is as likely the right one, who stands for a name may still be somebody else."""
    sure, unsure = (confidence_in(party(Resolution.PRONOUN, likelihood), heard) for likelihood in (0.98, 0.5))
    assert unsure == pytest.approx(sure / 0.98 / 2, abs=0.01)
    assert sure < confidence_in(party(Resolution.NAME), heard)


def test_what_the_tagger_cannot_know_keeps_its_rule_s_certainty():
    """Without the tagger the certainty is that of the rule, as it was measured."""
    assert {each: confidence_in(party(each), None) for each in Resolution} == CERTAINTY
