"""Who holds an office in an article: whom it names with it, whatever the roster says; else the roster at its date."""

from __future__ import annotations

from datetime import date

import pytest

from extractors.officials.mentions import finder_for
from extractors.officials.phrases import read_words
from extractors.officials.watchlist import load_watchlist
from extractors.records import MentionKind

FINDER = finder_for(load_watchlist())
ON = date(2026, 11, 29)
_PEOPLE = {MentionKind.OFFICIAL, MentionKind.PERSON}


def holders(text: str, on: date | None = ON) -> list[tuple[str, str]]:
    """The (name, surface) of those whom role nouns mean."""
    return [(each.name, each.surface) for each in FINDER.find(text, on=on) if each.kind in _PEOPLE]


@pytest.mark.parametrize(
    ("text", "surface", "name"),
    [
        pytest.param(
            "US Secretary of State Antony Blinken left. The top US diplomat spoke.",
            "top US diplomat",
            "Antony Blinken",
            id="a synonym of the office in which an article names someone",
        ),
        pytest.param("Pope Francis prayed. The pope spoke.", "pope", "Pope Francis", id="an office that is in a name"),
        pytest.param(
            "Secretary of State Jane Doe left. The top US diplomat spoke.",
            "top US diplomat",
            "Jane Doe",
            id="someone on no roster",
        ),
        pytest.param(
            "Russian Foreign Minister Ivan Petrov met Sergei Lavrov. Russia’s top diplomat spoke.",
            "Russia’s top diplomat",
            "Ivan Petrov",
            id="named with the office and the country, though the one before is named too",
        ),
        pytest.param(
            "Antony Blinken, the US secretary of state, left. The US secretary of state spoke.",
            "US secretary of state",
            "Antony Blinken",
            id="an office set beside the name",
        ),
        pytest.param(
            "Ukraine’s foreign minister, Dmytro Kuleba, left. Kyiv’s top diplomat spoke.",
            "Kyiv’s top diplomat",
            "Dmytro Kuleba",
            id="a name set beside the office",
        ),
        pytest.param(
            "Olena Petrenko, Ukraine’s new foreign minister, left. Kyiv’s top diplomat spoke, and Petrenko smiled.",
            "Kyiv’s top diplomat",
            "Olena Petrenko",
            id="a stranger whose surname comes again",
        ),
        pytest.param(
            "The Turkish foreign minister, Onur Aksoy, left. Ankara’s top diplomat spoke.",
            "Ankara’s top diplomat",
            "Onur Aksoy",
            id="a stranger between commas",
        ),
        pytest.param(
            "French President Marine Le Pen spoke. The French president left.",
            "French president",
            "Marine Le Pen",
            id="a name after which a sentence goes on",
        ),
        pytest.param(
            "President Joe Biden met Zelenskyy. The US president spoke.",
            "US president",
            "Joe Biden",
            id="a title without its country, where the roster’s holder is not named",
        ),
        pytest.param(
            "Trump is not like President Joe Biden. The US president spoke.",
            "US president",
            "Donald Trump",
            id="but a courtesy where he is",
        ),
        pytest.param(
            "US President Donald Trump blamed US President Joe Biden. The US president spoke.",
            "US president",
            "Donald Trump",
            id="of two the one who holds it that day",
        ),
        pytest.param(
            "Former US Secretary of State Antony Blinken left. The top US diplomat spoke.",
            "top US diplomat",
            "Marco Rubio",
            id="a former holder holds nothing",
        ),
        pytest.param(
            "Igor Smirnov, Russia’s deputy foreign minister, left. Russia’s foreign minister spoke.",
            "Russia’s foreign minister",
            "Sergei Lavrov",
            id="a deputy is another office",
        ),
        pytest.param(
            "In New York, the US secretary of state spoke.", "US secretary of state", "Marco Rubio", id="a place"
        ),
        pytest.param(
            "Russian Foreign Minister Warns Kyiv of War\n\nThe Russian foreign minister spoke.",
            "Russian foreign minister",
            "Sergei Lavrov",
            id="a headline",
        ),
        pytest.param(
            "Russia’s foreign minister, Saudi Arabia, and Turkey met. Russia’s foreign minister spoke.",
            "Russia’s foreign minister",
            "Sergei Lavrov",
            id="a list",
        ),
    ],
)
def test_the_person_an_article_names_with_an_office_holds_it_there(text, surface, name):
    """The roster decides only where the article is silent."""
    assert {found for found, printed in holders(text) if printed == surface} == {name}


def test_a_title_is_read_by_what_its_article_names():
    """The headline’s role noun means whom the text names with the office."""
    text = "US Secretary of State Antony Blinken left for Kyiv."
    _, title = FINDER.find_in(read_words(text), read_words("Top US diplomat leaves for Kyiv"), on=ON)
    assert [each.ref_id for each in title if each.kind is MentionKind.OFFICIAL] == ["antony-blinken"]
