from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.text.datings import is_historical

ON = date(2024, 5, 30)


def judged(sentence: str, phrase: str, on: date | None = ON) -> bool:
    """Judge a phrase where it first stands in a sentence that is not the first of its text."""
    text = f"It rained. {sentence} Nobody came in March 1999."
    at = text.index(phrase, 11)
    return is_historical(text, Span(11, 11 + len(sentence)), Span(at, at + len(phrase)), on)


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        pytest.param("The talks in Istanbul collapsed in April 2022.", "Istanbul", id="dated after the phrase"),
        pytest.param("The April 2022 talks in Istanbul collapsed.", "Istanbul", id="dated before the phrase"),
        pytest.param("The 1999 Istanbul Summit made no difference.", "Istanbul", id="a year in the name"),
        pytest.param("The peace plan of 2022 found no support.", "peace plan", id="nouns that could be verbs"),
        pytest.param("The ceasefire of 2014 never held.", "ceasefire", id="a year behind the name"),
        pytest.param("Delegations met in Istanbul two years ago.", "Istanbul", id="so long ago"),
        pytest.param("The ceasefire collapsed last year.", "ceasefire", id="last year"),
        pytest.param(
            "In March 2022, the two delegations met in Istanbul and drew up a draft.",
            "Istanbul",
            id="a date that opens",
        ),
        pytest.param("In March 2022, Putin said the talks went well.", "talks", id="said then, the date opening"),
        pytest.param(
            "Putin told reporters on March 29, 2022 that talks on a ceasefire were going well.",
            "ceasefire",
            id="said then, the date at the verb",
        ),
        pytest.param(
            "The Istanbul agreement was blocked by the West.", "Istanbul agreement", id="a paper that is over"
        ),
        pytest.param("The failed Minsk agreements left a frozen conflict.", "Minsk", id="a name within a name"),
        pytest.param("The abortive Geneva truce lasted a day.", "truce", id="called a failure"),
        pytest.param("The parties met on April 4 in Geneva.", "Geneva", id="a day of this year, long past"),
        pytest.param(
            "Russia felt betrayed by the declarations of the 1999 Istanbul Summit and the 2010 Astana Summit.",
            "Istanbul",
            id="two dates, both past",
        ),
    ],
)
def test_what_is_over_is_history(sentence, phrase):
    """A completed round, or a date over 30 days back, about which nothing is said now."""
    assert judged(sentence, phrase)


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        pytest.param(
            "Peskov later confirmed that Moscow believed the Istanbul Communiqué could be “the basis for talks.”",
            "Istanbul Communiqué",
            id="what could be the basis",
        ),
        pytest.param(
            "While restarting the Istanbul dialogue of 2022 seems hard, sources told Reuters of a freeze.",
            "Istanbul",
            id="what may be restarted",
        ),
        pytest.param(
            "Lavrov proposed going back to the Istanbul agreements of 2022.", "Istanbul", id="what is gone back to"
        ),
        pytest.param("The 2022 Istanbul talks produced a draft that Russia wants.", "Istanbul", id="wanted now"),
        pytest.param(
            "Putin said the talks in Istanbul collapsed in April 2022.", "Istanbul", id="said these days about then"
        ),
        pytest.param("The talks collapsed in April 2022, Putin said.", "talks", id="said these days, the verb last"),
        pytest.param("The talks collapsed in April 2022, according to Putin.", "talks", id="according to somebody"),
        pytest.param("Talks were frozen since 2022.", "Talks", id="since then is until now"),
        pytest.param("Since March 2022, Istanbul stood for failure.", "Istanbul", id="since then, opening"),
        pytest.param(
            "The talks, which began in March 2022, are stalled.", "talks", id="a date beside, a verb of today"
        ),
        pytest.param("Zelensky, elected in 2019, called for a ceasefire.", "ceasefire", id="somebody else's date"),
        pytest.param(
            "Zelensky, elected in 2019, met mediators of a truce.", "truce", id="a date in a clause of its own"
        ),
        pytest.param(
            "Qatar mediated in the return of children taken during the war that began in February 2022.",
            "mediated",
            id="the date of the war",
        ),
        pytest.param("A ceasefire was agreed on Tuesday.", "ceasefire", id="a day of this week"),
        pytest.param("The truce collapsed last week.", "truce", id="last week"),
        pytest.param("The parties met on May 4 in Geneva.", "Geneva", id="less than 30 days ago"),
        pytest.param("The talks of 2022 and of this Monday failed.", "talks", id="then and now"),
        pytest.param("Delegations met in Istanbul.", "Istanbul", id="no date"),
        pytest.param("About 2000 soldiers left under the truce.", "truce", id="a number that is no year"),
    ],
)
def test_what_is_spoken_of_now_is_no_history(sentence, phrase):
    """A present verb, a going back, a report of these days, or a date that belongs to something else."""
    assert not judged(sentence, phrase)


def test_a_name_may_mean_something_newer_later():
    """In 2025 agreements were made in Istanbul again; in April 2022 the first were news."""
    sentence = "The Istanbul agreements were blocked."
    assert judged(sentence, "Istanbul", date(2024, 5, 30))
    assert not judged(sentence, "Istanbul", date(2025, 6, 3))
    assert not judged(sentence, "Istanbul", date(2022, 4, 3))


def test_without_a_day_of_publication_nothing_is_history():
    """How long ago a date was cannot be known."""
    assert not judged("The talks collapsed in April 2022.", "talks", None)


@given(st.text(alphabet="in 20May,–()“”said to\n\u202e29", max_size=120), st.data())
def test_any_text_is_judged(words, data):
    """Whatever stands in a sentence, the judgement comes."""
    start = data.draw(st.integers(0, len(words)))
    end = data.draw(st.integers(start, len(words)))
    assert is_historical(words, Span(0, len(words)), Span(start, end), ON) in {True, False}
