"""Captions, teasers, menus and notes that are glued into a paragraph are none of the article's words; news like them is."""

from __future__ import annotations

import pytest

from extractors.records import Span
from extractors.speech.glued import own_text

BEFORE, AFTER = "The talks went on for six hours.", "Both sides will meet again."


def own(text):
    """Return what is left of a paragraph."""
    stretches, _ = own_text(text, [Span(0, len(text))])
    return " ".join(stretch.slice(text).strip() for stretch in stretches)


@pytest.mark.parametrize(
    "glued",
    [
        pytest.param("Zelenskyy speaks in Kyiv, May 20, 2025. (credit: Ann Lee/REUTERS)", id="a credit after the stop"),
        pytest.param("A man looks at a flag in Tehran July 31, 2024 (credit: VIA REUTERS)", id="a credit before it"),
        pytest.param("Putin waves at a crowd. (Vyacheslav P, Sputnik, Kremlin Pool Photo via AP)", id="a pool's photo"),
        pytest.param("Troops operate near Kupiansk. August 19, 2024. (credit: ARMY/Handout)", id="a date between"),
        pytest.param("Lavrov shakes hands in Ankara. (AP Photo/A. B) (AP Photo/A. B)", id="a credit twice"),
        pytest.param("The minister speaks during a session in Astana. (Getty Images)", id="an agency alone"),
        pytest.param("ENVOY LASHES OUT AT UN OFFICIAL, CONDEMNS STATEMENT ON AID", id="a teaser in capitals"),
        pytest.param("CLICK HERE TO GET THE NORTH WIRE APP", id="a call in capitals"),
        pytest.param("This material may not be published or redistributed. ©2025 North Wire.", id="terms of use"),
        pytest.param("Reuters contributed to this report.", id="a contributor"),
        pytest.param("(Reporting by Ann Lee; Editing by Bob Ray)", id="an agency's sign-off"),
        pytest.param("Sign up for our morning newsletter.", id="a newsletter"),
        pytest.param("Got a news tip?", id="a tip"),
    ],
)
def test_what_is_glued_between_sentences_is_left_out(glued):
    """The sentences around it stay whole."""
    assert own(f"{BEFORE} {glued} {AFTER}") == f"{BEFORE} {AFTER}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("Advertisement Supported by The union agreed.", "The union agreed.", id="an advertisement"),
        pytest.param("World Advertisement Newsletter Trump spoke.", "Trump spoke.", id="a section and a menu"),
        pytest.param(
            "WHY TALKS KEEP FAILING IN GENEVA US officials left.", "US officials left.", id="capitals behind it"
        ),
        pytest.param(
            "CLICK HERE TO GET THE NORTH WIRE APP “A date is set,” he said.",
            "“A date is set,” he said.",
            id="a quotation",
        ),
        pytest.param(
            "CLICK HERE TO GET THE NORTH WIRE APP A date is set.", "A date is set.", id="an article behind it"
        ),
    ],
)
def test_a_menu_before_a_sentence_is_left_out(text, left):
    """The sentence that it is glued to stays."""
    assert own(text) == left


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The ministry said so on Friday. (TASS)", id="an agency that signs off"),
        pytest.param("The news agency (AFP) said that he left. He did.", id="an agency's abbreviation"),
        pytest.param(
            "Palestinian media (Reuters could not verify this) said so. Others did.", id="an agency in an aside"
        ),
        pytest.param("“WE WILL NOT STOP THE WAR,” Danon declared.", id="shouted words"),
        pytest.param("HOPEFULLY IT WILL BE A PRODUCTIVE DAY, Trump wrote.", id="shouted words with a comma"),
        pytest.param("The US, UK, EU and UN agreed.", id="abbreviations"),
        pytest.param("NATO, IAEA, OSCE AND UN OFFICIALS: they met.", id="a label"),
        pytest.param("He called for new sanctions (the twentieth package). She agreed.", id="brackets of the text"),
        pytest.param("Reporters asked whether he would sign up. He did.", id="a word of a note"),
        pytest.param("He was seen in Kyiv (Ukraine). They met.", id="a country in brackets"),
    ],
)
def test_news_that_looks_like_it_stays(text):
    """Nothing is left out of it."""
    assert own(text) == text
