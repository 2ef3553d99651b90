from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.officials.countries import Countries, Homes
from extractors.officials.mentions import MentionFinder
from extractors.officials.watchlist import load_watchlist
from extractors.records import Span


@pytest.fixture(scope="module")
def watchlist():
    """Return the watchlist that comes with the package."""
    return load_watchlist()


@pytest.fixture(scope="module")
def countries(watchlist):
    """Return its countries."""
    return Countries(watchlist)


@pytest.fixture(scope="module")
def finder(watchlist):
    """Return what finds its officials and institutions."""
    return MentionFinder(watchlist)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("Russian and Ukrainian negotiators", "RU UA", id="adjectives"),
        pytest.param("Moscow and Kyiv agreed", "RU UA", id="capitals"),
        pytest.param("US-Iran talks, U.S. officials", "US IR US", id="short names, joined by a hyphen"),
        pytest.param("Ukraine’s allies and the Russians", "UA RU", id="possessive and plural"),
        pytest.param("South Korean and North Korean troops", "KR KP", id="the longer name"),
        pytest.param("pro-Russian, anti-Israeli and non-European voices", "", id="who is for or against is not it"),
        pytest.param("Us and them; Moscowites", "", id="other words"),
    ],
)
def test_words_name_countries(countries, text, codes):
    """A country is known by name, adjective and capital."""
    assert " ".join(each.code for each in countries.find(text, Span(0, len(text)))) == codes


def test_officials_and_institutions_speak_for_their_country(countries, finder):
    """The longest words count once, whatever they name."""
    text = "Putin met Ukraine’s president; the State Duma and the Russian Foreign Ministry watched."
    named = countries.speaking(text, finder.find(text))
    assert [(each.span.slice(text), each.code) for each in named] == [
        ("Putin", "RU"),
        ("Ukraine", "UA"),
        ("State Duma", "RU"),
        ("Russian Foreign Ministry", "RU"),
    ]


def test_a_speaker_has_the_country_he_was_given(countries):
    """By the roster, by the words that introduce him, or by those that did before; of others nothing is known."""
    homes = Homes(countries, "", ())
    assert homes.of("Dmitry Peskov", "dmitry-peskov", "he") == "RU"
    assert homes.of("Ivan Petrov", None, "Ukrainian colonel Ivan Petrov") == "UA"
    assert homes.of("Ivan Petrov", None, "Petrov") == "UA"
    assert homes.of("a diplomat", None, "a diplomat") is None
    assert homes.of(None, None, "he") is None


WORDS = ["US", "Moscow", "Russian’s", "South", "Korean", "-", "U.K", ".", "“", "pro-"]


@pytest.mark.parametrize(
    ("names", "heard"),
    [
        pytest.param(
            ("IDF", "Israel Defense Forces", "the Israeli army", "Israel’s military", "an IDF spokesperson"),
            "military of IL",
            id="an army, by name, initials and whoever speaks for it",
        ),
        pytest.param(
            ("Kremlin", "Kremlin’s press service"), "dmitry-peskov", id="who speaks for a body says what it says"
        ),
        pytest.param(
            ("Russian Foreign Ministry", "Ministry of Foreign Affairs of the Russian Federation"),
            "maria-zakharova",
            id="a ministry, whichever way round",
        ),
        pytest.param(("Turkish defence ministry", "Turkey's Ministry of Defense"), None, id="of two spellings"),
        pytest.param(("Polish prime minister’s office",), "leaders-office of PL", id="of any country"),
    ],
)
def test_a_body_is_one_by_whatever_name(countries, names, heard):
    """A state's army, ministry or leader's office is one speaker, and its spokesperson with it."""
    voices = {countries.voice(name, date(2025, 5, 21)) for name in names}
    assert len(voices) == 1
    assert None not in voices
    assert heard in {None, *(voice.ref_id for voice in voices)}


@pytest.mark.parametrize("name", ["Russia", "health ministry", "Israeli officials", "Hamas", "army", "US and UK navy"])
def test_what_is_no_one_body_is_heard_as_itself(countries, name):
    """A country is more than one body, and a ministry of no country could be anyone's."""
    assert countries.voice(name, date(2025, 5, 21)) is None


@given(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join))
def test_any_words_are_read(countries, text):
    """Names lie inside the text, in order, none over another."""
    named = list(countries.find(text, Span(0, len(text))))
    assert all(0 <= each.span.start < each.span.end <= len(text) for each in named)
    assert all(one.span.end <= other.span.start for one, other in pairwise(named))
