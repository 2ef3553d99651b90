from __future__ import annotations

import pytest

from extractors.records import Span
from extractors.text.recaps import is_recap


@pytest.mark.parametrize(
    ("text", "recalls"),
    [
        pytest.param("The Kremlin’s spokesman earlier [said] {a truce was near}.", True, id="earlier"),
        pytest.param("Vance has previously [said] {the war must end}.", True, id="has previously"),
        pytest.param("Iran has long [maintained] that {it wants no bomb}.", True, id="has long"),
        pytest.param("The president has repeatedly [said] {he wants peace}.", True, id="has repeatedly"),
        pytest.param("Fidan [said] last week that {talks would go on}.", True, id="last week"),
        pytest.param("{Talks will go on}, Fidan [said] two weeks ago.", True, id="weeks ago"),
        pytest.param("Ранее Песков [заявлял], что {перемирие возможно}.", True, id="earlier, in Russian"),
        pytest.param("Зеленський раніше [казав], що {перемир'я можливе}.", True, id="earlier, in Ukrainian"),
        pytest.param("Fidan [said] on Sunday that {talks would go on}.", False, id="a day of this week"),
        pytest.param("Fidan [said] earlier on Sunday that {talks would go on}.", False, id="earlier the same day"),
        pytest.param("Fidan [said] {the sides met last week}.", False, id="what is said was last week"),
        pytest.param("Talks failed last week. Fidan [said] {they would go on}.", False, id="another sentence"),
        pytest.param(
            "Fidan, who had met the sides last week, [said] {talks go on}.", False, id="told of the speaker by the way"
        ),
        pytest.param("Last week, Trump [said] {talks go on}.", True, id="what opens the sentence"),
        pytest.param("Last year, he wrote a strategy paper [urging] {a delay}.", False, id="what was written to last"),
        pytest.param(
            "In 2023 and a year earlier, Li drew up a plan that [said] {troops leave}.", False, id="a plan that said"
        ),
        pytest.param("A month ago its draft law [said] {troops leave}.", True, id="a law whose own verb is dated"),
        pytest.param("Last week he gave a speech [calling for] {a truce}.", True, id="a speech is of its day"),
        pytest.param("Last month he sent a letter [urging] {a truce}.", True, id="a letter is of its day"),
        pytest.param("Li drew up a plan, and last week [said] {troops leave}.", True, id="a plan beside what was said"),
        pytest.param("{A truce}, he [said], {is near}.", False, id="nothing recalled"),
    ],
)
def test_what_recalls_earlier_words(text, recalls):
    """A report recalls when the words beside its verb of saying say so; what is said itself says nothing of that."""
    plain = text.translate({ord(mark): None for mark in "[]{}"})
    places: dict[str, list[int]] = {mark: [] for mark in "[]{}"}
    for place, letter in enumerate(text):
        if letter in places:
            places[letter].append(place - sum(map(len, places.values())))
    cue = Span(places["["][0], places["]"][0])
    said = [Span(*pair) for pair in zip(places["{"], places["}"], strict=True)]
    assert is_recap(plain, cue, said) is recalls


def test_without_a_verb_nothing_is_recalled():
    """A statement whose verb is not known is taken for what was said now."""
    assert not is_recap("Earlier: a truce", None, [Span(9, 16)])
