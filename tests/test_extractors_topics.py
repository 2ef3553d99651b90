from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Mention, MentionKind, Span
from extractors.speech.drafts import first_topic, topics_of


def mentions_in(text):
    """Return each word in capitals as a mention of that topic."""
    return [
        Mention(
            kind=MentionKind.TOPIC, ref_id=match[0].lower(), name=match[0], surface=match[0], span=Span(*match.span())
        )
        for match in re.finditer(r"[A-Z]{3,}", text)
    ]


def about(text, before=True, *, by_body=False):
    """Return the topics of the words in brackets; the sentence before ends at the first full stop."""
    spans = [Span(*match.span(1)) for match in re.finditer(r"\[(.*?)\]", text)]
    end = text.index(".") + 1
    return topics_of(text, spans, Span(0, end) if before else None, mentions_in(text), by_body=by_body)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param("A TRUCE came. He said [the TALKS and a TRUCE, the TALKS, failed]", "talks truce", id="named"),
        pytest.param("A TRUCE came. He said [the TALKS] and [SANCTIONS]", "talks sanctions", id="in several stretches"),
        pytest.param("A TRUCE came. He said [it was early]", "truce", id="it is what the sentence before names"),
        pytest.param("A TRUCE came. Asked of TALKS, he said [it was early]", "talks", id="first what its own names"),
        pytest.param("A DEAL came. He called [the first document a joke]", "deal", id="the document"),
        pytest.param("It rained. The TRUCE, which he said [must last,] holds", "truce", id="a clause that goes on"),
        pytest.param("It rained. The TRUCE held, he said [must we go]", "", id="a question goes on with nothing"),
        pytest.param("A TRUCE came. He said [nobody came]", "", id="words that take nothing up"),
        pytest.param("A TRUCE came. He said [this war goes on]", "", id="this with a noun of its own"),
        pytest.param("A TRUCE came. He said [this was early]", "truce", id="this by itself"),
        pytest.param("A TRUCE came. He said [we reject this]", "truce", id="this at the end"),
        pytest.param("A TRUCE came. He said [this plan is bad]", "truce", id="this plan"),
        pytest.param("A TRUCE came. [It was not clear who would pay]", "", id="it is clear that"),
        pytest.param(
            "A TRUCE came. He said [a meeting was held and it went well]", "", id="it of what they begin with"
        ),
        pytest.param("A TRUCE came. He said [a majority backs it]", "truce", id="it of what was named before"),
        pytest.param(
            "A TRUCE came. He said [a day may come and it ends, but they want it]", "truce", id="one of several"
        ),
        pytest.param("A TRUCE came. He said [men that fight die]", "", id="that of a clause"),
        pytest.param("A TRUCE came. He said [Italy came]", "", id="nor does a word that begins like it"),
        pytest.param("It rained. He said [it was early] about TALKS", "", id="what comes later was not meant"),
    ],
)
def test_statements_are_about_what_they_name_or_take_up(text, topics):
    """The words' own topics, each once; else, where they refer to something, those named last before them."""
    assert " ".join(about(text)) == topics


def test_without_a_sentence_before_only_the_words_count():
    """The first sentence of an article takes nothing up."""
    assert about("TRUCE. [it was early]", before=False) == ()


def test_the_first_topic_has_its_place():
    """It counts from the first of the words, joined by blanks."""
    text = "one TALKS two"
    assert first_topic([Span(0, 3), Span(4, 13)], mentions_in(text)) == 4
    assert first_topic([Span(0, 3)], mentions_in(text)) == 0


@given(st.text("AB it[]. which must", max_size=60))
def test_any_words_are_read(text):
    """Topics come from the text, none twice."""
    found = topics_of(text, [Span(len(text) // 2, len(text))], Span(0, len(text) // 3), mentions_in(text))
    assert len(set(found)) == len(found) <= len(mentions_in(text))


def test_a_body_is_its_own_it():
    """The "it" by which a body says what it will do takes nothing up; a person's "it" does, and so does another."""
    assert about("A TRUCE came. Israel said [it would allow food]", by_body=True) == ()
    assert about("A TRUCE came. Lavrov said [it would fail]") == ("truce",)
    assert about("A TRUCE came. Israel said [it would keep it]", by_body=True) == ("truce",)
