from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from extractors.copies.events import MIDDLING, WINDOW, happening, is_one, may_be_one
from extractors.officials.watchlist import load_watchlist
from extractors.relation_records import Happening
from extractors.speech.reading import Skimmer
from tests.event_examples import DAY, Report, skimmed
from tests.statement_examples import said
from tests.warehouse_examples import NOW


@pytest.fixture(scope="module")
def skimmer() -> Skimmer:
    """Return what finds names in articles."""
    return Skimmer(load_watchlist())


def known_by(skimmer: Skimmer, report: Report) -> Happening:
    """Return what an article of the day is known by."""
    found = skimmed(skimmer, report)
    return happening(found.article, found.reading, publisher=report.outlet, told_at=NOW + report.after)


PAIRS = [
    pytest.param(one, other, id=f"{one.name}-{other.name}")
    for one, other in combinations(DAY, 2)
    # A headline of one language and one of another are tied through a third, not always to each other.
    if one.on != other.on or one.language == other.language
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_articles_are_on_one_happening_or_not(skimmer, one, other):
    """Headlines of one happening are found to be one, and those of others are not, however alike they are."""
    pair = known_by(skimmer, one), known_by(skimmer, other)
    assert (may_be_one(*pair) and is_one(*pair)) == (one.on == other.on)


def test_names_are_the_same_in_every_language(skimmer):
    """A headline in Ukrainian or Russian meets one in English by the people and places it names."""
    by_name = {report.name: known_by(skimmer, report) for report in DAY}
    for one, other in (("visit-1", "visit-3"), ("visit-2", "visit-4"), ("visit-3", "visit-4")):
        assert may_be_one(by_name[one], by_name[other]), (one, other)


@pytest.mark.parametrize(
    ("title", "later", "language", "shared"),
    [
        pytest.param("Ukrainians brace for a long winter", "A long winter awaits Ukraine", "en", 3, id="its people"),
        pytest.param("Kyiv braces for winter", "Ukrainian families face winter", "en", 2, id="capital and adjective"),
        pytest.param("US tariffs hit steel", "American tariffs hit steel", "en", 3, id="two letters"),
        pytest.param(
            "Iranian drones over the port", "Беспилотники Ирана над портом", "ru", 1, id="in another language"
        ),
        pytest.param("Iranian drones over the port", "Iraqi drones over the port", "en", 2, id="another country"),
    ],
)
def test_a_country_is_one_name_in_whatever_form(skimmer, title, later, language, shared):
    """What names a country by its people, its capital or an adjective has a key in common with what names it."""
    reports = (replace(DAY[0], title=title), replace(DAY[0], title=later, language=language))
    one, other = (known_by(skimmer, each).headline for each in reports)
    assert len(set(one) & set(other)) == shared


@pytest.mark.parametrize(
    ("title", "later", "is_same"),
    [
        pytest.param("Second round of Doha talks ends", "Third round of Doha talks ends", False, id="in words"),
        pytest.param("First round of Doha talks ends", "2nd round of Doha talks ends", False, id="in figures"),
        pytest.param("Round two of Doha talks ends", "Doha talks end second round", True, id="the same, told otherwise"),
        pytest.param("Phase 1 of Doha talks ends", "Phase 2 of Doha talks ends", False, id="a phase"),
        pytest.param("Второй раунд переговоров в Дохе завершён", "Третий раунд переговоров в Дохе завершён", False, id="in Russian"),
        pytest.param("Другий раунд переговорів у Досі завершено", "Третій раунд переговорів у Досі завершено", False, id="in Ukrainian"),
        pytest.param("Another round of Doha talks ends", "Third round of Doha talks ends", True, id="one does not say which"),
        pytest.param("Strike on Doha kills 12", "Strike on Doha kills 15", True, id="a toll that grows is no round"),
    ],
)  # fmt: skip
def test_another_round_is_another_happening(skimmer, title, later, is_same):
    """However alike two headlines are, and however soon one follows the other, rounds that both name have to be the same."""
    one = replace(known_by(skimmer, DAY[0]), title=title, headline=(1, 2, 3), opening=(1, 2, 3))
    other = replace(one, article_id="other", publisher="another", title=later, headline=(1, 2, 3, 4), opening=(1, 2, 3))
    assert is_one(one, other) == is_one(other, one) == is_same


def test_the_speaker_speaks_for_and_against(skimmer):
    """Articles that quote one official most are rather on one happening, those that quote others rather not."""
    one, other = (known_by(skimmer, report) for report in DAY[:2])
    half = len(other.headline) // 2
    pair = (
        one,
        replace(other, told_at=one.told_at, opening=other.headline, headline=(*other.headline[:half], *range(half))),
    )
    assert not is_one(*pair)
    assert is_one(*(replace(each, voice="a") for each in pair))
    assert is_one(one, other)
    assert not is_one(replace(one, voice="a", heard=("a",)), replace(other, voice="b", heard=("b",)))


@pytest.mark.parametrize(
    ("title", "voice"),
    [
        pytest.param("Macron: port of Odesa will be rebuilt", "emmanuel-macron", id="in the headline"),
        pytest.param("Port of Odesa will be rebuilt", "volodymyr-zelenskyy", id="quoted most"),
        pytest.param("Macron and Zelenskyy on the port of Odesa", "volodymyr-zelenskyy", id="two in the headline"),
        pytest.param("Putin calls Odesa a Russian city", "volodymyr-zelenskyy", id="in the headline, and not quoted"),
    ],
)
def test_who_is_quoted_in_the_headline_is_the_voice(skimmer, title, voice):
    """An article is known by whom its headline quotes, else by whom it quotes most."""
    found = skimmed(skimmer, replace(DAY[0], title=title))
    speakers = ("emmanuel-macron", "volodymyr-zelenskyy", "volodymyr-zelenskyy")
    reading = replace(found.reading, statements=tuple(said("a", "It is so", speaker_id=each) for each in speakers))
    assert happening(found.article, reading, publisher="Herald", told_at=NOW).voice == voice


def test_what_is_told_a_day_later_has_to_be_more_alike(skimmer):
    """Two headlines that are just enough alike at once are not a day later."""
    one, other = (known_by(skimmer, report) for report in DAY[:2])
    half = len(other.headline) // 2
    pair = replace(other, told_at=one.told_at, opening=other.headline, headline=(*other.headline[:half], *range(half)))
    later = replace(pair, told_at=one.told_at + timedelta(hours=35))
    assert [
        is_one(replace(one, voice="a"), replace(each, voice="a"), nearness=MIDDLING + 0.01) for each in (pair, later)
    ] == [
        True,
        False,
    ]


def test_the_window_is_told_in_hours(skimmer):
    """What is told later than a day and a half is another happening, whatever the words."""
    one = known_by(skimmer, DAY[0])
    later = replace(one, publisher="other", told_at=one.told_at + WINDOW)
    assert is_one(one, later)
    assert not is_one(one, replace(later, told_at=later.told_at + timedelta(seconds=1)))
