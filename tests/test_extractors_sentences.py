"""Sentences by rule."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.speech.sentences import LONGEST, find_sentences


def sentences(text):
    """Return the sentences of a text of one paragraph."""
    return [span.slice(text) for span in find_sentences(text, [Span(0, len(text))])]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Multiple U.S. officials said so.", id="an acronym before a common noun"),
        pytest.param("The U.S. Congress met.", id="an acronym before a name"),
        pytest.param("On Dec. 26 he spoke.", id="a month before a day"),
        pytest.param("Sen. Lindsey Graham and Gov. Jay Inslee met Mr. Putin.", id="titles before names"),
        pytest.param("U.N. Secretary-General António Guterres spoke.", id="an acronym before an office"),
        pytest.param("George W. Bush left.", id="an initial"),
        pytest.param("“Why now?” Peskov asked.", id="a question and who asked it"),
        pytest.param("“Stop this!” Russia’s foreign minister told reporters.", id="an outcry and who said it"),
        pytest.param("“Is it?” he asked.", id="a question before lower case"),
        pytest.param("“But again … I have not seen it.”", id="dots for words left out"),
        pytest.param("It rose by 2.5 percent, i.e. Much more.", id="an abbreviation in lower case"),
        pytest.param("“We go.” — Pamela Padilla", id="a signature"),
        pytest.param("See all Hill.TV See all Video", id="a stop inside a word"),
        pytest.param("The talks collapsed", id="no stop at all"),
    ],
)
def test_one_sentence_stays_one(text):
    """Stops that end no sentence do not split it."""
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("He left. She stayed.", ["He left.", "She stayed."], id="a full stop"),
        pytest.param("“We go,” he said. “You stay.”", ["“We go,” he said.", "“You stay.”"], id="before a quotation"),
        pytest.param("“We go. You stay,” he said.", ["“We go.", "You stay,” he said."], id="inside a quotation"),
        pytest.param(
            "He called it “a smokescreen.” Kyiv left.", ["He called it “a smokescreen.”", "Kyiv left."], id="”"
        ),
        pytest.param(
            "They met in the U.S. The talks failed.", ["They met in the U.S.", "The talks failed."], id="U.S."
        ),
        pytest.param("It ended in Dec. He left.", ["It ended in Dec.", "He left."], id="a month at the end"),
        pytest.param("Why? Because.", ["Why?", "Because."], id="a question"),
        pytest.param("Він пішов. Вона лишилася.", ["Він пішов.", "Вона лишилася."], id="Cyrillic"),
        pytest.param("  He left.  \t She stayed. ", ["He left.", "She stayed."], id="blanks belong to none"),
    ],
)
def test_sentences_end_at_their_stops(text, expected):
    """Sentences end at a stop that a sentence's beginning follows."""
    assert sentences(text) == expected


def test_sentences_never_cross_paragraphs():
    """Each stretch given is split by itself."""
    text = "One\nTwo. Three"
    assert [span.slice(text) for span in find_sentences(text, [Span(0, 3), Span(4, 14)])] == ["One", "Two.", "Three"]


def test_no_sentence_is_endless():
    """What never stops is cut at a blank."""
    parts = sentences("word " * 2000)
    assert max(len(part) for part in parts) <= LONGEST
    assert "".join(part + " " for part in parts) == "word " * 2000


@given(st.text(alphabet='Aa.?!”" \t\n…U1(', max_size=80) | st.text(max_size=200))
def test_any_text_has_sentences_in_order(text):
    """Whatever the text, sentences are stripped, in order and apart, and leave out nothing but blanks."""
    spans = find_sentences(text, [Span(0, len(text))])
    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert all(span.slice(text).strip() == span.slice(text) != "" for span in spans)
    assert "".join("".join(span.slice(text) for span in spans).split()) == "".join(text.split())
