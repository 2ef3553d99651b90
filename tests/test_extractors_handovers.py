"""Words whose speaker another line names, after them, around them or before: one row a construction."""

from __future__ import annotations

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Reader, Unread

pytestmark = pytest.mark.slow

LAVROV = "Lavrov said the talks would go on."


@pytest.fixture(scope="module")
def said():
    """Return what reads who says what in a text whose lines are paragraphs."""
    reader = Reader(load_watchlist())

    def pairs(text):
        article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
        return [(found.speaker_id, found.text) for found in reader.read(article).statements]

    return pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"{LAVROV}\n“There will be no truce”\nDmitry Peskov\nKremlin spokesman\nThe sides meet again.",
            ("dmitry-peskov", "There will be no truce"),
            id="a name on the line under a pull quote",
        ),
        pytest.param(
            f"{LAVROV}\n“There will be no truce”\nDmitry Peskov, Kremlin spokesman\nThe sides meet again.",
            ("dmitry-peskov", "There will be no truce"),
            id="a name and an office on it",
        ),
        pytest.param(
            f"{LAVROV}\n“There will be no truce”\nKremlin spokesman Dmitry Peskov\nThe sides meet again.",
            ("dmitry-peskov", "There will be no truce"),
            id="an office and a name on it",
        ),
        pytest.param(
            f"{LAVROV}\n“A ceasefire is a trap.” That was the reaction of Dmitry Medvedev.",
            ("dmitry-medvedev", "A ceasefire is a trap"),
            id="the reaction of",
        ),
        pytest.param(
            f"{LAVROV}\n“A truce can begin.” These were the words of Volodymyr Zelenskyy in Paris.",
            ("volodymyr-zelenskyy", "A truce can begin"),
            id="the words of",
        ),
        pytest.param(
            f"{LAVROV}\n“A truce can begin.” Thus Zelenskyy in Paris.",
            ("volodymyr-zelenskyy", "A truce can begin"),
            id="thus X",
        ),
        pytest.param(
            f"{LAVROV}\n“A truce can begin.” So said Dmitry Peskov on Friday.",
            ("dmitry-peskov", "A truce can begin"),
            id="so said X",
        ),
        pytest.param(
            f"{LAVROV}\n“A truce can begin.” Zelenskyy spoke in Paris after meeting Macron.",
            ("volodymyr-zelenskyy", "A truce can begin"),
            id="who is said to have spoken in the rest of the paragraph",
        ),
        pytest.param(
            "The commission met.\n“A ceasefire is possible if both sides want it.” -Foreign Minister Hakan Fidan",
            ("hakan-fidan", "A ceasefire is possible if both sides want it"),
            id="a dash that touches the office",
        ),
        pytest.param(
            "And from Foreign Minister Lavrov:\n“A ceasefire would only serve to rearm Kyiv.”",
            ("sergei-lavrov", "A ceasefire would only serve to rearm Kyiv"),
            id="and from X",
        ),
        pytest.param(
            "Volodymyr Zelenskyy wrote on Telegram:\nUkraine is ready for a ceasefire. We await an answer.\nThe sides met.",
            ("volodymyr-zelenskyy", "Ukraine is ready for a ceasefire. We await an answer"),
            id="a paragraph set off without marks after wrote",
        ),
        pytest.param(
            "Dmitry Peskov told reporters on Saturday:\nWe see no grounds for a truce.\nDiplomats left.",
            ("dmitry-peskov", "We see no grounds for a truce"),
            id="and after told",
        ),
        pytest.param(
            "Zelensky spoke on Saturday.\nThere will be no truce without guarantees.\n"
            "He stated this in his nightly address, Ukrinform reports.",
            ("volodymyr-zelenskyy", "There will be no truce without guarantees"),
            id="he stated this",
        ),
        pytest.param(
            "A truce will not last. This was stated by Foreign Minister Andrii Sybiha, Ukrinform reports.",
            ("andrii-sybiha", "A truce will not last"),
            id="this was stated by",
        ),
        pytest.param(
            "Moscow has the proposals.\nKremlin spokesman Dmitry Peskov announced this to journalists.",
            ("dmitry-peskov", "Moscow has the proposals"),
            id="X announced this",
        ),
        pytest.param(
            'Source: Zelenskyy on Facebook\nQuote: "A truce must come first. We wait."',
            ("volodymyr-zelenskyy", "A truce must come first. We wait"),
            id="a bulletin’s source and quote",
        ),
        pytest.param(
            'Source: Interfax, quoting Lavrov\nQuote: "We will not accept a ceasefire."',
            ("sergei-lavrov", "We will not accept a ceasefire"),
            id="of a carrier and a person the person",
        ),
        pytest.param(
            'Quote from Zelenskyy: "There is no truce."',
            ("volodymyr-zelenskyy", "There is no truce"),
            id="a label that names him",
        ),
        pytest.param(
            'Zelenskyy met the press.\nDetails: Zelenskyy noted that no truce holds. "It is possible," he said.',
            ("volodymyr-zelenskyy", "no truce holds"),
            id="a label is no part of the sentence after it",
        ),
        pytest.param(
            "“We will not consider a ceasefire,” the Russian propaganda outlet quoted Lavrov as saying.",
            ("sergei-lavrov", "We will not consider a ceasefire"),
            id="quoted X as saying, after a quotation",
        ),
        pytest.param(
            "Interfax quoted Lavrov as saying that Russia would not accept a ceasefire.",
            ("sergei-lavrov", "Russia would not accept a ceasefire"),
            id="quoted X as saying that",
        ),
        pytest.param(
            "Reuters cited Yermak as telling diplomats that a truce was near.",
            ("andriy-yermak", "a truce was near"),
            id="cited X as telling",
        ),
        pytest.param(
            "State television showed Putin as saying a ceasefire was possible.",
            ("vladimir-putin", "a ceasefire was possible"),
            id="showed X as saying",
        ),
        pytest.param(
            "Russia would not accept a ceasefire, Interfax quoted Lavrov as saying.",
            ("sergei-lavrov", "Russia would not accept a ceasefire"),
            id="quoted X as saying, at the end",
        ),
        pytest.param(
            "Kaja Kallas spoke to us.\nQ: Do you expect a truce?\nA: A truce without monitors is nothing.",
            ("kaja-kallas", "A truce without monitors is nothing"),
            id="questions and answers",
        ),
        pytest.param(
            "An interview with Kaja Kallas.\nQuestion: Will there be one?\nAnswer: A truce needs two. We see one.",
            ("kaja-kallas", "A truce needs two. We see one"),
            id="spelt out",
        ),
    ],
)
def test_the_line_that_names_the_speaker_is_heeded(said, text, expected):
    """Who is named after, around or before the words says them, whoever spoke a paragraph earlier."""
    words = [pair for pair in said(text) if pair[1] == expected[1]]
    assert words == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"{LAVROV}\n“We want a truce.”\nThe sides met on Sunday.",
            [("sergei-lavrov", "the talks would go on"), ("sergei-lavrov", "We want a truce")],
            id="prose after a quotation signs nothing",
        ),
        pytest.param(
            f"{LAVROV}\n“We want a truce.”\nTrump Rejects Truce",
            [("sergei-lavrov", "the talks would go on"), ("sergei-lavrov", "We want a truce")],
            id="nor does a headline",
        ),
        pytest.param(
            "The agenda has three points:\nThe first is a ceasefire.", [], id="a colon that nobody speaks before"
        ),
        pytest.param("Zelenskyy met the mediators:\nThey came to talk about a truce.", [], id="or only acts"),
        pytest.param("Source: Reuters\nThe truce holds.", [], id="a source of no quotation"),
        pytest.param(
            "Lavrov said a truce was near. He repeated this in Ankara.",
            [("sergei-lavrov", "a truce was near")],
            id="what is said already is said once",
        ),
        pytest.param(
            "Peskov said this week would bring a truce.",
            [("dmitry-peskov", "this week would bring a truce")],
            id="this week is no reference",
        ),
        pytest.param(
            "Putin, asked whether he wanted a ceasefire, said that he did want it.",
            [("vladimir-putin", "he did want it")],
            id="a question is nobody’s",
        ),
        pytest.param(
            "Asked by reporters whether he would sign a truce, Zelenskyy only nodded.", [], id="nor a reporter’s"
        ),
        pytest.param("Asked if he would accept a truce, Putin replied in the negative.", [], id="nor an answer"),
        pytest.param(
            "Lavrov asked whether Kyiv wanted a truce.",
            [("sergei-lavrov", "whether Kyiv wanted a truce")],
            id="but who asks has asked",
        ),
        pytest.param("Analysis: “No talks are planned before June.”", [], id="a label speaks for nobody"),
        pytest.param("November: talks resume in Istanbul as truce holds.", [], id="nor does a month"),
    ],
)
def test_what_only_looks_like_it_is_left_alone(said, text, expected):
    """No line hands words to anybody whom it does not name as their speaker."""
    assert said(text) == expected


def test_another_person_in_the_rest_of_the_paragraph_stops_inheritance(said):
    """The words are then nobody’s: better none than the wrong one."""
    text = f"{LAVROV}\n“There is no way back.” Zelenskyy, in Paris that day, met Macron for an hour."
    assert (None, "There is no way back") in said(text)
