from __future__ import annotations

import re
from dataclasses import replace

import pytest

from extractors.officials.countries import Countries
from extractors.officials.mentions import finder_for
from extractors.officials.watchlist import load_watchlist
from extractors.records import Span
from extractors.speech.owners import owner_statements
from extractors.speech.parties import Party
from extractors.speech.quotations import find_quotations

WATCHLIST = load_watchlist()
OWNER = Party(name="Volodymyr Zelenskyy", ref_id="volodymyr-zelenskyy", gender="m", is_person=True)


def said(text, found=(), language=None):
    """Return what the owner says in a post."""
    sentences = [Span(*match.span()) for match in re.finditer(r"\S[^.!?\n]*[.!?]?”?", text)]
    return owner_statements(
        "post",
        text,
        OWNER,
        found,
        sentences=sentences,
        quotations=find_quotations(text),
        mentions=finder_for(WATCHLIST).find(text),
        countries=Countries(WATCHLIST),
        language=language,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "We need a ceasefire now.\nI thank our partners.",
            ["We need a ceasefire now.", "I thank our partners."],
            id="each sentence",
        ),
        pytest.param("“A truce is a trap.”", [], id="nothing in quotation marks"),
        pytest.param(
            "I spoke of “a truce” with our partners today.",
            ["I spoke of “a truce” with our partners today."],
            id="a sentence around a quoted word is one",
        ),
        pytest.param("#Ukraine @office https://t.me/office/1", [], id="tags, names and links say nothing"),
        pytest.param("🇺🇦 Thank you!", [], id="two words are no statement"),
    ],
)
def test_a_post_is_its_owner_s_word(text, words):
    """What stands in no quotation marks is said by the owner, in its place in the text."""
    statements = said(text)
    assert [each.text for each in statements] == words
    assert all(each.span.slice(text) == each.text for each in statements)
    assert {(each.speaker_id, each.resolved_by, each.speaker_surface) for each in statements} <= {
        ("volodymyr-zelenskyy", "owner", None)
    }


def test_quoted_words_are_no_part_of_what_he_says():
    """The stretches said lie around them."""
    text = "I spoke of “a truce” with our partners today."
    (statement,) = said(text)
    assert [span.slice(text) for span in statement.spans] == ["I spoke of", "with our partners today."]
    assert statement.topics == ()


def test_what_another_says_in_it_stays_his():
    """A sentence that reports another is no statement of the owner's."""
    (first,) = said("He accepted a ceasefire.")
    text = "He accepted a ceasefire. We want a lasting peace."
    assert [each.speaker_id for each in said(text, found=(first,))] == ["volodymyr-zelenskyy"] * 2
    assert [each.statement_id for each in said(text, found=(first,))].count(first.statement_id) == 1


def test_who_says_i_is_the_owner():
    """A statement by an "I" that nobody resolves is no other's: the whole sentence is the owner's."""
    (own,) = said("And I thank all who help us.")
    by_me = replace(own, speaker=None, speaker_id=None, speaker_surface="I")
    assert said("And I thank all who help us.", found=(by_me,)) == (own,)


@pytest.mark.parametrize(
    ("text", "language", "topics", "stance"),
    [
        ("We reject any ceasefire on these terms.", None, ("ceasefire",), "reject"),
        ("We are ready for a ceasefire.", None, ("ceasefire",), "offer"),
        ("Ми готові до припинення вогню.", "uk", ("ceasefire",), "offer"),
    ],
)
def test_what_he_says_has_its_topics_and_stance(text, language, topics, stance):
    """As any statement has them."""
    (statement,) = said(text, language=language)
    assert (statement.topics, statement.stance) == (topics, stance)
