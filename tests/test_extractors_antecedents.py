"""Whom a pronoun or a description means among those who have appeared, by what is weighed of each."""

from __future__ import annotations

import pytest

from extractors.speech.antecedents import Appearance, Part, Phrase, Scene
from extractors.speech.parties import Party

PUTIN, TRUMP, VANCE = (
    Party(name=name, gender="m", is_person=True) for name in ("Vladimir Putin", "Donald Trump", "JD Vance")
)


def staged(*appearances: tuple[Party, int, Part]) -> Scene:
    """A stage on which parties appear in sentences, each sentence a paragraph of its own."""
    stage = Scene()
    for place, (party, sentence, part) in enumerate(appearances):
        stage.add(
            Appearance(
                party=party,
                place=place,
                sentence=sentence,
                paragraph=sentence,
                part=part,
                spoke=part is Part.SUBJECT,
            )
        )
    return stage


def asked(kind: str = "he", sentence: int = 2, hints: tuple[str, ...] = ()) -> Phrase:
    """A phrase that says something, after all who have appeared."""
    return Phrase(
        kind=kind, place=99, sentence=sentence, paragraph=sentence, part=Part.SUBJECT, speaks=True, hints=hints
    )


@pytest.mark.parametrize(
    ("appearances", "meant"),
    [
        pytest.param(
            [(TRUMP, 0, Part.SUBJECT), (PUTIN, 1, Part.SUBJECT)], PUTIN, id="the last subject, of two who were"
        ),
        pytest.param(
            [(PUTIN, 1, Part.SUBJECT), (TRUMP, 1, Part.OTHER)], PUTIN, id="a subject before who is named after it"
        ),
        pytest.param(
            [(VANCE, 1, Part.SUBJECT), (PUTIN, 1, Part.OWNER), (PUTIN, 2, Part.QUOTED)],
            VANCE,
            id="who speaks, not whom the words name",
        ),
        pytest.param(
            [(PUTIN, 1, Part.SUBJECT), (TRUMP, 1, Part.INNER)], PUTIN, id="who reports, not who is reported on"
        ),
        pytest.param([(TRUMP, 1, Part.OBJECT)], TRUMP, id="whoever alone may be"),
        pytest.param(
            [(PUTIN, 1, Part.SUBJECT), (TRUMP, 1, Part.INNER), (PUTIN, 1, Part.OTHER)],
            PUTIN,
            id="the most that somebody is in a sentence counts",
        ),
    ],
)
def test_the_likeliest_is_meant(appearances, meant):
    """Of all who have appeared a pronoun means the likeliest, and it is told how likely he is."""
    found = staged(*appearances).meant(asked(), lambda _: "known")
    assert found[0].name == meant.name
    assert sum(each.likelihood for each in found) == pytest.approx(1)
    assert [each.likelihood for each in found] == sorted((each.likelihood for each in found), reverse=True)


def test_whom_a_phrase_cannot_mean_is_not_weighed():
    """Who does not fit is no candidate, however near he stands; where nobody fits nobody is found."""
    stage = staged((PUTIN, 0, Part.SUBJECT), (TRUMP, 1, Part.SUBJECT))
    found = stage.meant(asked(), lambda one: "known" if one is PUTIN else None)
    assert [(each.name, each.likelihood) for each in found] == [(PUTIN.name, 1.0)]
    assert stage.meant(asked(), lambda _: None) == []


def test_who_appears_later_is_not_meant():
    """A phrase means only those before it."""
    stage = staged((PUTIN, 0, Part.SUBJECT), (TRUMP, 1, Part.SUBJECT))
    early = Phrase(kind="he", place=1, sentence=1, paragraph=1, part=Part.SUBJECT)
    assert [each.name for each in stage.meant(early, lambda _: "known")] == [PUTIN.name]


def test_a_description_may_mean_nobody_who_was_named():
    """Who was called so is meant; a stranger is not, however near."""
    stage = staged((PUTIN, 0, Part.SUBJECT), (TRUMP, 1, Part.SUBJECT))
    called = stage.meant(asked("noun"), lambda one: "called last" if one is TRUMP else None)
    strange = stage.meant(asked("noun", hints=("apart",)), lambda one: "stranger" if one is TRUMP else None)
    assert (called[0].name, strange[0].name) == (TRUMP.name, None)


def test_who_turns_out_to_be_another_is_another_from_then_on():
    """What is found out of a pronoun later holds for those after it."""
    stage = staged((PUTIN, 0, Part.SUBJECT), (TRUMP, 1, Part.SUBJECT))
    stage.recast(1, VANCE)
    assert {each.name for each in stage.meant(asked(), lambda _: "known")} == {PUTIN.name, VANCE.name}
