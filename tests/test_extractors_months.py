from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from babel.languages import get_official_languages

from extractors.officials.watchlist import load_watchlist
from extractors.text.dates import parse_date
from extractors.text.months import month_number

# In figures alone, with the month and the day in an order of the language's own: no words of months.
FIGURES = {"zh", "ja", "ko"}
# What babel has no months for.
WITHOUT = {"gsw"}
LANGUAGES = sorted(
    {
        language
        for country in load_watchlist().countries
        for language in get_official_languages(country.code, de_facto=True)
    }
    - WITHOUT
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_are_read_in_the_languages_of_the_watchlist_s_countries(language):
    """Every month of every such language is read, in full and abbreviated, as that language writes a date."""
    forms = ["full", "long", "medium", *([] if language in FIGURES else ["d MMMM y", "EEE, d MMM y"])]
    for day in (date(2026, month, 28) for month in range(1, 13)):
        for form in forms:
            text = format_date(day, form, locale=language)
            moment = parse_date(text)
            assert moment is not None, text
            assert moment.date() == day, text


@pytest.mark.parametrize(
    ("name", "month"),
    [
        pytest.param("фев", 2, id="Russian February"),
        pytest.param("сен", 9, id="Russian September"),
        pytest.param("ноя", 11, id="Russian November"),
        pytest.param("лис", 11, id="Ukrainian November"),
        pytest.param("fév", 2, id="French February"),
        pytest.param("AOÛ", 8, id="French August"),
        pytest.param("Ağu", 8, id="Turkish August"),
        pytest.param("Kasim", 11, id="Turkish November without its letters"),
        pytest.param("Mrz", 3, id="German March"),
        pytest.param("mar", 3, id="English where another language differs"),
        pytest.param("listopada", 11, id="the watchlist's languages before others"),
        pytest.param("listopad", None, id="a bare name that means two months"),
        pytest.param("чер", 6, id="Ukrainian June"),
        pytest.param("no", None, id="too short to be cut"),
        pytest.param("Novara", None, id="a word that begins like a month"),
    ],
)
def test_a_month_is_known_by_its_name(name, month):
    """A month is read in full, abbreviated or cut, where one alone can be meant."""
    assert month_number(name) == month
