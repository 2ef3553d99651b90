"""Quotation marks, paired paragraph by paragraph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.speech.quotations import QuotationShape, find_quotations
from tests.hanging import stopped_after

HOSTILE = st.text(alphabet="“”\"'‘’„«»` ,.?!a1sA…—\n\r(", max_size=80)


def words(text):
    """Return what stands inside the marks."""
    return [quotation.span.slice(text) for quotation in find_quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“We go,” he said.", ["We go"], id="curly marks, without the comma"),
        pytest.param('"We go," he said. "Now."', ["We go", "Now"], id="straight marks toggle"),
        pytest.param("''We go,'' he said. ``Now.''", ["We go", "Now"], id="doubled apostrophes and backticks"),
        pytest.param("„We go“, he said. «Now»", ["We go", "Now"], id="low and angular marks"),
        pytest.param("“He said ‘no’ to me,” she said.", ["He said ‘no’ to me"], id="single marks nest"),
        pytest.param('"He said "no" to me," she said.', ['He said "no" to me'], id="straight marks nest"),
        pytest.param("‘We go,’ he said.", ["We go"], id="single marks alone quote"),
        pytest.param("‘The officials’ words are empty,’ he said.", ["The officials’ words are empty"], id="s’ goes on"),
        pytest.param("It’s the officials’ and James' plan.", [], id="apostrophes open nothing"),
        pytest.param('He is 6\'2" tall and the screen 30" wide.', [], id="feet and inches are no marks"),
        pytest.param("“We go.\n“We stay,” he said.", ["We go", "We stay"], id="the next paragraph takes it up"),
        pytest.param("“We go. And stay\nHe left.", ["We go. And stay"], id="unclosed ends with the paragraph"),
        pytest.param(
            '"He wrote “we go” twice.\n“We stay,” he said.',
            ["we go", "We stay"],
            id="a straight mark left open around curly ones sets off a passage",
        ),
        pytest.param('“We go.\n"We stay," he said.', ["We go", "We stay"], id="another kind of mark begins anew"),
        pytest.param("“Stray mark. “We go,” he said.", ["We go"], id="a mark without an end is dropped"),
        pytest.param(
            '"We go," he said. "Most people want it so. "They will stay." He left.',
            ["We go", "Most people want it so", "They will stay"],
            id="a mark takes up what is open where a line end is lost",
        ),
        pytest.param(
            "“We want to go home. “And we will not stay,” he said.",
            ["We want to go home", "And we will not stay"],
            id="and where marks are curly",
        ),
        pytest.param(
            '"Nobody wants to go, he said. "We will stay," she added.',
            ["We will stay"],
            id="a mark whose end is missing before a cue takes up nothing",
        ),
        pytest.param("We go,” he said.", [], id="a mark without a beginning is dropped"),
        pytest.param('He said,"We go."', ["We go"], id="the blank before the mark is missing"),
        pytest.param("“Why now?” he asked.", ["Why now?"], id="a question keeps its mark"),
        pytest.param("“It began in the U.S.”", ["It began in the U.S."], id="an acronym keeps its stop"),
        pytest.param("“”", [], id="nothing is no quotation"),
        pytest.param("“We go,” he said. “Now. “", ["We go", "Now"], id="an opening mark at the end closes"),
        pytest.param("A page called “No Summit“ mocks it.", ["No Summit"], id="an opening mark after a word closes"),
    ],
)
def test_words_inside_marks_are_found(text, expected):
    """Quotations run from their first word to their last, whatever the marks."""
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param("“We go,” he said.", QuotationShape.SENTENCE, id="a sentence at the beginning"),
        pytest.param("He said: “we will not go.”", QuotationShape.SENTENCE, id="lower case after a colon"),
        pytest.param("He said, “and we were.”", QuotationShape.SENTENCE, id="three words after a verb and a comma"),
        pytest.param(
            "He said that “it is the way out.”", QuotationShape.SENTENCE, id="after that, to the clause's end"
        ),
        pytest.param("“We go”, he said.", QuotationShape.SENTENCE, id="the comma outside"),
        pytest.param("He said it was “not a bad deal at all.”", QuotationShape.FRAGMENT, id="part of a sentence"),
        pytest.param(
            "“Real progress in Geneva” was seen, he said.", QuotationShape.FRAGMENT, id="a sentence that goes on"
        ),
        pytest.param("Belarus was a “socialist republic” then.", QuotationShape.TERM, id="two words in the middle"),
        pytest.param("Their so-called “very special peace formula” failed.", QuotationShape.TERM, id="after so-called"),
        pytest.param("He wrote the book “War and Peace in Europe.”", QuotationShape.TERM, id="a title"),
        pytest.param("‘Coal Country Legend’\nThen he left.", QuotationShape.TERM, id="a heading by itself"),
        pytest.param(
            "‘A fight to the end.’\n“We go,” he said.", QuotationShape.TERM, id="a line between the other marks"
        ),
        pytest.param("‘We fight to the end.’\nHe left.", QuotationShape.SENTENCE, id="a line between the only marks"),
        pytest.param("He praised it - “a plan that works well,” she said.", QuotationShape.SENTENCE, id="after a dash"),
        pytest.param("He held up a sign that read “Never Again”", QuotationShape.SENTENCE, id="what a sign reads"),
    ],
)
def test_shape_tells_speech_from_terms(text, shape):
    """What is said, part of what is said, and a mere term are told apart by form and place."""
    assert find_quotations(text)[0].shape is shape


def test_another_kind_of_mark_continues_nothing():
    """A paragraph that opens with another kind of mark is a quotation of its own."""
    first, second = find_quotations('“We go.\n\n"We stay," he said.')
    assert (first.closed, second.closed, second.continues) == (False, True, False)


def test_a_continued_quotation_says_so():
    """The paragraph that takes up an unclosed quotation is marked as its continuation."""
    first, second = find_quotations("“We go.\n\n“We stay,” he said.")
    assert (first.closed, second.closed, second.continues) == (False, True, True)


@given(HOSTILE | st.text(max_size=200))
def test_any_text_has_quotations_in_order(text):
    """Whatever the text, quotations lie inside their marks, in order and apart."""
    end = 0
    for quotation in find_quotations(text):
        assert end <= quotation.outer.start < quotation.outer.end <= len(text)
        assert quotation.outer.covers(quotation.span)
        assert quotation.span.slice(text).strip() == quotation.span.slice(text) != ""
        end = quotation.outer.end


@pytest.mark.parametrize("unit", ['"', "“", "“a ”", "'a", 'a"b', "‘a ", "''", '“a "b ', "a’s "])
def test_time_is_linear(unit):
    """200,000 characters of marks, which would take many minutes if each looked at all the others, take no time."""
    with stopped_after(20):
        find_quotations(unit * (200_000 // len(unit)))
